"""Results by visit: which sample stands for a subject at a nominal day, and the statistics of a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.tables.groups import Group, plural
from cartpk.tables.printing import NC
from cartpk.tables.statistics import Statistics, grouped

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.summaries import Summaries
    from cartpk.trial_data import TrialData

__all__ = ["KINETIC", "ByVisit", "Visit", "Visits", "at_visits", "by_visit_note", "day_label", "up_to_event"]

KINETIC: Final = ["USUBJID", "AFRLT", "NFRLT", "AVAL", "ALLOQ", "BLQFL"]
"""Columns of ADNCA that a summary by visit reads: with very many subjects every further one is memory."""
_SERIES: Final = ["USUBJID", "NFRLT", "AFTER"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a group of subjects: its label, its nominal day."""

    label: str
    day: float
    group: Group


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """All visits of all groups, and the results that count at them.

    Attributes
    ----------
    visits
        By group and day; at least one result each.
    rows
        One row per group and result (a result counts in its dose level and among all).
    index
        Visit of each row, shape (m,).
    """

    visits: tuple[Visit, ...]
    rows: pd.DataFrame
    index: NDArray[np.intp]

    @property
    def blq(self) -> NDArray[np.bool_]:
        """Whether each row is BLQ, shape (m,)."""
        return self.rows["BLQFL"].eq("Y").to_numpy()

    @property
    def n_blq(self) -> NDArray[np.intp]:
        """BLQ results of each visit."""
        return np.bincount(self.index[self.blq], minlength=len(self.visits))

    def means_shown(self, settings: Summaries) -> NDArray[np.bool_]:
        """Visits with few enough results BLQ for a mean."""
        n = np.bincount(self.index, minlength=len(self.visits))
        return 100.0 * self.n_blq <= settings.max_blq_pct * n

    def of(self, column: str, settings: Summaries) -> Statistics:
        """Statistics of a column at each visit; empty cells do not count."""
        return grouped(self.rows[column].to_numpy(dtype=np.float64), self.index, len(self.visits), settings)

    def results(self, settings: Summaries) -> Statistics:
        """Statistics of the results, a BLQ as 0; order statistics that rest on a BLQ are BLQ."""
        value = np.where(self.blq, 0.0, self.rows["AVAL"].to_numpy(dtype=np.float64))
        return grouped(value, self.index, len(self.visits), settings, self.blq)

    def geometric(self, settings: Summaries) -> Statistics:
        """Statistics of the results with LLOQ/2 for a BLQ, or of the quantifiable ones, as configured.

        A BLQ without a known limit is left out.
        """
        half = self.rows["ALLOQ"].to_numpy(dtype=np.float64) / 2.0
        instead = half if settings.geometric_blq == "half_lloq" else np.full_like(half, np.nan)
        value = np.where(self.blq, instead, self.rows["AVAL"].to_numpy(dtype=np.float64))
        return grouped(value, self.index, len(self.visits), settings)


@dataclass(frozen=True, slots=True, eq=False)
class ByVisit:
    """Samples placed at visits, and how many were not.

    Attributes
    ----------
    rows
        One row per subject and visit; column ``AFTER`` = taken after infusion, ``VISIT`` = label as printed.
    n_outside, n_second
        Samples without a nominal day or outside its window; further samples at a visit.
    """

    rows: pd.DataFrame
    n_outside: int
    n_second: int

    def visits(self, groups: Sequence[Group]) -> Visits:
        """Visits with at least one result, by group and day."""
        parts = [self.rows[self.rows["USUBJID"].isin(g.subjects)].assign(GROUP=i) for i, g in enumerate(groups)]
        rows = pd.concat(parts, ignore_index=True)
        index = rows.groupby(["GROUP", "NFRLT", "AFTER"], sort=True).ngroup().to_numpy().astype(np.intp)
        _, first = np.unique(index, return_index=True)
        heads = rows.loc[first, ["VISIT", "NFRLT", "GROUP"]].itertuples(index=False)
        return Visits(tuple(Visit(str(v), float(d), groups[int(g)]) for v, d, g in heads), rows, index)


def up_to_event(rows: pd.DataFrame, data: TrialData) -> pd.DataFrame:
    """The samples up to the re-infusion, HSCT or death that ends their subject's profile."""
    return rows[rows["AFRLT"].le(data.event_days(rows["USUBJID"]).fillna(np.inf))]


def at_visits(samples: pd.DataFrame, config: TrialConfig) -> ByVisit:
    """The sample that stands for each subject and visit.

    A sample belongs to its nominal day if it was taken within the day's window (``time.visit_window_days``; no window
    = no limit). A subject with several samples at a nominal day counts with the nearest, the earlier of two equally
    near. Samples before and after the infusion at one nominal day are different visits.

    Parameters
    ----------
    samples
        Usable results of one analyte or measure: ``USUBJID AFRLT NFRLT AVISIT AVAL BLQFL``.
    """
    found = samples[samples["AVAL"].notna() | samples["BLQFL"].eq("Y")]
    allowed = found["NFRLT"].map(dict(config.time.visit_window_days)).astype(float).fillna(np.inf)
    off = (found["AFRLT"] - found["NFRLT"]).abs()
    inside = found.assign(OFF=off, AFTER=found["AFRLT"] > 0)[found["NFRLT"].notna() & off.le(allowed)]
    ordered = inside.sort_values([*_SERIES, "OFF", "AFRLT"], kind="stable")
    rows = ordered.drop_duplicates(_SERIES).drop(columns="OFF").reset_index(drop=True)
    return ByVisit(rows.assign(VISIT=_labels(rows)), len(found) - len(inside), len(inside) - len(rows))


def _labels(rows: pd.DataFrame) -> pd.Series[str]:
    """Labels of the visits; where samples of a day can lie on both sides of the infusion, which side."""
    sides = rows.groupby("NFRLT")["AFTER"].transform("nunique")
    both = rows["NFRLT"].eq(0.0) | (sides > 1)
    side = np.where(rows["AFTER"], ", after infusion", ", before infusion")
    return pd.Series([day_label(d) for d in rows["NFRLT"]], index=rows.index, dtype="str") + np.where(both, side, "")


def day_label(day: float) -> str:
    """A nominal day as printed; within the first day the hours after infusion.

    Examples
    --------
    >>> day_label(28.0), day_label(2 / 24), day_label(-7.0)
    ('Day 28', 'Day 0, 2 h', 'Day -7')
    """
    return f"Day 0, {24 * day:.2g} h" if 0 < day < 1 else f"Day {day:.4g}"


def by_visit_note(placed: Sequence[ByVisit], settings: Summaries, *, geometric: bool) -> Iterator[str]:
    """How BLQ results and stray samples were handled."""
    yield (
        "Mean and SD: BLQ = 0. Median, quartiles, minimum and maximum: a BLQ ranks lowest, and what rests on one is "
        f"printed BLQ. A visit with more than {settings.max_blq_pct:g} % of its results BLQ has no means ({NC})."
    )
    if geometric:
        rule = {"half_lloq": "BLQ = LLOQ/2", "quantifiable_only": "of quantifiable results only"}
        yield f"Geometric mean: {rule[settings.geometric_blq]}."
    outside, second = sum(p.n_outside for p in placed), sum(p.n_second for p in placed)
    if outside:
        yield f"Left out: {outside} {plural(outside, 'result')} without a nominal day or outside its window."
    if second:
        further = plural(second, "further sample")
        yield f"Left out: {second} {further} of a subject at a visit; the nearest to the nominal day counts."
