"""The whole job in one plain Python process: the same commands as the workflow, everything imported once.

usage: python benchmarks/plain.py CONFIG RESULTS
"""

import importlib
import sys
from pathlib import Path

from cartpk.config import load

LATER = ("kinetics", "models", "pd", "clinical", "tables", "figure", "export", "report", "manifest")
"""Commands after the intake, in an order that the rules of the workflow allow."""


def run(config: str, results: str) -> None:
    """Run every command of the workflow on this trial, one after another."""
    Path(results).mkdir(parents=True, exist_ok=True)
    steps = [["ingest", config, "--out", results, "--findings", f"{results}/work/findings_ingest.csv"]]
    steps += [[name, config, "--results", results] for name in LATER]
    for name, *arguments in steps:
        importlib.import_module(f"cartpk.cli.{name}").command.main(arguments, standalone_mode=False)


if __name__ == "__main__":
    load(sys.argv[1])
    run(sys.argv[1], sys.argv[2])
