"""Rules of result cells and their limits."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-002", "LLOQ_CONFLICT", WARNING, "row", "two limits for one result",
        "the result {old} names another limit than the LLOQ {limit:g}",
        "The larger of the two counts: {new}.",
        "Correct the result or the LLOQ.",
        "“<50” beside an LLOQ of 100",
    ),
    Rule(
        "BI-004", "NO_LLOQ", ERROR, "trial", "BLQ without any LLOQ",
        "{assay}: results below the limit of quantification (e.g. “{old}”) without any limit in {examples}",
        "Without its limit a BLQ can neither be plotted nor used by a model.",
        (
            "Give the limit in the column LLOQ, as lloq: of {assay} in the config, or set intake.lloq_from_token "
            "where results read like <50."
        ),
        "“BLQ”, no column of limits and no lloq: in the config",
    ),
    Rule(
        "BI-005", "AMBIGUOUS_TOKEN", WARNING, "row", "ND can mean not detected or not done",
        "the result is “{old}”: not detected, not done or no data",
        "The row is not used: the three are different.",
        "Add the word to intake.not_detected_tokens or intake.missing_tokens.",
        "“ND”",
    ),
    Rule(
        "BI-006", "MISSING_RESULT", INFO, "row", "no result",
        "there is no result ({cell})",
        "A missing result is never a zero.",
        "Nothing to do where the sample was not taken.",
        "“NA”, “.”, an empty cell",
    ),
    Rule(
        "BI-007", "ZERO_RECODED_BLQ", INFO, "row", "zero under a limit",
        "the result {old} is below the LLOQ {limit:g}",
        "It is read as BLQ: no assay measures a zero.",
        "Report BLQ instead of 0.",
        "“0 copies” beside an LLOQ of 50",
    ),
    Rule(
        "BI-008", "QUALITATIVE_IN_QUANT", WARNING, "row", "detected, without a number",
        "the result “{old}” has no number",
        "Detected is not how much: the row is not used.",
        "Ask the laboratory for the number.",
        "“POS”, “阳性”",
    ),
    Rule(
        "BI-009", "BELOW_LLOQ_UNFLAGGED", WARNING, "row", "number below its LLOQ without a mark",
        "the result {old} is below the LLOQ {limit:g} {unit} and is not marked as BLQ",
        "Below its limit an assay gives no reliable number; it counts as intake.below_lloq says.",
        "Mark it as BLQ, or set intake.below_lloq: keep.",
        "“31” beside an LLOQ of 50",
    ),
    Rule(
        "BI-010", "ABOVE_ULOQ", WARNING, "row", "above the upper limit of quantification",
        "the result {old} says only that the value is larger",
        (
            "It is a lower bound. In a profile its limit counts: Cmax and areas are lower bounds (ABOVE_ULOQ, printed "
            "with ≥), and no model uses it. Without a limit, below the LLOQ or in a cell count the row is not used."
        ),
        "Ask for a diluted re-analysis.",
        "“>1e6”",
    ),
    Rule(
        "BI-011", "NEGATIVE_RESULT", ERROR, "row", "negative result",
        "the result {old} is negative",
        "Copies and counts cannot be negative: the row is not used.",
        "Correct the result.",
        "“-12”",
    ),
    Rule(
        "BI-012", "DECIMAL_COMMA", ERROR, "file", "comma in numbers",
        "numbers with a comma ({old}) in {examples}",
        "A comma may divide decimals or thousands: it is not guessed.",
        "Set intake.decimal or intake.thousands in the config.",
        "“12,5” without intake.decimal",
    ),
    Rule(
        "BI-013", "THOUSANDS_SEP", WARNING, "file", "separator of thousands",
        "numbers with a separator of thousands (e.g. {old}) in {examples}",
        "They are read as the config declares.",
        "Nothing to do.",
        "“20,400” with intake.thousands",
    ),
    Rule(
        "BI-015", "LOST_SUPERSCRIPT", ERROR, "row", "power of ten without its superscript",
        "the result {old} looks like a power of ten whose superscript was lost",
        "10 and its exponent cannot be told apart any more: the row is not used.",
        "Write 1.2E4.",
        "“1.2×104”",
    ),
    Rule(
        "BI-016", "UNPARSEABLE_RESULT", ERROR, "row", "text that is not a number",
        "the result “{old}” is not a number",
        "No digits are picked out of a text: the row is not used.",
        "Leave the number alone in the cell; notes go to a column of their own. A word for a result goes to "
        "intake.missing_tokens, not_detected_tokens or blq_tokens.",
        "“12 500 ± 300”, “~12500”",
    ),
    Rule(
        "BI-017", "UNICODE_NORMALISED", INFO, "row", "full-width characters",
        "the result “{old}” is written in full-width characters",
        "It is read as {new}.",
        "Nothing to do.",
        "“１２５００”",
    ),
    Rule(
        "BI-018", "NON_FINITE", ERROR, "row", "not a finite number",
        "the result {old} is not a finite number",
        "The row is not used.",
        "Correct the result, or add the word to intake.missing_tokens.",
        "“1e309”, “inf”",
    ),
    Rule(
        "BI-019", "LOW_PRECISION", INFO, "file", "rounded numbers beside exact ones",
        "numbers of at most three digits (e.g. {old}) beside longer ones in {examples}",
        "A spreadsheet probably wrote what it showed, not what it held.",
        "Export the numbers unformatted.",
        "“2.04E+04” beside “31250.25”",
    ),
    Rule(
        "BI-020", "POSSIBLE_LOG10", WARNING, "column", "numbers that look like logarithms",
        "all results of {assay} are small for {unit} ({old})",
        "They may be logarithms; nothing was changed.",
        "If so, transform them back before the intake.",
        "“4.1”, “3.9”, “2.7” in copies/ug",
    ),
    Rule(
        "BI-027", "PERCENT_RANGE", ERROR, "row", "percentage outside 0 to 100",
        "the percentage {old} is outside 0 to 100",
        "The row is not used.",
        "Correct the result or its unit.",
        "“101” %",
    ),
    Rule(
        "BI-095", "SENTINEL", WARNING, "row", "code for a missing value",
        "the result {old} looks like a code for “missing”",
        "The row is not used.",
        "Add the code to intake.missing_tokens, or correct the result.",
        "“-99”, “ZZ”, “.A”",
    ),
    Rule(
        "CP-050", "POSSIBLE_SENTINEL", WARNING, "row", "number that may be a code",
        "the result {old} may be a code for “missing”",
        "It is used as it is.",
        "If it is a code, add it to intake.missing_tokens.",
        "“9999”",
    ),
    Rule(
        "CP-051", "LLOQ_UNREADABLE", WARNING, "row", "limit that is no positive number",
        "the LLOQ “{old}” is not a positive number",
        "The limit of the config is used instead, where it has one.",
        "Correct the LLOQ.",
        "an LLOQ “fifty”",
    ),
    Rule(
        "CP-052", "NOT_DONE_WITH_RESULT", ERROR, "row", "result marked as not done",
        "the sample is marked as not done and has the result {old}",
        "One of the two is wrong: the row is not used.",
        "Correct the status or the result.",
        "PCSTAT “NOT DONE” beside “20400”",
    ),
    Rule(
        "CP-053", "FLAG_UNREADABLE", ERROR, "row", "BLQ mark that cannot be read",
        "the BLQ mark “{old}” is neither yes nor no",
        "The row is not used.",
        "Use 1/0, Y/N or TRUE/FALSE.",
        "a BLQ mark “maybe”",
    ),
    Rule(
        "CP-054", "FLAG_CONFLICT", ERROR, "row", "marked BLQ, yet above its limit",
        "the result {value} is marked as BLQ and lies above the LLOQ {limit:g}",
        "One of the two is wrong: the row is not used.",
        "Correct the mark or the result.",
        "“20400” marked as BLQ",
    ),
    Rule(
        "CP-055", "FLAG_MISSING", WARNING, "row", "BLQ result that the mark denies",
        "the result “{value}” is BLQ, the BLQ mark says {old}",
        "The result counts: it is BLQ.",
        "Correct the mark.",
        "“<50” marked as not BLQ",
    ),
    Rule(
        "CP-056", "LLOQ_FROM_TOKEN", INFO, "row", "limit taken from the result",
        "the row has no LLOQ; {new} is taken from “{old}”",
        "intake.lloq_from_token allows it.",
        "Nothing to do.",
        "“<50” without an LLOQ, intake.lloq_from_token",
    ),
    Rule(
        "CP-057", "ZERO_WITHOUT_LLOQ", WARNING, "row", "zero without a limit",
        "the result {old} of {assay} has no LLOQ",
        "A zero says only: less than the assay can see. The row is not used.",
        "Give the limit in the column LLOQ or as lloq: of {assay} in the config.",
        "“0” without an LLOQ",
    ),
    Rule(
        "CP-058", "TEXT_AND_NUMBER_DIFFER", ERROR, "row", "text and number of a result differ",
        "the standardised result is {old} as text and {number} as number",
        "One of the two is wrong: the row is not used.",
        "Correct --STRESC or --STRESN.",
        "PCSTRESC “20400”, PCSTRESN “2040”",
    ),
)  # fmt: skip
