"""What is minimised: data, curve, residual, priors and bounds of many profiles at once.

The vector of one profile is x = (phi_1 … phi_p, ln s): the model's parameters on their transformed scales (log or
logit) and the logarithm of the residual SD. The objective is the negative log-likelihood plus, per entry with a
prior, half the squared distance from the prior mean in prior SDs.

A curve with k free parameters runs closer to n samples than the truth does, so that the s which maximises the
likelihood is too small by a factor of about sqrt((n - k) / n): half of it in a sparse profile. The term
- ``spent`` ln s puts n - ``spent`` degrees of freedom in place of n, as restricted maximum likelihood does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple, Protocol, Self, cast, runtime_checkable

import numpy as np
import numpy.typing as npt

from cartpk.core.estimation.likelihood import INFORMATION, Residual, minus2ll, sample_nll, sample_terms
from cartpk.core.estimation.profiles import BoolArray, FloatArray, IntArray, Profiles

__all__ = ["Curve", "Expansion", "Graded", "Problem", "RowCurve"]

ORDER_GAP = 0.05
"""Least distance, on the log scale, that an order constraint (slow rate below fast rate) keeps."""


class Curve(Protocol):
    """What the estimators need of a kinetic model; every argument may carry leading dimensions."""

    def log_curve(self, phi: FloatArray, day: FloatArray) -> FloatArray:
        """Return ln C, (n, m), for phi (n, p) and day (n, m)."""
        ...

    def log_expansion(self, phi: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ln C, (n, m), and d ln C / d phi, (n, m, p), together: they share most of their work."""
        ...


@runtime_checkable
class RowCurve(Curve, Protocol):
    """A curve with data of its own in every row, e.g. the concentrations that drive it."""

    def take(self, rows: npt.NDArray[np.intp] | BoolArray) -> Self:
        """Return the curve of these rows."""
        ...


@runtime_checkable
class Graded(Curve, Protocol):
    """A curve that is computed as exactly as asked for, e.g. by integration."""

    def rough(self) -> Curve:
        """Return the curve with larger numerical errors, faster; itself where that is no faster."""
        ...


class Expansion(NamedTuple):
    """The objective of each row and its second-order expansion: value (n,), gradient (n, q), Hessian (n, q, q)."""

    value: FloatArray
    gradient: FloatArray
    hessian: FloatArray

    def where(self, better: BoolArray, other: Expansion) -> Expansion:
        """Return this expansion with the rows of ``other`` where ``better``."""
        return Expansion(
            np.where(better, other.value, self.value),
            np.where(better[:, None], other.gradient, self.gradient),
            np.where(better[:, None, None], other.hessian, self.hessian),
        )

    def take(self, rows: BoolArray) -> Expansion:
        """Return the rows of a mask."""
        return Expansion(self.value[rows], self.gradient[rows], self.hessian[rows])


@dataclass(frozen=True)
class Problem:
    """One minimisation problem per row.

    Attributes
    ----------
    curve
        The kinetic model.
    profiles
        Data, n rows.
    lower, upper
        Bounds of x, (n, q).
    prior_mean, prior_precision
        Mean and 1/SD^2 of the normal priors on x, (n, q); precision 0 = no prior.
    spent
        Degrees of freedom that the curve takes from the residual, (n,); 0 = maximum likelihood of s.
    residual
        Distribution of the residual.
    order
        Pairs (i, j): x_i stays below x_j.
    kink
        Index of the parameter at which the curve bends (the time of the peak), or None.
    """

    curve: Curve
    profiles: Profiles
    lower: FloatArray
    upper: FloatArray
    prior_mean: FloatArray
    prior_precision: FloatArray
    spent: FloatArray
    residual: Residual = Residual.NORMAL
    order: tuple[tuple[int, int], ...] = ()
    kink: int | None = None

    def take(self, rows: npt.ArrayLike) -> Problem:
        """Return the problem of the given rows (repeats allowed) or of a boolean mask."""
        at = np.asarray(rows)
        return replace(
            self,
            curve=_rows_of(self.curve, at),
            profiles=self.profiles.take(at),
            lower=self.lower[at],
            upper=self.upper[at],
            prior_mean=self.prior_mean[at],
            prior_precision=self.prior_precision[at],
            spent=self.spent[at],
        )

    def rough(self) -> Problem:
        """Return the problem with the rough curve, for the way to a minimum; itself where the curve has none."""
        curve = self.curve.rough() if isinstance(self.curve, Graded) else self.curve
        return self if curve is self.curve else replace(self, curve=curve)

    @property
    def separable(self) -> bool:
        """Whether the curve that fits best is the same for every s: normal residuals, no censored sample, no prior."""
        normal = self.residual is Residual.NORMAL
        return normal and not self.profiles.blq.any() and not self.prior_precision.any()

    def best_log_s(self, x: FloatArray) -> FloatArray:
        """The ln s of the lowest objective for the curves of x, of a separable problem, (n,)."""
        return self._log_s(self.curve.log_curve(x[:, :-1], self.profiles.day), self.profiles.n_observed - self.spent)

    def _log_s(self, f: FloatArray, degrees: FloatArray | IntArray) -> FloatArray:
        """Half the logarithm of the sum of squares per degree of freedom, within the bounds of ln s, (n,)."""
        away = np.where(self.profiles.observed, self.profiles.log_conc - f, 0.0)
        with np.errstate(divide="ignore"):
            log_s = 0.5 * np.log(np.sum(away * away, axis=1) / np.maximum(degrees, 1))
        within: FloatArray = np.clip(log_s, self.lower[:, -1], self.upper[:, -1])
        return within

    def project(self, x: FloatArray) -> FloatArray:
        """Return x moved inside the bounds and the order constraints, (n, q)."""
        out = np.clip(x, self.lower, self.upper)
        for i, j in self.order:
            out[:, i] = np.minimum(out[:, i], np.maximum(out[:, j] - ORDER_GAP, self.lower[:, i]))
        return out

    def at_bound(self, x: FloatArray, tolerance: float = 1e-6) -> BoolArray:
        """Which entries of x lie on a bound or on an order constraint, (n, q)."""
        out = (x <= self.lower + tolerance) | (x >= self.upper - tolerance)
        for i, j in self.order:
            out[:, i] |= x[:, i] >= x[:, j] - ORDER_GAP - tolerance
        return out

    def value(self, x: FloatArray) -> FloatArray:
        """Objective of each row, (n,)."""
        f = self.curve.log_curve(x[:, :-1], self.profiles.day)
        nll = sample_nll(self.profiles, f, x[:, -1], self.residual)
        total: FloatArray = nll.sum(axis=1) + self._penalty(x)
        return total

    def expand(self, x: FloatArray) -> Expansion:
        """Objective, exact gradient and positive semidefinite (Gauss-Newton) Hessian of each row."""
        f, slope = self.curve.log_expansion(x[:, :-1], self.profiles.day)
        terms = sample_terms(self.profiles, f, x[:, -1], self.residual)
        n, q = x.shape
        away = x - self.prior_mean
        gradient = self.prior_precision * away
        gradient[:, :-1] += np.matmul(terms.d_f[:, None, :], slope)[:, 0, :]
        gradient[:, -1] += terms.d_s.sum(axis=1) - self.spent
        hessian = np.zeros((n, q, q))
        hessian[:, :-1, :-1] = np.matmul(np.swapaxes(slope * terms.w_ff[..., None], 1, 2), slope)
        if self.profiles.blq.any():  # else the curve and s are independent
            cross = np.matmul(terms.w_fs[:, None, :], slope)[:, 0, :]
            hessian[:, :-1, -1] = cross
            hessian[:, -1, :-1] = cross
        hessian[:, -1, -1] = terms.w_ss.sum(axis=1) - INFORMATION[self.residual] * self.spent
        diagonal = np.arange(q)
        hessian[:, diagonal, diagonal] += self.prior_precision
        return Expansion(terms.nll.sum(axis=1) + self._penalty(x), gradient, hessian)

    def minus2ll(self, x: FloatArray) -> FloatArray:
        """-2 log-likelihood of each curve at the s that suits it best, priors left out, (n,)."""
        f = self.curve.log_curve(x[:, :-1], self.profiles.day)
        known = (self.profiles.n_blq == 0) & (self.residual is Residual.NORMAL)  # by row: same bits in any batch
        log_s = np.where(known, self._log_s(f, self.profiles.n_observed), x[:, -1])
        for _ in range(0 if known.all() else 30):
            terms = sample_terms(self.profiles, f, log_s, self.residual)
            step = terms.d_s.sum(axis=1) / np.maximum(terms.w_ss.sum(axis=1), 1e-6)
            nearer = np.clip(log_s - np.clip(step, -1.0, 1.0), self.lower[:, -1], self.upper[:, -1])
            log_s = np.where(known, log_s, nearer)
        return minus2ll(self.profiles, f, log_s, self.residual)

    def _penalty(self, x: FloatArray) -> FloatArray:
        away = np.sum(self.prior_precision * (x - self.prior_mean) ** 2, axis=1)
        total: FloatArray = 0.5 * away - self.spent * x[:, -1]
        return total


@cache
def _has_rows(curve: type[Curve]) -> bool:
    """Whether curves of this class are :class:`RowCurve`: asked at every step, and slow to find out."""
    return issubclass(curve, RowCurve)


def _rows_of(curve: Curve, rows: npt.NDArray[np.intp] | BoolArray) -> Curve:
    """The curve of these rows; the same where all rows share it."""
    return cast("RowCurve", curve).take(rows) if _has_rows(type(curve)) else curve
