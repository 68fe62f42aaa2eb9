"""Rules of files that do not stay as they were read."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-093", "FILE_CHANGED", ERROR, "file", "input file that changed during the run",
        "the file is not the one that was read (SHA-256 {old}, now {new})",
        "Results and report would speak of two different files.",
        "Run the whole trial again, with files that nobody writes to.",
        "a sample added to data.csv after the intake, before the report",
    ),
)  # fmt: skip
