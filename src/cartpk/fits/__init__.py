"""Kinetic models fitted one subject at a time: ADNCA in, ADPP rows, predicted curves and a summary of the fits out."""

from __future__ import annotations

from cartpk.fits.derive import FitTables, derive_params_model, lmfit_result
from cartpk.fits.intake import FitReason
from cartpk.fits.rows import FitFlag

__all__ = ["FitFlag", "FitReason", "FitTables", "derive_params_model", "lmfit_result"]
