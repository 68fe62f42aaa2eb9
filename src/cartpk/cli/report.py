"""``cartpk report``: the page of a trial (a rule of the workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Write report.html, one self-contained page."""
    import json
    from functools import partial

    from cartpk.cli.ingest import INPUTS, refuse_changed
    from cartpk.config import load
    from cartpk.figures.registry import wanted
    from cartpk.files import write_text
    from cartpk.provenance import describe_file, hashes
    from cartpk.publication import refuse_identifiers
    from cartpk.report import provenance_of, read_run, render
    from cartpk.shown import shown

    trial = load(config)
    refuse_identifiers(trial, results)
    recorded = results / INPUTS
    if recorded.is_file():
        refuse_changed(json.loads(recorded.read_text(encoding="utf-8")), hashes(trial.files()))
    call = f"cartpk report {config.as_posix()} --results {results.as_posix()}"
    inputs = tuple(describe_file(Path(name), name) for name in trial.files())
    provenance = provenance_of(trial, describe_file(config, config.as_posix()), inputs, call)
    page = results / "report.html"
    run = read_run(results, list(wanted(trial)), partial(shown, config=trial))
    write_text(page, render(trial, run, provenance))
    click.echo(f"{page}: {page.stat().st_size / 1e6:.1f} MB; {len(inputs)} input files")
