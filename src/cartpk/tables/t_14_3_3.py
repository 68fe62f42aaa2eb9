"""Treatment-emergent adverse events by system organ class, term and worst grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.safety import by_term
from cartpk.tables.table import Body, NoTable, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by system organ class, preferred term and worst grade; one column per dose level."""
    return by_term(data, config, only={}, none="No treatment-emergent adverse event was delivered.")


SPEC: Final = TableSpec(
    "t_14_3_3",
    "14.3-3",
    "Treatment-emergent adverse events by system organ class, term and worst grade",
    table,
    (Endpoint.ADVERSE_EVENTS,),
)
