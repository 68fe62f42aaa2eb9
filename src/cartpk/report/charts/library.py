"""The charting library of the page: Vega, Vega-Lite and Vega-Embed, a packed file of this package.

:mod:`cartpk.report.charts.bundle` made the file. The page holds it as it is, in the letters of base64; the browser
unpacks it and runs it as an inline script, which the page's content policy allows by the hash of its text, and by
nothing else.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["ABOUT", "PACKED", "Library", "digest", "library"]

PACKED: Final = Path(__file__).parent / "vega.js.gz"
ABOUT: Final = Path(__file__).parent / "vega.json"


@dataclass(frozen=True)
class Library:
    """A script that puts ``vega``, ``vegaLite`` and ``vegaEmbed`` on the window.

    Attributes
    ----------
    packed
        The gzip file in the letters of base64.
    sha256
        Of the unpacked script, as a content policy says it.
    name
        What it is, with its versions.
    """

    packed: str
    sha256: str
    name: str


@cache
def library() -> Library:
    """The charting library.

    Raises
    ------
    ValueError
        The packed file is not the one that ``vega.json`` describes.
    """
    about: dict[str, str] = json.loads(ABOUT.read_text(encoding="utf-8"))
    packed = PACKED.read_bytes()
    if digest(gzip.decompress(packed).decode("utf-8")) != about["sha256"]:
        raise ValueError(f"{PACKED.name} is not the charting library that {ABOUT.name} describes. Install cartpk anew.")
    return Library(base64.b64encode(packed).decode("ascii"), about["sha256"], about["name"])


def digest(script: str) -> str:
    """SHA-256 of a script or style, as a content policy says it.

    Examples
    --------
    >>> digest("a")
    'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
