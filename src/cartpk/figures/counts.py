"""CD7+ counts and percentages: individuals and median by visit, one panel per measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import plotnine as p9
from numpy.typing import NDArray

from cartpk.figures import samples as s
from cartpk.figures import theme, wording
from cartpk.figures.palette import PAPER

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

__all__ = [
    "ValueAxis",
    "footnotes",
    "lines_in_words",
    "measured",
    "no_measure",
    "ordered",
    "panel_names",
    "populations",
    "sheet",
    "spaghetti",
]

POPULATIONS: Final[Mapping[str, str]] = {
    "NORMAL_T": "normal T cells",
    "NORMAL_NK": "normal NK cells",
    "B": "B cells",
    "LYMPHOCYTES": "lymphocytes",
    "BLAST": "blasts",
    "CAR_NK": "CAR-NK cells",
    "UNSPECIFIED": "population not named in the data",
}
_MARKERS: Final = ("CD7+", "CD7-", None)


@dataclass(frozen=True)
class ValueAxis:
    """How values are placed on the vertical axis.

    Attributes
    ----------
    title
        Axis title with its unit.
    place
        Value -> place.
    ticks
        Values at which ticks may stand; those outside the data are left out.
    always
        Values that the axis reaches at least.
    """

    title: str
    place: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ticks: Sequence[float]
    always: Sequence[float] = ()


def measured(data: TrialData, config: TrialConfig, kind: str) -> pd.DataFrame:
    """One row per usable result of the measures of this kind (absolute, percent), CD7+ before CD7- before others."""
    codes = [m.code for m in ordered(config, kind)]
    table = data.adpd
    rows = table[table["PARAMCD"].isin(codes) & (table["ANLFL"] == "Y") & table["AFRLT"].notna()]
    made = s.to_event(s.placed(rows, data.cohorts).dropna(subset=["DRAWN"]), data)
    made["PARAMCD"] = pd.Categorical(made["PARAMCD"], categories=codes, ordered=True)
    return made.sort_values("PARAMCD", kind="stable").reset_index(drop=True)


def ordered(config: TrialConfig, kind: str) -> list[PdMeasure]:
    """Measures of this kind: CD7+ first, then CD7-, then those that are not split by CD7."""
    return sorted(
        (m for m in config.pharmacodynamics.measures if m.kind == kind), key=lambda m: _MARKERS.index(m.marker)
    )


def no_measure(config: TrialConfig, kind: str) -> str:
    """Why there is no figure of this kind of measure, as a sentence."""
    words = {"absolute": "absolute cell count", "percent": "percentage of CD7+ cells"}[kind]
    if not ordered(config, kind):
        return f"The trial's data hold no {words} (none is named in the configuration)."
    return f"The data hold no usable {words}."


def panel_names(rows: pd.DataFrame, config: TrialConfig) -> dict[str, str]:
    """Measure code -> heading of its panel: name, specimen where it is not blood, number of subjects."""
    labels = {m.code: m for m in config.pharmacodynamics.measures}
    n = rows.groupby("PARAMCD", observed=True)["USUBJID"].nunique()
    names = {}
    for code, count in n.items():
        measure = labels[str(code)]
        place = "" if measure.specimen.upper() == "BLOOD" else f", {s.specimen(measure.specimen)}"
        names[str(code)] = f"{measure.label}{place} (n\u00a0=\u00a0{count})"
    return names


def _columns(panels: int) -> int:
    return panels if panels <= 3 else 2 if panels == 4 else 3


def populations(rows: pd.DataFrame) -> str:
    """Which cells the panels count, as a sentence; normal CD7+ cells and blasts never share a panel."""
    known = rows.drop_duplicates("PARAMCD")
    parts = []
    for row in known.itertuples():
        parent = f", % of {row.PARENT}" if isinstance(row.PARENT, str) else ""
        name = POPULATIONS[str(row.POPULATION)]
        parts.append(
            f"{row.PARAM}{parent}" if name.lower() == str(row.PARAM).lower() else f"{row.PARAM}: {name}{parent}"
        )
    return f"Populations: {'; '.join(parts)}."


def lines_in_words(rows: pd.DataFrame, data: TrialData, config: TrialConfig) -> str:
    """Whom the figure shows, and what the thin and thick lines are."""
    medians = s.in_visit_window(rows, config).any()
    thick = "Thick lines: median by dose level at nominal days." if medians else _NO_MEDIANS
    who = wording.subjects_shown(rows["USUBJID"].nunique(), data)
    return f"{who} Thin lines: subjects, actual days. {thick}"


_NO_MEDIANS: Final = "No medians: the data carry no nominal days."


def footnotes(rows: pd.DataFrame, config: TrialConfig, note: str) -> tuple[str, ...]:
    """Populations, BLQ, ``note``, and samples that are in no median although there are medians."""
    inside = s.in_visit_window(rows, config)
    outside = wording.outside_windows(rows, inside) if inside.any() else ()
    return populations(rows), _assay(rows), f"{wording.OPEN_MARKS} {note}", *wording.above_limit(rows), *outside


def _assay(rows: pd.DataFrame) -> str:
    """Specimen, method and limits of the measures, as a sentence."""
    places = ", ".join(sorted({s.specimen(code) for code in rows["PCSPEC"].unique()}))
    of: dict[str, list[str]] = {}
    for name, part in rows.groupby("PARAM", sort=False):
        of.setdefault(", ".join(s.lloq_lines(part)["LABEL"]) or "LLOQ not stated", []).append(str(name))
    limits = ", ".join(limit if len(of) == 1 else f"{limit} ({', '.join(names)})" for limit, names in of.items())
    return f"Specimen: {places}; {wording.methods(rows)}; {limits}."


def sheet(panels: int) -> tuple[float, float]:
    """Width and height (inches) of a sheet of so many panels."""
    return theme.WIDTH, 1.2 + 2.7 * -(-panels // _columns(panels))


def spaghetti(rows: pd.DataFrame, config: TrialConfig, axis: ValueAxis) -> p9.ggplot:
    """Thin lines of the subjects and thick lines of their medians by visit and dose, one panel per measure."""
    names, doses = panel_names(rows, config), s.count_labels(rows)
    size, columns = sheet(len(names)), _columns(len(names))
    wide = (size[0] - 0.9) / columns
    names = {code: wording.wrapped(name, wide, 9.0) for code, name in names.items()}
    place = axis.place
    drawn = _panelled(rows.assign(Y=place(rows["DRAWN"].to_numpy(dtype=np.float64))), names, doses)
    medians = s.visit_summary(rows, config, by=("PARAMCD", "COHORT"))
    medians = _panelled(medians.assign(AFRLT=medians["NFRLT"], Y=place(medians["MEDIAN"].to_numpy())), names, doses)
    n = rows["USUBJID"].nunique()
    look = s.weight(n, n)
    # beside medians the subjects stand back
    thin, alpha = (0.55, look.alpha) if medians.empty else (0.4, 0.5 * look.alpha)
    blq = drawn[drawn["BLQFL"] == "Y"]
    return (
        p9.ggplot(drawn, p9.aes("AFRLT", "Y", color="DOSE"))
        + p9.geom_line(p9.aes(group="USUBJID"), size=thin, alpha=alpha, raster=look.raster)
        + p9.geom_point(
            data=blq, fill=PAPER, shape="o", size=1.1, stroke=0.35, alpha=0.7, show_legend=False, raster=look.raster
        )
        + p9.geom_line(p9.aes(group="DOSE"), medians, size=1.0)
        + p9.geom_point(p9.aes(fill="DOSE", shape="DOSE"), medians, size=2.2, stroke=0.4)
        + p9.facet_wrap("FACET", ncol=columns)
        + p9.expand_limits(x=0)
        + theme.days(wide)
        + p9.scale_y_continuous(
            name=wording.wrapped(axis.title, size[1] - 1.4), minor_breaks=False, **_ticks(axis, drawn["Y"])
        )
        + theme.dose_scales(list(doses.values()))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size)
    )


def _panelled(rows: pd.DataFrame, names: Mapping[str, str], doses: Mapping[str, str]) -> pd.DataFrame:
    facet = theme.in_order(rows["PARAMCD"].astype(str).map(names), names.values())
    return rows.assign(FACET=facet, DOSE=theme.in_order(rows["COHORT"].astype(str).map(doses), doses.values()))


def _ticks(axis: ValueAxis, y: pd.Series[float]) -> dict[str, Any]:
    """Breaks, labels and limits of the vertical axis."""
    at = axis.place(np.asarray(axis.ticks, dtype=np.float64))
    reach = [*axis.place(np.asarray(axis.always, dtype=np.float64)), float(y.min()), float(y.max())]
    low, high = min(reach), max(reach)
    inside = (at >= low - 1e-9) & (at <= high + 1e-9)
    labels = [f"{tick:,g}" for tick, keep in zip(axis.ticks, inside, strict=True) if keep]
    return {"breaks": [float(a) for a in at[inside]], "labels": labels, "limits": (low, high)}
