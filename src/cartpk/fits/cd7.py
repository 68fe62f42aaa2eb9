"""CD7+ counts under the CAR: ADPD and the fitted kinetics -> parameter rows, curves, summaries of the fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import Profiles
from cartpk.fits.cd7_counts import DynamicsReason, driven, follow_up, padded, sorted_out, usable
from cartpk.fits.cd7_curves import CURVE_COLUMNS, Drawn, drawn_curves, lymphocytes, with_percent
from cartpk.models.cd7_dynamics import PARAMETERS, Driver
from cartpk.models.fitting.counts import CountFits, fit_counts
from cartpk.schemas import ADPP

if TYPE_CHECKING:
    from cartpk.config.pharmacodynamics import Dynamics, PdMeasure, Pharmacodynamics
    from cartpk.config.trial import Analyte

__all__ = ["CURVE_COLUMNS", "METHOD", "REPORTED", "DynamicsTables", "derive_cd7_dynamics"]

METHOD: Final = "CD7 DYNAMICS MAP M3"
"""``PPANMETH`` of the rows."""
FIRST: Final = "INFUSION 1"
REPORTED: Final = ("kmax", "ec50", "rn", "r7", "ld")
"""Parameters that become rows, then the nadir of the curve and its day."""
SUMMARY_COLUMNS: Final = (
    "USUBJID", "PARAMCD", "PCSPEC", "METHOD", "NOBS", "NBLQ", "SIGMA", "CONVERGED", "ATBOUND", "MINUS2LL", "LEARNT",
    "MESSAGE",
)  # fmt: skip
_Z95: Final = 1.959963984540054


@dataclass(frozen=True, eq=False)
class DynamicsTables:
    """What the counts become.

    Attributes
    ----------
    adpp
        One row per subject, modelled count and parameter (``PARCAT1`` MODEL), with a reason where there is no value.
    curves
        One row per fitted subject, count and grid day with its 95 % band; ``PCTPRED`` on days with a lymphocyte count:
        100 x predicted CD7+ cells / lymphocytes.
    summary
        One row per subject and modelled count.
    """

    adpp: pd.DataFrame
    curves: pd.DataFrame
    summary: pd.DataFrame


def derive_cd7_dynamics(
    adpd: pd.DataFrame,
    adsl: pd.DataFrame,
    predictions: pd.DataFrame,
    settings: Pharmacodynamics,
    analyte: Analyte,
    model: str,
) -> DynamicsTables:
    """Fits of the CD7+ counts of every subject, driven by its own predicted kinetics.

    Parameters
    ----------
    adpd, adsl, predictions
        Counts, subjects and fitted curves, as :mod:`cartpk.schemas` has them.
    settings
        Section ``pharmacodynamics``; without ``dynamics`` the tables are empty.
    analyte, model
        Whose predicted kinetics drive the cells, and by which kinetic model.
    """
    parts: list[DynamicsTables] = []
    if settings.dynamics is not None:
        driving = predictions[
            predictions["PPCAT"].eq(analyte.code)
            & predictions["PPSPEC"].eq(analyte.specimen)
            & predictions["MODEL"].eq(model)
            & (predictions["ATPTREF"].eq(FIRST) | predictions["ATPTREF"].isna())
        ]
        parts = [_one_measure(adpd, adsl, driving, settings, m, analyte.unit) for m in modelled(settings)]
    columns = (list(ADPP.columns), list(CURVE_COLUMNS), list(SUMMARY_COLUMNS))
    adpp, curves, summary = (
        pd.concat([getattr(part, name) for part in parts], ignore_index=True).reindex(columns=names)
        if parts
        else pd.DataFrame(columns=names)
        for name, names in zip(("adpp", "curves", "summary"), columns, strict=True)
    )
    return DynamicsTables(adpp, curves, summary)


def modelled(settings: Pharmacodynamics) -> tuple[PdMeasure, ...]:
    """The CD7+ counts that are modelled."""
    asked = settings.dynamics.measures if settings.dynamics else ()
    return tuple(
        m
        for m in settings.measures
        if m.kind == "absolute"
        and m.marker == "CD7+"
        and (m.code in asked if asked else m.population != "BLAST" and m.unit in {None, "cells/uL"})
    )


def partner(settings: Pharmacodynamics, measure: PdMeasure) -> PdMeasure | None:
    """The CD7- count of the same cells, where the config has one."""
    same = [
        m
        for m in settings.measures
        if (m.kind, m.marker) == ("absolute", "CD7-")
        and (m.population, m.specimen) == (measure.population, measure.specimen)
    ]
    return same[0] if len(same) == 1 else None


def _one_measure(
    adpd: pd.DataFrame,
    adsl: pd.DataFrame,
    driving: pd.DataFrame,
    settings: Pharmacodynamics,
    measure: PdMeasure,
    unit: str | None,
) -> DynamicsTables:
    asked = settings.dynamics
    assert asked is not None  # noqa: S101 - the caller looked
    other = partner(settings, measure)
    used = usable(adpd, adsl, [m.code for m in (measure, other) if m is not None], measure.specimen)
    everyone = adsl.sort_values(["COHORTN", "USUBJID"], kind="stable")
    counts = sorted_out(everyone, used, driving, measure.code, asked)
    subjects = everyone["USUBJID"].tolist()
    if not counts.subjects:
        return _tables(subjects, measure, unit, counts.reasons, {}, [])
    last = max(float(rows["AFRLT"].max()) for rows in counts.rows)
    grid = follow_up(last)
    driver = Driver(grid, driven(driving, counts.subjects, grid))
    measured = [bool(rows["PARAMCD"].ne(measure.code).any()) for rows in counts.rows]
    made: dict[str, list[dict[str, Any]]] = {}
    curves: list[pd.DataFrame] = []
    summary: dict[str, dict[str, Any]] = {}
    for negatives in (True, False):
        at = [i for i, has in enumerate(measured) if has is negatives]
        if not at:
            continue
        named, own = [counts.subjects[i] for i in at], [counts.rows[i] for i in at]
        profiles, fits = _fits(own, measure, driver.take(np.array(at)), settings, asked)
        drawn = drawn_curves(fits, named, own, measure, other if negatives else None, grid)
        curves += [part.frame for part in drawn]
        for k, name in enumerate(named):
            made[name] = _values(fits, k, own[k], measure.code, drawn[k], asked, unit)
            summary[name] = _summary(fits, k, profiles)
    percent = lymphocytes(adpd, settings)
    shown = [with_percent(curve, measure.code, percent) for curve in curves]
    return _tables(subjects, measure, unit, counts.reasons, made, shown, summary)


def _fits(
    rows: list[pd.DataFrame], measure: PdMeasure, driver: Driver, settings: Pharmacodynamics, asked: Dynamics
) -> tuple[Profiles, CountFits]:
    """The counts of these subjects, all with CD7- counts or all without, and the fits to them."""
    profiles, negative = padded(rows, measure.code)
    depletion = settings.lymphodepletion_start_day
    start = -np.inf if depletion is None else depletion
    return profiles, fit_counts(profiles, negative, driver, start, asked.priors)


def _values(
    fits: CountFits, k: int, rows: pd.DataFrame, code: str, drawn: Drawn, asked: Dynamics, unit: str | None
) -> list[dict[str, Any]]:
    """Parameter rows of one subject without what all its rows share."""
    symbols = [p.symbol for p in fits.parameters]
    out: list[dict[str, Any]] = []
    for parameter in (p for symbol in REPORTED for p in PARAMETERS if p.symbol == symbol):
        row = _head(parameter.paramcd, parameter.label, parameter.unit.of(unit or "") or None)
        if parameter.symbol not in symbols:
            out.append(row | {"PPREASND": str(DynamicsReason.NO_NEGATIVE)})
            continue
        j = symbols.index(parameter.symbol)
        reason = _unreported(fits, k, j, rows, code, drawn, asked)
        if reason:
            out.append(row | {"PPREASND": reason})
            continue
        at, se = fits.phi[k, j], fits.se[k, j]
        value = float(np.exp(at))
        limits = {"AVALLO": float(np.exp(at - _Z95 * se)), "AVALHI": float(np.exp(at + _Z95 * se))}
        flag = None if fits.fits.converged[k] else "NOT_CONVERGED"
        out.append(row | {"AVAL": value, "AVALSE": value * float(se), **limits, "FLAG": flag})
    counted = str(rows["AVALU"].iloc[0])
    limit = float(rows.loc[rows["PARAMCD"].eq(code), "ALLOQ"].min())
    text = f"< {limit:g}" if np.isfinite(limit) and drawn.nadir < limit else None
    out.append(_head("MNADIR", "Nadir of the Fitted CD7+ Curve", counted) | {"AVAL": drawn.nadir, "AVALC": text})
    out.append(_head("MTNADIR", "Time of the Nadir of the Fitted Curve", "day") | {"AVAL": drawn.day})
    return out


def _head(code: str, label: str, unit: str | None) -> dict[str, Any]:
    return {"PARAMCD": code, "PARAM": label, "AVALU": unit}


def _unreported(fits: CountFits, k: int, j: int, rows: pd.DataFrame, code: str, drawn: Drawn, asked: Dynamics) -> str:
    """Why this parameter has no value; empty = it has one."""
    if fits.parameters[j].symbol == "r7" and not _recovered(fits, k, rows, code, drawn, asked.recovery_fraction):
        part = f"{100 * asked.recovery_fraction:g} % of the baseline"
        return f"{DynamicsReason.NO_RECOVERY}: no count of {part} after the nadir"
    ratio = float(fits.unlearnt[k, j])
    if ratio > asked.unlearnt_above:
        return f"{DynamicsReason.UNLEARNT}: its SD is {ratio:.2f} of the prior's, allowed {asked.unlearnt_above:g}"
    return ""


def _recovered(fits: CountFits, k: int, rows: pd.DataFrame, code: str, drawn: Drawn, fraction: float) -> bool:
    """Whether a CD7+ count after the nadir reaches that part of the fitted baseline."""
    later = rows[rows["PARAMCD"].eq(code) & rows["BLQFL"].ne("Y") & (rows["AFRLT"] > drawn.day)]
    return bool((later["AVAL"] >= fraction * float(np.exp(fits.phi[k, 0]))).any())


def _summary(fits: CountFits, k: int, profiles: Profiles) -> dict[str, Any]:
    names = [*(p.symbol for p in fits.parameters), "sigma"]
    bound = [name for name, hit in zip(names, fits.fits.at_bound[k], strict=True) if hit]
    ratios = [f"{name}={ratio:.2f}" for name, ratio in zip(names[:-1], fits.unlearnt[k], strict=True)]
    return {
        "NOBS": int(profiles.n_observed[k]),
        "NBLQ": int(profiles.n_blq[k]),
        "SIGMA": float(np.exp(fits.fits.x[k, -1])),
        "CONVERGED": "Y" if fits.fits.converged[k] else "N",
        "ATBOUND": ";".join(bound) or None,
        "MINUS2LL": float(fits.fits.minus2ll[k]),
        "LEARNT": ";".join(ratios),
        "MESSAGE": None if fits.fits.converged[k] else "stopped at the step limit",
    }


def _tables(
    subjects: Sequence[str],
    measure: PdMeasure,
    unit: str | None,
    reasons: dict[str, str],
    made: dict[str, list[dict[str, Any]]],
    curves: list[pd.DataFrame],
    summary: dict[str, dict[str, Any]] | None = None,
) -> DynamicsTables:
    """Rows of everybody: values, or the reason in each."""
    absent = [
        _head(p.paramcd, p.label, p.unit.of(unit or "") or None)
        for symbol in REPORTED
        for p in PARAMETERS
        if p.symbol == symbol
    ]
    absent += [
        _head("MNADIR", "Nadir of the Fitted CD7+ Curve", measure.unit),
        _head("MTNADIR", "Time of the Nadir of the Fitted Curve", "day"),
    ]
    shared = {
        "PARCAT1": "MODEL", "PPANMETH": METHOD, "PPCAT": measure.code, "PPSPEC": measure.specimen, "ATPTREF": FIRST,
    }  # fmt: skip
    rows = [
        {"USUBJID": name, **shared, **row}
        for name in subjects
        for row in made.get(name, [each | {"PPREASND": reasons.get(name, "")} for each in absent])
    ]
    lead = {"PARAMCD": measure.code, "PCSPEC": measure.specimen, "METHOD": METHOD}
    fitted = summary or {}
    said = [{"USUBJID": name, **lead, **fitted.get(name, {"MESSAGE": reasons.get(name, "")})} for name in subjects]
    table = pd.DataFrame(rows, columns=list(ADPP.columns))
    for name in ("AVAL", "PCTEXTR", "AVALSE", "AVALLO", "AVALHI"):
        table[name] = table[name].astype("float64")
    empty = pd.DataFrame(columns=list(CURVE_COLUMNS))
    return DynamicsTables(
        table,
        pd.concat(curves, ignore_index=True) if curves else empty,
        pd.DataFrame(said, columns=list(SUMMARY_COLUMNS)),
    )
