"""ADAE: adverse events with grade and scale, relation, days, and which of them count as DLT."""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.clinical import Escalation
from cartpk.ingest.clinical.reading import because, where
from cartpk.ingest.clinical.spans import with_span_times
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, mapped, mapped_together, plain

__all__ = ["adverse_events", "dlt_window", "with_dlt"]

_GRADE: Final = re.compile(r"(?:grade|gr|g)?\.? ?(?P<n>[1-5])(?:\.0)? ?级?", re.IGNORECASE)
_YES: Final = frozenset({"y", "yes", "1", "true", "是"})
_NO: Final = frozenset({"n", "no", "0", "false", "否"})


def dlt_window(escalation: Escalation, level: float) -> float | None:
    """Last day of the DLT window of this dose level (1 = lowest), days; None = the record does not say."""
    window = escalation.window(level)
    return None if window is None else window[1]


def adverse_events(frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The events with the columns of ``ADAE``, apart from what needs the subjects (:func:`with_dlt`).

    Parameters
    ----------
    frame
        Table ``adverse_events`` as :func:`read_clinical_table` gives it.
    """
    rows = frame.assign(
        AETERM=frame["term"],
        AEDECOD=frame["decoded"].where(frame["decoded"] != "", frame["term"]),
        AESOC=frame["system"],
        AETOXGR=frame["grade"],
        AEREL=frame["related"],
        AEACN=frame["action"],
        AEOUT=frame["outcome"],
        AESI=_special_interest(frame, config),
        AESER=_yes_no(frame["serious"]),
    )
    rows = with_span_times(rows, "the start of the event", findings)
    rows = _with_grades(rows, config, findings)
    fatal = _yes_no(rows["death"]).eq("Y") | where(rows, [k == "fatal" for k in mapped(rows["outcome"], key)])
    rows = rows.assign(
        AREL=_relation(rows, config, findings),
        AESDTH=np.where(fatal | (rows["ATOXGR"] == 5), "Y", "N"),
        TRTEMFL=np.where(rows["ASTDY"].fillna(0.0) >= 0, "Y", "N"),
        AEDLT=_yes_no(rows["dlt"]).fillna("N"),
    )
    _list_mixed_scales(rows, findings)
    return rows


def _yes_no(column: pd.Series[str]) -> pd.Series[str]:
    """Y, N, or missing where the cell says neither."""
    read = mapped(column, lambda t: "Y" if key(t) in _YES else "N" if key(t) in _NO else "")
    text = pd.Series(read, index=column.index, dtype="str")
    return text.where(text != "")


def _special_interest(frame: pd.DataFrame, config: TrialConfig) -> pd.Series[str]:
    """Class of special interest by preferred term, reported term, category or system organ class."""
    classes = config.clinical.adverse_events.special_interest
    known = {key(text): name for name, texts in classes.items() for text in (name, *texts)}

    def of(*cells: str) -> str:
        return next((known[k] for k in map(key, cells) if k in known), "")

    cells = [frame[c] for c in ("decoded", "term", "category", "system")]
    return pd.Series(mapped_together(cells, of), index=frame.index, dtype="str")


def _with_grades(rows: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows with ``ATOXGR``, ``SCALE`` and ``GRADERS``.

    Where no grade is delivered at all, that is said once (CP-109); else a row without a readable grade, or of a class
    that has a scale of its own and does not name it, is listed and has none (BI-081).
    """
    shown = rows["grade"].map(plain)
    match = [_GRADE.fullmatch(text) for text in shown]
    grade = pd.Series([float(m["n"]) if m else math.nan for m in match], index=rows.index, dtype="float64")
    scale = rows["scale"].map(plain)
    own = rows["AESI"].isin(config.clinical.adverse_events.own_scale)
    if config.safety.grading:
        scale = scale.where((scale != "") | own, config.safety.grading)
    reason = pd.Series("", index=rows.index, dtype="str")
    if len(rows) and (shown == "").all():
        for file, here in rows.groupby("SRCFILE", sort=False):
            findings.add("CP-109", file=str(file), row=float(here["SRCROW"].iloc[0]), field="grade")
        reason = pd.Series(because("CP-109"), index=rows.index, dtype="str")
    else:
        open_ = rows["ANLRS"].isna()
        unread = open_ & grade.isna()
        what = ("the grade “" + shown + "”").where(shown != "", "no grade")
        findings.add_rows("BI-081", rows[unread], field="grade", old=rows["grade"], what=what)
        unscaled = open_ & own & (scale == "") & ~unread
        named = "no grading scale for " + rows["AESI"]
        findings.add_rows("BI-081", rows[unscaled], field="scale", old=rows["scale"], what=named)
        grade = grade.mask(unscaled)
        reason = reason.mask(unread | unscaled, because("BI-081"))
    return rows.assign(ATOXGR=grade, SCALE=scale, GRADERS=reason.where(reason != ""))


def _relation(rows: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.Series[str]:
    settings = config.clinical.adverse_events
    known = {key(t): "N" for t in settings.not_related} | {key(t): "Y" for t in settings.related}
    read = pd.Series(mapped(rows["related"], lambda t: known.get(key(t), "")), index=rows.index, dtype="str")
    for text, here in rows[(read == "") & (rows["related"] != "")].groupby("related", sort=True):
        findings.add_files("CP-110", here, field="related", old=str(text))
    return read.where(read != "")


def _list_mixed_scales(rows: pd.DataFrame, findings: Findings) -> None:
    """List classes of special interest that are graded by several scales: their grades are never merged (CP-111)."""
    graded = rows[rows["ATOXGR"].notna() & rows["ANLRS"].isna() & (rows["AESI"] != "")]
    for name, here in graded.groupby("AESI", sort=True):
        scales = sorted(set(here["SCALE"]))
        if len(scales) > 1:
            findings.add("CP-111", field="scale", old=", ".join(s or "none named" for s in scales), name=str(name))


def with_dlt(
    rows: pd.DataFrame, adsl: pd.DataFrame, dead: set[str], config: TrialConfig, findings: Findings
) -> pd.DataFrame:
    """The events with ``DLTFL`` and ``DLTRS``; grade 5 without a death on record is listed (CP-112).

    Parameters
    ----------
    adsl
        Subjects: a DLT counts only in one that was infused (``NINF``), its window is that of its dose level.
    dead
        Subjects whose death is on record.
    """
    fatal = (rows["ATOXGR"] == 5) & ~rows["USUBJID"].isin(dead) & rows["ANLRS"].isna()
    findings.add_rows("CP-112", rows[fatal], field="grade", old=rows["grade"])
    level = rows["USUBJID"].map(dict(zip(adsl["USUBJID"], adsl["COHORTN"], strict=True))).fillna(1.0)
    infused = rows["USUBJID"].map(dict(zip(adsl["USUBJID"], adsl["NINF"], strict=True))).fillna(0.0) > 0
    marked = (rows["AEDLT"] == "Y") & (rows["ANLRS"].isna() | ~infused)
    last = level.map({n: dlt_window(config.escalation, n) for n in set(level)}).astype("float64")
    outside = marked & infused & ((rows["ASTDY"] < 0) | (rows["ASTDY"] > last))
    undated = marked & infused & rows["ASTDY"].isna()
    what = pd.Series("", index=rows.index, dtype="str")
    what = what.mask(marked & ~infused, "the subject was not infused")
    onset = [f"onset on day {d:.4g}, the window is day 0 to {n:g}" for d, n in zip(rows["ASTDY"], last, strict=True)]
    what = what.mask(outside, pd.Series(onset, index=rows.index, dtype="str"))
    what = what.mask(undated, "the day of onset is not known")
    doubtful = marked & (what != "")
    findings.add_rows("BI-082", rows[doubtful], field="dlt", old=rows["AEDECOD"], what=what)
    unknown = marked & infused & last.isna() & ~doubtful
    findings.add_rows("CP-113", rows[unknown], field="dlt", old=rows["AEDECOD"])
    kept = outside & config.clinical.adverse_events.count_dlt_outside_window
    counts = marked & (~doubtful | kept)
    text = what.mask(unknown, "DLT window not stated in the registry record")
    return rows.assign(DLTFL=np.where(counts, "Y", "N"), DLTRS=text.where(marked & (text != "")))
