"""Fits as table rows: ADPP, predicted curves, summary."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import FloatArray
from cartpk.core.estimation.uncertainty import Verdict
from cartpk.fits.intake import Intake
from cartpk.models import Derived, KineticModel
from cartpk.models.fitting.model_fits import ModelFits, Quantity

__all__ = ["COLUMNS", "FitFlag", "adpp_rows", "head_of_row", "prediction_rows", "summary_rows"]

COLUMNS: Final = (
    "PARCAT1", "PARAMCD", "PARAM", "AVAL", "AVALU", "PPSTINT", "PPENINT", "PPANMETH", "PPREASND",
    "FLAG", "AVALSE", "AVALLO", "AVALHI", "AVALC",
)  # fmt: skip
"""Columns of the parameter rows, after the keys."""

_GRID: Final = (161, 61)
"""Points of the predicted curve: over the whole follow-up, denser towards its start, and over twice the peak's time."""


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
    last_day = intake.profiles.last_day
    records: list[dict[Any, Any]] = []
    for i, key in enumerate(intake.keys.to_dict("records")):
        for k, entry in enumerate(model.derived):
            row = head_of_row(key, entry, intake.unit[i], method)
            if fits is None or i not in place:
                row["PPREASND"] = intake.reason[i]
            else:
                row |= _value(fits, quantities[k], place[i], last_day[i])
            records.append(row)
    table = pd.DataFrame.from_records(records, columns=[*intake.keys.columns, *COLUMNS])
    for name in ("AVAL", "AVALSE", "AVALLO", "AVALHI"):
        table[name] = table[name].astype("float64")
    return table


def head_of_row(key: dict[Any, Any], entry: Derived, unit: str, method: str) -> dict[Any, Any]:
    """What a parameter row says before its value: whose it is, what it is, how it was computed."""
    return {
        **key,
        "PARCAT1": "MODEL",
        "PARAMCD": entry.paramcd,
        "PARAM": entry.label,
        "AVALU": entry.unit.of(unit) or None,
        "PPSTINT": None if entry.horizon is None else "P0D",
        "PPENINT": None if entry.horizon is None else f"P{entry.horizon:g}D",
        "PPANMETH": method,
    }


def _value(fits: ModelFits, quantity: Quantity, at: int, last_day: float) -> dict[str, Any]:
    """Value, error, limits, flags or reason of one quantity of one profile."""
    entry = quantity.entry
    value = float(quantity.value[at])
    if not np.isfinite(value):
        return {"PPREASND": entry.nan_reason}
    verdict = Verdict.BOUNDED if quantity.verdicts is None else quantity.verdicts[at]
    flags = _flags(fits, quantity, verdict, at, last_day)
    row = {
        "AVAL": value,
        "AVALSE": quantity.se[at],
        "AVALLO": quantity.lower[at],
        "AVALHI": quantity.upper[at],
        "FLAG": ";".join(flags) or None,
    }
    return row | _limit_only(quantity, verdict, at) if entry.suppress and verdict is not Verdict.BOUNDED else row


def _limit_only(quantity: Quantity, verdict: Verdict, at: int) -> dict[str, Any]:
    """In place of a value that the data do not bound on both sides: a limit, or nothing."""
    unit = quantity.entry.unit.of("")
    text = {
        Verdict.LOWER_ONLY: f"> {quantity.lower[at]:.3g}",
        Verdict.UPPER_ONLY: f"< {quantity.upper[at]:.3g}",
    }.get(verdict)
    reason = f"{text} {unit}" if text else "no limit on either side"
    return {"AVAL": np.nan, "AVALSE": np.nan, "AVALC": text, "PPREASND": f"not bounded by the data: {reason}"}


def _flags(fits: ModelFits, quantity: Quantity, verdict: Verdict, at: int, last_day: float) -> list[str]:
    horizon = quantity.entry.horizon
    found = {
        FitFlag.AT_BOUND: bool(quantity.at_bound[at]),
        FitFlag.NOT_CONVERGED: not fits.fits.converged[at],
        FitFlag.NOT_IDENTIFIED: verdict is Verdict.NONE,
        FitFlag.LOWER_ONLY: verdict is Verdict.LOWER_ONLY,
        FitFlag.UPPER_ONLY: verdict is Verdict.UPPER_ONLY,
        FitFlag.EXTRAPOLATED: horizon is not None and last_day < horizon,
    }
    return [str(flag) for flag, raised in found.items() if raised]


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
        PREDHI=np.where(np.isfinite(high), high, np.nan).ravel(),
    )
    return table.drop_duplicates([*intake.keys.columns, "AFRLT"]).reset_index(drop=True)


def _grid(fits: ModelFits, last_day: FloatArray) -> FloatArray:
    """Days of the predicted curve, (n, g), sorted; the bend itself is one of them."""
    whole, early = (np.linspace(0.0, 1.0, points) for points in _GRID)
    end = last_day[:, None]
    parts = [end * whole**2]
    if fits.model.kink is not None:
        peak = np.minimum(fits.theta[:, [fits.model.index(fits.model.kink)]], end)
        parts += [np.minimum(2.0 * peak, end) * early, peak]
    return np.sort(np.concatenate(parts, axis=1), axis=1)


def summary_rows(intake: Intake, model: KineticModel, fits: ModelFits | None, method: str) -> pd.DataFrame:
    """One row per profile: samples, residual SD, convergence, bounds, -2LL, AIC, BICc, identifiability, message."""
    place = {int(row): at for at, row in enumerate(intake.fitted)}
    verdicts = {} if fits is None else {symbol: found.verdicts() for symbol, found in fits.limits.items()}
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
        row |= {"MESSAGE": intake.reason[i]} if fits is None or at is None else _summary(fits, verdicts, at)
        records.append(row)
    columns = ["SIGMA", "CONVERGED", "ATBOUND", "NPAR", "MINUS2LL", "AIC", "BICC", "NSTARTS", "IDENT", "MESSAGE"]
    lead = [*intake.keys.columns, "MODEL", "METHOD", "NOBS", "NBLQ", "NIGNORED"]
    table = pd.DataFrame.from_records(records, columns=[*lead, *columns])
    return table.astype({"NSTARTS": "Int64", "NPAR": "Int64"})


def _summary(fits: ModelFits, verdicts: Mapping[str, list[Verdict]], at: int) -> dict[str, Any]:
    names = [*fits.model.symbols, "sigma"]
    bound = [name for name, hit in zip(names, fits.fits.at_bound[at], strict=True) if hit]
    said = [] if fits.fits.converged[at] else ["stopped at the step limit"]
    said += [f"on a bound: {', '.join(bound)}"] if bound else []
    said += ["standard errors not available"] if np.isnan(fits.covariance[at]).all() else []
    return {
        "SIGMA": fits.sigma[at],
        "CONVERGED": "Y" if fits.fits.converged[at] else "N",
        "ATBOUND": ";".join(bound) or None,
        "NPAR": fits.n_parameters,
        "MINUS2LL": fits.fits.minus2ll[at],
        "AIC": fits.aic[at],
        "BICC": fits.bicc[at],
        "NSTARTS": fits.fits.n_starts,
        "IDENT": ";".join(f"{symbol}={found[at]}" for symbol, found in verdicts.items()) or None,
        "MESSAGE": "; ".join(said) or None,
    }
