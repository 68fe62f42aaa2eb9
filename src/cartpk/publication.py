"""What leaves the house: nothing with an identifier that looks like a person's own, and no dates unless asked for.

Publication is everything that is made to be read by people: tables, figures, the report. The data sets beside them
(``adsl.csv`` ...) are for programs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk.schemas import FINDINGS, read_table

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig

__all__ = ["IDENTIFIER_RULE", "TEXT_RULE", "refuse_identifiers", "without_dates"]

IDENTIFIER_RULE: Final = "BI-054"
"""The rule that lists identifiers that look like a person's own."""
TEXT_RULE: Final = "CP-128"
"""The rule that lists texts that hold such an identifier."""

_FINDINGS: Final = ("work/findings_ingest.csv", "findings.csv")
_SHOWN: Final = 3
_CLOCK: Final = r"(?:[T ]\d{1,2}(?::\d{2}){0,2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DATE: Final = re.compile(
    rf"(?<!\d)(?:\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-/.])\d{{1,2}}\2\d{{4}}|"
    rf"\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}日)?|\d{{1,2}}[ -]?[A-Za-z]{{3}}[ -]?\d{{4}}){_CLOCK}(?!\d|: )"
)
"""A date, with its time; the date of a signature (followed by a colon) is no date of a subject."""
_DATED: Final = ("DTM", "DTC")
"""Endings of the names of columns that hold dates."""
_MASK: Final = "[date]"


def refuse_identifiers(config: TrialConfig, results: Path) -> None:
    """Raise where the intake found identifiers that look like a person's own and nobody has said that they are none.

    Parameters
    ----------
    config
        The trial; ``data.pseudonymised`` says that somebody has looked.
    results
        Folder of the run, with the findings of the intake.

    Raises
    ------
    ValueError
        Says how many identifiers, which rule, and what to do; the identifiers are masked.
    """
    file = next((results / name for name in _FINDINGS if (results / name).is_file()), None)
    if config.data.pseudonymised or file is None:
        return
    findings = read_table(file, FINDINGS)
    own = findings[findings["RULE"].isin([IDENTIFIER_RULE, TEXT_RULE])]
    if own.empty:
        return
    rules = ", ".join(sorted(own["RULE"].unique()))
    kind = "subject identifier" if rules == IDENTIFIER_RULE else "identifier"
    shown = ", ".join(str(text) for text in own["OLD"].head(_SHOWN)) + (", ..." if len(own) > _SHOWN else "")
    many = f"1 {kind} looks" if len(own) == 1 else f"{len(own)} {kind}s look"
    raise ValueError(
        f"nothing is published: {many} like a person's own ({shown}; {rules} in {file}). "
        "Use pseudonyms in the data. Where these are pseudonyms, say so in the configuration: data: pseudonymised: true"
    )


def without_dates(table: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """The table for an output: without dates, unless ``report.dates`` asks for them.

    Columns of dates (ADTM, TRTSDTM ...) are emptied; in a table of findings every date is masked. Study days stand
    beside them, and file and line lead back to the source.
    """
    if config.report.dates:
        return table
    out = table.copy()
    for column in (c for c in out.columns if str(c).endswith(_DATED)):
        out[column] = None
        out[column] = out[column].astype("str")
    if "MESSAGE" in out:
        for column in ("OLD", "NEW", "MESSAGE"):
            out[column] = out[column].str.replace(_DATE, _MASK, regex=True)
    return out
