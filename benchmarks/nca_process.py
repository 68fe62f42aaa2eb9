"""Whole processes: `cartpk nca` from file to file beside a bare pandas process on the same files; time and memory."""

from __future__ import annotations

import filecmp
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).resolve().parent
MB = 1e6


def finished_table(out: Path, pickle: Path, kind: str) -> None:
    """The table `cartpk nca` wrote, as a pickle of plain text columns or of categories."""
    table = pd.read_csv(out, dtype=dict.fromkeys(("USUBJID", "PPSTINT", "PPENINT", "PPREASND", "FLAG"), "str"))
    if kind == "category":
        table = table.astype({c: "category" for c in table if table[c].dtype == "str"})
    table.to_pickle(pickle)


_LAUNCH = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
output = process.stdout.read()
_, status, used = os.wait4(process.pid, 0)
scale = 1 if sys.platform == "darwin" else 1024
print(json.dumps([time.perf_counter() - start, used.ru_maxrss * scale, output, os.waitstatus_to_exitcode(status)]))
"""


def child(command: list[str]) -> tuple[float, float, str]:
    """Seconds, peak memory (bytes) and output of a process.

    A small process of its own starts it: Linux counts what its starter held before the exec into the peak of a
    process, and this one may hold tables.
    """
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCH, *command], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, peak, output, status = json.loads(launched.stdout)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return seconds, peak, output


def measure(profiles: Path, folder: Path, pairs: int) -> dict[str, Any]:
    """Medians of pairs in turn (A B A B ...), after one pair that is not counted."""
    ours, theirs = folder / "cartpk.csv", folder / "pandas.csv"
    cartpk = [sys.executable, "-m", "cartpk", "nca", str(profiles), "--out", str(ours)]
    child(cartpk)
    bare = fastest_baseline(profiles, ours, theirs, folder)
    if not filecmp.cmp(ours, theirs, shallow=False):
        sys.exit(f"{ours} and {theirs} differ: the baseline does not write the same file")
    times: list[tuple[float, float, float]] = []
    peak = bare_peak = 0.0
    for _ in range(pairs):
        a, memory, _ = child(cartpk)
        b, bare_memory, loaded = child(bare)
        times.append((a, b, b - float(loaded)))
        peak, bare_peak = max(peak, memory), max(bare_peak, bare_memory)
    size = profiles.stat().st_size
    return {
        "pairs": pairs,
        "cartpk_s": statistics.median(t[0] for t in times),
        "pandas_s": statistics.median(t[2] for t in times),
        "pandas_with_load_s": statistics.median(t[1] for t in times),
        "ratio": statistics.median(t[0] / t[2] for t in times),
        "baseline_columns": Path(bare[-2]).stem,
        "input_mb": size / MB,
        "output_mb": ours.stat().st_size / MB,
        "peak_mb": peak / MB,
        "pandas_peak_mb": bare_peak / MB,
        "peak_per_input": peak / size,
    }


def fastest_baseline(profiles: Path, ours: Path, theirs: Path, folder: Path) -> list[str]:
    """The baseline with the column types that pandas writes fastest."""
    commands = []
    for kind in ("text", "category"):
        pickle = folder / f"{kind}.pickle"
        finished_table(ours, pickle, kind)
        commands.append([sys.executable, str(HERE / "bare_pandas.py"), str(profiles), str(pickle), str(theirs)])
    seconds = []
    for command in commands:
        total, _, loaded = child(command)
        seconds.append(total - float(loaded))
    return commands[seconds.index(min(seconds))]
