"""Marks of one group moved aside where they would overlap: every point of a box plot stays visible."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["offsets", "swarmed"]

REACH = 0.42
"""Farthest offset; the groups stand 1 apart."""


def swarmed(rows: pd.DataFrame, panel: str, group: str, dot: tuple[float, float]) -> pd.DataFrame:
    """The rows with ``X`` (place of the group, 1 ...) and ``XSWARM`` (the same, moved aside where marks would overlap).

    Parameters
    ----------
    rows
        With an ordered categorical group and ``Y``, above 0, drawn on a log axis.
    panel, group
        Names of the columns.
    dot
        Width (1 = distance of two groups) and height (1 = the panel's height) of a mark.
    """
    made = rows.assign(X=rows[group].cat.codes + 1.0, XSWARM=0.0)
    for _, one in made.groupby(panel, observed=True):
        log = np.log10(one["Y"])
        height = max(float(log.max() - log.min()), 1e-9) * dot[1]
        for _, members in one.groupby(group, observed=True):
            made.loc[members.index, "XSWARM"] = offsets(log[members.index].to_numpy(), dot[0], height)
    made["XSWARM"] += made["X"]
    return made


def offsets(y: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """Offset of each mark, shape of ``y``: from below upwards, the free place nearest to the middle.

    Where more marks overlap than find a place within :data:`REACH`, places are used twice.

    Examples
    --------
    >>> offsets(np.array([1.0, 1.0, 5.0]), 0.1, 0.5).tolist()
    [0.0, 0.1, 0.0]
    """
    steps = int(REACH / width)
    places = [0.0, *(side * step * width for step in range(1, steps + 1) for side in (1, -1))]
    out = np.zeros(y.size)
    order = np.argsort(y, kind="stable")
    for k, i in enumerate(order):
        near = [j for j in order[:k] if y[i] - y[j] < height]
        free = (place for place in places if all(abs(place - out[j]) > width / 2 for j in near))
        out[i] = next(free, places[k % len(places)])
    return out
