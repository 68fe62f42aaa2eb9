"""Statistics of a panel: one row per trial and dose level, and nothing across them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.core.intervals import geometric_mean_interval
from cartpk.core.summary import summarise
from cartpk.core.survival import kaplan_meier

if TYPE_CHECKING:
    from cartpk.portfolio.panels import Panel

__all__ = ["COLUMNS", "MIN_LIMITS", "statistics"]

COLUMNS: Final = (
    "TRIAL", "COHORT", "N", "NVALUE", "NZERO", "NAPART", "NMISSING", "NCENSORED", "CENTRE", "LOWER", "UPPER",
    "GEOCV", "MINIMUM", "MAXIMUM",
)  # fmt: skip
"""N = subjects; NVALUE in the statistics, NZERO 0 (all BLQ), NAPART extrapolated, NMISSING without a value;
NCENSORED lower bounds (still detected, nadir BLQ). CENTRE = geometric mean or Kaplan-Meier median; LOWER, UPPER = its
confidence limits, from :data:`MIN_LIMITS` values on."""

MIN_LIMITS: Final = 3
"""Values that limits need: those of two are as wide as the axis."""


def statistics(panel: Panel, level: float) -> pd.DataFrame:
    """Statistics by trial and dose level (:data:`COLUMNS`), in the order of printing.

    Parameters
    ----------
    panel
        Its rows.
    level
        Two-sided confidence level, a fraction.
    """
    groups = panel.rows.groupby(["TRIAL", "COHORT"], sort=False)
    made = [{"TRIAL": trial, "COHORT": cohort, **_row(panel, rows, level)} for (trial, cohort), rows in groups]
    return pd.DataFrame(made, columns=list(COLUMNS))


def _row(panel: Panel, rows: pd.DataFrame, level: float) -> dict[str, float]:
    apart = rows["AVAL"].notna() & rows["REASND"].notna()
    used = rows[rows["AVAL"].notna() & ~apart]
    values = used["AVAL"].to_numpy(dtype=np.float64)
    zero = int((values == 0).sum()) if panel.quantity.kind == "geometric" else 0
    counts = {
        "N": float(len(rows)),
        "NVALUE": float(len(values) - zero),
        "NZERO": float(zero),
        "NAPART": float(apart.sum()),
        "NMISSING": float(rows["AVAL"].isna().sum()),
        "NCENSORED": float(used["CNSR"].eq(1).sum()),
    }
    summary = summarise(values)
    spread = {"MINIMUM": float(summary.minimum[0]), "MAXIMUM": float(summary.maximum[0])}
    return counts | spread | _centre(panel, values, used["CNSR"].to_numpy(dtype=np.float64), level)


def _centre(panel: Panel, values: np.ndarray, censored: np.ndarray, level: float) -> dict[str, float]:
    """The middle of the values and its limits."""
    nan = float("nan")
    if not values.size:
        return {"CENTRE": nan, "LOWER": nan, "UPPER": nan, "GEOCV": nan}
    if panel.quantity.kind == "geometric":
        summary = summarise(values)
        enough = int(summary.n_positive[0]) >= MIN_LIMITS
        low, high = geometric_mean_interval(values, level) if enough else (nan, nan)
        middle, cv = float(summary.geo_mean[0]), float(summary.geo_cv_pct[0])
        return {"CENTRE": middle, "LOWER": low, "UPPER": high, "GEOCV": cv}
    # a rise of the cells is a reduction below 0, and the estimate is of times: both are moved to start at 0
    start = min(float(values.min()), 0.0)
    median = kaplan_meier(values - start, censored == 0, level).quantile()
    low, high = (median.lower, median.upper) if values.size >= MIN_LIMITS else (nan, nan)
    return {"CENTRE": median.value + start, "LOWER": low + start, "UPPER": high + start, "GEOCV": nan}
