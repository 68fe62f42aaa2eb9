"""In a trial of very many subjects: the tables of everybody without what is printed of single subjects only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from cartpk import schemas
from cartpk.trial_data.tables import TrialData, without_rows

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from cartpk.schemas.conformity import TableSchema

Part = TypeVar("Part")

__all__ = ["PRINTED_SINGLY", "cut", "parted", "with_single"]

PRINTED_SINGLY: Final = {
    "adnca": ("STUDYID", "ADTM", "AVISIT", "AVALC", "DTYPE", "SRCSEQ"),
    "adpp": ("PPSTINT", "PPENINT", "AVALSE"),
}
"""Columns that are read of single subjects and by no summary."""
_OF_SINGLE: Final = ("lambda_z",)
"""Tables that are read of single subjects and by no summary."""


def cut(part: Part, keep: Collection[str]) -> Part:
    """The tables of a value, of the values within it and of its mappings, cut to these subjects and rows of nobody."""
    import pandas as pd  # noqa: PLC0415

    if isinstance(part, pd.DataFrame):
        if "USUBJID" not in part.columns:
            return part
        mine: Part = part[part["USUBJID"].isin(keep) | part["USUBJID"].isna()].reset_index(drop=True)
        return mine
    if isinstance(part, Mapping):
        return {name: cut(value, keep) for name, value in part.items()}  # type: ignore[return-value]
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: cut(getattr(part, f.name), keep) for f in fields(part)})
    return part


def parted(
    paths: Iterable[Path], schema: TableSchema, keep: Collection[str] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of these files twice: of everybody, without what is read of single subjects; and of these subjects.

    ``keep`` None = of everybody with all columns, and nobody.
    """
    left_out = () if keep is None else PRINTED_SINGLY[str(schema.name)]
    every, single = [], []
    for path in paths:
        if path.is_file():
            for part in schemas.table_parts(path, schema):
                if keep is not None:
                    single.append(cut(part, keep))
                every.append(part.drop(columns=list(left_out)) if left_out else part)
    # a table without rows has no say in the types of the others
    every = [part for part in every if len(part)]
    narrow = replace(schema, columns={n: c for n, c in schema.columns.items() if n not in left_out})
    return (
        schemas.checked(schemas.stacked(every), narrow) if every else without_rows(narrow),
        schemas.checked(schemas.stacked(single), schema) if single else without_rows(schema),
    )


def with_single(data: TrialData, keep: Collection[str], *, adnca: pd.DataFrame, adpp: pd.DataFrame) -> TrialData:
    """The tables of everybody, with those of these subjects as ``single``.

    Parameters
    ----------
    data
        Tables of everybody.
    keep
        The subjects that are shown one by one.
    adnca, adpp
        Their tables with all columns, which everybody's are without.
    """
    few = {name: cut(getattr(data, name), keep) for name in _OF_SINGLE}
    single = replace(cut(replace(data, adnca=adnca, adpp=adpp, **few), keep), single=None)
    return replace(data, single=single, **few)
