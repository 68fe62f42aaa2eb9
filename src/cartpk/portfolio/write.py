"""A portfolio as files: figures and tables of its panels, their values, the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cartpk.figures.exhibit import EmptyFigure
from cartpk.files import write_bytes, write_published, write_text
from cartpk.portfolio.figures import figure, figure_spec
from cartpk.portfolio.page import PanelBlock, printed, render
from cartpk.portfolio.panels import Panel, Quantity, panels
from cartpk.portfolio.statistics import statistics
from cartpk.report.figures import read_figures

if TYPE_CHECKING:
    from cartpk.config.portfolio import Portfolio
    from cartpk.portfolio.members import Member

__all__ = ["write_portfolio"]


def write_portfolio(settings: Portfolio, members: Sequence[Member], folder: Path) -> int:
    """Write figures/, tables/, values.csv and report.html; how many panels there are.

    Parameters
    ----------
    settings, members
        The portfolio and its trials.
    folder
        ``results/<portfolio>``, beside the trials' own folders.
    """
    found = panels(members, settings)
    note = "Synthetic data" if any(member.config.report.synthetic for member in members) else ""
    blocks: dict[Quantity, list[PanelBlock]] = {}
    values: list[pd.DataFrame] = []
    for number, (quantity, own) in enumerate(found.items(), 1):
        blocks[quantity] = []
        for part, panel in enumerate(own, 1):
            blocks[quantity].append(_write(panel, number, part, settings, note, folder))
            values.append(panel.rows.assign(PARAMCD=quantity.code, PANEL=panel.alike, AVALU=panel.unit))
    if values:
        write_published(folder / "values.csv", pd.concat(values, ignore_index=True))
    write_text(folder / "report.html", render(settings, members, found, blocks, folder))
    return len(values)


def _write(panel: Panel, number: int, part: int, settings: Portfolio, note: str, folder: Path) -> PanelBlock:
    from cartpk.figures.render import blank_pictures, pictures  # noqa: PLC0415 - a second
    from cartpk.figures.write import words  # noqa: PLC0415

    spec = figure_spec(panel, number, part)
    summary = statistics(panel, settings.level_pct / 100)
    made = figure(panel, summary, settings.level_pct, note)
    shown = made or EmptyFigure(f"No subject has a value of {panel.quantity.label} that can be drawn.")
    png, svg = pictures(made.draw()) if made else blank_pictures(f"{panel.quantity.label}: no value to draw")
    stem = folder / "figures" / spec.id
    write_bytes(stem.with_suffix(".png"), png)
    write_bytes(stem.with_suffix(".svg"), svg)
    write_published(stem.with_suffix(".csv"), panel.rows)
    write_text(stem.with_suffix(".json"), json.dumps(words(spec, shown), indent=2, ensure_ascii=False) + "\n")
    write_published(folder / "tables" / f"{spec.id}.csv", summary)
    (block,) = read_figures(folder, [spec.id])
    heads, rows = printed(panel, summary, settings.level_pct)
    return PanelBlock(panel.alike, block, heads, rows)
