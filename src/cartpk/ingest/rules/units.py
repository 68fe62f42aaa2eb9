"""Rules of units."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-021", "MIXED_UNITS", ERROR, "trial", "unit other than the assay's",
        "the unit {old} instead of {allowed} in {examples}",
        "Results in different units are never pooled, and nothing is converted that needs a further quantity.",
        (
            "Declare an analyte of its own for each unit; if “{old}” is another spelling of {allowed}, write it "
            "under intake.units."
        ),
        "“copies/mL” in a column of copies/ug",
    ),
    Rule(
        "BI-022", "UNIT_MISSING", ERROR, "trial", "no unit",
        "{assay}: no unit in {examples}",
        "A unit is never assumed.",
        "Give a column of units, or unit: of {assay} in the config.",
        "an empty unit, no unit: in the config",
    ),
    Rule(
        "BI-023", "UNIT_SPELLING", INFO, "column", "unit in another spelling",
        "the unit “{old}” is read as {new} in {count}",
        "It is another spelling of the same unit.",
        "Nothing to do.",
        "“拷贝/μg”",
    ),
    Rule(
        "BI-024", "DNA_MASS_NEEDED", ERROR, "trial", "copies per another amount of DNA",
        "the unit {old} instead of {allowed} in {examples}",
        "Copies per reaction or per ng need the mass of DNA to become copies/ug.",
        "Convert the results, or declare {old} as the assay's unit.",
        "“copies/200 ng DNA”",
    ),
    Rule(
        "BI-025", "LLOQ_UNIT", ERROR, "trial", "limit in another unit than its result",
        "an LLOQ in {old} beside a result in {allowed} in {examples}",
        "A result is never compared with a limit in another unit.",
        "Give both in one unit.",
        "an LLOQ in copies/mL beside a result in copies/ug",
    ),
    Rule(
        "BI-026", "POSSIBLE_FRACTION", WARNING, "column", "percentages that look like fractions",
        "no percentage of {assay} is above 1 ({old})",
        "They may be fractions; nothing was changed.",
        "If so, multiply them by 100 before the intake.",
        "“0.35”, “0.5”, “0.2” in %",
    ),
    Rule(
        "CP-040", "UNIT_FROM_CONFIG", INFO, "column", "unit taken from the config",
        "{assay}: no unit in {examples}; {new} is taken from the config",
        "The config declares it.",
        "Nothing to do.",
        "an empty unit, unit: in the config",
    ),
    Rule(
        "CP-041", "UNIT_DECLARED", INFO, "column", "unit renamed as declared",
        "the unit “{old}” is read as {new} in {count}",
        "intake.units declares it.",
        "Nothing to do.",
        "“cp/ug” with intake.units",
    ),
    Rule(
        "CP-042", "UNIT_CONVERTED", INFO, "column", "count per volume converted",
        "{count} in {old} multiplied by {factor:g} to {new}",
        "Both are counts per volume: the conversion is exact. Their LLOQ is converted with them.",
        "Nothing to do.",
        "“0.31” 10^9/L for cells/uL",
    ),
)  # fmt: skip
