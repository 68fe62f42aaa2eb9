"""``cartpk manifest``: the rule log and the manifest of a run (the last rule of the workflow)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Collection

    from cartpk.config import TrialConfig

__all__ = ["STARTED_BY", "command"]

STARTED_BY: Final = "CARTPK_STARTED_BY"
"""Environment variable in which the workflow tells its jobs the command line that a person typed."""


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), required=True, help="Folder of the run, results/<trial>.")
def command(config: Path, results: Path) -> None:
    """Write rule_log.jsonl, the chained log of what was decided, and manifest.json, the hashes of all files of the run.

    Nothing is printed: what this command says would change a log whose hash it has just written.
    """
    import datetime as dt
    import os

    from cartpk.config import load
    from cartpk.figures.registry import wanted
    from cartpk.files import write_text
    from cartpk.provenance import (
        LOG,
        canonical_json,
        describe_file,
        head,
        log_files,
        manifest,
        result_files,
        rule_log,
        sha256_file,
        sha256_text,
    )

    trial = load(config)
    inputs = tuple(describe_file(Path(name), name) for name in trial.files())
    _refuse_changed(results, {record.path: record.sha256 for record in inputs})
    log = rule_log(results, trial.trial.id)
    write_text(results / LOG, log)
    _drop_unasked(results, trial)
    settings = trial.model_dump(mode="json")
    # the clock of a run: it stands in the manifest and nowhere else
    created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    record = manifest(
        trial=trial.trial.id,
        created=created,
        command=f"cartpk manifest {config.as_posix()} --results {results.as_posix()}",
        started_by=os.environ.get(STARTED_BY),
        config={
            "file": config.as_posix(),
            "sha256": sha256_file(config),
            "settings_sha256": sha256_text(canonical_json(settings)),
            "settings": settings,
        },
        rule_log=head(log),
        inputs=inputs,
        outputs=tuple(record for record in result_files(results) if not _left(record.path, wanted(trial))),
        logs=log_files(results),
    )
    write_text(results / "manifest.json", record)


def _drop_unasked(results: Path, trial: TrialConfig) -> None:
    """Remove the figures and shares of fits that an earlier config asked for."""
    from cartpk.figures.registry import wanted
    from cartpk.runs.seals import drop, sealed_jobs

    jobs = trial.scale.jobs
    shares = {f"models_{part}-of-{jobs}" for part in range(1, jobs + 1)} if jobs > 1 else set()
    for key in sealed_jobs(results):
        if key.startswith(("f_", "models_")) and key not in wanted(trial).keys() | shares:
            drop(results, key)


def _refuse_changed(results: Path, now: dict[str, str]) -> None:
    """Stop where an input is not what the intake read."""
    import json

    from cartpk.cli.ingest import INPUTS, refuse_changed

    recorded = results / INPUTS
    if recorded.is_file():
        read = json.loads(recorded.read_text(encoding="utf-8"))
        if read != now:
            refuse_changed(read, now)


def _left(path: str, figures: Collection[str]) -> bool:
    """Whether this is a figure that the trial's config does not ask for: somebody else put it there."""
    folder, _, name = path.partition("/")
    return folder == "figures" and name.startswith("f_") and Path(name).stem not in figures
