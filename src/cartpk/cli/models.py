"""``cartpk models``: kinetic models of a trial, one subject at a time and together (a rule of the workflow)."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.fits.simulation import FittedPopulation

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
@click.option("--share", help="Fit only this share of the subjects, e.g. 2-of-8, into work/shares/.")
@click.option("--gather", type=int, help="Fit nobody: put this many shares together.")
def command(config: Path, results: Path, share: str | None, gather: int | None) -> None:
    """Fit every model of CONFIG to every profile; write work/adpp_model.csv, predictions.csv, fits.csv.

    work/model_samples.csv: samples with their prediction and residual; work/model_profiles.csv: profiles of the
    likelihood (of the first model where models.choice is first, else of all).
    work/model_choice.csv: AIC, BICc and weights per profile and for the trial, the chosen model marked (models.choice).
    With models.population also work/population*: the fit of all subjects together and its diagnostics.
    """
    from cartpk.config import load
    from cartpk.files import write_text
    from cartpk.fits.shares import TABLES, fit_share, joined, share_of
    from cartpk.roster import events
    from cartpk.runs.seals import SHARES
    from cartpk.schemas import ADNCA, ADSL, read_table
    from cartpk.shown import shown

    trial, work = load(config), results / "work"
    adnca, adsl = read_table(results / "adnca.csv", ADNCA), read_table(results / "adsl.csv", ADSL)
    if gather is None:
        part, parts = _share(share or "1-of-1")
        who = share_of(adnca, adsl["USUBJID"], part, parts)
        texts = fit_share(trial, adnca, who, shown(adsl["USUBJID"], trial), events(adsl))
        if share is not None:
            for name, files in texts.items():
                for file, text in files.items():
                    write_text(results / SHARES / f"{file}_{name}_{share}.csv", text)
            click.echo(f"share {share}: {len(who)} subjects")
            return
        whole = {file: joined(files[file] for files in texts.values()) for file in TABLES}
    else:
        whole = _gathered(trial, results / SHARES, gather)
    for file, text in whole.items():
        write_text(work / f"{file}.csv", text)
    click.echo(_chosen(trial, whole["fits"], work))
    if trial.models.population is not None:
        click.echo(_population(trial, adnca, adsl, work))


def _share(text: str) -> tuple[int, int]:
    """Number of a share and how many there are."""
    found = re.fullmatch(r"([0-9]+)-of-([0-9]+)", text)
    if found is None:
        raise ValueError(f"--share must be such as 2-of-8, found {text!r}")
    return int(found[1]), int(found[2])


def _gathered(trial: TrialConfig, folder: Path, parts: int) -> dict[str, str]:
    """The files of all shares put together: model by model, and within it share by share."""
    from cartpk.fits.shares import TABLES, fitted_models, joined

    names = fitted_models(trial)
    shares = [f"{part}-of-{parts}" for part in range(1, parts + 1)]
    paths = {file: [folder / f"{file}_{name}_{share}.csv" for name in names for share in shares] for file in TABLES}
    return {file: joined(path.read_text(encoding="utf-8") for path in found) for file, found in paths.items()}


def _chosen(trial: TrialConfig, fits: str, work: Path) -> str:
    """Write work/model_choice.csv and return what became of the fits."""
    import pandas as pd

    from cartpk.files import write_table
    from cartpk.fits import model_choice

    asked = trial.models
    keys = dict.fromkeys(("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL", "METHOD"), "str")
    types = {**keys, "NPAR": "Int64"}
    summary = pd.read_csv(io.StringIO(fits), dtype=types, keep_default_na=False, na_values=[""])
    write_table(work / "model_choice.csv", model_choice(summary, asked.fit, asked.choice))
    if not asked.fit:
        return "no kinetic models asked for (models.fit is empty): the tables have no row"
    return f"{len(summary)} fits of {', '.join(asked.fit)}; {int(summary['CONVERGED'].eq('Y').sum())} converged"


_TABLES: Final = (
    "", "_individuals", "_trace", "_samples", "_vpc", "_covariates", "_screening", "_correlations", "_plan",
)  # fmt: skip


def _population(trial: TrialConfig, adnca: pd.DataFrame, adsl: pd.DataFrame, work: Path) -> str:
    """Write work/population* and return what became of the fit; a trial that cannot be fitted has files that say so."""
    import pandas as pd

    from cartpk.files import write_table, write_text
    from cartpk.fits import derive_params_population
    from cartpk.roster import events
    from cartpk.shown import sampled

    asked, analyte = trial.models.population, trial.primary_analyte
    if asked is None:
        return ""
    own = adnca["PCTESTCD"].eq(analyte.code) & adnca["PCSPEC"].eq(analyte.specimen)
    rows = adnca[own & adnca["ATPTREF"].eq("INFUSION 1")]
    n = rows["USUBJID"].nunique()
    rows = rows[rows["USUBJID"].isin(sampled(rows["USUBJID"], asked.sample, asked.seed))]
    tables = dict.fromkeys(_TABLES, pd.DataFrame({"MESSAGE": []}))
    kept: dict[str, object] = {}
    summary: dict[str, object]
    groups = {grouping.column: adsl[name] for name, grouping in trial.groupings.items() if name in adsl}
    try:
        found = derive_params_population(
            rows,
            asked.model,
            seed=asked.seed,
            residual=asked.residual,
            spread=asked.spread(),
            covariates=asked.covariates,
            screened=asked.screen,
            covariate_table=adsl.assign(**groups),
            replicates=asked.replicates,
            events=events(adsl),
        )
    except ValueError as error:
        summary, said = {"model": asked.model, "message": f"no population fit: {error}"}, f"no population fit: {error}"
    else:
        plan = _plan(found.estimates, rows, asked.seed) if asked.plan else pd.DataFrame({"MESSAGE": []})
        made = (
            found.parameters, found.adpp, found.trace, found.samples, found.vpc, found.covariates, found.screening,
            found.correlations, plan,
        )  # fmt: skip
        tables, summary, kept = dict(zip(_TABLES, made, strict=True)), found.summary, found.estimates.to_json()
        said = f"population fit of {asked.model}: {summary['n_subjects']} subjects, -2LL {summary['minus2ll']:.1f}"
    if n > asked.sample:
        summary = {**summary, "sample_of": n}
        said += f" (a random sample of {asked.sample} of {n})"
    for name, table in tables.items():
        write_table(work / f"population{name}.csv", table)
    write_text(work / "population.json", json.dumps(summary, indent=2) + "\n")
    write_text(work / "population_fit.json", json.dumps(kept, indent=2) + "\n")
    return said


def _plan(fitted: FittedPopulation, rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Expected errors of the trial's own nominal schedule, or a line that says why there are none."""
    import pandas as pd

    from cartpk.fits.simulation import plan_sampling

    days = sorted(set(rows.loc[rows["NFRLT"] > 0, "NFRLT"].dropna()))
    lloq = float(rows["ALLOQ"].median())
    if not lloq > 0:
        return pd.DataFrame({"MESSAGE": ["the samples carry no LLOQ"]})
    try:
        return plan_sampling(fitted, n=fitted.n_subjects, days=days, lloq=lloq, seed=seed)
    except ValueError as error:
        return pd.DataFrame({"MESSAGE": [str(error)]})
