"""The choices of a non-compartmental analysis, each with its unit, default and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cartpk.terms import AucMethod

__all__ = [
    "AfterLast",
    "AllBlq",
    "BlqImputation",
    "BlqRule",
    "CellTherapySettings",
    "NcaSettings",
    "TimeZero",
    "WindowSettings",
]


class BlqRule(StrEnum):
    """What becomes of results below the limit of quantification (BLQ) in areas and lambda_z.

    BLQ is coded 0. "first" is up to the first quantifiable sample, "middle" between the first and the last, "last"
    after the last one; all is "first" when nothing is quantifiable. Cmax, Tmax and Tlast never change, except under
    ``half_lloq_all``, which replaces the data before anything else.
    """

    FIRST_KEEP_MIDDLE_DROP_LAST_KEEP = "first_keep_middle_drop_last_keep"
    """0 before the first and after the last quantifiable sample; left out between them (PKNCA's default)."""
    ZERO = "zero"
    """0 everywhere."""
    DROP = "drop"
    """Left out everywhere."""
    FIRST_KEEP_MIDDLE_DROP_LAST_DROP = "first_keep_middle_drop_last_drop"
    """0 before the first quantifiable sample; left out afterwards."""
    BEFORE_TMAX_KEEP_AFTER_TMAX_DROP = "before_tmax_keep_after_tmax_drop"
    """0 before Tmax; left out from Tmax on."""
    HALF_LLOQ_ALL = "half_lloq_all"
    """Half of the row's own LLOQ everywhere, before anything else (Cmax and Tlast see it too)."""
    FIRST_ZERO_MIDDLE_HALF_LLOQ_LAST_ZERO = "first_zero_middle_half_lloq_last_zero"
    """Half of the row's own LLOQ between two quantifiable samples; 0 before and after."""


class AfterLast(StrEnum):
    """Concentration after the last quantifiable sample when an interval ends later (bare analysis)."""

    EXTRAPOLATE = "extrapolate"
    """Clast exp(-lambda_z (t - Tlast)), lambda_z of the whole profile."""
    TRIANGLE = "triangle"
    """A straight line to 0 at the next sample, 0 afterwards."""
    ZERO = "zero"
    """0."""


class TimeZero(StrEnum):
    """What is assumed at time 0 when there is no record (bare analysis)."""

    OBSERVED = "observed"
    """Nothing: without a record at time 0 the areas of the whole profile are not calculable."""
    ZERO = "zero"
    """A record of 0 at time 0."""


class BlqImputation(StrEnum):
    """Where the line after the last quantifiable sample ends, at the first BLQ after it."""

    ZERO = "zero"
    HALF_LLOQ = "half_lloq"


class AllBlq(StrEnum):
    """Area of a profile without any quantifiable post-infusion result."""

    ZERO = "zero"
    NOT_CALCULATED = "nc"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTherapySettings:
    """Choices of the cell-therapy parameters."""

    min_tmax_day: float = 1.0
    """days; a Tmax earlier than this is flagged EARLY_TMAX (end-of-infusion sample, carry-over)."""
    growth_min_points: int = 2
    """Quantifiable samples up to Tmax needed for the rate of the ascending phase."""
    contraction_days: float = 21.0
    """days after Tmax whose quantifiable samples give the contraction half-life."""
    contraction_min_points: int = 3
    """Quantifiable samples from Tmax on needed for the contraction half-life."""
    blq_confirm: int = 1
    """Consecutive BLQ samples (1 or 2) that make the time to BLQ."""
    persistence_by_detection: bool = False
    """Persistence by the limit of detection where the data have it; by the limit of quantification otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NcaSettings:
    """Choices of the non-compartmental analysis."""

    auc_method: AucMethod = AucMethod.LIN_UP_LOG_DOWN
    """Trapezoidal rule."""
    blq_rule: BlqRule = BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_KEEP
    """Results below the limit of quantification in areas and lambda_z."""
    after_last: AfterLast = AfterLast.EXTRAPOLATE
    """Interval areas beyond the last quantifiable sample (bare analysis; a trial uses the decision table)."""
    time_zero: TimeZero = TimeZero.OBSERVED
    """No record at time 0 (bare analysis; a trial always has one)."""
    post_infusion: bool = False
    """Peak, first and last sample are looked for after time 0 only (a trial); else from time 0 on."""
    min_points: int = 3
    """Fewest points of a lambda_z regression."""
    adj_r2_factor: float = 1e-4
    """lambda_z takes the most points whose adjusted R2 is within this of the best."""
    exclude_tmax: bool = True
    """The sample of Tmax is not a point of lambda_z."""
    r2_min: float = 0.9
    """R2 from which lambda_z is accepted for extrapolation; below it LAMZ is flagged, never deleted."""
    span_min: float = 2.0
    """half-lives the points of lambda_z must span to be accepted; below it LAMZ is flagged, never deleted."""
    max_extrap_pct: float = 20.0
    """percent; AUC to infinity with more than this extrapolated is flagged."""
    cell_therapy: CellTherapySettings = field(default_factory=CellTherapySettings)
    """Choices of the cell-therapy parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSettings:
    """Choices of the decision table for areas over a window 0..T."""

    tolerance_days: Mapping[float, float] = field(default_factory=lambda: {28.0: 2.0, 90.0: 7.0})
    """days; visit window of the sample at T, by T."""
    default_tolerance_days: float = 2.0
    """days; visit window where ``tolerance_days`` does not name T."""
    max_extrap_pct: float = 20.0
    """percent of the area; with more than this extrapolated the area is not calculated."""
    min_results: int = 3
    """Post-infusion results (a BLQ counts) an area needs."""
    peak_window_days: tuple[float, float] | None = (7.0, 14.0)
    """days; an area needs a result in here; None: no such rule."""
    blq_confirm: int = 1
    """Consecutive BLQ results that end a profile whose last result is before T - tolerance."""
    blq_imputation: BlqImputation = BlqImputation.ZERO
    """Concentration at the first BLQ after the last quantifiable sample."""
    all_blq: AllBlq = AllBlq.ZERO
    """Area when all post-infusion results are BLQ."""

    def tolerance(self, window: float) -> float:
        """Visit window of the sample at ``window``, days.

        Examples
        --------
        >>> WindowSettings().tolerance(90), WindowSettings().tolerance(180)
        (7.0, 2.0)
        """
        return float(self.tolerance_days.get(window, self.default_tolerance_days))
