"""Assays of the config, and which of them each delivered row belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.findings import Findings
from cartpk.ingest.spellings import canonical_specimen, canonical_unit
from cartpk.ingest.text import (
    close_to,
    factored,
    key,
    looked_up,
    only,
    plain,
    same,
    texts,
    texts_together,
    truths,
)

__all__ = ["Assay", "assays_of", "with_assays"]


@dataclass(frozen=True, slots=True)
class Assay:
    """An analyte or a CD7 measure of the config, as far as the intake is concerned.

    Attributes
    ----------
    code, label, method
        As in the config; ``method`` may be empty.
    names
        Keys of the texts that mean it.
    specimen, unit
        CDISC specimen; the unit as one writes it here, empty where the data bring it.
    lloq
        Limit where the data carry none.
    kinetic
        Whether it goes to ADNCA (else to ADPD).
    baseline
        Whether a subject is expected to have such cells before the infusion.
    """

    code: str
    label: str
    names: frozenset[str]
    specimen: str
    unit: str
    lloq: float | None
    kinetic: bool
    method: str = ""
    baseline: bool = True


def assays_of(config: TrialConfig) -> tuple[Assay, ...]:
    """Every analyte, then every CD7 measure of the config."""

    def names(match: tuple[str, ...], code: str, label: str) -> frozenset[str]:
        return frozenset(key(t) for t in match or (code, label))

    kinetic = [
        Assay(
            a.code,
            a.label,
            names(a.match, a.code, a.label),
            canonical_specimen(a.specimen),
            canonical_unit(a.unit or ""),
            a.lloq,
            kinetic=True,
            method=a.method or "",
        )
        for a in config.analytes
    ]
    measures = [
        Assay(
            m.code,
            m.label,
            names(m.match, m.code, m.label),
            canonical_specimen(m.specimen),
            canonical_unit(m.unit or ""),
            m.lloq,
            kinetic=False,
            baseline=m.population != "CAR_NK",
        )
        for m in config.pharmacodynamics.measures
    ]
    return (*kinetic, *measures)


def with_assays(samples: pd.DataFrame, assays: tuple[Assay, ...], findings: Findings) -> pd.DataFrame:
    """The rows that belong to an assay, with its code as ``CODE`` and the CDISC name of their specimen.

    A row belongs to the assay whose names hold its test and whose specimen is its own; where several do, the unit
    decides. All other rows are one finding per file, test and specimen.
    """
    cells = [samples[name] for name in ("TEST", "TESTALT", "PCSPEC", "UNIT")]
    code = texts_together(cells, _resolver(assays))
    specimen_of = {a.code: a.specimen for a in assays}
    specimen = texts(samples["PCSPEC"], canonical_specimen)
    unsaid = same(specimen, "")
    known = specimen.where(~unsaid, looked_up(code, specimen_of)) if unsaid.any() else specimen
    named = samples.assign(CODE=code, PCSPEC=known)
    mine = truths(code, bool)
    _list_specimens(only(samples[["PCSPEC", "SRCFILE", "SRCROW"]], mine), specimen, findings)
    _list_unmatched(named.loc[~mine, ["TEST", "PCSPEC", "SRCFILE", "SRCROW"]], assays, findings)
    several = truths(code, lambda c: "|" in c)
    for text, here in named.loc[several, ["CODE", "TEST", "SRCFILE", "SRCROW"]].groupby("CODE", sort=False):
        findings.add_files(
            "CP-023", here, field="TEST", old=str(here["TEST"].iloc[0]), assays=str(text).replace("|", ", ")
        )
    _list_absent(set(factored(code)[1]), samples, assays, findings)
    return only(named, mine & ~several)


def _resolver(assays: tuple[Assay, ...]) -> Callable[[str, str, str, str], str]:
    """Function that gives the code of a row's assay; empty = none; several joined by ``|`` = more than one fits."""

    def resolve(test: str, alternative: str, specimen: str, unit: str) -> str:
        fitting: list[Assay] = []
        for name in (test, alternative):
            fitting = fitting or [a for a in assays if name and key(name) in a.names]
        if specimen.strip():
            fitting = [a for a in fitting if a.specimen == canonical_specimen(specimen)]
        if len(fitting) > 1:
            fitting = [a for a in fitting if a.unit == canonical_unit(unit)] or fitting
        return "|".join(a.code for a in fitting)

    return resolve


def _list_specimens(rows: pd.DataFrame, specimen: pd.Series[str], findings: Findings) -> None:
    """One finding per file and spelling of a specimen that is not the CDISC name."""
    delivered = texts(rows["PCSPEC"], str.strip)
    new = specimen if len(specimen) == len(rows) else specimen[rows.index]
    pairs = texts_together([delivered, new], lambda old, name: "changed" if old and old.upper() != name else "")
    changed = truths(pairs, bool)
    if not changed.any():
        return
    for (old, name), here in rows[changed].groupby([delivered[changed], new[changed]], sort=False):
        findings.add_files("CP-024", here, field="PCSPEC", old=str(old), new=str(name))


def _list_unmatched(rows: pd.DataFrame, assays: tuple[Assay, ...], findings: Findings) -> None:
    names = {label: a for a in assays for label in (a.label, a.code)}
    for (test, specimen), here in rows.groupby([rows["TEST"].fillna(""), rows["PCSPEC"].fillna("")], sort=False):
        near = close_to(str(test), names)
        declared = f" (the nearest declared one is {near} in {names[near].specimen})" if near else ""
        text = plain(str(test)) or "no test name"
        findings.add_files(
            "CP-020",
            here,
            field="TEST",
            old=text,
            test=text,
            specimen=f" in {specimen}" if specimen else "",
            near=declared,
        )


def _list_absent(found: set[str], samples: pd.DataFrame, assays: tuple[Assay, ...], findings: Findings) -> None:
    """List assays of the config that no row belongs to; no kinetic row at all stops the trial."""
    if samples.empty:
        return
    present = {code for codes in found - {""} for code in codes.split("|")}
    delivered = ", ".join(sorted({plain(t) for t in factored(samples["TEST"])[1] if t}))
    for assay in assays:
        if assay.code not in present:
            findings.add("CP-021", field="TEST", old=delivered, assay=assay.code, specimen=assay.specimen)
    if not any(a.kinetic and a.code in present for a in assays):
        findings.add("CP-022", field="TEST", old=delivered)
