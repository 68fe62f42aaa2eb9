"""ADTTE: overall survival, progression-free survival and duration of response of every infused subject.

The endpoints and their origins are those of ``efficacy.time_to_event``; the rules of censoring those of
``efficacy.survival``. Each endpoint is derived twice: transplants censor, and they do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.clinical.assessments import assessments, infused, why_no_response
from cartpk.clinical.response import first_response
from cartpk.core.months import DAYS_PER_MONTH
from cartpk.core.survival import kaplan_meier
from cartpk.schemas.derived import ADTTE

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from cartpk.config import TrialConfig
    from cartpk.config.efficacy import Endpoint
    from cartpk.core.survival import SurvivalCurve
    from cartpk.trial_data import TrialData

__all__ = ["curves_of", "derive", "endpoint_reason"]

_ORIGINS: Final = {"infusion": "first infusion", "first_response": "first response"}
_TEXTS: Final = {"HSCT": "HSCT", "NEW_THERAPY": "new therapy", "DEATH": "death", "LAST_CONTACT": "last contact"}
_NO_FOLLOW_UP: Final = "no day of a death or of a last contact on record"
_NO_RESPONSE: Final = "no response"
_SITES: Final = "how disease sites combine to one response is not declared (efficacy.site_combination_rule)"


@dataclass(frozen=True, slots=True)
class _Point:
    """A day with what happened on it and the record that says so."""

    day: float
    text: str
    domain: str = ""
    file: str | None = None
    row: float = float("nan")


@dataclass(frozen=True, slots=True)
class _Course:
    """What is known of one subject after the infusion; None = did not happen, or no day is known.

    ``assessed`` are all assessments with a response code, ``progressions`` those of progression or relapse, by day.
    """

    events: dict[str, _Point]
    assessed: tuple[_Point, ...]
    progressions: tuple[_Point, ...]
    response: _Point | None

    def event(self, endpoint: Endpoint, start: float) -> _Point | None:
        """The event of the endpoint: death; for PFS and DOR also progression or relapse after the origin."""
        found = [self.events["DEATH"]] if "DEATH" in self.events else []
        if endpoint != "OS":
            found += [point for point in self.progressions if point.day > start]
        return min(found, key=lambda point: point.day, default=None)

    def last_seen(self, endpoint: Endpoint, start: float, until: float = math.inf) -> _Point | None:
        """Where the endpoint was last looked at: last contact (OS), or the last assessment up to this day."""
        if endpoint == "OS":
            return self.events.get("LAST_CONTACT")
        seen = [point for point in self.assessed if start <= point.day <= until]
        if not seen:
            return _Point(start, "no assessment after the origin")
        return replace(seen[-1], text=f"last assessment ({seen[-1].text})")


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per infused subject, endpoint of the config and handling of transplants."""
    rows = assessments(data, config)
    delivered = data.clinical.has("responses")
    why = why_no_response(rows, delivered=delivered)
    courses = _courses(data, config, rows)
    found: list[dict[str, Any]] = []
    nothing = _Course({}, (), (), None)
    for subject in infused(data).to_dict("records"):
        course = courses.get(str(subject["USUBJID"]), nothing)
        who = {name: str(subject[name]) for name in ("STUDYID", "USUBJID", "COHORT")}
        for endpoint, origin in (config.efficacy.time_to_event or {}).items():
            for censored in (False, True):
                row = {"PARAMCD": endpoint, "HSCTCNS": "Y" if censored else "N", "STARTDSC": _ORIGINS[origin]}
                reason = None if endpoint == "OS" else why
                given: dict[str, Any] = (
                    {"REASND": reason} if reason else _time(endpoint, origin, course, config, hsct=censored)
                )
                found.append({**who, **row, **given})
    return pd.DataFrame(found, columns=list(ADTTE.columns))


def _courses(data: TrialData, config: TrialConfig, rows: pd.DataFrame) -> dict[str, _Course]:
    """What is known of every subject."""
    events = data.clinical.adevent
    events = events[events["FIRSTFL"].eq("Y") & events["ANLFL"].eq("Y") & events["ADY"].notna()]
    known: dict[str, dict[str, _Point]] = {}
    for e in events.to_dict("records"):
        known.setdefault(str(e["USUBJID"]), {})[e["EVENT"]] = _Point(
            e["ADY"], str(e["EVENT"]), e["SRCDOM"], e["SRCFILE"], e["SRCROW"]
        )
    progression = set(config.clinical.responses.progression)
    seen: dict[str, list[dict[Hashable, Any]]] = {}
    for r in rows.to_dict("records"):
        seen.setdefault(str(r["USUBJID"]), []).append(r)
    return {
        subject: _Course(
            known.get(subject, {}),
            tuple(_assessed(r) for r in seen.get(subject, []) if isinstance(r["AVALC"], str) and r["AVALC"] != "NE"),
            tuple(_assessed(r) for r in seen.get(subject, []) if r["AVALC"] in progression),
            _first_response(seen.get(subject, []), config),
        )
        for subject in {**known, **seen}
    }


def _first_response(rows: list[dict[Hashable, Any]], config: TrialConfig) -> _Point | None:
    found = first_response([r for r in rows if r["BORFL"] == "Y"], config.efficacy.site_combination_rule)
    return None if found is None else _assessed(found)


def _assessed(row: dict[Hashable, Any]) -> _Point:
    return _Point(row["AFRLT"], str(row["AVALC"]), "RS", row["SRCFILE"], row["SRCROW"])


def _time(endpoint: Endpoint, origin: str, course: _Course, config: TrialConfig, *, hsct: bool) -> dict[str, Any]:
    """Time, event or censoring of one endpoint; the reason where there is none."""
    start = 0.0
    if origin == "first_response":
        by_site = config.efficacy.responders or {}
        if len(by_site) > 1 and config.efficacy.site_combination_rule is None:
            return {"REASND": _SITES}
        if course.response is None:
            return {"REASND": _NO_RESPONSE}
        start = course.response.day
    found = _end(endpoint, course, config, start=start, hsct=hsct)
    if found is None:
        return {"REASND": _NO_FOLLOW_UP, "STARTDY": start}
    counts, last = found
    days = max(last.day - start, 0.0)
    return {
        "AVAL": days,
        "AVALM": days / DAYS_PER_MONTH,
        "CNSR": 0.0 if counts else 1.0,
        "EVNTDESC": _TEXTS.get(last.text, last.text),
        "STARTDY": start,
        "ADY": max(last.day, start),
        "SRCDOM": last.domain,
        "SRCFILE": last.file,
        "SRCROW": last.row,
    }


def _end(
    endpoint: Endpoint, course: _Course, config: TrialConfig, *, start: float, hsct: bool
) -> tuple[bool, _Point] | None:
    """Whether the endpoint ends with its event, and the day; None = nothing is known of the subject's end."""
    event = course.event(endpoint, start)
    cuts = ["HSCT"] if hsct else []
    if endpoint != "OS" and config.efficacy.survival.new_therapy == "censored":
        cuts.append("NEW_THERAPY")
    found = [course.events[name] for name in cuts if name in course.events]
    cut = min(found, key=lambda point: point.day, default=None)
    # an event on the day of a transplant or a new therapy counts
    if event is not None and (cut is None or event.day <= cut.day):
        return True, event
    seen = course.last_seen(endpoint, start, cut.day if cut else math.inf)
    if cut is None:
        return None if seen is None else (False, seen)
    if endpoint == "OS":
        return False, cut
    assert seen is not None  # noqa: S101 - PFS and DOR have at least their origin
    return False, replace(seen, text=f"{seen.text}, before {_TEXTS[cut.text]}")


def endpoint_reason(rows: pd.DataFrame, endpoint: str) -> str | None:
    """Why this endpoint has no time of any subject (one reason for all of them); None = some have one.

    Parameters
    ----------
    rows
        ADTTE.
    """
    own = rows[rows["PARAMCD"].eq(endpoint)]
    if own["AVAL"].notna().any():
        return None
    return "; ".join(dict.fromkeys(own["REASND"].dropna())) or "no subject"


def curves_of(rows: pd.DataFrame, groups: Sequence[Sequence[str]], level: float) -> list[SurvivalCurve | None]:
    """Kaplan-Meier curve of each group of subjects, days; None where nobody in it has a time.

    Parameters
    ----------
    rows
        ADTTE of one endpoint and handling of transplants.
    groups
        Subjects of each.
    level
        Two-sided confidence level.
    """
    timed = rows[rows["AVAL"].notna()]
    parts = [timed[timed["USUBJID"].isin(group)] for group in groups]
    return [kaplan_meier(part["AVAL"], part["CNSR"].eq(0), level) if len(part) else None for part in parts]
