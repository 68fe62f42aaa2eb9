"""``cartpk export``: files of a run for other tools (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(["xpt", "xlsx", "pdf", "slides"]),
    help="What to write beside that which report.exports names; may be given several times.",
)
def command(config: Path, results: Path, also: tuple[str, ...]) -> None:
    """Write exports/: ADaM and SDTM PP as CSV and XPT, tables.xlsx, figures as PDF and slides, by report.exports."""
    from cartpk.config import load
    from cartpk.exports import export
    from cartpk.publication import refuse_identifiers

    trial = load(config)
    if also:
        both = tuple(dict.fromkeys((*trial.report.exports, *also)))
        trial = trial.model_copy(update={"report": trial.report.model_copy(update={"exports": both})})
    refuse_identifiers(trial, results)
    made = export(trial, results)
    click.echo(
        f"{made.datasets} data sets of {made.rows} rows, {made.notes} notes on version 5, {made.sheets} sheets, "
        f"{made.figures} figures: {results / 'exports'}"
    )
