"""Random numbers that stay the same: one independent stream per purpose, built on raw bits.

NumPy promises the bits of its bit generators and of ``SeedSequence`` for good, but not the numbers that
``Generator.normal`` and its like make of them (NEP 19). Committed sample data must survive an upgrade, so the bits
are turned into uniforms and normals here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from cartpk.core.estimation.profiles import FloatArray

__all__ = ["Streams"]

_MANTISSA = 2.0**-53


@dataclass(frozen=True)
class Streams:
    """Streams of random numbers, one per named purpose.

    A purpose added later changes nothing in the others, so a new measurement leaves the old ones as they were.

    Examples
    --------
    >>> a = Streams(1).normal("residual", 2, 3)
    >>> bool((a == Streams(1).normal("residual", 2, 3)).all()), a.shape
    (True, (2, 3))
    """

    seed: int

    def uniform(self, purpose: str, *shape: int) -> FloatArray:
        """Uniforms inside (0, 1), never 0 or 1, of this shape."""
        key = zlib.crc32(purpose.encode("utf-8"))
        bits = np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(key,)))
        raw = np.asarray(bits.random_raw(int(np.prod(shape))), dtype=np.uint64)
        value: FloatArray = ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * _MANTISSA
        return value.reshape(shape)

    def normal(self, purpose: str, *shape: int) -> FloatArray:
        """Standard normals of this shape."""
        value: FloatArray = np.asarray(ndtri(self.uniform(purpose, *shape)), dtype=np.float64)
        return value

    def between(self, purpose: str, low: float, high: float, *shape: int) -> FloatArray:
        """Uniforms between low and high, of this shape."""
        return low + (high - low) * self.uniform(purpose, *shape)
