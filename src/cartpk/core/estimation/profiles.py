"""Concentration-time profiles of many subjects as padded arrays: the form every estimator reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "FloatArray", "IntArray", "Profiles"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
Scalar = TypeVar("Scalar", np.float64, np.bool_)


@dataclass(frozen=True)
class Profiles:
    """Samples of n profiles in n x m arrays; row i is one profile, cells beyond its last sample are padding.

    A sample is either quantified (``observed``), censored below its own limit (``blq``), or padding (neither).

    Attributes
    ----------
    day
        Time from infusion, days, (n, m); 1.0 in the padding.
    log_conc
        Natural logarithm of the quantified result, (n, m); 0 elsewhere.
    log_lloq
        Natural logarithm of the sample's lower limit of quantification, (n, m); 0 where it plays no part.
    observed, blq
        Which cells hold a quantified, which a censored result, (n, m).
    log_limit
        ln LLOQ of every sample, quantified or not, (n, m), -inf where it is not known; None = not kept. No fit needs
        it; simulated results are censored by it.
    """

    day: FloatArray
    log_conc: FloatArray
    log_lloq: FloatArray
    observed: BoolArray
    blq: BoolArray
    log_limit: FloatArray | None = None

    @classmethod
    def from_long(
        cls,
        profile: npt.ArrayLike,
        day: npt.ArrayLike,
        conc: npt.ArrayLike,
        lloq: npt.ArrayLike,
        blq: npt.ArrayLike,
        *,
        n_profiles: int | None = None,
    ) -> Profiles:
        """Padded profiles from a long table, samples sorted by time within each profile.

        Parameters
        ----------
        profile
            0-based number of the profile of each row.
        day, conc, lloq
            Time (days, > 0), result and limit of quantification (assay units); conc is not read where ``blq``.
        blq
            True where the result is below ``lloq``.
        n_profiles
            How many profiles there are, where the last ones have no row.

        Notes
        -----
        Rows that carry no information on a log scale are dropped: times that are not positive, quantified results
        that are not positive, censored rows without a positive limit.

        Examples
        --------
        >>> p = Profiles.from_long([0, 0, 1], [7, 1, 2], [50.0, np.nan, 3.0], [5.0, 5.0, 5.0], [False, True, False])
        >>> p.day
        array([[1., 7.],
               [2., 1.]])
        >>> p.n_observed, p.n_blq
        (array([1, 1]), array([1, 0]))
        """
        row = np.asarray(profile, dtype=np.intp)
        t, c, limit = (np.asarray(x, dtype=np.float64) for x in (day, conc, lloq))
        censored = np.asarray(blq, dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            informative = np.where(censored, (limit > 0) & np.isfinite(limit), (c > 0) & np.isfinite(c))
            keep = (t > 0) & np.isfinite(t) & informative
        n = n_profiles if n_profiles is not None else (int(row.max()) + 1 if row.size else 0)
        row, t, c, limit, censored = row[keep], t[keep], c[keep], limit[keep], censored[keep]
        order = np.lexsort((t, row))
        row, t, c, limit, censored = row[order], t[order], c[order], limit[order], censored[order]
        count = np.bincount(row, minlength=n)
        column = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
        shape = (n, max(1, int(count.max(initial=0))))
        every = np.full(shape, -np.inf)
        known = np.isfinite(limit) & (limit > 0)
        every[row[known], column[known]] = np.log(limit[known])
        out = cls(np.ones(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool), every)
        out.day[row, column] = t
        out.log_conc[row, column] = np.log(np.where(censored, 1.0, c))
        out.log_lloq[row, column] = np.log(np.where(censored, limit, 1.0))
        out.observed[row, column] = ~censored
        out.blq[row, column] = censored
        return out

    @property
    def n_profiles(self) -> int:
        """Number of profiles."""
        return int(self.day.shape[0])

    @property
    def n_observed(self) -> IntArray:
        """Quantified samples of each profile, (n,)."""
        count: IntArray = np.sum(self.observed, axis=1, dtype=np.intp)
        return count

    @property
    def n_blq(self) -> IntArray:
        """Censored samples of each profile, (n,)."""
        count: IntArray = np.sum(self.blq, axis=1, dtype=np.intp)
        return count

    @property
    def last_day(self) -> FloatArray:
        """Time of the last sample of each profile, (n,) days; 0 where there is none."""
        day: FloatArray = np.where(self.observed | self.blq, self.day, 0.0).max(axis=1)
        return day

    @property
    def log_peak(self) -> FloatArray:
        """Logarithm of the highest quantified result, (n,); of the lowest limit where all are censored; else 0."""
        high = np.where(self.observed, self.log_conc, -np.inf).max(axis=1)
        limit = np.where(self.blq, self.log_lloq, np.inf).min(axis=1)
        peak: FloatArray = np.where(np.isfinite(high), high, np.where(np.isfinite(limit), limit, 0.0))
        return peak

    @property
    def peak_day(self) -> FloatArray:
        """Time of the highest quantified result (the first of equals), (n,) days; 1 where nothing is quantified."""
        column = np.argmax(np.where(self.observed, self.log_conc, -np.inf), axis=1)
        day: FloatArray = np.where(self.observed.any(axis=1), self.day[np.arange(self.n_profiles), column], 1.0)
        return day

    def take(self, rows: npt.ArrayLike) -> Profiles:
        """Return the profiles of the given row numbers (repeats allowed) or of a boolean mask."""
        at = np.asarray(rows)
        limit = None if self.log_limit is None else self.log_limit[at]
        return Profiles(self.day[at], self.log_conc[at], self.log_lloq[at], self.observed[at], self.blq[at], limit)

    def padded(self, multiple: int = 8) -> Profiles:
        """Return the profiles with so much padding that the number of columns is a multiple of this.

        Sums over a row are added up in groups of 8: at a width that is a multiple of it, more padding does not change
        the last bit of a sum, and so neither does a longer profile elsewhere in the table.
        """
        more = -self.day.shape[1] % multiple

        def wider(values: npt.NDArray[Scalar], filling: float) -> npt.NDArray[Scalar]:
            return np.pad(values, ((0, 0), (0, more)), constant_values=filling)

        limit = None if self.log_limit is None else wider(self.log_limit, -np.inf)
        conc, lloq = wider(self.log_conc, 0.0), wider(self.log_lloq, 0.0)
        return Profiles(wider(self.day, 1.0), conc, lloq, wider(self.observed, 0.0), wider(self.blq, 0.0), limit)

    def scaled(self, log_scale: FloatArray) -> Profiles:
        """Return the profiles with results and limits divided by exp(log_scale), (n,)."""
        by = log_scale[:, None]
        return Profiles(
            self.day,
            np.where(self.observed, self.log_conc - by, 0.0),
            np.where(self.blq, self.log_lloq - by, 0.0),
            self.observed,
            self.blq,
            None if self.log_limit is None else self.log_limit - by,
        )

    def substituted(self, fraction: float = 0.5) -> Profiles:
        """Return the profiles with every censored result replaced by fraction x LLOQ, as if it had been measured."""
        log_conc = np.where(self.blq, self.log_lloq + np.log(fraction), self.log_conc)
        return Profiles(self.day, log_conc, np.zeros_like(self.log_lloq), self.observed | self.blq, self.blq & False)
