"""``cartpk models``: kinetic models of a trial, one subject at a time and together (a rule of the workflow)."""

from __future__ import annotations

import json
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
def command(config: Path, results: Path) -> None:
    """Fit every model of CONFIG to every profile; write work/adpp_model.csv, predictions.csv, fits.csv.

    work/model_samples.csv: every sample with its prediction and residual; work/model_profiles.csv: profiles of the
    likelihood (of the first model where models.choice is first, else of all).
    work/model_choice.csv: AIC, BICc and weights per profile and for the trial, the chosen model marked (models.choice).
    With models.population also work/population*: the fit of all subjects together and its diagnostics.
    """
    import pandas as pd

    from cartpk.config import load
    from cartpk.files import write_table
    from cartpk.fits import derive_params_model, model_choice
    from cartpk.models import MODELS
    from cartpk.roster import events
    from cartpk.schemas import ADNCA, ADPP, ADSL, PREDICTIONS, checked, read_table

    trial = load(config)
    asked = trial.models
    adnca = read_table(results / "adnca.csv", ADNCA)
    adsl = read_table(results / "adsl.csv", ADSL)
    subjects, names = adsl["USUBJID"], asked.fit
    if not names:  # a trial may ask for no model: its tables have their headers and no row
        adnca, subjects, names = adnca.iloc[:0], subjects.iloc[:0], (next(iter(MODELS)),)
    fits = [
        derive_params_model(
            adnca,
            name,
            asked.method,
            residual=asked.residual,
            priors=asked.priors.get(name, {}),
            subjects=subjects,
            events=events(adsl),
            profiles=asked.choice != "first" or name == names[0],
        )
        for name in names
    ]
    work = results / "work"
    write_table(work / "adpp_model.csv", checked(pd.concat([f.adpp for f in fits]), ADPP))
    write_table(work / "predictions.csv", checked(pd.concat([f.predictions for f in fits]), PREDICTIONS))
    summary = pd.concat([f.summary for f in fits])
    write_table(work / "fits.csv", summary)
    write_table(work / "model_samples.csv", pd.concat([f.samples for f in fits]))
    drawn = [f.profiles for f in fits if len(f.profiles)]
    write_table(work / "model_profiles.csv", pd.concat(drawn or [fits[0].profiles]))
    write_table(work / "model_choice.csv", model_choice(summary, asked.fit, asked.choice))
    converged = int(summary["CONVERGED"].eq("Y").sum())
    said = f"{len(summary)} fits of {', '.join(asked.fit)}; {converged} converged"
    click.echo(said if asked.fit else "no kinetic models asked for (models.fit is empty): the tables have no row")
    if asked.population is not None:
        click.echo(_population(trial, adnca, adsl, work))


_TABLES: Final = (
    "", "_individuals", "_trace", "_samples", "_vpc", "_covariates", "_screening", "_correlations", "_plan",
)  # fmt: skip


def _population(trial: TrialConfig, adnca: pd.DataFrame, adsl: pd.DataFrame, work: Path) -> str:
    """Write work/population* and return what became of the fit; a trial that cannot be fitted has files that say so."""
    import pandas as pd

    from cartpk.files import write_table, write_text
    from cartpk.fits import derive_params_population
    from cartpk.roster import events

    asked, analyte = trial.models.population, trial.primary_analyte
    if asked is None:
        return ""
    own = adnca["PCTESTCD"].eq(analyte.code) & adnca["PCSPEC"].eq(analyte.specimen)
    rows = adnca[own & adnca["ATPTREF"].eq("INFUSION 1")]
    tables = dict.fromkeys(_TABLES, pd.DataFrame({"MESSAGE": []}))
    kept: dict[str, object] = {}
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
