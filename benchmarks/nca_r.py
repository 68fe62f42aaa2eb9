"""PKNCA and NonCompart, where Rscript finds them: seconds inside R, from table to table, and how many values agree."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from nca_python313 import OUT, NotMeasuredError

HERE = Path(__file__).resolve().parent
ENGINES = ("PKNCA", "NonCompart")


def installed(engine: str) -> tuple[str, str]:
    """Rscript, and the version of the package."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise NotMeasuredError("Rscript was not found on the PATH")
    code = f'cat(as.character(packageVersion("{engine}")))'
    done = subprocess.run([rscript, "-e", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasuredError(f"R has no package {engine}")
    return rscript, done.stdout.strip()


def measure(profiles: Path, *, quick: bool) -> list[dict[str, Any]]:
    """One entry per engine: its seconds beside those of cartpk on the same table, or why it is not measured."""
    out = []
    for engine in ENGINES:
        try:
            out.append({"engine": engine, **_measured(engine, profiles, 2 if quick else 4)})
        except NotMeasuredError as reason:
            print("not measured:", engine, "-", reason)
            out.append({"engine": engine, "not_measured": str(reason)})
    return out


def _measured(engine: str, profiles: Path, runs: int) -> dict[str, Any]:
    import pandas as pd
    from nca_agreement import agreement
    from nca_engines import CARTPK

    rscript, version = installed(engine)
    values = OUT / f"{engine}.csv"
    command = [rscript, str(HERE / "nca.R"), engine, str(profiles), str(values), str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasuredError(f"{engine} stopped: {done.stderr.strip().splitlines()[-1]}")
    theirs = statistics.median([float(line) for line in done.stdout.split()][1:])
    table = pd.read_csv(profiles, dtype={"USUBJID": "str"})
    times = []
    for _ in range(runs + 3):
        start = time.perf_counter()
        result = CARTPK.run(table)
        times.append(time.perf_counter() - start)
    ours = statistics.median(times[1:])
    wide = pd.read_csv(values, dtype={"USUBJID": "str"}).set_index("USUBJID")
    return {
        "version": version,
        "subjects": int(table["USUBJID"].nunique()),
        "cartpk_s": ours,
        "other_s": theirs,
        "ratio": theirs / ours,
        "agreement": agreement(table, CARTPK.read(result), wide),
    }
