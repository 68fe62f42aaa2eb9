"""What a table is: columns, rows of printed cells with the numbers behind them, footnotes; all of it frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from cartpk.dose_words import all_worded, has_dose_levels, worded
from cartpk.shown import note, of_shown

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.terms import Endpoint, Need
    from cartpk.trial_data import TrialData

__all__ = ["DOSE", "Body", "Cell", "Column", "NoTable", "Row", "Table", "TableSpec"]

Align = Literal["left", "right", "center"]
Kind = Literal["group", "label", "statistic", "number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    key
        Name for programs, unique within the table.
    label
        Head as printed, with the unit where all cells share one; unique within the table.
    kind
        ``group`` (printed where it changes), ``label``, ``statistic`` (names what a row's cells are), ``number``
        or ``text``.
    unit
        Unit of all its cells; None = none, or it is named in the row.
    parts
        What the numbers of a cell are, where a cell holds more than one: ``("Median", "Q1", "Q3")``. They become
        columns of their own in the CSV.
    """

    key: str
    label: str
    kind: Kind
    unit: str | None = None
    parts: tuple[str, ...] = ()

    @property
    def align(self) -> Align:
        """Numbers stand right, words left."""
        return "right" if self.kind == "number" else "left"


DOSE: Final = Column("dose", "Dose", "group")
"""The dose level of a row or of its subject; left out where the data carry no dose."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed cell and what the CSV holds for it: unrounded numbers or words, one per part."""

    text: str
    values: tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row.

    Attributes
    ----------
    cells
        One per column.
    parts
        What the numbers of the row's cells are, where they hold more than one: ``("Median", "Minimum", "Maximum")``.
        They become rows of their own in the CSV, named in the ``statistic`` column.
    key
        What the row is, for programs: e.g. ``{"parameter": "CMAX", "statistic": "geo_mean"}``.
    """

    cells: tuple[Cell, ...]
    parts: tuple[str, ...] = ()
    key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """What a table's function returns: everything but its name.

    Attributes
    ----------
    columns, rows
        The table.
    population
        Analysis set with its n, as printed below the title.
    footnotes
        Full sentences, in the order of printing.
    source
        Files of the run that it was made from.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    population: str
    footnotes: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class NoTable:
    """No table, and why: a full sentence that the report prints in its place."""

    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A finished table or listing.

    Attributes
    ----------
    id, number, title
        From its entry in the registry.
    body
        Its content, or why there is none.
    """

    id: str
    number: str
    title: str
    body: Body | NoTable

    def __post_init__(self) -> None:
        """Refuse a table whose cells do not fit its columns: it would be printed wrong."""
        if isinstance(self.body, NoTable):
            return
        columns = self.body.columns
        heads = [name for column in columns for name in column.parts or (column.label,)]
        for names in ([column.key for column in columns], [column.label for column in columns], heads):
            if len(set(names)) < len(names):
                raise ValueError(f"{self.id}: two columns share a name: {names}")
        for number, row in enumerate(self.body.rows):
            if len(row.cells) != len(columns):
                raise ValueError(f"{self.id}: row {number} has {len(row.cells)} cells for {len(columns)} columns")
            for column, cell in zip(columns, row.cells, strict=True):
                allowed = {1, len(column.parts or row.parts) or 1}
                if len(cell.values) not in allowed or (column.parts and row.parts):
                    raise ValueError(
                        f"{self.id}: row {number}, column {column.key!r} holds {len(cell.values)} values; allowed are "
                        f"1 or one per part of the column or of the row {column.parts or row.parts}"
                    )


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table's entry in the registry: what it is called and the function that makes it.

    Attributes
    ----------
    id
        Name of its module and of its files, e.g. ``t_14_2_1`` (table) or ``l_16_2_3`` (listing).
    number
        Number in the report (ICH E3), e.g. ``14.2-1``.
    title
        Title in the report.
    function
        Trial -> content, or why there is none.
    endpoints
        Endpoints that it answers (``docs/trials.md`` is written from them); a trial whose config asks for none of them
        has no such table. Empty = every trial has it.
    needs
        What the config must ask for, else a trial has no such table.
    """

    id: str
    number: str
    title: str
    function: Callable[[TrialData, TrialConfig], Body | NoTable]
    endpoints: tuple[Endpoint, ...] = ()
    needs: Need | None = None

    def make(self, data: TrialData, config: TrialConfig) -> Table:
        """The table of this trial; a listing of very many subjects is of a sample and says so (:mod:`cartpk.shown`)."""
        said = note(data, config) if self.is_listing else None
        body = self.function(of_shown(data, config) if said else data, config)
        if isinstance(body, Body):
            notes = (*body.footnotes, said) if said else body.footnotes
            body = replace(body if has_dose_levels(data) else _undosed(body), footnotes=all_worded(notes, data))
        return Table(self.id, self.number, worded(self.title, data), body)

    @property
    def is_listing(self) -> bool:
        """Whether it lists single subjects (ICH E3 16.2)."""
        return self.id.startswith("l_")


def _undosed(body: Body) -> Body:
    """The table without its column of dose levels: it would say of every row that it is of all subjects."""
    kept = [place for place, column in enumerate(body.columns) if column.label != DOSE.label]
    rows = (replace(row, cells=tuple(row.cells[place] for place in kept)) for row in body.rows)
    return replace(body, columns=tuple(body.columns[place] for place in kept), rows=tuple(rows))
