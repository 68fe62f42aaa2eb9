"""What a stranger asks first: why an area is missing, which samples were BLQ, what the half-life is worth."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.clinical.tissue import in_tissue
from cartpk.core.nca import interval_code
from cartpk.core.nca.reasons import MoreReasons
from cartpk.report.prose import enumeration, number, plural
from cartpk.report.subjects.kinetics import Profile
from cartpk.report.subjects.values import printed
from cartpk.report.subjects.words import flag_words, reason_words
from cartpk.tables.parameter_rows import flags
from cartpk.tables.parameters import window_label
from cartpk.tables.printing import days, fixed, percent, unit_text
from cartpk.terms import AucFlag, NcaReason

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["Rows", "answers", "area_sentence", "blq_sentence", "half_life_sentence", "peak_sentence"]

_SHOWN: Final = 0.05
"""percent; a part of an area below this would be printed as 0.0."""

Rows = Mapping[str, Mapping[Hashable, Any]]
"""Parameter rows of one profile by PARAMCD."""


def answers(profile: Profile, rows: Rows, config: TrialConfig) -> Iterator[str]:
    """The sentences of one profile, in the order of reading: peak, areas, half-life, BLQ samples."""
    if rows and in_tissue(profile.key[2]):
        yield peak_sentence(rows, config)
        yield "A few biopsies make no profile: no area and no half-life is given (Listing 16.2.5-6b)."
    elif rows:
        yield peak_sentence(rows, config)
        for end in config.nca.windows.days:
            if interval_code(0.0, end) in rows:
                yield area_sentence(profile, rows, end, config)
        yield half_life_sentence(rows, config)
    yield blq_sentence(profile)


def peak_sentence(rows: Rows, config: TrialConfig) -> str:
    """Cmax and Tmax with their flags, or why there are none."""
    cmax, tmax = rows.get("CMAX"), rows.get("TMAX")
    if cmax is None or _missing(cmax):
        return f"Cmax has no value: {_why(cmax)}."
    unit = unit_text(str(cmax["AVALU"]))
    if tmax is None or _missing(tmax):
        return f"No expansion was seen: {_why(tmax)}. Cmax is BLQ and there is no Tmax."
    told = [f"{flag} ({flag_words(flag)})" for flag in sorted(flags(cmax["FLAG"]))]
    said = f"Cmax is {printed(cmax, config)} {unit}, on day {printed(tmax, config)}."
    return f"{said} Flagged {enumeration(told)}." if told else said


def area_sentence(profile: Profile, rows: Rows, end: float, config: TrialConfig) -> str:
    """The area over a window with what it rests on, or why it has no value, with the facts that decided it."""
    row, name = rows[interval_code(0.0, end)], window_label(end)
    flag = next((f for f in AucFlag if str(f) in flags(row["FLAG"])), None)
    if _missing(row):
        said = f"{name} has no value{f' ({flag})' if flag else ''}: {_why(row)}."
        facts = " ".join(_facts(profile, rows, end, row, config))
        return f"{said} {facts}".strip()
    worth = f" ({flag}: {flag_words(flag)})" if flag else ""
    part = float(row["PCTEXTR"])
    beyond = f" {percent(part)} % of it lies after the last quantifiable sample." if part >= _SHOWN else ""
    return f"{name} is {printed(row, config)} {unit_text(str(row['AVALU']))}{worth}.{beyond}"


def _facts(profile: Profile, rows: Rows, end: float, row: Mapping[Hashable, Any], config: TrialConfig) -> Iterator[str]:
    """What the decision table saw: the last result, the event, the extrapolated part, the terminal line."""
    reason, rule = str(row["PPREASND"]), config.nca.windows
    own = _results(profile)
    own = own[own["AFRLT"].le(profile.event[0])]
    if own.empty:
        return
    last = own.iloc[-1]
    width = _tolerance(config, end)
    if reason in {MoreReasons.WINDOW_NOT_REACHED, MoreReasons.NO_ACCEPTED_LAMBDA_Z, MoreReasons.EXTRAPOLATION}:
        at = float(last["ARRLT"])
        kind = "below the limit of quantification" if last["BLQFL"] == "Y" else "still quantifiable"
        where = (
            f"before day {number(end - width)} (the end of the window, {number(end)}, less {_days(width)})"
            if at < end - width
            else f"within the visit window of day {number(end)}"
            if at < end
            else f"after day {number(end)}"
        )
        yield f"The last result is of day {days(at)}, {kind}, {where}."
    if reason == MoreReasons.EXTRAPOLATION and not pd.isna(row["PCTEXTR"]):
        yield (
            f"{percent(float(row['PCTEXTR']))} % of the area would lie after the last quantifiable sample; allowed are "
            f"{number(rule.max_extrap_pct)} %."
        )
    if reason == MoreReasons.NO_ACCEPTED_LAMBDA_Z:
        yield _line_refused(rows, config)
    if reason == MoreReasons.EVENT and math.isfinite(profile.event[0]):
        yield f"The event: {profile.event[1]}, day {days(profile.event[0])}."
    if reason == MoreReasons.SPARSE:
        yield f"There are {len(own)} of them; {rule.min_results} are needed."
    if reason == MoreReasons.PEAK_NOT_SAMPLED and rule.peak_window_days is not None:
        first, until = rule.peak_window_days
        near = own[(own["ARRLT"] < first) | (own["ARRLT"] > until)]["ARRLT"]
        before, after = near[near < first], near[near > until]
        seen = [f"day {days(float(day))}" for day in (before.max(), after.min()) if not pd.isna(day)]
        yield (
            f"The window is day {number(first)} to {number(until)}; the samples next to it are of {enumeration(seen)}."
        )
    kept = rows.get("AUCLST")
    if kept is not None and not _missing(kept):
        unit = unit_text(str(kept["AVALU"]))
        yield f"The area to the last quantifiable sample is given: {printed(kept, config)} {unit}."


def _line_refused(rows: Rows, config: TrialConfig) -> str:
    """Why the terminal line may not carry an area on."""
    line = rows.get("LAMZ")
    if line is None or _missing(line):
        return f"There is no terminal line: {_why(line)}."
    nca, poor = config.nca, []
    r2, span = (_value(rows, code) for code in ("R2", "LAMZSPN"))
    if r2 < nca.r2_min:
        poor.append(f"its R² is {fixed(r2, 3)} (at least {number(nca.r2_min)} is asked for)")
    if span < nca.span_min:
        poor.append(f"its points span {fixed(span, 1)} half-lives (at least {number(nca.span_min)} are asked for)")
    return f"There is a terminal line, but {enumeration(poor)}." if poor else ""


def half_life_sentence(rows: Rows, config: TrialConfig) -> str:
    """The terminal half-life with what it is worth, or why there is none."""
    row = rows.get("LAMZHL")
    if row is None or _missing(row):
        return f"There is no terminal half-life: {_why(row if row is None else rows.get('LAMZ', row))}."
    nca, raised = config.nca, flags(row["FLAG"])
    said = f"The terminal half-life is {printed(row, config)} days{_points(rows)}."
    weak = []
    if "R2_LOW" in raised:
        weak.append(f"R² is below {number(nca.r2_min)}")
    if "SPAN_SHORT" in raised:
        weak.append(f"the samples span less than {number(nca.span_min)} half-lives")
    if "LZ_MANUAL" in raised:
        said += " An analyst chose the samples."
    if weak:
        return f"{said} It is a weak one: {enumeration(weak)}; it is reported, flagged, and extends no area."
    return f"{said} The line meets the limits that let it extend an area; it describes the follow-up up to then."


def _points(rows: Rows) -> str:
    """What the terminal line rests on; empty where these parameters were not derived."""
    n, first, until, r2, span = (_value(rows, code) for code in ("LAMZNPT", "LAMZLL", "LAMZUL", "R2", "LAMZSPN"))
    if not math.isfinite(n + first + until + r2 + span):
        return ""
    return (
        f", from {plural(int(n), 'sample')} of day {days(first)} to {days(until)} (R² {fixed(r2, 3)}; they span "
        f"{fixed(span, 1)} half-lives)"
    )


def blq_sentence(profile: Profile) -> str:
    """Which results after the infusion were below the limit of quantification, with their days and limits."""
    own = _results(profile)
    before = own["AFRLT"].le(profile.event[0])
    below = own[own["BLQFL"].eq("Y") & before]
    of = plural(int(before.sum()), "usable result after the infusion", "usable results after the infusion")
    if not before.any():
        return "There is no usable result after the infusion: none can be below the limit of quantification (BLQ)."
    if below.empty:
        return f"None of {of} is below the limit of quantification (BLQ)."
    limits = sorted(set(below["ALLOQ"].dropna()))
    unit = unit_text(str(below["AVALU"].iloc[0]))
    limit = " to ".join(number(v) for v in ([limits[0], limits[-1]] if len(limits) > 1 else limits))
    said = f"; LLOQ {limit} {unit}" if limit else ""
    listed = enumeration(days(float(day)) for day in below["ARRLT"])
    which = "day" if len(below) == 1 else "days"
    return f"{len(below)} of {of} {'is' if len(below) == 1 else 'are'} BLQ: {which} {listed}{said}."


def _results(profile: Profile) -> pd.DataFrame:
    """Usable results after the profile's own infusion, by time: numbers and BLQ."""
    rows = profile.rows
    kept = rows["ANLFL"].eq("Y") & rows["NCAXFL"].ne("Y") & (rows["ARRLT"] > 0)
    kept &= ~rows["USE"].str.startswith("left out of the NCA")
    return rows[kept & (rows["AVAL"].notna() | rows["BLQFL"].eq("Y"))]


def _tolerance(config: TrialConfig, end: float) -> float:
    """Visit window of the sample at the end of a window, days."""
    rule = config.nca.windows
    return float(rule.tolerance_days.get(end, rule.default_tolerance_days))


def _days(value: float) -> str:
    return f"{number(value)} {'day' if value == 1 else 'days'}"


def _missing(row: Mapping[Hashable, Any]) -> bool:
    return bool(pd.isna(row["AVAL"]))


def _why(row: Mapping[Hashable, Any] | None) -> str:
    reason = None if row is None else row["PPREASND"]
    return reason_words(reason) if isinstance(reason, str) else str(NcaReason.NO_DATA)


def _value(rows: Rows, code: str) -> float:
    row = rows.get(code)
    return math.nan if row is None else float(row["AVAL"])
