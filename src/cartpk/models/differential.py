"""Kinetic models whose curve is the solution of differential equations: the contract of the closed forms, integrated.

A model gives its equations bound to parameters (:class:`cartpk.core.ode.System`), with the logarithms of its pools of
cells, relative to one parameter (the scale), as the first states; C is their sum. Peak, areas and curve are read off
one integration each. What was integrated last is kept, because a fit asks for value and derivatives, and a report for
many quantities, of the same parameters.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from cartpk.core.estimation.profiles import FloatArray
from cartpk.core.ode import System, integrate
from cartpk.models.base import CurveFunction

__all__ = ["Differential"]

_KEPT: Final = 48
"""Results kept: two sides of every parameter of a model, and the middle."""
_SEARCHED: Final = 180.0
"""The peak is sought among the days up to this one."""
_GRID: Final = np.concatenate([np.arange(0.0, 40.0, 0.25), np.arange(40.0, _SEARCHED + 1.0, 2.0)])
_ZOOM: Final = 24
"""Parts into which the bracket of the peak is cut, twice."""
_PANELS: Final = np.concatenate(
    [[0.0], 2.0 ** np.arange(-6.0, 0.0), np.arange(1.0, 40.0), np.arange(40.0, 120.0, 4.0), 2.0 ** np.arange(7.0, 13.0)]
)
_AT, _WEIGHT = np.polynomial.legendre.leggauss(6)


@dataclass(frozen=True)
class Differential:
    """The curve of a system of differential equations.

    Attributes
    ----------
    bind
        Natural-scale parameters (B, p) -> their equations.
    scale
        Position of the parameter by which the pools are multiplied.
    orders
        One number per pool, of which the first states are the logarithms: each over this power of the time since
        ``head_start`` days before infusion (so that a pool that begins empty has a state that begins flat).
    expanded
        Pools from this one on have the peak that is reported: infused cells that only decline come before it.
    tolerance
        Of the integration.
    rough_tolerance
        Of the integrations on a fit's way to its minimum.
    """

    bind: Callable[[FloatArray], System]
    scale: int
    orders: tuple[float, ...] = (0.0,)
    head_start: float = 0.0
    expanded: int = 0
    tolerance: float = 1e-6
    rough_tolerance: float = 1e-4
    _kept: OrderedDict[tuple[bytes, ...], FloatArray] = field(default_factory=OrderedDict)

    def roughly(self) -> tuple[CurveFunction, CurveFunction]:
        """The curve and its derivatives at the rough tolerance."""
        rough = replace(self, tolerance=self.rough_tolerance, _kept=OrderedDict())
        return rough.log_value, rough.log_slope

    def log_value(self, theta: FloatArray, day: FloatArray) -> FloatArray:
        """Logarithm of C(t), (…, m)."""
        flat, days, shape = _flattened(theta, day)
        known = self._kept.get(_key(b"value", flat, days))
        if known is None:
            known = self._logs(flat, days)
        return known.reshape(shape).copy()

    def log_slope(self, theta: FloatArray, day: FloatArray) -> FloatArray:
        """Derivatives d ln C / d phi, (…, m, p), by forward sensitivities."""
        flat, days, shape = _flattened(theta, day)
        found = integrate(self.bind(flat), days, sensitivities=True, tolerance=self.tolerance)
        assert found.slopes is not None  # noqa: S101 - asked for
        pools = self._pools(found.states, days)
        logs = _total(pools)
        self._keep(_key(b"value", flat, days), logs + np.log(flat[:, self.scale, None]))
        slope = np.einsum("sbm,spbm->bmp", np.exp(pools - logs), found.slopes[: len(pools)])
        slope[..., self.scale] += 1.0
        made: FloatArray = slope.reshape(*shape, flat.shape[1])
        return made

    def tmax(self, theta: FloatArray) -> FloatArray:
        """Time of the highest concentration of expanded cells, days: the best of a grid, refined twice, a parabola."""
        return self._peak(theta)[..., 0]

    def cmax(self, theta: FloatArray) -> FloatArray:
        """C at that time."""
        return self._peak(theta)[..., 1]

    def area(self, theta: FloatArray, day: FloatArray | float) -> FloatArray:
        """AUC from 0 to day, (n,): the states integrated on Gauss-Legendre panels."""
        flat, _, shape = _flattened(theta, np.zeros((*theta.shape[:-1], 1)))
        end = np.broadcast_to(np.asarray(day, dtype=np.float64), shape[:-1]).reshape(-1)
        key = _key(b"area", flat, end)
        if key not in self._kept:
            edges = np.minimum(np.concatenate([_PANELS, [np.inf]]), end[:, None])
            half, middle = 0.5 * np.diff(edges), 0.5 * (edges[:, 1:] + edges[:, :-1])
            used = (half > 0).any(axis=0)
            nodes = middle[:, used, None] + half[:, used, None] * _AT
            logs = self._logs(flat, nodes.reshape(flat.shape[0], -1)).reshape(nodes.shape)
            self._keep(key, np.sum(np.exp(logs) * half[:, used, None] * _WEIGHT, axis=(1, 2)))
        return self._kept[key].reshape(shape[:-1]).copy()

    def _logs(self, flat: FloatArray, days: FloatArray) -> FloatArray:
        states = integrate(self.bind(flat), days, tolerance=self.tolerance).states
        value: FloatArray = _total(self._pools(states, days)) + np.log(flat[:, self.scale, None])
        return value

    def _pools(self, states: FloatArray, days: FloatArray) -> FloatArray:
        """Logarithms of the pools, (pools, B, m), relative to the scale."""
        pools: FloatArray = states[: len(self.orders)]
        if any(self.orders):
            pools = pools + np.array(self.orders)[:, None, None] * np.log(np.maximum(days, 0.0) + self.head_start)
        return pools

    def _peak(self, theta: FloatArray) -> FloatArray:
        """Time and value of the peak, (…, 2)."""
        flat, _, shape = _flattened(theta, np.zeros((*theta.shape[:-1], 1)))
        key = _key(b"peak", flat)
        if key not in self._kept:
            self._keep(key, self._search(flat))
        return self._kept[key].reshape(*shape[:-1], 2).copy()

    def _search(self, flat: FloatArray) -> FloatArray:
        row = np.arange(flat.shape[0])
        days = np.broadcast_to(_GRID, (row.size, _GRID.size))
        for _ in range(3):
            states = integrate(self.bind(flat), days, tolerance=self.tolerance).states
            height = _total(self._pools(states, days)[self.expanded :])
            best = np.clip(np.argmax(height, axis=1), 1, days.shape[1] - 2)
            low, high = days[row, best - 1], days[row, best + 1]
            inner = days
            days = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, _ZOOM + 1)
        before, top, after = (height[row, best + k] for k in (-1, 0, 1))
        bend = 2.0 * top - before - after
        step = inner[row, best + 1] - inner[row, best]
        with np.errstate(invalid="ignore", divide="ignore"):
            away = np.where(bend > 0, 0.5 * (after - before) / bend, np.where(before > top, -1.0, 1.0))
        at = np.maximum(inner[row, best] + np.clip(away, -1.0, 1.0) * step, 0.0)
        return np.stack([at, np.exp(self._logs(flat, at[:, None])[:, 0])], axis=1)

    def _keep(self, key: tuple[bytes, ...], value: FloatArray) -> None:
        self._kept[key] = value
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _total(pools: FloatArray) -> FloatArray:
    """Logarithm of the sum of pools given as logarithms, over the first axis."""
    top: FloatArray = np.max(pools, axis=0)
    value: FloatArray = top + np.log(np.sum(np.exp(pools - top), axis=0))
    return value


def _key(what: bytes, *arrays: FloatArray) -> tuple[bytes, ...]:
    return (what, *(np.ascontiguousarray(a).tobytes() for a in arrays))


def _flattened(theta: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray, tuple[int, ...]]:
    """Parameters (B, p), days (B, m), and the shape of the result; both arguments may broadcast."""
    lead = np.broadcast_shapes(theta.shape[:-1], day.shape[:-1])
    flat = np.ascontiguousarray(np.broadcast_to(theta, (*lead, theta.shape[-1]))).reshape(-1, theta.shape[-1])
    days = np.ascontiguousarray(np.broadcast_to(day, (*lead, day.shape[-1]))).reshape(-1, day.shape[-1])
    return flat, days, (*lead, day.shape[-1])
