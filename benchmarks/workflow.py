"""The workflow against the same work in one plain Python process, on the sample trial.

usage: python benchmarks/workflow.py [--runs 5] [--cores 2]

Both start from nothing in a scratch copy of the project's inputs; they run in turn (A B A B ...) so that a drift of
the machine's speed touches both. What counts is the ratio of the medians.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = "config/config.yaml"


def scratch(folder: Path) -> Path:
    """A copy of what a run reads, without any result."""
    for name in ("Snakefile", "workflow", "config", "data"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def timed(command: list[str], folder: Path) -> float:
    """Wall seconds of the command in this folder; stops with its output where it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def pair(cores: int) -> tuple[float, float]:
    """Seconds of one workflow run and of one plain run, each from nothing."""
    with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
        flow = timed([sys.executable, "-m", "snakemake", "--cores", str(cores), "--quiet"], scratch(Path(a)))
        plain = [sys.executable, str(ROOT / "benchmarks" / "plain.py"), CONFIG, "results/plain"]
        return flow, timed(plain, scratch(Path(b)))


def measure(runs: int, cores: int) -> dict[str, float]:
    """Medians over the pairs, after one pair that is not counted."""
    pair(cores)
    flows, plains = zip(*[pair(cores) for _ in range(runs)], strict=True)
    return {
        "workflow_s": statistics.median(flows),
        "plain_s": statistics.median(plains),
        "ratio": statistics.median(f / p for f, p in zip(flows, plains, strict=True)),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    asked = parser.parse_args()
    result = measure(asked.runs, asked.cores)
    print(
        f"snakemake --cores {asked.cores}: {result['workflow_s']:.1f} s; one plain process: {result['plain_s']:.1f} s; "
        f"ratio {result['ratio']:.2f} (medians of {asked.runs} pairs)"
    )
