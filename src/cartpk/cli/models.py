"""``cartpk models``: kinetic models of a trial, one subject at a time (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Fit every model of CONFIG to every profile; write work/adpp_model.csv, predictions.csv, fits.csv and model_choice.csv.

    model_choice.csv: AIC, BICc and weights per profile and for the trial, the chosen model marked (models.choice).
    """
    import pandas as pd

    from cartpk.config import load
    from cartpk.files import write_table
    from cartpk.fits import derive_params_model, model_choice
    from cartpk.roster import events
    from cartpk.schemas import ADNCA, ADPP, ADSL, PREDICTIONS, checked, read_table

    trial = load(config)
    asked = trial.models
    adnca = read_table(results / "adnca.csv", ADNCA)
    adsl = read_table(results / "adsl.csv", ADSL)
    fits = [
        derive_params_model(
            adnca,
            name,
            asked.method,
            residual=asked.residual,
            priors=asked.priors.get(name, {}),
            subjects=adsl["USUBJID"],
            events=events(adsl),
        )
        for name in asked.fit
    ]
    write_table(results / "work" / "adpp_model.csv", checked(pd.concat([f.adpp for f in fits]), ADPP))
    write_table(results / "work" / "predictions.csv", checked(pd.concat([f.predictions for f in fits]), PREDICTIONS))
    summary = pd.concat([f.summary for f in fits])
    write_table(results / "work" / "fits.csv", summary)
    write_table(results / "work" / "model_choice.csv", model_choice(summary, asked.fit, asked.choice))
    click.echo(f"{len(summary)} fits of {', '.join(asked.fit)}; {int(summary['CONVERGED'].eq('Y').sum())} converged")
