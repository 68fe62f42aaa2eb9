"""Input files that are not any more what was read: hashes taken at the intake against those taken later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cartpk.ingest.findings import Findings

__all__ = ["list_changed"]

_SHOWN: Final = 12
"""Digits of a hash in a message."""


def list_changed(read: Mapping[str, str], now: Mapping[str, str], findings: Findings) -> None:
    """List files whose hash is another one, or that are gone or new (BI-093).

    Parameters
    ----------
    read, now
        File -> SHA-256 of its bytes, as it was read and as it is.

    Examples
    --------
    >>> findings = Findings()
    >>> list_changed({"a.csv": "e3b0c442", "b.csv": "6e340b9c"}, {"a.csv": "e3b0c442", "b.csv": "96a296d2"}, findings)
    >>> findings.table()["FILE"].tolist(), findings.stops
    (['b.csv'], True)
    """
    for file in sorted(read.keys() | now.keys()):
        old, new = read.get(file, ""), now.get(file, "")
        if old != new:
            findings.add("BI-093", file=file, old=old[:_SHOWN] or "no file", new=new[:_SHOWN] or "no file")
