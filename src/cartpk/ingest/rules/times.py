"""Rules of times and dates."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "BI-029", "NEGATIVE_TIME", WARNING, "row", "post-dose visit before the infusion",
        "the visit of day {nominal:g} was sampled on day {old}, before the infusion",
        "The actual time counts; it is a value before treatment.",
        "Check the date.",
    ),
    Rule(
        "BI-030", "PREDOSE_AFTER_START", WARNING, "row", "pre-dose visit after the start of infusion",
        "the visit of day {nominal:g} was sampled on day {old}, after the start of infusion",
        "The actual time counts; it is no baseline.",
        "Check the date.",
    ),
    Rule(
        "BI-031", "NO_INFUSION", ERROR, "subject", "no infusion on record",
        "there are samples and no usable infusion",
        "Without it there is no time axis: the subject is excluded.",
        "Complete EX.",
    ),
    Rule(
        "BI-032", "TIME_IMPUTED", WARNING, "subject", "date without a time of day",
        "{what} dated {old} without a time of day",
        "It counts as {new} (time.date_only_clock).",
        "Give the time of day.",
    ),
    Rule(
        "BI-033", "PARTIAL_DATE", WARNING, "row", "incomplete date",
        "the date {old} is incomplete",
        "No day is made up: the row is not used.",
        "Complete the date.",
    ),
    Rule(
        "BI-034", "EXCEL_SERIAL", WARNING, "row", "serial number instead of a date",
        "the date {old} looks like the serial number of a spreadsheet",
        "Which calendar it counts from is not known: the row is not used.",
        "Export dates as ISO 8601 (2024-05-03T09:30).",
    ),
    Rule(
        "BI-035", "AMBIGUOUS_DATE", ERROR, "file", "day and month cannot be told apart",
        "dates that can be read in two ways (e.g. {old}) in {examples}",
        "Day and month are not guessed.",
        "Export dates as ISO 8601 (2024-05-03).",
    ),
    Rule(
        "BI-036", "NOT_ISO_DATE", ERROR, "row", "date not in ISO 8601",
        "the date “{old}” is not ISO 8601",
        "The row is not used.",
        "Export dates as 2024-05-03T09:30.",
    ),
    Rule(
        "BI-037", "TZ_MIXED", WARNING, "column", "several time zones",
        "times name the zones {old}",
        "All are brought to one axis.",
        "Check that the zones are right.",
    ),
    Rule(
        "BI-038", "BAD_TIME", ERROR, "row", "impossible date or time of day",
        "the time {old} does not exist or is not complete",
        "The row is not used.",
        "Correct it.",
    ),
    Rule(
        "BI-039", "DATE_IMPLAUSIBLE", ERROR, "row", "implausible date",
        "the date {old} is after the data cut or in an implausible year",
        "The row is not used.",
        "Correct the date.",
    ),
    Rule(
        "BI-040", "WINDOW_DEVIATION", WARNING, "row", "sample outside the window of its visit",
        "the visit of day {nominal:g} was sampled on day {old}; allowed are ±{allowed:g} days",
        "Kinetics use the actual time; the row is not in the summary by visit.",
        "Nothing to do where the day is right.",
    ),
    Rule(
        "BI-041", "DAY_ZERO", ERROR, "column", "planned day 0 without a declared convention",
        "the planned day {old}, which CDISC does not have, in {examples}",
        "Whether the day of infusion is day 0 or day 1 is not declared: planned days from 0 on are not used.",
        "Set time.day_zero in the config.",
    ),
    Rule(
        "CP-010", "TIME_NOT_NUMBER", ERROR, "row", "time that is not a number",
        "the time “{old}” is not a number",
        "The row is not used.",
        "Give the time from the infusion as a number (time.unit).",
    ),
    Rule(
        "CP-011", "TIME_MISSING", ERROR, "row", "no time",
        "the row has no time",
        "A sample without its time is not used.",
        "Complete the time.",
    ),
    Rule(
        "CP-012", "MIDNIGHT", INFO, "row", "24:00",
        "the time {old} is read as 00:00 of the next day",
        "They are the same instant.",
        "Nothing to do.",
    ),
    Rule(
        "CP-013", "ZONES_PARTLY_NAMED", ERROR, "trial", "time zone given for some times only",
        "{old}",
        "The others cannot be put on the same axis.",
        "Give the zone everywhere, or nowhere.",
    ),
    Rule(
        "CP-014", "NOMINAL_UNREADABLE", WARNING, "column", "planned time that is not a number",
        "the planned time “{old}” is not a number in {examples}",
        "The rows have no planned day: they are not in the summaries by visit.",
        "Give the planned time as a number (time.unit).",
    ),
    Rule(
        "CP-015", "INFUSION_END_UNKNOWN", WARNING, "subject", "end of infusion not given",
        "the end of the infusion is time zero and is not given",
        "Its start, {new}, is used.",
        "Complete EXENDTC.",
    ),
)  # fmt: skip
