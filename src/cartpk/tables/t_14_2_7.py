"""Exposure per dose, and per dose and body weight, by dose level; each infusion's own profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cartpk.adpp.doses import normalised_code
from cartpk.core.nca import interval_code
from cartpk.core.nca.reasons import MoreReasons
from cartpk.tables.assays import profiled, time_note
from cartpk.tables.cells import words
from cartpk.tables.groups import FIRST_INFUSION, AnalysisSet, Group, analysis_set, plural
from cartpk.tables.parameter_rows import by_unit, flags, parameter_rows
from cartpk.tables.parameters import ABOVE, LABELS, summary_rule, window_label
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_NOTES: Final = (
    (
        "Per dose: value / actual dose of the profile's own infusion, split doses added; per dose and weight: value / "
        "(dose / body weight). Doses in 10⁶ cells, or 10⁶ cells per kg."
    ),
    "The cells multiply after infusion: equal values per dose are not expected, and a difference is no effect of dose.",
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per parameter and statistic, one column per dose level; re-infusions below."""
    if data.adsl["DOSEA"].isna().all():
        return NoTable("The data carry no dose: no value per dose is calculable.")
    who, labels = analysis_set(data, "PK"), _labels(config)
    rows = data.adpp[data.adpp["PARCAT1"].eq("NCA") & data.adpp["PARAMCD"].isin([c for _, c, _ in labels])]
    if rows["AVAL"].isna().all():
        why = sorted(set(rows["PPREASND"].dropna()))
        return NoTable(f"No value per dose is calculable{': ' + '; '.join(why) if why else ''}.")
    infusions = sorted(set(rows["ATPTREF"].dropna()) | {FIRST_INFUSION}, key=lambda name: (len(name), name))
    made: list[Row] = []
    measured = profiled(data, config)
    for infusion in infusions:
        first = infusion == FIRST_INFUSION
        here = rows[rows["ATPTREF"].eq(infusion) | (rows["ATPTREF"].isna() if first else False)]
        groups = who.groups if first else _of_profile(here, who, config)
        for assay in measured:
            own = assay.rows(here)
            for parent, code, label in labels:
                key = {"infusion": infusion, "assay": assay.code, "specimen": assay.specimen, "parameter": code}
                of_code = own[own["PARAMCD"].eq(code)]
                if of_code["AVAL"].isna().all() and of_code["PPREASND"].eq(str(MoreReasons.NO_WEIGHT)).any():
                    continue  # said below the table
                for named, part in by_unit(of_code, label):
                    cells = (words(infusion.capitalize()), words(assay.label), words(named))
                    rule, settings = summary_rule(parent, config), config.report.summaries
                    made += parameter_rows(cells, key, part, groups, rule, settings)
    columns = (
        Column("infusion", "Profile", "group"),
        Column("assay", "Analyte", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    above = (ABOVE,) if rows["FLAG"].map(lambda text: "ABOVE_ULOQ" in flags(text)).any() else ()
    notes = (
        *(a.sentence for a in measured),
        time_note(),
        *_NOTES,
        *above,
        *_of_reasons(rows),
        *_of_later(infusions, config),
    )
    return Body(columns, tuple(made), who.text, notes, "adpp.csv (PARCAT1 = NCA), adsl.csv (doses, WEIGHT)")


def _labels(config: TrialConfig) -> list[tuple[str, str, str]]:
    """Parameter, the one per dose, and its printed name; per dose first, then per dose and weight."""
    parents = ["CMAX", *(interval_code(0.0, end) for end in config.nca.windows.days), "AUCLST"]
    names = [LABELS["CMAX"], *(window_label(end) for end in config.nca.windows.days), LABELS["AUCLST"]]
    ends = {interval_code(0.0, end): end for end in config.nca.windows.days}
    made = []
    for per_kg, what in ((False, "dose"), (True, "dose and weight")):
        for parent, name in zip(parents, names, strict=True):
            weighed = f"{parent}D{'W' if per_kg else ''}"
            code = normalised_code(ends[parent], per_kg=per_kg) if parent in ends else weighed
            made.append((parent, code, f"{name} per {what}"))
    return made


def _of_profile(rows: pd.DataFrame, who: AnalysisSet, config: TrialConfig) -> tuple[Group, ...]:
    """The dose levels with those of their subjects who have this infusion's profile; few are listed."""
    have, least = set(rows["USUBJID"]), config.report.summaries.min_group
    made = []
    for group in who.groups:
        subjects = tuple(s for s in group.subjects if s in have)
        made.append(replace(group, subjects=subjects, listed=0 < len(subjects) < least))
    return tuple(made)


def _of_reasons(rows: pd.DataFrame) -> Iterator[str]:
    """Why values are missing that the parameter itself has."""
    why = rows.loc[rows["AVAL"].isna()].groupby("PPREASND")["USUBJID"].nunique()
    dose = {str(reason): int(n) for reason, n in why.items() if "dose" in str(reason) or "weight" in str(reason)}
    if dose:
        yield (
            "Not calculable for want of a dose or weight: "
            + "; ".join(f"{reason} ({n} {plural(n, 'subject')})" for reason, n in sorted(dose.items()))
            + "."
        )


def _of_later(infusions: list[str], config: TrialConfig) -> Iterator[str]:
    if len(infusions) > 1:
        yield (
            "A re-infusion begins a profile of its own, with its own time 0 and dose; it stands in the column of the "
            "subject's first dose and is never pooled with the first profile. Fewer than "
            f"{config.report.summaries.min_group} such profiles in a column are listed by subject."
        )


SPEC: Final = TableSpec("t_14_2_7", "14.2-7", "Exposure per dose, by dose level and infusion", table, needs="doses")
