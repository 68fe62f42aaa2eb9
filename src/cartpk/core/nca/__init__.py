"""Non-compartmental analysis of concentration profiles: arrays in, numbers and reasons out.

:func:`calculate` gives every parameter of the registry :data:`PARAMETERS` for all profiles at once; areas over a
window by the decision table of a trial come from :func:`~cartpk.core.nca.windows.window_auc`.
"""

from __future__ import annotations

from cartpk.core.nca.calculation import (
    NcaResult,
    TrialResult,
    calculate,
    calculate_trial,
    codes_of_group,
    interval_code,
)
from cartpk.core.nca.flags import Flag
from cartpk.core.nca.parameters import PARAMETERS, Group, Parameter, SummaryRule, UnitRule, unit_of
from cartpk.core.nca.profiles import Profiles
from cartpk.core.nca.reasons import REASONS
from cartpk.core.nca.settings import (
    AfterLast,
    AllBlq,
    BlqImputation,
    BlqRule,
    CellTherapySettings,
    NcaSettings,
    TimeZero,
    WindowSettings,
)

__all__ = [
    "PARAMETERS",
    "REASONS",
    "AfterLast",
    "AllBlq",
    "BlqImputation",
    "BlqRule",
    "CellTherapySettings",
    "Flag",
    "Group",
    "NcaResult",
    "NcaSettings",
    "Parameter",
    "Profiles",
    "SummaryRule",
    "TimeZero",
    "TrialResult",
    "UnitRule",
    "WindowSettings",
    "calculate",
    "calculate_trial",
    "codes_of_group",
    "interval_code",
    "unit_of",
]
