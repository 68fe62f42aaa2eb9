"""One virtual trial: subjects, true kinetics, true cells, samples and results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import BoolArray, FloatArray
from cartpk.simulate import assay as laboratory
from cartpk.simulate.cd7 import STATES, CellCurves, solve
from cartpk.simulate.designs import Design
from cartpk.simulate.kinetics import Kinetics, kinetics
from cartpk.simulate.panels import Measure
from cartpk.simulate.population import CD7, CD7_CAR_NK, MARROW, POPULATIONS, TISSUE
from cartpk.simulate.scenarios import Scenario
from cartpk.simulate.schedule import DAY, Schedule, follow_up, schedule, starts
from cartpk.simulate.streams import Streams

__all__ = ["FIRST_DAY", "GENERATOR", "VirtualTrial", "simulate_trial"]

GENERATOR: Final = "cartpk.simulate 1"
"""Raised whenever the same seed gives other values; a measurement that is added leaves all others as they were."""

FIRST_DAY: Final = "2031-01-06"
"""Fictional day on which every sample trial opens."""

LYMPHODEPLETION_DAY: Final = -5.0
CAR_NK_PER_UL: Final = 0.005
"""CAR+ NK cells/uL for 1 copy/ug (ASSUMED)."""
OTHER_LYMPHOCYTES: Final = 0.05
"""Part of the lymphocytes in none of the gates."""
LYMPHOCYTE_CV: Final = 0.10
FRACTION_CV: Final = 0.15
BIOPSIED: Final = 0.7
"""Part of the subjects with a tumour that can be biopsied (ASSUMED)."""


@dataclass(frozen=True)
class VirtualTrial:
    """A simulated trial.

    Attributes
    ----------
    design, seed
        What was simulated.
    subjects
        One row per subject: USUBJID, SCENARIO, ARMCD, ARM, DOSEP, DOSE, WEIGHT, AGE, SEX, START, END, LAST, DIED.
    kinetics, cells
        One row per planned sample of a subject still in the trial: USUBJID, VISIT (position in the schedule), MINUTE,
        DONE, and the assay's or measure's NAME, SPECIMEN, LLOQ, VALUE (nan = BLQ or not done), BLQ, RESULT (text).
    truth
        One row per subject: true parameters, true Cmax, Tmax, AUC0-28d, AUC0-90d.
    """

    design: Design
    seed: int
    subjects: pd.DataFrame
    kinetics: pd.DataFrame
    cells: pd.DataFrame
    truth: pd.DataFrame


def simulate_trial(design: Design, seed: int | None = None) -> VirtualTrial:
    """Return the virtual trial of this design; the same seed gives the same trial."""
    seed = design.seed if seed is None else seed
    streams = Streams(seed)
    subjects = _subjects(design, streams)
    drawn, curves = _true_kinetics(design, streams, subjects["DOSE"].to_numpy(dtype=np.float64))
    cd7 = (CD7_CAR_NK if design.model == "car_nk" else CD7).draw(streams, design.subjects)
    cells = solve(cd7, curves, max(v.day for v in design.visits) + 20.0, blasts=design.blasts)
    marrow = MARROW.draw(streams, design.subjects) | TISSUE.draw(streams, design.subjects)
    times = schedule(design, streams, subjects["START"].to_numpy(dtype=np.int64), subjects["LAST"].to_numpy())
    samples = _kinetic_samples(design, streams, curves, marrow, times)
    counts = _cell_samples(design, streams, curves, cells, times, marrow["bm_lag"])
    truth = _truth(design, seed, subjects, curves, drawn, cd7, marrow, cells)
    ids = subjects["USUBJID"].to_numpy()
    return VirtualTrial(design, seed, subjects, _named(samples, ids), _named(counts, ids), truth)


def _named(samples: pd.DataFrame, ids: np.ndarray) -> pd.DataFrame:
    ordered = samples.sort_values(["SUBJECT", "VISIT"], kind="stable", ignore_index=True)
    ordered.insert(0, "USUBJID", ids[ordered["SUBJECT"]])
    return ordered


def _subjects(design: Design, streams: Streams) -> pd.DataFrame:
    n, arms = design.subjects, design.enrolment()
    scenario = [design.scenarios.get(k + 1, Scenario.TYPICAL) for k in range(n)]
    planned = np.array([np.nan if arm.dose is None else arm.dose for arm in arms])
    weight = np.round(np.clip(60.0 * np.exp(0.18 * streams.normal("weight", n)), 38.0, 105.0), 1)
    low = np.array([s is Scenario.LOW_DOSE for s in scenario])
    given = planned * np.where(low, 0.62, 1.0 + 0.06 * np.clip(streams.normal("dose", n), -2.5, 2.5))
    start = starts(design, streams)
    return pd.DataFrame(
        {
            "USUBJID": [f"SIM{design.trial[-3:]}-{k + 1:02d}" for k in range(n)],
            "SCENARIO": [str(s) for s in scenario],
            "ARMCD": [arm.code for arm in arms],
            "ARM": [arm.label for arm in arms],
            "DOSEP": planned,
            "DOSE": [float(f"{d:.2e}") for d in given],
            "WEIGHT": weight,
            "AGE": np.floor(streams.between("age", design.ages[0], design.ages[1] + 1, n)).astype(np.int64),
            "SEX": np.where(streams.uniform("sex", n) < 0.5, "F", "M"),
            "START": start,
            "END": start + 20 + np.floor(streams.between("infusion length", 0, 25, n)).astype(np.int64),
            "LAST": follow_up(design, streams),
            "DIED": [s is Scenario.DEATH for s in scenario],
        }
    )


def _true_kinetics(design: Design, streams: Streams, dose: FloatArray) -> tuple[dict[str, FloatArray], Kinetics]:
    """Drawn parameters after the scenarios, and the kinetics they make."""
    drawn = POPULATIONS[design.model]["moderate"].draw(streams, design.subjects)
    for number, scenario in design.scenarios.items():
        k = number - 1
        if scenario is Scenario.NEVER_EXPANDER and design.model == "stein":
            drawn["cmax"][k] = 0.2 * design.assay.lloq
        elif scenario is Scenario.NEVER_EXPANDER:
            drawn["r0_fraction"][k] = 1e-6
        elif scenario is Scenario.LATE_PEAK and design.model == "stein":
            drawn["tmax"][k] = 24.0
        elif scenario is Scenario.LATE_PEAK:
            drawn["tm"][k], drawn["rho"][k] = 16.0, 0.3
    return drawn, kinetics(design.model, drawn, dose)


def _long(times: Schedule, chosen: BoolArray) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.DataFrame]:
    """Subject and visit of every planned sample at the chosen visits (v or n x v), whether it was taken, the head."""
    subject, visit = np.nonzero(times.planned & chosen)
    done = times.taken[subject, visit]
    head = pd.DataFrame({"SUBJECT": subject, "VISIT": visit, "MINUTE": times.minute[subject, visit], "DONE": done})
    return subject, visit, done, head


def _with_results(head: pd.DataFrame, value: FloatArray, lloq: float, blq_text: str) -> pd.DataFrame:
    number, below, text = laboratory.results(value, lloq, blq_text)
    done = head["DONE"].to_numpy()
    return head.assign(
        LLOQ=lloq,
        VALUE=np.where(done, number, np.nan),
        BLQ=done & below,
        RESULT=[t if d else "" for t, d in zip(text, done, strict=True)],
    )


def _kinetic_samples(
    design: Design, streams: Streams, curves: Kinetics, marrow: dict[str, FloatArray], times: Schedule
) -> pd.DataFrame:
    spec, sd = design.assay, POPULATIONS[design.model]["moderate"].residual_sd
    shape = times.minute.shape
    blood = laboratory.measured(curves.curve(times.day), streams.normal("residual blood", *shape), sd)
    cmax, _ = curves.peak()
    first = next(k for k, v in enumerate(design.visits) if 0 < v.day < 1)
    for number, scenario in design.scenarios.items():
        if scenario is Scenario.EARLY_HIGH:
            blood[number - 1, first] = 3.0 * cmax[number - 1]
    later = times.day - marrow["bm_lag"][:, None]
    aspirate = laboratory.measured(
        marrow["bm_ratio"][:, None] * curves.curve(later), streams.normal("residual marrow", *shape), sd
    )
    reached = times.day - marrow["ti_lag"][:, None]
    biopsy = laboratory.measured(
        marrow["ti_ratio"][:, None] * curves.curve(reached), streams.normal("residual tissue", *shape), sd
    )
    biopsied = streams.uniform("biopsied", shape[0]) < BIOPSIED
    parts = []
    for specimen, value, chosen in (
        ("BLOOD", blood, np.array([v.kinetic for v in design.visits])),
        ("BONE MARROW, LIQUID", aspirate, np.array([v.marrow for v in design.visits])),
        ("TISSUE", biopsy, np.array([v.tissue for v in design.visits]) & biopsied[:, None]),
    ):
        subject, visit, _, head = _long(times, chosen)
        parts.append(_with_results(head, value[subject, visit], spec.lloq, spec.blq).assign(SPECIMEN=specimen))
    return pd.concat([p for p in parts if len(p)], ignore_index=True).assign(NAME=spec.test)


def _cell_samples(
    design: Design, streams: Streams, curves: Kinetics, cells: CellCurves, times: Schedule, lag: FloatArray
) -> pd.DataFrame:
    subject, visit, _, head = _long(times, np.array([v.cells for v in design.visits]))
    counts = _counted(design, streams, curves, cells, times)
    parts = []
    for measure in design.panel:
        value = _value(measure, counts)[subject, visit]
        done = _with_results(head, value, measure.lloq, design.assay.blq)
        parts.append(done.assign(NAME=measure.name, SPECIMEN="BLOOD"))
    if design.marrow_panel:
        subject, visit, _, head = _long(times, np.array([v.marrow or (v.cells and v.day < 0) for v in design.visits]))
        later = replace(times, minute=times.minute - np.round(lag[:, None] * DAY).astype(np.int64))
        inside = _counted(design, streams, curves, cells, later, "marrow ")
        for measure in design.marrow_panel:
            done = _with_results(head, _value(measure, inside)[subject, visit], measure.lloq, design.assay.blq)
            parts.append(done.assign(NAME=measure.name, SPECIMEN="BONE MARROW, LIQUID"))
    return pd.concat(parts, ignore_index=True)


def _counted(
    design: Design, streams: Streams, curves: Kinetics, cells: CellCurves, times: Schedule, place: str = ""
) -> dict[str, FloatArray]:
    """Measured counts (n, v), cells/uL, of every population: a lymphocyte count split by measured fractions.

    ``place`` names the errors of another specimen than blood.
    """
    n, v = times.minute.shape
    true = cells.at(times.day, LYMPHODEPLETION_DAY)
    gates = {name: true[..., k] for k, name in enumerate(STATES) if name != "blast"}
    if design.model == "car_nk":
        gates["car_nk"] = CAR_NK_PER_UL * curves.curve(times.day)
    total = np.sum(list(gates.values()), axis=0) / (1.0 - OTHER_LYMPHOCYTES)
    lymphocytes = laboratory.measured(total, streams.normal(f"{place}lymphocytes", n, v), LYMPHOCYTE_CV)
    seen = {g: laboratory.measured(x, streams.normal(f"{place}gate {g}", n, v), FRACTION_CV) for g, x in gates.items()}
    whole = np.sum(list(seen.values()), axis=0) / (1.0 - OTHER_LYMPHOCYTES)
    counted = {name: lymphocytes * x / whole for name, x in seen.items()}
    blasts = laboratory.measured(
        true[..., STATES.index("blast")], streams.normal(f"{place}gate blast", n, v), FRACTION_CV
    )
    return {**counted, "blast": blasts, "lymphocytes": lymphocytes}


def _value(measure: Measure, counts: dict[str, FloatArray]) -> FloatArray:
    total: FloatArray = np.sum([counts[c] for c in measure.cells], axis=0)
    return 100.0 * total / counts["lymphocytes"] if measure.kind == "percent" else total


def _truth(
    design: Design,
    seed: int,
    subjects: pd.DataFrame,
    curves: Kinetics,
    drawn: dict[str, FloatArray],
    cd7: dict[str, FloatArray],
    marrow: dict[str, FloatArray],
    cells: CellCurves,
) -> pd.DataFrame:
    cmax, tmax = curves.peak()
    columns: dict[str, FloatArray] = {}
    if design.model == "stein":
        columns["FOLDX"] = drawn["foldx"]
    columns |= {s.upper(): v for s, v in curves.parameters().items()}
    columns |= {"CMAX_TRUE": cmax, "TMAX_TRUE": tmax}
    columns |= {f"AUC0_{t}D_TRUE": curves.area(float(t)) for t in (28, 90)}
    nadir = cells.counts[..., STATES.index("t7pos")].argmin(axis=0)
    columns |= {"T7POS_NADIR_TRUE": cells.counts[nadir, np.arange(design.subjects), 0]}
    columns |= {"T7POS_NADIR_DAY_TRUE": cells.grid[nadir]}
    if any(v.marrow for v in design.visits):
        columns |= {
            s.upper(): v for s, v in marrow.items() if any(t.tissue for t in design.visits) or s in MARROW.symbols
        }
    columns |= {s.upper(): v for s, v in cd7.items() if design.blasts or not s.endswith("bl")}
    rounded = {name: [float(f"{x:.6g}") for x in value] for name, value in columns.items()}
    head = subjects[["USUBJID", "SCENARIO", "ARM"]].assign(MODEL=design.model)
    return pd.concat([head, pd.DataFrame(rounded)], axis=1).assign(SEED=seed, GENERATOR=GENERATOR)
