"""ADNCA -> profiles: the checks of the table, and which rows make one profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cartpk.core.nca.profiles import Profiles
from cartpk.core.nca.ragged import Bools, Floats, Indices

__all__ = ["KEYS", "REQUIRED", "Problem", "ProfileTable", "find_problems", "profile_table"]

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


@dataclass(frozen=True, eq=False)
class ProfileTable:
    """Profiles and who they belong to."""

    profiles: Profiles
    """``row`` points into the rows of the ADNCA given."""
    labels: dict[str, pd.Categorical]
    """Per key column, one entry per profile; a column the table lacks is not here."""
    shift: Floats
    """days, shape (m,): start of the profile's own infusion after the first one (AFRLT - time used)."""


def find_problems(adnca: pd.DataFrame) -> list[Problem]:
    """Everything in a table that the analysis cannot take; an empty list if nothing is.

    Of rows with ``NCAXFL`` Y or ``ANLFL`` N only the keys are looked at.
    """
    none = np.empty(0, dtype=np.intp)
    missing = [Problem(c, none, "no such column", f"columns {', '.join(REQUIRED)}") for c in REQUIRED if c not in adnca]
    if missing:
        return missing
    used = used_rows(adnca)
    out: list[Problem] = []

    def add(column: str, wrong: Bools, allowed: str) -> None:
        rows = np.flatnonzero(wrong)
        if len(rows):
            found = adnca[column].iloc[rows[0]]
            out.append(Problem(column, rows, "an empty cell" if pd.isna(found) else repr(found), allowed))

    for column in ("USUBJID", "AVALU"):
        add(column, adnca[column].isna().to_numpy(), "text")
    flag = adnca["BLQFL"]
    below = (flag == "Y").to_numpy()
    add("BLQFL", used & ~below & (flag != "N").to_numpy(), "Y or N")
    day, value, limit = (_number(adnca[column]) for column in ("AFRLT", "AVAL", "ALLOQ"))
    add("AFRLT", used & ~np.isfinite(day), "a finite number of days")
    bad = used & ~below & ~(np.isfinite(value) & (value >= 0))
    add("AVAL", bad, "a number >= 0, or empty with BLQFL Y")
    odd = used & adnca["ALLOQ"].notna().to_numpy() & ~(np.isfinite(limit) & (limit > 0))
    add("ALLOQ", odd, "a number > 0 or empty")
    return out


def used_rows(adnca: pd.DataFrame) -> Bools:
    """Rows, shape (n,), that no flag takes out of the analysis."""
    used = np.ones(len(adnca), dtype=np.bool_)
    if "NCAXFL" in adnca:
        used &= (adnca["NCAXFL"] != "Y").to_numpy()
    if "ANLFL" in adnca:
        used &= (adnca["ANLFL"] != "N").to_numpy()
    return used


def _number(column: pd.Series) -> Floats:
    """The column as numbers, NaN where it does not hold one."""
    if column.dtype.kind in "fiu":
        return column.to_numpy(dtype=np.float64)
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def profile_table(adnca: pd.DataFrame) -> ProfileTable:
    """Profiles of a checked ADNCA, sorted by their keys; a subject without a used row keeps an empty profile.

    Time is ``AFRLT``; where the table tells infusions apart (``ATPTREF``) and has ``ARRLT``, the time from the
    profile's own infusion.

    Raises
    ------
    ValueError
        Lists every problem of the table.
    """
    problems = find_problems(adnca)
    if problems:
        raise ValueError("ADNCA: " + "; ".join(describe(p) for p in problems))
    code, labels = _profiles_of(adnca)
    used = used_rows(adnca)
    rows = np.arange(len(adnca)) if used.all() else np.flatnonzero(used)
    m = len(labels["USUBJID"])
    afrlt = _number(adnca["AFRLT"])
    day = afrlt
    if "ATPTREF" in adnca and "ARRLT" in adnca:
        own = _number(adnca["ARRLT"])
        day = np.where(np.isnan(own), afrlt, own)
    seen = None
    if "BLQCLASS" in adnca:
        seen = (adnca["BLQCLASS"] != "NOT DETECTED").to_numpy()
    profiles = Profiles.from_arrays(
        code[rows],
        day[rows],
        _number(adnca["AVAL"])[rows],
        (adnca["BLQFL"] == "Y").to_numpy()[rows],
        _number(adnca["ALLOQ"])[rows],
        None if seen is None else seen[rows],
        n_profiles=m,
    )
    shift = np.zeros(m)
    shift[code[rows]] = (afrlt - day)[rows]
    return ProfileTable(_renumbered(profiles, rows), labels, shift)


def _renumbered(p: Profiles, rows: Indices) -> Profiles:
    return Profiles(p.offsets, p.day, p.conc, p.blq, p.lloq, p.detected, p.conflict, rows[p.row])


def describe(problem: Problem) -> str:
    """One problem in words."""
    where = "" if not len(problem.rows) else f" in {len(problem.rows)} row(s), first row {problem.rows[0]}"
    return f"{problem.column}{where}: found {problem.found}, allowed {problem.allowed}"


def _profiles_of(adnca: pd.DataFrame) -> tuple[Indices, dict[str, pd.Categorical]]:
    """Number of the profile of each row, shape (n,), and the keys of each profile."""
    code = np.zeros(len(adnca), dtype=np.intp)
    columns: list[tuple[str, Indices, pd.Index]] = []
    for name in KEYS:
        if name in adnca:
            own, categories = _sorted_codes(adnca[name])
            code = code * (len(categories) + 1) + (own + 1)
            columns.append((name, own, categories))
    code, first = _consecutive(code)
    labels = {name: pd.Categorical.from_codes(own[first], categories=values) for name, own, values in columns}
    return code, labels


def _sorted_codes(column: pd.Series) -> tuple[Indices, pd.Index]:
    """Codes in the sorted order of the labels, -1 for an empty cell, and the labels in use."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        kept = column.cat.remove_unused_categories()
        own, labels = kept.cat.codes.to_numpy().astype(np.intp), kept.cat.categories.astype("str")
        order = np.argsort(labels.to_numpy(dtype=object), kind="stable")
        rank = np.empty(len(order) + 1, dtype=np.intp)
        rank[order] = np.arange(len(order))
        rank[-1] = -1
        return rank[own], labels[order]
    found, uniques = pd.factorize(column.astype("str"), sort=True)
    return found.astype(np.intp, copy=False), pd.Index(uniques)


def _consecutive(code: Indices) -> tuple[Indices, Indices]:
    """Codes 0, 1, ... in the same order, and a row of each."""
    if not len(code):
        return code, code
    top = int(code.max()) + 1
    if top <= 4 * len(code) + 1024:  # counting beats sorting
        present = np.zeros(top, dtype=np.bool_)
        present[code] = True
        number = np.cumsum(present) - 1
        out = number[code]
    else:
        out = np.unique(code, return_inverse=True)[1].astype(np.intp, copy=False)
    first = np.zeros(int(out.max()) + 1, dtype=np.intp)
    first[out] = np.arange(len(code))
    return out, first
