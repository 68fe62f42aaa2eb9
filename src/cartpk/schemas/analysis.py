"""The tables of samples, subjects, parameters and findings: grain, columns, meaning."""

from __future__ import annotations

from typing import Final

from cartpk.schemas.columns import flag, number, text
from cartpk.schemas.conformity import TableSchema

__all__ = [
    "ADNCA",
    "ADPD",
    "ADPP",
    "ADSL",
    "DERIVED_UNITS",
    "FAMILIES",
    "FINDINGS",
    "MARROW_RATIO",
    "PD_CHANGE",
    "PD_CURVES",
    "PREDICTIONS",
    "TABLES",
]

ADSL: Final = TableSchema(
    {
        "STUDYID": text("Trial.", null=False),
        "USUBJID": text("Subject.", null=False),
        "COHORT": text("Dose level as printed, e.g. 1e8 cells; the groups of the summaries.", null=False),
        "COHORTN": number("Order of the dose levels, 1 = lowest.", null=False),
        "GROUP": text("Value of the config's first grouping column (response, source ...)."),
        "DOSEA": number("Actual dose of the first profile (split doses added), in DOSEU.", at_least=0),
        "DOSEP": number("Planned dose level, in DOSEU.", at_least=0),
        "DOSEU": text("Dose unit."),
        "WEIGHT": number("Body weight, kg."),
        "TRTSDTM": text("Start of the first infusion, ISO 8601; empty for tidy tables."),
        "NINF": number("Number of infusions on record."),
        "REINFDY": number("Day of the first re-infusion (not a split dose); empty = none."),
        "EVENTDY": number("Day of the event that cuts the profile: re-infusion, HSCT or death, the first of them."),
        "EVENTTXT": text("What that event is."),
        "ENDDY": number("Day of HSCT or death, also where a re-infusion came before it."),
        "TRTORD": number("Place in the order of the first infusions, 1 = first; empty for tidy tables."),
        "DLTLEFT": number("Days of the DLT window left at the data cut, 0 = over; empty = not known.", at_least=0),
        "AGE": number("Age, years."),
        "SEX": text("Sex."),
        "PKFL": flag("Y = at least one usable post-infusion result."),
        "PDFL": flag("Y = at least one usable CD7 measurement."),
        "EXCLRS": text("Why the subject is outside the analysis; empty = is in."),
    },
    unique=("USUBJID",),
    name="adsl",
)
"""One row per subject that came in."""

FAMILIES: Final = {
    "adsl": {
        r"GROUP[1-9]\d*": text("Value of a further grouping column of the config: GROUP2, GROUP3 ..."),
        r"DOSE\d\dA": number("Actual dose of a re-infusion (DOSE02A: the second profile), in DOSEU.", at_least=0),
    }
}
"""Columns of which a table has as many as the trial asks for, by the pattern of their names."""

_SAMPLE = {
    "STUDYID": text("Trial.", null=False),
    "USUBJID": text("Subject.", null=False),
    "PCSPEC": text("Specimen (CDISC).", null=False),
    "PCMETHOD": text("Assay method."),
    "AFRLT": number("Actual time from the start of the first infusion, days."),
    "NFRLT": number("Nominal time from first infusion, days; empty where no visit is named."),
    "AVISIT": text("Visit as printed."),
    "ADTM": text("Sample date-time, ISO 8601; empty for tidy tables."),
    "AVAL": number("Result; empty when BLQ or not done."),
    "AVALC": text("Result as delivered, verbatim."),
    "AVALU": text("Unit of AVAL and ALLOQ.", null=False),
    "ALLOQ": number("Lower limit of quantification of this sample."),
    "BLQFL": flag("Y = below the limit of quantification."),
    "BLQCLASS": text("QUANTIFIABLE, NOT QUANTIFIABLE, NOT DETECTED or ABOVE QUANTIFICATION; empty = no result."),
    "DTYPE": text("How the row came to be where it is not as delivered (e.g. AVERAGE of duplicates)."),
    "ANLFL": flag("Y = used in the analysis."),
    "ANLRS": text("Why not, where ANLFL = N."),
    "SRCFILE": text("File the row came from.", null=False),
    "SRCROW": number("Line of that file (header = line 1).", null=False),
    "SRCSEQ": text("Sequence number in the source domain, where it has one."),
}

ADNCA: Final = TableSchema(
    {
        **_SAMPLE,
        "PCTESTCD": text("Analyte code of the config.", null=False),
        "PCTEST": text("Analyte as printed.", null=False),
        "COHORT": text("Dose level as printed.", null=False),
        "ATPTREF": text("Infusion the profile belongs to: INFUSION 1, INFUSION 2 ...", null=False),
        "ARRLT": number("Actual time from the start of that infusion, days."),
        "NCAXFL": text("Y = not used in NCA."),
    },
    name="adnca",
)
"""One row per delivered kinetic sample (subject, analyte, specimen, unit, time), used or not."""

ADPD: Final = TableSchema(
    {
        **_SAMPLE,
        "PARAMCD": text("Measure code of the config.", null=False),
        "PARAM": text("Measure as printed.", null=False),
        "KIND": text("absolute or percent.", null=False, values=["absolute", "percent"]),
        "POPULATION": text("Cells counted.", null=False),
        "MARKER": text("CD7+ or CD7-; empty = not split by CD7."),
        "PARENT": text("Parent gate of a percentage."),
        "COHORT": text("Dose level as printed.", null=False),
    },
    name="adpd",
)
"""One row per delivered CD7 measurement (subject, measure, specimen, time), used or not."""

PD_CHANGE: Final = TableSchema(
    {
        **ADPD.columns,
        "ABLFL": flag("Y = this is the baseline record."),
        "BASE": number("Baseline, in AVALU; empty where there is none or it is BLQ."),
        "BASEC": text("Baseline as delivered, verbatim."),
        "CHG": number("AVAL - BASE after baseline; a BLQ counts 0."),
        "PCHG": number("100 (AVAL - BASE) / BASE after baseline; a BLQ counts 0."),
        "LOG10R": number("log10(BASE / AVAL) after baseline; AVAL not below its ALLOQ."),
        "LOG10RC": text("'>=' where LOG10R is a lower bound (AVAL is BLQ); empty = it is the value."),
        "CHGREASN": text("Why CHG, PCHG or LOG10R is empty."),
    },
    name="pd_change",
)
"""One row per delivered CD7 measurement, with its baseline and changes."""

ADPP: Final = TableSchema(
    {
        "USUBJID": text("Subject.", null=False),
        "PARCAT1": text("NCA, MODEL or PD.", null=False, values=["NCA", "MODEL", "PD"]),
        "PARAMCD": text("Parameter code.", null=False),
        "PARAM": text("Parameter.", null=False),
        "AVAL": number("Value; empty = not calculable, see PPREASND."),
        "AVALU": text("Unit; empty = no unit (a fraction or a count)."),
        "PPSTINT": text("Start of the interval, ISO 8601 duration."),
        "PPENINT": text("End of the interval, ISO 8601 duration."),
        "PPANMETH": text("Analysis method."),
        "PPREASND": text("Why AVAL is empty."),
        "PPCAT": text("Analyte or measure code."),
        "PPSPEC": text("Specimen."),
        "ATPTREF": text("Infusion the profile belongs to."),
        "FLAG": text("Flags, joined by ';'."),
        "PCTEXTR": number("Part of the area that lies after the last sample, %."),
        "AVALSE": number("Standard error (models)."),
        "AVALLO": number("Lower 95 % limit (models)."),
        "AVALHI": number("Upper 95 % limit (models)."),
        "AVALC": text("Text printed instead of the number, e.g. > 120."),
    },
    unique=("USUBJID", "PARCAT1", "PARAMCD", "PPCAT", "PPSPEC", "ATPTREF", "PPANMETH"),
    name="adpp",
)
"""One row per subject, parameter category, parameter, analyte, specimen and infusion."""

_PROFILE = {
    "USUBJID": text("Subject.", null=False),
    "PPCAT": text("Analyte code.", null=False),
    "PPSPEC": text("Specimen.", null=False),
    "ATPTREF": text("Infusion the sample belongs to.", null=False),
}

MARROW_RATIO: Final = TableSchema(
    {
        **_PROFILE,
        "NFRLT": number("Nominal time of the marrow sample, days."),
        "AFRLT": number("Actual time of the marrow sample from the first infusion, days.", null=False),
        "ARRLT": number("The same from its own infusion, days.", null=False),
        "AVAL": number("Result in marrow; empty when BLQ."),
        "BLQFL": flag("Y = marrow is below its limit of quantification."),
        "ALLOQ": number("Limit of quantification in marrow."),
        "AVALU": text("Unit of the marrow result.", null=False),
        "BLOODCAT": text("Analyte code in blood.", null=False),
        "BDAY": number("Actual time of the matched blood sample, days; empty = none near enough."),
        "DAYDIFF": number("Blood minus marrow, days."),
        "BAVAL": number("Result in blood; empty when BLQ."),
        "BBLQFL": text("Y = blood is below its limit of quantification."),
        "BALLOQ": number("Limit of quantification in blood."),
        "RATIO": number("Marrow / blood where both are quantifiable.", at_least=0),
        "RATIOC": text("Limit of the ratio where one of them is BLQ, e.g. < 0.02."),
        "REASND": text("Why RATIO is empty."),
    },
    unique=("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "AFRLT"),
    name="marrow_ratio",
)
"""One row per used marrow sample after infusion, with the blood sample it is set against."""

DERIVED_UNITS: Final = TableSchema(
    {
        **_PROFILE,
        "AFRLT": number("Actual time from the first infusion, days.", null=False),
        "ARRLT": number("Actual time from its own infusion, days.", null=False),
        "AVAL": number("Result as measured; empty when BLQ."),
        "AVALU": text("Its unit (copies/ug).", null=False),
        "BLQFL": flag("Y = below the limit of quantification."),
        "ALLOQ": number("Limit of quantification."),
        "DTYPE": text("DERIVED: what follows is computed, not measured.", null=False),
        "GENOMEPG": number("DNA of one genome as declared, pg."),
        "COPCELL": number("Copies per cell."),
        "COUNT": number("Nucleated cells per uL: sum of the matched counts."),
        "COUNTOF": text("Measures that are summed."),
        "COUNTDIF": number("Farthest of them from the sample, days."),
        "VCN": number("Vector copy number as declared, copies per CAR+ cell."),
        "CELLSUL": number("CAR+ cells per uL."),
        "REASND": text("Why CELLSUL (and, when BLQ, COPCELL) is empty; empty also where no counts are declared."),
    },
    name="derived_units",
)
"""One row per used sample in copies/ug, where the config declares what it takes to convert it."""

PREDICTIONS: Final = TableSchema(
    {
        "USUBJID": text("Subject.", null=False),
        "PPCAT": text("Analyte code."),
        "PPSPEC": text("Specimen."),
        "ATPTREF": text("Infusion."),
        "MODEL": text("Kinetic model.", null=False),
        "AFRLT": number("Day."),
        "PRED": number("Prediction, unit of the analyte."),
        "PREDLO": number("Lower limit of the 95 % band."),
        "PREDHI": number("Upper limit of the 95 % band."),
    },
    name="predictions",
)
"""One row per fitted profile and grid day."""

PD_CURVES: Final = TableSchema(
    {
        "USUBJID": text("Subject.", null=False),
        "PARAMCD": text("Measure code of the config.", null=False),
        "PCSPEC": text("Specimen.", null=False),
        "AFRLT": number("Day."),
        "PRED": number("Predicted count, unit of the measure."),
        "PREDLO": number("Lower limit of the 95 % band."),
        "PREDHI": number("Upper limit of the 95 % band."),
        "PCTPRED": number("100 x predicted CD7+ cells / lymphocytes, on days with a lymphocyte count."),
    },
    name="pd_curves",
)
"""One row per fitted subject, modelled count and day."""

FINDINGS: Final = TableSchema(
    {
        "RULE": text("Identifier of the rule.", null=False),
        "SEVERITY": text("error, warning or info.", null=False, values=["error", "warning", "info"]),
        "SCOPE": text("What it touches: trial, file, column, subject, profile or row.", null=False),
        "USUBJID": text("Subject."),
        "FILE": text("File."),
        "ROW": number("Line of the file (header = line 1)."),
        "FIELD": text("Column."),
        "OLD": text("What was found."),
        "NEW": text("What it became; empty = nothing was changed."),
        "MESSAGE": text("What it is and why it matters.", null=False),
        "SUGGESTION": text("How to mend it."),
    },
    name="findings",
)
"""One row per finding of the input checks: exclusion, imputation, conversion or doubt."""

TABLES: Final = {
    s.name: s
    for s in (ADSL, ADNCA, ADPD, PD_CHANGE, ADPP, MARROW_RATIO, DERIVED_UNITS, PREDICTIONS, PD_CURVES, FINDINGS)
}
"""Every schema by the name of its file."""
