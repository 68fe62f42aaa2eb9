"""Cellular-kinetic parameters of responders and non-responders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.t_14_2_4 import by_group
from cartpk.tables.table import Body, NoTable, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per parameter and statistic, one column per group by best response, of each disease site."""
    return by_group(data, config, "response")


SPEC: Final = TableSpec(
    "t_14_2_3",
    "14.2-3",
    "Cellular-kinetic parameters by best response",
    table,
    (Endpoint.ORR, Endpoint.ORR_BY_SITE),
)
