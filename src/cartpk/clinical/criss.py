"""ADCRISSR: ACR-CRISS of 2016 (two steps) and revised, with the components they are made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.clinical.assessments import infused
from cartpk.core.criss import COMPONENTS, improved, probability
from cartpk.schemas.derived import ADCRISSR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartpk.config import TrialConfig
    from cartpk.config.efficacy import Criss
    from cartpk.trial_data import TrialData

__all__ = ["EVENTS", "derive"]

EVENTS: Final = {
    "RENCRIS": "new scleroderma renal crisis",
    "FVCPP": "decline of FVC with interstitial lung disease",
    "LVEF": "new left ventricular failure",
    "PAH": "new pulmonary arterial hypertension",
}
"""Organ events of step 1, by the component that tells of them."""
_FVC_DECLINE_PCT: Final = 15.0
_FVC_BELOW: Final = 80.0
_LVEF_LIMIT: Final = 45.0

Row = dict[str, Any]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Rows of every infused subject; none where the config does not ask for the ACR-CRISS or no component came in."""
    settings = config.efficacy.criss
    if settings is None or not data.clinical.has("criss"):
        return pd.DataFrame(columns=list(ADCRISSR.columns))
    rows = data.clinical.adcriss
    rows = rows[rows["ANLFL"].eq("Y") & rows["AVAL"].notna()]
    found: list[Row] = []
    for subject in infused(data).to_dict("records"):
        who = {name: str(subject[name]) for name in ("STUDYID", "USUBJID", "COHORT")}
        own = rows[rows["USUBJID"].eq(who["USUBJID"])]
        found += [{**who, **row} for row in _of_subject(own, settings)]
    return pd.DataFrame(found, columns=list(ADCRISSR.columns))


def _of_subject(own: pd.DataFrame, settings: Criss) -> Iterator[Row]:
    parts = {name: _component(own, name, settings) for name in COMPONENTS}
    yield from parts.values()
    step1 = _step1(own, parts["FVCPP"], settings)
    yield step1
    if "acr2016" in settings.version:
        yield _acr2016(parts, step1, settings)
    if "revised" in settings.version:
        yield _revised(parts, settings)


def _component(own: pd.DataFrame, name: str, settings: Criss) -> Row:
    """Baseline, value and change of one component; the closest value in the window stands for the day."""
    here = own[own["PARAMCD"].eq(name)]
    base = here[here["ABLFL"].eq("Y")]
    after = here[(here["AFRLT"] > 0) & ((here["AFRLT"] - settings.day).abs() <= settings.window_days)]
    row: Row = {"PARAMCD": name}
    if base.empty or after.empty:
        missing = [text for text, part in (("baseline", base), ("assessment in the window", after)) if part.empty]
        return {**row, "REASND": f"no {' and no '.join(missing)}"}
    near = after.assign(FAR=(after["AFRLT"] - settings.day).abs()).sort_values(["FAR", "AFRLT"], kind="stable").iloc[0]
    start, value = float(base["AVAL"].iloc[0]), float(near["AVAL"])
    row |= {"BASE": start, "AVAL": value, "CHG": value - start, "ADY": float(near["AFRLT"])}
    if start == 0:
        return {**row, "REASND": "baseline is 0: no percentage of it"}
    change = 100.0 * (value - start) / start
    limit = {str(code): pct for code, pct in settings.improvement_pct.items()}[name]
    return {**row, "PCHG": change, "IMPFL": "Y" if improved(name, change, limit) else "N"}


def _step1(own: pd.DataFrame, fvc: Row, settings: Criss) -> Row:
    """Organ events up to the end of the window: with one of them the subject has not improved."""
    seen = own[(own["AFRLT"] > 0) & (own["AFRLT"] <= settings.day + settings.window_days)]
    known = {name: seen.loc[seen["PARAMCD"].eq(name), "AVAL"] for name in ("RENCRIS", "PAH", "LVEF")}
    before = own.loc[own["PARAMCD"].eq("LVEF") & own["ABLFL"].eq("Y"), "AVAL"]
    lung = bool((own["PARAMCD"].eq("ILD") & own["AVAL"].eq(1)).any())
    fell = fvc.get("PCHG", math.nan) <= -_FVC_DECLINE_PCT and fvc["AVAL"] < _FVC_BELOW
    happened = {
        "RENCRIS": bool((known["RENCRIS"] == 1).any()),
        "FVCPP": fell and lung,
        "LVEF": bool((known["LVEF"] <= _LVEF_LIMIT).any()) and not bool((before <= _LVEF_LIMIT).any()),
        "PAH": bool((known["PAH"] == 1).any()),
    }
    events = [EVENTS[name] for name, here in happened.items() if here]
    row: Row = {"PARAMCD": "STEP1", "IMPFL": "Y" if events else "N", "AVALC": "; ".join(events) or None}
    absent = [EVENTS[name] for name, values in known.items() if values.empty]
    if fell and not own["PARAMCD"].eq("ILD").any():
        absent.append("interstitial lung disease")
    if not events and absent and settings.without_record == "not_calculable":
        row |= {"IMPFL": None, "REASND": f"step 1: no record of {', '.join(absent)}"}
    return row


def _acr2016(parts: dict[str, Row], step1: Row, settings: Criss) -> Row:
    row: Row = {"PARAMCD": "ACR2016"}
    day = max((part.get("ADY", math.nan) for part in parts.values() if "ADY" in part), default=math.nan)
    if step1["IMPFL"] == "Y":
        return {**row, "AVAL": 0.0, "ADY": day, "IMPFL": "N"}
    missing = _reasons({name: part["REASND"] for name, part in parts.items() if "CHG" not in part})
    if missing or step1["IMPFL"] is None:
        return {**row, "REASND": "; ".join([*missing, *([step1["REASND"]] if step1["IMPFL"] is None else [])])}
    p = probability({name: part["CHG"] for name, part in parts.items()})
    return {**row, "AVAL": p, "ADY": day, "IMPFL": "Y" if p >= settings.improved_from else "N"}


def _revised(parts: dict[str, Row], settings: Criss) -> Row:
    """Components improved by their percentage; the answer may be known although a component is missing."""
    row: Row = {"PARAMCD": "REVISED"}
    yes = sum(part.get("IMPFL") == "Y" for part in parts.values())
    unknown = {name: part["REASND"] for name, part in parts.items() if "REASND" in part}
    days = [part["ADY"] for part in parts.values() if "ADY" in part]
    if yes < settings.improved_components <= yes + len(unknown):
        return {**row, "REASND": "; ".join(_reasons(unknown))}
    flag = "Y" if yes >= settings.improved_components else "N"
    return {**row, "AVAL": float(yes), "ADY": max(days, default=math.nan), "IMPFL": flag}


def _reasons(of: dict[str, str]) -> list[str]:
    """Each reason once, with the components that it is true of."""
    return [f"{why} ({', '.join(n for n, w in of.items() if w == why)})" for why in dict.fromkeys(of.values())]
