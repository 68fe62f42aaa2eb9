"""Forms of the data that look wrong and are read as they are meant, without a finding."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import Accepted

__all__ = ["ACCEPTED"]

ACCEPTED: Final = (
    Accepted(
        "BI-001", "LIMIT_IN_RESULT", "a limit in the result that is the row's LLOQ",
        "The row is BLQ at that limit, without a number; the text is kept in AVALC.",
        "“<50” beside an LLOQ of 50",
    ),
    Accepted(
        "BI-003", "BLQ_WORDS", "words for “below the limit”",
        (
            "The words of intake.blq_tokens are BLQ, not quantifiable; those of intake.not_detected_tokens are BLQ, "
            "not detected; case and spaces do not matter."
        ),
        "“BQL”, “bloq”, “< LOQ”, “低于定量下限”; “BLD”, “未检出”",
    ),
    Accepted(
        "BI-014", "POWERS_OF_TEN", "numbers written as powers of ten",
        "They are the number; the text is kept in AVALC.",
        "“1.2×10^4”, “1.2x10⁴”, “1.2*10^4”, “1.2E4”, “1.2 e+04”",
    ),
    Accepted(
        "BI-036", "DECLARED_DATES", "dates in a form that the config declares",
        "Only the forms of time.date_formats are read, beside ISO 8601; a year of two digits is one of 2000 to 2099.",
        "“24/5/3”, “2024年5月3日”, “2024.5.3”, “20240503” with their forms declared",
    ),
    Accepted(
        "BI-076", "COUNTS_PER_VOLUME", "counts in 10^9/L beside counts in cells/uL",
        "1×10^9/L is 1000 cells/uL, exactly; the conversion is listed as CP-042 where the assay has another unit.",
        "lymphocytes of “0.31” 10^9/L, declared as cells/uL",
    ),
    Accepted(
        "BI-092", "FORMULA_OR_MARKUP", "text that a spreadsheet would run or a browser would obey",
        (
            "It is data, letter by letter; tables for people get an apostrophe before a formula, the page escapes "
            "every text."
        ),
        "a subject “=S-01”, an excluded result “<script>alert(1)</script>”",
    ),
    Accepted(
        "BI-087", "DELIMITERS", "semicolons, tabs, other line ends, line breaks in quotes",
        "The delimiter is the one that gives all rows the same number of cells; rows that differ are an error.",
        "“S-01;7;20400”",
    ),
)  # fmt: skip
