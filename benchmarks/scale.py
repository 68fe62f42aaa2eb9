"""A virtual trial of many subjects through the whole workflow: seconds, processor, memory and files of every rule.

usage: python benchmarks/scale.py FOLDER [--sizes 100 1000 10000 100000] [--cores 2] [--jobs 8]

The trial (profiles simulated from the Stein model in three dose levels, as CSV and YAML) and its results are written
into FOLDER, outside the repository; what was measured, into benchmarks/out/scale.json. `run.py --only scale` writes
README.md and the picture from that.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out" / "scale.json"
PICTURE = ROOT / "benchmarks" / "scale.svg"
SIZES = (100, 1_000, 10_000, 100_000)
MOST_MB = 2000
"""Megabytes that a job may need at most."""
DOSES = (2.5e7, 1e8, 2e8)
"""Dose levels of the virtual subjects in turn, cells."""
SEED = 2026
_CONFIG: dict[str, Any] = {
    "endpoints": {"cmax_tmax": None, "auc": None, "persistence": None},
    "product": {"name": "virtual CAR-T", "cell": "T"},
    "dosing": {"basis": "flat", "unit": "cells", "levels": list(DOSES)},
    "analytes": [{"code": "CAR", "label": "CAR transgene", "method": "qPCR", "unit": "copies/ug"}],
    "nca": {"windows": {"days": [28, 90]}},
    "models": {"fit": ["stein"], "polish": False, "population": {"model": "stein", "seed": SEED, "sample": 200}},
    "report": {"synthetic": True, "exports": []},
}


def made(folder: Path, subjects: int, jobs: int) -> Path:
    """The config of a virtual trial of this many subjects, whose files are now in the folder."""
    from cartpk.files import write_table, write_text
    from cartpk.simulate import simulate_profiles

    profiles = simulate_profiles("stein", subjects, SEED).table
    number = profiles["USUBJID"].str.rsplit("-", n=1).str[1].astype(int)
    samples = profiles.assign(
        SUBJECT=profiles["USUBJID"],
        ANALYTE="CAR transgene",
        NOMINAL_DAY=profiles["NFRLT"],
        TIME_DAY=profiles["AFRLT"],
        VALUE=np.where(profiles["BLQFL"].eq("Y"), "<100", profiles["AVAL"].map("{:g}".format)),
        UNIT=profiles["AVALU"],
        LLOQ=profiles["ALLOQ"],
        DOSE=np.array(DOSES)[(number - 1) % len(DOSES)],
    )
    columns = ["SUBJECT", "DOSE", "ANALYTE", "NOMINAL_DAY", "TIME_DAY", "VALUE", "UNIT", "LLOQ"]
    name = f"SCALE-{subjects}"
    write_table(folder / f"{name}.csv", samples[columns])
    named = {"subject": "SUBJECT", "nominal_time": "NOMINAL_DAY", "analyte": "ANALYTE", "dose": "DOSE"}
    data = {"layout": "tidy", "tables": [f"{name}.csv"], "columns": named}
    config = folder / f"{name}.yaml"
    trial = {"trial": {"id": name}, **_CONFIG, "scale": {"jobs": jobs}, "data": data}
    write_text(config, json.dumps(trial, indent=1) + "\n")
    return config


class Watch(threading.Thread):
    """Peak memory and processor seconds of every `cartpk` process that works in a folder, looked at twice a second."""

    def __init__(self, folder: Path) -> None:
        """Watch the processes of this folder once started, until ``ended`` is set."""
        super().__init__(daemon=True)
        self.folder, self.ended = folder, threading.Event()
        self.seen: dict[int, dict[str, Any]] = {}

    def run(self) -> None:
        """Look until told to end."""
        while not self.ended.wait(0.5):
            for place in Path("/proc").iterdir():
                if place.name.isdigit():
                    self._look(place)

    def _look(self, place: Path) -> None:
        try:
            words = (place / "cmdline").read_text().split("\0")
            if "cartpk" not in words or "-m" not in words or (place / "cwd").readlink() != self.folder:
                return
            peak = re.search(r"VmHWM:\s+(\d+)", (place / "status").read_text())
            ticks = (place / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has ended
            return
        pid = int(place.name)
        found = self.seen.setdefault(pid, {"rule": words[words.index("cartpk") + 1], "start": time.monotonic()})
        if "--share" in words:
            found["rule"] = "models (a share)"
        found["wall_s"] = time.monotonic() - found["start"]
        found["cpu_s"] = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
        if peak:
            found["MB"] = int(peak[1]) / 1024


def run(folder: Path, subjects: int, cores: int, jobs: int) -> dict[str, Any]:
    """Make the trial, run the workflow on it from nothing, and say what each rule took."""
    for name, target in (("Snakefile", "Snakefile"), ("workflow", "workflow"), ("profiles", "workflow/profiles")):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / target)
    config = made(folder, subjects, jobs)
    watch, start = Watch(folder.resolve()), time.monotonic()
    watch.start()
    line = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", config.name, "--quiet", "all"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    wall = time.monotonic() - start
    watch.ended.set()
    watch.join()
    if done.returncode:
        raise RuntimeError(f"{subjects} subjects, status {done.returncode}: {done.stdout[-1000:]}{done.stderr[-3000:]}")
    results = folder / "results" / f"SCALE-{subjects}"
    files = [path for path in results.rglob("*") if path.is_file()]
    return {
        "subjects": subjects,
        "jobs": jobs,
        "cores": cores,
        "wall_s": wall,
        "cpu_s": sum(of["cpu_s"] for of in watch.seen.values()),
        "rules": _by_rule(watch.seen.values()),
        "input_MB": (folder / f"SCALE-{subjects}.csv").stat().st_size / 1e6,
        "results_MB": sum(path.stat().st_size for path in files) / 1e6,
        "report_MB": (results / "report.html").stat().st_size / 1e6,
        "commit": _commit(),
    }


def _commit() -> str:
    git = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "not known"


def _by_rule(seen: Any) -> dict[str, dict[str, float]]:
    """Processes, their processor seconds together, and the most memory of one, by rule."""
    rules: dict[str, dict[str, float]] = {}
    for of in seen:
        rule = rules.setdefault(of["rule"], {"jobs": 0, "cpu_s": 0.0, "wall_s": 0.0, "MB": 0.0})
        rule["jobs"] += 1
        rule["cpu_s"] += of["cpu_s"]
        rule["wall_s"] += of["wall_s"]
        rule["MB"] = max(rule["MB"], of.get("MB", 0.0))
    return rules


def measure(folder: Path, sizes: Sequence[int], cores: int, jobs: int) -> list[dict[str, Any]]:
    """Run every size, keep what was measured; sizes measured before stay."""
    folder.mkdir(parents=True, exist_ok=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    known = {of["subjects"]: of for of in (json.loads(OUT.read_text()) if OUT.is_file() else [])}
    for subjects in sizes:
        # a job of a few hundred subjects would be all start-up
        known[subjects] = run(folder, subjects, cores, max(1, min(jobs, subjects // 500)))
        OUT.write_text(json.dumps(sorted(known.values(), key=lambda of: of["subjects"]), indent=1))
    return sorted(known.values(), key=lambda of: of["subjects"])


def growth(found: Sequence[dict[str, Any]]) -> float:
    """Exponent b of processor seconds ~ subjects^b between the two largest sizes."""
    small, large = found[-2:]
    return math.log(large["cpu_s"] / small["cpu_s"]) / math.log(large["subjects"] / small["subjects"])


def section() -> str:
    """What was measured last, as a part of README.md; the picture is drawn beside it."""
    found = json.loads(OUT.read_text(encoding="utf-8"))
    draw(found)
    rows = [
        f"| {of['subjects']:,} | {of['jobs']} | {of['cores']} | {of['wall_s'] / 60:.1f} | {of['cpu_s'] / 60:.1f} | "
        f"{1000 * of['cpu_s'] / of['subjects']:.1f} | {max(rule['MB'] for rule in of['rules'].values()):,.0f} | "
        f"{of['input_MB']:.1f} | {of['results_MB']:,.0f} | {of['report_MB']:.1f} | "
        f"{of.get('commit', 'not known')} |"
        for of in found
    ]
    largest = found[-1]
    by_rule = [
        f"| {name} | {rule['jobs']:.0f} | {rule['cpu_s']:,.0f} | {rule['MB']:,.0f} |"
        for name, rule in sorted(largest["rules"].items(), key=lambda item: -item[1]["cpu_s"])
    ]
    open_ = [f"{size:,}" for size in SIZES if size not in {of["subjects"] for of in found}]
    missing = f"\nNot measured to the end yet: {', '.join(open_)} subjects.\n" if open_ else ""
    peak = max(rule["MB"] for rule in largest["rules"].values())
    verdict = "met" if peak <= MOST_MB else "MISSED"
    notes = textwrap.fill(" ".join(of["note"] for of in found if "note" in of), 120)
    lines = "\n".join
    return f"""## Scale

A virtual trial (profiles simulated from the Stein model, {len(DOSES)} dose levels, 16 nominal days, seed {SEED})
through the whole workflow, from nothing to report.html and manifest.json:
non-compartmental analysis and fits of every subject, the fits shared among jobs (`scale.jobs`), the population model on
a sample (`models.population.sample: 200`), tables, figures, page. Declared for these runs: no polish by lmfit
(`models.polish: false`), no exports, endpoints of the kinetics only. Above 500 subjects, those shown one by one (lines,
listings, pages, fitted curves) are a random sample of 500 (`scale.subjects_shown`); parameters, fits and summaries are
of all. Command: `python benchmarks/scale.py FOLDER`, then `python benchmarks/run.py --only scale`.

| subjects | jobs | cores | wall min | CPU min | ms each | most MB a job | input, MB | results, MB | page, MB | commit |
|---|---|---|---|---|---|---|---|---|---|---|
{lines(rows)}

Processor time grows as N to the power {growth(found):.2f} between the last two sizes; memory of a job
at most {MOST_MB:,} MB: {verdict} ({peak:,.0f} MB). Wall time is that of a machine shared with other work; the last
column has the commit that each row was measured at.
{notes}
{missing}
![Processor time and memory against the number of subjects](scale.svg)

Where the time of {largest["subjects"]:,} subjects goes:

| command | processes | processor, s | most memory of one, MB |
|---|---|---|---|
{lines(by_rule)}
"""


def draw(found: Sequence[dict[str, Any]]) -> None:
    """Write the picture: processor time and memory against the number of subjects, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "cartpk"
    from matplotlib import pyplot as plt

    n = np.array([of["subjects"] for of in found], dtype=float)
    seconds = np.array([of["cpu_s"] for of in found])
    memory = np.array([max(rule["MB"] for rule in of["rules"].values()) for of in found])
    picture, (left, right) = plt.subplots(1, 2, figsize=(8.0, 3.2), layout="constrained")
    left.loglog(n, seconds, "o-", color="#1f5a99", label="measured")
    left.loglog(n, seconds[-1] * n / n[-1], "--", color="#8a8f98", label="in proportion")
    left.set_ylabel("Processor time, s")
    left.legend(frameon=False)
    right.semilogx(n, memory, "o-", color="#1f5a99")
    right.axhline(MOST_MB, color="#b3402a", linestyle="--")
    right.annotate("at most", (n[0], MOST_MB), xytext=(0, -12), textcoords="offset points", color="#b3402a")
    right.set_ylim(0, MOST_MB * 1.1)
    right.set_ylabel("Most memory of a job, MB")
    for axes in (left, right):
        axes.set_xlabel("Subjects")
        axes.set_xticks(n, [f"{int(of):,}" for of in n])
        axes.spines[["top", "right"]].set_visible(False)
    picture.savefig(PICTURE, metadata={"Date": None, "Creator": None})
    plt.close(picture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=8)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.folder.resolve(), asked.sizes, asked.cores, asked.jobs), indent=1))
