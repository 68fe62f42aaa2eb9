"""Depletion, recovery, crossover and areas of every cell count; both baselines; each with its reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.core.effects import Occurrence, auec, duration, first_crossover, first_depletion, first_recovery
from cartpk.schemas.effects import PD_EFFECTS

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

__all__ = ["UNSPLIT", "Series", "derive", "last_day", "series_of", "used"]

UNSPLIT: Final = frozenset({"CAR_NK"})
"""Populations that nothing depletes: the product itself."""
_COMMON: Final = "no samples of CD7+ and CD7- cells at the same time after infusion"
_EARLIER: Final = "more CD7- than CD7+ cells already before the infusion"
_NO_BASE: Final = "no quantified baseline"
_NO_START: Final = "no sample before infusion: the curve has no beginning"
_NEVER: Final = "not depleted"
_NO_POST: Final = "no sample after infusion"


@dataclass(frozen=True, slots=True)
class Series:
    """Usable samples of one subject and measure; BLQ = 0. ``until``: last day that counts."""

    day: NDArray[np.float64]
    value: NDArray[np.float64]
    blq: NDArray[np.bool_]
    lloq: NDArray[np.float64]
    until: float
    unit: str | None

    @property
    def after(self) -> NDArray[np.bool_]:
        """Which samples lie after infusion and not beyond ``until``, shape (m,)."""
        return (self.day > 0) & (self.day <= self.until)

    def last(self, until: float) -> float:
        """Last result up to this day; nan = none, and so for a BLQ."""
        at = np.flatnonzero(self.day <= until)
        return math.nan if not at.size or self.blq[at[-1]] else float(self.value[at[-1]])


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject that is not excluded, measure and parameter."""
    adsl = data.adsl[data.adsl["EXCLRS"].isna()].sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    found = {key: series_of(rows) for key, rows in used(data)}
    rows = []
    for measure in config.pharmacodynamics.measures:
        mate = _mate(measure, config)
        for subject in adsl.to_dict("records"):
            until = last_day(subject["EVENTDY"], config)
            key = (subject["USUBJID"], measure.code, measure.specimen)
            own = _cut(found.get(key), until)
            other = _cut(found.get((subject["USUBJID"], mate.code, mate.specimen)), until) if mate else None
            head = {"USUBJID": subject["USUBJID"], "COHORT": subject["COHORT"]}
            where = {"PPCAT": measure.code, "PPSPEC": measure.specimen}
            why = "results in more than one unit" if key in found else "no measurement"
            made = _parameters(own, other, measure, mate, config, why)
            rows += [{**head, **where, **row} for row in made]
    return pd.DataFrame(rows, columns=list(PD_EFFECTS.columns))


def used(data: TrialData, subject: str | None = None) -> Iterator[tuple[Any, pd.DataFrame]]:
    """(subject, measure, specimen) and its usable results in the order of time; of all subjects, or of one."""
    t = data.adpd if subject is None else data.adpd[data.adpd["USUBJID"].eq(subject)]
    held = t["AVAL"].notna() | t["BLQFL"].eq("Y")
    rows = t[t["ANLFL"].eq("Y") & t["AFRLT"].notna() & held]
    rows = rows.sort_values(["USUBJID", "PARAMCD", "PCSPEC", "AFRLT"], kind="stable")
    yield from rows.groupby(["USUBJID", "PARAMCD", "PCSPEC"], sort=False)


def series_of(rows: pd.DataFrame) -> Series | None:
    """The samples as arrays; None where they carry more than one unit."""
    if len(set(rows["AVALU"].dropna())) > 1:
        return None
    blq = rows["BLQFL"].eq("Y").to_numpy()
    units = rows["AVALU"].dropna()
    return Series(
        rows["AFRLT"].to_numpy(dtype=np.float64),
        np.where(blq, 0.0, rows["AVAL"].to_numpy(dtype=np.float64)),
        blq,
        rows["ALLOQ"].to_numpy(dtype=np.float64),
        math.inf,
        str(units.iloc[0]) if len(units) else None,
    )


def _cut(series: Series | None, until: float) -> Series | None:
    if series is None:
        return None
    return Series(series.day, series.value, series.blq, series.lloq, until, series.unit)


def last_day(event: float, config: TrialConfig) -> float:
    """Re-infusion, HSCT or death, or the configured day."""
    last = config.pharmacodynamics.nadir_until_day
    return float(np.nanmin([event, np.inf if last is None else last]))


def _mate(measure: PdMeasure, config: TrialConfig) -> PdMeasure | None:
    """The CD7- measure of the same cells, kind, gate and specimen."""
    if measure.marker != "CD7+" or measure.population == "BLAST":
        return None
    same = (measure.population, measure.kind, measure.parent, measure.specimen)
    found = [
        m
        for m in config.pharmacodynamics.measures
        if m.marker == "CD7-" and (m.population, m.kind, m.parent, m.specimen) == same
    ]
    return found[0] if len(found) == 1 else None


def _parameters(
    own: Series | None,
    other: Series | None,
    measure: PdMeasure,
    mate: PdMeasure | None,
    config: TrialConfig,
    missing: str,
) -> Iterator[dict[str, object]]:
    settings = config.pharmacodynamics
    if own is None or not own.after.any():
        yield _row("PDDEPL", "Depletion", "day", reason=_NO_POST if own is not None else missing)
        return
    yield from _baselines(own, measure, config)
    base = own.last(0.0 if settings.baseline != "before_lymphodepletion" else _ld_day(config))
    if measure.marker != "CD7-" and measure.population not in UNSPLIT:
        yield from _events(own, base, measure, config)
    for end in settings.depletion.auec_days:
        yield from _areas(own, end, config)
    if mate is not None:
        yield _crossover(own, other, mate)


def _ld_day(config: TrialConfig) -> float:
    day = config.pharmacodynamics.lymphodepletion_start_day
    return -math.inf if day is None else day


def _baselines(own: Series, measure: PdMeasure, config: TrialConfig) -> Iterator[dict[str, object]]:
    """Both baselines, and the log10 reduction at the nadir from each."""
    low, blq, limit = _nadir(own)
    floor = float(np.fmax(low, limit))
    for letter, words, day in (
        ("I", "before infusion", 0.0),
        ("L", "before lymphodepletion", _ld_day(config)),
    ):
        missing = "the day of lymphodepletion is not stated in the config" if day == -math.inf else "no sample then"
        base = own.last(day)
        crit = f"last sample {words}"
        if math.isnan(base):
            there = bool((own.day <= day).any())
            why = "baseline is below the limit of quantification" if there else missing
            yield _row(f"PDBASE{letter}", f"Baseline, {words}", own.unit, crit=crit, reason=why)
        else:
            yield _row(f"PDBASE{letter}", f"Baseline, {words}", own.unit, base, crit=crit)
        if measure.marker == "CD7-":
            continue
        label = f"Log10 reduction at nadir, from baseline {words}"
        if not base > 0 or not floor > 0:
            why = _NO_BASE if not base > 0 else "the nadir is 0 and has no limit of quantification"
            yield _row(f"PDL10R{letter}", label, None, crit=crit, reason=why)
        else:
            value = math.log10(base / floor)
            yield _row(f"PDL10R{letter}", label, None, value, text=f"≥ {value:.2f}" if blq else None, crit=crit)


def _nadir(own: Series) -> tuple[float, bool, float]:
    """Smallest result after infusion, whether it is BLQ, its limit."""
    where = np.flatnonzero(own.after)
    at = where[np.argmin(own.value[where])]
    return float(own.value[at]), bool(own.blq[at]), float(own.lloq[at])


def _events(own: Series, base: float, measure: PdMeasure, config: TrialConfig) -> Iterator[dict[str, object]]:
    """Depletion, recovery and the time between them."""
    d = config.pharmacodynamics.depletion
    day, value, blq = own.day[own.after], own.value[own.after], own.blq[own.after]
    below, parts = blq.copy(), ["BLQ"]
    if base > 0:
        below |= value <= base * (1 - d.fall_pct / 100)
        parts.append(f"fall of at least {d.fall_pct:g} %")
    if measure.kind == "percent" and d.parent_pct is not None:
        below |= value <= d.parent_pct
        parts.append(f"{d.parent_pct:g} % of {measure.parent} or less")
    depleted = first_depletion(day, below)
    yield _event("PDDEPL", "Depletion", depleted, " or ".join(parts))
    level = d.recovery_at.get(measure.code, base * d.recovery_pct / 100)
    crit = f"{level:.4g} {own.unit or ''} or more in {d.confirm} consecutive samples" if level > 0 else None
    at = depleted.at
    if at is None or not level > 0:
        why = _NEVER if at is None else _NO_BASE
        yield _row("PDRECOV", "Recovery", "day", crit=crit, reason=why)
        yield _row("PDDURBEL", "Duration of depletion", "day", crit=crit, reason=why)
        return
    recovered = first_recovery(day, value >= level, at, d.confirm)
    yield _event("PDRECOV", "Recovery", recovered, crit)
    length, least, most = duration(depleted, recovered)
    text = f"> {_days(least)}" if recovered.censored else f"{_days(length)} [{_days(least)}; {_days(most)}]"
    yield _row("PDDURBEL", "Duration of depletion", "day", length, (least, most), recovered.censored, text, crit)


def _areas(own: Series, end: float, config: TrialConfig) -> Iterator[dict[str, object]]:
    name, unit = f"AUEC0-{end:g}d", f"day*{own.unit}" if own.unit else None
    codes = (f"PDAUEC{end:g}", f"PDAUPB{end:g}", f"PDAUBB{end:g}")
    labels = (name, f"{name}, mean in % of day 0", f"{name}, area below day 0")
    window, start = f"day 0 to {end:g}", own.last(0.0)
    if math.isnan(start) and (own.day <= 0).any():
        start = 0.0
    inside = own.day[own.after]
    tolerance = dict(config.time.visit_window_days).get(end, 0.0)
    why = None
    if math.isnan(start):
        why = _NO_START
    elif inside[-1] < end - tolerance:
        why = f"last sample on day {inside[-1]:.4g}, before the window's end"
    if why:
        for code, label, u in zip(codes, labels, (unit, "%", unit), strict=True):
            yield _row(code, label, u, crit=window, reason=why)
        return
    area, below = auec(inside, own.value[own.after], start, end)
    yield _row(codes[0], labels[0], unit, area, crit=window)
    if start > 0:
        yield _row(codes[1], labels[1], "%", 100 * area / (start * end), crit=window)
    else:
        yield _row(codes[1], labels[1], "%", crit=window, reason="the value of day 0 is 0 or BLQ")
    yield _row(codes[2], labels[2], unit, below, crit=window)


def _crossover(own: Series, other: Series | None, mate: PdMeasure) -> dict[str, object]:
    label, crit = "Crossover: CD7- above CD7+", f"{mate.label} in the same sample"
    if other is None:
        return _row("PDXOVER", label, "day", crit=crit, reason="no measurement of the CD7- cells")
    day, mine, theirs = np.intersect1d(own.day, other.day, return_indices=True)
    near = day <= own.until
    day, mine, theirs = day[near], mine[near], theirs[near]
    if not (day > 0).any():
        return _row("PDXOVER", label, "day", crit=crit, reason=_COMMON)
    found = first_crossover(day, other.value[theirs], own.value[mine])
    if found is None:
        return _row("PDXOVER", label, "day", crit=crit, reason=_EARLIER)
    return _event("PDXOVER", label, found, crit)


def _event(code: str, label: str, found: Occurrence, crit: str | None) -> dict[str, object]:
    low, high = _days(found.lower), _days(found.upper)
    text = f"> {low}" if found.censored else f"{high} ({low}; {high}]"
    return _row(code, label, "day", found.day, (found.lower, found.upper), found.censored, text, crit)


def _days(day: float) -> str:
    return f"{day:.2f}" if day < 10 else f"{day:.1f}"


def _row(
    code: str,
    label: str,
    unit: str | None,
    value: float = math.nan,
    limits: tuple[float, float] | None = None,
    censored: bool = False,
    text: str | None = None,
    crit: str | None = None,
    reason: str | None = None,
) -> dict[str, object]:
    lower, upper = limits or (math.nan, math.nan)
    return {
        "PARAMCD": code,
        "PARAM": label,
        "AVAL": value,
        "AVALU": unit,
        "LOWER": lower,
        "UPPER": upper if math.isfinite(upper) else math.nan,
        "CNSR": math.nan if limits is None else float(censored),
        "AVALC": text,
        "CRIT": crit,
        "REASND": reason,
    }
