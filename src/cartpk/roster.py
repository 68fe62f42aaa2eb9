"""Who is in the analysis and until when: every subject that came in comes out, cut at the event that ends a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NO_SAMPLE", "events", "with_all_subjects"]

NO_SAMPLE: Final = "no sample of this analyte was delivered or usable"
"""``PPREASND`` of a subject without a profile."""

_OF_THE_PARAMETER: Final = (
    "PARCAT1",
    "PARAMCD",
    "PARAM",
    "PPSTINT",
    "PPENINT",
    "PPANMETH",
    "PPCAT",
    "PPSPEC",
    "ATPTREF",
)


def with_all_subjects(rows: pd.DataFrame, subjects: Iterable[str], analyte: str) -> pd.DataFrame:
    """The parameter rows, with rows without a value for every subject that has none of this analyte.

    Parameters
    ----------
    rows
        ADPP rows of one category.
    subjects
        All subjects of the trial (ADSL), in their order.
    analyte
        ``PPCAT`` of the analyte that every subject should have: the primary one.

    Returns
    -------
    DataFrame
        The rows as they were, then the added ones; their ``PPREASND`` is :data:`NO_SAMPLE`.
    """
    own = rows[rows["PPCAT"] == analyte]
    first = own if own.empty else own[own["ATPTREF"].fillna("") == (own["ATPTREF"].fillna("").iloc[0])]
    parameters = first[[c for c in _OF_THE_PARAMETER if c in first]].drop_duplicates()
    there = set(own["USUBJID"])
    absent = [s for s in dict.fromkeys(subjects) if s not in there]
    if not absent or parameters.empty:
        return rows
    added = pd.concat([parameters.assign(USUBJID=subject) for subject in absent], ignore_index=True)
    every: pd.DataFrame = pd.concat([rows, added.assign(PPREASND=NO_SAMPLE)], ignore_index=True)
    return every


def events(adsl: pd.DataFrame) -> pd.DataFrame:
    """Subjects (USUBJID) with an event that cuts their profile, and its day (AFRLT): re-infusion, HSCT or death.

    HSCT or death after a re-infusion is a second row: it cuts the profile that the re-infusion began.
    """
    days = adsl.melt("USUBJID", [c for c in ("EVENTDY", "ENDDY") if c in adsl], value_name="AFRLT")
    cut = days.dropna(subset="AFRLT").drop_duplicates(["USUBJID", "AFRLT"])
    return cut[["USUBJID", "AFRLT"]].sort_values(["USUBJID", "AFRLT"], kind="stable", ignore_index=True)
