"""Response assessments that count: those in use, after the infusion, by the declared evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartpk.clinical.safety_set import outside_safety

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["assessments", "infused", "why_no_response"]


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
    return rows.sort_values(["USUBJID", "AFRLT", "SRCFILE", "SRCROW"], kind="stable", ignore_index=True)


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
