"""Results by visit: which sample stands for a subject at a nominal day, and the statistics of a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.tables.groups import Group
from cartpk.tables.printing import NC
from cartpk.tables.statistics import Statistics, summed

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.summaries import Summaries

__all__ = ["ByVisit", "Visit", "at_visits", "by_visit_note", "day_label", "visit_cells"]

_SERIES: Final = ["USUBJID", "NFRLT", "AFTER"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a group: its label, its samples, how many are BLQ."""

    label: str
    day: float
    rows: pd.DataFrame
    group: Group

    @property
    def n(self) -> int:
        """Subjects with a result."""
        return len(self.rows)

    @property
    def n_blq(self) -> int:
        """Subjects whose result is BLQ."""
        return int(self.rows["BLQFL"].eq("Y").sum())

    def means_shown(self, settings: Summaries) -> bool:
        """Whether few enough results are BLQ for a mean."""
        return 100.0 * self.n_blq <= settings.max_blq_pct * self.n


@dataclass(frozen=True, slots=True)
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

    def visits(self, groups: Sequence[Group]) -> Iterator[Visit]:
        """Visits with at least one result, by group and day."""
        for group in groups:
            own = self.rows[self.rows["USUBJID"].isin(group.subjects)]
            for _, part in own.groupby(["NFRLT", "AFTER"], sort=True):
                yield Visit(part["VISIT"].iloc[0], float(part["NFRLT"].iloc[0]), part, group)


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
    ordered = inside.sort_values([*_SERIES, "OFF", "AFRLT", "SRCFILE", "SRCROW"], kind="stable")
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


def visit_cells(visit: Visit, settings: Summaries) -> tuple[Statistics, Statistics]:
    """Statistics of a visit with a BLQ as 0, and those of the geometric mean (one group each).

    Order statistics that rest on a BLQ are BLQ. The geometric statistics are of the results with LLOQ/2 for a BLQ, or
    of the quantifiable ones, as configured; a BLQ without a known limit is left out.
    """
    blq = visit.rows["BLQFL"].eq("Y")
    value = visit.rows["AVAL"].where(~blq, 0.0)
    half = visit.rows["ALLOQ"] / 2 if settings.geometric_blq == "half_lloq" else pd.Series(np.nan, index=blq.index)
    return summed([value], settings, [blq]), summed([visit.rows["AVAL"].where(~blq, half)], settings)


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
        yield f"Left out: {outside} samples without a nominal day or outside its window."
    if second:
        yield f"Left out: {second} further samples of a subject at a visit; the nearest to the nominal day counts."
