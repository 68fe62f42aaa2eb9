"""The page of a portfolio: one self-contained HTML file without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cartpk.portfolio import wording
from cartpk.provenance import source
from cartpk.report import assets
from cartpk.report.page import policy
from cartpk.tables.assays import in_specimen
from cartpk.tables.printing import percent, significant, unit_text
from cartpk.terms import NOT_STATED

if TYPE_CHECKING:
    from cartpk.config.portfolio import Portfolio
    from cartpk.portfolio.members import Member
    from cartpk.portfolio.panels import Panel, Quantity
    from cartpk.report.figures import FigureBlock

__all__ = ["PanelBlock", "printed", "render", "title"]

Cells = tuple[str, ...]

_FOLDER: Final = Path(__file__).parent
_TRIAL_HEADS: Final = ("Trial", "Product", "Disease", "Dose basis", "Subjects", "Assays of the product")
_COUNTS: Final = {
    "N": "Subjects",
    "NVALUE": "n",
    "NZERO": "All BLQ",
    "NAPART": "Extrapolated",
    "NCENSORED": "Lower bounds",
    "NMISSING": "No value",
}
"""Counts of a row and their heads."""
_ALWAYS: Final = ("N", "NVALUE", "NMISSING")


@dataclass(frozen=True)
class PanelBlock:
    """A panel as the page shows it: its figure and its printed table."""

    alike: str
    figure: FigureBlock
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Part:
    id: str
    label: str
    words: list[str]
    panels: list[PanelBlock]


@dataclass(frozen=True)
class _Trial:
    id: str
    link: str | None
    cells: tuple[str | None, ...]


def title(settings: Portfolio, members: Sequence[Member]) -> str:
    """Heading of the page."""
    return settings.title or ", ".join(member.id for member in members)


def printed(panel: Panel, summary: pd.DataFrame, level_pct: float) -> tuple[Cells, tuple[Cells, ...]]:
    """Heads and rows of a panel's table; a count that is 0 in every row has no column.

    Parameters
    ----------
    panel, summary
        A panel and its statistics.
    level_pct
        Confidence level, %.
    """
    geometric = panel.quantity.kind == "geometric"
    counts = {name: head for name, head in _COUNTS.items() if name in _ALWAYS or summary[name].sum()}
    middle = "Geometric mean" if geometric else "Median"
    heads = ["Trial", "Dose level", *counts.values(), middle, f"{level_pct:g} % limits"]
    heads += ["Geometric CV, %"] if geometric else []
    rows = []
    for row in summary.to_dict("records"):
        cells = [str(row["TRIAL"]), str(row["COHORT"]), *(f"{row[name]:.0f}" for name in counts)]
        reached = "NR" if not geometric and row["NVALUE"] else "NC"
        cells += [_number(row["CENTRE"], reached), f"{_number(row['LOWER'], 'NC')}; {_number(row['UPPER'], reached)}"]
        cells += [_number(row["GEOCV"], "NC", percent)] if geometric else []
        cells.append(f"{_number(row['MINIMUM'], 'NC')}; {_number(row['MAXIMUM'], 'NC')}")
        rows.append(tuple(cells))
    return (*heads, "Min; max"), tuple(rows)


def _number(value: float, missing: str, style: Any = significant) -> str:  # noqa: ANN401 - a function of one number
    return missing if np.isnan(value) else str(style(value))


def render(
    settings: Portfolio,
    members: Sequence[Member],
    found: Mapping[Quantity, Sequence[Panel]],
    blocks: Mapping[Quantity, Sequence[PanelBlock]],
    folder: Path,
) -> str:
    """The text of ``report.html``: the same bytes for the same runs, without a clock.

    Parameters
    ----------
    settings, members
        The portfolio and its trials.
    found, blocks
        Panels of every quantity, and how they are shown.
    folder
        Where the page will stand: trials' own pages are linked from there.
    """
    style = assets.style() + "\n" + (_FOLDER / "portfolio.css").read_text(encoding="utf-8")
    parts = [
        _Part(f"q{i}", quantity.label, wording.apart(quantity, found[quantity], members), list(blocks[quantity]))
        for i, quantity in enumerate(found, 1)
    ]
    lines = [line for panels in found.values() for panel in panels for line in panel.lines]
    program = source()
    return _environment().get_template("page.html.j2").render(
        title=title(settings, members),
        lead=wording.lead(members),
        synthetic=wording.synthetic(members),
        cautions=wording.cautions(settings),
        trial_heads=_TRIAL_HEADS,
        trials=[_trial(member, folder) for member in members],
        parts=parts,
        sources=[{**_shown(line)} for line in dict.fromkeys(lines)],
        methods=wording.methods(settings, found),
        files=[(member.id, name, digest) for member in members for name, digest in member.hashes.items()],
        not_stated=NOT_STATED,
        version=program.version,
        code=program.code,
        policy=policy(style),
        style=Markup(style),  # noqa: S704 - our own text, hashed in the policy
    )  # fmt: skip


def _shown(line: Any) -> dict[str, str]:  # noqa: ANN401
    names = ("product", "population", "group", "n", "quantity", "statistic", "spread", "source")
    quantity = {"CMAX": "Cmax", "AUC0_28D": "AUC0-28d", "TDET": "Tlast"}
    said = {name: getattr(line, name) for name in names}
    return said | {
        "value": significant(line.value, 6),
        "unit": unit_text(line.unit),
        "quantity": quantity.get(line.quantity, line.quantity),
    }


def _trial(member: Member, folder: Path) -> _Trial:
    config = member.config
    there = (folder.parent / member.id / "report.html").is_file()
    basis = {"flat": "flat", "per_kg": "per kg body weight", None: None}[config.dosing.basis]
    analytes = "; ".join(
        f"{in_specimen(a.label, a.specimen)}, {a.method or 'method not stated'}" for a in config.analytes
    )
    cell = {"T": "CAR-T", "NK": "CAR-NK"}[config.product.cell]
    planned = "planned: not stated" if config.trial.planned_n is None else f"planned: {config.trial.planned_n}"
    cells = (
        config.product.name if cell in config.product.name else f"{config.product.name} ({cell})",
        config.trial.indication,
        basis,
        f"{len(member.data.adsl)}; {planned}",
        analytes,
    )
    return _Trial(member.id, f"../{member.id}/report.html" if there else None, cells)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
