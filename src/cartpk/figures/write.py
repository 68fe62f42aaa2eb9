"""A figure's four files: PNG, SVG, its data as CSV, its words as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.figures.render import blank_pictures, pictures
from cartpk.files import write_bytes, write_published, write_text

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["words", "write_figure"]


def write_figure(spec: FigureSpec, data: TrialData, config: TrialConfig, results: Path) -> Figure | EmptyFigure:
    """Make this figure and write its files under ``results/figures``; give back what was made.

    A figure that cannot be drawn has its files too: a picture and a JSON that say why, and a CSV without rows.
    """
    made = spec.make(data, config)
    if isinstance(made, Figure):
        (png, svg), table = pictures(made.draw()), made.data
    else:
        (png, svg), table = blank_pictures(made.reason), pd.DataFrame({"USUBJID": []})
    stem = results / "figures" / spec.id
    write_bytes(stem.with_suffix(".png"), png)
    write_bytes(stem.with_suffix(".svg"), svg)
    write_published(stem.with_suffix(".csv"), table)
    write_text(
        stem.with_suffix(".json"), json.dumps(words(spec.in_trial(data), made), indent=2, ensure_ascii=False) + "\n"
    )
    return made


def words(spec: FigureSpec, made: Figure | EmptyFigure) -> dict[str, object]:
    """Everything that is printed about a figure.

    Keys: id, number, title, caption, footnotes (list), alt, n (subjects), empty_reason (None = there is a figure),
    width and height (inches).
    """
    head = {"id": spec.id, "number": spec.number, "title": spec.title}
    if isinstance(made, EmptyFigure):
        none = {"caption": "", "footnotes": [], "alt": made.reason, "n": 0}
        return {**head, **none, "empty_reason": made.reason, "width": 8.0, "height": 1.0}
    return {
        **head,
        "caption": made.caption,
        "footnotes": list(made.footnotes),
        "alt": made.alt,
        "n": made.n,
        "empty_reason": None,
        "width": made.width,
        "height": made.height,
    }
