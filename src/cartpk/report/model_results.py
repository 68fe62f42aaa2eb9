"""Kinetic models for a reader without a modelling background: what was fitted, how well, what may not be concluded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.models import get_model
from cartpk.report.model_grids import COMPARED, Fitted, beside_nca, population, verdicts
from cartpk.report.prose import Section, enumeration, plural
from cartpk.shown import of_shown
from cartpk.tables.printing import fixed
from cartpk.trial_data import TrialData

__all__ = ["model_results"]

_RULES: Final = {
    "first": "The config names the first of them as the one to report, whatever the criteria say.",
    "aic": "For each subject the one with the lowest AIC is reported: it weighs closeness to the results against the "
    "number of parameters.",
    "bicc": "For each subject the one with the lowest BICc is reported: it weighs closeness to the results against the "
    "number of parameters.",
}
_MEANS_NOTHING: Final = 4.0
"""A difference of criteria below this decides nothing (project's reading of the simulations in docs/estimation.md)."""
_FEW: Final = 12


def model_results(data: TrialData, config: TrialConfig) -> Section | None:
    """The section of this run, first infusion of the primary analyte; None where no model was fitted."""
    found = Fitted(data, config)
    if not len(found.fits) or "CONVERGED" not in found.fits:
        return None
    parts = (
        _what(found, data, config),
        _how_well(found, data, config),
        _choice(found, data, config),
        _against_nca(found),
        _together(data),
        _not_to_conclude(found, config),
    )
    texts = tuple(" ".join(sentences).strip() for sentences in (list(part) for part in parts) if sentences)
    few = of_shown(data, config)
    single = found if few is data else Fitted(few, config)
    grids = (verdicts(single), beside_nca(single, config)) if single.subjects else ()
    return Section("models", "What the kinetic models say", texts, grids=(*grids, *population(data, config)))


def _what(found: Fitted, data: TrialData, config: TrialConfig) -> Iterator[str]:
    analyte = config.primary_analyte
    names = [get_model(name).label for name in config.models.fit]
    yield (
        f"What was fitted: through the results of each subject ({analyte.label}, first infusion) a curve was laid "
        "whose shape is given by a few numbers, such as its highest value, the time of it, and the rates of rise and "
        "decline."
    )
    tried = (
        f"The curve is: {names[0]}." if len(names) == 1 else f"{len(names)} curves were tried: {enumeration(names)}."
    )
    yield tried
    yield (
        "A result below the limit of quantification is not left out and not given a value: the curve is only asked to "
        "lie below the limit there."
    )
    missing = found.fits[found.fits["CONVERGED"].isna()].drop_duplicates("USUBJID")
    n = data.adsl["USUBJID"].nunique()
    yield f"A curve could be fitted for {len(found.subjects)} of {plural(n, 'subject')}."
    reasons = missing["MESSAGE"].dropna().str.partition(":")[0].value_counts() if len(missing) else pd.Series(dtype=int)
    if len(reasons):
        yield f"Not fitted: {enumeration(f'{count} ({reason})' for reason, count in reasons.items())}."


def _chosen_rows(found: Fitted) -> pd.DataFrame:
    pairs = pd.Series(list(zip(found.fits["USUBJID"], found.fits["MODEL"], strict=True)), index=found.fits.index)
    return found.fits[pairs.isin(list(found.chosen.items()))]


def _how_well(found: Fitted, data: TrialData, config: TrialConfig) -> Iterator[str]:
    rows = _chosen_rows(found)
    if rows.empty:
        return
    typical = median(rows["SIGMA"].dropna())
    yield (
        f"How well: the residual SD is {fixed(typical, 2)} in the middle subject, from {fixed(rows['SIGMA'].min(), 2)} "
        f"to {fixed(rows['SIGMA'].max(), 2)}. Two of three results lie within a factor of about "
        f"{fixed(math.exp(typical), 1)} of such a curve."
    )
    late = int(rows["CONVERGED"].eq("N").sum())
    bound = int(rows["ATBOUND"].notna().sum())
    if late:
        yield f"{plural(late, 'fit')} stopped before reaching an optimum."
    if bound:
        yield (
            f"In {plural(bound, 'subject')} a number of the curve ended on a bound of its range: the data gave it no "
            "hold."
        )
    samples = data.model_samples
    if "RES" not in samples or samples.empty:
        return
    own = samples[samples["PPCAT"].eq(config.primary_analyte.code) & samples["ATPTREF"].eq("INFUSION 1")]
    own = own[own["USUBJID"].map(found.chosen).eq(own["MODEL"])]
    if own.empty:
        return
    outside = 100.0 * float((own["RES"].abs() > 1.96).mean())
    yield (
        f"Of {plural(len(own), 'result')} ({int(own['BLQFL'].eq('Y').sum())} BLQ), {fixed(outside, 1)} % lie further "
        "from their curve than 1.96 residual SDs, where 5 % would be expected; on average a result lies "
        f"{_off(float(own['RES'].mean()))} its curve (Figure 14.2-12)."
    )


def _off(mean: float) -> str:
    """Where results lie on average, in residual SDs: the ideal is on the curve."""
    size = fixed(abs(mean), 2)
    return f"{size} SD {'above' if mean > 0 else 'below'}" if float(size) else "on"


def _choice(found: Fitted, data: TrialData, config: TrialConfig) -> Iterator[str]:
    if len(config.models.fit) < 2 or not found.subjects:
        return
    counts = pd.Series(list(found.chosen.values())).value_counts()
    each = [
        f"{get_model(name).label} in {plural(int(counts[name]), 'subject')}"
        for name in config.models.fit
        if name in counts.index
    ]
    yield f"Which curve: {_RULES[config.models.choice]}"
    yield f"Reported: {enumeration(each)}."
    trial = data.model_choice
    trial = trial[trial["SCOPE"].eq("trial") & trial["PPCAT"].eq(config.primary_analyte.code)].sort_values("DELTA")
    trial = trial[trial["PPSPEC"].eq(config.primary_analyte.specimen)]
    criterion = "BICc" if config.models.choice == "bicc" else "AIC"
    if len(trial) > 1:
        gap = float(trial["DELTA"].iloc[1])
        first, second = (get_model(str(name)).label for name in trial["MODEL"].iloc[:2])
        worth = "which decides nothing" if gap < _MEANS_NOTHING else "added up over the subjects"
        yield (
            f"Over the trial {first} has the lowest {criterion}; {second} follows {fixed(gap, 1)} above it, {worth}. "
            f"Differences below about {_MEANS_NOTHING:g} mean nothing."
        )
    for name in ("Cmax", "AUC0-28d"):
        ratios = list(_ratios(found, COMPARED[name][1]))
        if ratios:
            yield (
                f"The runner-up of each subject gives {name} values that differ by a factor of "
                f"{fixed(median(ratios), 2)} in the middle subject and of {fixed(max(ratios), 2)} at most "
                f"(n = {len(ratios)})."
            )


def _ratios(found: Fitted, code: str) -> Iterator[float]:
    """Larger over smaller of the values that the chosen model and the runner-up give each subject."""
    for subject in found.subjects:
        own = found.value(subject, found.chosen[subject], code)
        other = found.value(subject, found.second.get(subject), code)
        if own > 0 and other > 0:
            yield max(own / other, other / own)


def _against_nca(found: Fitted) -> Iterator[str]:
    words = []
    for name, (code, model_code) in COMPARED.items():
        pairs = [(found.nca(s, code), found.value(s, found.chosen[s], model_code)) for s in found.subjects]
        known = [(a, b) for a, b in pairs if math.isfinite(a + b) and (name == "Tmax" or (a > 0 and b > 0))]
        if not known:
            continue
        if name == "Tmax":
            shift = round(median(b - a for a, b in known), 1) + 0.0  # -0.0 becomes 0.0
            words.append(f"Tmax {shift:+.1f} days (median difference, n = {len(known)})")
        else:
            ratio = float(np.exp(np.mean([np.log(b / a) for a, b in known])))
            words.append(f"{name} {fixed(100 * ratio, 0)} % of it (geometric mean, n = {len(known)})")
    if words:
        yield f"Against the NCA, which reads the same results without a curve, the models give {enumeration(words)}."
        yield (
            "The NCA takes the highest result as Cmax, which the scatter of the results raises and a visit missed at "
            "the peak lowers; a model takes the top of a smooth curve. Model values do not replace those of the NCA."
        )


def _together(data: TrialData) -> Iterator[str]:
    table = data.population
    if "ESTIMATE" not in table or table.empty:
        return
    n = data.population_samples["USUBJID"].nunique()
    yield (
        f"All subjects together (n = {n}): one further fit treats the subjects as members of one population, with "
        "typical values and a spread between subjects. A subject with few results borrows from the others; shrinkage "
        "says how much (100 % = its value is the typical one)."
    )
    if n <= _FEW:
        yield f"With {n} subjects the spread is poorly known and leans on a prior."
    gone = table.loc[table.get("FLAG", pd.Series(index=table.index, dtype=str)).eq("OMEGA_COLLAPSED"), "PARAM"]
    if len(gone):
        yield f"No spread between subjects was found for: {enumeration(gone.str.lower())}."


def _not_to_conclude(found: Fitted, config: TrialConfig) -> Iterator[str]:
    yield "What may not be concluded:"
    rows = {s: found.row(s, found.chosen[s], "HLBETA") for s in found.subjects}
    known = {s: row for s, row in rows.items() if row is not None}
    if known:
        bounded = [s for s, row in known.items() if isinstance(row["AVAL"], float) and math.isfinite(row["AVAL"])]
        everyone = plural(len(known), "subject")
        some = f"in {len(bounded)} of {everyone}; for the others" if bounded else f"in none of {everyone}:"
        yield (
            f"A half-life of persistence is bounded by the data {some} only a limit is given ('> x'), or nothing, "
            "because the follow-up is too short or the last results are below the limit. No mean of such half-lives "
            "describes the trial."
        )
    open_ended = sum("LOWER_ONLY" in _flags(found, s) or "UPPER_ONLY" in _flags(found, s) for s in found.subjects)
    none = sum("NOT_IDENTIFIED" in _flags(found, s) for s in found.subjects)
    lean = "Their values lean on the prior." if config.models.method == "map" else ""
    if open_ended + none:
        sides = [
            f"a limit on one side only in {plural(open_ended, 'subject')}" if open_ended else "",
            f"no limit on either side in {plural(none, 'subject')}" if none else "",
        ]
        yield (
            f"The doubling time has {enumeration(side for side in sides if side)}: too few quantified results before "
            f"the peak. {lean}"
        )
    beyond = sum("EXTRAPOLATED" in _flags(found, s, "MAUC90D") for s in found.subjects)
    if beyond and 90.0 in config.nca.windows.days:
        yield (
            f"In {plural(beyond, 'subject')} the last sample lies before day 90: a model's AUC0-90d there is an "
            "extrapolation."
        )
    yield (
        "A curve that lies near the results does not show that its mechanism is the right one; other curves may fit as "
        "well. Model values are descriptive: no effect of dose, response or safety was tested with them here."
    )


def _flags(found: Fitted, subject: str, code: str = "DBLTIME") -> set[str]:
    row = found.row(subject, found.chosen[subject], code)
    flag = None if row is None else row["FLAG"]
    return set(flag.split(";")) if isinstance(flag, str) else set()
