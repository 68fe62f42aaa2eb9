"""Memory of a process that reads tables of very many subjects."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

__all__ = ["give_back"]

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_BYTES: Final = 128 * 1024


def give_back() -> None:
    """Let the C library return large blocks to the system once they are free (glibc; elsewhere nothing is done).

    Left alone it raises its threshold with each large block that is freed: what reading a table needed for a moment
    then stays with the process, a third of the memory of a trial of very many subjects.
    """
    if sys.platform != "linux":
        return
    try:
        option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    option(_MMAP_THRESHOLD, _BYTES)
    option(_TRIM_THRESHOLD, _BYTES)
