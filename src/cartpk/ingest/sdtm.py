"""The standard way in: SDTM domains PC, EX, DM and, for CD7+ counts, CP or LB."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.data import Domains
from cartpk.ingest.clock import Clock
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.delivery import INFUSION, SAMPLE, Delivery, check_exclusions, excluded, stacked, subject_columns
from cartpk.ingest.exposure import read_infusions
from cartpk.ingest.findings import Findings
from cartpk.ingest.nominal import nominal_days, timed_by_label
from cartpk.ingest.people import read_subjects
from cartpk.ingest.readers import Request, read_file
from cartpk.ingest.records import Names
from cartpk.ingest.subjects import check_identifiers, with_identifiers
from cartpk.ingest.text import key, texts, truths

__all__ = ["read_sdtm"]

_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "dm": ("USUBJID",),
    "ex": ("USUBJID", "EXSTDTC"),
    "pc": ("USUBJID", "PCTESTCD", "PCDTC"),
    "cp": ("USUBJID", "CPTESTCD", "CPDTC"),
    "lb": ("USUBJID", "LBTESTCD", "LBDTC"),
    "vs": ("USUBJID", "VSTESTCD"),
}
"""Domain -> columns without which it cannot be read."""
_NAMES: Final = {
    "VALUE": "STRESC",
    "TIME": "DTC",
    "UNIT": "STRESU",
    "LLOQ": "LLOQ",
    "TEST": "TESTCD",
    "PCSPEC": "SPEC",
}
"""Column of the record table -> the domain's column, without its prefix."""
_FINDINGS_DOMAINS: Final = ("pc", "cp", "lb")
_NOT_GIVEN: Final = frozenset({"", "na"})
"""Cells that are empty, or empty as R writes them."""


def read_sdtm(config: TrialConfig, root: Path, findings: Findings, corrections: Corrections) -> Delivery:
    """A trial's SDTM domains as a delivery; what cannot be read is in the findings.

    Parameters
    ----------
    config
        The trial; ``data.domains`` names the files.
    root
        Folder that the paths of the config start from.
    corrections
        Signed decisions on the cells, before anything is read from them.
    """
    domains = config.data.domains or Domains(pc=("",), ex=("",), dm=("",))
    frames = {
        name: _read_domain(name, getattr(domains, name), config, root, findings, corrections) for name in _REQUIRED
    }
    check_exclusions([f for name in _FINDINGS_DOMAINS for f in [frames[name]] if not f.empty], config, findings)
    _check_studies(frames, findings)
    clock = Clock(config.time.date_only_clock, config.report.data_cut, config.time)
    infusions, zero = read_infusions(frames["ex"], config, clock, findings)
    samples = stacked([_samples(name, frames[name], config, findings) for name in _FINDINGS_DOMAINS], SAMPLE)
    samples = timed_by_label(clock.placed(samples, zero, findings), config.time, findings)
    subjects = read_subjects(frames, samples, infusions, zero, config, clock, findings)
    check_identifiers(subjects["USUBJID"].tolist(), findings)
    return Delivery(samples, stacked([subjects], subject_columns(config)), stacked([infusions], INFUSION))


def _read_domain(
    name: str, files: tuple[str, ...], config: TrialConfig, root: Path, findings: Findings, corrections: Corrections
) -> pd.DataFrame:
    """All files of a domain, one below the other, with ``USUBJID`` normalised, ``SRCFILE`` and ``SRCROW``."""
    parts = []
    for file in files:
        groupings = [g.column for g in config.groupings.values()] if name == "dm" else []
        required = (*_REQUIRED[name], *groupings)
        request = Request.of(config, root, file, required, name)
        frame = read_file(request, findings)
        if frame is not None:
            findings.name_columns(file, {ours: name.upper() + theirs for ours, theirs in _NAMES.items()})
            frame = corrections.applied(frame, file, _names(name))
            named = with_identifiers(frame, "USUBJID", file, findings)
            parts.append(named.assign(SRCFILE=file, SRCROW=named.index))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"USUBJID": pd.Series(dtype="str")})


def _names(domain: str) -> Names:
    """How a person names a row of this domain."""
    prefix = domain.upper()
    if domain not in _FINDINGS_DOMAINS:
        time = {"ex": "EXSTDTC", "vs": "VSDTC"}.get(domain)
        return Names("USUBJID", time, "VSTESTCD" if domain == "vs" else None, samples=False)
    results = tuple(prefix + part for part in ("STRESC", "STRESN", "ORRES"))
    return Names("USUBJID", f"{prefix}DTC", f"{prefix}TESTCD", results=results)


def _check_studies(frames: dict[str, pd.DataFrame], findings: Findings) -> None:
    """Two trials in one delivery stop the run (BI-053)."""
    studies = {s.strip() for f in frames.values() if "STUDYID" in f for s in f["STUDYID"].unique() if s.strip()}
    if len(studies) > 1:
        findings.add("BI-053", field="STUDYID", old=", ".join(sorted(studies)))


def _samples(domain: str, frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """A findings domain with the names of the record table."""
    if frame.empty:
        return frame
    prefix = domain.upper()

    def cell(name: str) -> pd.Series[str]:
        if name in frame:
            return frame[name]
        return pd.Series("", index=frame.index, dtype="str")

    marker = texts(cell(f"{prefix}SBMRKS"), str.strip)
    return frame[["USUBJID", "SRCFILE", "SRCROW"]].assign(
        TEST=_with_marker(cell(f"{prefix}TESTCD"), marker),
        TESTALT=_with_marker(cell(f"{prefix}TEST"), marker),
        PCSPEC=cell(f"{prefix}SPEC"),
        PCMETHOD=cell(f"{prefix}METHOD"),
        TIME=cell(f"{prefix}DTC"),
        NFRLT=nominal_days(frame, prefix, config.time, findings),
        AVISIT=cell("VISIT"),
        ADTM=cell(f"{prefix}DTC"),
        LLOQ=cell(f"{prefix}LLOQ"),
        NOTDONE=truths(cell(f"{prefix}STAT"), lambda status: key(status) == "notdone"),
        REPORTABLE=cell(config.data.columns.reportable or ""),
        SRCSEQ=cell(f"{prefix}SEQ"),
        **_results(cell, prefix),
        **excluded(frame, config.data.exclude),
    )


def _results(cell: Callable[[str], pd.Series[str]], prefix: str) -> dict[str, pd.Series[str]]:
    """The result that is read, its unit, the number beside it and the text that is listed.

    Read is the standardised text, else the standardised number, else the result as it was recorded.
    """

    def given(column: pd.Series[str]) -> pd.Series[bool]:
        # a digit is in neither of them
        return truths(column, lambda cell: cell[:1].isdigit() or key(cell) not in _NOT_GIVEN)

    def first(column: pd.Series[str], here: pd.Series[bool], other: pd.Series[str]) -> pd.Series[str]:
        return column if here.all() else column.where(here, other)

    standard, number, original = (cell(f"{prefix}{part}") for part in ("STRESC", "STRESN", "ORRES"))
    in_text = given(standard)
    is_standard = in_text if in_text.all() else in_text | given(number)
    value = first(first(standard, in_text, number), is_standard, original)
    return {
        "VALUE": value,
        "VALUEN": number,
        "AVALC": first(original, given(original), value),
        "UNIT": first(cell(f"{prefix}STRESU"), is_standard, cell(f"{prefix}ORRESU")),
    }


def _with_marker(test: pd.Series[str], marker: pd.Series[str]) -> pd.Series[str]:
    """The test with its sublineage marker: ``TLYCE CD7+`` and ``TLYCE CD7-`` are two tests."""
    marked = truths(marker, bool)
    return test.mask(marked, texts(test, str.strip) + " " + marker) if marked.any() else test
