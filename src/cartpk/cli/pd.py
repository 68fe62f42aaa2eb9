"""``cartpk pd``: CD7+ cell counts of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Write work/pd_change.csv and work/adpp_pd.csv: baseline, changes, nadir of every CD7 measure.

    With pharmacodynamics.dynamics also work/pd_curves.csv and work/pd_fits.csv: counts modelled under the kinetics of
    work/predictions.csv, whose parameters join work/adpp_pd.csv.
    """
    import pandas as pd

    from cartpk import schemas
    from cartpk.config import load
    from cartpk.files import write_table
    from cartpk.pharmacodynamics import derive_pd

    trial = load(config)
    adpd = schemas.read_table(results / "adpd.csv", schemas.ADPD)
    adsl = schemas.read_table(results / "adsl.csv", schemas.ADSL)
    tables = derive_pd(adpd, adsl, trial.pharmacodynamics)
    write_table(results / "work/pd_change.csv", tables.change)
    rows = tables.adpp_rows
    if trial.pharmacodynamics.dynamics is not None:
        from cartpk.fits.cd7 import derive_cd7_dynamics

        predictions = schemas.read_table(results / "work/predictions.csv", schemas.PREDICTIONS)
        model = trial.models.fit[0]
        found = derive_cd7_dynamics(adpd, adsl, predictions, trial.pharmacodynamics, trial.primary_analyte, model)
        rows = schemas.checked(pd.concat([rows, found.adpp], ignore_index=True), schemas.ADPP)
        write_table(results / "work/pd_curves.csv", schemas.checked(found.curves, schemas.PD_CURVES))
        write_table(results / "work/pd_fits.csv", found.summary)
        click.echo(f"{int(found.summary['CONVERGED'].eq('Y').sum())} of {len(found.summary)} series of counts modelled")
    write_table(results / "work/adpp_pd.csv", rows)
    calculated = int(rows["AVAL"].notna().sum())
    click.echo(f"{len(tables.change)} measurements, {calculated} of {len(rows)} parameters calculable")
