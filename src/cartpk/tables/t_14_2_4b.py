"""Ratios of geometric means between dose levels and between the trial's own groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cartpk.core.intervals import GeometricMeanRatio, geometric_mean_ratio
from cartpk.core.nca import interval_code
from cartpk.tables.assays import profiled
from cartpk.tables.cells import counted, number, several, words
from cartpk.tables.groups import ALL, AnalysisSet, Group, analysis_set, subgroups
from cartpk.tables.parameter_rows import by_unit, first_infusion, is_bound
from cartpk.tables.parameters import LABELS, auc_flag, window_label
from cartpk.tables.printing import significant_style
from cartpk.tables.statistics import summed
from cartpk.tables.t_14_2_4 import group_notes
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import AucFlag

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

DOSE: Final = "Dose level"
_METHODS: Final = {
    "welch": "one variance for each group and Welch-Satterthwaite degrees of freedom",
    "pooled": "one variance common to both groups (n1 + n2 - 2 degrees of freedom)",
}


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Groups that are set against one of them."""

    name: str
    reference: Group
    others: tuple[Group, ...]


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per parameter and group other than the reference."""
    who = analysis_set(data, "PK")
    compared, missing = _comparisons(data, config, who)
    if not compared:
        return NoTable(
            "The data name neither two dose levels nor two groups with a subject in the PK analysis set: there is "
            "nothing to compare."
        )
    windows = {interval_code(0.0, end): window_label(end) for end in config.nca.windows.days}
    labels = {"CMAX": LABELS["CMAX"], **windows, "AUCLST": LABELS["AUCLST"], "LAMZHL": LABELS["LAMZHL"]}
    rows = first_infusion(data.adpp, "NCA", labels)
    made: list[Row] = []
    measured = profiled(data, config)
    for assay in measured:
        own = assay.rows(rows)
        for comparison in compared:
            for code, label in labels.items():
                key = {"assay": assay.code, "specimen": assay.specimen, "parameter": code}
                for named, part in by_unit(own[own["PARAMCD"].eq(code)], label):
                    heads = (assay.label, comparison.name, named)
                    made += _rows(heads, {**key, "grouping": comparison.name}, part, comparison, config)
    if not made:
        return NoTable("No exposure parameter is calculable.")
    notes = (*(a.sentence for a in measured), *_notes(config), *missing, *_group_notes(data, config, who))
    return Body(_columns(config), tuple(made), who.text, notes, "adpp.csv (PARCAT1 = NCA), adsl.csv")


def _columns(config: TrialConfig) -> tuple[Column, ...]:
    level = f"{config.report.summaries.ratio_level_pct:g} %"
    return (
        Column("assay", "Analyte", "group"),
        Column("grouping", "Groups", "group"),
        Column("parameter", "Parameter", "group"),
        Column("group", "Group", "label"),
        Column("reference", "Reference", "label"),
        Column("n", "n", "number"),
        Column("n_reference", "n, reference", "number"),
        Column("mean", "Geometric mean", "number"),
        Column("mean_reference", "Geometric mean, reference", "number"),
        Column(
            "ratio", f"Ratio ({level} CI)", "number", parts=("Ratio", f"Ratio, lower {level}", f"Ratio, upper {level}")
        ),
        Column("note", "Not compared", "text"),
    )


def _comparisons(
    data: TrialData, config: TrialConfig, who: AnalysisSet
) -> tuple[tuple[_Comparison, ...], tuple[str, ...]]:
    """Dose levels and groupings with at least two groups that have subjects, and what is wrong with a reference."""
    made, missing = [], []
    groups = tuple(g for g in who.groups if g.label != ALL and g.n)
    if len(groups) > 1:
        wanted = _dose_label(data, config)
        large = [g for g in groups if g.n >= config.report.summaries.min_group]
        reference = next((g for g in groups if g.label == wanted), (large or groups)[0])
        if wanted is None and reference is not groups[0]:
            missing.append(
                f"The lowest dose level has fewer than {config.report.summaries.min_group} subjects: {reference.label} "
                "is the reference."
            )
        if wanted is not None and reference.label != wanted:
            missing.append(f"No subject in the set has the reference dose {wanted}: {reference.label} stands for it.")
        made.append(_Comparison(DOSE, reference, tuple(g for g in groups if g is not reference)))
    for grouping in subgroups(data, config, who):
        reference_value = grouping.reference
        at = grouping.levels.index(reference_value) if reference_value in grouping.levels else 0
        if reference_value is not None and reference_value not in grouping.levels:
            first = grouping.levels[0]
            missing.append(f"{grouping.name}: no subject has the reference {reference_value}; {first} stands for it.")
        reference = grouping.groups[at]
        made.append(_Comparison(grouping.name, reference, tuple(g for g in grouping.groups if g is not reference)))
    return tuple(made), tuple(missing)


def _dose_label(data: TrialData, config: TrialConfig) -> str | None:
    """Dose level of the configured reference dose, as printed."""
    dose = config.report.summaries.reference_dose
    if dose is None:
        return None
    same = data.adsl["DOSEP"].eq(dose)
    return str(data.adsl.loc[same, "COHORT"].iloc[0]) if same.any() else f"{dose:g}"


def _rows(
    heads: tuple[str, str, str], key: dict[str, str], part: pd.DataFrame, comparison: _Comparison, config: TrialConfig
) -> Iterator[Row]:
    """The rows of a parameter; none where no group has a value above 0."""
    extrapolated = part["FLAG"].map(lambda flag: auc_flag(flag) is AucFlag.EXTRAPOLATED).astype(bool)
    used = part[~extrapolated & part["AVAL"].gt(0)].sort_values("USUBJID", kind="stable")
    if used.empty:
        return
    style = significant_style(config.report.significant_digits)
    for group in comparison.others:
        pair = [used[used["USUBJID"].isin(g.subjects)] for g in (group, comparison.reference)]
        values = [rows["AVAL"].to_numpy(dtype=np.float64) for rows in pair]
        note = _why_not(pair, [_short(one, comparison) for one in (group, comparison.reference)], config)
        bounds = [[is_bound(c, f) for c, f in zip(r["PARAMCD"], r["FLAG"], strict=True)] for r in pair]
        means = summed(values, config.report.summaries, bounds=bounds)
        ratio = _ratio(values, config)
        shown = [np.nan] * 3 if note else [ratio.ratio, ratio.lower, ratio.upper]
        cells = (
            *(words(head) for head in heads),
            words(_short(group, comparison)),
            words(_short(comparison.reference, comparison)),
            counted(len(values[0])),
            counted(len(values[1])),
            *(number(means.value("geo_mean", i), style, bound=means.rests_on_bound("geo_mean", i)) for i in (0, 1)),
            several("{} ({}; {})", shown, [style] * 3),
            words(note or None),
        )
        yield Row(cells, key={**key, "group": group.label})


def _ratio(values: Sequence[NDArray[np.float64]], config: TrialConfig) -> GeometricMeanRatio:
    settings = config.report.summaries
    return geometric_mean_ratio(values[0], values[1], settings.ratio_level_pct / 100.0, settings.ratio_variance)


def _short(group: Group, comparison: _Comparison) -> str:
    """The group without the name of its grouping, which stands above its rows."""
    return group.label.removeprefix(f"{comparison.name}: ")


def _why_not(pair: Sequence[pd.DataFrame], groups: Sequence[str], config: TrialConfig) -> str:
    """Why two groups are not compared, with the values of those that are too small; empty = they are."""
    least = config.report.summaries.min_group
    style = significant_style(config.report.significant_digits)
    said = []
    for rows, group in zip(pair, groups, strict=True):
        if any(is_bound(c, f) for c, f in zip(rows["PARAMCD"], rows["FLAG"], strict=True)):
            said.append(f"{group}: a value is a lower bound (ABOVE_ULOQ)")
        if len(rows) >= least:
            continue
        listed = ", ".join(f"{s} {style(v)}" for s, v in zip(rows["USUBJID"], rows["AVAL"], strict=True))
        said.append(f"{group}: fewer than {least} values above 0 ({listed or 'none'})")
    return "; ".join(said)


def _notes(config: TrialConfig) -> Iterator[str]:
    settings = config.report.summaries
    yield (
        f"Ratio of geometric means, group over reference, with its {settings.ratio_level_pct:g} % confidence interval: "
        f"Student's t on natural logarithms, {_METHODS[settings.ratio_variance]}. n = values above 0."
    )
    yield "Areas of the primary summary only (extrapolated ones left out)."
    yield (
        f"A group of fewer than {settings.min_group} values is not compared: its values are listed. No test was made "
        "and nothing is adjusted for multiplicity or for other differences between the groups."
    )


def _group_notes(data: TrialData, config: TrialConfig, who: AnalysisSet) -> tuple[str, ...]:
    """What is said of the trial's own groups; which are small stands in the rows."""
    found = subgroups(data, config, who)
    return tuple(note for note in group_notes(found, config) if "listed" not in note) if found else ()


SPEC: Final = TableSpec(
    "t_14_2_4b", "14.2-4b", "Ratios of geometric means between dose levels and between groups", table
)
