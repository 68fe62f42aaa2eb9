"""``cartpk figure``: figures of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
@click.option(
    "--id",
    "ids",
    multiple=True,
    help="Figure, e.g. f_14_2_3; may be given several times. None = all that CONFIG asks for.",
)
@click.option("--list", "listing", is_flag=True, help="List the figures and write nothing.")
def command(config: Path, results: Path, ids: tuple[str, ...], listing: bool) -> None:
    """Write figures/<id>.png, .svg, .csv and .json of the trial of CONFIG."""
    from cartpk.config import load
    from cartpk.figures.registry import spec, wanted

    trial = load(config)
    chosen = [spec(figure_id) for figure_id in ids] or list(wanted(trial).values())
    if listing:
        for entry in chosen:
            click.echo(f"{entry.id:<12} Figure {entry.number:<9} {entry.title}")
        return
    from functools import partial

    from cartpk import trial_data
    from cartpk.figures.exhibit import EmptyFigure
    from cartpk.figures.write import write_figure
    from cartpk.publication import refuse_identifiers
    from cartpk.shown import shown

    refuse_identifiers(trial, results)
    absent = [
        name for name in dict.fromkeys(f for entry in chosen for f in entry.inputs) if not (results / name).is_file()
    ]
    if absent:
        raise FileNotFoundError(f"{results} lacks {', '.join(absent)}: run the steps before the figures first")
    for entry in chosen:
        # no name holds the tables while those of the next figure are read
        made = write_figure(
            entry, trial_data.load(results, only=entry.inputs, singly=partial(shown, config=trial)), trial, results
        )
        said = f"none: {made.reason}" if isinstance(made, EmptyFigure) else f"{made.n} subjects"
        click.echo(f"{entry.id}: {said}")
