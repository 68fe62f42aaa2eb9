"""The whole job in one plain Python process: the same commands as the workflow, everything imported once.

usage: python benchmarks/plain.py CONFIG RESULTS
"""

import importlib
import sys
from pathlib import Path

from cartpk.config import load


def run(config: str, results: str) -> None:
    """Run every command of the workflow on this trial, one after another."""
    from cartpk.figures.registry import FIGURES

    Path(results).mkdir(parents=True, exist_ok=True)
    steps = [["ingest", config, "--out", results, "--findings", f"{results}/work/findings_ingest.csv"]]
    steps += [[name, config, "--results", results] for name in ("kinetics", "models", "pd", "tables")]
    steps += [["figure", config, "--results", results, *[a for name in FIGURES for a in ("--id", name)]]]
    steps += [["report", config, "--results", results]]
    for name, *arguments in steps:
        importlib.import_module(f"cartpk.cli.{name}").command.main(arguments, standalone_mode=False)


if __name__ == "__main__":
    load(sys.argv[1])
    run(sys.argv[1], sys.argv[2])
