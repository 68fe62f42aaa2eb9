"""``cartpk population``: a kinetic model fitted to all subjects of a bare table of profiles together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from cartpk.cli.fit import read_profiles_table

if TYPE_CHECKING:
    from cartpk.fits.covariates import Covariate

__all__ = ["command"]


def _fixed(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    """SYMBOL=SD -> the SD by its symbol."""
    found = {}
    for text in given:
        symbol, _, sd = text.partition("=")
        try:
            found[symbol.strip()] = float(sd)
        except ValueError as error:
            raise click.BadParameter(f"{text!r} is not SYMBOL=SD, e.g. beta=0.5") from error
    return found


def _covariate(text: str) -> Covariate:
    """SYMBOL=COLUMN[:transform] -> the covariate."""
    from cartpk.fits.covariates import Covariate

    symbol, equals, rest = text.partition("=")
    column, _, transform = rest.partition(":")
    transforms: dict[str, Literal["linear", "log", "category"] | None]
    transforms = {"": None, "linear": "linear", "log": "log", "category": "category"}
    if not equals or not column or transform not in transforms:
        raise click.BadParameter(f"{text!r} is not SYMBOL=COLUMN or SYMBOL=COLUMN:log, e.g. cmax=DOSE:log")
    return Covariate(symbol.strip(), column.strip(), transforms[transform])


EXAMPLES: Final = """\b
cartpk population profiles.csv --seed 1 --out population.csv --fit population.json"""


@click.command(epilog=EXAMPLES)
@click.argument("profiles", type=click.Path(path_type=Path))
@click.option("--model", default="stein", show_default=True, help="Name of the kinetic model.")
@click.option(
    "--seed", required=True, type=click.IntRange(min=0), help="Of the random numbers: same seed, same result."
)
@click.option(
    "--residual", type=click.Choice(["normal", "student"]), default="normal", show_default=True,
    help="Residuals on the log scale; student = t with 4 degrees of freedom.",
)  # fmt: skip
@click.option(
    "--fix-omega", multiple=True, metavar="SYMBOL=SD", callback=_fixed,
    help="SD of a random effect that is not estimated, e.g. beta=0.5; may be given again.",
)  # fmt: skip
@click.option(
    "--correlate", multiple=True, metavar="SYMBOL,SYMBOL",
    help="Correlated random effects, or full; may be given again.",
)  # fmt: skip
@click.option(
    "--covariate", multiple=True, metavar="SYMBOL=COLUMN[:log|linear|category]",
    help="Column of PROFILES.csv that a parameter follows; may be given again.",
)  # fmt: skip
@click.option("--screen", multiple=True, metavar="COLUMN", help="Column whose relation to every parameter is screened.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Population parameters, CSV.")
@click.option("--individuals", type=click.Path(path_type=Path), help="Every subject's estimates (ADPP), CSV.")
@click.option("--covariates", type=click.Path(path_type=Path), help="Effects of covariates with their tests, CSV.")
@click.option("--screening", type=click.Path(path_type=Path), help="Screening, CSV.")
@click.option("--correlations", type=click.Path(path_type=Path), help="Correlations of the random effects, CSV.")
@click.option("--fit", "fitted", type=click.Path(path_type=Path), help="The fit for `predict` and `plan`, JSON.")
@click.option("--summary", type=click.Path(path_type=Path), help="-2 log-likelihood, AIC, residual SD ..., JSON.")
@click.option("--trace", type=click.Path(path_type=Path), help="Estimates after each iteration, CSV.")
@click.option(
    "--samples", type=click.Path(path_type=Path), help="Predictions, residuals and NPDE of every sample, CSV."
)
@click.option(
    "--vpc", type=click.Path(path_type=Path), help="Visual predictive check with the part of BLQ results, CSV."
)
@click.option(
    "--replicates", type=click.IntRange(min=200), default=1000, show_default=True,
    help="Simulated trials behind --samples and --vpc.",
)  # fmt: skip
def command(
    profiles: Path,
    model: str,
    seed: int,
    residual: str,
    fix_omega: dict[str, float],
    correlate: tuple[str, ...],
    covariate: tuple[str, ...],
    screen: tuple[str, ...],
    out: Path,
    individuals: Path | None,
    covariates: Path | None,
    screening: Path | None,
    correlations: Path | None,
    fitted: Path | None,
    summary: Path | None,
    trace: Path | None,
    samples: Path | None,
    vpc: Path | None,
    replicates: int,
) -> None:
    """Fit a kinetic model to all subjects of PROFILES.csv together (SAEM, censored likelihood).

    Columns needed: USUBJID, AFRLT (days from first infusion), AVAL (empty when BLQ), AVALU, ALLOQ, BLQFL (Y/N).
    """
    from cartpk.files import write_table, write_text
    from cartpk.fits import derive_params_population
    from cartpk.models.fitting.random_effects import Spread

    groups = tuple(tuple(part.strip() for part in text.split(",")) for text in correlate)
    found = derive_params_population(
        read_profiles_table(profiles),
        model,
        seed=seed,
        residual=residual,
        spread=Spread("full" if groups == (("full",),) else groups, fix_omega),
        covariates=[_covariate(text) for text in covariate],
        screened=screen,
        replicates=replicates if samples or vpc else 0,
    )
    write_table(out, found.parameters)
    if summary is not None:
        write_text(summary, json.dumps(found.summary, indent=2) + "\n")
    if fitted is not None:
        write_text(fitted, json.dumps(found.estimates.to_json(), indent=2) + "\n")
    tables = {
        individuals: found.adpp, trace: found.trace, samples: found.samples, vpc: found.vpc,
        covariates: found.covariates, screening: found.screening, correlations: found.correlations,
    }  # fmt: skip
    for path, table in tables.items():
        if path is not None:
            write_table(path, table)
