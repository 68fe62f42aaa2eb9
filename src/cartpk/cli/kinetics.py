"""``cartpk kinetics``: non-compartmental parameters of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Analyse every profile of CONFIG's trial; write work/adpp_nca.csv, work/lambda_z.csv and findings.csv.

    findings.csv holds the findings of the intake (work/findings_ingest.csv) and what the analysis had to assume.
    """
    import pandas as pd

    from cartpk.adpp import derive_params_trial
    from cartpk.config import load
    from cartpk.files import write_table
    from cartpk.roster import events, with_all_subjects
    from cartpk.schemas import ADNCA, ADPP, ADSL, FINDINGS, checked, read_table

    trial = load(config)
    nca = trial.nca
    adsl = read_table(results / "adsl.csv", ADSL)
    done = derive_params_trial(
        read_table(results / "adnca.csv", ADNCA),
        nca.settings(),
        nca.windows.settings(),
        nca.windows.days,
        events=events(adsl),
    )
    rows = with_all_subjects(done.adpp, adsl["USUBJID"], trial.primary_analyte.code)
    write_table(results / "work" / "adpp_nca.csv", checked(rows, ADPP))
    write_table(results / "work" / "lambda_z.csv", done.lambda_z)
    parts = [read_table(results / "work" / "findings_ingest.csv", FINDINGS), checked(done.findings, FINDINGS)]
    write_table(results / "findings.csv", pd.concat([part for part in parts if len(part)] or parts[:1]))
    click.echo(f"{rows['USUBJID'].nunique()} subjects, {len(rows)} parameter rows")
