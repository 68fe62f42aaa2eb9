"""Fits of closed-form curves beside lmfit, and how a population fit grows with the trial; processor seconds.

Both sides fit the same simulated subjects (Stein's curve, seeds that no other page uses) by least squares on ln C, BLQ
results at LLOQ/2: ours all subjects of a trial in one batch, lmfit's leastsq one after the other with 5 starts. A fit
fails where its sum of squares is more than 0.1 above the better of the two.

    python benchmarks/estimation_fits.py [--quick]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator

import estimation_ode
import numpy as np
from lmfit import Parameters, minimize

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.population import SaemSettings
from cartpk.core.estimation.profiles import FloatArray, Profiles
from cartpk.models import get_model
from cartpk.models.fitting.individual import build_problem, fit_model
from cartpk.models.fitting.population import fit_model_population
from cartpk.simulate import simulate_profiles

STEIN = get_model("stein")
STARTS = 5
WORSE = 0.1
BAR = 20
"""Times as fast as lmfit."""
SEED = 61001
SIZES = (40, 125, 250, 500, 1000)
TRIALS = ((40, 7), (200, 3), (1000, 2))
"""Subjects, and how many trials of so many."""
LMFIT = 60


def simulated(n: int, seed: int) -> Profiles:
    """Profiles of n virtual subjects."""
    table = simulate_profiles("stein", n, seed).table
    row, _ = _numbered(table["USUBJID"].tolist())
    return Profiles.from_long(row, table["AFRLT"], table["AVAL"], table["ALLOQ"], table["BLQFL"].eq("Y"), n_profiles=n)


def _numbered(names: list[str]) -> tuple[list[int], dict[str, int]]:
    known: dict[str, int] = {}
    return [known.setdefault(name, len(known)) for name in names], known


def analyst(x: FloatArray, day: FloatArray) -> FloatArray:
    """Stein's curve, ln C, as an analyst writes it: ln cmax, ln tmax, ln rho, ln alpha, logit fb, ln beta."""
    cmax, tmax, rho, alpha, _, beta = np.exp(x)
    fb = 1.0 / (1.0 + np.exp(-x[4]))
    away = day - tmax
    rise = np.log(cmax) + rho * np.minimum(away, 0.0)
    fall = np.maximum(away, 0.0)
    return rise + np.log((1.0 - fb) * np.exp(-alpha * fall) + fb * np.exp(-beta * fall))


def fit_lmfit(profiles: Profiles, seed: int) -> tuple[float, FloatArray]:
    """Seconds of all subjects, one after the other with five starts each, and their best sums of squares."""
    problem = build_problem(STEIN, profiles, Method.LS)
    data, rng = problem.profiles, np.random.default_rng(seed)
    best = []
    begin = time.process_time()
    for i in range(data.n_profiles):
        seen = data.observed[i]
        day, log_conc = data.day[i][seen], data.log_conc[i][seen]
        low, high = problem.lower[i, :-1], problem.upper[i, :-1]
        guess = np.array([log_conc.max(), np.log(day[log_conc.argmax()]), *np.log([0.8, 0.2]), -4.6, np.log(0.005)])
        found = []
        for start in range(STARTS):
            at = guess + (0.5 * rng.standard_normal(6) if start else 0.0)
            parameters = Parameters()
            for k, value in enumerate(np.clip(at, low + 1e-3, high - 1e-3)):
                parameters.add(f"p{k}", float(value), min=low[k], max=high[k])

            def residuals(parameters: Parameters, day: FloatArray = day, log_conc: FloatArray = log_conc) -> FloatArray:
                return log_conc - analyst(np.array([p.value for p in parameters.values()]), day)

            result = minimize(residuals, parameters, method="leastsq", max_nfev=2000)
            found.append(float(np.sum(np.asarray(result.residual) ** 2)))
        best.append(min(found))
    return time.process_time() - begin, np.array(best)


def fit_cartpk(profiles: Profiles) -> tuple[float, FloatArray]:
    """Seconds of all subjects at once, and their sums of squares."""
    begin = time.process_time()
    fits = fit_model(STEIN, profiles, Method.LS, polish=False, limits=False)
    seconds = time.process_time() - begin
    data = fits.problem.profiles
    away = np.where(data.observed, data.log_conc - STEIN.log_curve(fits.phi, data.day), 0.0)
    return seconds, np.sum(away**2, axis=1)


def single_fits(n: int, trials: int) -> str:
    """Single fits beside lmfit, both in turn on fresh trials, as the row of a table.

    Of a larger trial lmfit, whose time does not depend on the others, fits LMFIT subjects.
    """
    fit_cartpk(simulated(2, SEED - 1))
    ours, theirs, ratios, failed, tried = [], [], [], np.zeros(2, dtype=int), 0
    for seed in range(SEED + n, SEED + n + trials):
        profiles = simulated(n, seed)
        profiles = profiles.take(profiles.n_observed > 0)
        quick, squares = fit_cartpk(profiles)
        some = profiles.take(np.arange(min(LMFIT, profiles.n_profiles)))
        slow, other = fit_lmfit(some, seed)
        quick = (quick + fit_cartpk(profiles)[0]) / 2  # before and after: a processor is not always as fast
        squares_of_some = squares[: len(other)]
        best = np.minimum(squares_of_some, other) + WORSE
        failed += [int((squares_of_some > best).sum()), int((other > best).sum())]
        tried += len(other)
        ours.append(quick / len(squares))
        theirs.append(slow / len(other))
        ratios.append(theirs[-1] / ours[-1])
    ratio = statistics.median(ratios)
    met = "met" if ratio >= BAR and failed[0] <= failed[1] else "MISSED"
    return (
        f"| {n:,} | {trials} | {statistics.median(ours) * 1e3:,.2f} ms | {statistics.median(theirs) * 1e3:,.0f} ms | "
        f"{ratio:,.3g} | {', '.join(f'{r:,.3g}' for r in ratios)} | {failed[0]} of {tried} | {failed[1]} of {tried} | "
        f"{met} |"
    )


def single_table(*, quick: bool) -> Iterator[str]:
    """Trials of several sizes."""
    yield (
        "| subjects | trials | cartpk | lmfit, 5 starts | times as fast: median | each trial | failed | lmfit failed | "
        f"at least {BAR} at an equal or lower failure rate |"
    )
    yield "|---" * 9 + "|"
    for n, trials in ((5, 1),) if quick else TRIALS:
        yield single_fits(n, trials)


def growth(sizes: tuple[int, ...]) -> Iterator[str]:
    """Population fits of growing trials: single fits to start from, SAEM, likelihood and information."""
    yield "| subjects | seconds | per subject | -2LL (se) |"
    yield "|---" * 4 + "|"
    seconds = []
    for n in sizes:
        profiles = simulated(n, SEED + 100)
        profiles = profiles.take(profiles.n_observed > 0)
        begin = time.process_time()
        found = fit_model_population(STEIN, profiles, SaemSettings(seed=1))
        seconds.append(time.process_time() - begin)
        one = found.evidence
        yield f"| {n:,} | {seconds[-1]:.1f} | {seconds[-1] / n * 1e3:.0f} ms | {one.minus2ll:.1f} ({one.se:.1f}) |"
    if len(sizes) < 3:
        return
    power = np.polyfit(np.log(sizes[1:]), np.log(seconds[1:]), 1)[0]
    met = "met" if power <= 1 else "MISSED"
    yield f"\nTime grows as n to the power {power:.2f} from {sizes[1]:,} subjects on (at most 1: {met})."


def beside_saemix() -> str:
    """Why saemix stands in no table."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "saemix: not measured: Rscript was not found on the PATH."
    code = 'cat(requireNamespace("saemix", quietly = TRUE))'
    there = subprocess.run([rscript, "-e", code], capture_output=True, text=True, check=False).stdout == "TRUE"
    why = "this benchmark does not run it yet" if there else "R has no package saemix"
    return f"saemix: not measured: {why}."


def section(*, quick: bool) -> str:
    """The part of benchmarks/README.md."""
    lines = [
        "## Kinetic models\n",
        "Processor seconds of one process, so that what else the machine does counts little; simulated subjects, seeds",
        "that no other page uses. Command: `python benchmarks/run.py --only fits`.\n",
        "### Single fits of Stein's curve beside lmfit\n",
        "The same subjects, the same sum of squares (ln C, BLQ at LLOQ/2), the same bounds: cartpk all subjects of a",
        "trial in one batch (8 starts, and every gap between samples for the time of the peak), lmfit's leastsq one",
        f"after the other with 5 starts ({LMFIT} subjects of the larger trials). A fit fails where its sum of squares",
        f"is more than {WORSE:g} above the better of the two.\n",
        *single_table(quick=quick),
        "\n### Population fits as the trial grows\n",
        "Stein's curve, 500 iterations of SAEM with their starting fits, likelihood and standard errors. Up to 400 the",
        "chains of a small trial take the place of subjects.\n",
        *growth(SIZES[:2] if quick else SIZES),
        f"\n{beside_saemix()}\n",
        "### Models of differential equations beside solve_ivp + lmfit\n",
        estimation_ode.measure(*(2, 1, 1) if quick else ()),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    print(section(quick=parser.parse_args().quick))
