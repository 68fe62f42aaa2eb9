"""How well the estimators find a known truth, and which model real series prefer: writes docs/estimation.md.

    python benchmarks/estimation.py [--trials 20] [--fresh 80] [--real FOLDER] [--out docs/estimation.md]

Virtual trials: `cartpk.simulate.simulate_profiles("stein", n, seed)`; seeds 31001 ..., 32001 ..., 33001 ... for
n = 9, 18, 40. FOLDER holds series of real subjects that this project has no licence to carry (SUBJECT, TIME_DAY, VALUE,
UNIT, BLQ, LLOQ, ANALYTE); without it that part is left out. Without --out the page goes to the standard output.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import estimation_priors
import numpy as np
import pandas as pd

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.metropolis import Theta
from cartpk.core.estimation.population import SaemSettings
from cartpk.core.estimation.profiles import Profiles
from cartpk.models import MODELS
from cartpk.models.differential import Differential
from cartpk.models.fitting.individual import fit_model
from cartpk.models.fitting.population import fit_model_population
from cartpk.models.fitting.random_effects import PopulationCurve
from cartpk.models.fitting.simulation import Estimates, plan
from cartpk.models.fitting.typical import typical_rows
from cartpk.simulate.population import STEIN_MODERATE
from cartpk.simulate.profiles import DAYS, simulate_profiles

FRESH = 71001
SIZES = {9: 31001, 18: 32001, 40: 33001}
LN2 = float(np.log(2.0))
TRUTH = {
    "MCMAX": lambda t: t["CMAX"], "MTMAX": lambda t: t["TMAX"], "DBLTIME": lambda t: LN2 / t["RHO"],
    "FOLDX": lambda t: t["FOLDX"], "HLALPHA": lambda t: LN2 / t["ALPHA"], "FB": lambda t: t["FB"],
    "HLBETA": lambda t: LN2 / t["BETA"], "MAUC28D": lambda t: t["AUC0_28D_TRUE"],
    "MAUC90D": lambda t: t["AUC0_90D_TRUE"],
}  # fmt: skip
STEIN = MODELS["stein"]
READING = """
## What to conclude

- Single fits: the limits of a parameter are where -2 log-likelihood has risen by the square of Student's t, with as
  many degrees of freedom as half the information on ln s (samples less parameters spent, and what the prior of s adds);
  with 3.84 in its place, as if s were known, the doubling time's intervals held the truth in 90 % of subjects.
- The fold expansion of one subject is an extrapolation to day 0 through results below the limit: its RMSE exceeds the
  spread between subjects, and its mean is too high. Do not rank subjects by it.
- Population fits: individuals are closer to the truth than single fits are, except for FB and the persistence
  half-life. Their intervals carry the uncertainty of typical values and spreads; without it (the conditional
  distribution at the estimates alone) fewer of them hold the truth, most of all of the fold expansion and of this
  half-life (in brackets). They are still short where the SD of a random effect is badly known, that of beta above all:
  do not read the limits of the persistence half-life as 95 %.
- The spread of beta is hardly learnt at this design: fix it (`--fix-omega beta=0.5`) or leave its half-life unreported.
- Up to 12 subjects the spreads lean on a prior worth 3 subjects of SD 0.5: see which of them it pulls down or up.
"""


def profiles_of(table: pd.DataFrame, names: list[str]) -> Profiles:
    row = table["USUBJID"].map({name: i for i, name in enumerate(names)}).to_numpy()
    blq = table["BLQFL"].eq("Y")
    return Profiles.from_long(row, table["AFRLT"], table["AVAL"], table["ALLOQ"], blq, n_profiles=len(names))


def typical_truth() -> dict[str, float]:
    centre = {effect.symbol: effect.typical for effect in STEIN_MODERATE.effects}
    rho = np.log(centre["foldx"]) / centre["tmax"]
    theta = np.array([[centre["cmax"], centre["tmax"], rho, centre["alpha"], centre["fb"], centre["beta"]]])
    return {entry.paramcd: float(entry.value(theta)[0]) for entry in STEIN.derived}


def run_trials(trials: int):
    """(n, estimator) -> code -> list of (ln error, whether the 95 % interval holds the truth)."""
    found = defaultdict(lambda: defaultdict(list))
    typical = typical_truth()
    for n, first in SIZES.items():
        for seed in range(first, first + trials):
            virtual = simulate_profiles("stein", n, seed)
            truth = virtual.truth
            profiles = profiles_of(virtual.table, truth["USUBJID"].tolist())
            for quantity in fit_model(STEIN, profiles).quantities():
                if (code := quantity.entry.paramcd) in TRUTH:
                    keep(found[n, "map"][code], TRUTH[code](truth), quantity.value, quantity.lower, quantity.upper)
            population = fit_model_population(STEIN, profiles, SaemSettings(seed=seed))
            for entry in STEIN.derived:
                if (code := entry.paramcd) in TRUTH:
                    value, _, low, high = population.individual(entry)
                    keep(found[n, "saem"][code], TRUTH[code](truth), value, low, high)
                    draws = entry.value(population.curve.theta(population.fit.draws))
                    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
                    keep(found[n, "saem, estimates known"][code], TRUTH[code](truth), value, low, high)
            for row in typical_rows(population):
                if row.paramcd in TRUTH:
                    one = (np.array([value]) for value in (row.estimate, row.lower, row.upper))
                    keep(found[n, "typical"][row.paramcd], np.array([typical[row.paramcd]]), *one)
            found[n, "sigma"]["SIGMA"].append(float(np.exp(population.fit.theta.log_s)))
            found[n, "omega"]["omega"].append(population.fit.theta.omega)
            found[n, "mu"]["mu"].append(population.fit.theta.mu)
            print(f"n = {n}, seed {seed}", file=sys.stderr, flush=True)
    return found


def keep(where: list, truth, value, lower, upper) -> None:
    """Errors and cover; an end that the data do not give is no limit."""
    low, high = np.nan_to_num(lower, nan=0.0), np.nan_to_num(upper, nan=np.inf)
    error = np.log(np.asarray(value) / np.asarray(truth))
    covered = (low <= np.asarray(truth)) & (np.asarray(truth) <= high)
    where += list(zip(error, covered, strict=True))


def accuracy(found, estimator: str, other: str = ""):
    """Rows of the table; in brackets the coverage of other intervals."""
    sizes = list(SIZES)
    yield "| quantity | " + " | ".join(f"n = {n}: bias | RMSE | coverage" for n in sizes) + " |"
    yield "|---" * (1 + 3 * len(sizes)) + "|"
    for code in TRUTH:
        cells = []
        for n in sizes:
            error = np.array([e for e, _ in found[n, estimator][code]])
            cover = np.array([c for _, c in found[n, estimator][code]])
            beside = f" ({np.mean([c for _, c in found[n, other][code]]):.3f})" if other else ""
            cells.append(f"{error.mean():+.3f} | {np.sqrt((error**2).mean()):.3f} | {cover.mean():.3f}{beside}")
        yield f"| `{code}` | " + " | ".join(cells) + " |"


def covered_typical(trials: int):
    """Coverage of the typical values over further trials: those of the page are too few to tell 0.85 from 0.95."""
    if not trials:
        return
    n, typical, held = max(SIZES), typical_truth(), defaultdict(list)
    for seed in range(FRESH, FRESH + trials):
        virtual = simulate_profiles("stein", n, seed)
        profiles = profiles_of(virtual.table, virtual.truth["USUBJID"].tolist())
        for row in typical_rows(fit_model_population(STEIN, profiles, SaemSettings(seed=seed))):
            if row.paramcd in TRUTH:
                one = (np.array([value]) for value in (row.estimate, row.lower, row.upper))
                keep(held[row.paramcd], np.array([typical[row.paramcd]]), *one)
        print(f"coverage, n = {n}, seed {seed}", file=sys.stderr, flush=True)
    noise = np.sqrt(0.95 * 0.05 / trials)
    yield f"\n{trials} further trials of {n} subjects, seeds {FRESH} ...: coverage"
    yield f"(Monte Carlo standard error {noise:.3f})"
    yield "; ".join(f"`{code}` {np.mean([c for _, c in held[code]]):.3f}" for code in TRUTH) + "."


def planned(found):
    """Expected standard errors of the schedule beside what the estimates of the virtual trials show."""
    theta = Theta(
        np.array([PopulationCurve(STEIN).scale.parameters[k].transform.forward(np.array(effect.typical))
                  for k, effect in enumerate(STEIN_MODERATE.effects)]),
        np.array([effect.sd for effect in STEIN_MODERATE.effects]),
        float(np.log(STEIN_MODERATE.residual_sd)),
    )  # fmt: skip
    estimates = Estimates(STEIN, theta, np.zeros(0, int), (), np.zeros(6, bool), np.full((13, 13), np.nan))
    n = max(SIZES)
    ((_, error),) = plan(
        estimates, np.zeros(0), n, np.array(DAYS["stein"][1:], dtype=float), 100.0, seed=1, virtual=400, leave_out=False
    )
    seen_in = len(found[n, "mu"]["mu"])
    seen = np.std(found[n, "mu"]["mu"], axis=0, ddof=1)
    yield f"\n## Expected errors of a schedule (`cartpk plan`), n = {n}\n"
    yield "Standard error of each typical value on the log (logit) scale: expected from the true parameters and the"
    yield f"nominal days alone, 400 virtual subjects; beside it the SD of the estimates of {seen_in}"
    yield "trials, whose visits are missed and whose subjects drop out.\n"
    yield "| | " + " | ".join(effect.symbol for effect in STEIN_MODERATE.effects) + " |"
    yield "|---" * 7 + "|"
    yield "| expected | " + " | ".join(f"{v:.3f}" for v in error[:6]) + " |"
    yield "| seen | " + " | ".join(f"{v:.3f}" for v in seen) + " |\n"


def spreads(found):
    true = {effect.symbol: effect.sd for effect in STEIN_MODERATE.effects}
    yield "| | " + " | ".join(true) + " | s |"
    yield "|---" * (2 + len(true)) + "|"
    yield "| truth | " + " | ".join(f"{sd:.2f}" for sd in true.values()) + f" | {STEIN_MODERATE.residual_sd:.2f} |"
    for n in SIZES:
        omega, sigma = np.array(found[n, "omega"]["omega"]), np.array(found[n, "sigma"]["SIGMA"])
        cells = " | ".join(f"{v.mean():.2f} ({(v < 0.05).sum()})" for v in omega.T)
        yield f"| n = {n} | {cells} | {sigma.mean():.3f} |"


def real_series(folder: Path) -> dict[str, Profiles]:
    """Sets of real subjects: all files of one source together."""
    sets = {}
    for name, pattern in (("Liu", "real_liu_*.csv"), ("QSP", "real_qsp_*.csv")):
        table = pd.concat([pd.read_csv(f, dtype={"SUBJECT": str}) for f in sorted(folder.glob(pattern))])
        table = table[table["ANALYTE"].eq("CAR-T") & (table["TIME_DAY"] > 0)]
        table = table.drop_duplicates(["SUBJECT", "TIME_DAY"])
        names = {s: i for i, s in enumerate(dict.fromkeys(table["SUBJECT"]))}
        profiles = Profiles.from_long(
            table["SUBJECT"].map(names), table["TIME_DAY"], table["VALUE"], table["LLOQ"], table["BLQ"].eq(1),
            n_profiles=len(names),
        )  # fmt: skip
        sets[name] = profiles.take(profiles.n_observed > 0)
    return sets


def real_comparison(name: str, profiles: Profiles):
    rows = []
    for model in MODELS.values():
        if isinstance(getattr(model.log_value, "__self__", None), Differential):
            continue  # SAEM evaluates a curve some 100,000 times: equations are fitted one subject at a time
        population = fit_model_population(model, profiles, SaemSettings(seed=1))
        each = {shape: fit_model(model, profiles, Method.MAP, residual=shape, polish=False) for shape in Residual}
        aic = {shape: float(fits.aic.sum()) for shape, fits in each.items()}
        rows.append((model.name, population, aic))
        print(f"{name}: {model.name}", file=sys.stderr, flush=True)
    best = min(population.bicc for _, population, _ in rows)
    n, samples = profiles.n_profiles, int((profiles.n_observed + profiles.n_blq).sum())
    ranked = sorted(((population.bicc - best, model) for model, population, _ in rows))
    steins = next(gap for gap, model in ranked if model == "stein")
    yield f"### {name}: {n} subjects, {samples} samples, {int(profiles.n_blq.sum())} BLQ\n"
    (_, first), (above, second) = ranked[:2]
    yield f"Lowest BICc: `{first}`, {above:.1f} below `{second}`; `stein` lies {steins:.1f} above it."
    heavy = next(aic[Residual.STUDENT] - aic[Residual.NORMAL] for model, _, aic in rows if model == "stein")
    yield f"Student-t residuals change the AIC of the single fits of `stein` by {heavy:+.1f}: tails heavier than normal"
    yield "where that is below 0.\n"
    yield "| model | parameters | -2LL (se) | AIC | BICc | dBICc | s | converged | single fits: AIC | t residuals |"
    yield "|---" * 10 + "|"
    for model, population, aic in sorted(rows, key=lambda row: row[1].bicc):
        e = population.evidence
        yield (
            f"| `{model}` | {population.n_parameters} | {e.minus2ll:.1f} ({e.se:.1f}) | {population.aic:.1f} "
            f"| {population.bicc:.1f} | {population.bicc - best:.1f} | {np.exp(population.fit.theta.log_s):.2f} "
            f"| {'yes' if population.fit.converged else 'no'} "
            f"| {aic[Residual.NORMAL]:.1f} | {aic[Residual.STUDENT]:.1f} |"
        )
    yield ""


def page(trials: int, fresh: int, real: Path | None):
    found = run_trials(trials)
    yield "# How good the estimates are\n"
    yield "Made by `python benchmarks/estimation.py --real FOLDER --out docs/estimation.md`; do not edit by hand.\n"
    seeds = ", ".join(f"{first} ... (n = {n})" for n, first in SIZES.items())
    yield f"{trials} virtual trials per size, seeds {seeds}:"
    yield "Stein's curve with its published typical values, moderate spread, residual SD 0.56 of ln, 16 nominal days to"
    yield "day 180, LLOQ 100, 5 % missed samples, 15 % drop-out. Errors are natural logarithms (0.10 is 10 %); coverage"
    yield "is the part of 95 % intervals that hold the truth (an end that the data do not give counts as no limit).\n"
    yield "## One subject at a time (MAP, M3, weak priors)\n"
    yield from accuracy(found, "map")
    yield "\nIntervals: profile likelihood of the parameter (s held, Student's t in place of the normal quantile),"
    yield "delta method with the same quantile for `FOLDX` and the areas.\n"
    yield "## Individuals of the population fit (SAEM, M3)\n"
    yield from accuracy(found, "saem", "saem, estimates known")
    yield "\nIntervals: quantiles of the conditional distribution, averaged over the uncertainty of the population"
    yield "estimates; in brackets the coverage of those at the estimates alone.\n"
    yield "## Typical values of the population fit\n"
    yield f"One value per trial: coverage has a Monte Carlo standard error of {np.sqrt(0.95 * 0.05 / trials):.2f}."
    yield "Intervals: Louis' information, t quantile with n - 1 degrees of freedom.\n"
    yield from accuracy(found, "typical")
    yield from covered_typical(fresh)
    yield "\n## Spread between subjects\n"
    yield "Mean estimate of each SD; in brackets the trials in which it collapsed (below 0.05).\n"
    yield from spreads(found)
    yield from planned(found)
    yield READING
    yield from estimation_priors.section()
    if real is not None:
        yield "## Which model real series prefer\n"
        yield "Digitised series of published trials; population fits (SAEM, seed 1, normal residuals), sorted by BICc."
        yield "Differences under about 4 mean nothing. The last two columns add up the AIC of the fits of single"
        yield "subjects (MAP), with normal and with Student-t residuals. Models given by differential equations are"
        yield "left out.\n"
        for name, profiles in real_series(real).items():
            yield from real_comparison(name, profiles)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--fresh", type=int, default=80, help="further trials for the coverage of typical values")
    parser.add_argument("--real", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    text = "\n".join(page(given.trials, given.fresh, given.real)) + "\n"
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
