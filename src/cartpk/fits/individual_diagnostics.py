"""Individual fits -> the tables of their diagnostics: one row per sample, one row per point of a likelihood profile."""

from __future__ import annotations

import zlib
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.likelihood import drawn_below
from cartpk.core.estimation.profiles import FloatArray
from cartpk.core.estimation.uncertainty import Verdict, profile_curves
from cartpk.fits.intake import Intake
from cartpk.models.fitting.model_fits import ModelFits

__all__ = ["PROFILE_COLUMNS", "SAMPLE_COLUMNS", "profile_rows", "sample_rows"]

SAMPLE_COLUMNS: Final = ("MODEL", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "PRED", "RES")
"""After the keys: day, result (empty = BLQ), limit, prediction, standardised residual of the logarithm (imputed where
BLQ)."""
PROFILE_COLUMNS: Final = (
    "MODEL", "PARAMCD", "PARAM", "AVALU", "VALUE", "RISE", "LIMIT", "AVAL", "AVALLO", "AVALHI", "VERDICT",
)  # fmt: skip
"""After the keys: the quantity; its value at this point and the rise of -2 log-likelihood there; the rise at a 95 %
limit; estimate, limits (empty = none) and which of them the data give."""
_LEAST_CHANCE: Final = 1e-9


def sample_rows(intake: Intake, fits: ModelFits | None) -> pd.DataFrame:
    """One row per sample of every fitted profile, with its prediction and residual.

    A residual is (ln result - ln prediction) / s. That of a BLQ result is drawn from the part of the residual's
    distribution below the limit (a randomised quantile residual: Dunn PK, Smyth GK. J Comput Graph Stat 1996;5:236):
    under the right model all of them are like the quantified ones. The draws of a profile are seeded by its keys, so
    that no other profile changes them.
    """
    columns = [*intake.keys.columns, *SAMPLE_COLUMNS]
    if fits is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    data = intake.profiles.take(intake.fitted)
    f = fits.model.log_curve(fits.phi, data.day)
    s = fits.sigma[:, None]
    chance = np.maximum(np.stack([_chances(key, f.shape[1]) for key in _keys(intake)]), _LEAST_CHANCE)
    below = np.where(data.blq, (data.log_lloq - f) / s, 0.0)
    z = np.where(data.blq, drawn_below(below, chance, fits.problem.residual), (data.log_conc - f) / s)
    limit = np.full(f.shape, -np.inf) if data.log_limit is None else data.log_limit
    row, column = np.nonzero(data.observed | data.blq)
    cells = (row, column)
    keys = intake.keys.iloc[intake.fitted[row]].reset_index(drop=True)
    known = np.isfinite(limit[cells])
    return keys.assign(
        MODEL=fits.model.name,
        AFRLT=data.day[cells] + intake.offset[intake.fitted][row],
        AVAL=np.where(data.blq[cells], np.nan, np.exp(data.log_conc[cells])),
        ALLOQ=np.where(known, np.exp(np.where(known, limit[cells], 0.0)), np.nan),
        BLQFL=np.where(data.blq[cells], "Y", "N"),
        PRED=np.exp(f[cells]),
        RES=z[cells],
    )[columns]


def _keys(intake: Intake) -> list[str]:
    rows = intake.keys.iloc[intake.fitted].fillna("").astype(str)
    return ["|".join(row) for row in rows.itertuples(index=False, name=None)]


def _chances(key: str, m: int) -> FloatArray:
    """Uniform numbers that hang on the profile's own keys only."""
    return np.random.default_rng(zlib.crc32(key.encode())).uniform(size=m)


def profile_rows(intake: Intake, fits: ModelFits | None) -> pd.DataFrame:
    """One row per fitted profile, quantity that follows one parameter, and point of its profile of the likelihood."""
    columns = [*intake.keys.columns, *PROFILE_COLUMNS]
    if fits is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    limits = {fits.model.index(symbol): found for symbol, found in fits.limits.items()}
    curves = profile_curves(fits.problem, fits.fits.x, limits)
    n = len(fits.fits.x)
    parts = []
    for quantity in fits.quantities():
        entry = quantity.entry
        if len(entry.follows) != 1 or quantity.verdicts is None:
            continue
        k = fits.model.index(entry.follows[0])
        at, rise = curves[k].at, curves[k].rise
        phi = np.repeat(fits.phi, at.shape[1], axis=0)
        phi[:, k] = at.ravel()
        rows: dict[str, Any] = {
            "MODEL": fits.model.name,
            "PARAMCD": entry.paramcd,
            "PARAM": entry.label,
            "AVALU": np.repeat([entry.unit.of(unit) or None for unit in _units(intake)], at.shape[1]),
            "VALUE": entry.value(fits.model.theta(phi)),
            "RISE": rise.ravel(),
            "LIMIT": np.repeat(fits.quantile**2, at.shape[1]),
            "AVAL": np.repeat(quantity.value, at.shape[1]),
            "AVALLO": np.repeat(quantity.lower, at.shape[1]),
            "AVALHI": np.repeat(quantity.upper, at.shape[1]),
            "VERDICT": np.repeat([str(Verdict(verdict)) for verdict in quantity.verdicts], at.shape[1]),
        }
        part = intake.keys.iloc[np.repeat(intake.fitted, at.shape[1])].reset_index(drop=True).assign(**rows)
        parts.append(part.assign(PLACE=np.repeat(np.arange(n), at.shape[1])))
    made = pd.concat(parts, ignore_index=True).sort_values("PLACE", kind="stable")
    return made[columns].reset_index(drop=True)


def _units(intake: Intake) -> list[str]:
    return [intake.unit[int(row)] for row in intake.fitted]
