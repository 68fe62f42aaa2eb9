"""What the tables of antibodies share: which results count, which tests there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.table import NoTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from cartpk.trial_data import TrialData

__all__ = ["no_antibodies", "tests", "used"]

_NEEDS: Final = "Needs data: IS (data.clinical.antibodies). No antibody results were delivered."


def no_antibodies(data: TrialData) -> NoTable | None:
    """Why there is no table of antibodies; None = there are results."""
    if not data.clinical.has("antibodies"):
        return NoTable(_NEEDS)
    return NoTable("No antibody result can be used.") if used(data).empty else None


def used(data: TrialData, subjects: Iterable[str] | None = None) -> pd.DataFrame:
    """Usable results, of these subjects where they are given."""
    rows = data.clinical.adis
    own = rows[rows["ANLFL"].eq("Y") & rows["RESULT"].notna()]
    return own if subjects is None else own[own["USUBJID"].isin(list(subjects))]


def tests(rows: pd.DataFrame) -> dict[str, str]:
    """Code of each test -> its name as printed."""
    found = rows.drop_duplicates("PARAMCD").sort_values("PARAMCD", kind="stable")
    return {
        str(c): (n if isinstance(n, str) else str(c)) for c, n in zip(found["PARAMCD"], found["PARAM"], strict=True)
    }
