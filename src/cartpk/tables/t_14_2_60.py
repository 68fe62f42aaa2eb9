"""ACR-CRISS of 2016 and revised, with the changes of the five components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.cells import Noted, counted, several, share, words
from cartpk.tables.criss_wording import COMPONENT_NAMES, criss_gap, criss_notes
from cartpk.tables.groups import analysis_set
from cartpk.tables.printing import fixed
from cartpk.tables.response_rows import SHARE, interval
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.efficacy import Criss
    from cartpk.tables.groups import Group
    from cartpk.trial_data import TrialData

_RANGE: Final = ("Median", "Minimum", "Maximum")
_LIMITS: Final = ("Lower limit, %", "Upper limit, %")
_NOBODY: Final = "nobody with a value"


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by version and component, one column per dose level."""
    settings = config.efficacy.criss
    if settings is None:
        return NoTable("The configuration does not ask for the ACR-CRISS (efficacy.criss).")
    if (gap := criss_gap(data)) is not None:
        return gap
    who = analysis_set(data, "EFF", config)
    rows = data.derived["adcrissr"]
    columns = (
        Column("part", "ACR-CRISS", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    noted = Noted()
    found: list[Row] = []
    if "acr2016" in settings.version:
        found += _version(rows, "ACR2016", "ACR-CRISS 2016", who.groups, config, noted)
    if "revised" in settings.version:
        found += _version(rows, "REVISED", "Revised CRISS", who.groups, config, noted)
    for code, name in COMPONENT_NAMES.items():
        own = rows[rows["PARAMCD"].eq(code)]
        found += _component(own, code, f"Change of {name}", who.groups, settings, noted)
    notes = (*criss_notes(config, settings), *noted.footnotes())
    return Body(columns, tuple(found), who.text, notes, "work/adcrissr.csv")


def _version(
    rows: pd.DataFrame, code: str, name: str, groups: Sequence[Group], config: TrialConfig, noted: Noted
) -> Iterator[Row]:
    settings = config.efficacy.criss
    level = config.efficacy.survival.level_pct
    inside = [_of(rows, code, group) for group in groups]
    known = [int(part["AVAL"].notna().sum()) for part in inside]
    yes = [int(part["IMPFL"].eq("Y").sum()) for part in inside]
    n = [group.n for group in groups]

    def line(label: str, statistic: str, cells: Sequence[Cell], parts: tuple[str, ...] = ()) -> Row:
        return Row((words(name), words(label), *cells), parts, {"part": code, "statistic": statistic})

    yield line("Calculated, n (%)", "n", [share(*pair) for pair in zip(known, n, strict=True)], SHARE)
    if code == "ACR2016":
        events = [int(_of(rows, "STEP1", group)["IMPFL"].eq("Y").sum()) for group in groups]
        yield line("With an organ event (step 1), n", "step1", [counted(count) for count in events])
        cells = [_range(part["AVAL"], 3, noted) for part in inside]
        yield line("Probability of improvement: median [min; max]", "probability", cells, _RANGE)
    what = f"Improved (probability ≥ {settings.improved_from:.2f}), n (%)" if settings and code == "ACR2016" else ""
    what = what or f"Improved in {settings.improved_components if settings else 0} components or more, n (%)"
    yield line(what, "improved", [share(*pair) for pair in zip(yes, n, strict=True)], SHARE)
    limits = [interval(*pair, level, noted) for pair in zip(yes, n, strict=True)]
    yield line(f"{level:g} % CI (exact), %", "interval", limits, _LIMITS)


def _component(
    own: pd.DataFrame, code: str, name: str, groups: Sequence[Group], settings: Criss, noted: Noted
) -> Iterator[Row]:
    inside = [own[own["USUBJID"].isin(group.subjects)] for group in groups]
    known = [part[part["CHG"].notna()] for part in inside]
    limit = {str(part): value for part, value in settings.improvement_pct.items()}[code]
    key = {"part": code}
    yield Row((words(name), words("n"), *(counted(len(part)) for part in known)), (), {**key, "statistic": "n"})
    cells = [_range(part["CHG"], 2, noted) for part in known]
    yield Row((words(name), words("Median [min; max]"), *cells), _RANGE, {**key, "statistic": "change"})
    if "revised" in settings.version:
        cells = [share(int(part["IMPFL"].eq("Y").sum()), len(part)) for part in known]
        label = words(f"Improved by {limit:g} % or more, n (%)")
        yield Row((words(name), label, *cells), SHARE, {**key, "statistic": "improved"})


def _of(rows: pd.DataFrame, code: str, group: Group) -> pd.DataFrame:
    return rows[rows["PARAMCD"].eq(code) & rows["USUBJID"].isin(group.subjects)]


def _range(values: pd.Series[float], decimals: int, noted: Noted) -> Cell:
    known = values.dropna()
    if known.empty:
        return noted.cell(_NOBODY)
    style = lambda value: fixed(value, decimals)  # noqa: E731
    return several("{} [{}; {}]", [float(known.median()), float(known.min()), float(known.max())], [style] * 3)


SPEC: Final = TableSpec("t_14_2_60", "14.2-60", "ACR-CRISS", table, (Endpoint.CRISS,))
