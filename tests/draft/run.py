"""`make drafts`: every reference series, CDISC example and sheet from `cartpk new` to report.html, by the workflow.

``python tests/draft/run.py --folder FOLDER --only sim_stein --note docs/drafts.md``. Exit status 1 where one does not
arrive; what stands finished in the folder is not run again.
"""

# ruff: noqa: T201 - it prints how each one ends
from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from drafting import ADAM, KINETICS, REFERENCE, ROOT, SDTM, answered
from lab_sheets import SHEETS

from cartpk.draft import draft_config

MOST = 3
"""Answers that a newcomer is asked for at most."""
_SHOWN = 200
"""Letters of a message in the table."""
TRIED = (
    "two-row header",
    "Chinese in GB18030",
    "wide by subject",
    "wide by analyte",
    "a word of two meanings",
)
"""Sheets of the tests that go the whole way."""
_NO_SAMPLES = (
    *("kinetics/" + f"sim_{name}_truth.csv" for name in ("carnk_A", "cd7pd_A", "stein_A", "stein_wideIIV_A")),
    *("cdisc/aNCA/" + name for name in ("dummy_simplified.csv", "metadata_nca_parameters.csv")),
    "cdisc/aNCA/metadata_nca_variables.csv",
    *("cdisc/pharmaverseadam/" + name for name in ("adpp.csv", "adsl.csv", "adtte_onco.csv")),
    *("cdisc/pharmaversesdtm/" + f"{name}.csv" for name in ("ae", "is_ada", "pp", "rs_onco_lymphoma")),
    "cdisc/pharmaversesdtm/rs_onco_recist.csv",
)
"""Files beside them that hold no usable table of samples: what the newcomer is told."""
PAGE = """# From a newcomer's file to the report

Written by `make drafts`: every table of samples of the reference data and some of the laboratory sheets of the tests is
drafted by `cartpk new`, its questions are answered, and the workflow runs to report.html. In: subjects of the files;
out: subjects with a Cmax of the primary analyte; listed: those without, each with a reason in `adsl.csv`, `adpp.csv` or
`findings.csv`.

| files | answers | in | out | listed | report |
|---|---|---:|---:|---:|---|
{rows}
{pending}

The other files hold no table of samples that can be drafted. What `cartpk new` says:

| file | said |
|---|---|
{others}
"""


@dataclass(frozen=True)
class Work:
    """What is drafted: its name, its files in the folder, the answers."""

    name: str
    files: tuple[Path, ...]
    answers: dict[str, object]


@dataclass(frozen=True)
class End:
    """How it ended; ``broken`` is empty where it arrived."""

    name: str
    asked: tuple[str, ...]
    subjects: int = 0
    out: int = 0
    listed: int = 0
    broken: str = ""


def ended(kept: Path) -> End:
    """How it ended in an earlier run, as that one noted it."""
    content: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return End(**{**content, "asked": tuple(content["asked"])})


def works(folder: Path) -> Iterator[Work]:
    """Everything that goes the whole way."""
    if REFERENCE.is_dir():
        for case in (SDTM, *ADAM, *KINETICS):
            names = [Path(file) for file in case.files]
            shown = f"{names[0].parent.name}/" + ", ".join(n.name for n in names)
            yield Work(shown, tuple(Path("reference") / n for n in names), case.answers)
    else:
        print("the reference data are not beside the project: the sheets only")
    for i, name in enumerate(TRIED):
        content, answers = SHEETS[name]
        file = folder / "sheets" / f"sheet{i}.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        yield Work(f"sheet: {name}", (file.relative_to(folder),), dict(answers))


def prepared(folder: Path) -> None:
    """A folder that the workflow can run in."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {name: ROOT / name for name in ("Snakefile", "workflow", "profiles")} | {"reference": REFERENCE}
    for name, place in places.items():
        if not (folder / name).exists() and place.exists():
            (folder / name).symlink_to(place)
    (folder / "config").mkdir(exist_ok=True)


def done(work: Work, folder: Path) -> End:
    """Draft, answer, run, count."""
    paths = [folder / file for file in work.files]
    slug = "_".join(path.stem for path in paths[:1])
    draft, _, _ = draft_config(paths, folder, name=slug)
    asked = tuple(q.key for q in draft.questions)
    if len(asked) > MOST:
        return End(work.name, asked, broken=f"{len(asked)} questions")
    config = folder / "config" / f"{slug}.yaml"
    config.write_text(answered(draft, work.answers), encoding="utf-8")
    line = [sys.executable, "-m", "snakemake", "--cores", "1", "--configfile", str(config.relative_to(folder)), "-q"]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode:
        return End(work.name, asked, broken=" ".join((ran.stdout + ran.stderr)[-600:].split()))
    return counted(work, asked, draft.subjects, folder / "results" / slug)


def counted(work: Work, asked: tuple[str, ...], subjects: int, results: Path) -> End:
    """Who came in, who has a Cmax, who is listed without."""
    adsl, adpp, findings = (table(results / name) for name in ("adsl.csv", "adpp.csv", "findings.csv"))
    every = {row["USUBJID"] for row in adsl}
    cmax = {row["USUBJID"] for row in adpp if row["PARAMCD"] == "CMAX" and row["AVAL"]}
    reasons = {row["USUBJID"] for row in adsl if row["EXCLRS"]} | {row["USUBJID"] for row in findings}
    reasons |= {row["USUBJID"] for row in adpp if row["PPREASND"]}
    silent = sorted(every - cmax - reasons)
    broken = f"no reason for {', '.join(silent)}" if silent else ""
    if len(every) != subjects:
        broken = f"{subjects} subjects in, {len(every)} in adsl.csv"
    if not (results / "report.html").is_file():
        broken = "no report.html"
    return End(work.name, asked, subjects, len(cmax), len(every - cmax), broken)


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def said(file: str, folder: Path) -> str:
    """What a newcomer is told who brings a file without samples."""
    try:
        draft, _, _ = draft_config([folder / "reference" / file], folder)
    except ValueError as error:
        return shorten(str(error), _SHOWN, placeholder=" ...")
    asked = [f"asks {q.key}" for q in draft.questions]
    return shorten("; ".join([*asked, *draft.cautions]), _SHOWN, placeholder=" ...")


def page(ends: list[End], others: dict[str, str], pending: list[str]) -> str:
    """The table as a page of the documentation."""

    def row(end: End) -> str:
        answers = ", ".join(f"`{key}`" for key in end.asked) or "none"
        return f"| {end.name} | {answers} | {end.subjects} | {end.out} | {end.listed} | {end.broken or 'made'} |"

    told = "\n".join(f"| {file.removeprefix('cdisc/')} | {text} |" for file, text in others.items())
    left = f"\nNot run by the workflow yet, read and analysed by the tests only: {'; '.join(pending)}.\n"
    return PAGE.format(rows="\n".join(map(row, ends)), others=told, pending=left if pending else "")


def main() -> int:
    """Run them one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="", help="part of a name")
    parser.add_argument("--note", type=Path)
    parser.add_argument("--finished", action="store_true", help="run nothing: what stands finished in the folder")
    asked = parser.parse_args()
    folder = (asked.folder or Path(tempfile.mkdtemp(prefix="drafts"))).resolve()
    prepared(folder)
    ends: list[End] = []
    pending: list[str] = []
    for work in works(folder):
        if asked.only not in work.name:
            continue
        start, kept = time.monotonic(), folder / "config" / f"{work.files[0].stem}.json"
        if kept.is_file():
            end = ended(kept)
        elif asked.finished:
            pending.append(work.name)
            continue
        else:
            end = done(work, folder)
            if not end.broken:
                kept.write_text(json.dumps(asdict(end)), encoding="utf-8")
        ends.append(end)
        print(f"{end.name}: {end.broken or 'made'} ({time.monotonic() - start:.0f} s)", flush=True)
    if asked.note and not asked.only:
        others = {file: said(file, folder) for file in _NO_SAMPLES} if REFERENCE.is_dir() else {}
        asked.note.write_text(page(ends, others, pending), encoding="utf-8")
    return int(any(end.broken for end in ends))


if __name__ == "__main__":
    sys.exit(main())
