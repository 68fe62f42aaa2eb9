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
        "the visit of day 7, dated before the infusion",
    ),
    Rule(
        "BI-030", "PREDOSE_AFTER_START", WARNING, "row", "pre-dose visit after the start of infusion",
        "the visit of day {nominal:g} was sampled on day {old}, after the start of infusion",
        "The actual time counts; it is no baseline.",
        "Check the date.",
        "the visit of day -1, dated 15 minutes after the infusion",
    ),
    Rule(
        "BI-031", "NO_INFUSION", ERROR, "subject", "no infusion on record",
        "there are samples and no usable infusion",
        "Without it there is no time axis: the subject is excluded.",
        "Complete EX.",
        "samples of a subject whom EX does not name",
    ),
    Rule(
        "BI-032", "TIME_IMPUTED", WARNING, "subject", "date without a time of day",
        "{what} dated {old} without a time of day",
        "It counts as {new} (time.date_only_clock).",
        "Give the time of day.",
        "EXSTDTC “2024-05-02”",
    ),
    Rule(
        "BI-033", "PARTIAL_DATE", WARNING, "row", "incomplete date",
        "the date {old} is incomplete",
        "No day is made up: the row is not used.",
        "Complete the date.",
        "“2024-05”, “UN-MAY-2024”",
    ),
    Rule(
        "BI-034", "EXCEL_SERIAL_CONVERTED", WARNING, "column", "serial numbers instead of dates",
        "serial numbers of a spreadsheet (e.g. {old}, read as {new}) in {examples}",
        "They are read as dates that count from {epoch} (time.excel_serial).",
        "Export dates as ISO 8601 (2024-05-03T09:30).",
        "“45231.375” with time.excel_serial: 1900",
    ),
    Rule(
        "BI-035", "AMBIGUOUS_DATE", ERROR, "file", "day and month cannot be told apart",
        "dates that can be read in two ways (e.g. {old}) in {examples}",
        "Day and month are not guessed.",
        "Export dates as ISO 8601 (2024-05-03).",
        "“03/04/2024” without time.date_formats",
    ),
    Rule(
        "BI-037", "TZ_MIXED", WARNING, "column", "several time zones",
        "times name the zones {old}",
        "All are brought to one axis.",
        "Check that the zones are right.",
        "“10:00Z” and “10:00+08:00” in one column",
    ),
    Rule(
        "BI-038", "BAD_TIME", ERROR, "row", "impossible date or time of day",
        "the time {old} does not exist or is not complete",
        "The row is not used.",
        "Correct it.",
        "“2024-05-08T25:30”",
    ),
    Rule(
        "BI-039", "DATE_IMPLAUSIBLE", ERROR, "row", "implausible date",
        "the date {old} is after the data cut or in an implausible year",
        "The row is not used.",
        "Correct the date.",
        "“2204-05-08T10:00”",
    ),
    Rule(
        "BI-040", "WINDOW_DEVIATION", WARNING, "row", "sample outside the window of its visit",
        "the visit of day {nominal:g} was sampled on day {old}; allowed are ±{allowed:g} days",
        "Kinetics use the actual time; the row is not in the summary by visit.",
        "Nothing to do where the day is right.",
        "the visit of day 28, sampled on day 35, allowed are 2 days",
    ),
    Rule(
        "BI-041", "DAY_ZERO", ERROR, "trial", "days counted from an undeclared infusion day",
        "the only times are labels of days (e.g. {old}) in {examples}",
        "Whether the day of infusion is day 0 or day 1 is not declared: every time would be a guess.",
        "Set time.day_zero in the config.",
        "“D7” in the time column, without a date and without time.day_zero",
    ),
    Rule(
        "BI-042", "UNMAPPED_VISIT", WARNING, "column", "visit without a planned day",
        "the visit “{old}” says no planned day, in {examples}",
        "Its samples count by their actual time and are in no summary by visit; without an actual time they are out.",
        "Write its day under time.visits; labels like “Day 7” are read once time.day_zero is set.",
        "the visit “EOT”, “W4+3d” or “退出访视” that time.visits does not name",
    ),
    Rule(
        "BI-043", "TIME_UNIT", ERROR, "file", "time column in another unit than declared",
        "the times of the file are about {ratio} times {against}, in {examples}",
        "It is declared in {old}s and probably holds {new}s: every time would be wrong by a factor of 24.",
        "Write {file} with its unit, {new}, under time.units in the config (sdtm: set time.timepoint_unit).",
        "“168” for the sample of day 7, in a file read in days",
    ),
    Rule(
        "CP-010", "TIME_NOT_NUMBER", ERROR, "row", "time that is not a number",
        "the time “{old}” is not a number",
        "The row is not used.",
        "Give the time from the infusion as a number (time.unit).",
        "“soon” as a time",
    ),
    Rule(
        "CP-011", "TIME_MISSING", ERROR, "row", "no time",
        "the row has no time",
        "A sample without its time is not used.",
        "Complete the time.",
        "an empty time",
    ),
    Rule(
        "CP-012", "MIDNIGHT", INFO, "row", "24:00",
        "the time {old} is read as 00:00 of the next day",
        "They are the same instant.",
        "Nothing to do.",
        "“2024-05-08T24:00”",
    ),
    Rule(
        "CP-013", "ZONES_PARTLY_NAMED", ERROR, "trial", "time zone given for some times only",
        "{old}",
        "The others cannot be put on the same axis.",
        "Give the zone everywhere, or nowhere.",
        "“10:00Z” in a column of “10:00”",
    ),
    Rule(
        "CP-014", "NOMINAL_UNREADABLE", WARNING, "column", "planned time that is not a number",
        "the planned time “{old}” is not a number in {examples}",
        "The rows have no planned day: they are not in the summaries by visit.",
        "Give the planned time as a number (time.unit).",
        "“seventh” as a planned time",
    ),
    Rule(
        "CP-016", "DATE_FORM_UNKNOWN", ERROR, "row", "date in a form that is not declared",
        "the date “{old}” is not ISO 8601 and in no form of time.date_formats",
        "The row is not used.",
        "Declare the form under time.date_formats, or export dates as 2024-05-03T09:30.",
        "“2024年5月3日” without time.date_formats",
    ),
    Rule(
        "CP-017", "EXCEL_SERIAL_UNDECLARED", ERROR, "row", "serial number instead of a date",
        "the date {old} looks like the serial number of a spreadsheet",
        "Which calendar it counts from is not known: the row is not used.",
        "Set time.excel_serial to 1900 (Windows) or 1904 (old Macintosh), or export dates as ISO 8601.",
        "“45231.375” without time.excel_serial",
    ),
    Rule(
        "CP-018", "PLANNED_DAY_ZERO", WARNING, "column", "planned day 0 without a declared convention",
        "the planned day {old}, which CDISC does not have, in {examples}",
        "Actual times come from the dates; planned days from 0 on are not used, so no summary by visit has them.",
        "Set time.day_zero in the config.",
        "VISITDY of “0”",
    ),
    Rule(
        "CP-019", "TIMES_FROM_VISITS", WARNING, "column", "planned days in place of dates",
        "there is no date at all in {examples}",
        "The planned days of the visits are taken for the actual times.",
        "Bring the dates of the samples.",
        "a PC without any PCDTC, visits “DAY 7”, time.day_zero set",
    ),
    Rule(
        "CP-015", "INFUSION_END_UNKNOWN", WARNING, "subject", "end of infusion not given",
        "the end of the infusion is time zero and is not given",
        "Its start, {new}, is used.",
        "Complete EXENDTC.",
        "no EXENDTC, time.origin: infusion_end",
    ),
)  # fmt: skip
