"""Every figure of the report, in order; a figure is one module ``f_*.py`` that carries its own entry.

Listing the figures imports neither pandas nor plotnine: the workflow does it each time it starts.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import FigureSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["FIGURES", "batches", "spec", "wanted"]

_FOLDER: Final = Path(__file__).parent


def _order(figure: FigureSpec) -> list[tuple[int, str]]:
    """14.2-3 before 14.2-20, 14.2-20 before 14.2-20b."""
    return [(int(digits), letters) for digits, letters in re.findall(r"(\d+)([a-z]*)", figure.number)]


def _discovered() -> dict[str, FigureSpec]:
    names = sorted(m.name for m in pkgutil.iter_modules([str(_FOLDER)]) if m.name.startswith("f_"))
    found: list[FigureSpec] = [importlib.import_module(f"cartpk.figures.{name}").SPEC for name in names]
    return {figure.id: figure for figure in sorted(found, key=_order)}


FIGURES: Final[dict[str, FigureSpec]] = _discovered()
"""Figure by its id, in the order of the report."""


def spec(figure_id: str) -> FigureSpec:
    """The entry of this figure.

    Raises
    ------
    ValueError
        Names what was asked for and the ids there are.
    """
    if figure_id not in FIGURES:
        raise ValueError(f"there is no figure {figure_id!r}; figures: {', '.join(FIGURES)}")
    return FIGURES[figure_id]


def wanted(config: TrialConfig) -> dict[str, FigureSpec]:
    """The figures that a run of this trial has: of models and of endpoints only those that the config asks for."""
    return {name: figure for name, figure in FIGURES.items() if config.asks(figure.endpoints, figure.needs)}


def batches(config: TrialConfig, most: int = 8) -> dict[str, list[FigureSpec]]:
    """The wanted figures in batches that one process each draws, by the name of the batch.

    Figures of the delivered data come apart from those that wait for an analysis (a file under ``work/`` that the
    intake does not write), so that the first are drawn while the models are fitted.

    Parameters
    ----------
    config
        The trial.
    most
        Largest number of figures in a batch.
    """
    stages: dict[str, list[FigureSpec]] = {"delivered": [], "analysed": []}
    for figure in wanted(config).values():
        stages["analysed" if any(_is_analysed(name) for name in figure.inputs) else "delivered"].append(figure)
    out: dict[str, list[FigureSpec]] = {}
    for stage, figures in stages.items():
        parts = -(-len(figures) // most)
        for part in range(parts):
            out[f"{stage}_{part + 1}"] = figures[part::parts]
    return out


def _is_analysed(name: str) -> bool:
    from cartpk.schemas.clinical import CLINICAL  # noqa: PLC0415 - only the workflow asks; listing figures stays light

    return name.startswith("work/") and Path(name).stem not in CLINICAL
