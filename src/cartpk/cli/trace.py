"""``cartpk trace``: the path of one value, from the row of a file to the report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from cartpk.value_path import Exhibit, ValuePath

__all__ = ["command"]

_WIDTH = 100
_LINES = 6
"""Lines of an exhibit's file that are named."""

EXAMPLES: Final = """\b
cartpk trace results/NCT06871644 SIM644-01 CMAX
cartpk trace results/NCT06871644 SIM644-11 AUC0_28D    why there is no value"""


@click.command(epilog=EXAMPLES)
@click.argument("results", type=click.Path(path_type=Path, file_okay=False))
@click.argument("subject")
@click.argument("parameter")
def command(results: Path, subject: str, parameter: str) -> None:
    """Print how the PARAMETER (PARAMCD, e.g. CMAX or AUC0_28D) of SUBJECT came about in the run in RESULTS.

    From the rows of the delivered files, used or not and why, over what was found in them and the settings that
    decided, to the row of adpp.csv and to the tables, figures and the place in the report that show it. One path per
    analyte, specimen, infusion and method.
    """
    from cartpk.config import load
    from cartpk.provenance import read_manifest
    from cartpk.value_path import value_paths

    _, content = read_manifest(results)
    config, hashes = content["config"], {r["path"]: r["sha256"] for r in content["inputs"]}
    paths = value_paths(results, load(Path(config["file"])), subject, parameter)
    click.echo("\n\n".join("\n".join(_lines(path, hashes)) for path in paths))


def _lines(path: ValuePath, hashes: dict[str, str]) -> Iterator[str]:
    row, what = path.row, path.definition
    of = " · ".join(str(row[c]) for c in ("PARCAT1", "PPCAT", "PPSPEC", "ATPTREF", "PPANMETH") if row[c])
    yield f"{row['USUBJID']}  {row['PARAMCD']}  {row['PARAM']}  ({of})"
    value = row["AVALC"] or row["AVAL"]
    unit = f" {row['AVALU']}" if row["AVALU"] and value else ""
    yield f"  = {value}{unit}" if value else f"  no value: {row['PPREASND']}"
    if row["FLAG"]:
        yield f"  flags: {row['FLAG']}"
    yield ""
    yield from _wrapped("definition", f"{what.formula} [{what.cdisc}; {what.source}]")
    yield from _wrapped("rests on", path.rests_on)
    for name, said in what.settings:
        yield from _wrapped("setting", f"{name}: {said}")
    for file in path.sources:
        same = "as it was read" if hashes.get(file.path) == file.sha256 else "CHANGED since the run"
        yield from _wrapped("file", f"{file.path}, SHA-256 {file.sha256[:12]}, {same}")
    yield from _samples(path)
    for finding in path.findings:
        yield from _wrapped("finding", f"{finding.rule} ({finding.severity}): {finding.message}")
    yield from _wrapped("row", f"adpp.csv, line {path.line}")
    for exhibit in path.exhibits:
        yield from _wrapped("shown in", _exhibit(exhibit))
    yield from _wrapped("page", path.page)


def _samples(path: ValuePath) -> Iterator[str]:
    files = list(dict.fromkeys(sample.file for sample in path.samples))
    said = []
    for sample in path.samples:
        where = f"line {sample.row}" if len(files) == 1 else f"{Path(sample.file).name} line {sample.row}"
        day = "no day" if math.isnan(sample.day) else f"day {sample.day:.2f}"
        said.append(f"{where}, {day}: {sample.result}")
    width = max(map(len, said), default=0)
    for text, sample in zip(said, path.samples, strict=True):
        point = "; point of the terminal line" if sample.terminal else ""
        yield f"  {'sample':<11} {text:<{width}}  {sample.use}{point}"
    if not path.samples:
        yield from _wrapped("sample", "none on record")


def _exhibit(exhibit: Exhibit) -> str:
    lines = ", ".join(map(str, exhibit.lines[:_LINES]))
    more = f" and {len(exhibit.lines) - _LINES} more" if len(exhibit.lines) > _LINES else ""
    word = "line" if len(exhibit.lines) == 1 else "lines"
    return f"{exhibit.name}: {exhibit.file}, {word} {lines}{more}; {exhibit.anchor}"


def _wrapped(name: str, text: str) -> Iterator[str]:
    import textwrap

    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    for i, line in enumerate(lines):
        yield f"  {name if not i else '':<11} {line}"
