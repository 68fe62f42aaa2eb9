"""ADNCA -> profiles: the checks of the table, and which rows make one profile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.core.nca.profiles import Profiles
from cartpk.core.nca.ragged import Bools, Floats, Indices

__all__ = [
    "KEYS",
    "REQUIRED",
    "Problem",
    "ProfileTable",
    "TableError",
    "categorical",
    "profile_table",
    "used_rows",
]

REQUIRED: Final = ("USUBJID", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL")
"""Columns an ADNCA must have."""

KEYS: Final = ("USUBJID", "PCTESTCD", "PCSPEC", "AVALU", "ATPTREF")
"""What makes one profile: subject, analyte, specimen, unit and infusion, as far as the table has them."""


class Problem(NamedTuple):
    """One thing that is wrong with an input table."""

    column: str
    rows: Indices
    """Positions of the rows, from 0; none for a problem of the whole column."""
    found: str
    """What stands in the first of them."""
    allowed: str


class TableError(ValueError):
    """A table the analysis cannot take: every problem of it, in words and as :attr:`problems`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("ADNCA: " + "; ".join(map(_words, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, eq=False)
class ProfileTable:
    """Profiles and who they belong to."""

    profiles: Profiles
    """``row`` points into the rows of the ADNCA given."""
    labels: dict[str, pd.Categorical]
    """Per key column, one entry per profile; a column the table lacks is not here."""
    shift: Floats
    """days, shape (m,): start of the profile's own infusion after the first one (AFRLT - time used)."""


@dataclass(frozen=True, eq=False)
class _Texts:
    """A text column as codes."""

    codes: Indices
    """Shape (n,): index into ``labels``; -1 for an empty cell."""
    labels: pd.Index
    """The texts in use, sorted."""

    def equal(self, text: str) -> Bools:
        """Rows, shape (n,), that hold this text."""
        at = np.flatnonzero(self.labels == text)
        same: Bools = self.codes == (int(at[0]) if len(at) else -2)
        return same


def profile_table(adnca: pd.DataFrame) -> ProfileTable:
    """Profiles of an ADNCA, sorted by their keys; a subject without a used row keeps an empty profile.

    Time is ``AFRLT``; where the table tells infusions apart (``ATPTREF``) and has ``ARRLT``, the time from the
    profile's own infusion. Rows with ``NCAXFL`` Y or ``ANLFL`` N are not used; of them only the keys must be right.

    Raises
    ------
    TableError
        Lists every problem of the table.
    """
    none = np.empty(0, dtype=np.intp)
    missing = [Problem(c, none, "no such column", f"columns {', '.join(REQUIRED)}") for c in REQUIRED if c not in adnca]
    if missing:
        raise TableError(missing)
    texts = {name: _text(adnca[name]) for name in (*KEYS, "BLQFL") if name in adnca}
    numbers = {name: _number(adnca[name]) for name in ("AFRLT", "AVAL", "ALLOQ")}
    used = used_rows(adnca)
    problems = _problems(adnca, texts, numbers, used)
    if problems:
        raise TableError(problems)
    return _made(adnca, texts, numbers, used)


def used_rows(adnca: pd.DataFrame) -> Bools:
    """Rows, shape (n,), that no flag (``NCAXFL`` Y, ``ANLFL`` N) takes out of the analysis."""
    used = np.ones(len(adnca), dtype=np.bool_)
    for name, out in (("NCAXFL", "Y"), ("ANLFL", "N")):
        if name in adnca:
            used &= ~_text(adnca[name]).equal(out)
    return used


def _problems(adnca: pd.DataFrame, texts: dict[str, _Texts], numbers: dict[str, Floats], used: Bools) -> list[Problem]:
    """Everything the analysis cannot take; an empty list if nothing is."""
    out: list[Problem] = []

    def add(column: str, wrong: Bools, allowed: str) -> None:
        rows = np.flatnonzero(wrong)
        if len(rows):
            found = adnca[column].iloc[rows[0]]
            out.append(Problem(column, rows, "an empty cell" if pd.isna(found) else f"'{found}'", allowed))

    add("USUBJID", texts["USUBJID"].codes < 0, "text")
    add("AFRLT", used & ~np.isfinite(numbers["AFRLT"]), "a finite number of days")
    below = texts["BLQFL"].equal("Y")
    value, limit = numbers["AVAL"], numbers["ALLOQ"]
    add("AVAL", used & ~below & ~(np.isfinite(value) & (value >= 0)), "a number >= 0, or empty with BLQFL Y")
    add("AVALU", texts["AVALU"].codes < 0, "text")
    bad = used & ~(np.isfinite(limit) & (limit > 0))
    if bad.any():
        add("ALLOQ", bad & adnca["ALLOQ"].notna().to_numpy(), "a number > 0 or empty")
    add("BLQFL", used & ~below & ~texts["BLQFL"].equal("N"), "Y or N")
    return out


def _made(adnca: pd.DataFrame, texts: dict[str, _Texts], numbers: dict[str, Floats], used: Bools) -> ProfileTable:
    """Profiles of a table without problems."""
    code, labels = _profiles_of({name: texts[name] for name in KEYS if name in texts}, len(adnca))
    afrlt = day = numbers["AFRLT"]
    if "ATPTREF" in adnca and "ARRLT" in adnca:
        own = _number(adnca["ARRLT"])
        day = np.where(np.isnan(own), afrlt, own)
    seen = None if "BLQCLASS" not in adnca else ~_text(adnca["BLQCLASS"]).equal("NOT DETECTED")
    columns = (code, day, numbers["AVAL"], texts["BLQFL"].equal("Y"), numbers["ALLOQ"], seen)
    m = len(labels["USUBJID"])
    shift = np.zeros(m)
    if used.all():
        profiles = Profiles.from_arrays(*columns, n_profiles=m)
        if day is not afrlt:
            shift[code] = afrlt - day
        return ProfileTable(profiles, labels, shift)
    rows = np.flatnonzero(used)
    p = Profiles.from_arrays(*(None if c is None else c[rows] for c in columns), n_profiles=m)  # type: ignore[arg-type]
    shift[code[rows]] = (afrlt - day)[rows]
    source = Profiles(p.offsets, p.day, p.conc, p.blq, p.lloq, p.detected, p.conflict, rows[p.row])
    return ProfileTable(source, labels, shift)


def _number(column: pd.Series) -> Floats:
    """The column as numbers, NaN where it does not hold one."""
    if column.dtype.kind in "fiu":
        return column.to_numpy(dtype=np.float64)
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def categorical(codes: NDArray[np.signedinteger], texts: Iterable[str]) -> pd.Categorical:
    """Texts by their codes; -1 is an empty cell."""
    labels = texts if isinstance(texts, pd.Index) else pd.Index(list(texts), dtype="str")
    dtype = pd.CategoricalDtype(labels)
    return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)


def _factorised(column: pd.Series) -> tuple[Indices, pd.Index]:
    """Codes and texts of a column; a cell that is the same object as another one is looked up once.

    A table just read holds each text once, and neighbours of a subject share it: comparing the references (the
    addresses CPython keeps in an object array) spares comparing and hashing texts. Equal texts in several objects meet
    in the second look-up.
    """
    cells = np.ascontiguousarray(column.astype("str").to_numpy(dtype=object))
    if not len(cells):
        return np.empty(0, dtype=np.intp), pd.Index([], dtype="str")
    address = np.frombuffer(cells, dtype=np.intp)
    heads = np.append(0, np.flatnonzero(address[1:] != address[:-1]) + 1)
    own, objects = pd.factorize(address[heads])
    example = np.empty(len(objects), dtype=np.intp)
    example[own] = heads
    of_object, texts = pd.factorize(cells[example])
    return np.repeat(of_object[own], np.diff(heads, append=len(cells))), pd.Index(texts, dtype="str")


def _text(column: pd.Series) -> _Texts:
    """The column as codes in the sorted order of its texts."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        kept = column.cat.remove_unused_categories()
        own, labels = kept.cat.codes.to_numpy().astype(np.intp), kept.cat.categories.astype("str")
    else:
        own, labels = _factorised(column)
    if labels.is_monotonic_increasing:  # also tells pandas that they are unique, at a third of the price of asking
        return _Texts(own.astype(np.intp, copy=False), labels)
    order = np.argsort(labels.to_numpy(dtype=object), kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.intp)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    return _Texts(rank[own], labels[order])


def _profiles_of(keys: dict[str, _Texts], n: int) -> tuple[Indices, dict[str, pd.Categorical]]:
    """Number of the profile of each row, shape (n,), and the keys of each profile."""
    code = np.zeros(n, dtype=np.intp)
    for text in keys.values():
        if len(text.labels) > 1 or (text.codes < 0).any():
            code = code * (len(text.labels) + 1) + (text.codes + 1)
    code, first = _consecutive(code)
    labels: dict[str, pd.Categorical] = {
        name: categorical(text.codes[first], text.labels) for name, text in keys.items()
    }
    return code, labels


def _consecutive(code: Indices) -> tuple[Indices, Indices]:
    """Codes 0, 1, ... in the same order, and a row of each."""
    if not len(code):
        return code, code
    code = code - code.min()
    top = int(code.max()) + 1
    if top <= 4 * len(code) + 1024:  # counting beats sorting
        present = np.zeros(top, dtype=np.bool_)
        present[code] = True
        out = code if present.all() else (np.cumsum(present) - 1)[code]
    else:
        out = np.unique(code, return_inverse=True)[1].astype(np.intp, copy=False)
    first = np.zeros(int(out.max()) + 1, dtype=np.intp)
    first[out] = np.arange(len(code))
    return out, first


def _words(problem: Problem) -> str:
    """One problem in words."""
    where = "" if not len(problem.rows) else f" in {len(problem.rows)} row(s), first row {problem.rows[0]}"
    return f"{problem.column}{where}: found {problem.found}, allowed {problem.allowed}"
