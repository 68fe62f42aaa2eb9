"""``cartpk pd``: CD7+ cell counts of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Write work/pd_change.csv and work/adpp_pd.csv: baseline, changes, nadir of every CD7 measure."""
    from cartpk import schemas
    from cartpk.config import load
    from cartpk.files import write_table
    from cartpk.pharmacodynamics import derive_pd

    trial = load(config)
    adpd = schemas.read_table(results / "adpd.csv", schemas.ADPD)
    adsl = schemas.read_table(results / "adsl.csv", schemas.ADSL)
    tables = derive_pd(adpd, adsl, trial.pharmacodynamics)
    write_table(results / "work/pd_change.csv", tables.change)
    write_table(results / "work/adpp_pd.csv", tables.adpp_rows)
    calculated = int(tables.adpp_rows["AVAL"].notna().sum())
    click.echo(f"{len(tables.change)} measurements, {calculated} of {len(tables.adpp_rows)} parameters calculable")
