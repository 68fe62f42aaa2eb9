"""`cartpk nca` beside pkpdutils, openpkflow, a pandas groupby.apply and PKNCA; alone: its growth with N and memory.

usage: python benchmarks/nca.py [--quick]      (writes benchmarks/out/nca.json; `make bench` writes the README)
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nca_process
import nca_r
from nca_python313 import OUT, ROOT, NotMeasuredError, interpreter

SEED = 1
DAYS = (0, 1, 4, 7, 10, 14, 21, 28, 42, 60, 75, 90, 120, 150, 180)
SIZES = (100, 1_000, 10_000, 100_000)
LARGEST = {
    "pkpdutils": 100_000,
    "openpkflow": 10_000,
    "groupby.apply": 10_000,
    "groupby.apply-polyfit": 10_000,
    "groupby.apply-sums": 10_000,
}
"""Largest number of subjects an engine is timed with; a loop over subjects only grows in proportion beyond."""


def profiles(subjects: int) -> Path:
    """Simulated profiles of this many subjects, 15 samples each, as `cartpk nca` reads them."""
    from cartpk.simulate import simulate_profiles

    path = OUT / f"profiles_{subjects}.csv"
    if not path.is_file():
        made = simulate_profiles("stein", subjects, SEED, days=DAYS, missed=0.0, dropout=0.0)
        path.parent.mkdir(parents=True, exist_ok=True)
        made.table.to_csv(path, index=False)
    return path


def pairs_of(quick: bool) -> Iterator[tuple[str, int, int, float]]:
    """Engine, subjects, pairs and seconds allowed of every comparison."""
    for engine, largest in LARGEST.items():
        for subjects in SIZES:
            if subjects <= (min(largest, 1_000) if quick else largest):
                yield engine, subjects, 3 if quick else max(5, min(51, 300_000 // subjects)), 5 if quick else 120


def compared(quick: bool) -> list[dict[str, Any]]:
    """Pairs of cartpk and another engine in one process of Python 3.13; where there is none, why."""
    try:
        python = str(interpreter())
    except NotMeasuredError as reason:
        print("not measured:", reason)
        python, missing = sys.executable, {"pkpdutils": str(reason), "openpkflow": str(reason)}
    else:
        missing = {}
    out: list[dict[str, Any]] = [{"engine": name, "not_measured": reason} for name, reason in missing.items()]
    for engine, subjects, pairs, seconds in pairs_of(quick):
        if engine not in missing:
            command = [python, str(ROOT / "benchmarks" / "nca_pairs.py"), str(profiles(subjects)), engine]
            command += ["--pairs", str(pairs), "--seconds", str(seconds)]
            source = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
            done = subprocess.run(command, env=source, stdout=subprocess.PIPE, text=True, check=True)
            out.append({"engine": engine, **json.loads(done.stdout)})
            print(
                "{engine}, {subjects} subjects: cartpk {cartpk_s:.4f} s, {other_s:.4f} s, x {ratio:.1f}".format(
                    **out[-1]
                )
            )
    return out


def growth(quick: bool) -> list[dict[str, float]]:
    """Seconds of cartpk, table to table, over the number of subjects, in turn; best half of the runs."""
    import pandas as pd

    from cartpk.adpp import derive_params_nca

    sizes = SIZES[:3] if quick else SIZES
    tables = {n: pd.read_csv(profiles(n), dtype={"USUBJID": "str"}) for n in sizes}
    times: dict[int, list[float]] = {n: [] for n in sizes}
    for _ in range(4 if quick else 12):
        for n, table in tables.items():
            start = time.perf_counter()
            derive_params_nca(table)
            times[n].append(time.perf_counter() - start)
    return [{"subjects": n, "seconds": statistics.median(found[1:])} for n, found in times.items()]


def exponent(rows: list[dict[str, float]]) -> float:
    """Slope of ln seconds on ln N, from 1,000 subjects on."""
    points = [(math.log(r["subjects"]), math.log(r["seconds"])) for r in rows if r["subjects"] >= 1_000]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Everything this benchmark measures; ``quick``: small and few, to see that it runs."""
    grown = growth(quick)
    whole = 10_000 if quick else 100_000
    return {
        "quick": quick,
        "pairs": compared(quick),
        "r": nca_r.measure(profiles(100 if quick else 1_000), quick=quick),
        "process": {"subjects": whole, **nca_process.measure(profiles(whole), OUT, 2 if quick else 5)},
        "growth": grown,
        "exponent": exponent(grown),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    result = measure(quick=parser.parse_args().quick)
    (OUT / "nca.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(json.dumps(result, indent=1))
