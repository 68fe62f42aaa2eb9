"""Every subject's exposure by group: panels of dots with geometric means, groups named on the axis of their panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import plotnine as p9

from cartpk.figures import samples as s
from cartpk.figures import theme, wording
from cartpk.figures.palette import INK
from cartpk.figures.swarm import offsets

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["dots_by_group"]

_FILL = "#9B2B7C"
_APART = 100.0
"""Distance of the first groups of two panels: every group has a place of its own, so that each axis names its own."""


def dots_by_group(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    """A row of panels per grouping and a column per exposure measure.

    Parameters
    ----------
    rows
        One row per subject, grouping and measure: ``GROUP`` (as printed), ``VALUE`` with its place ``VALUEN``,
        ``PARAM``, ``AVAL`` above 0, ``AVALU``. Panels stand in the order of the rows.
    config
        The trial.
    size
        Width and height, inches.
    """
    columns = rows["PARAM"].nunique()
    wide = (size[0] - 0.3) / columns - 0.7
    drawn = _placed(_panelled(rows, wide))
    named = drawn.drop_duplicates("PLACE").sort_values("PLACE", kind="stable")
    labels = dict(zip(named["PLACE"], named["LABEL"], strict=True))
    means = _means(drawn, config.report.summaries.min_group)
    return (
        p9.ggplot(drawn, p9.aes("AT", "AVAL"))
        + p9.geom_point(shape="o", size=1.8, color=INK, fill=_FILL, alpha=0.75, stroke=0.4)
        + p9.geom_segment(
            p9.aes(x="PLACE - 0.3", xend="PLACE + 0.3", y="MEAN", yend="MEAN"), means, size=1.0, color=INK
        )
        + p9.facet_wrap("STRIP", ncol=columns, scales="free")
        + theme.log_axis()
        + p9.scale_x_continuous(
            breaks=list(labels), labels=lambda at: [labels.get(float(a), "") for a in at], minor_breaks=False,
            expand=(0, 0.55),
        )
        + p9.geom_blank(p9.aes("PLACE"), named)
        + p9.labs(x="", y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
        + p9.theme(
            strip_text=p9.element_text(size=8),
            axis_text_x=p9.element_text(size=7.5),
            axis_text_y=p9.element_text(size=7.5),
            panel_grid_major_x=p9.element_blank(),
        )
    )  # fmt: skip


def _panelled(rows: pd.DataFrame, wide: float) -> pd.DataFrame:
    """The rows with ``STRIP`` (heading of the panel) and ``LABEL`` (group with its number of subjects)."""
    units = rows.dropna(subset=["AVALU"]).groupby("PARAM")["AVALU"].first()
    text = [
        f"{wording.wrapped(str(group), wide + 0.5, 8)}\n{param} ({s.short_unit(units[param])})"
        for group, param in zip(rows["GROUP"], rows["PARAM"], strict=True)
    ]
    made = rows.assign(STRIP=theme.in_order(pd.Series(text, index=rows.index), dict.fromkeys(text)))
    n = made.groupby(["STRIP", "VALUE"], observed=True)["AVAL"].transform("size")
    groups = made.groupby("STRIP", observed=True)["VALUE"].transform("nunique")
    made["LABEL"] = [
        f"{wording.wrapped(str(value), 0.8 * wide / k, 7.5)}\nn = {count}"
        for value, k, count in zip(made["VALUE"], groups, n, strict=True)
    ]
    return made


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with ``PLACE`` of their group on the axis and ``AT``, moved aside where marks would overlap."""
    rank = rows.groupby("STRIP", observed=True)["VALUEN"].rank(method="dense")
    made = rows.assign(PLACE=_APART * rows["STRIP"].cat.codes.astype(float) + rank, AT=0.0)
    for _, own in made.groupby(["STRIP"], observed=True):
        log = np.log10(own["AVAL"])
        height = max(float(log.max() - log.min()), 1e-9) * 0.06
        for _, members in own.groupby("PLACE"):
            made.loc[members.index, "AT"] = offsets(log[members.index].to_numpy(), 0.09, height)
    return made.assign(AT=made["PLACE"] + made["AT"])


def _means(rows: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """Geometric mean of each group of at least so many subjects."""
    found = rows.groupby(["STRIP", "PLACE"], observed=True)["AVAL"].agg(
        N="size", MEAN=lambda v: float(np.exp(np.log(np.sort(v.to_numpy())).mean()))
    )
    means = found.reset_index()
    return means[means["N"] >= fewest]
