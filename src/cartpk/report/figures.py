"""Figures of a run as the page shows them: read from their files, nothing computed."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from markupsafe import Markup

from cartpk.report.prose import anchor
from cartpk.report.vector import slim

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FigureBlock", "FileLink", "read_drawn", "read_figures"]

_PIXELS_PER_INCH: Final = 96
_SMALL_SVG: Final = 40_000
"""Bytes up to which the drawing is taken, sharp at any size, even where the bitmap is smaller still."""
_COLOURS: Final = 48
"""Colours of a bitmap on the page: few enough to weigh a third, enough for every dose level and its shades."""
_EXACT: Final = 16
"""Of them the most used ones, each as it is."""
_NEAR: Final = 12
_SVG_SAFE: Final = " !$'()*+,-./:;=?@_~^`{}|[]"
_DOWNLOADS: Final = {"png": "PNG", "svg": "SVG", "csv": "Data (CSV)"}


@dataclass(frozen=True)
class FileLink:
    """A file beside the page: its path relative to the page, and what the link says."""

    path: str
    label: str


@dataclass(frozen=True)
class FigureBlock:
    """A figure as the page shows it.

    ``picture`` is a data URI, None where ``empty_reason`` says why there is none; ``data`` the file of what it drew.
    """

    id: str
    anchor: str
    number: str
    title: str
    caption: str
    footnotes: tuple[str, ...]
    alt: str
    width: int
    height: int
    empty_reason: str | None
    files: tuple[FileLink, ...]
    folder: Path
    data: Path | None = None

    @property
    def picture(self) -> Markup | None:
        """The picture as a data URI, fit for an attribute in quotation marks; None where there is none."""
        # it holds no quotation mark and no ampersand
        return None if self.empty_reason else Markup(_picture(self.folder, self.id))  # noqa: S704


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


def read_drawn(file: Path | None) -> pd.DataFrame | None:
    """What a figure drew, from its CSV: names and codes as text, the rest as numbers; None without a file or a row."""
    import pandas as pd  # noqa: PLC0415

    if file is None:
        return None
    text = ("USUBJID", "COHORT", "GROUP", "VALUE", "PPCAT", "PARAMCD")
    rows = pd.read_csv(file, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
    return rows if len(rows) else None


def _figure(folder: Path, name: str) -> FigureBlock:
    about: dict[str, Any] = json.loads((folder / "figures" / f"{name}.json").read_text(encoding="utf-8"))
    empty = about.get("empty_reason") or None
    links = tuple(
        FileLink(f"figures/{name}.{suffix}", label)
        for suffix, label in _DOWNLOADS.items()
        if not empty and (folder / "figures" / f"{name}.{suffix}").is_file()
    )
    drawn = folder / "figures" / f"{name}.csv"
    return FigureBlock(
        id=name,
        anchor=anchor("figure", name),
        number=about["number"],
        title=about["title"],
        caption=about.get("caption") or "",
        footnotes=tuple(about.get("footnotes") or ()),
        alt=about.get("alt") or about["title"],
        width=round((about.get("width") or 0) * _PIXELS_PER_INCH),
        height=round((about.get("height") or 0) * _PIXELS_PER_INCH),
        empty_reason=empty,
        files=links,
        folder=folder / "figures",
        data=drawn if drawn.is_file() and not empty else None,
    )


def _picture(folder: Path, name: str) -> str:
    """The picture as a data URI: the drawing where it is small or smaller than the bitmap, else the bitmap."""
    drawing = slim((folder / f"{name}.svg").read_text(encoding="utf-8"))
    # within the quotes of an attribute an apostrophe is one letter, a quotation mark three
    apostrophes = drawing if "'" in drawing else drawing.replace('"', "'")
    vector = "data:image/svg+xml," + quote(apostrophes, safe=_SVG_SAFE)
    if len(vector) <= _SMALL_SVG:
        return vector
    kind, lean = _lean((folder / f"{name}.png").read_bytes())
    return min(vector, f"data:image/{kind};base64,{base64.b64encode(lean).decode('ascii')}", key=len)


def _lean(bitmap: bytes) -> tuple[str, bytes]:
    """The bitmap in few colours, as WebP without loss (a quarter less than PNG), where that is smaller.

    The file beside the page has every colour.
    """
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(bitmap)) as picture:
        every = picture.convert("RGB")
        # paper, letters and dose levels as they are, for the shades between them an octree: by the median of the
        # pixels the few coloured ones of a drawing would turn grey
        counts = sorted(every.getcolors(every.width * every.height) or (), reverse=True)
        exact = [tuple(colour) for _, colour in counts[:_EXACT] if isinstance(colour, tuple)]
        octree = every.quantize(_COLOURS - _EXACT, Image.Quantize.FASTOCTREE).getpalette() or []
        shades = [tuple(octree[i : i + 3]) for i in range(0, 3 * (_COLOURS - _EXACT), 3)]
        # Pillow tells colours apart by eighths: a shade beside an exact colour would take its pixels
        apart = [s for s in shades if all(max(abs(a - b) for a, b in zip(s, e, strict=True)) > _NEAR for e in exact)]
        colours = exact + apart
        palette = Image.new("P", (1, 1))
        palette.putpalette([channel for colour in (colours + colours[:1] * 256)[:256] for channel in colour])
        few = every.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
        packed = io.BytesIO()
        few.save(packed, "WEBP", lossless=True, method=6)
    return min(("png", bitmap), ("webp", packed.getvalue()), key=lambda form: len(form[1]))
