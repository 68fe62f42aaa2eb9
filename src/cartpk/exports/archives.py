"""ZIP files whose bytes depend on their content only: fixed times, fixed order, no trace of the machine."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

__all__ = ["pinned_workbook", "zip_bytes"]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first time that a ZIP file can hold."""
_PINNED: Final = b"1980-01-01T00:00:00Z"
_TIMES: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_UNIX: Final = 3
_PACKED: Final = frozenset({".png", ".zip", ".pdf"})
"""Endings of files that are compressed already."""


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file of these files (name -> content), in this order.

    Examples
    --------
    >>> one, two = (zip_bytes({"a.csv": b"A,B", "b.png": b"x"}) for _ in range(2))
    >>> one == two
    True
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, 0o644 << 16
            packed = any(name.endswith(ending) for ending in _PACKED)
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def pinned_workbook(raw: bytes) -> bytes:
    """An XLSX file with the times in it and of its parts pinned."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    parts[core] = _TIMES.sub(rb"\g<1>" + _PINNED + rb"\g<3>", parts[core])
    return zip_bytes(parts)
