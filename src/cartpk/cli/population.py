"""``cartpk population``: a kinetic model fitted to all subjects of a bare table of profiles together."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cartpk.cli.fit import read_profiles_table

__all__ = ["command"]


@click.command()
@click.argument("profiles", type=click.Path(path_type=Path))
@click.option("--model", default="stein", show_default=True, help="Name of the kinetic model.")
@click.option(
    "--seed", required=True, type=click.IntRange(min=0), help="Of the random numbers: same seed, same result."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Population parameters, CSV.")
@click.option("--individuals", type=click.Path(path_type=Path), help="Every subject's estimates (ADPP), CSV.")
@click.option("--summary", type=click.Path(path_type=Path), help="-2 log-likelihood, AIC, residual SD ..., JSON.")
@click.option("--trace", type=click.Path(path_type=Path), help="Estimates after each iteration, CSV.")
def command(
    profiles: Path,
    model: str,
    seed: int,
    out: Path,
    individuals: Path | None,
    summary: Path | None,
    trace: Path | None,
) -> None:
    """Fit a kinetic model to all subjects of PROFILES.csv together (SAEM, censored likelihood).

    Columns needed: USUBJID, AFRLT (days from first infusion), AVAL (empty when BLQ), AVALU, ALLOQ, BLQFL (Y/N).
    """
    from cartpk.files import write_table, write_text
    from cartpk.fits import derive_params_population

    found = derive_params_population(read_profiles_table(profiles), model, seed=seed)
    write_table(out, found.parameters)
    if individuals is not None:
        write_table(individuals, found.adpp)
    if summary is not None:
        write_text(summary, json.dumps(found.summary, indent=2) + "\n")
    if trace is not None:
        write_table(trace, found.trace)
