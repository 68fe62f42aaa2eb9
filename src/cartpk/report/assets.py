"""Style and script of the page: small files joined in the order named here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cartpk.report.parts import PagePart

__all__ = ["FOLDER", "script", "style"]

FOLDER: Final = Path(__file__).parent
_STYLES: Final = (
    "base", "bar", "sheet", "type", "glance", "facts", "exhibits", "charts", "filter", "tables", "findings", "methods",
)  # fmt: skip
"""What is the same on screens and paper, then its parts."""
_LAST: Final = "paper"
"""The style of paper comes last: it overrides."""
_SCRIPTS: Final = (
    "core", "theme", "outline", "scroll", "fold", "filter", "stats", "recipes", "library", "values", "charts", "tables",
)  # fmt: skip
"""``core`` makes the name ``cartpk`` that all others share."""


def style(parts: Sequence[PagePart] = ()) -> str:
    """The page's style: the frame's, the parts', then that of paper."""
    own = [FOLDER / "styles" / f"{name}.css" for name in _STYLES]
    theirs = [part.folder / name for part in parts for name in part.styles]
    return _joined([*own, *theirs, FOLDER / "styles" / f"{_LAST}.css"])


def script(parts: Sequence[PagePart] = ()) -> str:
    """The page's script: the frame's, then the parts'."""
    own = [FOLDER / "scripts" / f"{name}.js" for name in _SCRIPTS]
    return _joined([*own, *(part.folder / name for part in parts for name in part.scripts)])


def _joined(files: Sequence[Path]) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
