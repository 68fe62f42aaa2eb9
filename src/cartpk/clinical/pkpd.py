"""Time lag between the peak of the CAR cells and the nadir of the CD7+ cells, and the loop that the two describe."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.clinical.exposures import FIRST_INFUSION
from cartpk.clinical.pd_effects import Series, last_day, series_of, used
from cartpk.core.effects import loop_index
from cartpk.schemas.effects import PKPD

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

__all__ = ["MIN_PAIRS", "derive", "paired", "pairs"]

MIN_PAIRS: Final = 4
"""Fewest points of a loop: three make a triangle of noise."""


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject of the PK and PD analysis sets and CD7+ measure that is not of blasts."""
    adsl = data.adsl
    both = adsl[adsl["EXCLRS"].isna() & adsl["PKFL"].eq("Y") & adsl["PDFL"].eq("Y")]
    both = both.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    measures = [m for m in config.pharmacodynamics.measures if m.marker == "CD7+" and m.population != "BLAST"]
    analyte = config.primary_analyte.code
    tmax = _parameter(data, "NCA", "TMAX", analyte)
    every = dict(used(data))
    rows = []
    for measure in measures:
        nadir = _parameter(data, "PD", "PDTNADIR", measure.code)
        for s in both.to_dict("records"):
            who = s["USUBJID"]
            held = every.get((who, measure.code, measure.specimen))
            counts = None if held is None else series_of(held)
            lag, why = _lag(tmax.get(who, math.nan), nadir.get(who, math.nan))
            _, x, y = pairs(_kinetics(data, who, analyte), counts, last_day(s["EVENTDY"], config), config)
            loop = loop_index(x, y) if x.size >= MIN_PAIRS else math.nan
            rows.append(
                {
                    "USUBJID": who, "COHORT": s["COHORT"], "PPCAT": analyte, "MEASURE": measure.code,
                    "TMAX": tmax.get(who, math.nan), "TNADIR": nadir.get(who, math.nan), "LAG": lag, "LAGRS": why,
                    "NPAIRS": float(x.size), "LOOP": loop, "LOOPRS": _loop_reason(x, loop, counts),
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(PKPD.columns))


def paired(
    data: TrialData, config: TrialConfig, who: str, measure: PdMeasure
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Days, log10 exposure and log10 reduction of a subject as :func:`pairs`, and whether the count is BLQ."""
    held = dict(used(data, who)).get((who, measure.code, measure.specimen))
    counts = None if held is None else series_of(held)
    event = data.adsl.set_index("USUBJID")["EVENTDY"]
    until = last_day(float(event[who]), config)
    day, x, y = pairs(_kinetics(data, who, config.primary_analyte.code), counts, until, config)
    low = {} if counts is None else dict(zip(counts.day.tolist(), counts.blq.tolist(), strict=True))
    return day, x, y, np.array([low[d] for d in day.tolist()], dtype=np.bool_)


def _parameter(data: TrialData, category: str, code: str, of: str) -> dict[str, float]:
    t = data.adpp
    first = t["ATPTREF"].isna() | t["ATPTREF"].eq(FIRST_INFUSION)
    rows = t[first & t["PARCAT1"].eq(category) & t["PARAMCD"].eq(code) & t["PPCAT"].eq(of) & t["AVAL"].notna()]
    return {str(s): float(v) for s, v in zip(rows["USUBJID"], rows["AVAL"], strict=True)}


def _lag(tmax: float, nadir: float) -> tuple[float, str | None]:
    if math.isnan(tmax):
        return math.nan, "no Tmax"
    return (math.nan, "no nadir") if math.isnan(nadir) else (nadir - tmax, None)


def _kinetics(data: TrialData, who: str, analyte: str) -> pd.DataFrame:
    t = data.adnca
    mine = t["USUBJID"].eq(who) & t["PCTESTCD"].eq(analyte) & t["ANLFL"].eq("Y") & t["ATPTREF"].eq(FIRST_INFUSION)
    rows = t[mine & t["AFRLT"].notna()]
    level = rows["AVAL"].where(rows["BLQFL"].ne("Y"), rows["ALLOQ"] / 2)
    rows = rows.assign(LEVEL=level)[(level > 0) & (rows["AFRLT"] > 0)]
    return rows.sort_values("AFRLT", kind="stable")


def pairs(
    kinetics: pd.DataFrame, counts: Series | None, until: float, config: TrialConfig
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Days, log10 exposure and log10 reduction of the counts where the two were sampled near each other.

    A BLQ of the kinetics is half of its limit, a BLQ count its limit. Each count goes with the nearest kinetic sample
    within ``pharmacodynamics.depletion.pair_days``. The reduction is from the last count before infusion.
    """
    none = np.empty(0)
    base = math.nan if counts is None else counts.last(0.0)
    if counts is None or not base > 0 or kinetics.empty:
        return none, none, none
    days, levels = kinetics["AFRLT"].to_numpy(dtype=np.float64), kinetics["LEVEL"].to_numpy(dtype=np.float64)
    made: list[Any] = []
    for day, value, lloq in zip(counts.day, counts.value, counts.lloq, strict=True):
        floor = float(np.fmax(value, lloq))
        near = int(np.argmin(np.abs(days - day)))
        if 0 < day <= until and floor > 0 and abs(days[near] - day) <= config.pharmacodynamics.depletion.pair_days:
            made.append((day, math.log10(levels[near]), math.log10(base / floor)))
    if not made:
        return none, none, none
    out = np.array(made, dtype=np.float64)
    return out[:, 0], out[:, 1], out[:, 2]


def _loop_reason(x: NDArray[np.float64], loop: float, counts: Series | None) -> str | None:
    if not math.isnan(loop):
        return None
    if counts is None:
        return "no cell count"
    if not counts.last(0.0) > 0:
        return "no quantified count before infusion"
    return f"fewer than {MIN_PAIRS} paired samples" if x.size < MIN_PAIRS else "exposure or count did not change"
