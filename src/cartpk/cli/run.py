"""``cartpk run``: check a trial's configuration, run the workflow, print where the report is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path), default=Path("config/config.yaml"))
@click.option("--cores", default=4, show_default=True, help="Jobs at one time.")
def command(config: Path, cores: int) -> None:
    """Run the workflow on CONFIG (default: the sample trial) and print the path of its report.

    The same as `snakemake --cores N --configfile CONFIG`, after every problem of the configuration has been listed.
    """
    from cartpk.config import load, missing_files

    trial = load(config)
    missing = missing_files(trial, config)
    if missing:
        raise ValueError("a data file is missing:\n" + "\n".join(f"  {problem}" for problem in missing))
    if not Path("Snakefile").is_file():
        raise ValueError(f"there is no Snakefile in {Path.cwd()}: start `cartpk run` in the project's folder.")
    # one list of words and no shell: nothing of a file name is ever interpreted
    flow = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", str(config)]
    done = subprocess.run([*flow, "--quiet", "host", "rules"], check=False)  # noqa: S603
    if done.returncode:
        click.echo("cartpk: the run did not finish; the reason stands above.", err=True)
        sys.exit(done.returncode)
    click.echo(f"\nresults/{trial.trial.id}/report.html")
