"""Further parts of the page: each brings its template, style, script and data; the frame knows none of them.

A part is one :class:`PagePart` in a module of its own folder and one line in ``PARTS``. Its files stand beside its
module::

    report/<part>/__init__.py   PART = PagePart("<part>", Path(__file__).parent, ...)
    report/<part>/*.html.j2     what the frame includes in one of its slots
    report/<part>/*.css, *.js   joined to those of the frame, in the order named

Its script runs within the page's one script after the frame's own; it finds the data at ``cartpk.data[key]``, the
run's tables at ``cartpk.table(name)``, the frame's events at ``cartpk.on`` (``scripts/core.js`` says which).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cartpk.config import TrialConfig
from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    from cartpk.report.page import RunFiles

__all__ = ["PARTS", "PagePart"]


def _nothing(_data: TrialData, _config: TrialConfig) -> None:
    return None


def _no_words(_run: RunFiles, _config: TrialConfig) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class PagePart:
    """A part that plugs into the page.

    Attributes
    ----------
    key
        Its name: key of its data in the block, name of its template's variables.
    folder
        Where its files stand.
    main, end
        Template included at the end of the listings; template included after the page's main part.
    styles, scripts
        Names of its files, in order.
    data
        Its value in the data block (JSON: mappings, lists, texts, finite numbers, None); None = it has none.
    words
        Variables of its templates, there under the part's key.
    """

    key: str
    folder: Path
    main: str | None = None
    end: str | None = None
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    data: Callable[[TrialData, TrialConfig], object] = _nothing
    words: Callable[[RunFiles, TrialConfig], Mapping[str, Any]] = _no_words


PARTS: Final[tuple[PagePart, ...]] = ()
"""Every further part, in the order of the page."""
