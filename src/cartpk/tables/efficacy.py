"""What the tables and listings of efficacy share: why there is none, names of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.assessments import assessments, why_no_response
from cartpk.tables.table import NoTable

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_ABBREVIATION: Final = 3
"""Letters up to which a name is an abbreviation."""

__all__ = ["no_responses", "site_text"]


def no_responses(data: TrialData, config: TrialConfig) -> NoTable | None:
    """Why there is no table of responses; None = there is one."""
    delivered = data.clinical.has("responses")
    why = why_no_response(assessments(data, config), delivered=delivered)
    if why is not None:
        return NoTable(f"{why[0].upper()}{why[1:]}.")
    if data.derived["adresp"].empty:
        return NoTable("No subject of the efficacy set: there is no response to count.")
    return None


def site_text(site: str) -> str:
    """A disease site as printed.

    Examples
    --------
    >>> site_text("blood_marrow"), site_text("cns")
    ('Blood marrow', 'CNS')
    """
    text = site.replace("_", " ")
    return text.upper() if len(text) <= _ABBREVIATION else f"{text[0].upper()}{text[1:]}"
