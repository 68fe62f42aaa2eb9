"""The results of a table: its tests with their units and limits, conflicting results, rows with a telling remark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config.data import Intake
from cartpk.draft.assays import Test, base_unit
from cartpk.draft.facts import kind_of, shown_list
from cartpk.draft.roles import header_of
from cartpk.ingest.cells import CellReader, Kind
from cartpk.ingest.nominal import label_day
from cartpk.ingest.spellings import PER_UL, canonical_specimen, canonical_unit, known_unit
from cartpk.ingest.text import key, plain

__all__ = ["Limit", "Remark", "conflicts", "limit_of", "remarks_of", "tests_of", "unit_said"]

_YES: Final = frozenset({"1", "1.0", "y", "yes", "true", "t", "blq", "是"})
_TELLING: Final = re.compile(
    r"not a measure|no measure|not measured|infused dose|initial.condition|exclude|invalid|ha?emoly|clot|"
    r"insufficient|"
    r"\bqns\b|contamin|wrong|mislabel|do not use|溶血|凝块|凝固|作废|无效|排除|剔除|不合格|污染",
    re.IGNORECASE,
)
_LIMIT: Final = re.compile(
    r"(?:l?loq|limit of quantification|定量下限|最低定量限|定量限)[^0-9]{0,12}(?P<limit>\d+(?:\.\d+)?(?:e[+-]?\d+)?)",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(r"[(\[（]([^()\[\]（）]+)[)\]）]|(?:units?|单位) ?[:=：] ?(\S+(?: g?DNA)?)", re.IGNORECASE)


def unit_said(texts: Iterable[str]) -> tuple[str, str]:
    """A unit of results that one of these texts names, and that text; both empty where none does.

    >>> unit_said(["Study 1", "CAR transgene (copies/ug DNA)"])
    ('copies/ug', 'CAR transgene (copies/ug DNA)')
    """
    for text in texts:
        shown = plain(text)
        for match in _UNIT.finditer(shown):
            unit = (match[1] or match[2]).rstrip(",;.")
            if known_unit(unit):
                return canonical_unit(unit), shown
        unit = header_of(shown).unit or shown
        if known_unit(unit):
            return canonical_unit(unit), shown
    return "", ""


def tests_of(rows: pd.DataFrame) -> list[Test]:
    """The tests of these rows (columns TEST, SPECIMEN, UNIT, METHOD), in order of appearance.

    Units that are another spelling, or can be converted, do not make two tests.
    """
    found: list[Test] = []
    specimen = rows["SPECIMEN"].map(canonical_specimen)
    units = rows["UNIT"].map(lambda u: "" if kind_of(u) == "missing" else (base_unit(u) or canonical_unit(u)))
    given = rows["VALUE"].map(kind_of) != "missing"
    for (name, where), here in rows.groupby([rows["TEST"], specimen], sort=False):
        own = [u for u in units[here.index][given[here.index]].drop_duplicates() if u] or [""]
        if all(u in PER_UL for u in own):
            own = own[:1]
        for unit in own:
            mine = here[(units[here.index] == unit) | (len(own) == 1)]
            method = [m for m in mine["METHOD"].drop_duplicates() if kind_of(m) != "missing"]
            found.append(
                Test(plain(str(name)), str(where), unit, method[0] if len(method) == 1 else "", rows=len(mine))
            )
    return found


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of quantification of one test.

    Attributes
    ----------
    value
        To be written as ``lloq``; None = not to be written.
    why
        Where it comes from; where it is asked for, what needs it.
    from_token
        Whether the results themselves name it (<50), each its own.
    ask
        ``needed`` where the config cannot be used without it, ``wished`` where results of 0 are left out, else empty.
    """

    value: float | None = None
    why: str = ""
    from_token: bool = False
    ask: str = ""


def limit_of(rows: pd.DataFrame, intake: Intake, said: Iterable[str], *, kinetic: bool) -> Limit:
    """The limit that results below it need.

    Parameters
    ----------
    rows
        The rows of one test (VALUE, LLOQ, BLQ).
    intake
        How cells are read.
    said
        Titles and headers, which may name a limit.
    kinetic
        Whether results of 0 need one too.
    """
    reader = CellReader(intake)
    cells = reader.column(rows["VALUE"])
    kind = np.asarray(cells.kind, dtype=object)
    own, _ = reader.numbers(rows["LLOQ"])
    marked = rows["BLQ"].map(lambda t: key(t) in _YES).to_numpy()
    censored = np.isin(kind, [Kind.BLQ.name, Kind.NOT_DETECTED.name]) | marked
    zero = (kind == Kind.NUMBER.name) & (cells.value == 0) & ~marked & kinetic
    alone = (censored | zero) & ~(own > 0).to_numpy()
    if not alone.any():
        return Limit()
    known = sorted({float(v) for v in own[own > 0]})
    if len(known) == 1:
        return Limit(known[0], "the column of limits has no other value; some rows have none")
    tokens = cells.value[(kind == Kind.BLQ.name) & np.isfinite(cells.value)]
    if len(tokens) and len(set(tokens)) == 1:
        return Limit(float(tokens[0]), f"results read “<{tokens[0]:g}”")
    if len(tokens) and np.isfinite(cells.value[alone & censored]).all() and not zero.any():
        return Limit(None, f"results read {shown_list(f'<{t:g}' for t in dict.fromkeys(tokens))}", from_token=True)
    for text in said:
        match = _LIMIT.search(plain(text))
        if match:
            return Limit(float(match["limit"]), f"the sheet says “{plain(text)}”")
    blq = [plain(t) for t in rows["VALUE"][alone & censored].drop_duplicates()]
    if blq:
        words = shown_list(f"“{t}”" for t in blq if t) or "marked as below it"
        return Limit(None, f"{int((alone & censored).sum())} of the results: {words}", ask="needed")
    return Limit(None, "1 result is 0" if zero.sum() == 1 else f"{int(zero.sum())} results are 0", ask="wished")


def conflicts(rows: pd.DataFrame, intake: Intake) -> tuple[int, str]:
    """Number of times at which one test of a subject has different results, and an example."""
    reader = CellReader(intake)
    days, _ = reader.numbers(rows["TIME"])
    days = days.fillna(rows["TIME"].map(label_day).astype("float64"))
    values = pd.Series(reader.column(rows["VALUE"]).value, index=rows.index)
    known = rows.assign(DAY=days, NUMBER=values)[days.notna() & values.notna()]
    groups = known.groupby(["SUBJECT", "TEST", "SPECIMEN", "UNIT", "DAY"], sort=True)["NUMBER"]
    several = groups.nunique()
    several = several[several > 1]
    if several.empty:
        return 0, ""
    subject, _, _, _, day = several.index[0]
    numbers = " and ".join(f"{v:g}" for v in groups.get_group(several.index[0]).drop_duplicates())
    return len(several), f"{subject} at {day:g}: {numbers}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark that says of its rows that they may be no measurements."""

    column: str
    text: str
    rows: int


def remarks_of(frame: pd.DataFrame, column: str | None) -> list[Remark]:
    """Remarks that say that a row may be no measurement, and rows that a standard marks as derived (DTYPE)."""
    found = []
    for name, telling in ((column, _TELLING), ("DTYPE", re.compile(".+"))):
        if name is None or name not in frame:
            continue
        counts = frame[name].value_counts(sort=False)
        found += [
            Remark(name, str(text), int(n))
            for text, n in counts.items()
            if kind_of(str(text)) != "missing" and telling.search(str(text))
        ]
    return found
