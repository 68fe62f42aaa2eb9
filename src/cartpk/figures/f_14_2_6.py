"""Heat map: one row per subject, one column per nominal day, the colour is the result."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from cartpk.figures.axes import number_label
from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.figures.palette import between

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_6",
    number="14.2-6",
    title="Results by subject and nominal day (heat map)",
    inputs=("adsl.csv", "adnca.csv"),
)
_RAMP: Final = ("#F6E8C3", "#E8A33D", "#C2452D", "#7A1F5C", "#1A0F3C")
"""Light to dark: the order of the results survives a black-and-white printer."""
_EDGE: Final = "#9AA5B1"
_BELOW: Final = "#EDF0F3"
BLQ: Final = "BLQ"
_ROW: Final = 0.17
"""Inches of a subject's row."""
_NAMED: Final = 60
"""More subjects than this have no name at their row."""
_COLUMNS: Final = [
    "USUBJID", "COHORT", "PCTESTCD", "PCSPEC", "NFRLT", "AFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL", "DRAWN",
]  # fmt: skip


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Every subject's results of the primary analyte after the first infusion, by dose level and subject."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    analyte = config.primary_analyte
    name = s.what(analyte.label, analyte.specimen)
    every = s.kinetic_samples(data, analyte)
    cells = _cells(every)
    if cells.empty:
        return EmptyFigure(f"There is no usable result of {name} with a nominal day.")
    if cells["BLQFL"].eq("Y").all():
        return EmptyFigure(f"Every result of {name} is BLQ: there is nothing to colour.")
    n = cells["USUBJID"].nunique()
    size = (8.0, 2.0 + min(_ROW * n, 16.0) + 0.08 * cells["COHORT"].nunique())
    return Figure(
        data=cells[_COLUMNS],
        caption=f"{wording.assay(analyte, cells)} One row per subject, one column per nominal day from the first "
        f"infusion (columns are not to scale). {wording.subjects_shown(n, data)}",
        footnotes=(
            (
                "Pale cells: BLQ. No cell: no usable result at that visit. Of several results of a subject at one "
                "nominal day the nearest in time is shown."
            ),
            *wording.above_limit(cells),
            *wording.gdna_caveat(cells),
        ),
        alt=f"Heat map of {s.axis_title(analyte, cells)} in classes, the darker the higher: "
        f"{wording.counted(n, 'subject')} in rows, {cells['NFRLT'].nunique()} nominal days in columns.",
        n=n,
        draw=lambda: _plot(cells, config, size),
        width=size[0],
        height=size[1],
    )


def _cells(every: pd.DataFrame) -> pd.DataFrame:
    """One row per subject and nominal day: the sample nearest to it in time."""
    known = every[every["NFRLT"].notna() & every["DRAWN"].notna()]
    near = known.assign(_OFF=(known["AFRLT"] - known["NFRLT"]).abs())
    near = near.sort_values(["COHORT", "USUBJID", "NFRLT", "_OFF"], kind="stable")
    return near.drop_duplicates(["USUBJID", "NFRLT"]).drop(columns="_OFF").reset_index(drop=True)


def classes(values: pd.Series[float]) -> list[tuple[float, str]]:
    """Upper end and name of each class of results: whole decades, or finer steps where there are few decades.

    Examples
    --------
    >>> import pandas as pd
    >>> classes(pd.Series([15.0, 40000.0]))[1:3]
    [(1000.0, '100 to 1000'), (10000.0, '1000 to 10⁴')]
    >>> [name for _, name in classes(pd.Series([150.0, 2000.0]))]
    ['100 to 300', '300 to 1000', '1000 to 3000']
    >>> [name for _, name in classes(pd.Series([12.0, 40.0]))]
    ['10 to 20', '20 to 50']
    """
    low, high = math.log10(values.min()), math.log10(values.max())
    first, last = math.floor(low + 1e-9), max(math.ceil(high - 1e-9), math.floor(low + 1e-9) + 1)
    factors = (1.0,) if last - first > 3 else (1.0, 3.0) if last - first > 1 else (1.0, 2.0, 5.0)
    edges = [f * 10.0**power for power in range(first, last + 1) for f in factors]
    start = max(i for i, edge in enumerate(edges) if edge <= values.min() * (1 + 1e-9))
    end = min(i for i, edge in enumerate(edges) if edge >= values.max() * (1 - 1e-9))
    pairs = list(itertools.pairwise(edges[start : max(end, start + 1) + 1]))
    return [(b, f"{number_label(a)} to {number_label(b)}") for a, b in pairs]


def ramp(n: int) -> list[str]:
    """Colours of n classes, light to dark.

    Examples
    --------
    >>> ramp(2)
    ['#F6E8C3', '#1A0F3C']
    """
    if n == 1:
        return [_RAMP[2]]
    return [between(_RAMP, i * (len(_RAMP) - 1) / (n - 1)) for i in range(n)]


def _day(nominal: float) -> str:
    """A nominal day as a column's head; hours on the day of the infusion.

    Examples
    --------
    >>> _day(28.0), _day(0.083), _day(-7.0)
    ('28', '2 h', '-7')
    """
    return f"{24 * nominal:.0f} h" if 0 < nominal < 1 else f"{nominal:g}"


def _plot(cells: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import pandas as pd
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording

    days = sorted(cells["NFRLT"].unique())
    subjects = list(dict.fromkeys(cells["USUBJID"]))
    n = cells.groupby("COHORT", observed=True)["USUBJID"].nunique()
    # a single row has no room for two lines
    turn = "\n(n" if n.min() > 1 else " (n"
    heads = {dose: label.replace(" (n", turn) for dose, label in s.count_labels(cells).items()}
    rows = cells.assign(
        COLUMN=theme.in_order(cells["NFRLT"].map(_day), dict.fromkeys(map(_day, days))),
        WHO=theme.in_order(cells["USUBJID"], reversed(subjects)),
        DOSE=theme.in_order(cells["COHORT"].astype("str").map(heads), heads.values()),
    )
    kinds = classes(rows.loc[rows["BLQFL"].ne("Y"), "DRAWN"])
    names = [BLQ, *(label for _, label in kinds)]
    upper = [high for high, _ in kinds]
    place = [
        BLQ if low == "Y" else kinds[bisect_left(upper, x)][1]
        for low, x in zip(rows["BLQFL"], rows["DRAWN"], strict=True)
    ]
    rows["CLASS"] = theme.in_order(pd.Series(place, index=rows.index, dtype="str"), names)
    few = len(subjects) <= _NAMED
    inks = dict(zip(names, [_BELOW, *ramp(len(kinds))], strict=True))
    plot = (
        p9.ggplot(rows, p9.aes("COLUMN", "WHO"))
        + p9.geom_tile(p9.aes(fill="CLASS"), color=_EDGE, size=0.25, width=0.94, height=0.88, raster=not few)
        + p9.scale_fill_manual(
            name=s.units(cells), values=inks, breaks=names, guide=p9.guide_legend(nrow=-(-len(names) // 7))
        )
        + p9.scale_x_discrete(drop=False)
        + p9.labs(x="Nominal day from first infusion", y="")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [names], letters=8)
        + p9.theme(
            panel_grid_major=p9.element_blank(),
            legend_title=p9.element_text(size=8.5),
            legend_title_position="top",
            axis_text_y=p9.element_text(size=7) if few else p9.element_blank(),
        )
    )
    if len(heads) > 1:
        strips = p9.theme(strip_text_y=p9.element_text(angle=0))
        plot = plot + p9.facet_grid("DOSE", scales="free_y", space="free_y") + strips
    return plot
