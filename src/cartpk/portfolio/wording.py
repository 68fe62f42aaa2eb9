"""The sentences of a portfolio's page: why panels are apart, what to be careful about, how numbers were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cartpk.portfolio.statistics import MIN_LIMITS

if TYPE_CHECKING:
    from cartpk.config.portfolio import Portfolio
    from cartpk.portfolio.members import Member
    from cartpk.portfolio.panels import Panel, Quantity

__all__ = ["apart", "cautions", "lead", "methods", "synthetic"]

_CARE: Final = (
    (
        "This page describes; it compares nothing. The trials were not randomised against each other: product, "
        "disease, age, earlier treatment, lymphodepletion, dose and sampling differ, and each of them can make any "
        "difference that is seen."
    ),
    (
        "Results of different assays are not on one scale, whatever their unit: only the same specimen, method and "
        "unit share a panel, and even then laboratory, target sequence and limit of quantification may differ."
    ),
    (
        "Dose levels of different trials are not equal: cells in all and cells per kg body weight stand beside each "
        "other as each trial names them."
    ),
    "A dose level of few subjects has wide limits or none. No test is made and no trial is ranked.",
)


def cautions(settings: Portfolio) -> tuple[str, ...]:
    """What a reader must know before looking at the figures."""
    return (*_CARE, *settings.notes)


def lead(members: Sequence[Member]) -> str:
    """The portfolio in one sentence."""
    subjects = sum(len(member.data.adsl) for member in members)
    what = "expansion, exposure, persistence and depletion of CD7+ cells by trial and dose level"
    return f"{len(members)} trials with {subjects} subjects: {what}."


def synthetic(members: Sequence[Member]) -> str:
    """Which trials are simulated; empty where none is."""
    made = [member.id for member in members if member.config.report.synthetic]
    if not made:
        return ""
    if len(made) == len(members):
        return "Every subject and every value of these trials is simulated. Nothing here describes a real person."
    return f"Every subject and every value of {', '.join(made)} is simulated."


def apart(quantity: Quantity, found: Sequence[Panel], members: Sequence[Member]) -> list[str]:
    """Why a quantity has more than one panel, and which trials are in none."""
    if not found:
        return [f"No trial has a value of {quantity.label}."]
    words = []
    if len(found) > 1:
        what = "of other cells or gates" if quantity.kind == "reduction" else "of another specimen, method or unit"
        named = "; ".join(f"{panel.alike} ({', '.join(panel.trials)})" for panel in found)
        words.append(f"{len(found)} panels, because values {what} are not put on one axis: {named}.")
    absent = [m for m in members if not any(m.id in panel.trials for panel in found)]
    words += [f"{member.id} is in no panel: {_why(quantity, member)}." for member in absent]
    return words


def _why(quantity: Quantity, member: Member) -> str:
    if quantity.setting == "auc":
        days = ", ".join(f"{day:g}" for day in member.config.nca.windows.days)
        return f"its configuration has no such window (nca.windows.days: {days})"
    if quantity.kind == "reduction":
        return "it has no CD7+ measure with a baseline"
    return "its run has no such parameter"


def methods(settings: Portfolio, found: Mapping[Quantity, Sequence[Panel]]) -> list[str]:
    """How the numbers of the page were made."""
    kinds = {quantity.kind for quantity, panels in found.items() if panels}
    level = f"{settings.level_pct:g} %"
    first = (
        "Every value is the parameter of one subject as that trial's own run calculated it (adpp.csv), from the first "
        "infusion; rules for BLQ results, windows and terminal phases are those of each trial's configuration. Nothing "
        "is calculated anew and nothing is pooled over trials or dose levels."
    )
    words = [first]
    if "geometric" in kinds:
        words.append(
            f"Cmax and areas: geometric mean, geometric CV (100 sqrt(exp(s^2) - 1), s = SD of the logarithms) and "
            f"{level} limits by Student's t on the logarithm, from {MIN_LIMITS} values on. Values of 0 (all results "
            "BLQ) have no logarithm and are counted apart; areas flagged EXTRAPOLATED are drawn open and left out of "
            "the mean, as in the trials' own tables."
        )
    if "persistence" in kinds:
        words.append(
            "Persistence: day of the last detection; a subject still detected at the last sample is censored there. "
            f"Kaplan-Meier median with {level} limits (log-log). Subjects never detected have no day."
        )
    if "reduction" in kinds:
        words.append(
            "CD7+ cells: log10(baseline / nadir). A nadir below its limit of quantification gives a lower bound, which "
            f"is treated as right-censored: Kaplan-Meier median with {level} limits (log-log)."
        )
    return words
