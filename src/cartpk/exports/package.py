"""Everything that goes into ``exports/`` of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from cartpk import trial_data
from cartpk.exports import archives, datasets, define, transport, workbook
from cartpk.files import write_bytes, write_published, write_text

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["FOLDER", "README", "Package", "export"]

FOLDER: Final = "exports"
README: Final = """Files for other tools, made by cartpk from the tables of this run.

csv/            the data sets as CSV (UTF-8); an apostrophe stands before a text that a spreadsheet would run
xpt5/           the same as SAS transport files, version 5: ASCII, names of 8, labels of 40 letters, texts of 200 bytes
xpt8/           the same, version 8: texts as they are (UTF-8)
datasets.csv    the data sets: what a row is, keys, rows
variables.csv   every variable: label, type, length, code list, origin, derivation
parameters.csv  every parameter of PP: CDISC name and code, or sponsor extension; derivation
codes.csv       specimens and methods in use: CDISC code, or sponsor extension
limits.csv      everything that version 5 could not hold as it was, and what it became
tables.xlsx     all printed tables and listings, numbers unrounded
figures.zip     every figure as PNG, SVG and PDF
slides/         every figure as PNG of 1920 x 1080

What of it is there: report.exports of the config. The header of a transport file holds 01JAN60 in place of a clock:
the same data give the same bytes. Dates stand in the files where report.dates allows them.
"""
_LIMITS: Final = ("DATASET", "VARIABLE", "WHAT", "FOUND", "BECAME")


@dataclass(frozen=True, slots=True)
class Package:
    """What was written: data sets, their rows in all, notes on version 5, sheets, figures."""

    datasets: int
    rows: int
    notes: int
    sheets: int
    figures: int


def export(config: TrialConfig, results: Path) -> Package:
    """Write the exports that ``report.exports`` asks for, into ``results/exports``.

    Parameters
    ----------
    config
        The trial.
    results
        ``results/<trial>``; tables made, and figures where ``pdf`` is asked for.

    Raises
    ------
    FileNotFoundError
        A file of the run is not there.
    """
    wanted, folder = config.report.exports, results / FOLDER
    made: list[datasets.Made] = []
    notes: list[transport.Note] = []
    sheets = figures = 0
    if "xpt" in wanted or "xlsx" in wanted:
        data = trial_data.load(results)
        made = datasets.make(data, config)
        lists = _lists(made, data.adpp)
    if "xpt" in wanted:
        notes = [note for m in made for note in _data_set(m, folder)]
        table = pd.DataFrame([asdict(note) for note in notes], columns=[name.lower() for name in _LIMITS])
        lists["limits"] = table.set_axis(list(_LIMITS), axis="columns")
        for name, content in lists.items():
            write_published(folder / f"{name}.csv", content)
    if "xlsx" in wanted:
        pages = [*workbook.printed_sheets(results), *_list_sheets(lists)]
        write_bytes(folder / "tables.xlsx", workbook.workbook(pages, config))
        sheets = len(pages)
    if "pdf" in wanted or "slides" in wanted:
        figures = _figures(config, results, folder)
    if wanted:
        write_text(folder / "README.txt", README)
    return Package(len(made), sum(len(m.table) for m in made), len(notes), sheets, figures)


def _lists(made: list[datasets.Made], adpp: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        "datasets": define.datasets(made),
        "variables": define.variables(made),
        "parameters": define.parameters(adpp),
        "codes": define.codes(adpp),
    }


def _list_sheets(lists: dict[str, pd.DataFrame]) -> list[workbook.Sheet]:
    titles = {
        "datasets": "Data sets of the export",
        "variables": "Variables of the data sets",
        "parameters": "Parameters of PP and their CDISC codes",
        "codes": "Specimens and methods and their CDISC codes",
    }
    return [workbook.sheet_of_frame(name.capitalize(), title, lists[name]) for name, title in titles.items()]


def _data_set(made: datasets.Made, folder: Path) -> tuple[transport.Note, ...]:
    """Write one data set as CSV and in both versions; what was changed for version 5."""
    name, title = made.entry.name, made.entry.title
    fitted = transport.fitted(name, made.table, made.labels)
    versions: tuple[tuple[Literal[5, 8], pd.DataFrame, dict[str, str]], ...] = (
        (5, fitted.table, fitted.labels),
        (8, made.table, made.labels),
    )
    for version, table, labels in versions:
        content = transport.xpt_bytes(name, title, table, labels, version)
        write_bytes(folder / f"xpt{version}" / f"{name.lower()}.xpt", content)
    write_published(folder / "csv" / f"{name.lower()}.csv", made.table)
    return fitted.notes


def _refuse_absent(results: Path, names: Iterable[str]) -> None:
    pictures = [f"figures/{name}.{kind}" for name in names for kind in ("png", "svg")]
    if absent := [name for name in pictures if not (results / name).is_file()]:
        raise FileNotFoundError(
            f"{results} lacks {', '.join(absent[:4])}{' ...' if len(absent) > 4 else ''}: make its figures first "
            "(`snakemake`, or `cartpk figure CONFIG --results FOLDER`)"
        )


def _figures(config: TrialConfig, results: Path, folder: Path) -> int:
    """Write PDFs and slides, one drawing process for all of them; how many figures there are."""
    from cartpk.exports.pictures import pdf_bytes, slide_bytes  # noqa: PLC0415 - two seconds
    from cartpk.figures.exhibit import EmptyFigure  # noqa: PLC0415
    from cartpk.figures.registry import wanted  # noqa: PLC0415

    files: dict[str, bytes] = {}
    drawn, specs = 0, wanted(config)
    if "pdf" in config.report.exports:
        _refuse_absent(results, specs)
    for name, spec in specs.items():
        data = trial_data.load(results, only=spec.inputs)
        made = spec.make(data, config)
        if isinstance(made, EmptyFigure):
            continue
        drawn += 1
        if "pdf" in config.report.exports:
            stem = results / "figures" / name
            files |= {f"{name}.{kind}": stem.with_suffix(f".{kind}").read_bytes() for kind in ("png", "svg")}
            files[f"{name}.pdf"] = pdf_bytes(made)
            write_bytes(folder / "pdf" / f"{name}.pdf", files[f"{name}.pdf"])
        if "slides" in config.report.exports:
            write_bytes(folder / "slides" / f"{name}.png", slide_bytes(spec.in_trial(data), made, config))
    if files:
        write_bytes(folder / "figures.zip", archives.zip_bytes(files))
    return drawn
