"""The page of many subjects in a real browser: its size, how soon it stands, how soon it answers a filter.

usage: python benchmarks/report_page.py RESULTS CONFIG [--subjects 500] [--runs 5] [--keep PAGE.html]

A finished run (results/<trial>) is repeated with new names and shifted values until there are so many subjects; tables
and the data of figures are made anew from that, pictures of figures are those of the run. Needs chromium and
chromedriver.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "report"))

DRAWN = "return document.documentElement.dataset.charts === 'drawn'"
STANDS = """const t = performance.getEntriesByType('navigation')[0];
return [t.domContentLoadedEventEnd, performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1]"""
FILTER = """const [of] = [...document.querySelectorAll('#filter input')]; const done = arguments[arguments.length - 1];
document.getElementById('figure-f-14-2-3').scrollIntoView();
setTimeout(() => {
  const start = performance.now(); let said = 0;
  cartpk.on('near', () => { if (!said) { said = performance.now() - start; done(said); } });
  of.click();
}, 600);"""


def repeated(data, subjects: int):
    """The run's tables with as many subjects: copies with their own names, values moved by a factor of each copy."""
    names = list(data.adsl["USUBJID"])
    copies = -(-subjects // len(names))
    rng = np.random.default_rng(20260101)
    factors = np.exp(rng.normal(0, 0.5, copies))
    keep = {f"{name}-{copy:03d}" for copy in range(copies) for name in names}
    keep = set(sorted(keep, key=lambda text: (text.rsplit("-", 1)[1], text))[:subjects])

    def many(frame):
        if not isinstance(frame, pd.DataFrame) or "USUBJID" not in frame.columns or frame.empty:
            return frame
        parts = []
        for copy, factor in enumerate(factors):
            part = frame.copy()
            part["USUBJID"] = [f"{name}-{copy:03d}" if isinstance(name, str) else name for name in part["USUBJID"]]
            for column in ("AVAL", "BASE", "PRED", "PREDLO", "PREDHI"):
                if copy and column in part.columns and part[column].dtype.kind == "f" and "CNSR" not in part.columns:
                    part[column] = (part[column] * factor).round(4)
            parts.append(part[part["USUBJID"].isin(keep) | part["USUBJID"].isna()])
        return pd.concat(parts, ignore_index=True)

    changed = {
        f.name: many(getattr(data, f.name)) for f in dataclasses.fields(data) if f.name not in {"clinical", "derived"}
    }
    clinical = dataclasses.replace(
        data.clinical, **{f.name: many(getattr(data.clinical, f.name)) for f in dataclasses.fields(data.clinical)}
    )
    derived = dataclasses.replace(data.derived, tables={k: many(v) for k, v in data.derived.tables.items()})
    return dataclasses.replace(data, **changed, clinical=clinical, derived=derived)


def page(results: Path, config_file: Path, subjects: int) -> str:
    """The page of the repeated run."""
    from cartpk.config import load
    from cartpk.figures.exhibit import Figure
    from cartpk.figures.registry import FIGURES, wanted
    from cartpk.files import write_table, write_text
    from cartpk.provenance import FileRecord
    from cartpk.report import provenance_of, read_run, render
    from cartpk.report.tables import read_tables
    from cartpk.tables.output import json_text
    from cartpk.tables.registry import make_tables

    config = load(config_file)
    there = [name for name in wanted(config) if (results / "figures" / f"{name}.json").is_file()]
    run = read_run(results, there)
    data = repeated(run.data, subjects)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        figures = []
        for block in run.figures:
            made = FIGURES[block.id].make(data, config)
            drawn = folder / f"{block.id}.csv"
            shutil.copy(results / "figures" / f"{block.id}.json", folder)
            if isinstance(made, Figure):
                write_table(drawn, made.data)
            figures.append(dataclasses.replace(block, data=drawn if drawn.is_file() else None))
        write_text(folder / "tables" / "tables.json", json_text(make_tables(data, config)))
        file = FileRecord("config/made.yaml", "c0" * 32, 100)
        made = dataclasses.replace(run, data=data, figures=tuple(figures), tables=read_tables(folder))
        return render(config, made, provenance_of(config, file, (file,), "cartpk report"))


def timed(file: Path, runs: int) -> dict[str, float]:
    """Medians: seconds until the page stands, until all charts are drawn, until a filter is answered."""
    from test_browser import Browser

    found: dict[str, list[float]] = {"stands": [], "drawn": [], "filter": []}
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(Path(profile))
        try:
            for _ in range(runs):
                start = time.perf_counter()
                browser.open(file, 1280)
                found["stands"].append(browser.run(STANDS)[0] / 1000)
                while not browser.run(DRAWN):
                    time.sleep(0.05)
                found["drawn"].append(time.perf_counter() - start)
                answer = browser.send("POST", "/execute/async", {"script": FILTER, "args": []})
                found["filter"].append(answer / 1000)
        finally:
            browser.close()
    return {name: statistics.median(values) for name, values in found.items()}


def measure(results: Path, config: Path, subjects: int, runs: int, keep: Path | None = None) -> dict[str, float]:
    """Size in MB and the medians of :func:`timed`."""
    with tempfile.TemporaryDirectory() as scratch:
        file = keep or Path(scratch) / "report.html"
        file.write_text(page(results, config, subjects), encoding="utf-8")
        return {"MB": file.stat().st_size / 1e6, **timed(file.resolve(), runs)}


def section(results: Path, config: Path, runs: int) -> str:
    """What was measured, as a part of benchmarks/README.md."""
    rows = []
    for subjects, bar in ((18, 3), (500, 8)):
        found = measure(results, config, subjects, runs)
        rows.append(
            f"| {subjects} | {found['MB']:.1f} | {bar} | {found['stands']:.2f} | {found['filter']:.2f} | "
            f"{found['drawn']:.1f} |"
        )
    table = "\n".join(rows)
    return f"""## The page

The page of the sample trial, and of the same trial with its subjects repeated under new names and with moved values, in
headless Chromium from a file: size; seconds until the page stands (DOMContentLoaded), from the choice of
a dose level until every chart, listing and count in sight has followed, and until the last chart far below is drawn in
idle moments. Medians of {runs}. Command: `python benchmarks/run.py --only report` (needs the finished sample run).

| subjects | MB | at most | stands, s | filter, s | all drawn, s |
|---|---|---|---|---|---|
{table}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("config", type=Path)
    parser.add_argument("--subjects", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    print(json.dumps(measure(args.results, args.config, args.subjects, args.runs, args.keep), indent=1))
