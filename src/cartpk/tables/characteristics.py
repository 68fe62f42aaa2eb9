"""What is known of a subject before the infusion: age, sex, weight, groups of the data, baselines of counts and scores.

One list for the summary and for the listing; a characteristic that no subject of the trial brings is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.tables.criss_wording import COMPONENT_NAMES
from cartpk.tables.printing import Style, count, fixed, significant_style, unit_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

__all__ = ["NEEDS", "Characteristic", "absent", "characteristics"]

NEEDS: Final = "Needs data: DM (age, sex), VS (body weight). The data describe no subject before the infusion."
"""What is said where there is no characteristic at all."""
_COUNTED: Final = ("BLAST", "LYMPHOCYTES")
"""Populations whose count describes a subject: tumour burden in blood, and the base of every lymphocyte subset."""
_SEX: Final = {"F": "Female", "M": "Male"}
_DEMOGRAPHIC: Final = {"AGE": "age", "SEX": "sex", "WEIGHT": "body weight"}


@dataclass(frozen=True, eq=False)
class Characteristic:
    """One characteristic of every subject that came in.

    Attributes
    ----------
    code, label
        For programs; as printed, with its unit.
    known
        By USUBJID: numbers where it has a ``style``, else texts; missing = not known. A BLQ count is 0.
    style, mean_style
        How the numbers are printed, and their mean where it is another way; None = texts.
    levels
        The texts in the order of printing.
    blq
        By USUBJID, whether the number lies below the limit of quantification; None = none can.
    """

    code: str
    label: str
    known: pd.Series
    style: Style | None = None
    mean_style: Style | None = None
    levels: tuple[str, ...] = ()
    blq: pd.Series[bool] | None = None


def characteristics(data: TrialData, config: TrialConfig) -> tuple[Characteristic, ...]:
    """Every characteristic that at least one subject has, in the order of printing."""
    return tuple(c for c in _every(data, config) if c.known.notna().any())


def absent(data: TrialData, config: TrialConfig) -> tuple[str, ...]:
    """What of age, sex and body weight no subject has."""
    there = {c.code for c in characteristics(data, config)}
    return tuple(name for code, name in _DEMOGRAPHIC.items() if code not in there)


def _every(data: TrialData, config: TrialConfig) -> Iterator[Characteristic]:
    adsl = data.adsl.set_index("USUBJID")
    yield Characteristic("AGE", "Age (years)", adsl["AGE"], _age, _one_decimal)
    sex = adsl["SEX"].astype("str")
    named = sex.map(lambda text: _SEX.get(str(text).upper(), str(text)), na_action="ignore")
    yield Characteristic("SEX", "Sex", named, levels=tuple(sorted(set(named.dropna()))))
    yield Characteristic("WEIGHT", "Body weight (kg)", adsl["WEIGHT"], _one_decimal)
    for column, grouping in config.groupings.items():
        if column in adsl:
            texts = adsl[column].astype("str")
            yield Characteristic(column, grouping.name, texts, levels=grouping.ordered(texts.dropna()))
    three = significant_style(config.report.significant_digits)
    for measure in config.pharmacodynamics.measures:
        if measure.kind == "absolute" and measure.population in _COUNTED:
            yield _count(data, measure, adsl.index, three)
    base = data.clinical.adcriss
    base = base[base["ABLFL"].eq("Y")]
    for code, name in COMPONENT_NAMES.items():
        own = base[base["PARAMCD"].eq(code)].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]
        label = f"{name[0].upper()}{name[1:]} before infusion"
        yield Characteristic(code, label, own.reindex(adsl.index), three)


def _age(value: float) -> str:
    """Whole years; a median between two of them has its half.

    Examples
    --------
    >>> _age(37.0), _age(36.5)
    ('37', '36.5')
    """
    return count(value) if value == round(value) else fixed(value, 1)


def _one_decimal(value: float) -> str:
    return fixed(value, 1)


def _count(data: TrialData, measure: PdMeasure, subjects: pd.Index, style: Style) -> Characteristic:
    """Baseline of a cell count (``pharmacodynamics.baseline``)."""
    rows = data.pd_change[data.pd_change["PARAMCD"].eq(measure.code)]
    first = rows.drop_duplicates("USUBJID").set_index("USUBJID").reindex(subjects)
    blq = first["BASE"].isna() & first["BASEC"].notna()
    units = sorted(set(rows["AVALU"].dropna()))
    label = f"{measure.label} before infusion ({', '.join(map(unit_text, units))})"
    return Characteristic(measure.code, label, first["BASE"].mask(blq, 0.0), style, blq=blq)
