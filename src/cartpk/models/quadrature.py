"""Areas under curves without a closed form: Gauss-Legendre panels that double in width away from the peak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from cartpk.core.estimation.profiles import FloatArray

__all__ = ["area_around"]

NODES: Final = 12
"""Points per panel."""
_DOUBLINGS: Final = 16


def area_around(
    value: Callable[[FloatArray], FloatArray], day: FloatArray | float, centre: FloatArray, width: FloatArray
) -> FloatArray:
    """Integral of a curve from 0 to ``day``, (n,).

    Parameters
    ----------
    value
        C at times (n, k) -> (n, k).
    day
        End of the integral, scalar or (n,).
    centre, width
        Time around which the curve turns and how fast it does, (n,) each: the first panels are this wide, each further
        one is twice as wide as the one before. A curve whose exponents change over several widths only is integrated
        to about ten digits.
    """
    end = np.broadcast_to(np.asarray(day, dtype=np.float64), centre.shape)
    reach = np.concatenate([[0.0], 2.0 ** np.arange(_DOUBLINGS)])
    away = np.concatenate([-reach[:0:-1], reach])
    inner = centre[..., None] + width[..., None] * away
    edges = np.clip(inner, 0.0, end[..., None])
    edges = np.concatenate([np.zeros_like(edges[..., :1]), edges, end[..., None]], axis=-1)
    at, weight = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * np.diff(edges, axis=-1)[..., None]
    middle = 0.5 * (edges[..., 1:] + edges[..., :-1])[..., None]
    times = middle + half * at
    shape = times.shape
    found = value(times.reshape(*shape[:-2], -1)).reshape(shape)
    total: FloatArray = np.sum(found * weight * half, axis=(-2, -1))
    return total
