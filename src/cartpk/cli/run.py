"""``cartpk run``: check a trial's configuration, run the workflow, print where the report is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

__all__ = ["CORES", "command"]

CORES: Final = "CARTPK_CORES"
"""Environment variable that tells the progress how many jobs there are at one time."""

EXAMPLES: Final = """\b
cartpk run                                   the sample trial
cartpk run config/trials/lab.yaml --cores 2
cartpk run config/portfolio.yaml             several trials side by side"""


@click.command(epilog=EXAMPLES)
@click.argument("config", type=click.Path(path_type=Path), default=Path("config/config.yaml"))
@click.option("--cores", default=4, show_default=True, help="Jobs at one time.")
def command(config: Path, cores: int) -> None:
    """Run the workflow on CONFIG (default: the sample trial) and print the path of its report.

    The same as `snakemake --cores N --configfile CONFIG`, after every problem of the configuration has been listed.
    """
    from cartpk.config import is_portfolio, load, load_portfolio, missing_files

    if is_portfolio(config):
        portfolio, trials = load_portfolio(config)
        name = portfolio.portfolio.id
    else:
        trials = {str(config): load(config)}
        name = trials[str(config)].trial.id
    missing = [problem for file, trial in trials.items() for problem in missing_files(trial, file)]
    if missing:
        raise ValueError("a data file is missing:\n" + "\n".join(f"  {problem}" for problem in missing))
    if not Path("Snakefile").is_file():
        raise ValueError(f"there is no Snakefile in {Path.cwd()}: start `cartpk run` in the project's folder.")
    for folder in (Path(".snakemake"), Path("results", name)):
        _refuse_unwritable(folder)
    # one list of words and no shell: nothing of a file name is ever interpreted
    flow = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", str(config)]
    told = os.environ | {CORES: str(cores)}
    done = subprocess.run([*flow, "--logger", "cartpk"], check=False, env=told)  # noqa: S603
    if done.returncode:
        click.echo("cartpk: the run did not finish; the reason stands above.", err=True)
        sys.exit(done.returncode)
    click.echo(f"results/{name}/report.html")


def _refuse_unwritable(folder: Path) -> None:
    """Say it in a sentence where this user cannot write to a folder of the run, or cannot make it."""
    there = next(place.resolve() for place in (folder, *folder.parents) if place.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise ValueError(
            f"this user cannot write to {there}, where {folder} belongs: run it as the owner of that folder "
            '(a container: --user "$(id -u):$(id -g)"), or copy the project to a folder of your own.'
        )
