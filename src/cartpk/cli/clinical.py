"""``cartpk clinical``: time to event and the other derived clinical tables of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Write every derived clinical table of CONFIG's trial as work/<name>.csv, e.g. work/adtte.csv."""
    from cartpk import trial_data
    from cartpk.clinical import derive_all, required_files
    from cartpk.config import load
    from cartpk.files import write_table

    trial = load(config)
    needed = required_files()
    if absent := [name for name in needed if not (results / name).is_file()]:
        raise FileNotFoundError(f"{results} lacks {', '.join(absent)}: run the steps before `cartpk clinical` first")
    said = []
    for entry, table in derive_all(trial_data.load(results, only=needed), trial):
        write_table(results / entry.file, table)
        said.append(f"{entry.name} {len(table)}")
    click.echo(f"rows: {', '.join(said)}")
