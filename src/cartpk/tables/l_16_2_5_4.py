"""Kinetic parameters by subject, with flags and reasons."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.clinical.tissue import in_tissue
from cartpk.core.nca import PARAMETERS, SummaryRule, interval_code
from cartpk.tables.assays import Assay, profiled, time_note
from cartpk.tables.cells import BLQ, Noted, number, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, subject_cells
from cartpk.tables.parameter_rows import flags, is_bound
from cartpk.tables.parameters import LABELS, ZERO_IS_BLQ, auc_flag, window_label
from cartpk.tables.printing import Style, days, fixed, percent, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import AucFlag

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_PROFILE: Final = ["USUBJID", "PPCAT", "PPSPEC", "ATPTREF"]
_MEANINGS: Final = {
    "EARLY_TMAX": "Tmax in the first sample(s) after infusion: possible carry-over of infused cells",
    "PEAK_NOT_SAMPLED": "no result in the peak window: Cmax may be too low",
    "TMAX_AT_LAST": "the peak is the last result: still rising",
    "ABOVE_ULOQ": "a result above its upper limit of quantification: Cmax and areas are lower bounds (≥)",
    "SPARSE": "one or two quantifiable results",
    "R2_LOW": "R² of the terminal line below its limit",
    "SPAN_SHORT": "the terminal line spans too few half-lives",
    "LZ_MANUAL": "points of the terminal line chosen by an analyst (Listing 16.2.5-5)",
    "NCA_MANUAL": "a sample left out of the analysis by an analyst (Listing 16.2.5-5)",
}
_SHOWN: Final = ("CMAX", "TMAX", "LAMZHL")
"""Parameters whose flags are shown, beside those of the windows."""


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per profile (subject, analyte, infusion)."""
    every = data.adpp[data.adpp["PARCAT1"].eq("NCA")]
    rows = every[[not in_tissue(str(specimen)) for specimen in every["PPSPEC"]]]
    if rows.empty:
        return NoTable("No kinetic parameter was derived: the trial has no kinetic samples.")
    notes, made, doses = Noted(), [], dose_levels(data)
    measured = {(a.code, a.specimen): a for a in profiled(data, config)}
    columns = _columns(rows, config)
    for _, own in in_order(rows, data, "PPCAT", "PPSPEC", "ATPTREF").groupby(_PROFILE, sort=False, dropna=False):
        made.append(_row(own, columns, doses, measured, notes, config))
    found = {flag for text in rows["FLAG"] for flag in flags(text)}
    meanings = tuple(f"{flag}: {meaning}." for flag, meaning in _MEANINGS.items() if flag in found)
    sentences = tuple(a.sentence for a in measured.values())
    apart = ("Tumour tissue makes no profile: Listing 16.2.5-6b.",) if len(rows) < len(every) else ()
    body = (time_note(), "NC = not calculable.", *apart, *notes.footnotes(), *meanings)
    who = analysis_set(data, "all").text
    return Body(tuple(columns), tuple(made), who, (*sentences, *body), "adpp.csv (PARCAT1 = NCA)")


def _columns(rows: pd.DataFrame, config: TrialConfig) -> list[Column]:
    """Subject, profile, parameters (each with its unit where there is one), flags."""

    def head(code: str, label: str) -> Column:
        units = sorted(set(rows.loc[rows["PARAMCD"].eq(code), "AVALU"].dropna()))
        unit = units[0] if len(units) == 1 else None
        return Column(code, f"{label} ({unit_text(unit)})" if unit else label, "number", unit=unit)

    windows = []
    for end in config.nca.windows.days:
        code, label = interval_code(0.0, end), window_label(end)
        windows += [head(code, label), Column(f"{code}_FLAG", f"{label} flag", "text")]
    return [
        *SUBJECT,
        Column("assay", "Analyte", "text"),
        Column("infusion", "Profile", "text"),
        *(head(code, LABELS[code]) for code in ("CMAX", "TMAX")),
        *windows,
        *(head(code, LABELS[code]) for code in ("AUCLST", "CLST", "TLST", "LAMZHL")),
        head("R2ADJ", "R² adjusted"),
        head("LAMZNPT", "Points of λz"),
        Column("flags", "Flags", "text"),
    ]


def _row(
    own: pd.DataFrame,
    columns: Sequence[Column],
    doses: Mapping[str, str],
    measured: Mapping[tuple[str, str], Assay],
    notes: Noted,
    config: TrialConfig,
) -> Row:
    first = own.iloc[0]
    by_code: dict[Hashable, dict[Hashable, Any]] = own.drop_duplicates("PARAMCD").set_index("PARAMCD").to_dict("index")
    assay = measured.get((first["PPCAT"], first["PPSPEC"]))
    infusion = first["ATPTREF"]
    shown = sorted(
        {f for code in _SHOWN if code in by_code for f in flags(by_code[code]["FLAG"])} - {str(f) for f in AucFlag}
    )
    fixed_cells = {
        "assay": words(assay.label if assay else first["PPCAT"]),
        "infusion": words(infusion.capitalize() if isinstance(infusion, str) else None),
        "flags": words("; ".join(shown)),
    }
    cells = [*subject_cells(first["USUBJID"], doses)]
    for column in columns[2:]:
        if column.key in fixed_cells:
            cells.append(fixed_cells[column.key])
        elif column.key.endswith("_FLAG"):
            cells.append(_flag_cell(by_code.get(column.key.removesuffix("_FLAG"))))
        else:
            cells.append(_value_cell(column.key, by_code.get(column.key), notes, config))
    key = {name.lower(): str(first[name]) for name in _PROFILE}
    return Row(tuple(cells), key=key)


def _value_cell(code: str, row: Mapping[Hashable, Any] | None, notes: Noted, config: TrialConfig) -> Cell:
    if row is None:
        return notes.cell("not derived")
    if pd.isna(row["AVAL"]):
        return notes.cell(str(row["PPREASND"]) if isinstance(row["PPREASND"], str) else "reason not given")
    if code in ZERO_IS_BLQ and row["AVAL"] == 0:
        return words(BLQ)
    return number(float(row["AVAL"]), _style(code, config), bound=is_bound(code, row["FLAG"]))


def _style(code: str, config: TrialConfig) -> Style:
    if code == "R2ADJ":
        return lambda v: fixed(v, 3)
    if code == "LAMZNPT":
        return lambda v: fixed(v, 0)
    if code in PARAMETERS and PARAMETERS[code].summary is SummaryRule.MEDIAN_RANGE:
        return days
    return significant_style(config.report.significant_digits)


def _flag_cell(row: Mapping[Hashable, Any] | None) -> Cell:
    """The window's flag, with the part that is extrapolated."""
    flag = auc_flag(row["FLAG"]) if row else None
    if row is None or flag is None:
        return words(None)
    extrapolated = flag in (AucFlag.EXTRAPOLATED, AucFlag.WINDOW) and pd.notna(row["PCTEXTR"])
    return words(f"{flag} ({percent(float(row['PCTEXTR']))} %)" if extrapolated else str(flag))


SPEC: Final = TableSpec("l_16_2_5_4", "16.2.5-4", "Cellular-kinetic parameters by subject", table)
