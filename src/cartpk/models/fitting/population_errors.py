"""Standard errors of population estimates from their information, where some are not determined by the data."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import BoolArray, FloatArray

__all__ = ["covariance_of_estimates"]

_FLAT = 1e-8
"""Least eigenvalue of the information, scaled to a diagonal of 1, of estimates that the data determine."""
_PART = 0.1
"""Least part in a direction that counts."""


def covariance_of_estimates(information: FloatArray, means: int, fixed: BoolArray) -> FloatArray:
    """Covariance of all estimates, (q, q), nan for one that the data do not determine or that was not estimated.

    Parameters
    ----------
    information
        As :func:`cartpk.core.estimation.evidence.louis_information` has it, (q, q).
    means
        Estimates of means, effects of covariates included; they come first.
    fixed
        Estimates that were held, (q,).

    Notes
    -----
    Where the information is not positive definite, the SD or correlation that has the largest part in the flattest
    direction counts as known, one after the other; where none has a part in it, the mean that leads it does.
    """
    q = len(information)
    out = np.full((q, q), np.nan)
    kept = np.flatnonzero(~fixed)
    while kept.size:
        block = information[np.ix_(kept, kept)]
        scale = np.sqrt(np.maximum(np.diagonal(block), 0.0))
        dead = scale <= 0
        if dead.any():
            kept = kept[~dead]
            continue
        value, direction = np.linalg.eigh(block / scale / scale[:, None])
        if value[0] > _FLAT:
            out[np.ix_(kept, kept)] = np.linalg.inv(block)
            return out
        part = np.abs(direction[:, 0])
        spread = np.where(kept >= means, part, 0.0)
        kept = np.delete(kept, np.argmax(spread if spread.max() > _PART else part))
    return out
