"""Response assessments that count: those in use, after the infusion, by the declared evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.safety_set import outside_safety

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["assessments", "infused", "site_text", "why_no_response"]

_ABBREVIATION: Final = 3
"""Letters up to which a name is an abbreviation."""


def infused(data: TrialData) -> pd.DataFrame:
    """ADSL of the safety set, which is the set of efficacy, too: dose level, then subject."""
    out = data.adsl["USUBJID"].map(outside_safety(data.adsl))
    adsl = data.adsl[out.isna()]
    return adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable", ignore_index=True)


def assessments(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Rows of ADRS that are used, lie after the infusion and are of the declared evaluator, by subject and day."""
    rows = data.clinical.adrs
    rows = rows[rows["ANLFL"].eq("Y") & (rows["AFRLT"] > 0)]
    if config.efficacy.evaluator is not None:
        rows = rows[rows["EVAL"].str.casefold().eq(config.efficacy.evaluator.casefold())]
    return rows.sort_values(["USUBJID", "AFRLT"], kind="stable", ignore_index=True)


def why_no_response(rows: pd.DataFrame, *, delivered: bool) -> str | None:
    """Why no single response of a subject can be told from these assessments; None = it can.

    Parameters
    ----------
    rows
        As :func:`assessments` gives them.
    delivered
        Whether the trial delivered response assessments.
    """
    if not delivered:
        return "needs data: RS (data.clinical.responses)"
    evaluators = sorted(rows["EVAL"].dropna().unique())
    if len(evaluators) > 1:
        return f"several evaluators ({', '.join(evaluators)}): efficacy.evaluator must name the one that counts"
    return None


def site_text(site: str) -> str:
    """A disease site as printed.

    Examples
    --------
    >>> site_text("blood_and_marrow"), site_text("cns")
    ('Blood and marrow', 'CNS')
    """
    text = site.replace("_", " ")
    return text.upper() if len(text) <= _ABBREVIATION else f"{text[0].upper()}{text[1:]}"
