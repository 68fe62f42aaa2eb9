"""Figures of a run as the page shows them: read from their files, nothing computed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from cartpk.report.prose import anchor

__all__ = ["FigureBlock", "FileLink", "read_figures"]

_PIXELS_PER_INCH: Final = 96
_SMALL_SVG: Final = 120_000
"""Bytes up to which the drawing is taken, sharp at any size, even where the bitmap is smaller still."""
_SVG_SAFE: Final = " !$&'()*+,-./:;=?@_~^`{}|[]"
_DOWNLOADS: Final = {"png": "PNG", "svg": "SVG", "csv": "Data (CSV)"}


@dataclass(frozen=True)
class FileLink:
    """A file beside the page: its path relative to the page, and what the link says."""

    path: str
    label: str


@dataclass(frozen=True)
class FigureBlock:
    """A figure as the page shows it; ``picture`` is a data URI, None where ``empty_reason`` says why there is none."""

    id: str
    anchor: str
    number: str
    title: str
    caption: str
    footnotes: tuple[str, ...]
    alt: str
    picture: str | None
    width: int
    height: int
    empty_reason: str | None
    files: tuple[FileLink, ...]


def read_figures(folder: Path, order: Sequence[str]) -> tuple[FigureBlock, ...]:
    """The figures of a run, in this order.

    Parameters
    ----------
    folder
        Results folder.
    order
        Ids of all figures that the run must have.

    Raises
    ------
    FileNotFoundError
        Names the first figure whose words are not there.
    """
    return tuple(_figure(folder, name) for name in order)


def _figure(folder: Path, name: str) -> FigureBlock:
    about: dict[str, Any] = json.loads((folder / "figures" / f"{name}.json").read_text(encoding="utf-8"))
    empty = about.get("empty_reason") or None
    links = tuple(
        FileLink(f"figures/{name}.{suffix}", label)
        for suffix, label in _DOWNLOADS.items()
        if not empty and (folder / "figures" / f"{name}.{suffix}").is_file()
    )
    return FigureBlock(
        id=name,
        anchor=anchor("figure", name),
        number=about["number"],
        title=about["title"],
        caption=about.get("caption") or "",
        footnotes=tuple(about.get("footnotes") or ()),
        alt=about.get("alt") or about["title"],
        picture=None if empty else _picture(folder / "figures", name),
        width=round((about.get("width") or 0) * _PIXELS_PER_INCH),
        height=round((about.get("height") or 0) * _PIXELS_PER_INCH),
        empty_reason=empty,
        files=links,
    )


def _picture(folder: Path, name: str) -> str:
    """The picture as a data URI: the drawing where it is small or smaller than the bitmap, else the bitmap."""
    drawing = (folder / f"{name}.svg").read_text(encoding="utf-8")
    vector = "data:image/svg+xml," + quote(drawing, safe=_SVG_SAFE)
    bitmap = "data:image/png;base64," + base64.b64encode((folder / f"{name}.png").read_bytes()).decode("ascii")
    return vector if len(vector) <= max(_SMALL_SVG, len(bitmap)) else bitmap
