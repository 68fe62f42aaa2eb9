"""Kinetic samples as figures draw them: usable rows of one analyte, dose levels in order, BLQ at half the limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from cartpk.core.summary import summarise
from cartpk.figures.axes import number_label
from cartpk.terms import BlqClass

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.trial import Analyte
    from cartpk.trial_data import TrialData

__all__ = [
    "ABOVE_MARK",
    "BLQ_MARK",
    "FIRST_INFUSION",
    "QUANTIFIED",
    "Weight",
    "after_event",
    "axis_title",
    "count_labels",
    "in_visit_window",
    "kinetic_samples",
    "lloq_lines",
    "placed",
    "printed_unit",
    "short_unit",
    "specimen",
    "to_event",
    "units",
    "visit_summary",
    "weight",
    "what",
]

FIRST_INFUSION: Final = "INFUSION 1"
MOST_PATHS: Final = 60
"""[choice] More subjects than this are drawn as pixels within the SVG: 500 curves as paths weigh 4 MB."""
QUANTIFIED: Final = "quantified"
BLQ_MARK: Final = "BLQ, drawn at LLOQ/2"
ABOVE_MARK: Final = "above the upper limit, drawn at it"


def kinetic_samples(data: TrialData, analyte: Analyte) -> pd.DataFrame:
    """One row per usable sample of this analyte, by dose level, subject and time; columns added as :func:`placed` has.

    A log axis has no place for a result of 0 or less: its ``DRAWN`` is empty.
    """
    rows = data.adnca[
        (data.adnca["PCTESTCD"] == analyte.code) & (data.adnca["ANLFL"] == "Y") & data.adnca["AFRLT"].notna()
    ]
    made = to_event(placed(rows, data.cohorts), data)
    return made.assign(DRAWN=made["DRAWN"].where(made["DRAWN"] > 0))


def placed(rows: pd.DataFrame, cohorts: Sequence[str]) -> pd.DataFrame:
    """The rows that carry a result, by dose level, subject and time, with their place on an axis.

    Columns added: ``DRAWN`` (the result; half of its limit where BLQ; empty where BLQ without a known limit) and
    ``RESULT`` (quantified, BLQ or above the upper limit, as the legend prints it). ``COHORT`` becomes ordered.
    """
    blq = rows["BLQFL"] == "Y"
    above = rows["BLQCLASS"].eq(str(BlqClass.ABOVE)) if "BLQCLASS" in rows else blq & False
    kinds = [QUANTIFIED, BLQ_MARK, *([ABOVE_MARK] if above.any() else [])]
    made = rows.assign(
        COHORT=pd.Categorical(rows["COHORT"], categories=list(cohorts), ordered=True),
        DRAWN=rows["AVAL"].where(~blq, rows["ALLOQ"] / 2),
        RESULT=pd.Categorical(
            np.select([blq, above], [BLQ_MARK, ABOVE_MARK], QUANTIFIED), categories=kinds, ordered=True
        ),
    )
    made = made[blq | rows["AVAL"].notna()]
    return made.sort_values(["COHORT", "USUBJID", "AFRLT"], kind="stable").reset_index(drop=True)


def count_labels(samples: pd.DataFrame) -> Mapping[str, str]:
    """Dose level -> ``dose (n = subjects)``, dose levels without a sample left out."""
    n = samples.groupby("COHORT", observed=True)["USUBJID"].nunique()
    return {str(cohort): f"{cohort} (n = {count})" for cohort, count in n.items()}


class Weight(NamedTuple):
    """How heavily many subjects are drawn."""

    alpha: float
    """Opacity of lines."""
    mark: float
    """Size of marks."""
    raster: bool
    """Lines and marks as pixels within the SVG."""


def weight(in_panel: int, in_all: int) -> Weight:
    """Lighter lines and smaller marks the more subjects share a panel; pixels for many in all.

    Examples
    --------
    >>> weight(6, 18), weight(200, 600)
    (Weight(alpha=0.75, mark=1.7, raster=False), Weight(alpha=0.25, mark=0.6, raster=True))
    """
    raster = in_all > MOST_PATHS
    if in_panel <= 12:
        return Weight(0.75, 1.7, raster)
    return Weight(0.5, 1.2, raster) if in_panel <= 40 else Weight(0.25, 0.6, raster)


def specimen(code: str) -> str:
    """A CDISC specimen in running text.

    Examples
    --------
    >>> specimen("BONE MARROW, LIQUID")
    'bone marrow'
    """
    return code.split(",", maxsplit=1)[0].strip().lower()


def what(label: str, code: str) -> str:
    """What was measured and where, in running text; a label that names its specimen is left as it is.

    Examples
    --------
    >>> what("CAR transgene", "BLOOD"), what("CAR transgene in blood", "BLOOD")
    ('CAR transgene in blood', 'CAR transgene in blood')
    """
    place = specimen(code)
    return label if place in label.lower() else f"{label} in {place}"


def printed_unit(unit: str) -> str:
    """A unit with the signs for micro and product, as printed.

    Examples
    --------
    >>> printed_unit("day*copies/ug"), printed_unit("cells/uL"), printed_unit("μg")
    ('day·copies/µg', 'cells/µL', 'µg')
    """
    return re.sub(r"\bu(?=[gLl]\b)", "µ", unit).replace("μ", "µ").replace("*", "·")


def short_unit(unit: str) -> str:
    """A unit as an axis prints it: without a remark in brackets.

    Examples
    --------
    >>> short_unit("cells/uL (unit not stated in the source; inferred)")
    'cells/µL'
    """
    return printed_unit(unit).split(" (")[0]


def units(samples: pd.DataFrame) -> str:
    """The units of these samples, as axes print them; one of them unless the input carries several."""
    return ", ".join(sorted({short_unit(unit) for unit in samples["AVALU"].dropna().unique()}))


def axis_title(analyte: Analyte, samples: pd.DataFrame) -> str:
    """``CAR transgene in blood (copies/µg gDNA)``."""
    return f"{what(analyte.label, analyte.specimen)} ({units(samples)})"


def lloq_lines(samples: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """One row per limit of quantification: ``ALLOQ``, ``LABEL`` (``LLOQ = 50 copies/µg gDNA``).

    Where the samples carry more than ``most`` limits, only the lowest and the highest of them.
    """
    known = samples.dropna(subset=["ALLOQ"]).drop_duplicates(["ALLOQ", "AVALU"]).sort_values("ALLOQ")
    if len(known) > most:
        known = known.iloc[[0, -1]]
    pairs = zip(known["ALLOQ"], known["AVALU"], strict=True)
    labels = [f"LLOQ = {number_label(limit)} {short_unit(unit)}" for limit, unit in pairs]
    return pd.DataFrame({"ALLOQ": known["ALLOQ"].to_numpy(), "LABEL": labels})


def to_event(rows: pd.DataFrame, data: TrialData) -> pd.DataFrame:
    """The rows with ``EVENTDY``: day of the re-infusion, HSCT or death that ends their subject's profile."""
    return rows.assign(EVENTDY=data.event_days(rows["USUBJID"]))


def after_event(samples: pd.DataFrame) -> pd.Series[bool]:
    """True where a sample was taken after the event that ends the profile; :func:`to_event` says when that was."""
    return samples["AFRLT"] > samples["EVENTDY"]


def in_visit_window(samples: pd.DataFrame, config: TrialConfig) -> pd.Series[bool]:
    """True where a sample belongs to a by-visit summary.

    It has a nominal day, was taken within its window, and not after the event that ends the profile: what is measured
    after a transplant is not the course of this product.
    """
    allowed = samples["NFRLT"].map(dict(config.time.visit_window_days)).astype(float).fillna(np.inf)
    inside = samples["NFRLT"].notna() & ((samples["AFRLT"] - samples["NFRLT"]).abs() <= allowed)
    return inside & ~after_event(samples)


def visit_summary(samples: pd.DataFrame, config: TrialConfig, by: Sequence[str] = ("COHORT",)) -> pd.DataFrame:
    """One row per group and nominal day: counts, geometric statistics, median.

    Columns: ``N``, ``NBLQ``, ``GMEAN``, ``GSD`` (BLQ as ``report.summaries.geometric_blq`` says; empty where more than
    ``max_blq_pct`` of the results are BLQ or one is 0; no ``GSD`` for one subject), ``LOWER`` and ``UPPER`` (GMEAN
    divided and multiplied by GSD), ``HALFLLOQ`` (half of the highest limit), ``MEDIAN``, ``MEDIANBLQ`` (Y where the
    median is no quantified value). A subject with two samples at one nominal day counts once, with the nearer one.
    """
    keys, settings = [*by, "NFRLT"], config.report.summaries
    used = samples[in_visit_window(samples, config) & samples["DRAWN"].notna()]
    used = used.assign(_off=(used["AFRLT"] - used["NFRLT"]).abs(), _blq=used["BLQFL"] == "Y")
    used = used.sort_values([*keys, "USUBJID", "_off"], kind="stable").drop_duplicates([*keys, "USUBJID"])
    groups = used.groupby(keys, observed=True)
    made = groups.agg(N=("DRAWN", "size"), NBLQ=("_blq", "sum"), HALFLLOQ=("ALLOQ", "max")).reset_index()
    made["HALFLLOQ"] /= 2
    order = groups.ngroup()
    entering = used["DRAWN"] if settings.geometric_blq == "half_lloq" else used["AVAL"].where(~used["_blq"])
    stats = summarise(entering, order, len(made), settings.quartiles)
    shown = (100.0 * made["NBLQ"] <= settings.max_blq_pct * made["N"]) & (stats.n_positive == stats.n)
    # geometric CV back to the SD of the logarithms (Kirkwood 1979)
    spread = np.exp(np.sqrt(np.log1p((stats.geo_cv_pct / 100) ** 2)))
    made["GMEAN"] = np.where(shown, stats.geo_mean, np.nan)
    made["GSD"] = np.where(shown, spread, np.nan)
    made["LOWER"], made["UPPER"] = made["GMEAN"] / made["GSD"], made["GMEAN"] * made["GSD"]
    made["MEDIAN"] = summarise(used["DRAWN"], order, len(made)).median
    # BLQ results rank lowest: half of them reach the middle
    made["MEDIANBLQ"] = np.where(2 * made["NBLQ"] >= made["N"], "Y", "N")
    return made
