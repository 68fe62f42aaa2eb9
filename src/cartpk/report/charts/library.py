"""The charting library as one script: Vega, Vega-Lite and Vega-Embed, from ``vl-convert-python``.

Bundling takes seconds and gives the same text each time: it is kept in the user's cache folder, by version.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cartpk.files import write_text

__all__ = ["Library", "library"]

_SEAL: Final = "\n//sha256:"


@dataclass(frozen=True)
class Library:
    """A script that puts ``vega``, ``vegaLite`` and ``vegaEmbed`` on the window, and what it is."""

    script: str
    name: str


@cache
def library() -> Library:
    """The charting library; the same text for the same version of ``vl-convert-python``."""
    import vl_convert  # noqa: PLC0415

    versions = (
        vl_convert.get_vega_version(),
        vl_convert.get_vegalite_versions()[-1],
        vl_convert.get_vega_embed_version(),
    )
    name = "Vega {}, Vega-Lite {}, Vega-Embed {}".format(*versions)
    file = _folder() / "vega-{}-{}-{}.js".format(*versions)
    bundle = _kept(file)
    if bundle is None:
        # its own scope: the bundle declares names of one letter
        bundle = f"(() => {{\n{vl_convert.javascript_bundle()}\n}})();"  # type: ignore[call-arg]
        _keep(file, bundle)
    notice = f"/* {name}: (c) University of Washington Interactive Data Lab and others, BSD-3-Clause licence. */"
    return Library(f"{notice}\n{bundle}", name)


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cartpk"


def _kept(file: Path) -> str | None:
    """The bundle from the cache; None where it is not there or not whole."""
    try:
        text, _, seal = file.read_text(encoding="utf-8").rpartition(_SEAL)
    except (OSError, UnicodeDecodeError):
        return None
    return text if text and seal == _hash(text) else None


def _keep(file: Path, text: str) -> None:
    """Keeps the bundle; a folder that cannot be written costs seconds the next time and nothing else."""
    try:
        write_text(file, f"{text}{_SEAL}{_hash(text)}")
    except OSError:
        return


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
