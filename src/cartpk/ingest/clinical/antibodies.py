"""ADIS: antibody results, titres and the class of each subject."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.clinical import Immunogenicity
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clinical.points import baseline, with_point_times
from cartpk.ingest.clinical.reading import because, excluding, where
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, mapped_together, plain
from cartpk.terms import AdaClass

__all__ = ["ada_class", "antibodies"]

_RATIO: Final = re.compile(r"(?P<sign>[<>]?=?|≤|≥) ?1 ?[:/] ?(?P<n>\d+(?:\.\d+)?)")
_BELOW: Final = re.compile(r"(?:<|≤|<=) ?(?P<rest>.+)")
_YES: Final = frozenset({"y", "yes", "1", "true"})


class _Result(NamedTuple):
    """What an antibody cell says: POSITIVE, NEGATIVE or nothing; the titre and whether it is an upper limit."""

    result: str
    titre: float = math.nan
    below: bool = False


def antibodies(frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The results with the columns of ``ADIS``; one that cannot be read is listed and not used (CP-117).

    A titre (``1:40``, ``40``) is positive, a titre below a limit (``<10``) negative.

    Parameters
    ----------
    frame
        Table ``antibodies`` as :func:`read_clinical_table` gives it.
    """
    rows = frame.assign(
        PARAMCD=frame["test"].where(frame["test"] != "", "ADA_BAB"),
        PARAM=frame["test_name"],
        PCSPEC=frame["specimen"],
        AVISIT=frame["visit"],
        AVALC=frame["result_original"].where(frame["result_original"] != "", frame["result"]),
    )
    rows = with_point_times(rows, findings)
    reader = CellReader(config.intake)
    cells = [rows["result"], rows["titre"]]

    def read(result: str, titre: str) -> _Result:
        return _read(result, titre, config.immunogenicity, reader)

    results = mapped_together(cells, read)
    rows = rows.assign(
        RESULT=pd.Series([r.result for r in results], index=rows.index, dtype="str"),
        TITRE=pd.Series([r.titre for r in results], index=rows.index, dtype="float64"),
        TITREC=pd.Series(["<" if r.below else "" for r in results], index=rows.index, dtype="str"),
    )
    empty = (rows["result"] == "") & (rows["RESULT"] == "") & rows["ANLRS"].isna()
    findings.add_rows("CP-104", rows[empty], field="result")
    rows = excluding(rows, empty, because("CP-104"))
    unread = (rows["RESULT"] == "") & rows["ANLRS"].isna()
    findings.add_rows("CP-117", rows[unread], field="result", old=rows["result"])
    rows = excluding(rows, unread, because("CP-117"))
    by = ["USUBJID", "PARAMCD"]
    declared = where(rows, [key(t) in _YES for t in rows["baseline"]]) & rows["ANLRS"].isna()
    rows = rows.assign(ABLFL=baseline(rows, by, rows["RESULT"] != ""))
    known = set(rows.loc[rows["ABLFL"] == "Y", "USUBJID"] + "\t" + rows.loc[rows["ABLFL"] == "Y", "PARAMCD"])
    # a record that the data mark as baseline serves where none lies up to the infusion
    late = declared & ~(rows["USUBJID"] + "\t" + rows["PARAMCD"]).isin(known)
    rows = rows.assign(
        ABLFL=rows["ABLFL"].mask(late & ~rows[late].duplicated(by).reindex(rows.index, fill_value=False), "Y")
    )
    return _with_classes(rows, by, config.immunogenicity.boost_fold, findings)


def _read(result: str, titre: str, settings: Immunogenicity, reader: CellReader) -> _Result:
    """What result and titre say together."""
    word = key(result)
    stated = "POSITIVE" if word in {key(t) for t in settings.positive} else ""
    stated = "NEGATIVE" if word in {key(t) for t in settings.negative} else stated
    number = _titre(titre, reader) if titre else _Result("")
    if stated:
        return _Result(stated, number.titre, number.below)
    return _titre(result, reader) if result else number


def _titre(text: str, reader: CellReader) -> _Result:
    """A titre: ``1:40`` and ``40`` are 40, ``<10`` lies below 10 and is negative."""
    shown = plain(text)
    below = _BELOW.fullmatch(shown)
    rest = below["rest"] if below else shown
    ratio = _RATIO.fullmatch(rest)
    value = float(ratio["n"]) if ratio and not ratio["sign"] else reader.signed(rest)
    if value is None or not math.isfinite(value) or value < 0:
        return _Result("")
    return _Result("NEGATIVE" if below or value == 0 else "POSITIVE", value, bool(below))


def ada_class(before: pd.DataFrame, after: pd.DataFrame, fold: float) -> AdaClass:
    """A subject's class in one test.

    Parameters
    ----------
    before, after
        Used results (``RESULT``, ``TITRE``): the baseline, those after the infusion.
    fold
        Rise of the titre over baseline from which the antibody counts as boosted.
    """
    if before.empty or after.empty:
        return AdaClass.UNKNOWN
    positive = after[after["RESULT"] == "POSITIVE"]
    if (before["RESULT"] == "NEGATIVE").all():
        return AdaClass.INDUCED if len(positive) else AdaClass.NEGATIVE
    base, highest = before["TITRE"].max(), positive["TITRE"].max()
    return AdaClass.BOOSTED if base > 0 and highest >= fold * base else AdaClass.PRE_EXISTING


def _with_classes(rows: pd.DataFrame, by: list[str], fold: float, findings: Findings) -> pd.DataFrame:
    """The rows with ``ADACLASS``; subjects positive before the infusion are listed (BI-083), and those of no class."""
    classes = pd.Series("", index=rows.index, dtype="str")
    used = rows[rows["ANLRS"].isna()]
    for (subject, test), mine in used.groupby(by, sort=True):
        before, after = mine[mine["ABLFL"] == "Y"], mine[(mine["at"] > 0) & (mine["ABLFL"] == "N")]
        found = ada_class(before, after, fold)
        classes[(rows["USUBJID"] == subject) & (rows["PARAMCD"] == test)] = str(found)
        if (before["RESULT"] == "POSITIVE").any():
            titre = before["AVALC"].iloc[0]
            findings.add("BI-083", subject=str(subject), field=str(test), old=str(titre), what=str(found).lower())
        elif found is AdaClass.UNKNOWN and (after["RESULT"] == "POSITIVE").any():
            findings.add("CP-118", subject=str(subject), field=str(test), old="no sample before the infusion")
    return rows.assign(ADACLASS=classes)
