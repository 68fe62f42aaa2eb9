"""ADRESP: response at the time points of the config and best response, by disease site.

A subject without an assessment in the window is a non-responder, with the reason beside. Sites are combined only where
``efficacy.site_combination_rule`` says how.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.clinical.assessments import assessments, infused, why_no_response
from cartpk.core.months import target_day
from cartpk.schemas.derived import ADRESP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["COMPOSITE", "NOT_INVOLVED", "codes_in_order", "derive", "first_response"]

COMPOSITE: Final = "COMPOSITE"
_NOT_EVALUABLE: Final = "NE"
_MISSED: Final = "no assessment in the window"
_AT_NO_TIME: Final = "no assessment after the infusion"
NOT_INVOLVED: Final = "site not assessed after the infusion"

Row = dict[str, Any]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per infused subject, site and time point; then its best response per site.

    Empty where no response assessments were delivered, or where it is not known whose count.
    """
    rows = assessments(data, config)
    if why_no_response(rows, delivered=data.clinical.has("responses")):
        return pd.DataFrame(columns=list(ADRESP.columns))
    rows = rows.assign(SITE=rows["SITE"].fillna(""))
    sites = _sites(rows, config)
    found: list[Row] = []
    by_subject = {str(s): own.to_dict("records") for s, own in rows.groupby("USUBJID", sort=False)}
    for subject in infused(data).to_dict("records"):
        own = by_subject.get(str(subject["USUBJID"]), [])
        who = {name: str(subject[name]) for name in ("STUDYID", "USUBJID", "COHORT")}
        found += [{**who, **row} for row in _of_subject(own, sites, config)]
    return pd.DataFrame(found, columns=list(ADRESP.columns))


def _sites(rows: pd.DataFrame, config: TrialConfig) -> tuple[str, ...]:
    """Sites in the order of printing: those of the config, else those of the data."""
    declared = config.efficacy.responders
    return tuple(declared) if declared else tuple(sorted(rows["SITE"].unique())) or ("",)


def _of_subject(own: Sequence[Any], sites: tuple[str, ...], config: TrialConfig) -> Iterator[Row]:
    rule = config.efficacy.site_combination_rule
    seen = [site for site in sites if any(r["SITE"] == site for r in own)]
    for month in config.efficacy.orr_months or ():
        target = target_day(month)
        head = {"PARAMCD": "RESPONSE", "MONTH": float(month), "AWTARGET": target}
        parts = {site: _at(own, site, target, config, involved=site in seen or len(sites) == 1) for site in sites}
        yield from ({**head, "SITE": site, **part} for site, part in parts.items())
        if len(sites) > 1 and rule is not None:
            yield {**head, "SITE": COMPOSITE, **_combined([parts[site] for site in seen], rule)}
    best = {site: _best(own, site, config, involved=site in seen or len(sites) == 1) for site in sites}
    yield from ({"PARAMCD": "BEST", "SITE": site, **part} for site, part in best.items())
    if len(sites) > 1 and rule is not None:
        yield {"PARAMCD": "BEST", "SITE": COMPOSITE, **_combined_best(own, [best[site] for site in seen], rule)}


def _at(own: Sequence[Any], site: str, target: float, config: TrialConfig, *, involved: bool) -> Row:
    """The response that stands for a time point at one site."""
    here = [r for r in own if r["SITE"] == site and r["ANL01FL"] == "Y" and r["AWTARGET"] == target]
    return _answer(here[0] if here else None, _MISSED if involved else NOT_INVOLVED, config)


def _best(own: Sequence[Any], site: str, config: TrialConfig, *, involved: bool) -> Row:
    """The best of the responses that count towards it; the first of equals."""
    order = {code: i for i, code in enumerate(codes_in_order(site, config))}
    here = [r for r in own if r["SITE"] == site and r["BORFL"] == "Y" and isinstance(r["AVALC"], str)]
    best = min(here, key=lambda r: (order.get(r["AVALC"], len(order)), r["AFRLT"]), default=None)
    return _answer(best, _AT_NO_TIME if involved else NOT_INVOLVED, config)


def codes_in_order(site: str, config: TrialConfig) -> tuple[str, ...]:
    """Codes from the best to the worst: responses of the site as the config lists them, then all others."""
    responses = config.clinical.responses
    first = (config.efficacy.responders or {}).get(site, responses.responders)
    return (*first, *(code for code in responses.codes if code not in first))


def _answer(row: Any | None, missing: str, config: TrialConfig) -> Row:  # noqa: ANN401 - a row of ADRS
    """The columns of ADRESP that an assessment gives; the reason where there is none that can be evaluated."""
    code = row["AVALC"] if row is not None and isinstance(row["AVALC"], str) else None
    if row is None or code is None or code == _NOT_EVALUABLE:
        reason = missing if row is None else "assessed as not evaluable"
        return {"RESPFL": "N", "CRFL": "N", "EVALFL": "N", "REASND": reason}
    return {
        "AVALC": code,
        "RESPFL": "Y" if row["RESPFL"] == "Y" else "N",
        "CRFL": "Y" if row["RESPFL"] == "Y" and code in config.clinical.responses.complete else "N",
        "EVALFL": "Y",
        "ADY": row["AFRLT"],
        "SRCFILE": row["SRCFILE"],
        "SRCROW": row["SRCROW"],
    }


def _combined(parts: Sequence[Row], rule: str) -> Row:
    """One response of several sites: at all of them or at one, by the declared rule."""
    if not parts:
        return {"RESPFL": "N", "CRFL": "N", "EVALFL": "N", "REASND": _AT_NO_TIME}
    met = all if rule == "all_sites" else any
    assessed = met(part["EVALFL"] == "Y" for part in parts)
    reasons = [part["REASND"] for part in parts if part["EVALFL"] == "N"]
    return {
        "RESPFL": "Y" if met(part["RESPFL"] == "Y" for part in parts) else "N",
        "CRFL": "N",  # sites have no complete response in common
        "EVALFL": "Y" if assessed else "N",
        "REASND": None if assessed else reasons[0],
        "ADY": max((part.get("ADY", math.nan) for part in parts if part["EVALFL"] == "Y"), default=math.nan),
    }


def _combined_best(own: Sequence[Any], parts: Sequence[Row], rule: str) -> Row:
    """Whether the sites together ever were a response."""
    counted = [r for r in own if r["BORFL"] == "Y"]
    first = first_response(counted, rule)
    row = _combined(parts, "any_site")
    return {**row, "RESPFL": "N" if first is None else "Y", "ADY": math.nan if first is None else first["AFRLT"]}


def first_response(rows: Sequence[Any], rule: str | None) -> Any | None:  # noqa: ANN401 - a row of ADRS
    """The assessment with which a subject first is a responder; None = never.

    Parameters
    ----------
    rows
        Assessments of one subject that count, by day.
    rule
        ``all_sites``: the latest assessment of every site that has one must be a response; else one is enough.
    """
    if rule != "all_sites":
        return next((r for r in rows if r["RESPFL"] == "Y"), None)
    state = {r["SITE"]: False for r in rows}
    for i, row in enumerate(rows):
        state[row["SITE"]] = row["RESPFL"] == "Y"
        last_of_day = i + 1 == len(rows) or rows[i + 1]["AFRLT"] > row["AFRLT"]
        if last_of_day and all(state.values()):
            return row
    return None
