"""What the parameters share: the rows an analysis sees, its landmarks, segments and terminal phase, each made once."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from cartpk.core.nca.areas import Segments, area_between, rows_between, segments
from cartpk.core.nca.blq import Kept, apply_rule, half_lloq
from cartpk.core.nca.lambda_z import TerminalPhase, terminal_phase
from cartpk.core.nca.profiles import Profiles
from cartpk.core.nca.ragged import Bools, Floats, Indices, any_in, first_in, last_in, max_in, pick, spread, sum_between
from cartpk.core.nca.reasons import Codes, MoreReasons, code_of, reason_codes
from cartpk.core.nca.settings import AfterLast, BlqRule, NcaSettings, TimeZero
from cartpk.terms import NcaReason

__all__ = ["Analysis"]


class Analysis:
    """The shared quantities of a set of profiles under one set of settings.

    Parameters
    ----------
    profiles
        The profiles. In a trial they have been cut at events and carry a record at time 0.
    settings
        The choices.
    include, exclude
        One flag per row of the arrays the profiles were made from (``profiles.row``): rows an analyst fixed as the
        points of lambda_z, or took out of them.
    above
        One flag per such row: results above their upper limit. Their value is a lower bound, so that they bound peak
        and areas and are no points of the terminal line.
    """

    def __init__(
        self,
        profiles: Profiles,
        settings: NcaSettings,
        include: Bools | None = None,
        exclude: Bools | None = None,
        above: Bools | None = None,
    ) -> None:
        self.settings = settings
        self.profiles = _with_time_zero(profiles) if settings.time_zero is TimeZero.ZERO else profiles
        self.include = self._marked(include)
        self.exclude = self._marked(exclude)
        self.above = self._marked(above)

    def _marked(self, marks: Bools | None) -> Bools | None:
        """Marks of the input rows laid on the rows of the profiles, shape (n,); an assumed record has none."""
        row = self.profiles.row
        return None if marks is None else marks[row] & (row >= 0)

    @property
    def offsets(self) -> Indices:
        """Offsets of the profiles, shape (m + 1,)."""
        return self.profiles.offsets

    @cached_property
    def conc(self) -> Floats:
        """Concentrations before a BLQ rule, shape (n,): BLQ is 0, or LLOQ / 2 under ``half_lloq_all``."""
        p = self.profiles
        if self.settings.blq_rule is BlqRule.HALF_LLOQ_ALL:
            return np.where(p.blq, half_lloq(p.lloq, p.blq), p.conc)
        return p.conc

    @cached_property
    def seen(self) -> Bools:
        """Rows in which peak, first and last are looked for, shape (n,)."""
        day = self.profiles.day
        return day > 0 if self.settings.post_infusion else day >= 0

    @cached_property
    def quantifiable(self) -> Bools:
        """Seen rows with a concentration above 0, shape (n,)."""
        return self.seen & (self.conc > 0)

    @cached_property
    def cmax(self) -> Floats:
        """Largest concentration, shape (m,); 0 when nothing is quantifiable, -inf when nothing is seen."""
        return max_in(np.where(self.seen, self.conc, -np.inf), self.offsets)

    @cached_property
    def peak_row(self) -> Indices:
        """Row of the first maximum, shape (m,); -1 when nothing is quantifiable."""
        return first_in(self.quantifiable & (self.conc == spread(self.cmax, self.offsets)), self.offsets)

    @cached_property
    def first_row(self) -> Indices:
        """Row of the first quantifiable sample, shape (m,); -1 when there is none."""
        return first_in(self.quantifiable, self.offsets)

    @cached_property
    def last_row(self) -> Indices:
        """Row of the last quantifiable sample, shape (m,); -1 when there is none."""
        return last_in(self.quantifiable, self.offsets)

    @cached_property
    def tmax(self) -> Floats:
        """First time of Cmax, shape (m,), days."""
        return pick(self.profiles.day, self.peak_row)

    @cached_property
    def tfirst(self) -> Floats:
        """First quantifiable time, shape (m,), days."""
        return pick(self.profiles.day, self.first_row)

    @cached_property
    def tlast(self) -> Floats:
        """Last quantifiable time, shape (m,), days."""
        return pick(self.profiles.day, self.last_row)

    @cached_property
    def clast(self) -> Floats:
        """Concentration at Tlast, shape (m,)."""
        return pick(self.conc, self.last_row)

    @cached_property
    def all_blq(self) -> Bools:
        """Samples are there, none is quantifiable, shape (m,)."""
        return self.last_row < 0

    @cached_property
    def known(self) -> Codes:
        """Reasons that stand before every parameter: no data, conflicting results; shape (m,)."""
        codes = np.zeros(len(self.profiles), dtype=np.int8)
        codes[~any_in(self.seen, self.offsets)] = code_of(NcaReason.NO_DATA)
        if self.profiles.conflict.any():
            codes[any_in(self.profiles.conflict, self.offsets)] = code_of(NcaReason.DUPLICATE_TIMES)
        return codes

    @cached_property
    def kept(self) -> Kept:
        """The rows that areas and lambda_z see."""
        p = self.profiles
        anchor = (p.day == 0) if self.settings.post_infusion else np.zeros(len(p.day), dtype=np.bool_)
        landmarks = (self.tfirst, self.tmax, self.tlast)
        return apply_rule(self.settings.blq_rule, p.offsets, p.day, self.conc, p.lloq, landmarks, anchor)

    @cached_property
    def segments(self) -> Segments:
        """Segments between the kept rows."""
        return segments(self.kept.offsets, self.kept.day, self.kept.conc, self.tmax, self.settings.auc_method)

    @cached_property
    def terminal(self) -> TerminalPhase:
        """The terminal phase."""
        kept, s = self.kept, self.settings
        peak = spread(self.tmax, kept.offsets)
        after = kept.day > peak if s.exclude_tmax else kept.day >= peak
        candidate = after & (kept.conc > 0)
        for marks in (self.exclude, self.above):
            if marks is not None:
                candidate &= ~marks[kept.source]
        chosen = None if self.include is None else self.include[kept.source]
        return terminal_phase(
            kept.offsets,
            kept.day,
            kept.conc,
            candidate,
            min_points=s.min_points,
            adj_r2_factor=s.adj_r2_factor,
            chosen=chosen,
        )

    @cached_property
    def changed(self) -> Bools | None:
        """Profiles, shape (m,), in which an analyst marked a row; None when nobody did."""
        if self.include is None and self.exclude is None:
            return None
        none = np.zeros(len(self.profiles.day), dtype=np.bool_)
        marks = (none if self.include is None else self.include) | (none if self.exclude is None else self.exclude)
        return any_in(marks, self.offsets)

    @cached_property
    def fixed(self) -> Bools:
        """Profiles, shape (m,), whose points of lambda_z an analyst named."""
        if self.include is None:
            return np.zeros(len(self.profiles), dtype=np.bool_)
        return any_in(self.include, self.offsets)

    @cached_property
    def rows_to_last(self) -> tuple[Indices, Indices]:
        """First row and row after the last one, shape (m,) each, of the kept segments from time 0 to Tlast."""
        return rows_between(self.segments, 0.0, self.tlast)

    @cached_property
    def auc_last(self) -> Floats:
        """Area from time 0 to Tlast, shape (m,); 0 when nothing is quantifiable."""
        return sum_between(self.segments.area, *self.rows_to_last)

    @cached_property
    def aumc_last(self) -> Floats:
        """First moment from time 0 to Tlast, shape (m,)."""
        return sum_between(self.segments.moment(), *self.rows_to_last)

    @cached_property
    def first_kept_day(self) -> Floats:
        """Day of the first kept row from time 0 on, shape (m,); NaN when none is kept."""
        return pick(self.kept.day, first_in(self.kept.day >= 0, self.kept.offsets))

    @cached_property
    def n_kept(self) -> Indices:
        """Kept rows from time 0 on, shape (m,)."""
        return np.diff(np.append(0, np.cumsum(self.kept.day >= 0))[self.kept.offsets])

    @cached_property
    def next_kept_day(self) -> Floats:
        """Day of the kept BLQ row that follows Tlast, shape (m,), NaN when there is none."""
        later = self.kept.day > spread(self.tlast, self.kept.offsets)
        return pick(self.kept.day, first_in(later, self.kept.offsets))

    @cached_property
    def no_area(self) -> Codes:
        """Why an area from time 0 over the samples has no value, shape (m,); 0 where it has one."""
        return reason_codes(
            self.known,
            (self.all_blq & (self.n_kept == 0), NcaReason.ALL_BLQ),
            (~self.all_blq & ~(self.first_kept_day <= 0), NcaReason.NO_TIME_ZERO),
            (~self.all_blq & (self.n_kept < 2), NcaReason.TOO_FEW_SAMPLES),
        )

    @cached_property
    def no_infinity(self) -> Codes:
        """Why an area to infinity has no value, shape (m,); 0 where it has one."""
        no_line = np.isnan(self.terminal.lambda_z)
        return reason_codes(self.no_area, (self.all_blq, NcaReason.ALL_BLQ), (no_line, NcaReason.NO_LAMBDA_Z))

    @cached_property
    def no_line(self) -> Codes:
        """Why there is no terminal line, shape (m,); where an analyst chose its points, in terms of that choice."""
        why = self.terminal.reason
        if self.changed is not None:
            few = self.changed & (why == code_of(NcaReason.TOO_FEW_POINTS))
            rising = self.fixed & np.isin(why, [code_of(NcaReason.NO_DECLINE), code_of(NcaReason.FLAT)])
            why = np.where(few, code_of(MoreReasons.FEW_LEFT), why)
            why = np.where(rising, code_of(MoreReasons.CHOSEN_DO_NOT_FALL), why)
        codes = reason_codes(self.known, (self.all_blq, NcaReason.ALL_BLQ))
        return np.where(codes > 0, codes, why)

    def area_to(self, stop: Floats) -> Floats:
        """Area from time 0 to the days ``stop``, shape (m,), none of them after the last kept row; 0 where NaN.

        Before the first sample the concentration runs from 0 at time 0 straight to it.
        """
        area = area_between(self.segments, 0.0, np.where(np.isnan(stop), -np.inf, stop))
        row = np.where(np.diff(self.kept.offsets) > 0, self.kept.offsets[:-1], -1)
        t, c = pick(self.kept.day, row), pick(self.kept.conc, row)
        upto = np.minimum(stop, t)
        late = np.flatnonzero((t > 0) & (upto > 0))
        area[late] += 0.5 * c[late] * upto[late] * upto[late] / t[late]
        return area

    def area_after(self, end: float) -> Floats:
        """Area from Tlast to ``end`` by the ``after_last`` setting, shape (m,); 0 where Tlast is not before ``end``.

        NaN where it needs a lambda_z that is not there.
        """
        length = np.maximum(end - self.tlast, 0.0)
        if self.settings.after_last is AfterLast.ZERO:
            after = np.zeros_like(length)
        elif self.settings.after_last is AfterLast.TRIANGLE:
            whole = self.next_kept_day - self.tlast
            part = np.minimum(length, whole)
            after = np.where(np.isnan(whole), 0.0, self.clast * part * (1.0 - 0.5 * part / whole))
        else:
            rate = self.terminal.lambda_z
            after = self.clast * -np.expm1(-rate * length) / rate
        return np.where(length > 0, after, 0.0)


def _with_time_zero(p: Profiles) -> Profiles:
    """The profiles with a record of 0 at time 0 where they have rows after it but none at it."""
    after = first_in(p.day > 0, p.offsets)
    missing = (after >= 0) & ~any_in(p.day == 0, p.offsets)
    return p.with_zeros(after[missing], missing) if missing.any() else p
