"""What a reader must be careful about: rules over the data of the run, and limits that hold by design."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from cartpk.config import TrialConfig
from cartpk.report.completeness import in_analysis, primary_parameters, window_code
from cartpk.report.prose import anchor, enumeration, number, paragraphs, plural
from cartpk.shown import note
from cartpk.trial_data import TrialData

__all__ = ["CAUTIONS", "SMALL_GROUP", "STATEMENT", "Caution", "cautions", "limitations"]

SMALL_GROUP: Final = 5
"""Fewer subjects than this in a group: read the individual values."""
_LATE_WINDOW: Final = 90.0
"""days; from here on an area favours those who live and are followed longer."""
_NAMED: Final = 4
_BY_SUBJECT: Final = anchor("table", "l_16_2_5_4")
"""The listing that says, subject by subject, why a parameter has no value."""
STATEMENT: Final = (
    "This software supports, but does not confer, compliance with 21 CFR Part 11. The analyses are exploratory. "
    "No dose decision is made by the tool."
)


@dataclass(frozen=True)
class Caution:
    """One warning of the first screen; ``target`` is the anchor that shows what lies behind it."""

    text: str
    target: str = ""
    link: str = ""
    strong: bool = False


Rule = Callable[[TrialData, TrialConfig], Iterator[Caution]]


def cautions(data: TrialData, config: TrialConfig) -> tuple[Caution, ...]:
    """Every caution that applies to this run, in the order of :data:`CAUTIONS`."""
    return tuple(caution for rule in CAUTIONS for caution in rule(data, config))


def _errors(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    n = int((data.findings["SEVERITY"] == "error").sum())
    if n:
        verb = "is" if n == 1 else "are"
        text = f"{plural(n, 'finding')} of the input checks {verb} of severity error: what they name is left out."
        yield Caution(text, "findings", "Findings", strong=True)


def _left_out(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    out = data.adsl[data.adsl["EXCLRS"].notna()]
    if len(out):
        reasons = enumeration(sorted(set(out["EXCLRS"])))
        verb = "is" if len(out) == 1 else "are"
        yield Caution(f"{plural(len(out), 'subject')} {verb} outside the analysis: {reasons}.", strong=True)


def _small_groups(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    counts = in_analysis(data)["COHORT"].value_counts()
    small = [
        f"{cohort} (n = {counts.get(cohort, 0)})" for cohort in data.cohorts if counts.get(cohort, 0) < SMALL_GROUP
    ]
    if small:
        yield Caution(f"Small groups: {enumeration(small)}. Read the individual values, not the summary.")


def _sampled(data: TrialData, config: TrialConfig) -> Iterator[Caution]:
    said, population = note(data, config), config.models.population
    if said:
        yield Caution(f"Lines and marks of figures, listings and pages of subjects. {said} Summaries are of all.")
    if population is not None and len(data.adsl) > population.sample:
        yield Caution(
            f"The population model was fitted to a random sample of at most {population.sample:,} of the "
            f"{len(data.adsl):,} subjects (models.population.sample, seed {population.seed})."
        )


def _flagged(flag: str, text: str) -> Rule:
    """The rule that names the subjects whose Cmax carries this flag."""

    def rule(data: TrialData, config: TrialConfig) -> Iterator[Caution]:
        rows = primary_parameters(data, config)
        own = rows[(rows["PARAMCD"] == "CMAX") & rows["FLAG"].fillna("").str.split(";").map(lambda f: flag in f)]
        if len(own):
            verb, noun = ("is", "its") if len(own) == 1 else ("are", "their")
            filled = text.format(verb=verb, noun=noun, day=number(config.nca.min_tmax_day))
            yield Caution(f"{_who(list(own['USUBJID']))}: {filled}")

    return rule


def _who(subjects: list[str]) -> str:
    """The subjects by name where they are few."""
    count = plural(len(subjects), "subject")
    return f"{count} ({', '.join(subjects)})" if len(subjects) <= _NAMED else count


def _areas_missing(data: TrialData, config: TrialConfig) -> Iterator[Caution]:
    rows = primary_parameters(data, config)
    for end in config.nca.windows.days:
        own = rows[rows["PARAMCD"] == window_code(end)]
        missing = int(own["AVAL"].isna().sum())
        extended = int(own["FLAG"].fillna("").str.split(";").map(lambda f: "EXTRAPOLATED" in f).sum())
        parts = [f"not reported for {missing}"] if missing else []
        parts += [f"extrapolated, and so outside the primary summary, for {extended}"] if extended else []
        if parts:
            text = f"AUC0-{number(end)}d is {enumeration(parts)} of {plural(len(own), 'subject')}."
            yield Caution(text, _BY_SUBJECT, "Who and why")


def _half_life(data: TrialData, config: TrialConfig) -> Iterator[Caution]:
    rows = primary_parameters(data, config)
    own = rows[rows["PARAMCD"] == "LAMZHL"]
    known = int(own["AVAL"].notna().sum())
    if known < len(own):
        yield Caution(
            f"The terminal half-life rests on {known} of {plural(len(own), 'subject')} and depends on the length of "
            "follow-up.",
            _BY_SUBJECT,
            "Who and why",
        )


def _gdna(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    units = {str(unit).lower().replace("µ", "u").replace("μ", "u") for unit in data.adnca["AVALU"].dropna().unique()}
    if any("/ug" in unit for unit in units):
        yield Caution(
            "Copies per µg of DNA relate to the DNA of all nucleated cells: lymphodepletion changes that amount, so "
            "values of different days are not on the same base (Sci Rep 2020, PMC7578827).",
        )


def _unspecified_cd7(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    if any(m.population == "UNSPECIFIED" for m in config.pharmacodynamics.measures):
        yield Caution(
            "The data say only “CD7+ cells”: normal lymphocytes and CD7+ blasts cannot be told apart.",
            "methods-pd",
            "Rules",
        )


def _car_nk(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    kinds = {m.population for m in config.pharmacodynamics.measures}
    if config.product.cell == "NK" and kinds & {"NORMAL_NK", "LYMPHOCYTES"}:
        yield Caution("Infused CAR-NK cells can be counted among NK cells and lymphocytes.")


def _exploratory(data: TrialData, config: TrialConfig) -> Iterator[Caution]:  # noqa: ARG001
    text = "Descriptive and exploratory: no comparison group, no hypothesis test, no dose decision."
    yield Caution(text, "limitations", "Limitations")


CAUTIONS: Final[tuple[Rule, ...]] = (
    _errors,
    _left_out,
    _sampled,
    _small_groups,
    _flagged("EARLY_TMAX", "Tmax before day {day}; {noun} peak may not be expansion."),
    _flagged(
        "ABOVE_ULOQ", "a result above its upper limit of quantification; {noun} Cmax and areas are lower bounds (≥)."
    ),
    _flagged("PEAK_NOT_SAMPLED", "no sample in the peak window; {noun} Cmax may understate the peak."),
    _flagged("TMAX_AT_LAST", "Cmax is the last sample; {noun} expansion may go on."),
    _areas_missing,
    _half_life,
    _gdna,
    _unspecified_cd7,
    _car_nk,
    _exploratory,
)
"""Every rule, in the order in which its caution is printed: gravest first."""


def limitations(config: TrialConfig) -> tuple[str, ...]:
    """Limits that hold whatever the data are."""
    text = """
    The analyses describe a trial without a comparison group and without adjustment for multiplicity.
    """
    if config.dosing.levels:
        text += """
        A difference between dose levels is not evidence of an effect of dose.

        Dose proportionality is not expected of cells that multiply after the infusion.
        """
    text += """

    The terminal half-life describes the phase that was observed. It grows with the length of follow-up.

    Persistence means the time until a result fell below the assay's limit. It does not show that no cell is left.
    """
    late = [t for t in config.nca.windows.days if t >= _LATE_WINDOW]
    if late:
        ends = enumeration(f"AUC0-{number(t)}d" for t in late)
        text += f"""
        Who dies or leaves early has no late samples: {ends} and persistence favour those who live longer (immortal-time
        bias). They must not be compared between responders and others without a landmark or time-varying analysis.
        """
    if config.pharmacodynamics.measures:
        text += """

        A percentage moves with its parent gate: a fall of CD7+ cells in percent can be a rise of other cells. Absolute
        counts stand beside percentages and take precedence.
        """
    if config.report.synthetic:
        text += """

        The data are simulated from published or assumed parameters. They show what the report looks like, and nothing
        about any product.
        """
    return paragraphs(text)
