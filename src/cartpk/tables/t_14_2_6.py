"""Bone marrow beside blood: the ratio at matched visits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from cartpk.tables.cells import BLANK, counted, number, several, words
from cartpk.tables.groups import FIRST_INFUSION, AnalysisSet, Group, analysis_set, plural
from cartpk.tables.marrow import SOURCE, no_pairs, pair_label, pairing_note
from cartpk.tables.printing import percent, significant_style, unit_text
from cartpk.tables.statistics import Statistics, summed
from cartpk.tables.table import DOSE, Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import ByVisit, Visits, at_visits
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("pair", "Ratio", "group"),
    DOSE,
    Column("visit", "Nominal day", "label"),
    Column("samples", "Marrow samples", "number"),
    Column("limits", "One BLQ", "number"),
    Column("none", "No ratio", "number"),
    Column("n", "n", "number"),
    Column("marrow", "Marrow, geometric mean", "number"),
    Column("blood", "Blood, geometric mean", "number"),
    Column("geo_mean", "Ratio, geometric mean (CV %)", "number", parts=("Ratio, geometric mean", "Geometric CV, %")),
    Column("median", "Median", "number"),
    Column("range", "Min; max", "number", parts=("Minimum", "Maximum")),
)
_NOTES: Final = (
    (
        "n = pairs that are quantifiable in marrow and blood: ratio and geometric means are of these. One BLQ: the "
        "ratio has a limit only, which is listed and not in the mean. No ratio: no blood sample near enough, or both "
        "BLQ (reasons in Listing 16.2.5-6)."
    ),
    (
        "All days, by subject: n = subjects; each counts once, with the geometric mean of its pairs (BMBLRAT), so that "
        "a subject with many samples weighs no more than one with few."
    ),
    "Samples of the first infusion, up to re-infusion, HSCT or death. Marrow and blood are never pooled.",
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per pair of analytes, dose level and nominal day; then all days of each subject."""
    if (nothing := no_pairs(data, config)) is not None:
        return nothing
    who = analysis_set(data, "PK")
    rows: list[Row] = []
    outside = second = 0
    first = data.marrow_ratio[data.marrow_ratio["ATPTREF"].eq(FIRST_INFUSION)]
    pairs = first[first["USUBJID"].isin(who.subjects)]
    for (marrow, blood, unit), own in pairs.groupby(["PPCAT", "BLOODCAT", "AVALU"], sort=True):
        # at_visits takes the row's place in its file to break ties; here rows of one subject and time are unique
        placed = at_visits(own.assign(AVISIT="", SRCFILE="", SRCROW=0.0), config)
        outside, second = outside + placed.n_outside, second + placed.n_second
        label = f"{pair_label(str(marrow), str(blood), config)} ({unit_text(str(unit))})"
        key = {"marrow": str(marrow), "blood": str(blood)}
        rows += _rows(label, key, placed, own, _of_subjects(data, str(marrow)), who, config)
    if not rows:
        return NoTable("No bone marrow sample of a subject in the PK analysis set can be set against blood.")
    notes = [pairing_note(config), *_NOTES]
    if outside or second:
        notes.append(
            f"Left out of the rows by day: {outside} {plural(outside, 'sample')} without a nominal day or outside its "
            f"window, {second} {plural(second, 'further sample')} of a subject at a visit; they count in all days."
        )
    return Body(_COLUMNS, tuple(rows), who.text, tuple(notes), f"{SOURCE}, adpp.csv (BMBLRAT)")


def _of_subjects(data: TrialData, marrow: str) -> pd.Series[float]:
    """BMBLRAT of the first infusion by subject."""
    own = data.adpp[data.adpp["PARAMCD"].eq("BMBLRAT") & data.adpp["PPCAT"].eq(marrow)]
    first = own[own["ATPTREF"].isna() | own["ATPTREF"].eq(FIRST_INFUSION)]
    return first.drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]


def _rows(
    label: str,
    key: dict[str, str],
    placed: ByVisit,
    own: pd.DataFrame,
    of_subjects: pd.Series[float],
    who: AnalysisSet,
    config: TrialConfig,
) -> Iterator[Row]:
    """Rows of one pair of analytes: by dose level its days, then all days."""
    settings = config.report.summaries
    found = placed.visits(who.groups) if len(placed.rows) else Visits((), placed.rows, np.empty(0, dtype=np.intp))
    both = found.rows.assign(PAIRED=found.rows["RATIO"].notna()) if found.visits else found.rows
    ratio = found.of("RATIO", settings) if found.visits else summed([], settings)
    for group in who.groups:
        for i, visit in enumerate(found.visits):
            if visit.group.label != group.label:
                continue
            here = both[found.index == i]
            cells = (words(label), words(group.label), words(visit.label), *_cells(here, ratio, i, config))
            yield Row(cells, key={**key, "dose": group.label, "day": f"{visit.day:g}"})
        yield _all_days(label, key, own, of_subjects, group, config)


def _all_days(
    label: str, key: dict[str, str], own: pd.DataFrame, of_subjects: pd.Series[float], group: Group, config: TrialConfig
) -> Row:
    here = own[own["USUBJID"].isin(group.subjects)]
    ratio = summed([of_subjects.reindex(list(group.subjects))], config.report.summaries)
    # levels of different days have no common mean
    made = _cells(here, ratio, 0, config)
    cells = (words(label), words(group.label), words("All days, by subject"), *made[:4], BLANK, BLANK, *made[6:])
    return Row(cells, key={**key, "dose": group.label, "day": "all"})


def _cells(here: pd.DataFrame, ratio: Statistics, at: int, config: TrialConfig) -> tuple[Cell, ...]:
    """Counts of the pairs, both geometric means, the ratio's statistics."""
    style = significant_style(config.report.significant_digits)
    paired = here[here["RATIO"].notna()]
    level = summed([paired["AVAL"], paired["BAVAL"]], config.report.summaries)
    limits = int(here["RATIOC"].notna().sum())
    return (
        counted(len(here)),
        counted(limits),
        counted(len(here) - limits - len(paired)),
        counted(ratio.summary.n[at]),
        number(level.value("geo_mean", 0), style),
        number(level.value("geo_mean", 1), style),
        several("{} ({})", [ratio.value("geo_mean", at), ratio.value("geo_cv_pct", at)], [style, percent]),
        number(ratio.value("median", at), style),
        several("{}; {}", [ratio.value("minimum", at), ratio.value("maximum", at)], [style, style]),
    )


SPEC: Final = TableSpec(
    "t_14_2_6", "14.2-6", "Bone marrow to blood: ratio at matched visits", table, (Endpoint.BONE_MARROW,)
)
