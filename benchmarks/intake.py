"""The intake beside a bare pandas read of the same files and three groupbys, in one run.

usage: python benchmarks/intake.py [--pairs 5] [--rows 1000 10000 100000]

Twice: in one process (`read_trial` beside the bare read, in turn, after one pair that is not counted) and as whole
processes, imports included. Seconds are those of the processor, so that a neighbour on the machine counts less. Both
sides start from byte code, as an installed package does: it goes to a folder of the benchmark's own in the pair that is
not counted, whatever PYTHONDONTWRITEBYTECODE says (with it, cartpk would be compiled anew at every start, pandas not).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

BAR = 3.0
"""Times the bare read that the intake may take at most, at 100,000 rows."""
SIZES = (1_000, 10_000, 100_000)
LAYOUTS = ("tidy", "sdtm")
SAMPLES = 10
"""Samples per subject."""
_DAYS = (0.9, 3.1, 7.0, 10.0, 14.0, 21.0, 28.0, 60.0, 90.0, 180.0)
_CONFIG: dict[str, Any] = {
    "trial": {"id": "BENCH"},
    "product": {"name": "CAR-T", "cell": "T"},
    "dosing": {"basis": "flat", "unit": "cells", "levels": [1e8]},
    "analytes": [{"code": "CAR", "label": "CAR", "match": ["CAR transgene (qPCR)"], "unit": "copies/ug"}],
    "report": {"synthetic": True},
}
_READ = {"tidy": ["samples.csv"], "sdtm": ["pc.csv", "ex.csv", "dm.csv"]}
_GROUPS = {"tidy": ("SUBJECT", "TIME_DAY", "ANALYTE", "LLOQ"), "sdtm": ("USUBJID", "PCSEQ", "PCTESTCD", "PCLLOQ")}
_BARE = """import pandas as pd
def bare(folder, files, groups):
    table = [pd.read_csv(f"{folder}/{name}") for name in files][0]
    subject, number, analyte, limit = groups
    table.groupby(subject)[number].max()
    table.groupby([subject, analyte]).size()
    table.groupby(analyte)[limit].mean()
"""
"""The other side, as text: a process of its own imports nothing else."""
_OURS = """from pathlib import Path
from cartpk.config import load
from cartpk.ingest import read_trial
"""


def written(folder: Path, layout: str, rows: int) -> Path:
    """The config of a made-up trial of this many samples, whose files are now in the folder."""
    rng = np.random.default_rng(1)
    subjects = [f"S{i // SAMPLES:05d}" for i in range(rows)]
    days = np.resize(_DAYS, rows) + rng.normal(0.0, 0.05, rows)
    results = ["<50" if v < 50 else f"{v:.2f}" for v in np.exp(rng.normal(7.0, 2.0, rows))]
    same = {"UNIT": "copies/ug gDNA", "LLOQ": "50", "ANALYTE": "CAR transgene (qPCR)", "DOSE": "1e8"}
    if layout == "tidy":
        named = {"SUBJECT": subjects, "TIME_DAY": [f"{d:.3f}" for d in days], "VALUE": results, **same}
        pd.DataFrame(named).to_csv(folder / "samples.csv", index=False)
        columns = {"subject": "SUBJECT", "analyte": "ANALYTE", "dose": "DOSE"}
        data = {"layout": "tidy", "tables": ["samples.csv"], "columns": columns}
    else:
        _write_domains(folder, subjects, days, results)
        data = {"layout": "sdtm", "domains": {name: [f"{name}.csv"] for name in ("dm", "ex", "pc")}}
    config = folder / "trial.yaml"
    config.write_text(json.dumps({**_CONFIG, "data": data}), encoding="utf-8")
    return config


def _write_domains(folder: Path, subjects: list[str], days: np.ndarray[Any, Any], results: list[str]) -> None:
    start = pd.Timestamp("2024-01-08T10:00")
    at = (start + pd.to_timedelta(np.round(days * 1440.0), unit="min")).strftime("%Y-%m-%dT%H:%M")
    pc = {"STUDYID": "BENCH", "DOMAIN": "PC", "USUBJID": subjects, "PCSEQ": range(1, len(subjects) + 1)}
    pc |= {"PCTESTCD": "CAR", "PCTEST": "CAR transgene (qPCR)", "PCORRES": results, "PCORRESU": "copies/ug"}
    pc |= {"PCSTRESC": results, "PCSTRESU": "copies/ug", "PCSPEC": "BLOOD", "PCLLOQ": 50, "PCDTC": at}
    people = list(dict.fromkeys(subjects))
    ex = {"STUDYID": "BENCH", "DOMAIN": "EX", "USUBJID": people, "EXTRT": "CAR-T", "EXDOSE": 1e8, "EXDOSU": "cells"}
    begin = start.strftime("%Y-%m-%dT%H:%M")
    pd.DataFrame(pc).to_csv(folder / "pc.csv", index=False)
    pd.DataFrame({**ex, "EXSTDTC": begin, "EXENDTC": begin}).to_csv(folder / "ex.csv", index=False)
    dm = {"STUDYID": "BENCH", "DOMAIN": "DM", "USUBJID": people, "SEX": "F", "AGE": 50, "RFSTDTC": begin}
    pd.DataFrame(dm).to_csv(folder / "dm.csv", index=False)


def _seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this process for the work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _child_seconds(code: str, folder: Path) -> float:
    """Processor seconds of a process that runs this code; its byte code is kept in the folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_process(config: Path, layout: str, pairs: int) -> list[tuple[float, float]]:
    """Seconds of the intake and of the bare read, in turn."""
    # here, not above: imports are what the other comparison is about
    from cartpk.config import load
    from cartpk.ingest import read_trial

    trial, folder, known = load(config), config.parent, {}
    exec(_BARE, known)  # noqa: S102 - the very text that the other process runs

    def ours() -> None:
        intake = read_trial(trial, folder)
        if intake.stops:
            sys.exit(f"the trial of the benchmark stops:\n{intake.findings['MESSAGE'].head().to_string()}")

    def theirs() -> None:
        known["bare"](folder, _READ[layout], _GROUPS[layout])

    return [(_seconds(ours), _seconds(theirs)) for _ in range(pairs + 1)][1:]


def whole_process(config: Path, layout: str, pairs: int) -> list[tuple[float, float]]:
    """The same as processes of their own, imports included."""
    ours = f"{_OURS}read_trial(load(Path({str(config)!r})), Path({str(config.parent)!r}))"
    theirs = f"{_BARE}bare({str(config.parent)!r}, {_READ[layout]!r}, {_GROUPS[layout]!r})"
    folder = config.parent
    return [(_child_seconds(ours, folder), _child_seconds(theirs, folder)) for _ in range(pairs + 1)][1:]


def measure(*, pairs: int = 5, sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Medians of every layout, size and way of comparing."""
    found = []
    for layout in LAYOUTS:
        for rows in sizes:
            with tempfile.TemporaryDirectory() as name:
                config = written(Path(name), layout, rows)
                for way, timed in (("in one process", in_process), ("whole process", whole_process)):
                    times = timed(config, layout, pairs)
                    found.append({"layout": layout, "rows": rows, "way": way, "pairs": pairs, **_medians(times)})
    return found


def _medians(times: list[tuple[float, float]]) -> dict[str, float]:
    return {
        "cartpk_s": statistics.median(a for a, _ in times),
        "bare_s": statistics.median(b for _, b in times),
        "ratio": statistics.median(a / b for a, b in times),
    }


def section(found: list[dict[str, Any]]) -> str:
    """What was measured, as a section of README.md."""
    lines = [
        "## The intake\n",
        "`cartpk.ingest.read_trial`, from the files to the typed tables and all findings, beside `pandas.read_csv` of",
        "the same files and three groupbys (benchmarks/intake.py), in turn; processor seconds, medians of",
        f"{found[0]['pairs']} pairs. The whole process counts the imports of both sides, from byte code: that is how a",
        "user meets it. In one process the imports are done before. The bar does not say which of the two. Command:",
        "`python benchmarks/run.py --only intake`.\n",
        "| layout | rows | | cartpk | bare pandas | ratio | bar |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in found:
        bar = f"less than {BAR:g}: {'met' if r['ratio'] < BAR else 'MISSED'}" if r["rows"] == max(SIZES) else ""
        times = f"{1000 * r['cartpk_s']:.0f} ms | {1000 * r['bare_s']:.0f} ms"
        lines.append(f"| {r['layout']} | {r['rows']:,} | {r['way']} | {times} | {r['ratio']:.2f} | {bar} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    asked = parser.parse_args()
    print(section(measure(pairs=asked.pairs, sizes=tuple(asked.rows))))
