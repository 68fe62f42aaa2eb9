"""Cellular-kinetic parameters by dose level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.groups import analysis_set
from cartpk.tables.parameters import summary_body
from cartpk.tables.table import Body, NoTable, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per parameter and statistic, one column per dose level."""
    who = analysis_set(data, "PK")
    return summary_body(data, config, who, who.groups, config.nca.windows.days)


SPEC: Final = TableSpec(
    "t_14_2_2",
    "14.2-2",
    "Cellular-kinetic parameters by dose level",
    table,
    (Endpoint.CMAX_TMAX, Endpoint.AUC, Endpoint.PERSISTENCE),
)
