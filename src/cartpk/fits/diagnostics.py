"""A population fit -> the tables of its diagnostics: one row per sample, one row per bin of the predictive check."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.diagnostics import npde, visual_predictive_check
from cartpk.core.estimation.likelihood import log_cdf
from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models.fitting.population import ModelPopulation

__all__ = ["LEVELS", "diagnostic_tables"]

LEVELS: Final = (0.1, 0.5, 0.9)
"""Percentiles of the predictive check."""


def diagnostic_tables(
    fit: ModelPopulation, subjects: pd.Series, replicates: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Samples with their predictions and errors; the visual predictive check.

    Parameters
    ----------
    fit
        The population fit.
    subjects
        Name of each of its profiles.
    replicates
        Simulated trials.
    seed
        Of the simulations.

    Returns
    -------
    samples : pandas.DataFrame
        USUBJID, AFRLT, AVAL (empty = BLQ), ALLOQ, BLQFL, PRED (typical subject), IPRED (conditional mean), IWRES
        (standardised residual on the log scale; empty = BLQ), PBLQ (individual probability of a result below the
        limit, where it was), NPDE.
    vpc : pandas.DataFrame
        AFRLT, N, LEVEL (percentile as a fraction; empty = the part of BLQ results), OBS, LOW, MID, HIGH (observed
        percentile and the 95 % interval of the simulated ones, assay units; empty = below the limit).
    """
    data = fit.profiles
    simulated = fit.simulate(replicates, seed)
    errors = npde(data, simulated, np.random.default_rng([seed, 3]))
    mu = np.broadcast_to(fit.fit.theta.mu, fit.fit.conditional_mean.shape)
    typical, individual = (fit.curve.log_curve(phi, data.day) for phi in (mu, fit.fit.conditional_mean))
    s = np.exp(fit.fit.theta.log_s)
    row, column = np.nonzero(data.observed | data.blq)
    blq = data.blq[row, column]
    limit = np.where(data.blq, data.log_lloq, 0.0)
    samples = pd.DataFrame(
        {
            "USUBJID": subjects.to_numpy(dtype=object)[row],
            "AFRLT": data.day[row, column],
            "AVAL": np.where(blq, np.nan, np.exp(data.log_conc[row, column])),
            "ALLOQ": _limits(data)[row, column],
            "BLQFL": np.where(blq, "Y", "N"),
            "PRED": np.exp(typical[row, column]),
            "IPRED": np.exp(individual[row, column]),
            "IWRES": np.where(blq, np.nan, ((data.log_conc - individual) / s)[row, column]),
            "PBLQ": np.where(blq, np.exp(log_cdf((limit - individual) / s, fit.fit.residual))[row, column], np.nan),
            "NPDE": errors[row, column],
        }
    )
    return samples, _vpc(fit, simulated)


def _limits(data: Profiles) -> FloatArray:
    """Limit of each sample; nan where it is not known."""
    limit = data.log_lloq if data.log_limit is None else data.log_limit
    known: FloatArray = np.where(np.isfinite(limit), np.exp(np.where(np.isfinite(limit), limit, 0.0)), np.nan)
    return known


def _vpc(fit: ModelPopulation, simulated: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> pd.DataFrame:
    """One row per bin and percentile, then one per bin for the part of BLQ results."""
    found = visual_predictive_check(fit.profiles, simulated, levels=LEVELS)
    rows = []
    for b, day in enumerate(found.day):
        head = {"AFRLT": day, "N": int(found.n[b])}
        for k, level in enumerate(LEVELS):
            values = (table[b, k] for table in (found.observed, found.low, found.middle, found.high))
            seen = (np.exp(value) if np.isfinite(value) else np.nan for value in values)
            rows.append(head | {"LEVEL": level} | dict(zip(("OBS", "LOW", "MID", "HIGH"), seen, strict=True)))
        part = (found.blq[b], found.blq_low[b], found.blq_middle[b], found.blq_high[b])
        rows.append(head | {"LEVEL": np.nan} | dict(zip(("OBS", "LOW", "MID", "HIGH"), part, strict=True)))
    return pd.DataFrame(rows)
