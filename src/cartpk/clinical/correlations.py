"""Spearman correlations: exposure with the effect on CD7+ cells, CD7 of tumour cells with safety and response."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.exposures import FIRST_INFUSION, exposure_labels, exposures
from cartpk.clinical.subject_groups import RESPONDER, max_grades
from cartpk.core.ranks import Interval, spearman
from cartpk.schemas.effects import CORRELATIONS

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

__all__ = ["cd7_pairs", "derive", "effect_pairs"]

Pairs = Iterator[tuple[str, str, str, str, str, "pd.Series[float]", "pd.Series[float]", "pd.Series[bool]"]]
"""Code and name of x, of y, what y belongs to; x, y and whether y is censored, by subject."""
_EFFECTS: Final = {
    "PDLOG10R": "log10 reduction at nadir",
    "PDDURBEL": "duration of depletion",
    "PDAUPB": "AUEC, mean in % of day 0",
}


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per pair of quantities: those of exposure and effect, and of tumour CD7 where the config asks for it."""
    rows = [_row("PKPD", pair) for pair in effect_pairs(data, config)]
    if config.exposure_response.tumour_cd7:
        rows += [_row("CD7", pair) for pair in cd7_pairs(data)]
    return pd.DataFrame(rows, columns=list(CORRELATIONS.columns))


def _row(kind: str, pair: tuple[str, str, str, str, str, pd.Series, pd.Series, pd.Series]) -> dict[str, object]:
    xcode, xname, ycode, yname, of, x, y, censored = pair
    both = x.dropna().index.intersection(y.dropna().index).sort_values()
    n_censored = float(censored.reindex(both).fillna(value=False).astype(bool).sum())
    r = spearman(x[both], y[both])
    if len(both) and n_censored == len(both):
        # ranks of lower bounds are ranks of the follow-up
        r = Interval(math.nan, math.nan, math.nan, r.n, "all values are lower bounds: none was seen to its end")
    return {
        "SET": kind, "XCODE": xcode, "X": xname, "YCODE": ycode, "Y": yname, "OF": of, "N": float(r.n),
        "NCNSR": n_censored,
        "RHO": r.value, "LOWER": r.lower, "UPPER": r.upper, "REASND": r.reason,
    }  # fmt: skip


def effect_pairs(data: TrialData, config: TrialConfig) -> Pairs:
    """Exposure and effect of each CD7+ measure that is not of blasts."""
    exposed = exposures(data, config)
    for measure in config.pharmacodynamics.measures:
        if measure.marker != "CD7+" or measure.population == "BLAST":
            continue
        for ycode, yname, y, censored in _effects(data, config, measure):
            for xcode, xname in exposure_labels(config).items():
                own = exposed[exposed["PARAMCD"].eq(xcode)]
                x = own.set_index("USUBJID")["AVAL"]
                yield xcode, xname, ycode, yname, measure.code, x, y, censored


def _effects(
    data: TrialData, config: TrialConfig, measure: PdMeasure
) -> Iterator[tuple[str, str, pd.Series[float], pd.Series[bool]]]:
    t = data.adpp
    first = t["ATPTREF"].isna() | t["ATPTREF"].eq(FIRST_INFUSION)
    own = t[first & t["PARCAT1"].eq("PD") & t["PPCAT"].eq(measure.code) & t["PARAMCD"].eq("PDLOG10R")]
    own = own.set_index("USUBJID")
    bound = own["FLAG"].fillna("").str.contains("LOWER_BOUND", regex=False)
    yield "PDLOG10R", _EFFECTS["PDLOG10R"], own["AVAL"], bound
    made = data.derived["pd_effects"]
    for end in (None, *config.pharmacodynamics.depletion.auec_days[:1]):
        code = "PDDURBEL" if end is None else f"PDAUPB{end:g}"
        rows = made[made["PPCAT"].eq(measure.code) & made["PARAMCD"].eq(code)].set_index("USUBJID")
        name = _EFFECTS["PDDURBEL"] if end is None else f"AUEC0-{end:g}d, mean in % of day 0"
        yield code, name, rows["AVAL"], rows["CNSR"].eq(1.0)


def cd7_pairs(data: TrialData) -> Pairs:
    """CD7 of the tumour cells before infusion, per method and specimen, with grades, events and response."""
    t = data.derived["cd7_class"]
    base = t[t["BASEFL"].eq("Y")]
    for (method, specimen), rows in base.groupby(["PCMETHOD", "PCSPEC"], dropna=False, sort=True):
        place = specimen.split(",", maxsplit=1)[0] if isinstance(specimen, str) else specimen
        of = ", ".join(str(text).lower() for text in (method, place) if isinstance(text, str))
        at = rows.set_index("USUBJID")
        for ycode, (yname, values) in _outcomes(data).items():
            y = pd.Series(values, dtype="float64").reindex(at.index)
            for xcode, xname in (("CD7PCT", "CD7+ tumour cells, %"), ("CD7MFI", "MFI of CD7 on tumour cells")):
                yield xcode, xname, ycode, yname, of, at[xcode], y, y.notna() & False


def _outcomes(data: TrialData) -> Mapping[str, tuple[str, Mapping[str, float]]]:
    """Outcome -> its name and its value by subject; an event that did not occur is 0."""
    subjects = list(data.adsl.loc[data.adsl["EXCLRS"].isna(), "USUBJID"])
    found: dict[str, tuple[str, Mapping[str, float]]] = {}
    if data.clinical.has("adverse_events"):
        events = data.clinical.adae
        events = events[events["ANLFL"].eq("Y") & events["TRTEMFL"].eq("Y")]
        severe, limiting = (
            set(events.loc[events["ATOXGR"] >= 3, "USUBJID"]),
            set(events.loc[events["DLTFL"].eq("Y"), "USUBJID"]),
        )
        for event in ("CRS", "ICANS"):
            grades = max_grades(data, event)
            found[event] = (f"{event}, maximum grade", {s: grades.get(s, 0.0) for s in subjects})
        found["AE3"] = ("adverse event of grade 3 or higher", {s: float(s in severe) for s in subjects})
        found["DLT"] = ("subject with DLT", {s: float(s in limiting) for s in subjects})
    groups = data.derived["subject_groups"]
    for (code, label), rows in groups[groups["GROUPCD"].str.startswith("RESP")].groupby(["GROUPCD", "GROUP"]):
        known = rows.dropna(subset=["VALUE"])
        values = {str(s): float(v == RESPONDER) for s, v in zip(known["USUBJID"], known["VALUE"], strict=True)}
        found[str(code)] = (f"{str(label).lower()}: responder", values)
    return found
