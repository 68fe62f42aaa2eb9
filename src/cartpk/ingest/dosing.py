"""Doses: the basis they are given on, the planned level each belongs to, the label it is printed with."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config.trial import Dosing
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import mapped, plain, texts
from cartpk.terms import ALL_SUBJECTS

__all__ = ["NO_DOSE", "dose_label", "with_cohorts", "with_doses"]

NO_DOSE: Final = "dose not stated"
"""Cohort of a subject without a dose where others have one."""

_PER_KG: Final = re.compile(r"/ ?kg|per kg|/ ?公斤", re.IGNORECASE)
_SCALE: Final = re.compile(r"(?:[x×] ?)?(?:10 ?[\^*] ?|1E)(?P<power>\d{1,2}) ?", re.IGNORECASE)
_SUPERSCRIPT: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SCIENTIFIC_FROM: Final = 1e5
"""Doses from here on are printed as powers of ten."""


def _basis(unit: str) -> str:
    return "per_kg" if _PER_KG.search(unit) else "flat"


def _on_basis(unit: str, basis: str | None) -> str:
    """The unit that a dose has on this basis.

    >>> _on_basis("cells", "per_kg"), _on_basis("10^6 cells/kg", "flat"), _on_basis("cells", None)
    ('cells/kg', '10^6 cells', 'cells')
    """
    if not unit or basis is None or _basis(unit) == basis:
        return unit
    return f"{unit}/kg" if basis == "per_kg" else _PER_KG.sub("", unit).strip()


def _scale(unit: str) -> float:
    """Number that one of the unit stands for: 1e6 for ``10^6 cells``, 1 for ``cells``."""
    match = _SCALE.match(plain(unit))
    return 10.0 ** int(match["power"]) if match else 1.0


def dose_label(dose: float, unit: str) -> str:
    """A dose as it is printed.

    >>> dose_label(2.5e7, "CAR-T cells"), dose_label(1e7, "cells/kg"), dose_label(54.0, "mg")
    ('2.5 × 10⁷ cells', '1 × 10⁷ cells/kg', '54 mg')
    """
    name = ("cells/kg" if _basis(unit) == "per_kg" else "cells") if "cell" in unit.lower() else unit
    number = dose * _scale(unit) if "cell" in unit.lower() else dose
    if number < _SCIENTIFIC_FROM:
        return f"{number:.3g} {name}".strip()
    mantissa, power = f"{number:.2e}".split("e")
    return f"{float(mantissa):g} × 10{str(int(power)).translate(_SUPERSCRIPT)} {name}".strip()


def with_doses(
    subjects: pd.DataFrame, infusions: pd.DataFrame, starts: dict[str, list[float]], dosing: Dosing, findings: Findings
) -> pd.DataFrame:
    """The subjects with ``DOSEA`` and ``DOSEU``: the doses of the first profile, added, on the config's basis.

    A re-infusion has a column of its own (``DOSE02A`` ...) where any subject has one.

    Doses per kg and total doses in one trial stop it (BI-028); where all doses are on the other basis than the config
    says, they are converted by body weight.
    """
    known = infusions[infusions["DAY"].notna() & infusions["DOSE"].notna()]
    # an infusion belongs to the last profile that began at or before it
    number = [
        max(bisect_right(starts.get(s, [day]), day), 1)
        for s, day in zip(known["USUBJID"].tolist(), known["DAY"].tolist(), strict=True)
    ]
    written = dosing.unit or next((str(u) for u in known["DOSEU"].dropna() if u), "")
    own = _on_basis(written, dosing.basis)
    # a dose without a unit is in that of the config, else as the others are
    unit = known["DOSEU"].fillna("").where(lambda u: u != "", own if dosing.unit else written)
    declared = dosing.basis or (_basis(own) if own else "flat")
    given = texts(unit, lambda u: _basis(u) if u else declared)
    mixed = len(given.unique()) > 1
    if mixed:
        per_kg, flat = (", ".join(sorted(set(known["USUBJID"][given == b]))) for b in ("per_kg", "flat"))
        findings.add("BI-028", old=f"per kg: {per_kg}; total: {flat}")
    amount = known["DOSE"] * np.array(mapped(unit, _scale), dtype=np.float64) / _scale(own)
    other = (given != declared) & (not mixed)
    weight = known["USUBJID"].map(subjects.set_index("USUBJID")["WEIGHT"]).astype("float64")
    findings.add_rows("BI-057", known[other & weight.isna()], field="DOSE", old=unit)
    converted = amount / weight if declared == "per_kg" else amount * weight
    findings.add_rows("CP-032", known[other & weight.notna()], field="DOSE", old=amount, new=converted, weight=weight)
    total = amount.where(~other, converted).groupby([pd.Series(number, index=known.index), known["USUBJID"]])
    of_profile = total.sum(min_count=1)
    columns = {"DOSEA": 1} | {f"DOSE{n:02d}A": n for n in range(2, max(number, default=1) + 1)}
    doses = {
        name: subjects["USUBJID"].map(of_profile.xs(n) if n in set(number) else {}).astype("float64")
        for name, n in columns.items()
    }
    return subjects.assign(**doses, DOSEU=own or None)


def with_cohorts(subjects: pd.DataFrame, dosing: Dosing, findings: Findings) -> pd.DataFrame:
    """The subjects with ``COHORT``, ``COHORTN`` and ``DOSEP``: the planned level nearest to the actual dose.

    Nearest is the smallest deviation in % of the level; beyond ``dosing.tolerance_pct`` it is listed (BI-056). Where
    the config has no levels, every actual dose (3 digits) is a level.
    """
    dose = subjects["DOSEA"].to_numpy(dtype=float)
    known = np.isfinite(dose)
    unit = next((str(u) for u in subjects["DOSEU"].dropna()), "")
    if not known.any():
        return subjects.assign(COHORT=ALL_SUBJECTS, COHORTN=1.0, DOSEP=np.nan)
    levels = np.array(sorted(dosing.levels or {float(f"{d:.3g}") for d in dose[known]}))
    deviation = np.abs(np.where(known, dose, np.inf)[:, None] - levels[None, :]) / levels[None, :]
    nearest = deviation.argmin(axis=1)
    labels = [dose_label(level, unit) for level in levels]
    cohort = [labels[i] if ok else NO_DOSE for i, ok in zip(nearest, known, strict=True)]
    if dosing.levels is not None:
        far = known & (100.0 * deviation.min(axis=1) > dosing.tolerance_pct * (1 + 1e-9))
        for i in np.flatnonzero(far):
            findings.add(
                "BI-056",
                subject=str(subjects["USUBJID"].iloc[i]),
                field="DOSE",
                old=dose_label(dose[i], unit),
                new=cohort[i],
                deviation=f"{100 * (dose[i] - levels[nearest[i]]) / levels[nearest[i]]:+.0f}",
                allowed=f"{dosing.tolerance_pct:g}",
            )
    for subject in subjects["USUBJID"][~known & subjects["EXCLRS"].isna()]:
        findings.add("CP-033", subject=str(subject), field="DOSE", new=NO_DOSE)
    return subjects.assign(
        COHORT=cohort,
        COHORTN=np.where(known, nearest + 1.0, len(levels) + 1.0),
        DOSEP=np.where(known, levels[nearest], np.nan) if dosing.levels is not None else np.nan,
    )
