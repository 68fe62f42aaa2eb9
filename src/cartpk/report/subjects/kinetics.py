"""The samples of every profile as the analysis saw them: used, BLQ, or left out and why; the terminal line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from cartpk.adpp.events import SAME_TIME
from cartpk.adpp.reinfusion import infusion_starts
from cartpk.core.nca import BlqRule
from cartpk.report.subjects.coding import Texts, plain, rounded, starts
from cartpk.tables.assays import in_specimen
from cartpk.tables.printing import days, unit_text
from cartpk.terms import BlqClass

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["BEFORE", "USED", "Profile", "kinetics", "profiles", "uses"]

PROFILE: Final = ["USUBJID", "PCTESTCD", "PCSPEC", "ATPTREF"]

USED: Final = "used"
BEFORE: Final = "before the infusion: not searched for Cmax, Tmax or the last result; may stand for day 0 of the areas"
_NO_RESULT: Final = "no result"
_ABOVE: Final = "used; above the upper limit of quantification, for which the limit stands: a lower bound"
_ZERO, _OUT, _HALF = "counts as 0 in areas", "left out of the areas", "counts as half of its LLOQ in areas"
_BLQ: Final = {
    BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_KEEP: (_ZERO, _OUT, _ZERO),
    BlqRule.ZERO: (_ZERO, _ZERO, _ZERO),
    BlqRule.DROP: (_OUT, _OUT, _OUT),
    BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_DROP: (_ZERO, _OUT, _OUT),
    BlqRule.HALF_LLOQ_ALL: (_HALF, _HALF, _HALF),
    BlqRule.FIRST_ZERO_MIDDLE_HALF_LLOQ_LAST_ZERO: (_ZERO, _HALF, _ZERO),
}
"""What a BLQ sample is before the first, between, and after the last quantifiable one."""


_Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True)
class Profile:
    """One subject, analyte, specimen and infusion.

    Attributes
    ----------
    key
        USUBJID, PCTESTCD, PCSPEC, ATPTREF.
    shift
        Day of its own infusion.
    event
        Day (from the first infusion) of the event that cuts it, inf = none, and what that is.
    rows
        Its samples by time, with ``AT`` (place among the samples of all subjects that came in), ``USE`` (what the
        analysis did with each) and ``LZ`` (a point of the terminal line).
    line
        Intercept and slope of ln C on the day from its own infusion; nan = no line.
    """

    key: tuple[str, str, str, str]
    shift: float
    event: tuple[float, str]
    rows: pd.DataFrame
    line: tuple[float, float]


def profiles(data: TrialData, config: TrialConfig, subjects: list[str]) -> list[Profile]:
    """Every profile in the order of the subjects, then of analyte, specimen and infusion."""
    place = {subject: i for i, subject in enumerate(subjects)}
    later = infusion_starts(data.adnca)
    keys = zip(later["USUBJID"].astype(str), later["ATPTREF"].astype(str), strict=True)
    starts_at = dict(zip(keys, later["AFRLT"].astype(float), strict=True))
    cuts = _cuts(data, starts_at)
    lines, points, manual = _terminal(data.lambda_z)
    order = {analyte.code: i for i, analyte in enumerate(config.analytes)}
    known = data.adnca[data.adnca["USUBJID"].isin(subjects)].reset_index(drop=True)
    known = known.assign(AT=np.arange(len(known)))
    found = []
    for raw, rows in known.groupby(PROFILE, sort=True):
        key: _Key = tuple(map(str, raw))  # type: ignore[assignment]
        shift = starts_at.get((key[0], key[3]), 0.0)
        event = next(((d, w) for d, w in cuts.get(key[0], ()) if d > shift + SAME_TIME), (math.inf, ""))
        own = rows.sort_values("AFRLT", kind="stable").reset_index(drop=True)
        said = [manual.get((*key, round(float(day), 6)), "") for day in own["AFRLT"]]
        used = uses(own, event, str(config.nca.blq_rule), said)
        marks = [(*key, round(float(day), 6)) in points for day in own["AFRLT"]]
        own = own.assign(USE=used, LZ=np.array(marks, dtype=bool) & own["ANLFL"].eq("Y").to_numpy())
        found.append(Profile(key, shift, event, own, lines.get(key, (math.nan, math.nan))))
    found.sort(key=lambda p: (place[p.key[0]], p.key[3], order.get(p.key[1], len(order)), p.key[1], p.key[2]))
    return found


def _cuts(data: TrialData, starts_at: Mapping[tuple[str, str], float]) -> dict[str, list[tuple[float, str]]]:
    """Subject -> days of re-infusions, transplant and death with their names, by day."""
    found: dict[str, dict[float, str]] = {}
    for row in data.adsl.to_dict("records"):
        own = found.setdefault(str(row["USUBJID"]), {})
        if pd.notna(row["EVENTDY"]):
            own[float(row["EVENTDY"])] = row["EVENTTXT"] if isinstance(row["EVENTTXT"], str) else "event"
        if pd.notna(row["ENDDY"]):
            own.setdefault(float(row["ENDDY"]), "transplantation or death")
    for (subject, _), day in starts_at.items():
        own = found.setdefault(subject, {})
        if not any(abs(day - known) < SAME_TIME for known in own):
            own[day] = "re-infusion"
    return {subject: sorted(own.items()) for subject, own in found.items()}


def _terminal(
    table: pd.DataFrame,
) -> tuple[dict[_Key, tuple[float, float]], set[tuple[Any, ...]], dict[tuple[Any, ...], str]]:
    """Lines by profile; points of the lines; what an analyst decided on a sample."""
    lines: dict[_Key, tuple[float, float]] = {}
    points: set[tuple[Any, ...]] = set()
    manual: dict[tuple[Any, ...], str] = {}
    if "LZFL" not in table:
        return lines, points, manual
    for row in table.to_dict("records"):
        key: _Key = (str(row["USUBJID"]), str(row["PPCAT"]), str(row["PPSPEC"]), str(row["ATPTREF"]))
        at = (*key, round(float(row["AFRLT"]), 6))
        if row["LZFL"] == "Y":
            points.add(at)
            lines[key] = (float(row["INTERCEPT"]), float(row["SLOPE"]))
        if isinstance(row.get("MANUAL"), str):
            what = str(row["MANUAL"]).replace("_", " ")
            manual[at] = f"{what}, by {row['WHO']} ({row['WHEN']}): {row['WHY']}"
    return lines, points, manual


def uses(rows: pd.DataFrame, event: tuple[float, str], blq_rule: str, manual: list[str]) -> list[str]:
    """What the analysis did with each sample of a profile, in words.

    Parameters
    ----------
    rows
        Samples of one profile, by time.
    event
        Day of the event that cuts the profile (inf: none), and what it is.
    blq_rule
        Setting ``nca.blq_rule``.
    manual
        An analyst's decision on each sample; empty = none.
    """
    own, afrlt = rows["ARRLT"].to_numpy(dtype=float), rows["AFRLT"].to_numpy(dtype=float)
    in_use = rows["ANLFL"].eq("Y").to_numpy() & rows["NCAXFL"].ne("Y").to_numpy() & (afrlt <= event[0] + 1e-9)
    blq = rows["BLQFL"].eq("Y").to_numpy()
    number = rows["AVAL"].notna().to_numpy() & ~blq
    seen = np.flatnonzero(in_use & number & (own > 0))
    values = rows["AVAL"].to_numpy(dtype=float)
    peak = seen[np.argmax(values[seen])] if seen.size else -1
    out = []
    for i, row in enumerate(rows.to_dict("records")):
        if row["ANLFL"] != "Y":
            said = f"not used: {row['ANLRS']}" if isinstance(row["ANLRS"], str) else "not used: reason not given"
        elif manual[i].startswith("exclude sample") or row["NCAXFL"] == "Y":
            said = f"left out of the NCA: {manual[i]}" if manual[i] else "left out of the NCA"
        elif afrlt[i] > event[0] + 1e-9:
            said = f"not used: after the {event[1]} on day {days(event[0])}, which ends the profile"
        elif not (own[i] > 0):
            said = BEFORE
        elif blq[i]:
            said = _blq(i, seen, int(peak), blq_rule)
        elif not number[i]:
            said = _NO_RESULT
        else:
            said = _ABOVE if row["BLQCLASS"] == BlqClass.ABOVE else USED
            said += f"; {manual[i]}" if manual[i] else ""
        out.append(said)
    return out


def _blq(at: int, seen: np.ndarray[Any, np.dtype[np.intp]], peak: int, rule: str) -> str:
    """What a BLQ sample counts as, by its place among the quantifiable ones (``seen``)."""
    if rule == BlqRule.BEFORE_TMAX_KEEP_AFTER_TMAX_DROP:
        return f"BLQ: {_ZERO if peak < 0 or at < peak else _OUT}"
    first, middle, last = _BLQ[BlqRule(rule)]
    if not seen.size or at < seen[0]:
        return f"BLQ: {first}"
    return f"BLQ: {last if at > seen[-1] else middle}"


def kinetics(found: list[Profile], subjects: list[str], texts: Texts) -> dict[str, Any]:
    """Profiles, one list per column, by subject; and per sample, in the order of ``adnca`` in the block, its use.

    ``profiles.start`` says where each subject's profiles begin, ``profiles.rows`` where their samples stand in adnca.
    """
    place = {subject: i for i, subject in enumerate(subjects)}
    first = [p.rows.iloc[0] for p in found]
    profile = {
        "start": starts([place[p.key[0]] for p in found], len(subjects)),
        "label": texts.codes(in_specimen(str(r["PCTEST"]), str(r["PCSPEC"])) for r in first),
        "code": texts.codes(p.key[1] for p in found),
        "specimen": texts.codes(p.key[2] for p in found),
        "infusion": texts.codes(p.key[3] for p in found),
        "method": texts.codes(r["PCMETHOD"] for r in first),
        "unit": texts.codes(unit_text(str(r["AVALU"])) for r in first),
        "shift": [rounded(p.shift, 4) for p in found],
        "event": [rounded(p.event[0], 2) for p in found],
        "event_text": texts.codes(p.event[1] for p in found),
        "intercept": [_short(p.line[0]) for p in found],
        "slope": [_short(p.line[1]) for p in found],
        "rows": [[int(at) for at in p.rows["AT"]] for p in found],
    }
    use, points = [-1] * sum(len(p.rows) for p in found), []
    for p in found:
        for at, said, mark in zip(p.rows["AT"], p.rows["USE"], p.rows["LZ"], strict=True):
            use[at] = texts.code(said)
            if mark:
                points.append(int(at))
    return {"profiles": profile, "samples": {"use": use, "line": sorted(points)}}


def _short(value: float) -> float | int | None:
    """A number to seven significant digits: it is drawn, not printed."""
    return plain(float(f"{value:.7g}")) if math.isfinite(value) else None
