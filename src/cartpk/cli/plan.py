"""``cartpk plan``: which visits of a sampling schedule inform which parameter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cartpk.cli.predict import read_fit, shared

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["command"]

EXAMPLES: Final = """\b
cartpk plan population.json --days 4,7,10,14,28,60,90 --lloq 100 --seed 1"""


@click.command(epilog=EXAMPLES)
@shared
@click.option(
    "--virtual", default=300, show_default=True, type=click.IntRange(min=20),
    help="Virtual subjects of the Monte Carlo.",
)  # fmt: skip
def command(
    fit: Path,
    subjects: int,
    days: list[float],
    lloq: float,
    given: dict[str, str],
    seed: int,
    out: Path | None,
    virtual: int,
) -> None:
    """Expected relative standard errors (%) of a schedule, and of the same schedule without each of its visits.

    From FIT.json of `cartpk population --fit`. Columns are the typical values; `--out` has the SDs as well. Below the
    first line a cell is the factor by which the error grows when this visit is left out: 1.00 = it tells nothing of
    this parameter. Results below the LLOQ are censored, as in the fit. Factors between 0.9 and 1.1, and wider ones of
    the persistence phase, are noise of the Monte Carlo: raise --virtual.
    """
    from cartpk.files import write_table
    from cartpk.fits.simulation import FittedPopulation, plan_sampling

    fitted = FittedPopulation.from_json(read_fit(fit))
    found = plan_sampling(fitted, n=subjects, days=days, lloq=lloq, seed=seed, covariates=given, virtual=virtual)
    if out is not None:
        write_table(out, found)
    for line in _lines(found):
        click.echo(line)


def _lines(found: pd.DataFrame) -> list[str]:
    """The typical values as a table of text."""
    typical = found[found["TARGET"].eq("typical")]
    symbols = list(dict.fromkeys(typical["PARAMETER"]))
    lines = [f"{'visit left out':>16s}" + "".join(f"{symbol:>10s}" for symbol in symbols)]
    whole = typical[typical["LEFTOUT"].isna()].set_index("PARAMETER")["RSE"]
    lines.append(f"{'none: RSE %':>16s}" + "".join(f"{whole[symbol]:>10.1f}" for symbol in symbols))
    for day, rows in typical.dropna(subset=["LEFTOUT"]).groupby("LEFTOUT"):
        factor = rows.set_index("PARAMETER")["FACTOR"]
        lines.append(f"{f'day {day:g}':>16s}" + "".join(f"{factor[symbol]:>10.2f}" for symbol in symbols))
    return lines
