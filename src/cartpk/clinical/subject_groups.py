"""Which group each subject is in: best response, grade of CRS and ICANS, therapy given, columns of the data, dose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.assessments import assessments, site_text
from cartpk.schemas.effects import SUBJECT_GROUPS

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["RESPONDER", "derive", "max_grades"]

RESPONDER: Final = "Responder"
_NO_RESPONSE: Final = "Non-responder"
_GRADES: Final = ("0", "1-2", "≥ 3")
_THERAPIES: Final = {
    "TOCIST": ("Tocilizumab or steroid", ("TOCILIZUMAB", "STEROID")),
    "TOCI": ("Tocilizumab", ("TOCILIZUMAB",)),
    "STEROID": ("Steroid", ("STEROID",)),
}
"""Code of the grouping -> its name, the classes of therapy that count."""
_NOT_ASSESSED: Final = "no response assessment that counts"


@dataclass(frozen=True, slots=True)
class _Grouping:
    """A grouping: its subjects' groups or why they have none, the order of printing (the first is the reference)."""

    code: str
    label: str
    held: Mapping[str, str]
    levels: Sequence[str]
    reason: Callable[[str], str]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject that is not excluded and grouping for which the trial has data."""
    adsl = data.adsl[data.adsl["EXCLRS"].isna()].sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    rows = []
    for g in _groupings(data, config, list(adsl["USUBJID"])):
        there = [level for level in g.levels if level in set(g.held.values())]
        for subject, cohort in zip(adsl["USUBJID"], adsl["COHORT"], strict=True):
            value = g.held.get(subject)
            rows.append(
                {
                    "USUBJID": subject,
                    "COHORT": cohort,
                    "GROUPCD": g.code,
                    "GROUP": g.label,
                    "VALUE": value,
                    "VALUEN": float(g.levels.index(value)) if value is not None else float("nan"),
                    "REFFL": "Y" if value is not None and value == there[0] else "N",
                    "REASND": None if value is not None else g.reason(subject),
                }
            )
    return pd.DataFrame(rows, columns=list(SUBJECT_GROUPS.columns))


def _groupings(data: TrialData, config: TrialConfig, subjects: Sequence[str]) -> Iterator[_Grouping]:
    yield from _responses(data, config)
    yield from _grades(data, subjects)
    if data.clinical.has("medications"):
        wanted = {"TOCIST", *config.outcome_groupings}
        yield from (_therapy(data, subjects, code) for code in _THERAPIES if code in wanted)
    yield from _columns(data, config)
    if len(data.cohorts) > 1:
        doses = dict(zip(data.adsl["USUBJID"], data.adsl["COHORT"], strict=True))
        yield _Grouping("DOSE", "Dose level", doses, data.cohorts, lambda _s: "")


def _responses(data: TrialData, config: TrialConfig) -> Iterator[_Grouping]:
    """Best response per disease site: responder or not. Sites combine only where the config declares how."""
    if not data.clinical.has("responses"):
        return
    rows = assessments(data, config)
    rows = rows[rows["BORFL"].eq("Y") & rows["RESPFL"].notna()]
    if rows.empty or len(set(rows["EVAL"].dropna())) > 1:  # of several evaluators efficacy.evaluator must name one
        return
    sites = [site for site in (config.efficacy.responders or {}) if rows["SITE"].eq(site).any()]
    named: list[str | None] = [*sites] or [None]
    for site in named:
        own = rows if site is None else rows[rows["SITE"].eq(site)]
        best = own.groupby("USUBJID")["RESPFL"].agg(lambda flags: bool(flags.eq("Y").any()))
        values = {str(s): RESPONDER if yes else _NO_RESPONSE for s, yes in best.items()}
        label = "Best response" if site is None else f"Best response, {_inside(site_text(site))}"
        code = "RESP" if site is None else f"RESP_{site.upper()}"
        yield _Grouping(code, label, values, (_NO_RESPONSE, RESPONDER), lambda _s: _NOT_ASSESSED)


def _inside(text: str) -> str:
    """The text within a sentence: an abbreviation keeps its capitals."""
    return text if text.isupper() else f"{text[0].lower()}{text[1:]}"


def max_grades(data: TrialData, event: str) -> Mapping[str, float]:
    """Subject -> highest grade of this class after the infusion; nan = it occurred without a usable grade."""
    t = data.clinical.adae
    rows = t[t["AESI"].eq(event) & t["ANLFL"].eq("Y") & t["TRTEMFL"].eq("Y")]
    return {str(s): float(g.max()) for s, g in rows.groupby("USUBJID")["ATOXGR"]}


def _grades(data: TrialData, subjects: Sequence[str]) -> Iterator[_Grouping]:
    """Maximum grade of CRS and of ICANS: 0, 1-2, 3 and more."""
    if not data.clinical.has("adverse_events"):
        return
    for event in ("CRS", "ICANS"):
        found = max_grades(data, event)
        grades = {s: found.get(s, 0.0) for s in subjects}
        values = {s: _GRADES[(g > 0) + (g >= 3)] for s, g in grades.items() if g == g}  # noqa: PLR0124
        yield _Grouping(event, f"{event}, maximum grade", values, _GRADES, lambda _s: "event without a usable grade")


def _therapy(data: TrialData, subjects: Sequence[str], code: str) -> _Grouping:
    t = data.clinical.adcm
    label, classes = _THERAPIES[code]
    rows = t[t["ANLFL"].eq("Y") & t["POSTFL"].eq("Y") & t["CLASS"].isin(list(classes))]
    given = set(rows["USUBJID"])
    values = {s: "given" if s in given else "not given" for s in subjects}
    return _Grouping(code, label, values, ("not given", "given"), lambda _s: "")


def _columns(data: TrialData, config: TrialConfig) -> Iterator[_Grouping]:
    """The trial's own groups (donor source ...)."""
    for column, grouping in config.groupings.items():
        if column not in data.adsl:
            continue
        pairs = zip(data.adsl["USUBJID"], data.adsl[column], strict=True)
        values = {s: v for s, v in pairs if isinstance(v, str)}
        levels = list(grouping.ordered(values.values()))
        if grouping.reference in levels:
            levels.insert(0, levels.pop(levels.index(grouping.reference)))
        if len(levels) > 1:
            yield _Grouping(column, grouping.name, values, levels, lambda _s: "not named in the data")
