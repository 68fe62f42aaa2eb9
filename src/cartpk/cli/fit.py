"""``cartpk fit``: a kinetic model fitted to one subject at a time, from a bare table of profiles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["command", "read_profiles_table"]

EXAMPLES: Final = """\b
cartpk fit profiles.csv --model stein --out fits.csv --predictions curves.csv"""


@click.command(epilog=EXAMPLES)
@click.argument("profiles", type=click.Path(path_type=Path))
@click.option("--model", default="stein", show_default=True, help="Name of the kinetic model.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Parameter rows (ADPP), CSV.")
@click.option(
    "--method", type=click.Choice(["map", "ml", "ls"]), default="map", show_default=True,
    help="Penalised censored likelihood, plain censored likelihood, or least squares with LLOQ/2.",
)  # fmt: skip
@click.option(
    "--residual", type=click.Choice(["normal", "student"]), default="normal", show_default=True,
    help="Residuals on the log scale; student = t with 4 degrees of freedom.",
)  # fmt: skip
@click.option("--predictions", type=click.Path(path_type=Path), help="Predicted curves with 95 % band, CSV.")
@click.option("--summary", type=click.Path(path_type=Path), help="One row per fit: convergence, bounds, AIC ..., CSV.")
def command(
    profiles: Path,
    model: str,
    out: Path,
    method: str,
    residual: str,
    predictions: Path | None,
    summary: Path | None,
) -> None:
    """Fit a kinetic model to every subject of PROFILES.csv.

    Columns needed: USUBJID, AFRLT (days from first infusion), AVAL (empty when BLQ), AVALU, ALLOQ, BLQFL (Y/N).
    Every subject comes out: with values, or with rows whose PPREASND says why not.
    """
    from cartpk.files import write_table
    from cartpk.fits import derive_params_model

    found = derive_params_model(read_profiles_table(profiles), model, method, residual=residual)
    write_table(out, found.adpp)
    if predictions is not None:
        write_table(predictions, found.predictions)
    if summary is not None:
        write_table(summary, found.summary)
    click.echo(f"{out} ({len(found.adpp)} rows, {found.adpp['USUBJID'].nunique()} subjects)")


def read_profiles_table(path: Path) -> pd.DataFrame:
    """The CSV table of profiles as text: identifiers such as 001 and NA stay what they are.

    Raises
    ------
    ValueError
        When the file is no CSV table in UTF-8.
    """
    import pandas as pd

    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as a CSV table: {error}"
        raise ValueError(msg) from error
