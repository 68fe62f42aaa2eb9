"""CD7 of the tumour cells before infusion, and its classes where the config declares them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from cartpk.tables.cells import share, words
from cartpk.tables.groups import AnalysisSet, analysis_set
from cartpk.tables.parameter_rows import Rule, parameter_rows
from cartpk.tables.printing import fixed, percent, significant_style
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

CLASSES: Final = ("full", "dim", "partial", "indeterminate")


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Per method and specimen: summaries of % and MFI, subjects by class; one column per dose level."""
    if not data.clinical.has("tumour_cd7"):
        return NoTable("Needs data: CD7 of tumour cells (data.clinical.tumour_cd7).")
    every = data.derived["cd7_class"]
    base = every[every["BASEFL"].eq("Y")]
    who = analysis_set(data, "all")
    if base.empty:
        return NoTable("No usable result of CD7 on tumour cells lies before the infusion.")
    made: list[Row] = []
    for (method, specimen), rows in base.groupby(["PCMETHOD", "PCSPEC"], dropna=False, sort=True):
        label = ", ".join(str(t).lower().removesuffix(", liquid") for t in (method, specimen) if isinstance(t, str))
        made += _rows(rows, label or "method not stated", who, config)
    columns = (
        Column("method", "Method, specimen", "group"),
        Column("quantity", "Quantity", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    return Body(columns, tuple(made), who.text, tuple(_notes(base, config)), "work/cd7_class.csv")


def _rows(rows: pd.DataFrame, label: str, who: AnalysisSet, config: TrialConfig) -> Iterator[Row]:
    settings = config.report.summaries
    three = significant_style(config.report.significant_digits)
    quantities = {
        "CD7PCT": ("CD7+ tumour cells (%)", percent),
        "CD7MFI": ("MFI of CD7, tumour cells", three),
        "DELTA": ("log10(MFI normal T cells / MFI tumour cells)", lambda v: fixed(v, 2)),
    }
    for code, (name, style) in quantities.items():
        part = rows.assign(AVAL=rows[code], PARAMCD=code, FLAG=np.nan)
        if part["AVAL"].notna().any():
            key = {"method": label, "quantity": code}
            yield from parameter_rows((words(label), words(name)), key, part, who.groups, Rule("time", style), settings)
    if config.population.cd7_classes is None:
        return
    for name in CLASSES:
        cells = []
        for group in who.groups:
            own = rows[rows["USUBJID"].isin(group.subjects)]
            cells.append(share(int(own["CLASS"].eq(name).sum()), len(own)))
        heads = (words(label), words("Class, n (%)"), words(name))
        yield Row((*heads, *cells), ("n", "%"), {"method": label, "quantity": "CLASS", "statistic": name})


def _notes(base: pd.DataFrame, config: TrialConfig) -> Iterator[str]:
    p = config.population
    yield "Last result up to the infusion, per method and specimen. Percentages are of the subjects with a result."
    if p.cd7_entry:
        yield f'Entry criterion in the record\'s words: "{p.cd7_entry}".'
    if p.cd7_classes is None:
        yield "The config declares no classes of CD7 (population.cd7_classes)."
        return
    for name, text in (p.cd7_class or {}).items():
        said = "Positive by immunohistochemistry" if name == "ihc_positive" else f"Class {name}"
        yield f'{said}, in the record\'s words: "{text}".'
    why = base.loc[base["CLASS"].eq("indeterminate"), "CLASSRS"].value_counts()
    if len(why):
        each = "; ".join(f"{reason} ({n})" for reason, n in sorted(why.items()))
        yield f"Indeterminate, as the record's classes leave gaps that are not closed here: {each}."


SPEC: Final = TableSpec("t_14_1_3", "14.1-3", "CD7 of the tumour cells before infusion", table, (Endpoint.TUMOUR_CD7,))
