"""Exposure by antibody status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.config.summaries import Summaries
from cartpk.tables.antibodies import no_antibodies, tests, used
from cartpk.tables.cells import words
from cartpk.tables.groups import ALL, FIRST_INFUSION, Group, analysis_set
from cartpk.tables.parameters import LABELS
from cartpk.tables.printing import days, significant_style, unit_text
from cartpk.tables.statistics import statistic_rows, summed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_TIMES: Final = frozenset({"TMAX"})


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per test, parameter and statistic, one column per status of the subjects."""
    if (nothing := no_antibodies(data)) is not None:
        return nothing
    inside = set(analysis_set(data, "PK").subjects) & set(analysis_set(data, "ADA", config).subjects)
    rows = used(data, sorted(inside))
    own = data.adpp
    analyte = config.primary_analyte
    nca = own[own["PARCAT1"].eq("NCA") & own["PPCAT"].eq(analyte.code) & own["ATPTREF"].eq(FIRST_INFUSION)]
    wanted = ["CMAX", "TMAX", *(f"AUC0_{d:g}D" for d in config.nca.windows.days)]
    nca = nca[nca["PARAMCD"].isin(wanted) & nca["PPSPEC"].eq(analyte.specimen)]
    if nca.empty or rows.empty:
        return NoTable("No subject has both kinetic parameters and an antibody result after the infusion.")
    found: list[Row] = []
    columns: tuple[Column, ...] = ()
    for code, name in tests(rows).items():
        groups = _groups(rows[rows["PARAMCD"].eq(code)], inside)
        columns = tuple(Column(g.label, g.label, "number") for g in groups)
        for parameter in wanted:
            values = nca[nca["PARAMCD"].eq(parameter)]
            if values.empty:
                continue
            unit = values["AVALU"].dropna()
            name_of = LABELS.get(parameter) or parameter.replace("AUC0_", "AUC0-").replace("D", "d")
            label = name_of if unit.empty else f"{name_of} ({unit_text(str(unit.iloc[0]))})"
            series = values.drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]
            parts = [series.reindex(list(g.subjects)) for g in groups]
            # a Cmax of 0 is that of a profile without a quantifiable result
            below = [part.eq(0.0) for part in parts] if parameter == "CMAX" else None
            statistics = summed(parts, Summaries(), below)
            time = parameter in _TIMES
            style = days if time else significant_style(config.report.significant_digits)
            lines = ["median"] if time else ["geo_mean", "median"]
            head, key = (words(name), words(label)), {"test": code, "parameter": parameter}
            n = (words(f"{int(series.reindex(list(g.subjects)).notna().sum())}") for g in groups)
            found.append(Row((*head, words("n"), *n), (), {**key, "statistic": "n"}))
            found += statistic_rows(head, key, statistics, lines, style)
    heads = (
        Column("test", "Test", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
    )
    notes = (
        "Ever positive: at least one positive result after the infusion; whatever the baseline.",
        "Exploratory: antibodies are tested later in those who live longer; no comparison is made.",
        f"Kinetic parameters of the first infusion, {analyte.label}; areas flagged NC have no value.",
    )
    text = f"PK analysis set with an antibody result after infusion: {len(inside)} of {len(data.adsl)} subjects"
    return Body((*heads, *columns), tuple(found), text, notes, "adpp.csv, work/adis.csv")


def _groups(rows: pd.DataFrame, inside: set[str]) -> tuple[Group, ...]:
    after = rows[rows["AFRLT"].gt(0) & rows["ABLFL"].ne("Y")]
    tested = set(after["USUBJID"])
    positive = {str(s) for s in after.loc[after["RESULT"].eq("POSITIVE"), "USUBJID"]}
    return (
        Group("Ever positive", tuple(sorted(inside & positive))),
        Group("Never positive", tuple(sorted((inside & tested) - positive))),
        Group(ALL.replace("doses", "subjects"), tuple(sorted(inside & tested))),
    )


SPEC: Final = TableSpec("t_14_2_50b", "14.2-50b", "Exposure by antibody status", table, (Endpoint.IMMUNOGENICITY,))
