"""A finished analysis as one value: every table that tables, figures and the report read."""

from cartpk.trial_data.reading import load, load_clinical, load_derived, parameter_parts
from cartpk.trial_data.singly import PRINTED_SINGLY, cut
from cartpk.trial_data.tables import Derived, TrialData, no_rows

__all__ = [
    "PRINTED_SINGLY",
    "Derived",
    "TrialData",
    "cut",
    "load",
    "load_clinical",
    "load_derived",
    "no_rows",
    "parameter_parts",
]
