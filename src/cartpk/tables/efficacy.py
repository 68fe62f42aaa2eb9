"""What the tables and listings of efficacy share: why there is none, names of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartpk.clinical.assessments import assessments, site_text, why_no_response
from cartpk.tables.table import NoTable

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


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
