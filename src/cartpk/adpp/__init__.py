"""ADNCA -> ADPP: parameter rows of a bare table of profiles or of a trial, with a reason where there is no value."""

from __future__ import annotations

from cartpk.adpp.adnca import Problem, TableError
from cartpk.adpp.bare import derive_params_nca
from cartpk.adpp.cells import CellFacts, CellTables, derive_cells
from cartpk.adpp.decisions import Decisions, read_decisions
from cartpk.adpp.derived import DERIVED, Derived
from cartpk.adpp.marrow import MarrowTables, derive_marrow
from cartpk.adpp.profile_rules import PROFILE_RULES
from cartpk.adpp.trial import TrialParameters, derive_params_trial

__all__ = [
    "DERIVED",
    "PROFILE_RULES",
    "CellFacts",
    "CellTables",
    "Decisions",
    "Derived",
    "MarrowTables",
    "Problem",
    "TableError",
    "TrialParameters",
    "derive_cells",
    "derive_marrow",
    "derive_params_nca",
    "derive_params_trial",
    "read_decisions",
]
