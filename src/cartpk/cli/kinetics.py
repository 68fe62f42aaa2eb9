"""``cartpk kinetics``: non-compartmental parameters of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.adpp import TrialParameters
    from cartpk.adpp.cells import CellTables
    from cartpk.config import TrialConfig

__all__ = ["analysed", "command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Analyse every profile of CONFIG's trial.

    Written are work/adpp_nca.csv, work/lambda_z.csv, work/marrow_ratio.csv, work/derived_units.csv and findings.csv:
    the findings of the intake (work/findings_ingest.csv), what the analysis had to assume and what an analyst decided
    (work/findings.csv has the same for the next step, without guards against formulas).
    """
    import pandas as pd

    from cartpk.adpp import derive_marrow
    from cartpk.config import load
    from cartpk.core.nca import interval_code
    from cartpk.files import write_published, write_table
    from cartpk.roster import events, with_all_subjects
    from cartpk.schemas import ADNCA, ADPP, ADSL, FINDINGS, checked, read_table
    from cartpk.terms import AucFlag

    trial, work = load(config), results / "work"
    adsl = read_table(results / "adsl.csv", ADSL)
    ends = events(adsl)
    done = analysed(trial, read_table(results / "adnca.csv", ADNCA), adsl, ends)
    marrow = derive_marrow(done.adnca, trial.marrow_pairs, trial.nca.marrow.window_days, ends)
    cells = _cells(trial, results, done, ends)
    parts = [rows for rows in (done.adpp, marrow.adpp, cells.adpp) if len(rows)] or [done.adpp]
    rows = with_all_subjects(pd.concat(parts, ignore_index=True), adsl["USUBJID"], trial.primary_analyte.code)
    # an area of a subject without a single sample: no post-infusion result
    bare = rows["PARAMCD"].isin([interval_code(0, end) for end in trial.nca.windows.days]) & rows["FLAG"].isna()
    rows = rows.assign(FLAG=rows["FLAG"].mask(bare, str(AucFlag.NC_SPARSE)))
    write_table(work / "adpp_nca.csv", checked(rows, ADPP))
    write_table(work / "lambda_z.csv", done.lambda_z)
    write_table(work / "marrow_ratio.csv", marrow.pairs)
    write_table(work / "derived_units.csv", cells.samples)
    both = [read_table(work / "findings_ingest.csv", FINDINGS), checked(done.findings, FINDINGS)]
    findings = pd.concat([part for part in both if len(part)] or both[:1])
    write_table(work / "findings.csv", findings)
    write_published(results / "findings.csv", findings)
    click.echo(f"{rows['USUBJID'].nunique()} subjects, {len(rows)} parameter rows")


def analysed(trial: TrialConfig, adnca: pd.DataFrame, adsl: pd.DataFrame, ends: pd.DataFrame) -> TrialParameters:
    """The non-compartmental analysis with the trial's settings."""
    from cartpk.adpp import derive_params_trial, read_decisions

    nca, file = trial.nca, trial.nca.lambda_z_points
    return derive_params_trial(
        adnca,
        nca.settings(),
        nca.windows.settings(),
        nca.windows.days,
        events=ends,
        decisions=None if file is None else read_decisions(Path(file), file, nca.lambda_z_points_tolerance_days),
        adsl=adsl,
        dose_basis=trial.dosing.basis,
    )


def _cells(trial: TrialConfig, results: Path, done: TrialParameters, ends: pd.DataFrame) -> CellTables:
    """Copies per cell and cells per volume, where the config declares what they need; else empty tables."""
    from cartpk.adpp import CellFacts, derive_cells
    from cartpk.schemas import ADPD, read_table

    nca = trial.nca
    adnca = done.adnca
    if nca.genome_pg is None:
        adnca, facts = adnca.iloc[:0], CellFacts(genome_pg=float("nan"))
    else:
        vcn = trial.product.vcn_copies_per_cell
        facts = CellFacts(nca.genome_pg, vcn, nca.nucleated_cells, nca.count_window_days)
    return derive_cells(adnca, read_table(results / "adpd.csv", ADPD), done.adpp, facts, ends)
