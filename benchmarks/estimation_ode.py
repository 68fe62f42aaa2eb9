"""Fits of the differential-equation models beside solve_ivp + lmfit: the same subjects, the same sum of squares.

Both sides fit simulated subjects by least squares on ln C: ours all subjects of a trial in one batch (12 starts each,
analytic sensitivities), the other one subject at a time (scipy's solve_ivp LSODA at rtol 1e-6, lmfit's leastsq with
numeric derivatives, 5 starts). A fit fails where its sum of squares is more than 0.1 above the better of the two.

    python benchmarks/estimation_ode.py [--subjects 20] [--plain 2] [--trials 3] [--seed 51001]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from lmfit import Parameters, minimize
from scipy.integrate import solve_ivp

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models import KineticModel, get_model
from cartpk.models.effector_memory_target import TARGET_CAPACITY, TARGET_GROWTH, TARGET_START
from cartpk.models.fitting import fit_model
from cartpk.models.predator_prey import SHAPE

DAYS = np.array([0.1, 1, 3, 5, 7, 9, 11, 14, 17, 21, 28, 42, 60, 90, 120, 180])
STARTS = 5
SIGMA = 0.3


def effector(theta: FloatArray, day: FloatArray) -> FloatArray:
    """ln C of the effector-memory-target model, as an analyst writes it: pools and target in amounts."""
    c0, eta, mui, kappa, mue, eps, mup, b, gamma = theta

    def slope(_t: float, y: FloatArray) -> list[float]:
        i, e, m, target = y
        full = target / (1.0 + target)
        return [
            -(eta * full + mui) * i,
            eta * full * i + (kappa * full - eps * (1.0 - full) - mue) * e,
            eps * (1.0 - full) * e - mup * m,
            TARGET_GROWTH * target * (1.0 - target / TARGET_CAPACITY) - gamma * target * e / (b + e),
        ]

    found = solve_ivp(slope, (0.0, day[-1]), [c0, 0.0, 0.0, TARGET_START], "LSODA", day, rtol=1e-6, atol=1e-9)
    return np.log(np.maximum(found.y[:3].sum(axis=0), 1e-12)) if found.success else np.full(day.shape, 1e3)


def competition(theta: FloatArray, day: FloatArray) -> FloatArray:
    """ln C of the predator-prey model, as an analyst writes it."""
    c0, kn, n0, rn, kappa, rho_c, b = theta

    def slope(_t: float, y: FloatArray) -> list[float]:
        n, c = y
        full = max(n + c, 1e-12)
        away = full - 1.0
        rate = rho_c + b * away**2 / (SHAPE * full**2 + away**2)
        return [-rn * n * np.log(full), rate * c * np.log(kappa / full)]

    found = solve_ivp(slope, (0.0, day[-1]), [n0, c0 / kn], "LSODA", day, rtol=1e-6, atol=1e-12)
    return np.log(np.maximum(found.y[1] * kn, 1e-12)) if found.success else np.full(day.shape, 1e3)


BY_HAND = {"effector_memory_target": effector, "predator_prey": competition}


WORSE = 0.1
"""Sum of squares above the better fit at which a fit has failed; the curves leave some 7 x 0.3^2 = 0.6."""


@dataclass(frozen=True)
class Pair:
    """Both sides on some trials of one model: CPU seconds, subjects, and fits that failed among those of both."""

    model: str
    ours: float
    plain: float
    subjects: int
    plain_subjects: int
    failed: int
    plain_failed: int

    @property
    def ratio(self) -> float:
        """How many times as fast ours is, per subject."""
        return (self.plain / self.plain_subjects) / (self.ours / self.subjects)

    def row(self) -> str:
        """The pair as a line of a table."""
        each, other = self.ours / self.subjects, self.plain / self.plain_subjects
        both = self.plain_subjects
        return (
            f"| {self.model} | {each * 1e3:,.0f} ms | {other:,.1f} s | {self.ratio:,.0f} | {self.failed} of {both} | "
            f"{self.plain_failed} of {both} |"
        )


def simulated(model: KineticModel, n: int, seed: int) -> FloatArray:
    """Noisy ln C of n virtual subjects around the model's typical values, (n, days)."""
    rng = np.random.default_rng(seed)
    theta = np.array([[p.prior.centre for p in model.parameters]] * n)
    theta = theta * np.exp(0.3 * rng.standard_normal(theta.shape))
    day = np.broadcast_to(DAYS, (n, DAYS.size))
    return model.log_value(theta, day) + SIGMA * rng.standard_normal(day.shape)


def fit_ours(model: KineticModel, logs: FloatArray) -> tuple[float, FloatArray]:
    """Seconds of a warm batch of all subjects, and its sums of squares."""
    n = len(logs)
    rows = np.repeat(np.arange(n), DAYS.size)
    conc = np.exp(logs).ravel()
    profiles = Profiles.from_long(
        rows, np.tile(DAYS, n), conc, np.full(conc.size, 1e-9), np.zeros(conc.size, dtype=np.bool_)
    )
    fit_model(model, profiles.take([0]), Method.LS, polish=False, limits=False)
    begin = time.process_time()
    fits = fit_model(model, profiles, Method.LS, polish=False, limits=False)
    seconds = time.process_time() - begin
    return seconds, np.sum((logs - model.log_curve(fits.phi, profiles.day)) ** 2, axis=1)


def fit_plain(
    model: KineticModel, curve: Callable[[FloatArray, FloatArray], FloatArray], logs: FloatArray, seed: int
) -> tuple[float, FloatArray]:
    """Seconds of one subject after the other with five starts each, and the best sums of squares."""
    rng = np.random.default_rng(seed)
    low, high = model.bounds()
    best = []
    begin = time.process_time()
    for own in logs:
        found = []
        for start in range(STARTS):
            parameters = Parameters()
            for k, p in enumerate(model.parameters):
                at = p.prior_mean + (0.5 * rng.standard_normal() if start else 0.0)
                parameters.add(p.symbol, float(np.clip(at, low[k] + 1e-3, high[k] - 1e-3)), min=low[k], max=high[k])

            def residuals(parameters: Parameters, own: FloatArray = own) -> FloatArray:
                return own - curve(np.exp([p.value for p in parameters.values()]), DAYS)

            result = minimize(residuals, parameters, method="leastsq", max_nfev=2000, nan_policy="omit")
            found.append(float(np.sum(np.asarray(result.residual) ** 2)))
        best.append(min(found))
    return time.process_time() - begin, np.array(best)


def start_up() -> float:
    """Seconds that a fresh process needs to import both models, beyond the interpreter and numpy."""
    code = "import time, numpy; t = time.perf_counter(); import cartpk.models.fitting; print(time.perf_counter() - t)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)


def measured(name: str, subjects: int, plain: int, trials: int, seed: int) -> Pair:
    """Both sides in turn on fresh trials of a model."""
    model = get_model(name)
    seconds = np.zeros(2)
    failed = np.zeros(2, dtype=int)
    for trial in range(seed, seed + trials):
        logs = simulated(model, subjects, trial)
        ours, squares = fit_ours(model, logs)
        theirs, other = fit_plain(model, BY_HAND[name], logs[:plain], trial)
        best = np.minimum(squares[:plain], other)
        seconds += (ours, theirs)
        failed += [int(np.sum(ended > best + WORSE)) for ended in (squares[:plain], other)]
    return Pair(name, *seconds, subjects * trials, plain * trials, *failed)


def section(pairs: list[Pair], begin: float) -> str:
    """The pairs as a piece of a page."""
    return "\n".join(
        [
            f"Start-up (import, no compilation): {begin:.2f} s. CPU seconds per subject, warm, one process.\n",
            "| model | cartpk | solve_ivp + lmfit, 5 starts | times as fast | failed | failed, lmfit |",
            "|---|---|---|---|---|---|",
            *(pair.row() for pair in pairs),
        ]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=20, help="subjects of a trial")
    parser.add_argument("--plain", type=int, default=2, help="subjects of it that solve_ivp + lmfit fits, too")
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--seed", type=int, default=51001)
    asked = parser.parse_args()
    pairs = [measured(name, asked.subjects, asked.plain, asked.trials, asked.seed) for name in BY_HAND]
    print(section(pairs, start_up()))


if __name__ == "__main__":
    main()
