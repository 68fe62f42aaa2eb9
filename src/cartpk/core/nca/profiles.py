"""A set of profiles as one long table: the only shape the analysis takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cartpk.core.nca.ragged import Bools, Floats, Indices, shrink, spread

__all__ = ["Profiles"]


@dataclass(frozen=True, slots=True)
class Profiles:
    """``m`` concentration profiles in ``n`` rows, sorted by profile and day.

    Attributes
    ----------
    offsets
        Shape (m + 1,): profile ``i`` is the rows ``offsets[i]:offsets[i + 1]`` (none is allowed).
    day
        Shape (n,): actual time from the infusion, days; strictly increasing within a profile.
    conc
        Shape (n,): result in the profile's own unit; 0 where it is below the limit of quantification.
    blq
        Shape (n,): the result is below its limit of quantification (a measurement, not a gap).
    lloq
        Shape (n,): lower limit of quantification of the row, unit of ``conc``; NaN where it is not known.
    detected
        Shape (n,): the transgene or cell was detected (at or above the limit of detection), quantifiable or not.
    conflict
        Shape (n,): another, different result came with the same profile and day; this row is one of them.
    row
        Shape (n,): where the row stood in the arrays given to :meth:`from_arrays`; -1 for an assumed record.
    """

    offsets: Indices
    day: Floats
    conc: Floats
    blq: Bools
    lloq: Floats
    detected: Bools
    conflict: Bools
    row: Indices

    def __len__(self) -> int:
        """Number of profiles."""
        return len(self.offsets) - 1

    @classmethod
    def from_arrays(
        cls,
        profile: ArrayLike,
        day: ArrayLike,
        conc: ArrayLike,
        blq: ArrayLike | None = None,
        lloq: ArrayLike | None = None,
        detected: ArrayLike | None = None,
        *,
        n_profiles: int | None = None,
    ) -> Self:
        """Profiles from rows in any order.

        Identical results at one time are kept once; different ones are kept once and marked ``conflict``.

        Parameters
        ----------
        profile
            Shape (n,): number of the profile, 0 .. ``n_profiles`` - 1.
        day, conc, blq, lloq, detected
            Shape (n,) each, as in the class; ``conc`` may be NaN where ``blq`` is True. Without ``blq`` a result of 0
            is BLQ; without ``detected`` a quantifiable result is detected.
        n_profiles
            Number of profiles, for those without a row at the end; the largest number + 1 without it.

        Raises
        ------
        ValueError
            If lengths differ, a day is not finite, a quantifiable result is not a finite number >= 0, or a profile
            number is out of range.

        Examples
        --------
        >>> p = Profiles.from_arrays([1, 0, 0], [7.0, 14.0, 7.0], [5.0, 0.0, 3.0])
        >>> p.offsets, p.day, p.conc
        (array([0, 2, 3]), array([ 7., 14.,  7.]), array([3., 0., 5.]))
        """
        code = np.asarray(profile, dtype=np.intp)
        t = np.asarray(day, dtype=np.float64)
        c = np.array(conc, dtype=np.float64)
        below = (c == 0) if blq is None else np.asarray(blq, dtype=np.bool_) | (c == 0)
        limit = np.full(len(t), np.nan) if lloq is None else np.asarray(lloq, dtype=np.float64)
        seen = ~below if detected is None else np.asarray(detected, dtype=np.bool_)
        m = _n_profiles(code, n_profiles)
        _check(code, t, c, below, {"lloq": len(limit), "detected": len(seen)}, m)
        c[below] = 0.0
        order = _order(code, t, c, limit)
        row = np.arange(len(t), dtype=np.intp) if order is None else order
        if order is not None:
            code, t, c = code[order], t[order], c[order]
            below, limit, seen = below[order], limit[order], seen[order]
        offsets = np.zeros(m + 1, dtype=np.intp)
        np.cumsum(np.bincount(code, minlength=m), out=offsets[1:])
        table = cls(offsets, t, c, below, limit, seen, np.zeros(len(t), dtype=np.bool_), row)
        return table._without_repeats(code)

    def _without_repeats(self, code: Indices) -> Self:
        """Keep one row per profile and day and mark the days whose results differ."""
        same = np.zeros(len(self.day), dtype=np.bool_)
        same[1:] = (code[1:] == code[:-1]) & (self.day[1:] == self.day[:-1])
        if not same.any():
            return self
        differs = same.copy()
        differs[1:] &= (self.conc[1:] != self.conc[:-1]) | (self.blq[1:] != self.blq[:-1])
        kept = ~same
        group = np.cumsum(kept) - 1
        conflict = np.zeros(int(kept.sum()), dtype=np.bool_)
        conflict[group[differs]] = True
        chosen = self.select(kept)
        return type(self)(
            chosen.offsets, chosen.day, chosen.conc, chosen.blq, chosen.lloq, chosen.detected, conflict, chosen.row
        )

    def select(self, keep: NDArray[np.bool_]) -> Self:
        """The same profiles with only the rows where ``keep``, shape (n,), is True; a profile may become empty."""
        if keep.all():
            return self
        return type(self)(
            shrink(self.offsets, keep),
            self.day[keep],
            self.conc[keep],
            self.blq[keep],
            self.lloq[keep],
            self.detected[keep],
            self.conflict[keep],
            self.row[keep],
        )

    def slice(self, start: int, stop: int) -> Self:
        """The profiles ``start`` to ``stop`` (a view, not a copy)."""
        a, b = self.offsets[start], self.offsets[stop]
        return type(self)(
            self.offsets[start : stop + 1] - a,
            self.day[a:b],
            self.conc[a:b],
            self.blq[a:b],
            self.lloq[a:b],
            self.detected[a:b],
            self.conflict[a:b],
            self.row[a:b],
        )

    def with_zeros(self, before: Indices, where: Bools) -> Self:
        """The profiles with an assumed concentration of 0 at time 0 where they have no record there.

        Parameters
        ----------
        before
            Rows in front of which the record goes, one for each True of ``where``.
        where
            Shape (m,): profiles that get one.
        """
        return type(self)(
            self.offsets + np.append(0, np.cumsum(where)),
            np.insert(self.day, before, 0.0),
            np.insert(self.conc, before, 0.0),
            np.insert(self.blq, before, False),  # an assumption, not a measurement: no BLQ rule replaces it
            np.insert(self.lloq, before, np.nan),
            np.insert(self.detected, before, False),
            np.insert(self.conflict, before, False),
            np.insert(self.row, before, -1),
        )

    def until(self, last_day: Floats) -> Self:
        """The profiles cut after ``last_day``, shape (m,) in days; a row on that day is kept, NaN cuts nothing."""
        limit = np.where(np.isnan(last_day), np.inf, last_day)
        return self.select(self.day <= spread(limit, self.offsets))


def _n_profiles(code: Indices, n_profiles: int | None) -> int:
    """Number of profiles, checked against the numbers in use."""
    highest = int(code.max()) + 1 if len(code) else 0
    if n_profiles is None:
        return highest
    if highest > n_profiles:
        raise ValueError(f"profile number {highest - 1} found, allowed are 0 to {n_profiles - 1}")
    return n_profiles


def _check(code: Indices, day: Floats, conc: Floats, blq: Bools, others: dict[str, int], m: int) -> None:
    """Raise ValueError for rows the analysis cannot take."""
    lengths = {"profile": len(code), "day": len(day), "conc": len(conc), "blq": len(blq), **others}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"all columns must have one length, found {lengths}")
    if len(code) and code.min() < 0:
        raise ValueError(f"profile number {code.min()} found, allowed are 0 to {m - 1}")
    if not np.isfinite(day).all():
        bad = int(np.flatnonzero(~np.isfinite(day))[0])
        raise ValueError(f"day of row {bad} is {day[bad]}, a finite number of days is needed")
    wrong = ~blq & ~(np.isfinite(conc) & (conc >= 0))
    if wrong.any():
        bad = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"conc of row {bad} is {conc[bad]}, where it is not BLQ a finite number >= 0 is needed")


def _order(code: Indices, day: Floats, conc: Floats, lloq: Floats) -> Indices | None:
    """Sorting order by profile, day, result and limit; None when the rows are sorted already."""
    later = code[1:] > code[:-1]
    same = code[1:] == code[:-1]
    if bool((later | (same & (day[1:] > day[:-1]))).all()):
        return None
    order = np.lexsort((day, code))
    tie = (code[order][1:] == code[order][:-1]) & (day[order][1:] == day[order][:-1])
    if tie.any():  # rows of one time are ordered by their content, so that the order of the input never shows
        order = np.lexsort((lloq, conc, day, code))
    return order.astype(np.intp, copy=False)
