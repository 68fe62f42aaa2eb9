"""Every table that crosses a file: its grain in the first line of its docstring, its columns, their meaning.

A table is checked where it is written and where it is read (:func:`checked`): a wrong column is caught at the door
of the room that made it, not three rooms later.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from cartpk.conformity import Column, TableSchema, conforms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

__all__ = [
    "ADNCA",
    "ADPD",
    "ADPP",
    "ADSL",
    "DERIVED_UNITS",
    "FINDINGS",
    "MARROW_RATIO",
    "PD_CHANGE",
    "PD_CURVES",
    "PREDICTIONS",
    "TABLES",
    "checked",
    "numbers",
    "read_table",
    "stacked",
    "table_parts",
    "widened",
]


def _text(description: str, *, null: bool = True, values: list[str] | None = None) -> Column:
    return Column("str", description, null, allowed=tuple(values) if values else None)


def _number(description: str, *, null: bool = True, at_least: float | None = None) -> Column:
    return Column("float64", description, null, at_least=at_least)


def _flag(description: str) -> Column:
    return _text(description, null=False, values=["Y", "N"])


ADSL: Final = TableSchema(
    {
        "STUDYID": _text("Trial.", null=False),
        "USUBJID": _text("Subject.", null=False),
        "COHORT": _text("Dose level as printed, e.g. 1e8 cells; the groups of the summaries.", null=False),
        "COHORTN": _number("Order of the dose levels, 1 = lowest.", null=False),
        "GROUP": _text("Value of the config's first grouping column (response, source ...)."),
        "DOSEA": _number("Actual dose of the first profile (split doses added), in DOSEU.", at_least=0),
        "DOSEP": _number("Planned dose level, in DOSEU.", at_least=0),
        "DOSEU": _text("Dose unit."),
        "WEIGHT": _number("Body weight, kg."),
        "TRTSDTM": _text("Start of the first infusion, ISO 8601; empty for tidy tables."),
        "NINF": _number("Number of infusions on record."),
        "REINFDY": _number("Day of the first re-infusion (not a split dose); empty = none."),
        "EVENTDY": _number("Day of the event that cuts the profile: re-infusion, HSCT or death, the first of them."),
        "EVENTTXT": _text("What that event is."),
        "ENDDY": _number("Day of HSCT or death, also where a re-infusion came before it."),
        "TRTORD": _number("Place in the order of the first infusions, 1 = first; empty for tidy tables."),
        "DLTLEFT": _number("Days of the DLT window left at the data cut, 0 = over; empty = not known.", at_least=0),
        "AGE": _number("Age, years."),
        "SEX": _text("Sex."),
        "PKFL": _flag("Y = at least one usable post-infusion result."),
        "PDFL": _flag("Y = at least one usable CD7 measurement."),
        "EXCLRS": _text("Why the subject is outside the analysis; empty = is in."),
    },
    unique=("USUBJID",),
    name="adsl",
)
"""One row per subject that came in."""

_FAMILIES: Final = {
    "adsl": {
        r"GROUP[1-9]\d*": _text("Value of a further grouping column of the config: GROUP2, GROUP3 ..."),
        r"DOSE\d\dA": _number("Actual dose of a re-infusion (DOSE02A: the second profile), in DOSEU.", at_least=0),
    }
}
"""Columns of which a table has as many as the trial asks for, by the pattern of their names."""

_SAMPLE = {
    "STUDYID": _text("Trial.", null=False),
    "USUBJID": _text("Subject.", null=False),
    "PCSPEC": _text("Specimen (CDISC).", null=False),
    "PCMETHOD": _text("Assay method."),
    "AFRLT": _number("Actual time from the start of the first infusion, days."),
    "NFRLT": _number("Nominal time from first infusion, days; empty where no visit is named."),
    "AVISIT": _text("Visit as printed."),
    "ADTM": _text("Sample date-time, ISO 8601; empty for tidy tables."),
    "AVAL": _number("Result; empty when BLQ or not done."),
    "AVALC": _text("Result as delivered, verbatim."),
    "AVALU": _text("Unit of AVAL and ALLOQ.", null=False),
    "ALLOQ": _number("Lower limit of quantification of this sample."),
    "BLQFL": _flag("Y = below the limit of quantification."),
    "BLQCLASS": _text("QUANTIFIABLE, NOT QUANTIFIABLE, NOT DETECTED or ABOVE QUANTIFICATION; empty = no result."),
    "DTYPE": _text("How the row came to be where it is not as delivered (e.g. AVERAGE of duplicates)."),
    "ANLFL": _flag("Y = used in the analysis."),
    "ANLRS": _text("Why not, where ANLFL = N."),
    "SRCFILE": _text("File the row came from.", null=False),
    "SRCROW": _number("Line of that file (header = line 1).", null=False),
    "SRCSEQ": _text("Sequence number in the source domain, where it has one."),
}

ADNCA: Final = TableSchema(
    {
        **_SAMPLE,
        "PCTESTCD": _text("Analyte code of the config.", null=False),
        "PCTEST": _text("Analyte as printed.", null=False),
        "COHORT": _text("Dose level as printed.", null=False),
        "ATPTREF": _text("Infusion the profile belongs to: INFUSION 1, INFUSION 2 ...", null=False),
        "ARRLT": _number("Actual time from the start of that infusion, days."),
        "NCAXFL": _text("Y = not used in NCA."),
    },
    name="adnca",
)
"""One row per delivered kinetic sample (subject, analyte, specimen, unit, time), used or not."""

ADPD: Final = TableSchema(
    {
        **_SAMPLE,
        "PARAMCD": _text("Measure code of the config.", null=False),
        "PARAM": _text("Measure as printed.", null=False),
        "KIND": _text("absolute or percent.", null=False, values=["absolute", "percent"]),
        "POPULATION": _text("Cells counted.", null=False),
        "MARKER": _text("CD7+ or CD7-; empty = not split by CD7."),
        "PARENT": _text("Parent gate of a percentage."),
        "COHORT": _text("Dose level as printed.", null=False),
    },
    name="adpd",
)
"""One row per delivered CD7 measurement (subject, measure, specimen, time), used or not."""

PD_CHANGE: Final = TableSchema(
    {
        **ADPD.columns,
        "ABLFL": _flag("Y = this is the baseline record."),
        "BASE": _number("Baseline, in AVALU; empty where there is none or it is BLQ."),
        "BASEC": _text("Baseline as delivered, verbatim."),
        "CHG": _number("AVAL - BASE after baseline; a BLQ counts 0."),
        "PCHG": _number("100 (AVAL - BASE) / BASE after baseline; a BLQ counts 0."),
        "LOG10R": _number("log10(BASE / AVAL) after baseline; AVAL not below its ALLOQ."),
        "LOG10RC": _text("'>=' where LOG10R is a lower bound (AVAL is BLQ); empty = it is the value."),
        "CHGREASN": _text("Why CHG, PCHG or LOG10R is empty."),
    },
    name="pd_change",
)
"""One row per delivered CD7 measurement, with its baseline and changes."""

ADPP: Final = TableSchema(
    {
        "USUBJID": _text("Subject.", null=False),
        "PARCAT1": _text("NCA, MODEL or PD.", null=False, values=["NCA", "MODEL", "PD"]),
        "PARAMCD": _text("Parameter code.", null=False),
        "PARAM": _text("Parameter.", null=False),
        "AVAL": _number("Value; empty = not calculable, see PPREASND."),
        "AVALU": _text("Unit; empty = no unit (a fraction or a count)."),
        "PPSTINT": _text("Start of the interval, ISO 8601 duration."),
        "PPENINT": _text("End of the interval, ISO 8601 duration."),
        "PPANMETH": _text("Analysis method."),
        "PPREASND": _text("Why AVAL is empty."),
        "PPCAT": _text("Analyte or measure code."),
        "PPSPEC": _text("Specimen."),
        "ATPTREF": _text("Infusion the profile belongs to."),
        "FLAG": _text("Flags, joined by ';'."),
        "PCTEXTR": _number("Part of the area that lies after the last sample, %."),
        "AVALSE": _number("Standard error (models)."),
        "AVALLO": _number("Lower 95 % limit (models)."),
        "AVALHI": _number("Upper 95 % limit (models)."),
        "AVALC": _text("Text printed instead of the number, e.g. > 120."),
    },
    unique=("USUBJID", "PARCAT1", "PARAMCD", "PPCAT", "PPSPEC", "ATPTREF", "PPANMETH"),
    name="adpp",
)
"""One row per subject, parameter category, parameter, analyte, specimen and infusion."""

_PROFILE = {
    "USUBJID": _text("Subject.", null=False),
    "PPCAT": _text("Analyte code.", null=False),
    "PPSPEC": _text("Specimen.", null=False),
    "ATPTREF": _text("Infusion the sample belongs to.", null=False),
}

MARROW_RATIO: Final = TableSchema(
    {
        **_PROFILE,
        "NFRLT": _number("Nominal time of the marrow sample, days."),
        "AFRLT": _number("Actual time of the marrow sample from the first infusion, days.", null=False),
        "ARRLT": _number("The same from its own infusion, days.", null=False),
        "AVAL": _number("Result in marrow; empty when BLQ."),
        "BLQFL": _flag("Y = marrow is below its limit of quantification."),
        "ALLOQ": _number("Limit of quantification in marrow."),
        "AVALU": _text("Unit of the marrow result.", null=False),
        "BLOODCAT": _text("Analyte code in blood.", null=False),
        "BDAY": _number("Actual time of the matched blood sample, days; empty = none near enough."),
        "DAYDIFF": _number("Blood minus marrow, days."),
        "BAVAL": _number("Result in blood; empty when BLQ."),
        "BBLQFL": _text("Y = blood is below its limit of quantification."),
        "BALLOQ": _number("Limit of quantification in blood."),
        "RATIO": _number("Marrow / blood where both are quantifiable.", at_least=0),
        "RATIOC": _text("Limit of the ratio where one of them is BLQ, e.g. < 0.02."),
        "REASND": _text("Why RATIO is empty."),
    },
    unique=("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "AFRLT"),
    name="marrow_ratio",
)
"""One row per used marrow sample after infusion, with the blood sample it is set against."""

DERIVED_UNITS: Final = TableSchema(
    {
        **_PROFILE,
        "AFRLT": _number("Actual time from the first infusion, days.", null=False),
        "ARRLT": _number("Actual time from its own infusion, days.", null=False),
        "AVAL": _number("Result as measured; empty when BLQ."),
        "AVALU": _text("Its unit (copies/ug).", null=False),
        "BLQFL": _flag("Y = below the limit of quantification."),
        "ALLOQ": _number("Limit of quantification."),
        "DTYPE": _text("DERIVED: what follows is computed, not measured.", null=False),
        "GENOMEPG": _number("DNA of one genome as declared, pg."),
        "COPCELL": _number("Copies per cell."),
        "COUNT": _number("Nucleated cells per uL: sum of the matched counts."),
        "COUNTOF": _text("Measures that are summed."),
        "COUNTDIF": _number("Farthest of them from the sample, days."),
        "VCN": _number("Vector copy number as declared, copies per CAR+ cell."),
        "CELLSUL": _number("CAR+ cells per uL."),
        "REASND": _text("Why CELLSUL (and, when BLQ, COPCELL) is empty; empty also where no counts are declared."),
    },
    name="derived_units",
)
"""One row per used sample in copies/ug, where the config declares what it takes to convert it."""

PREDICTIONS: Final = TableSchema(
    {
        "USUBJID": _text("Subject.", null=False),
        "PPCAT": _text("Analyte code."),
        "PPSPEC": _text("Specimen."),
        "ATPTREF": _text("Infusion."),
        "MODEL": _text("Kinetic model.", null=False),
        "AFRLT": _number("Day."),
        "PRED": _number("Prediction, unit of the analyte."),
        "PREDLO": _number("Lower limit of the 95 % band."),
        "PREDHI": _number("Upper limit of the 95 % band."),
    },
    name="predictions",
)
"""One row per fitted profile and grid day."""

PD_CURVES: Final = TableSchema(
    {
        "USUBJID": _text("Subject.", null=False),
        "PARAMCD": _text("Measure code of the config.", null=False),
        "PCSPEC": _text("Specimen.", null=False),
        "AFRLT": _number("Day."),
        "PRED": _number("Predicted count, unit of the measure."),
        "PREDLO": _number("Lower limit of the 95 % band."),
        "PREDHI": _number("Upper limit of the 95 % band."),
        "PCTPRED": _number("100 x predicted CD7+ cells / lymphocytes, on days with a lymphocyte count."),
    },
    name="pd_curves",
)
"""One row per fitted subject, modelled count and day."""

FINDINGS: Final = TableSchema(
    {
        "RULE": _text("Identifier of the rule.", null=False),
        "SEVERITY": _text("error, warning or info.", null=False, values=["error", "warning", "info"]),
        "SCOPE": _text("What it touches: trial, file, column, subject, profile or row.", null=False),
        "USUBJID": _text("Subject."),
        "FILE": _text("File."),
        "ROW": _number("Line of the file (header = line 1)."),
        "FIELD": _text("Column."),
        "OLD": _text("What was found."),
        "NEW": _text("What it became; empty = nothing was changed."),
        "MESSAGE": _text("What it is and why it matters.", null=False),
        "SUGGESTION": _text("How to mend it."),
    },
    name="findings",
)
"""One row per finding of the input checks: exclusion, imputation, conversion or doubt."""

TABLES: Final = {
    s.name: s
    for s in (ADSL, ADNCA, ADPD, PD_CHANGE, ADPP, MARROW_RATIO, DERIVED_UNITS, PREDICTIONS, PD_CURVES, FINDINGS)
}
"""Every schema by the name of its file."""


def numbers(schema: TableSchema) -> frozenset[str]:
    """Names of the schema's numeric columns; all others are text."""
    return frozenset(name for name, column in schema.columns.items() if column.dtype == "float64")


def widened(schema: TableSchema, names: Iterable[str]) -> TableSchema:
    """The schema with those of these columns that the trial may have any number of.

    Examples
    --------
    >>> [name for name in widened(ADSL, ["USUBJID", "GROUP2", "DOSE02A", "OTHER"]).columns if name not in ADSL.columns]
    ['GROUP2', 'DOSE02A']
    """
    patterns = _FAMILIES.get(str(schema.name), {})
    more = {n: column for n in names for pattern, column in patterns.items() if re.fullmatch(pattern, n)}
    return schema.add_columns(more) if more else schema


def checked(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """The table with its columns in the schema's order, every cell checked.

    Raises
    ------
    ValueError
        Names the table and every column and row that do not hold.
    """
    schema = widened(schema, table.columns)
    ordered = table.reindex(columns=[*schema.columns, *[c for c in table.columns if c not in schema.columns]])
    # a column without one value has no type of its own: it takes the schema's
    types = {name: column.dtype for name, column in schema.columns.items() if _without_value(ordered[name])}
    # whole numbers are numbers
    types |= {name: "float64" for name in numbers(schema) if ordered[name].dtype.kind in "iu"}
    ordered = ordered.astype({name: dtype for name, dtype in types.items() if ordered[name].dtype != dtype})
    if conforms(ordered, schema):
        return ordered
    import pandera.pandas as pa  # noqa: PLC0415 - takes long to load, and nearly every table conforms

    try:
        return schema.pandera().validate(ordered, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        lines = [
            f"{r.column or r.schema_context}: {r.check} ({r.failure_case!r}, row {r.index})" for r in cases.itertuples()
        ]
        raise ValueError(f"table {schema.name} does not hold to its schema: " + "; ".join(lines[:10])) from error


def _without_value(column: pd.Series[Any]) -> bool:
    """Whether every cell is missing; the first one nearly always says that not."""
    cells = column.array
    return bool(cells[:1].isna().all() and cells.isna().all())


_ROWS_AT_ONCE: Final = 200_000
"""Rows of a file that are read at one time."""


def read_table(path: Path | str, schema: TableSchema) -> pd.DataFrame:
    """The table in this CSV file, typed by its schema (text stays text: `NA`, `001` are not touched)."""
    return checked(stacked(list(table_parts(path, schema))), schema)


def table_parts(path: Path | str, schema: TableSchema) -> Iterator[pd.DataFrame]:
    """The rows of :func:`read_table`, some at a time and not yet checked."""
    import pandas as pd  # noqa: PLC0415

    full = widened(schema, pd.read_csv(path, nrows=0).columns)
    numeric = numbers(full)
    types = {name: "float64" if name in numeric else "str" for name in full.columns}
    yield from pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], chunksize=_ROWS_AT_ONCE)


def stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """These tables in one, column by column: no second copy of the whole is held, and the parts are used up."""
    import pandas as pd  # noqa: PLC0415

    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {name: pd.concat([_popped(part, name) for part in parts], ignore_index=True) for name in names}
    return pd.DataFrame(columns, copy=False)


def _popped(part: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Take a column out of a table; one without a value where it never had it."""
    import pandas as pd  # noqa: PLC0415

    return part.pop(name) if name in part.columns else pd.Series(index=part.index, dtype="float64")
