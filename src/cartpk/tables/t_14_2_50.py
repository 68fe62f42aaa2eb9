"""Antibodies against the product: positive rate by time point over those tested, and classes of subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cartpk.core.intervals import clopper_pearson
from cartpk.tables.antibodies import no_antibodies, tests, used
from cartpk.tables.cells import Noted, several, share, words
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.printing import count, percent
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import AdaClass, Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_RATE: Final = ("Positive", "Tested", "%", "Lower limit", "Upper limit")
_CLASSES: Final = {
    AdaClass.NEGATIVE: "Negative throughout",
    AdaClass.PRE_EXISTING: "Pre-existing, not boosted",
    AdaClass.BOOSTED: "Treatment-boosted",
    AdaClass.INDUCED: "Treatment-induced",
    AdaClass.UNKNOWN: "Not determined",
}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by test and time point, then by class of subject; one column per dose level."""
    if (nothing := no_antibodies(data)) is not None:
        return nothing
    who, evaluable = analysis_set(data, "SAF", config), analysis_set(data, "ADA", config)
    columns = (
        Column("test", "Test", "group"),
        Column("point", "Time point", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    rows, noted = used(data, who.subjects), Noted()
    body: list[Row] = []
    for code, name in tests(rows).items():
        own = rows[rows["PARAMCD"].eq(code)]
        body += _rates(code, name, own, who.groups, noted)
        body += _classes(code, name, own, evaluable.groups)
    fold = config.immunogenicity.boost_fold
    stated = config.immunogenicity.endpoint
    notes = (
        *((f"Endpoint in the record's words: “{stated}”.",) if stated else ()),
        (
            "Positive rate: subjects positive / subjects tested at the time point, with exact (Clopper-Pearson) 95 % "
            "limits. Baseline: the last result up to the infusion."
        ),
        (
            "Treatment-induced: negative before, positive after the infusion. Boosted: positive before, titre after "
            f"it at least {fold:g} times the baseline's. Percentages of classes: of those evaluable for antibodies."
        ),
        f"{evaluable.text}.",
        *noted.footnotes(),
    )
    return Body(columns, tuple(body), who.text, notes, "work/adis.csv")


def _rates(code: str, name: str, own: pd.DataFrame, groups: Sequence[Group], noted: Noted) -> Iterator[Row]:
    base = own[own["ABLFL"].eq("Y")]
    yield _rate(code, name, ("Baseline", "baseline"), base, groups, noted)
    after = own[own["AFRLT"].gt(0) & own["ABLFL"].ne("Y")]
    planned = after[after["NFRLT"].notna()]
    for day, here in planned.groupby("NFRLT", sort=True):
        yield _rate(code, name, (f"Day {day:g}", f"day {day:g}"), here, groups, noted)
    if len(planned) < len(after):
        other = after[after["NFRLT"].isna()]
        yield _rate(code, name, ("Without a nominal day", "unscheduled"), other, groups, noted)
    yield _rate(code, name, ("Any time after infusion", "any"), after, groups, noted)


def _rate(
    code: str, name: str, point: tuple[str, str], rows: pd.DataFrame, groups: Sequence[Group], noted: Noted
) -> Row:
    def cell(group: Group) -> Cell:
        own = rows[rows["USUBJID"].isin(group.subjects)]
        tested = own["USUBJID"].nunique()
        if not tested:
            return noted.cell("nobody was tested")
        positive = own.loc[own["RESULT"].eq("POSITIVE"), "USUBJID"].nunique()
        low, high = clopper_pearson(positive, tested)
        values = [positive, tested, 100.0 * positive / tested, 100.0 * float(low), 100.0 * float(high)]
        return several("{}/{} ({}) [{}; {}]", values, [count, count, percent, percent, percent])

    labels = (words(name), words(point[0]), words("Positive/tested (%) [95 % CI]"))
    return Row((*labels, *map(cell, groups)), _RATE, {"test": code, "point": point[1]})


def _classes(code: str, name: str, own: pd.DataFrame, evaluable: Sequence[Group]) -> Iterator[Row]:
    known = own.drop_duplicates("USUBJID").set_index("USUBJID")["ADACLASS"]
    for kind, label in _CLASSES.items():
        have = {str(s) for s in known.index[known.eq(str(kind))]}
        cells = (share(len(have.intersection(group.subjects)), group.n) for group in evaluable)
        key = {"test": code, "point": f"class {kind}"}
        yield Row((words(name), words(label), words("n (%)"), *cells), ("n", "%"), key)


SPEC: Final = TableSpec("t_14_2_50", "14.2-50", "Antibodies against the product", table, (Endpoint.IMMUNOGENICITY,))
