"""All commands of a run in one process, in a project's folder: ``python chain.py CONFIG RESULTS [--without figures]``.

What a command writes must not depend on what ran before it in the same process, nor on the environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def commands(config: str, results: str, *, drawn: bool = True) -> list[list[str]]:
    """The command lines of the workflow's rules, in an order that the rules allow."""
    out = ["--results", results]
    lines = [["ingest", config, "--out", results, "--findings", f"{results}/work/findings_ingest.csv"]]
    lines += [[name, config, *out] for name in ("kinetics", "models", "pd", "clinical", "tables")]
    if drawn:
        lines += [["figure", config, *out], ["export", config, *out], ["report", config, *out]]
    return [*lines, ["manifest", config, *out]]


def run(
    folder: Path, config: str, results: str, *, drawn: bool = True, python: str = sys.executable, **env: str
) -> str:
    """Run all commands in this folder with another environment; what was said where it fails.

    Raises
    ------
    RuntimeError
        A command failed.
    """
    more = [] if drawn else ["--without", "figures"]
    done = subprocess.run(
        [python, str(Path(__file__)), config, results, *more], cwd=folder, env=os.environ | env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{config}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def main() -> None:
    """Run them one after the other."""
    from cartpk.cli import cli

    for line in commands(sys.argv[1], sys.argv[2], drawn="--without" not in sys.argv):
        cli(line, standalone_mode=False)


if __name__ == "__main__":
    main()
