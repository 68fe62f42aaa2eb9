"""Any number of virtual profiles as one bare table: for estimation studies and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import FloatArray
from cartpk.simulate.assay import four_digits, measured
from cartpk.simulate.kinetics import Kinetics, kinetics
from cartpk.simulate.population import POPULATIONS, Population
from cartpk.simulate.streams import Streams
from cartpk.simulate.trials import GENERATOR

__all__ = ["DAYS", "VirtualProfiles", "simulate_profiles"]

DAYS: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {
        "stein": (0, 1, 3, 5, 7, 9, 11, 14, 17, 21, 28, 42, 60, 90, 120, 180),
        "car_nk": (0, 1 / 24, 4 / 24, 1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 60, 90),
    }
)
"""Kinetic model -> usual nominal days; 0 is the sample before the infusion."""

CAR_NK_DOSES: Final = (1e7, 2e7, 5e7)
"""Dose levels of virtual CAR-NK subjects in turn, cells/kg."""

UNIT: Final = "copies/ug"


@dataclass(frozen=True)
class VirtualProfiles:
    """Profiles (USUBJID, AFRLT, NFRLT, AVAL, AVALU, ALLOQ, BLQFL) and their truth (one row per subject)."""

    table: pd.DataFrame
    truth: pd.DataFrame


def simulate_profiles(
    model: str = "stein",
    subjects: int = 100,
    seed: int = 1,
    *,
    spread: str = "moderate",
    days: Sequence[float] | None = None,
    lloq: float = 100.0,
    residual_sd: float | None = None,
    missed: float = 0.05,
    dropout: float = 0.15,
) -> VirtualProfiles:
    """Return profiles of the ADNCA minimum and the true parameters behind them.

    Parameters
    ----------
    model, spread
        Kinetic model (stein, car_nk) and spread between subjects (:data:`~cartpk.simulate.population.POPULATIONS`).
    subjects, seed
        Number of subjects; seed. The first subjects stay the same when more are asked for.
    days
        Nominal days of the samples, ascending (None = :data:`DAYS`); day 0 is before the infusion and always BLQ.
    lloq
        Lower limit of quantification, copies/ug.
    residual_sd
        SD of the error on the natural-log scale; None = the population's.
    missed, dropout
        Part of the later samples that are missed; part of the subjects that leave between day 28 and the last day.

    Raises
    ------
    ValueError
        When an argument is outside its range; the message says which.

    Examples
    --------
    >>> made = simulate_profiles(subjects=3, seed=1)
    >>> made.table["USUBJID"].nunique(), list(made.truth.columns[:3])
    (3, ['USUBJID', 'FOLDX', 'CMAX'])
    """
    model = model.replace("-", "_")
    population = _population(model, spread)
    days = DAYS[model] if days is None else days
    _check(subjects, days, lloq, missed, dropout)
    streams = Streams(seed)
    drawn = population.draw(streams, subjects)
    dose = np.resize(np.array(CAR_NK_DOSES), subjects)
    curves = kinetics(model, drawn, dose)
    nominal = np.asarray(days, dtype=np.float64)
    day = _actual(nominal, streams, subjects)
    sd = population.residual_sd if residual_sd is None else residual_sd
    value = four_digits(measured(curves.curve(day), streams.normal("residual", *day.shape), sd))
    ids = np.array([f"SIM-{k + 1:0{len(str(subjects))}d}" for k in range(subjects)])
    row, column = np.nonzero(_kept(nominal, streams, subjects, missed, dropout))
    below = value[row, column] < lloq
    table = pd.DataFrame(
        {
            "USUBJID": ids[row],
            "AFRLT": day[row, column],
            "NFRLT": nominal[column],
            "AVAL": np.where(below, np.nan, value[row, column]),
            "AVALU": UNIT,
            "ALLOQ": lloq,
            "BLQFL": np.where(below, "Y", "N"),
        }
    )
    return VirtualProfiles(table, _truth(ids, drawn, curves, dose, seed))


def _population(model: str, spread: str) -> Population:
    if model not in POPULATIONS:
        raise ValueError(f"no virtual profiles from model {model!r}; allowed: {', '.join(POPULATIONS)}")
    spreads = POPULATIONS[model]
    if spread not in spreads:
        raise ValueError(f"model {model} has no spread {spread!r}; allowed: {', '.join(spreads)}")
    return spreads[spread]


def _check(subjects: int, days: Sequence[float], lloq: float, missed: float, dropout: float) -> None:
    if subjects < 1:
        raise ValueError(f"subjects must be at least 1, found {subjects}")
    if len(days) == 0 or min(days) < 0 or any(b <= a for a, b in pairwise(days)):
        raise ValueError(f"days must ascend from 0 or later, found {list(days)}")
    if lloq <= 0:
        raise ValueError(f"lloq must be above 0, found {lloq}")
    for name, part in (("missed", missed), ("dropout", dropout)):
        if not 0 <= part < 1:
            raise ValueError(f"{name} must be in 0..1 (1 excluded), found {part}")


def _actual(nominal: FloatArray, streams: Streams, subjects: int) -> FloatArray:
    """Actual days (n, m), 2 decimals: each sample within a third of the way to its neighbours, at most 4 days off."""
    gap = np.diff(nominal, append=2 * nominal[-1] + 1)
    room = np.minimum(np.minimum(gap, np.diff(nominal, prepend=nominal[0] - 3.0)) / 3.0, 4.0)
    moved = nominal + 0.4 * room * np.clip(streams.normal("visit shift", subjects, nominal.size), -2.4, 2.4)
    return np.where(nominal == 0, 0.0, np.round(moved, 2))


def _kept(nominal: FloatArray, streams: Streams, subjects: int, missed: float, dropout: float) -> np.ndarray:
    there = streams.uniform("missed", subjects, nominal.size) >= missed
    leaves = streams.uniform("dropout", subjects) < dropout
    last = streams.between("dropout day", 28.0, max(28.0, float(nominal[-1])), subjects)
    seen = nominal[None, :] <= np.where(leaves, last, np.inf)[:, None]
    kept: np.ndarray = (there & seen) | (nominal <= 1)
    return kept


def _truth(
    ids: np.ndarray, drawn: dict[str, FloatArray], curves: Kinetics, dose: FloatArray, seed: int
) -> pd.DataFrame:
    cmax, tmax = curves.peak()
    columns: dict[str, object] = {"USUBJID": ids}
    if curves.model == "stein":
        columns["FOLDX"] = drawn["foldx"]
    else:
        columns["DOSE"] = dose
    columns |= {symbol.upper(): value for symbol, value in curves.parameters().items()}
    columns |= {"CMAX_TRUE": cmax, "TMAX_TRUE": tmax}
    columns |= {"AUC0_28D_TRUE": curves.area(28.0), "AUC0_90D_TRUE": curves.area(90.0)}
    return pd.DataFrame(columns).assign(MODEL=curves.model, SEED=seed, GENERATOR=GENERATOR)
