"""Demographics and baseline characteristics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.config.summaries import Summaries
from cartpk.tables.cells import counted, share, words
from cartpk.tables.characteristics import NEEDS, absent, characteristics
from cartpk.tables.groups import analysis_set
from cartpk.tables.statistics import count_row, statistic_rows, summed
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cartpk.config import TrialConfig
    from cartpk.tables.characteristics import Characteristic
    from cartpk.tables.groups import Group
    from cartpk.trial_data import TrialData

_SHARE: Final = ("n", "%")


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One block per characteristic: statistics of a number, subjects by level of a text, and who has none."""
    if data.adsl.empty:
        return NoTable("No subject came in.")
    found = characteristics(data, config)
    if not found:
        return NoTable(NEEDS)
    who = analysis_set(data, "SAF", config)
    columns = (
        Column("characteristic", "Characteristic", "group"),
        Column("level", "Level", "label"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    rows = tuple(row for each in found for row in _block(each, who.groups))
    return Body(columns, rows, who.text, tuple(_notes(data, config, found)), "adsl.csv, work/pd_change.csv")


def _block(each: Characteristic, groups: Sequence[Group]) -> Iterator[Row]:
    parts = [each.known.reindex(group.subjects) for group in groups]
    label, key = words(each.label), {"characteristic": each.code}
    if each.style is None:
        for level in each.levels:
            held = [int(part.eq(level).sum()) for part in parts]
            yield _shares(each, level, held, groups)
    else:
        blq = each.blq
        below = None if blq is None else [blq.reindex(group.subjects).astype("bool") for group in groups]
        statistics = summed(parts, Summaries(), below)
        known = tuple(counted(n) for n in statistics.summary.n)
        yield count_row((label, words("")), {**key, "statistic": "n"}, "n", known)
        if below is not None and any(part.any() for part in below):
            cells = tuple(counted(int(part.sum())) for part in below)
            yield count_row((label, words("")), {**key, "statistic": "n_blq"}, "n BLQ", cells)
        yield from statistic_rows((label, words("")), key, statistics, ["mean"], each.mean_style or each.style)
        yield from statistic_rows((label, words("")), key, statistics, ["median"], each.style)
    missing = [int(part.isna().sum()) for part in parts]
    if any(missing):
        yield _shares(each, "Missing", missing, groups)


def _shares(each: Characteristic, level: str, held: Sequence[int], groups: Sequence[Group]) -> Row:
    cells = (share(n, group.n) for n, group in zip(held, groups, strict=True))
    key = {"characteristic": each.code, "level": level}
    return Row((words(each.label), words(level), words("n (%)"), *cells), _SHARE, key)


def _notes(data: TrialData, config: TrialConfig, found: Sequence[Characteristic]) -> Iterator[str]:
    yield "Percentages are of all subjects of the column, those with a missing value included."
    if lacking := absent(data, config):
        yield f"Not in the data: {', '.join(lacking)}."
    low = config.trial.age_years
    if low is not None and any(each.code == "AGE" for each in found):
        yield f"Age of entry in the registry record: {low[0]:g} to {low[1]:g} years."
    counts = [each for each in found if each.blq is not None]
    if counts:
        rule = {"before_infusion": "the infusion", "before_lymphodepletion": "the lymphodepletion"}
        last = rule.get(str(config.pharmacodynamics.baseline), "the infusion")
        yield f"Cell counts: last result before {last}, in blood. In the mean a BLQ counts 0."
    tumour = "CD7 of the tumour cells: Table 14.1-3. " if config.asks((Endpoint.TUMOUR_CD7,)) else ""
    yield f"{tumour}By subject: Listing 16.2.4."


SPEC: Final = TableSpec("t_14_1_2", "14.1-2", "Demographics and baseline characteristics", table)
