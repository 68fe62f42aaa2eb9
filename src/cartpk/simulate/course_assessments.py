"""Response, antibodies, ACR-CRISS components and tumour CD7 of the virtual subjects, under the intake's names."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import FloatArray
from cartpk.simulate.course import Course
from cartpk.simulate.scenarios import Scenario
from cartpk.simulate.trials import VirtualTrial

__all__ = ["antibodies", "criss", "responses", "tumour_cd7"]

Row = dict[str, Any]

_LATE_DAYS: Final = 10.0
"""How much later the subject of LATE_VISIT comes to the assessment of month 3."""
_ADA_DAYS: Final = (-1, 28, 91, 182)
_CRISS_DAYS: Final = (-7, 28, 91, 182)


def _days(course: Course, planned: tuple[int, ...], purpose: str) -> FloatArray:
    """Actual days of the planned visits, whole days, (n, v)."""
    nominal = np.array(planned, dtype=np.float64)
    width = np.where(nominal <= 0, 0.0, np.where(nominal < 40, 2.0, np.where(nominal < 100, 4.0, 7.0)))
    u = course.streams.between(purpose, -1.0, 1.0, course.exposure.size, nominal.size)
    value: FloatArray = nominal + np.round(width * u)
    return value


def _visit(nominal: int) -> Row:
    return {"visit": f"DAY {nominal}", "visit_day": float(nominal)}


def responses(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """One row per site and assessment until progression is seen or the follow-up ends."""
    design, n = course.design, course.exposure.size
    days = _days(course, design.assessed, "clinical response day")
    late = (trial.subjects["SCENARIO"] == Scenario.LATE_VISIT).to_numpy()
    days[np.ix_(late, np.array(design.assessed) == 91)] = 91.0 + _LATE_DAYS
    u = course.streams.uniform("clinical response code", n, len(design.sites), 3)
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        sites = [s for s, site in enumerate(design.sites) if u[k, s, 0] < site.share or s == 0]
        relapsed = False
        for nominal, day in zip(design.assessed, days[k], strict=True):
            if relapsed or day > course.last[k]:
                break
            relapsed = day >= course.progression[k]
            for s in sites:
                # a relapse shows at the first site; another one may follow it
                here = relapsed and (s == 0 or u[k, s, 1] < 0.5)
                row: Row = {"subject": subject, "test": "OVRLRESP", "criteria": design.criteria}
                row |= {"site": design.sites[s].name, "evaluator": "INVESTIGATOR", "day": day, **_visit(nominal)}
                rows.append(row | {"response": _code(course, k, s, nominal, float(u[k, s, 2]), relapse=here)})
    return pd.DataFrame(rows)


def _code(course: Course, k: int, s: int, nominal: int, u: float, *, relapse: bool) -> str:
    site = course.design.sites[s]
    if not course.responder[k]:
        return site.relapse if relapse and nominal > 28 else site.none
    if relapse:
        return site.relapse
    codes = site.early if nominal < 60 else site.lasting
    return codes[min(int(u * len(codes)), len(codes) - 1)]


def antibodies(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """Antibody results before and after the infusion: negative, or a titre."""
    n = course.exposure.size
    days = _days(course, _ADA_DAYS, "clinical ada day")
    u = course.streams.uniform("clinical ada titre", n, len(_ADA_DAYS))
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        base = 20 * 2 ** int(2.0 * u[k, 0])
        for v, (nominal, day) in enumerate(zip(_ADA_DAYS, days[k], strict=True)):
            if day > course.seen[k]:
                break
            titre = _titre(int(course.ada[k]), v, base, float(u[k, v]))
            result = f"1:{titre}" if titre else "NEGATIVE"
            row: Row = {"subject": subject, "test": "ADA_BAB", "test_name": "Binding Antidrug Antibody"}
            rows.append(row | {"result": result, "specimen": "SERUM", "day": day, **_visit(nominal)})
    return pd.DataFrame(rows)


def _titre(kind: int, v: int, base: int, u: float) -> int:
    """Titre of a subject of this kind at this visit; 0 = negative."""
    if kind == 0 or (kind == 2 and v == 0):
        return 0
    if kind == 2:
        return 0 if v == 1 and u < 0.4 else 40 * 2 ** int(3.0 * u)
    return base if kind == 1 or v == 0 else base * 8


def criss(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """Components of the ACR-CRISS: skin, lung, function, both globals, and the four organ events."""
    n = course.exposure.size
    days = _days(course, _CRISS_DAYS, "clinical criss day")
    z = course.streams.normal("clinical criss", n, 5)
    noise = course.streams.normal("clinical criss error", n, len(_CRISS_DAYS), 5)
    effect = _criss_effect(course)
    start = {
        "MRSS": np.clip(26.0 + 5.0 * z[:, 0], 15.0, 45.0),
        "FVCPP": np.clip(78.0 + 11.0 * z[:, 1], 50.0, 115.0),
        "HAQDI": np.clip(1.3 + 0.45 * z[:, 2], 0.25, 2.75),
        "PTGA": np.clip(5.8 + 1.5 * z[:, 3], 2.0, 9.5),
        "PHGA": np.clip(5.6 + 1.3 * z[:, 4], 2.0, 9.5),
    }
    change = {"MRSS": -9.0, "FVCPP": 4.0, "HAQDI": -0.5, "PTGA": -2.4, "PHGA": -2.6}
    error = {"MRSS": 1.2, "FVCPP": 1.6, "HAQDI": 0.10, "PTGA": 0.5, "PHGA": 0.4}
    part = np.array([0.0, 0.35, 1.0, 1.2])
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        for v, (nominal, day) in enumerate(zip(_CRISS_DAYS, days[k], strict=True)):
            if day > course.seen[k]:
                break
            head: Row = {"subject": subject, "day": day, **_visit(nominal)}
            for c, (code, base) in enumerate(start.items()):
                value = base[k] + change[code] * effect[k] * part[v] + error[code] * noise[k, v, c]
                rows.append(head | {"test": code, "value": _score(code, float(value)), "unit": _UNITS.get(code, "")})
            rows += [head | event for event in _organs(course, k, v)]
    return pd.DataFrame(rows)


_UNITS: Final = {"FVCPP": "%", "LVEF": "%"}


def _criss_effect(course: Course) -> FloatArray:
    """Size of the true improvement: 1 = the typical one of a responder."""
    value: FloatArray = np.clip(0.35 + 0.45 * course.latent, -0.3, 2.0)
    return value


def _organs(course: Course, k: int, v: int) -> list[Row]:
    """Interstitial lung disease at the start, new organ events later (none happens), ejection fraction throughout."""
    u = course.streams.uniform("clinical criss organs", course.exposure.size, len(_CRISS_DAYS) + 1)[k]
    ejection: Row = {"test": "LVEF", "value": float(np.round(58.0 + 8.0 * u[v])), "unit": "%"}
    if v == 0:
        return [{"test": "ILD", "value": float(u[-1] < 0.5), "unit": ""}, ejection]
    return [{"test": code, "value": 0.0, "unit": ""} for code in ("RENCRIS", "PAH")] + [ejection]


def _score(code: str, value: float) -> float:
    """The value as the instrument gives it."""
    if code == "MRSS":
        return float(np.clip(np.round(value), 0.0, 51.0))
    if code == "HAQDI":
        return float(np.clip(np.round(8.0 * value) / 8.0, 0.0, 3.0))
    if code == "FVCPP":
        return float(np.round(value, 1))
    return float(np.clip(np.round(value, 1), 0.0, 10.0))


def tumour_cd7(trial: VirtualTrial, course: Course) -> pd.DataFrame:
    """CD7 on tumour cells before the infusion, and again at relapse: % positive, MFI of tumour and normal T cells."""
    n = course.exposure.size
    share, dim = _tumour_truth(course, entry=70.0 if trial.design.model == "car_nk" else 20.0)
    u = course.streams.uniform("clinical cd7 relapse", n)
    mfi = 9000.0 * np.exp(0.25 * course.streams.normal("clinical cd7 mfi", n))
    rows: list[Row] = []
    for k, subject in enumerate(trial.subjects["USUBJID"]):
        seen = [(-7.0, share[k], dim[k])]
        relapse = float(course.progression[k])
        if course.responder[k] and relapse < course.last[k]:
            # every other relapse has lost CD7
            seen.append((relapse, 4.0 + 10.0 * u[k] if u[k] < 0.5 else share[k], dim[k]))
        for day, positive, lower in seen:
            method: Row = {"method": "FLOW CYTOMETRY", "specimen": "BONE MARROW, LIQUID", "day": day}
            method |= {"subject": subject, "visit": "DAY -7" if day < 0 else ""}
            method["visit_day"] = -7.0 if day < 0 else np.nan
            values = (("CD7PCT", positive, "%"), ("CD7MFI", mfi[k] * 10.0**-lower, "MFI"), ("CD7MFIN", mfi[k], "MFI"))
            for code, value, unit in values:
                rows.append(method | {"test": code, "value": float(f"{value:.4g}"), "unit": unit})
    return pd.DataFrame(rows)


def _tumour_truth(course: Course, entry: float) -> tuple[FloatArray, FloatArray]:
    """Part of tumour cells that are CD7+ (%), and by how many log10 their MFI lies below that of normal T cells."""
    n = course.exposure.size
    u = course.streams.uniform("clinical cd7 share", n, 2)
    partial = course.weak & (u[:, 0] < 0.5)
    share = np.where(partial, entry + (79.0 - entry) * u[:, 1], 82.0 + 17.8 * u[:, 1])
    dim = np.where(course.weak & ~partial, 1.0 + 0.5 * u[:, 0], 0.3 * u[:, 0])
    return share, dim
