"""The methods of a run, in sentences fit for a clinical study report: each is made from the config that ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cartpk.config import TrialConfig
from cartpk.core.summary import QUARTILE_METHODS
from cartpk.report.choices import choices
from cartpk.report.methods_derived import derived
from cartpk.report.methods_kinetics import blq, peak, terminal_phase, window_areas
from cartpk.report.methods_models import all_subjects, counts_model, kinetic_models
from cartpk.report.prose import Section, days, enumeration, number, paragraphs
from cartpk.tables.printing import unit_text

__all__ = ["methods"]

_DUPLICATES: Final = {
    None: "Conflicting results at one time make a profile not calculable; no rule for them is set.",
    "mean": "Conflicting results at one time are replaced by their arithmetic mean.",
    "first": "Of conflicting results at one time the first delivered one is used.",
    "last": "Of conflicting results at one time the last delivered one is used.",
}
_DAY_ZERO: Final = {
    "infusion_is_day_0": "In visit labels the day of the infusion is day 0.",
    "infusion_is_day_1": "In visit labels the day of the infusion is day 1.",
    None: "",
}


def methods(config: TrialConfig) -> tuple[Section, ...]:
    """Every section of the methods, in the order of the page."""
    return (
        data(config),
        times(config),
        blq(config),
        peak(config),
        window_areas(config),
        terminal_phase(config),
        derived(config),
        kinetic_models(config),
        *all_subjects(config),
        pharmacodynamics(config),
        *counts_model(config),
        statistics(config),
        choices(config),
    )


def data(config: TrialConfig) -> Section:
    """What was read, and how it became the analysis tables."""
    layout = {
        "tidy": "one tidy table",
        "sdtm": "SDTM-like domains (DM, EX, PC and CP or LB)",
        "adam": "an analysis data set (ADNCA or ADPC); records derived there (DTYPE) were not read as samples",
    }[config.data.layout]
    assays = enumeration(
        f"{a.label} ({a.method or 'method not stated'}, {unit_text(a.unit) if a.unit else 'unit as delivered'}, "
        f"{a.specimen.lower()})"
        for a in config.analytes
    )
    excluded = enumeration(f"{_condition(e.column, e.equals, e.contains)} ({e.reason})" for e in config.data.exclude)
    declared = f"By declaration in the config these rows are not measurements: {excluded}." if excluded else ""
    planned = f"""
    Subjects are grouped by planned dose level. An actual dose within {number(config.dosing.tolerance_pct)} % of its
    level counts as given as planned; a subject outside it is analysed as grouped and listed."""
    text = f"""
    The data were read from {layout}. Every row that came in is kept in ADNCA or ADPD with its file and line; every
    exclusion, imputation and conversion is one row of the findings.

    Assays: {assays}. One profile is one subject, analyte, specimen and unit; results of different assays are never
    joined or pooled. {_DUPLICATES[config.intake.duplicates]}

    {declared}

    {planned if config.dosing.levels else ""}
    """
    return Section("data", "Data", paragraphs(text))


def _condition(column: str, equals: str | None, contains: str | None) -> str:
    return f"{column} = {equals}" if equals is not None else f"{column} contains {contains}"


def times(config: TrialConfig) -> Section:
    """Time zero, actual and nominal times, infusions."""
    setting = config.time
    as_delivered = config.data.layout != "sdtm"
    start = "start" if setting.origin == "infusion_start" or as_delivered else "end"
    hours = "Times delivered in hours were divided by 24." if setting.unit == "hour" else ""
    clock = (
        "A date without a clock time keeps day resolution."
        if setting.date_only_clock is None
        else f"A date without a clock time was read as {setting.date_only_clock} on that date and is marked as imputed."
    )
    infusions = f"""
    {clock} Infusions within {days(setting.split_dose_days)} of the first are one split dose, timed from the first; a
    later infusion is a re-infusion, which ends the first profile and begins one of its own."""
    visits = (
        f"A sample enters the by-visit summary only within its visit window: {_windows(setting.visit_window_days)}."
    )
    text = f"""
    Time zero is the {start} of the first infusion. All parameters use the actual time of sampling in days from time
    zero; nominal times only group samples into visits. {hours} {_DAY_ZERO[setting.day_zero]}

    {"" if config.data.layout == "tidy" and not config.data.infusions else infusions}

    {visits if setting.visit_window_days else ""}
    """
    return Section("time", "Time", paragraphs(text))


def _windows(tolerances: Mapping[float, float]) -> str:
    """Visit windows, the days of equal windows together: ``1 day about days 3 and 5; 2 days about day 14``."""
    together: dict[float, list[str]] = {}
    for day, tolerance in sorted(tolerances.items()):
        together.setdefault(tolerance, []).append(number(day))
    return "; ".join(
        f"{days(tolerance)} about {'day' if len(at) == 1 else 'days'} {enumeration(at)}"
        for tolerance, at in together.items()
    )


def pharmacodynamics(config: TrialConfig) -> Section:
    """CD7+ counts: baseline, change, nadir."""
    pd = config.pharmacodynamics
    if not pd.measures:
        return Section("pd", "CD7+ cells", ("The config names no CD7 measure: no pharmacodynamic analysis was made.",))
    named = "; ".join(
        f"{m.label} ({'absolute count' if m.kind == 'absolute' else f'percent of {m.parent}'}, {m.specimen.lower()})"
        for m in pd.measures
    )
    first = pd.lymphodepletion_start_day
    baseline = {
        "before_infusion": "The baseline is the last value before the first infusion.",
        "before_lymphodepletion": "The baseline is the last value before lymphodepletion"
        + ("." if first is None else f", which starts on day {number(first)}."),
        None: "No baseline rule is set: changes from baseline are not calculated.",
    }[pd.baseline]
    unnamed = any(m.population == "UNSPECIFIED" for m in pd.measures)
    blasts = (
        "; where the population is not named, normal CD7+ cells and blasts cannot be told apart"
        if unnamed
        else "; nor are normal CD7+ cells and blasts"
    )
    until = "over all follow-up" if pd.nadir_until_day is None else f"up to day {number(pd.nadir_until_day)}"
    text = f"""
    Measures: {named}. CD7+ and CD7- cells, absolute counts and percentages, and percentages of different parent gates
    are never merged{blasts}.

    {baseline} Percent change is 100 (x − baseline) / baseline and is not calculated where the baseline is 0 or BLQ. A
    BLQ result counts as 0 in the percent change.

    The nadir is the lowest value after the infusion, {until}, up to a re-infusion, transplantation or death; its time
    is that of the first such value.
    """
    return Section("pd", "CD7+ cells", paragraphs(text))


_STYLES: Final = {
    "geometric": "geometric mean and geometric CV, with median, minimum and maximum",
    "arithmetic": "arithmetic mean and SD, with median, minimum and maximum",
    "full": ("arithmetic mean, SD and CV, geometric mean and geometric CV, median, quartiles, minimum and maximum"),
}
_GEOMETRIC_BLQ: Final = {
    "half_lloq": "a BLQ result counts as half of its LLOQ in the geometric mean",
    "quantifiable_only": "the geometric mean is of the quantifiable results only",
}


def _groups(config: TrialConfig) -> str:
    """Groups beside the dose levels, small groups, ratios."""
    setting = config.report.summaries
    parts = (
        (config.groupings, "as delivered"),
        (config.outcome_groupings, "as found in the course"),
    )
    names = [f"{enumeration(_group_name(g.name) for g in found.values())} ({how})" for found, how in parts if found]
    own = f"Exposure is also shown by {enumeration(names)}. " if names else ""
    variance = {"welch": "a variance of its own for each group (Welch)", "pooled": "one variance common to both groups"}
    return f"""
    {own}A group of fewer than {setting.min_group} subjects that is no dose level is listed, not summarised. Groups are
    compared by the ratio of geometric means with a {number(setting.ratio_level_pct)} % confidence interval from
    Student's t on natural logarithms, with {variance[setting.ratio_variance]}, where each has at least
    {setting.min_group} values above 0. Where a result lies above its upper limit of quantification, the limit stands
    for it: what rests on it is a lower bound and printed with ≥.
    """


def _group_name(name: str) -> str:
    """A grouping in a sentence: ``crs_grade`` is the setting of the grade of CRS."""
    return name.replace("crs_grade", "grade of CRS").replace("icans_grade", "grade of ICANS").replace("_", " ")


def statistics(config: TrialConfig) -> Section:
    """Formulas of the summaries and their rounding."""
    setting = config.report.summaries
    text = f"""
    Concentrations, areas and half-lives are summarised by {_STYLES[setting.style]}; times by median, minimum and
    maximum, without a mean. Every cell carries its own n. Quartiles are {QUARTILE_METHODS[setting.quartiles]}.

    Geometric CV % = 100 √(exp(s²) − 1), where s is the standard deviation of the natural logarithms (Kirkwood 1979).
    Geometric statistics are taken over values above 0. With one value SD and CV are not calculable.

    In summaries by visit a BLQ result counts as 0 in the arithmetic mean, and {_GEOMETRIC_BLQ[setting.geometric_blq]};
    where the median, minimum or maximum is itself BLQ, BLQ is printed. A visit with more than
    {number(setting.max_blq_pct)} % of its results BLQ has no means.

    Summaries are computed from unrounded values. Concentrations and areas are printed to
    {config.report.significant_digits} significant digits, rounded half up at printing.

    {_groups(config)}

    All analyses are descriptive. No hypothesis was tested and no adjustment for multiplicity was made.
    """
    return Section("statistics", "Summary statistics", paragraphs(text))
