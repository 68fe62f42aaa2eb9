"""Persistence of the product: found or not by nominal day, and time to the first sample without it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cartpk.clinical.persistence import persistence, persistence_curve, without_a_time
from cartpk.core.intervals import clopper_pearson
from cartpk.tables.assays import profiled
from cartpk.tables.cells import Noted, counted, several, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.printing import count, days, percent
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.tables.visits import KINETIC, at_visits, up_to_event
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.core.survival import SurvivalCurve
    from cartpk.trial_data import TrialData

_RATE: Final = ("Quantifiable", "Sampled", "%", "Lower limit", "Upper limit")
_LIMITS: Final = ("Median", "Lower limit", "Upper limit")
_RATE_LABEL: Final = "Quantifiable/sampled (%) [95 % CI]"


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by nominal day, then of the time to loss; one column per dose level. Primary analyte, first infusion."""
    who, code = analysis_set(data, "PK"), config.primary_analyte.code
    if not who.subjects:
        return NoTable("No subject has a usable result after infusion: there is no persistence to follow.")
    t = data.adnca
    used = t["PCTESTCD"].eq(code) & t["ANLFL"].eq("Y") & t["ATPTREF"].eq("INFUSION 1") & (t["AFRLT"] > 0)
    noted = Noted()
    placed = at_visits(up_to_event(t.loc[used & t["USUBJID"].isin(who.subjects), KINETIC], data), config)
    rows = [*_visits(placed.rows, who.groups, noted)]
    times = persistence(data, config)
    rows += _times(times, who.groups, noted)
    if not rows:
        return NoTable("The data hold no nominal days, and in nobody was the product ever found.")
    columns = (
        Column("what", "What", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    limit = {"lloq": "quantifiable", "lod": "detected"}[config.nca.persistence_limit]
    notes = (
        *(assay.sentence for assay in profiled(data, config) if assay.code == code),
        (
            "By nominal day: subjects sampled within the visit's window, up to re-infusion, HSCT or death; exact "
            "(Clopper-Pearson) 95 % limits."
        ),
        (
            f"Time to loss: to the first sample in which the product was not {limit}, with none {limit} after it; "
            "Kaplan-Meier, limits by inverting those of the curve (log-log). It was truly lost between the last sample "
            "with it and that one. Still there at the last sample: censored. NR = not reached."
        ),
        *(f"{why}, without a time: {count}." for why, count in without_a_time(times, limit).items()),
        (
            "Persistence is known as long as subjects are followed: it is not complete, and those who live longer are "
            "followed longer."
        ),
        *noted.footnotes(),
    )
    return Body(columns, tuple(rows), who.text, notes, "adnca.csv, adpp.csv (TDET, TDETUL)")


def _visits(rows: pd.DataFrame, groups: Sequence[Group], noted: Noted) -> Iterator[Row]:
    for label, here in rows.sort_values(["NFRLT", "USUBJID"], kind="stable").groupby("VISIT", sort=False):
        found = here[here["BLQFL"].ne("Y")]

        def cell(group: Group, here: pd.DataFrame = here, found: pd.DataFrame = found) -> Cell:
            sampled = here["USUBJID"].isin(group.subjects).sum()
            if not sampled:
                return noted.cell("nobody was sampled")
            n = int(found["USUBJID"].isin(group.subjects).sum())
            low, high = clopper_pearson(n, int(sampled))
            values = [n, int(sampled), 100.0 * n / sampled, 100.0 * float(low), 100.0 * float(high)]
            return several("{}/{} ({}) [{}; {}]", values, [count, count, percent, percent, percent])

        yield Row((words(str(label)), words(_RATE_LABEL), *map(cell, groups)), _RATE, {"visit": str(label)})


def _times(times: pd.DataFrame, groups: Sequence[Group], noted: Noted) -> Iterator[Row]:
    known = times[times["TIME"].notna()]
    if known.empty:
        return
    head = words("Time to loss (days)")
    lost, still = known[known["CNSR"].eq(0.0)], known[known["CNSR"].eq(1.0)]
    for label, key, part in (
        ("Subjects with the product, n", "n", known),
        ("Lost, n", "lost", lost),
        ("Still there at the last sample, n", "censored", still),
    ):
        cells = [counted(int(part["USUBJID"].isin(group.subjects).sum())) for group in groups]
        yield Row((head, words(label), *cells), (), {"visit": "", "statistic": key})
    medians = [_median(persistence_curve(times, group.subjects), noted) for group in groups]
    yield Row((head, words("Median (95 % CI)"), *medians), _LIMITS, {"visit": "", "statistic": "median"})


def _median(curve: SurvivalCurve | None, noted: Noted) -> Cell:
    if curve is None:
        return noted.cell("nobody with the product in the group")
    median = curve.quantile()
    held = ["NR" if math.isnan(v) else v for v in (median.value, median.lower, median.upper)]
    return Cell("NR", ("NR",)) if held == ["NR"] * 3 else several("{} ({}; {})", held, [days] * 3)


SPEC: Final = TableSpec("t_14_2_5", "14.2-5", "Persistence of the product", table, (Endpoint.PERSISTENCE,))
