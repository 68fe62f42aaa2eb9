"""``cartpk tables``: all parameters and the printed tables of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Write adpp.csv, and every table of CONFIG's trial as tables/<id>.csv and in tables/tables.json."""
    from functools import partial

    from cartpk.config import load
    from cartpk.files import write_table, write_table_parts, write_text
    from cartpk.publication import refuse_identifiers
    from cartpk.shown import shown
    from cartpk.tables import NoTable, csv_text, json_text, make_tables
    from cartpk.trial_data import load as load_data
    from cartpk.trial_data import parameter_parts

    trial = load(config)
    refuse_identifiers(trial, results)
    data = load_data(results, singly=partial(shown, config=trial))
    made = make_tables(data, trial)
    folder = results / "tables"
    if data.single is None:
        write_table(results / "adpp.csv", data.adpp)
    else:
        write_table_parts(results / "adpp.csv", parameter_parts(results))
    filled = {folder / f"{table.id}.csv": table.body for table in made if not isinstance(table.body, NoTable)}
    for earlier in set(folder.glob("*.csv")) - set(filled):
        earlier.unlink()
    for file, body in filled.items():
        write_text(file, csv_text(body))
    write_text(folder / "tables.json", json_text(made))
    click.echo(f"{len(data.adpp)} parameter rows, {len(filled)} tables, {len(made) - len(filled)} without data")
