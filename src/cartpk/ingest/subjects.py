"""Subjects: identifiers as one writes them, rows that name no subject, what is known of each subject."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

import numpy as np
import pandas as pd

from cartpk.ingest.cells import CellReader
from cartpk.ingest.findings import Findings
from cartpk.ingest.identities import looks_like, masked
from cartpk.ingest.text import counted, factored, identifier, key, looked_up, texts

__all__ = ["check_identifiers", "first_known", "known_numbers", "with_identifiers"]

_SUMMARY_WORDS: Final = frozenset(
    {
        "mean",
        "median",
        "sd",
        "se",
        "cv",
        "cv%",
        "geomean",
        "total",
        "sum",
        "n",
        "min",
        "max",
        "合计",
        "总计",
        "平均",
        "均值",
    }
)
_AS_FLOAT: Final = re.compile(r"\d+\.0+|\d+(?:\.\d+)?[eE]\+?\d+")


def with_identifiers(frame: pd.DataFrame, column: str, file: str, findings: Findings) -> pd.DataFrame:
    """The rows that name a subject, with ``USUBJID`` normalised; every change and every other row is a finding.

    Parameters
    ----------
    frame
        A file's cells as text, index = line number.
    column
        The subject's column.
    """
    raw = frame[column]
    read = {spelling: identifier(spelling) for spelling in raw.unique()}
    for spelling, new in sorted(read.items()):
        if new and new != spelling:
            lines = frame.index[raw == spelling]
            first, count = float(lines[0]), counted(len(lines))
            findings.add("BI-048", subject=new, file=file, row=first, field=column, old=spelling, new=new, count=count)
    ids = looked_up(raw, read)
    nobody = {new for new in read.values() if not new or key(new) in _SUMMARY_WORDS}
    empty = _empty_beside(frame, column)
    no_subject = ids.isin(nobody) | empty if nobody else empty
    for line, text in ids[no_subject].items():
        findings.add("BI-091", file=file, row=float(str(line)), field=column, old=text)
    kept: pd.DataFrame = frame.assign(USUBJID=ids)[~no_subject]
    return kept


def _empty_beside(frame: pd.DataFrame, column: str) -> pd.Series[bool]:
    """Rows that have nothing but this cell: footnotes."""
    left = np.arange(len(frame))
    for name in frame.columns.drop(column):
        # each column looks only at the rows that are still empty: nearly none after the first one
        cells = frame[name].to_numpy(dtype=object)[left]
        left = left[np.array([not cell.strip() for cell in cells], dtype=np.bool_)]
        if not left.size:
            break
    empty = np.zeros(len(frame), dtype=np.bool_)
    empty[left] = True
    return pd.Series(empty, index=frame.index)


def check_identifiers(subjects: list[str], findings: Findings) -> None:
    """List identifiers that may be one subject written in two ways, and such as look like a person's own."""
    by_case: defaultdict[str, list[str]] = defaultdict(list)
    by_number: defaultdict[float, list[str]] = defaultdict(list)
    for subject in sorted(subjects):
        by_case[subject.casefold()].append(subject)
        if subject.isdecimal() or _AS_FLOAT.fullmatch(subject):
            by_number[float(subject)].append(subject)
        if what := looks_like(subject):
            findings.add("BI-054", old=masked(subject), what=what)
    for same in by_case.values():
        if len(same) > 1:
            findings.add("BI-052", old=", ".join(same))
    for same in by_number.values():
        if len(same) > 1:
            findings.add("BI-049", old=", ".join(same))


def first_known(frame: pd.DataFrame, column: str, findings: Findings, rule: str) -> dict[str, str]:
    """First non-empty cell of the column by subject; several different ones are listed under ``rule``.

    ``frame`` has ``USUBJID``, ``SRCFILE``, ``SRCROW`` and the column, as text.
    """
    cells, texts_of = factored(frame[column])
    if not any(texts_of):
        return {}
    subjects, _ = factored(frame["USUBJID"])
    pairs = pd.Series(subjects * len(texts_of) + cells)
    given = np.array([bool(text.strip()) for text in texts_of], dtype=np.bool_)[cells]
    known = frame.loc[given & ~pairs.duplicated().to_numpy(), ["USUBJID", "SRCFILE", "SRCROW", column]]
    shown = texts(known[column], str.strip)
    once = ~known["USUBJID"].duplicated()
    first = dict(zip(known["USUBJID"][once].tolist(), shown[once].tolist(), strict=True))
    differs = shown != looked_up(known["USUBJID"], first)
    conflicts = known[differs].drop_duplicates("USUBJID")
    kept = looked_up(conflicts["USUBJID"], first)
    findings.add_rows(rule, conflicts, field=column, old=conflicts[column], new=kept)
    return first


def known_numbers(
    ids: pd.Series[str], texts: pd.Series[str], field: str, reader: CellReader, findings: Findings
) -> pd.Series[float]:
    """These texts as numbers, one per subject; one that is no number is listed (CP-039)."""
    numbers, rule = reader.numbers(texts)
    for subject, text in zip(ids[rule == "CP-010"], texts[rule == "CP-010"], strict=True):
        findings.add("CP-039", subject=str(subject), field=field, old=str(text))
    return numbers
