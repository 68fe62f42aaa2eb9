"""Fits as table rows: ADPP, predicted curves, summary."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import BoolArray, FloatArray
from cartpk.core.estimation.uncertainty import Verdict
from cartpk.fits.intake import Intake
from cartpk.models import Derived, KineticModel
from cartpk.models.fitting import ModelFits, Quantity

__all__ = ["FitFlag", "adpp_rows", "prediction_rows", "summary_rows"]

_COLUMNS: Final = (
    "PARCAT1", "PARAMCD", "PARAM", "AVAL", "AVALU", "PPSTINT", "PPENINT", "PPANMETH", "PPREASND",
    "FLAG", "AVALSE", "AVALLO", "AVALHI", "AVALC",
)  # fmt: skip
_GRID: Final = (121, 60)
"""Points of the predicted curve: over the whole follow-up, and again over twice the time of the peak."""


class FitFlag(StrEnum):
    """What to know about a value before it is used (``FLAG``)."""

    AT_BOUND = "AT_BOUND"
    """A parameter it is computed from ended on a bound."""
    NOT_CONVERGED = "NOT_CONVERGED"
    """The fit stopped at its step limit."""
    NOT_IDENTIFIED = "NOT_IDENTIFIED"
    """The data give it neither a lower nor an upper 95 % limit: the value is the prior's or the bound's."""
    LOWER_ONLY = "LOWER_ONLY"
    """The data give it a lower 95 % limit only."""
    UPPER_ONLY = "UPPER_ONLY"
    """The data give it an upper 95 % limit only."""
    EXTRAPOLATED = "EXTRAPOLATED"
    """The last sample lies before the end of the window: the model fills the rest."""


def adpp_rows(intake: Intake, model: KineticModel, fits: ModelFits | None, method: str) -> pd.DataFrame:
    """ADPP rows of every profile: one per quantity of the model, with a reason where there is no value."""
    quantities = fits.quantities() if fits is not None else []
    place = {int(row): at for at, row in enumerate(intake.fitted)}
    records: list[dict[Any, Any]] = []
    for i, key in enumerate(intake.keys.to_dict("records")):
        for k, entry in enumerate(model.derived):
            row: dict[Any, Any] = {
                **key,
                "PARCAT1": "MODEL",
                "PARAMCD": entry.paramcd,
                "PARAM": entry.label,
                "AVALU": entry.unit.of(intake.unit[i]) or None,
                "PPSTINT": None if entry.horizon is None else "P0D",
                "PPENINT": None if entry.horizon is None else f"P{entry.horizon:g}D",
                "PPANMETH": method,
            }
            if fits is None or i not in place:
                row["PPREASND"] = intake.reason[i]
            else:
                row |= _value(fits, quantities[k], place[i], intake.profiles.last_day[i])
            records.append(row)
    table = pd.DataFrame.from_records(records, columns=[*intake.keys.columns, *_COLUMNS])
    for name in ("AVAL", "AVALSE", "AVALLO", "AVALHI"):
        table[name] = table[name].astype("float64")
    return table


def _value(fits: ModelFits, quantity: Quantity, at: int, last_day: float) -> dict[str, Any]:
    """Value, error, limits, flags or reason of one quantity of one profile."""
    entry = quantity.entry
    value = float(quantity.value[at])
    if not np.isfinite(value):
        return {"PPREASND": entry.nan_reason}
    flags = _flags(fits, entry, at, last_day)
    row: dict[str, Any] = {
        "AVAL": value,
        "AVALSE": quantity.se[at],
        "AVALLO": quantity.lower[at],
        "AVALHI": quantity.upper[at],
        "FLAG": ";".join(flags) or None,
    }
    if not entry.suppress:
        return row
    low, high = _profile_limits(fits, entry, at)
    if np.isfinite(low) and np.isfinite(high):
        return row | {"AVALLO": low, "AVALHI": high}
    return row | _limit_only(low, high, entry.unit.of(""))


def _limit_only(low: float, high: float, unit: str) -> dict[str, Any]:
    """A value that the data do not bound on both sides: a limit, or nothing."""
    out: dict[str, Any] = {"AVAL": np.nan, "AVALSE": np.nan, "AVALLO": np.nan, "AVALHI": np.nan}
    if np.isfinite(low):
        text = f"> {low:.3g}"
        return out | {"AVALLO": low, "AVALC": text, "PPREASND": f"not bounded by the data: {text} {unit}"}
    if np.isfinite(high):
        text = f"< {high:.3g}"
        return out | {"AVALHI": high, "AVALC": text, "PPREASND": f"not bounded by the data: {text} {unit}"}
    return out | {"PPREASND": "not bounded by the data on either side"}


def _profile_limits(fits: ModelFits, entry: Derived, at: int) -> tuple[float, float]:
    """95 % profile-likelihood limits of a quantity that follows one parameter; infinite or 0 where there is none."""
    follows = str(entry.follows)
    limits = fits.limits[follows]
    theta = np.repeat(fits.theta[[at]], 2, axis=0)
    k = fits.model.index(follows)
    ends = np.array([limits.lower[at], limits.upper[at]])
    known = np.isfinite(ends)
    theta[known, k] = fits.model.parameters[k].transform.inverse(ends[known])
    values = np.where(known, entry.value(theta), np.nan)
    low, high = values[::-1] if entry.inverse else values
    return float(low), float(high)


def _flags(fits: ModelFits, entry: Derived, at: int, last_day: float) -> list[str]:
    flags = []
    if _touches(fits, entry)[at]:
        flags.append(FitFlag.AT_BOUND)
    if not fits.fits.converged[at]:
        flags.append(FitFlag.NOT_CONVERGED)
    if entry.follows is not None:
        verdict = fits.limits[entry.follows].verdicts()[at]
        mirrored = {Verdict.LOWER_ONLY: FitFlag.UPPER_ONLY, Verdict.UPPER_ONLY: FitFlag.LOWER_ONLY}
        plain = {Verdict.LOWER_ONLY: FitFlag.LOWER_ONLY, Verdict.UPPER_ONLY: FitFlag.UPPER_ONLY}
        table = {Verdict.NONE: FitFlag.NOT_IDENTIFIED, **(mirrored if entry.inverse else plain)}
        flags += [table[verdict]] if verdict in table else []
    if entry.horizon is not None and last_day < entry.horizon:
        flags.append(FitFlag.EXTRAPOLATED)
    return [str(flag) for flag in flags]


def _touches(fits: ModelFits, entry: Derived) -> BoolArray:
    """Profiles in which a parameter the quantity depends on is on its bound."""
    step = np.zeros(fits.phi.shape[1])
    out = np.zeros(fits.phi.shape[0], dtype=bool)
    value = entry.value(fits.theta)
    for k in range(step.size):
        step[:] = 0.0
        step[k] = 1e-3
        with np.errstate(invalid="ignore"):
            moved = np.abs(entry.value(fits.model.theta(fits.phi + step)) - value) > 1e-6 * np.abs(value)
        out |= moved & fits.fits.at_bound[:, k]
    return out


def prediction_rows(intake: Intake, fits: ModelFits | None) -> pd.DataFrame:
    """Predicted curve of every fitted profile, from its infusion to its last sample, dense around the peak."""
    columns = [*intake.keys.columns, "MODEL", "AFRLT", "PRED", "PREDLO", "PREDHI"]
    if fits is None:
        return pd.DataFrame({name: pd.Series(dtype="float64" if name in columns[-4:] else "str") for name in columns})
    day = _grid(fits, intake.profiles.last_day[intake.fitted])
    value, low, high = fits.band(day)
    keys = intake.keys.iloc[np.repeat(intake.fitted, day.shape[1])].reset_index(drop=True)
    shift = intake.offset[intake.fitted][:, None]
    table = keys.assign(
        MODEL=fits.model.name,
        AFRLT=(day + shift).ravel(),
        PRED=value.ravel(),
        PREDLO=low.ravel(),
        PREDHI=high.ravel(),
    )
    return table.drop_duplicates([*intake.keys.columns, "AFRLT"]).reset_index(drop=True)


def _grid(fits: ModelFits, last_day: FloatArray) -> FloatArray:
    """Days of the predicted curve, (n, g), sorted; the bend itself is one of them."""
    whole, early = (np.linspace(0.0, 1.0, points) for points in _GRID)
    end = last_day[:, None]
    parts = [end * whole]
    if fits.model.kink is not None:
        peak = np.minimum(fits.theta[:, [fits.model.index(fits.model.kink)]], end)
        parts += [np.minimum(2.0 * peak, end) * early, peak]
    return np.sort(np.concatenate(parts, axis=1), axis=1)


def summary_rows(intake: Intake, model: KineticModel, fits: ModelFits | None, method: str) -> pd.DataFrame:
    """One row per profile: samples, residual SD, convergence, bounds, -2LL, AIC, identifiability, message."""
    place = {int(row): at for at, row in enumerate(intake.fitted)}
    records: list[dict[Any, Any]] = []
    for i, key in enumerate(intake.keys.to_dict("records")):
        row: dict[Any, Any] = {
            **key,
            "MODEL": model.name,
            "METHOD": method,
            "NOBS": int(intake.profiles.n_observed[i]),
            "NBLQ": int(intake.profiles.n_blq[i]),
            "NIGNORED": int(intake.n_ignored[i]),
        }
        at = place.get(i)
        row |= {"MESSAGE": intake.reason[i]} if fits is None or at is None else _summary(fits, at)
        records.append(row)
    columns = ["SIGMA", "CONVERGED", "ATBOUND", "MINUS2LL", "AIC", "NSTARTS", "IDENT", "MESSAGE"]
    lead = [*intake.keys.columns, "MODEL", "METHOD", "NOBS", "NBLQ", "NIGNORED"]
    return pd.DataFrame.from_records(records, columns=[*lead, *columns])


def _summary(fits: ModelFits, at: int) -> dict[str, Any]:
    names = [*fits.model.symbols, "sigma"]
    bound = [name for name, hit in zip(names, fits.fits.at_bound[at], strict=True) if hit]
    verdicts = [f"{symbol}={limits.verdicts()[at]}" for symbol, limits in fits.limits.items()]
    said = [] if fits.fits.converged[at] else ["stopped at the step limit"]
    said += [f"on a bound: {', '.join(bound)}"] if bound else []
    said += ["standard errors not available"] if np.isnan(fits.covariance[at]).all() else []
    return {
        "SIGMA": fits.sigma[at],
        "CONVERGED": "Y" if fits.fits.converged[at] else "N",
        "ATBOUND": ";".join(bound) or None,
        "MINUS2LL": fits.fits.minus2ll[at],
        "AIC": fits.aic[at],
        "NSTARTS": fits.fits.n_starts,
        "IDENT": ";".join(verdicts) or None,
        "MESSAGE": "; ".join(said) or None,
    }
