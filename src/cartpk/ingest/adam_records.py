"""Records of an analysis data set that are no samples: doses, and copies made for the analysis."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.ingest.cells import CellReader
from cartpk.ingest.findings import Findings

__all__ = ["dose_records", "exclusions"]

_SAME_TIME: Final = 1e-6
"""days: times of one record that were rounded to three decimals of an hour agree to this, ten times over."""
_ONE_DOSE: Final = 0.01
"""days: reference times of one dose differ by the rounding of AFRLT and ARRLT, no more."""


def dose_records(rows: pd.DataFrame, reader: CellReader, findings: Findings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The infusions (columns of ``INFUSION``), and the rows that are samples.

    A record of the domain EX is a dose. Where there is none, every reference dose (``ATPTREF``) is one: its time is
    ``AFRLT`` less ``ARRLT``. A data set without either has one dose at time 0.
    """
    is_dose = rows["DOSED"].fillna("").str.strip().str.upper() == "EX"
    given = rows[is_dose & rows["AFRLT"].notna()].assign(DAY=lambda r: r["AFRLT"])
    rest = rows[~is_dose & ~rows["USUBJID"].isin(given["USUBJID"])]
    day = (rest["AFRLT"] - rest["ARRLT"]).where(rest["ARRLT"].notna(), 0.0)
    referred = rest.assign(DAY=day.where(day.abs() > _ONE_DOSE, 0.0))[day.notna()]
    referred = referred.sort_values(["USUBJID", "DAY"], kind="stable")
    differ = referred.groupby(["USUBJID", "ATPTREF"], dropna=False)["DAY"].transform(lambda d: d - d.min())
    findings.add_rows(
        "CP-085",
        referred[differ > _ONE_DOSE],
        field="ARRLT",
        old=referred["ATPTREF"],
        new=referred["DAY"],
    )
    doses = pd.concat([given, referred.drop_duplicates(["USUBJID", "ATPTREF"])])
    amount, refused = reader.numbers(doses["DOSE"])
    findings.add_rows("CP-030", doses[refused == "CP-010"], field="DOSEA", old=doses["DOSE"])
    findings.add_rows("BI-058", doses[amount <= 0], field="DOSEA", old=doses["DOSE"])
    doses = doses.assign(DOSE=amount)[~(amount <= 0)]
    return doses.sort_values(["USUBJID", "DAY"], kind="stable"), rows[~is_dose]


def exclusions(samples: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The samples with ``ANLRS`` where the data set itself takes a record out of the analysis; each is listed.

    A derived record (``DTYPE``) is never read: beside its original it would count twice (CP-082), alone it is no
    measurement (CP-083). Flags of the data set (``NCAXFL``, ``NCAwXRS``, ``ANL01FL``) hold (CP-084).
    """
    derived = samples["DTYPE"].fillna("").str.strip() != ""
    at = (samples["AFRLT"] / _SAME_TIME).round()
    record = pd.Series(
        list(zip(samples["USUBJID"], samples["TEST"], samples["PCSPEC"], at, strict=True)), samples.index
    )
    has_original = record.isin(set(record[~derived]))
    flagged = samples["FLAG"].fillna("") != ""
    reason = samples["ANLRS"].copy()
    for rule, here, text in (
        ("CP-082", derived & has_original, "copied for the analysis, the original is used (CP-082)"),
        ("CP-083", derived & ~has_original, "derived, without an original record (CP-083)"),
        ("CP-084", flagged, "excluded by the analysis data set (CP-084): "),
    ):
        rows = samples[here & reason.isna()]
        said = rows["FLAG"].where(rows["FLAGTEXT"].isin(["Y", "N", "empty"]), rows["FLAGTEXT"])
        field = "DTYPE" if rule != "CP-084" else None
        old = rows["DTYPE"] if field else rows["FLAGTEXT"]
        findings.add_rows(rule, rows, field=field, old=old, flag=rows["FLAG"])
        reason[rows.index] = text + said if rule == "CP-084" else text
    return samples.assign(ANLRS=reason)
