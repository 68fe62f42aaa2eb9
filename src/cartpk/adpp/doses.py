"""Doses of the profiles, and parameters per dose."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable
from cartpk.adpp.derived import DERIVED
from cartpk.adpp.rows import Column
from cartpk.core.nca.parameters import UnitRule
from cartpk.core.nca.ragged import Floats
from cartpk.core.nca.reasons import Codes, MoreReasons, code_of

__all__ = ["REFERENCE_CELLS", "Doses", "doses_of", "normalised", "normalised_code"]

REFERENCE_CELLS: Final = 1e6
"""Values are per this many cells (or cells per kg), so that they have a readable size."""
_REFERENCE: Final = "10^6 cells"

FIRST: Final = "INFUSION 1"
DoseBasis = Literal["flat", "per_kg"]
_PER_KG: Final = re.compile(r"/\s*kg|per kg", re.IGNORECASE)
_SCALE: Final = re.compile(r"(?:[x×]\s?)?(?:10\s?[\^*]\s?|1e)(?P<power>\d+)\s?", re.IGNORECASE)
_PARENTS: Final = ("CMAX", "AUCLST")


@dataclass(frozen=True, eq=False)
class Doses:
    """Dose of each profile in units that parameters are given per; arrays have shape (m,), NaN with a reason."""

    total: Floats
    per_kg: Floats
    total_reason: Codes
    per_kg_reason: Codes
    unit: str
    """What ``total`` counts, e.g. ``10^6 cells``; ``per_kg`` counts it per kg."""


def doses_of(table: ProfileTable, adsl: pd.DataFrame, basis: DoseBasis | None = None) -> Doses:
    """Doses of the profiles (split doses added), each of its own infusion.

    Parameters
    ----------
    table
        The profiles.
    adsl
        ``USUBJID``, ``DOSEA``, ``DOSEU`` and ``WEIGHT`` (kg), one row per subject; ``DOSE02A`` ... of re-infusions.
    basis
        Whether ``DOSEA`` is the whole dose or per kg; None: per kg where ``DOSEU`` says so.
    """
    text = next((str(u) for u in adsl["DOSEU"].dropna()), "")
    size, unit = _unit(text)
    per_kg_given = (basis or ("per_kg" if _PER_KG.search(text) else "flat")) == "per_kg"
    subjects = table.labels["USUBJID"]
    place = pd.Index(adsl["USUBJID"].astype("str")).get_indexer(pd.Index(subjects.categories.astype("str")))[
        subjects.codes
    ]

    def of(column: str) -> Floats:
        values = np.append(adsl[column].to_numpy(dtype=np.float64), np.nan)[place]
        return np.where(values > 0, values, np.nan)

    dose, weight = of("DOSEA"), of("WEIGHT")
    first = np.ones(len(place), dtype=np.bool_)
    if "ATPTREF" in table.labels:
        infusions = table.labels["ATPTREF"]
        first = (infusions == FIRST) | (infusions.codes < 0)
        for name in infusions.categories[infusions.categories != FIRST]:
            column = _dose_column(str(name))
            later = of(column) if column in adsl else np.full(len(place), np.nan)
            dose = np.where(infusions == name, later, dose)
    dose = dose * size
    own = np.zeros(len(place), dtype=np.int8)
    own[np.isnan(dose)] = code_of(MoreReasons.NO_DOSE)
    own[np.isnan(dose) & ~first] = code_of(MoreReasons.LATER_DOSE)
    if not unit:
        own[~np.isnan(dose)] = code_of(MoreReasons.NO_DOSE_UNIT)
    converted = own.copy()
    converted[(own == 0) & np.isnan(weight)] = code_of(MoreReasons.NO_WEIGHT)
    given = np.where(own == 0, dose, np.nan)
    if per_kg_given:
        return Doses(np.where(converted == 0, dose * weight, np.nan), given, converted, own, unit)
    return Doses(given, np.where(converted == 0, dose / weight, np.nan), own, converted, unit)


def _dose_column(infusion: str) -> str:
    """Column of ADSL that holds the dose of a later infusion's profile.

    >>> _dose_column("INFUSION 2"), _dose_column("INFUSION 12")
    ('DOSE02A', 'DOSE12A')
    """
    return f"DOSE{infusion.rpartition(' ')[2]:>02}A"


def _unit(text: str) -> tuple[float, str]:
    """Reference units in one dose unit as written, and the reference unit; "" for a unit that is not stated.

    >>> _unit("10^6 cells/kg"), _unit("CAR-T cells"), _unit("mg"), _unit("")
    ((1.0, '10^6 cells'), (1e-06, '10^6 cells'), (1.0, 'mg'), (1.0, ''))
    """
    if "cell" not in text.lower():
        return 1.0, _PER_KG.sub("", text).strip()
    scale = _SCALE.match(text.strip())
    return (10.0 ** int(scale["power"]) if scale else 1.0) / REFERENCE_CELLS, _REFERENCE


def normalised_code(end: float, *, per_kg: bool) -> str:
    """PARAMCD of the area from day 0 to ``end`` per dose, or per dose per kg.

    >>> normalised_code(28, per_kg=False), normalised_code(90, per_kg=True)
    ('AUCD28D', 'AUCDW90D')
    """
    return f"AUCD{'W' if per_kg else ''}{end:g}D"


def normalised(columns: list[Column], doses: Doses) -> list[Column]:
    """Cmax, AUClast and the areas over windows per dose and per dose per kg, each after the order of ``columns``.

    A value has the flags of its parameter, and its reason where that has no value.
    """
    out = []
    for column in columns:
        if column.code in _PARENTS:
            names = [(f"{column.code}D", False), (f"{column.code}DW", True)]
            out += [_per(column, code, DERIVED[code].label, doses, per_kg=w) for code, w in names]
        elif column.interval is not None:
            start, end = column.interval
            for w in (False, True):
                label = f"{DERIVED['AUCDW<T>D' if w else 'AUCD<T>D'].label}, day {start:g} to {end:g}"
                out.append(_per(column, normalised_code(end, per_kg=w), label, doses, per_kg=w))
    return out


def _per(column: Column, code: str, label: str, doses: Doses, *, per_kg: bool) -> Column:
    amount, why = (doses.per_kg, doses.per_kg_reason) if per_kg else (doses.total, doses.total_reason)
    reasons = np.where(column.reasons > 0, column.reasons, why).astype(np.int8)
    per = f"{doses.unit or 'dose'}{'/kg' if per_kg else ''}"
    return replace(
        column,
        code=code,
        label=label,
        unit=f"({UnitRule(column.unit).value})/({per})",
        aval=np.where(reasons == 0, column.aval / amount, np.nan),
        reasons=reasons,
        extrapolated_pct=None
        if column.extrapolated_pct is None
        else np.where(reasons == 0, column.extrapolated_pct, np.nan),
    )
