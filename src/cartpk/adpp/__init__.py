"""ADNCA -> ADPP: parameter rows of a bare table of profiles or of a trial, with a reason where there is no value."""

from __future__ import annotations

from cartpk.adpp.adnca import Problem, TableError
from cartpk.adpp.derive import TrialParameters, derive_params_nca, derive_params_trial, lambda_z_points

__all__ = [
    "Problem",
    "TableError",
    "TrialParameters",
    "derive_params_nca",
    "derive_params_trial",
    "lambda_z_points",
]
