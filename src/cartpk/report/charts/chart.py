"""What an interactive chart is before the page draws it: Vega-Lite specifications, and which data they ask for.

A chart stands on the page where its figure stands, under the figure's number, title and words, and holds to the
figure's colours, order and marks. Its specification is a plain mapping of Vega-Lite 6. No data stand in it: each
dataset names a recipe of ``scripts/recipes.js``, which makes its rows from the page's data block and from the subjects
that the reader has chosen.

``{"$choice": "scale"}`` anywhere in a specification stands for what the control of this key says. On the page a chart
has one specification; ``{"$panel": 2}`` stands for what its panels have each for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Chart", "ChartSource", "Control", "Panel", "Spec", "chosen"]

Spec = dict[str, Any]
"""A part of a Vega-Lite specification."""


@dataclass(frozen=True)
class ChartSource:
    """What a chart is made from: the run's tables, and the data that its figure drew (None: it drew none)."""

    data: TrialData
    figure_data: Callable[[], pd.DataFrame | None]


@dataclass(frozen=True)
class Control:
    """A choice that the reader has: ``choices`` maps its values to (label, what stands for ``$choice``)."""

    key: str
    label: str
    choices: Mapping[str, tuple[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The control as the page's script takes it."""
        return {
            "key": self.key,
            "label": self.label,
            "choices": [{"value": v, "label": label, "set": what} for v, (label, what) in self.choices.items()],
        }


@dataclass(frozen=True)
class Panel:
    """One drawing of a chart.

    Attributes
    ----------
    title
        Stands above it; empty where the chart has one panel.
    spec
        Vega-Lite, its datasets by name.
    data
        Dataset -> (recipe, its parameters).
    words
        The drawing in a sentence, for those who cannot see it.
    """

    title: str
    spec: Spec
    data: Mapping[str, tuple[str, Mapping[str, Any]]]
    words: str = ""


@dataclass(frozen=True)
class Chart:
    """The interactive form of a figure.

    Attributes
    ----------
    figure
        Id of the figure that it stands for.
    panels
        Its drawings, in order.
    controls
        What the reader may switch.
    legend
        Marks of its key beside the dose levels: (label, colour, Vega shape, filled).
    doses
        Whether dose levels are in the key.
    tables
        Further tables of the data block, by name, as packed.
    note
        What the reader must know of the interactive form; a sentence.
    """

    figure: str
    panels: Sequence[Panel]
    controls: Sequence[Control] = ()
    legend: Sequence[tuple[str, str, str, bool]] = ()
    doses: bool = True
    tables: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The chart as the page's script takes it."""
        differing: list[list[Any]] = [[] for _ in self.panels]
        return {
            "figure": self.figure,
            "controls": [control.as_json() for control in self.controls],
            "spec": _common([panel.spec for panel in self.panels], differing),
            "panels": [
                {"title": p.title, "words": p.words, "set": own, "data": {k: list(v) for k, v in p.data.items()}}
                for p, own in zip(self.panels, differing, strict=True)
            ],
            "legend": [list(entry) for entry in self.legend],
            "doses": self.doses,
        }


def _common(parts: Sequence[Any], differing: Sequence[list[Any]]) -> Any:  # noqa: ANN401
    """What these specifications have in common, ``{"$panel": i}`` where they differ in their i-th own value."""
    first = parts[0]
    if all(part == first for part in parts):
        return first
    if all(isinstance(part, dict) and part.keys() == first.keys() for part in parts):
        return {key: _common([part[key] for part in parts], differing) for key in first}
    if all(isinstance(part, list) and len(part) == len(first) for part in parts):
        return [_common(list(own), differing) for own in zip(*parts, strict=True)]
    for own, part in zip(differing, parts, strict=True):
        own.append(part)
    return {"$panel": len(differing[0]) - 1}


def chosen(key: str) -> dict[str, str]:
    """The place in a specification that the control of this key fills."""
    return {"$choice": key}
