"""The part of docs/parameters.md on models: one subject, the CD7+ counts, all subjects together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cartpk.fits.cd7 import METHOD as COUNTS_METHOD
from cartpk.fits.cd7 import REPORTED as COUNTS_REPORTED
from cartpk.models import MODELS, KineticModel
from cartpk.models import Parameter as ModelParameter
from cartpk.models.cd7_dynamics import EQUATION, INFLUX
from cartpk.models.cd7_dynamics import PARAMETERS as COUNT_PARAMETERS

__all__ = ["codes", "counts_section", "model_section", "table", "together_section"]

_SAEM: Final = (
    "SAEM: Kuhn E, Lavielle M. Comput Stat Data Anal 2005;49:1020; errors: Louis TA. J R Stat Soc B 1982;44:226"
)
_TOGETHER: Final = """
`work/population.csv` | ESTIMATE, RSE | typical value, its relative standard error | unit of the parameter; % | {saem}
 | OMEGA | SD of the random effect on its transformed scale | log or logit | the same
 | SHRINKAGE | part of OMEGA that the individual estimates do not show | % | Savic RM, Karlsson MO. AAPS J 2009;11:558
`work/population_covariates.csv` | COEF, SE, RSE | coefficient on the transformed scale | log or logit; % | as ESTIMATE
 | RATIO, LOWER, UPPER | typical value over that at the base of CONTRAST, 95 % limits | ratio | COEF times its step
 | LRT, DF, PVALUE | likelihood-ratio test of all coefficients of the covariate | chi-squared | {sampled}
`work/population_screening.csv` | R2, F, DF1, DF2, PVALUE | regression of the random effects on a column | none | F test
 | PHOLM | p corrected for the number of tests | none | Holm S. Scand J Stat 1979;6:65
`work/population_plan.csv` | RSE | standard error of TARGET that the nominal schedule lets expect | % | {plan}
 | FACTOR | that error without the day LEFTOUT over the one of the whole schedule | ratio | the same
"""


def codes(names: Iterable[str]) -> str:
    """Names as code, joined by commas."""
    return ", ".join(f"`{name}`" for name in names)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def model_section() -> Iterator[str]:
    """Every kinetic model: quantities, parameters, bounds and priors."""
    yield "## Kinetic models (`PARCAT1` = MODEL)\n"
    yield "All are sponsor codes. `PPANMETH` names model and method. AUCs of the model use the curve up to their day"
    yield "also where the samples end earlier (flag EXTRAPOLATED). A quantity that the data do not bound on both sides"
    yield "is flagged, or given as a limit only. Summary: median and range for points in time, geometric mean and"
    yield "geometric CV % for all others.\n"
    for model in MODELS.values():
        yield from _model(model)


def _model(model: KineticModel) -> Iterator[str]:
    yield f"### {model.label}: `{model.name}`\n"
    yield f"{model.equation}.\n\nSource: {model.source}.\n"
    quantities = (
        (f"`{q.paramcd}`", q.label, q.formula, _unit(q.unit.of("conc")), codes(q.follows) or "the whole curve")
        for q in model.derived
    )
    yield from table(("PARAMCD", "PARAM", "formula", "unit", "identified by"), quantities)
    yield "Parameters of the curve, their bounds and priors (scale: the one on which the SD and intervals are meant):\n"
    yield from table(
        ("symbol", "meaning", "unit", "scale", "bounds", "prior", "SD", "source of the prior"),
        map(_model_parameter, model.parameters),
    )


def _model_parameter(p: ModelParameter) -> tuple[str, ...]:
    peak = " x peak" if p.prior.relative else ""
    return (
        f"`{p.symbol}`",
        p.label,
        _unit(p.unit.of("conc")),
        str(p.transform),
        f"{p.lower:g} to {p.upper:g}{peak}",
        f"{p.prior.centre:g}{peak}",
        f"{p.prior.sd:g}",
        p.prior.source,
    )


def _unit(text: str) -> str:
    return text or "none"


def counts_section() -> Iterator[str]:
    """The model of the CD7+ counts."""
    yield f"## Model of the CD7+ cell counts (`PPANMETH` = {COUNTS_METHOD})\n"
    yield "With `pharmacodynamics.dynamics`, one subject at a time, driven by the subject's own predicted kinetics C;"
    yield "exploratory. `conc` is the unit of the primary analyte, `measure` that of the counts.\n"
    yield f"{EQUATION}; held: s7 = {INFLUX[0]:g}, sN = {INFLUX[1]:g} cells/uL/day (assumed).\n"
    yield "Source: form and typical values are assumptions of this project; no published model of CD7+ cells under a"
    yield "CAR against CD7 was found. All are sponsor codes; `PARCAT1` is MODEL.\n"
    yield from table(
        ("symbol", "PARAMCD", "PARAM", "unit", "scale", "bounds", "prior", "SD", "source of the prior"),
        map(_count_parameter, COUNT_PARAMETERS),
    )
    yield "Limits: exp(ln value +- 1.96 SD), SD of the posterior. A baseline is not reported, nor is a parameter that"
    yield "the data did not teach (`dynamics.unlearnt_above`). Read off the curve: `MNADIR`, the lowest CD7+ count"
    yield "predicted (measure; below the limit as `< LLOQ`), and `MTNADIR`, its time (day).\n"


def _count_parameter(p: ModelParameter) -> tuple[str, ...]:
    conc = "conc" if p.symbol == "ec50" else "measure"
    code = f"`{p.paramcd}`" if p.symbol in COUNTS_REPORTED else "not reported"
    return (f"`{p.symbol}`", code, p.label, _unit(p.unit.of(conc)), *_model_parameter(p)[3:])


def together_section() -> Iterator[str]:
    """What a population fit writes beside its parameter rows."""
    yield "## All subjects together (`models.population`)\n"
    yield "Parameters and quantities are those of the kinetic model above, on the scale of the random effects.\n"
    said = _TOGETHER.format(
        saem=_SAEM,
        sampled="on the same importance draws: Geyer CJ, Thompson EA. J R Stat Soc B 1992;54:657",
        plan="Louis' information of virtual subjects, BLQ censored",
    )
    yield from table(
        ("file", "columns", "meaning", "unit", "source"),
        ([cell.strip() for cell in line.split("|")] for line in said.strip("\n").splitlines()),
    )
