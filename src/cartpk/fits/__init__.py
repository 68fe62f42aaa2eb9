"""Kinetic models fitted one subject at a time: ADNCA in, ADPP rows, predicted curves and a summary of the fits out."""

from __future__ import annotations

from cartpk.fits.choice import model_choice
from cartpk.fits.derive import FitTables, derive_params_model, lmfit_result
from cartpk.fits.intake import FitReason
from cartpk.fits.population import PopulationTables, derive_params_population
from cartpk.fits.rows import FitFlag

__all__ = [
    "FitFlag",
    "FitReason",
    "FitTables",
    "PopulationTables",
    "derive_params_model",
    "derive_params_population",
    "lmfit_result",
    "model_choice",
]
