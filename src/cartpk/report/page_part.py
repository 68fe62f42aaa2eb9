"""What a further part of the page is made of: its files, its value in the data block, the words of its templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cartpk.config import TrialConfig
from cartpk.report.run_files import RunFiles
from cartpk.trial_data import TrialData

__all__ = ["PagePart"]


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
    title
        Its entry in the outline; its template in ``main`` has an element whose id is the key. None = it has no entry.
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
    title: str | None = None
    main: str | None = None
    end: str | None = None
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    data: Callable[[TrialData, TrialConfig], object] = _nothing
    words: Callable[[RunFiles, TrialConfig], Mapping[str, Any]] = _no_words
