"""Which subjects, parameters and samples stand behind the cells of every table and listing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cartpk.report.packed import runs
from cartpk.report.table_block import Row, TableBlock
from cartpk.tables.groups import Group, SetName, analysis_set, subgroups
from cartpk.terms import SubjectSet

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["Behind", "behind", "groups_of", "listing_subjects"]

FIRST: Final = "INFUSION 1"

Behind = dict[str, Any]
"""What stands behind one table, as the page's script reads it; see :func:`behind`."""


def behind(
    tables: Sequence[TableBlock], data: TrialData, config: TrialConfig, subjects: Sequence[str]
) -> dict[str, Behind]:
    """Per table, by its anchor, what stands behind its cells.

    ``groups`` are lists of places in ``subjects``, the last one the whole set. Of a summary: ``columns`` has the group
    of each printed column, -1 = none of its own; ``rows`` what each row is of: a parameter ``{"p": [category, code,
    analyte, specimen, infusion, method]}``, or the samples of a visit ``{"v": [analyte or measure, specimen, day],
    "g": group}``; None = neither. Of a listing: ``subjects`` has the subject of each row, -1 = none, as runs
    (subject, rows);
    ``codes`` the columns whose cells are parameters; ``profiles`` the profile of each row; ``samples`` the line of each
    row in the only one of ``files``, or (file, line).
    """
    place = {subject: i for i, subject in enumerate(subjects)}
    known = _sets(data, config)
    found = {}
    for table in tables:
        if table.empty_reason:
            continue
        made = _listing(table, place, data) if table.is_listing else _summary(table, known, place, data, config)
        if made is not None:
            found[table.anchor] = made
    return found


def _sets(data: TrialData, config: TrialConfig) -> dict[str, tuple[Group, ...]]:
    """Every analysis set by the words that stand above a table: its dose levels, and its subgroups."""
    names: list[SetName] = ["all", *(name.value for name in SubjectSet)]
    found: dict[str, tuple[Group, ...]] = {}
    for name in names:
        # the sets of the kinetics are printed without the config, too
        for who in (analysis_set(data, name, config), *([analysis_set(data, name)] if name in _KINETIC else [])):
            more = [group for grouping in subgroups(data, config, who) for group in grouping.groups]
            found[who.text] = (*who.groups, *more)
    return found


_KINETIC: Final = frozenset({"all", "PK", "PD"})


def groups_of(table: TableBlock, known: Mapping[str, tuple[Group, ...]]) -> dict[str, Group]:
    """Groups of the analysis set that the table names, by their label; none where it names no set."""
    return {group.label: group for group in known.get(table.population or "", ())}


def _summary(
    table: TableBlock,
    known: Mapping[str, tuple[Group, ...]],
    place: Mapping[str, int],
    data: TrialData,
    config: TrialConfig,
) -> Behind | None:
    groups = groups_of(table, known)
    lists: list[list[int]] = []
    at: dict[str, int] = {}

    def group(label: str) -> int:
        if label not in groups:
            return -1
        if label not in at:
            at[label] = len(lists)
            lists.append([place[s] for s in groups[label].subjects])
        return at[label]

    # a head without the group's own N is a column of something else
    columns = [
        group(c.key) if c.key in groups and c.label == groups[c.key].column().label else -1 for c in table.columns
    ]
    methods = dict(zip(data.fits["MODEL"], data.fits["METHOD"], strict=True)) if "METHOD" in data.fits else {}
    derived = set(zip(data.adpp["PARCAT1"], data.adpp["PARAMCD"], strict=True))
    rows = [_row(row.key, group, methods, config) for row in table.rows]
    # what other tables of the run hold (depletion, recovery ...) is of the group, by no row of adpp
    rows = [None if row and "p" in row and tuple(row["p"][:2]) not in derived else row for row in rows]
    if not groups:
        return None
    # a column or row of no group of its own is of the whole set
    everyone = sorted({place[s] for each in groups.values() for s in each.subjects})
    return {"groups": [*lists, everyone], "columns": columns, "rows": rows}


def _row(
    key: Mapping[str, str], group: Callable[[str], int], methods: Mapping[str, str], config: TrialConfig
) -> Behind | None:
    """What one row of a summary is of."""
    code = key.get("assay") or key.get("measure")
    if code is None:
        return None
    specimen = key.get("specimen") or _specimen(code, config)
    if "dose" in key and key.get("day", "all") != "all":
        return {"v": [code, specimen, float(key["day"])], "g": group(key["dose"])}
    if "parameter" not in key:
        return None
    category = "MODEL" if "model" in key else "PD" if "measure" in key else "NCA"
    method = methods.get(key["model"], key["model"]) if "model" in key else ""
    return {"p": [category, key["parameter"], code, specimen, key.get("infusion", FIRST), method]}


def _specimen(code: str, config: TrialConfig) -> str:
    """Specimen of a measure or analyte of the config."""
    named = {one.code: one.specimen for one in config.analytes}
    named |= {one.code: one.specimen for one in config.pharmacodynamics.measures}
    return named.get(code, "BLOOD")


def listing_subjects(table: TableBlock, place: Mapping[str, int]) -> list[int]:
    """Place of the subject of each row of a listing, -1 where it names none.

    A subject is printed where it changes: in the first column, or in a heading of its own above the rows.
    """
    column = next((i for i, c in enumerate(table.columns) if c.key == "subject"), None)
    found, current = [], ""
    for row in table.rows:
        text = row.heading if column is None else row.cells[column].text
        if text:
            current = text
        found.append(place.get(current.partition(" · ")[0] if column is None else current, -1))
    return found


def _listing(table: TableBlock, place: Mapping[str, int], data: TrialData) -> Behind | None:
    subjects = listing_subjects(table, place)
    if all(subject < 0 for subject in subjects):
        return None
    known = set(data.adpp["PARAMCD"])
    codes = [column.key for column in table.columns if column.key in known]
    made: Behind = {"subjects": runs(subjects)}
    if codes:
        made |= {"codes": codes, "profiles": [_profile(row) for row in table.rows]}
    samples = list(_samples(table))
    if any(samples):
        files = {file: i for i, file in enumerate(dict.fromkeys(one[0] for one in samples if one))}
        made["files"] = list(files)
        made["samples"] = [[files[one[0]], int(one[1])] if one else None for one in samples]
        if len(files) == 1:
            made["samples"] = [one[1] if one else None for one in made["samples"]]
    return made


def _profile(row: Row) -> list[str] | None:
    names = ("ppcat", "ppspec", "atptref")
    return [row.key[name] for name in names] if all(name in row.key for name in names) else None


def _samples(table: TableBlock) -> Iterator[list[str] | None]:
    """File and line of each row, from its key or its own columns; none where a row is of a file as a whole."""
    at = {column.key: i for i, column in enumerate(table.columns)}
    for row in table.rows:
        place = [row.key.get("file", ""), row.key.get("row", "")]
        if not all(place) and "file" in at and "row" in at:
            place = [row.cells[at["file"]].text, row.cells[at["row"]].text]
        yield place if all(place) else None
