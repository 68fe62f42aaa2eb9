"""Fits of the differential-equation models beside solve_ivp + lmfit: the same subjects, the same sum of squares.

Both sides fit simulated subjects by least squares on ln C: ours all subjects of a trial in one batch, and each alone
(12 starts each, analytic sensitivities); the other one subject at a time (scipy's solve_ivp LSODA at rtol 1e-6,
lmfit's leastsq with numeric derivatives, 5 starts). A fit fails where its sum of squares is more than 0.1 above the
better of the two. Processor seconds: what else the machine does counts little.

    python benchmarks/estimation_ode.py [--subjects 20] [--plain 3] [--trials 2] [--seed 51001]
"""

from __future__ import annotations

import argparse
import statistics
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
from cartpk.models.fitting.individual import fit_model
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


BAR = 50
"""Times as fast as solve_ivp + lmfit."""
WORSE = 0.1
"""Sum of squares above the better fit at which a fit has failed; the curves leave some 7 x 0.3^2 = 0.6."""


@dataclass(frozen=True, slots=True)
class One:
    """One subject on both sides: processor seconds (its part of the batch, alone, lmfit) and sums of squares."""

    model: str
    batch: float
    alone: float
    plain: float
    squares: float
    plain_squares: float

    @property
    def ratio(self) -> float:
        """How many times as fast ours is, in a batch."""
        return self.plain / self.batch

    @property
    def failed(self) -> tuple[bool, bool]:
        """Whether our fit failed, and the other one."""
        best = min(self.squares, self.plain_squares) + WORSE
        return self.squares > best, self.plain_squares > best


def simulated(model: KineticModel, n: int, seed: int) -> FloatArray:
    """Noisy ln C of n virtual subjects around the model's typical values, (n, days)."""
    rng = np.random.default_rng(seed)
    theta = np.array([[p.prior.centre for p in model.parameters]] * n)
    theta = theta * np.exp(0.3 * rng.standard_normal(theta.shape))
    day = np.broadcast_to(DAYS, (n, DAYS.size))
    return model.log_value(theta, day) + SIGMA * rng.standard_normal(day.shape)


def profiles_of(logs: FloatArray) -> Profiles:
    """Profiles of ln C, (n, days)."""
    n = len(logs)
    rows, conc = np.repeat(np.arange(n), DAYS.size), np.exp(logs).ravel()
    return Profiles.from_long(
        rows, np.tile(DAYS, n), conc, np.full(conc.size, 1e-9), np.zeros(conc.size, dtype=np.bool_)
    )


def fit_ours(model: KineticModel, logs: FloatArray) -> tuple[float, FloatArray]:
    """Seconds of a batch of all subjects, and its sums of squares."""
    profiles = profiles_of(logs)
    begin = time.process_time()
    fits = fit_model(model, profiles, Method.LS, polish=False, limits=False)
    seconds = time.process_time() - begin
    return seconds, np.sum((logs - model.log_curve(fits.phi, profiles.day[:, : DAYS.size])) ** 2, axis=1)


def fit_plain(
    model: KineticModel, curve: Callable[[FloatArray, FloatArray], FloatArray], own: FloatArray, seed: int
) -> tuple[float, float]:
    """Seconds of one subject with five starts, and the best sum of squares."""
    rng = np.random.default_rng(seed)
    low, high = model.bounds()
    found = []
    begin = time.process_time()
    for start in range(STARTS):
        parameters = Parameters()
        for k, p in enumerate(model.parameters):
            at = p.prior_mean + (0.5 * rng.standard_normal() if start else 0.0)
            parameters.add(p.symbol, float(np.clip(at, low[k] + 1e-3, high[k] - 1e-3)), min=low[k], max=high[k])

        def residuals(parameters: Parameters) -> FloatArray:
            return own - curve(np.exp([p.value for p in parameters.values()]), DAYS)

        result = minimize(residuals, parameters, method="leastsq", max_nfev=2000, nan_policy="omit")
        found.append(float(np.sum(np.asarray(result.residual) ** 2)))
    return time.process_time() - begin, min(found)


def start_up() -> float:
    """Seconds that a fresh process needs to import both models, beyond the interpreter and numpy."""
    code = (
        "import time, numpy; t = time.perf_counter(); import cartpk.models.fitting.individual\n"
        "from cartpk.models import get_model\n"
        "[get_model(name) for name in ('effector_memory_target', 'predator_prey')]; print(time.perf_counter() - t)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)


def measured(name: str, subjects: int, plain: int, trials: int, seed: int) -> list[One]:
    """Both sides in turn on fresh trials of a model, warm."""
    model = get_model(name)
    fit_ours(model, simulated(model, 1, seed - 1))
    found = []
    for trial in range(seed, seed + trials):
        logs = simulated(model, subjects, trial)
        batch, squares = fit_ours(model, logs)
        for i in range(plain):
            alone, _ = fit_ours(model, logs[[i]])
            seconds, other = fit_plain(model, BY_HAND[name], logs[i], trial + i)
            found.append(One(name, batch / subjects, alone, seconds, float(squares[i]), other))
    return found


def section(ones: list[One], subjects: int, begin: float) -> str:
    """What was measured as a piece of a page."""
    rest = "each subject | median alone | failed | lmfit failed"
    lines = [
        f"Start-up (import, no compilation): {begin:.2f} s. Processor seconds per subject, warm; cartpk fits the",
        f"{subjects} subjects of a trial at once, and for comparison each alone. A fit fails where its sum of squares",
        f"is more than {WORSE:g} above the better of the two.\n",
        f"| model | subjects | in a batch | alone | solve_ivp + lmfit | times as fast: median | {rest} |",
        "|---" * 10 + "|",
    ]
    middle = []
    for name in dict.fromkeys(one.model for one in ones):
        own = [one for one in ones if one.model == name]
        batch, alone, plain = (statistics.median(getattr(one, part) for one in own) for part in One.__slots__[1:4])
        ratio = statistics.median(one.ratio for one in own)
        middle.append(ratio)
        each = ", ".join(f"{one.ratio:,.0f}" for one in own)
        by_itself = statistics.median(one.plain / one.alone for one in own)
        ours, theirs = (sum(one.failed[side] for one in own) for side in (0, 1))
        lines.append(
            f"| {name} | {len(own)} | {batch * 1e3:,.0f} ms | {alone * 1e3:,.0f} ms | {plain:,.1f} s | {ratio:,.0f} | "
            f"{each} | {by_itself:,.0f} | {ours} | {theirs} |"
        )
    low = sum(one.ratio < BAR for one in ones)
    verdict = f"{'met' if min(middle) >= BAR else 'MISSED'} in the median of each model"
    lines.append(f"\nAt least {BAR} times as fast in a batch: {verdict}; below it: {low} of {len(ones)} subjects.")
    return "\n".join(lines)


def measure(subjects: int = 20, plain: int = 3, trials: int = 2, seed: int = 51001) -> str:
    """Both models beside solve_ivp + lmfit."""
    ones = [one for name in BY_HAND for one in measured(name, subjects, plain, trials, seed)]
    return section(ones, subjects, start_up())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=20, help="subjects of a trial")
    parser.add_argument("--plain", type=int, default=3, help="subjects of it that solve_ivp + lmfit fits, too")
    parser.add_argument("--trials", type=int, default=2)
    parser.add_argument("--seed", type=int, default=51001)
    asked = parser.parse_args()
    print(measure(asked.subjects, asked.plain, asked.trials, asked.seed))


if __name__ == "__main__":
    main()
