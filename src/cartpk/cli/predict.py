"""``cartpk predict``: what a population fit lets one expect of further subjects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

__all__ = ["command", "covariates", "days_of", "read_fit", "shared"]

DAYS = "1,3,5,7,9,11,14,18,21,28,42,60,90,120,150,180"


def days_of(_context: click.Context, _option: click.Parameter, text: str) -> list[float]:
    """Days of a schedule, separated by commas."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a list of days, e.g. 1,4,7,10,14,28") from error


def covariates(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """COLUMN=VALUE -> the value by its column."""
    found = {}
    for text in given:
        column, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text!r} is not COLUMN=VALUE, e.g. DOSEA=1e8")
        found[column.strip()] = value.strip()
    return found


def read_fit(path: Path) -> dict[str, Any]:
    """The content of a fit's file.

    Raises
    ------
    ValueError
        When the file is not JSON or holds no fit.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not a JSON file: {error}") from error
    if not isinstance(given, dict) or not given:
        raise ValueError(f"{path} holds no population fit: see the message in population.json beside it")
    return given


def shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that a prediction and a plan have in common."""
    options = [
        click.argument("fit", type=click.Path(path_type=Path)),
        click.option("--subjects", default=40, show_default=True, type=click.IntRange(min=1), help="Further subjects."),
        click.option("--days", default=DAYS, show_default=True, callback=days_of, help="Sampling days."),
        click.option("--lloq", required=True, type=float, help="Limit of quantification, assay units."),
        click.option(
            "--set",
            "given",
            multiple=True,
            metavar="COLUMN=VALUE",
            callback=covariates,
            help="Covariate of these subjects; others are at the median or the reference.",
        ),
        click.option("--seed", required=True, type=click.IntRange(min=0), help="Of the random numbers."),
        click.option("--out", type=click.Path(path_type=Path), help="The table as CSV."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


EXAMPLES: Final = """\b
cartpk predict population.json --subjects 20 --lloq 100 --seed 1"""


@click.command(epilog=EXAMPLES)
@shared
@click.option("--draws", default=200, show_default=True, help="Draws of the population parameters from their errors.")
@click.option("--horizon", default=720.0, show_default=True, help="Day up to which persistence is followed.")
def command(
    fit: Path,
    subjects: int,
    days: list[float],
    lloq: float,
    given: dict[str, str],
    seed: int,
    out: Path | None,
    draws: int,
    horizon: float,
) -> None:
    """Expected Cmax, Tmax, AUC and persistence of further subjects, from FIT.json of `cartpk population --fit`.

    Printed: median of the population with its 95 % confidence interval, 95 % prediction interval of one subject and of
    the median of all further subjects. "inf" lies beyond the horizon.
    """
    from cartpk.files import write_table
    from cartpk.fits.simulation import FittedPopulation, predict

    fitted = FittedPopulation.from_json(read_fit(fit))
    found = predict(fitted, n=subjects, days=days, lloq=lloq, seed=seed, covariates=given, draws=draws, horizon=horizon)
    if out is not None:
        write_table(out, found)
    click.echo(f"{fitted.estimates.model.label}; fitted to {fitted.n_subjects} subjects; {subjects} further subjects")
    for row in found.to_dict("records"):
        unit = f" ({row['AVALU']})" if row["AVALU"] else ""
        pairs = (("LOWER", "UPPER"), ("SUBJLOW", "SUBJHIGH"), ("TRIALLOW", "TRIALHIGH"))
        ends = [f"{row[low]:.4g} to {row[high]:.4g}" for low, high in pairs]
        open_ = f"; {row['OPENPCT']:.0f} % without a value" if row["OPENPCT"] >= 1 else ""
        name = f"{row['PARAM']}{unit}, {row['BASIS']}"
        click.echo(f"  {name:62s} {row['MEDIAN']:>9.4g}  CI {ends[0]}; subject {ends[1]}; trial {ends[2]}{open_}")
