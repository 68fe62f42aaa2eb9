"""The true clinical course of every virtual subject: CRS, response, progression, transplantation, death, antibodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray
from cartpk.simulate.clinical_designs import COURSES, CourseDesign
from cartpk.simulate.scenarios import Scenario
from cartpk.simulate.schedule import DAY
from cartpk.simulate.streams import Streams
from cartpk.simulate.trials import VirtualTrial

__all__ = ["CUT_DAY", "Course", "draw_course"]

CUT_DAY: Final = 725
"""Day of the data cut (2032-12-31), counted from the trial's first day."""
_SD: Final = 0.8
_CRS_LIMITS: Final = (-0.6, 0.5, 1.5, 2.6)
_ICANS_LIMITS: Final = (1.2, 1.9, 2.5, 3.2)


@dataclass(frozen=True)
class Course:
    """What truly happens to n subjects; days from the infusion, nan or infinity = never.

    Attributes
    ----------
    design
        Rates and declared coefficients.
    streams
        Random numbers, one stream per purpose.
    exposure
        ln Cmax in SDs (0.8) from the trial's median, (n,).
    peak
        True Tmax, (n,).
    crs, icans
        Highest grade by ASTCT, 0 = none, (n,).
    latent
        Latent response, (n,); above 0 = responder.
    progression, hsct, death, last
        Days of progression or relapse, transplantation, death, last contact, (n,).
    left
        Whether the subject left the trial early and alive, (n,).
    seen
        Last day with a visit, (n,).
    weak
        Whether tumour CD7 is dim or partial, (n,).
    ada
        0 never positive, 1 before the infusion, 2 induced by it, 3 boosted, (n,).
    """

    design: CourseDesign
    streams: Streams
    exposure: FloatArray
    peak: FloatArray
    crs: IntArray
    icans: IntArray
    crs_latent: FloatArray
    latent: FloatArray
    progression: FloatArray
    hsct: FloatArray
    death: FloatArray
    last: FloatArray
    left: BoolArray
    seen: FloatArray
    weak: BoolArray
    ada: IntArray

    @property
    def responder(self) -> BoolArray:
        """Whether the subject responds at all."""
        value: BoolArray = self.latent > 0
        return value


def draw_course(trial: VirtualTrial) -> Course:
    """The clinical course of the trial's subjects; the same seed gives the same course.

    Its streams are its own: kinetics and cells of the trial stay as they are. Death and loss to follow-up agree with
    the samples that were taken: nobody is sampled after death.
    """
    design, streams, n = COURSES[trial.design.trial], Streams(trial.seed), trial.design.subjects
    beta = design.coefficients
    cmax = trial.truth["CMAX_TRUE"].to_numpy(dtype=np.float64)
    exposure = np.clip((np.log(cmax) - np.log(np.median(cmax))) / _SD, -3.0, 3.0)
    severity = design.crs + beta.crs * exposure + 0.7 * streams.normal("clinical crs", n)
    toxicity = severity + 0.6 * streams.normal("clinical icans", n)
    weak = streams.uniform("clinical cd7 class", n) < design.cd7_share
    latent = design.response + beta.response * exposure + beta.cd7 * weak + 0.8 * streams.normal("clinical response", n)
    never = (trial.subjects["SCENARIO"] == Scenario.NEVER_EXPANDER).to_numpy()
    latent = np.where(never, -2.0, latent)
    ends = _ends(trial, design, streams, exposure, latent > 0)
    antibody = streams.uniform("clinical ada", n)
    return Course(
        design=design,
        streams=streams,
        exposure=exposure,
        peak=trial.truth["TMAX_TRUE"].to_numpy(dtype=np.float64),
        crs=np.digitize(severity, _CRS_LIMITS).astype(np.int64),
        icans=np.digitize(toxicity, _ICANS_LIMITS).astype(np.int64),
        crs_latent=severity,
        latent=latent,
        weak=weak,
        ada=np.digitize(antibody, (0.7, 0.78, 0.96)).astype(np.int64),
        **ends,
    )


def _ends(
    trial: VirtualTrial, design: CourseDesign, streams: Streams, exposure: FloatArray, responder: BoolArray
) -> dict[str, np.ndarray]:
    """Progression, transplantation, death and last contact."""
    n = responder.size
    start = trial.subjects["START"].to_numpy(dtype=np.int64) // DAY
    last_sample = _last_sample(trial)
    planned = np.minimum(design.follow_up, CUT_DAY - 2.0 - start)
    left = np.isfinite(trial.subjects["LAST"].to_numpy(dtype=np.float64))
    died_early = trial.subjects["DIED"].to_numpy(dtype=bool)
    seen = np.where(left, np.floor(last_sample) + 1.0, planned)
    never = np.full(n, np.inf)
    if design.disease == "sclerosis":
        return {"progression": never, "hsct": never, "death": never, "last": seen, "seen": seen, "left": left}
    rate = np.log(2.0) / np.where(responder, 420.0, 45.0) * np.exp(design.coefficients.hazard * exposure)
    progression = np.round(20.0 + -np.log(streams.uniform("clinical progression", n)) / rate)
    early = (streams.uniform("clinical transplant", n) < design.hsct) & responder & (progression > 150.0)
    hsct = np.where(early, np.floor(streams.between("clinical transplant day", 95.0, 150.0, n)), np.inf)
    hsct = np.where(hsct < seen, hsct, np.inf)
    # a transplanted remission lasts
    progression = np.where(np.isfinite(hsct), progression + 200.0, progression)
    wait = -np.log(streams.uniform("clinical death", n)) * np.where(responder, 260.0, 150.0)
    death = np.maximum(np.round(progression + 10.0 + wait), np.floor(last_sample) + 3.0)
    progressed = left & (progression < seen)
    # those who left after progression are taken to have died
    death = np.where(progressed, np.floor(last_sample) + 6.0 + np.round(0.05 * wait), death)
    death = np.where(died_early, 23.0, death)
    last = np.where(left & ~progressed & ~died_early, seen, planned)
    death = np.where(death <= last, death, np.inf)
    last = np.minimum(last, death)
    return {
        "progression": np.where(progression < last, progression, np.inf),
        "hsct": np.where(hsct < last, hsct, np.inf),
        "death": death,
        "last": last,
        "seen": np.minimum(seen, last),
        "left": left & ~np.isfinite(death),
    }


def _last_sample(trial: VirtualTrial) -> FloatArray:
    """Day of each subject's last sample of any kind."""
    both = pd.concat([trial.kinetics, trial.cells])
    latest = both[both["DONE"]].groupby("USUBJID")["MINUTE"].max() / DAY
    return latest.reindex(trial.subjects["USUBJID"]).to_numpy(dtype=np.float64)
