"""Files that a run leaves beside its page, as the page links to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.figures import FileLink

__all__ = ["beside"]

_ALWAYS: Final = (
    FileLink("adsl.csv", "Subjects (adsl.csv)"),
    FileLink("adnca.csv", "Kinetic samples (adnca.csv)"),
    FileLink("adpd.csv", "Cell counts (adpd.csv)"),
    FileLink("adpp.csv", "Parameters (adpp.csv)"),
    FileLink("findings.csv", "Findings (findings.csv)"),
    FileLink("rule_log.jsonl", "Log of rules (rule_log.jsonl)"),
    FileLink("manifest.json", "Every file with its SHA-256 (manifest.json)"),
)
_EXPORTS: Final[Mapping[str, tuple[FileLink, ...]]] = {
    "xlsx": (FileLink("exports/tables.xlsx", "All tables and listings as a workbook (XLSX)"),),
    "xpt": (
        FileLink("exports/datasets.csv", "Data sets as CSV and SAS transport: the list"),
        FileLink("exports/variables.csv", "Their variables"),
        FileLink("exports/parameters.csv", "CDISC codes of the parameters"),
        FileLink("exports/limits.csv", "What version 5 could not hold as it was"),
    ),
    "pdf": (FileLink("exports/figures.zip", "All figures as PNG, SVG and PDF (ZIP)"),),
}
"""Files by the word of ``report.exports`` that asks for them."""


def beside(config: TrialConfig) -> tuple[FileLink, ...]:
    """Links to the files that the workflow writes beside the page with these settings, in the order of the page."""
    asked = config.report.exports
    exported = [link for word, links in _EXPORTS.items() if word in asked for link in links]
    words = [FileLink("exports/README.txt", "What lies in exports/")] if asked else []
    return (*_ALWAYS, *exported, *words)
