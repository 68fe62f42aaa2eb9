"""Fitted curves of every profile, thinned to what an eye can see, and what each fit is worth in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.models import get_model
from cartpk.report.subjects.coding import Texts, plain
from cartpk.report.subjects.kinetics import Profile
from cartpk.tables.printing import days, fixed

if TYPE_CHECKING:
    from cartpk.trial_data import TrialData

__all__ = ["POINTS", "curves", "thinned", "verdict"]

POINTS: Final = 40
"""Most points of one curve in the page; the file has them all."""
_SEEN: Final = 0.002
"""Part of a curve's height (on the log scale) that nobody sees."""
_KEYS: Final = ["USUBJID", "PPCAT", "PPSPEC", "ATPTREF"]
_TIMES: Final = {
    "DBLTIME": "doubling time",
    "HLALPHA": "half-life of contraction",
    "HLBETA": "half-life of persistence",
}
_NOTHING: Final = 4.0
"""A difference of criteria below this decides nothing (as in the section on the models)."""


def curves(data: TrialData, found: list[Profile], texts: Texts) -> dict[str, Any]:
    """The chosen model of each profile: its curve with the band, and its verdict; in the order of the profiles."""
    fits = _by_profile(data.fits)
    choice = _by_profile(data.model_choice)
    drawn = _by_profile(data.predictions)
    rows = _by_profile(data.adpp[data.adpp["PARCAT1"].eq("MODEL")])
    out: dict[str, Any] = {"model": [], "said": [], "day": [], "value": [], "low": [], "high": []}
    for profile in found:
        own = fits.get(profile.key)
        name = _chosen(own, choice.get(profile.key))
        said = list(verdict(own, choice.get(profile.key), rows.get(profile.key), name)) if own is not None else []
        curve = drawn.get(profile.key)
        curve = None if curve is None or name is None else curve[curve["MODEL"].eq(name)].sort_values("AFRLT")
        out["model"].append(texts.code(get_model(name).label if name else ""))
        out["said"].append(texts.codes(said))
        for key, column in (("day", "AFRLT"), ("value", "PRED"), ("low", "PREDLO"), ("high", "PREDHI")):
            out[key].append([] if curve is None or curve.empty else _thin(curve, column))
    return out


def _by_profile(table: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    if not set(_KEYS) <= set(table.columns) or table.empty:
        return {}
    return {tuple(map(str, key)): rows for key, rows in table.groupby(_KEYS, sort=False)}


def _chosen(fits: pd.DataFrame | None, choice: pd.DataFrame | None) -> str | None:
    """Name of the model that is reported for a profile."""
    if choice is not None:
        marked = choice[choice["CHOSEN"].eq("Y")]
        if len(marked):
            return str(marked["MODEL"].iloc[0])
    if fits is None or "CONVERGED" not in fits:
        return None
    fitted = fits[fits["CONVERGED"].notna()]
    return str(fitted["MODEL"].iloc[0]) if len(fitted) else None


def _thin(curve: pd.DataFrame, column: str) -> list[float | int | None]:
    day, value = curve["AFRLT"].to_numpy(dtype=float), curve["PRED"].to_numpy(dtype=float)
    picked = thinned(day, value, POINTS)
    return [plain(float(f"{v:.4g}")) if math.isfinite(v) else None for v in curve[column].to_numpy(dtype=float)[picked]]


def thinned(day: NDArray[np.float64], value: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Places of the points that keep the shape: both ends, the peak, then where a straight line would err most.

    Parameters
    ----------
    day, value
        Rising days and values above 0, shape (m,).
    most
        How many points are kept.

    Returns
    -------
    ndarray
        Rising places, at most ``most`` of them.

    Examples
    --------
    >>> day = np.linspace(0.0, 90.0, 200)
    >>> kept = thinned(day, np.exp(-((day - 10.0) ** 2) / 50.0), 40)
    >>> len(kept) <= 40, int(kept[0]), int(kept[-1])
    (True, 0, 199)
    """
    if len(day) <= most:
        return np.arange(len(day), dtype=np.intp)
    height = np.log(np.maximum(value, np.nanmax(value) * 1e-6))
    kept = np.unique([0, int(np.argmax(value)), len(day) - 1])
    enough = _SEEN * float(np.ptp(height))
    while len(kept) < most:
        error = np.abs(height - np.interp(day, day[kept], height[kept]))
        worst = int(np.argmax(error))
        if error[worst] <= enough:
            break
        kept = np.sort(np.append(kept, worst))
    return kept.astype(np.intp)


def verdict(
    fits: pd.DataFrame, choice: pd.DataFrame | None, rows: pd.DataFrame | None, name: str | None
) -> Iterator[str]:
    """What the fit of one profile says, and what it does not: full sentences.

    Parameters
    ----------
    fits, choice, rows
        Rows of this profile: its fits, the criteria of its models, its model parameters.
    name
        The model that is reported; None = none could be fitted.
    """
    if name is None:
        why = next((str(m) for m in fits["MESSAGE"] if isinstance(m, str)), "no reason given")
        yield f"No curve could be fitted: {why}."
        return
    fit: dict[Any, Any] = fits[fits["MODEL"].eq(name)].iloc[0].to_dict()
    blq = f" and {fit['NBLQ']:.0f} BLQ results" if fit["NBLQ"] else ""
    spread = f", residual SD {fixed(float(fit['SIGMA']), 2)} on the natural log scale" if _is(fit["SIGMA"]) else ""
    yield f"Model: {get_model(name).label} ({fit['METHOD']}), from {fit['NOBS']:.0f} quantifiable{blq}{spread}."
    if fit["CONVERGED"] == "N":
        yield "The fit stopped before it reached an optimum: its values are not to be used."
    if isinstance(fit["ATBOUND"], str):
        yield f"On a bound of its range, without hold in the data: {fit['ATBOUND'].replace(';', ', ')}."
    yield from _runner_up(choice, name)
    if rows is not None:
        own = rows[rows["PPANMETH"].eq(fit["METHOD"])]
        by_code: dict[Any, dict[Any, Any]] = own.drop_duplicates("PARAMCD").set_index("PARAMCD").to_dict("index")
        for code, words in _TIMES.items():
            if code in by_code:
                yield _time(words, by_code[code])


def _runner_up(choice: pd.DataFrame | None, name: str) -> Iterator[str]:
    if choice is None or len(choice) < 2:
        return
    ranked = choice[choice["DELTA"].notna()].sort_values("DELTA", kind="stable")
    others = ranked[ranked["MODEL"].ne(name)]
    if others.empty or not ranked["MODEL"].eq(name).any():
        return
    other: dict[Any, Any] = others.iloc[0].to_dict()
    gap = float(other["DELTA"]) - float(ranked.loc[ranked["MODEL"].eq(name), "DELTA"].iloc[0])
    side = "above" if gap >= 0 else "below"
    worth = ": a difference this small decides nothing" if abs(gap) < _NOTHING else ""
    yield f"Runner-up: {get_model(str(other['MODEL'])).label}, its criterion {fixed(abs(gap), 1)} {side}{worth}."


def _time(words: str, row: Mapping[Any, Any]) -> str:
    """What the data say of a time, in one sentence.

    Examples
    --------
    >>> nan = float("nan")
    >>> _time("doubling time", {"AVAL": 0.8, "AVALLO": 0.6, "AVALHI": 1.1, "FLAG": None, "AVALU": "day"})
    'Doubling time: 0.80 days, 95 % limits 0.60 to 1.10.'
    >>> _time("half-life of persistence", {"AVAL": nan, "AVALLO": 40.6, "AVALHI": nan, "FLAG": "LOWER_ONLY"})
    'Half-life of persistence: > 40.6 days; the data do not bound it from above.'
    """
    flags = set(str(row["FLAG"]).split(";")) if isinstance(row["FLAG"], str) else set()
    low, high, value = (float(row[name]) for name in ("AVALLO", "AVALHI", "AVAL"))
    what = words[:1].upper() + words[1:]
    weak = flags & {"AT_BOUND", "NOT_CONVERGED"}
    beside = f" Flagged {', '.join(sorted(weak))}." if weak else ""
    if "LOWER_ONLY" in flags and math.isfinite(low):
        return f"{what}: > {days(low)} days; the data do not bound it from above.{beside}"
    if "UPPER_ONLY" in flags and math.isfinite(high):
        return f"{what}: < {days(high)} days; the data do not bound it from below.{beside}"
    if flags & {"LOWER_ONLY", "UPPER_ONLY", "NOT_IDENTIFIED"}:
        return f"{what}: the data bound it on neither side; no value is to be read from the fit.{beside}"
    if not math.isfinite(value):
        why = row.get("PPREASND")
        return f"{what}: no value ({why if isinstance(why, str) else 'reason not given'})."
    limits = f", 95 % limits {days(low)} to {days(high)}" if math.isfinite(low + high) else ", without limits"
    return f"{what}: {days(value)} days{limits}.{beside}"


def _is(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
