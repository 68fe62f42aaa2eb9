"""Who is in which analysis set, and why not: defined here once, for every table and figure.

Safety holds every infused subject, also one without a usable sample. PK and PD are the sets of the intake
(``PKFL``, ``PDFL`` of ADSL) within the analysis. The sets of efficacy, DLT and antibodies lie within safety.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.clinical.dlt import dlt_subjects
from cartpk.clinical.safety_set import outside_analysis, outside_safety
from cartpk.once_per_trial import once_per_trial
from cartpk.terms import SubjectSet

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.schemas.clinical_data import ClinicalData
    from cartpk.trial_data import TrialData

__all__ = ["DEFINITIONS", "analysis_sets", "definition", "derive", "members", "outside_kinetics"]

DEFINITIONS: Final[Mapping[SubjectSet, str]] = {
    SubjectSet.SAFETY: "infused",
    SubjectSet.PK: "infused, at least one usable result after infusion",
    SubjectSet.PD: "at least one usable cell count",
    SubjectSet.EFFICACY: "infused; without an assessment = non-responder",
    SubjectSet.EFFICACY_EVALUABLE: "infused, at least one usable assessment of efficacy after infusion",
    SubjectSet.DLT: "infused, with a DLT in the window or observed to its end",
    SubjectSet.ADA: "infused, at least one usable antibody result after infusion",
}
"""Set -> who is in it."""

_NOT_EVALUABLE: Final = "NE"
_OF_INTAKE: Final = {
    SubjectSet.PK: ("PKFL", "no usable result after infusion"),
    SubjectSet.PD: ("PDFL", "no usable cell count"),
}


def definition(name: SubjectSet, config: TrialConfig) -> str:
    """Who is in this set of the trial, in words."""
    if name is SubjectSet.EFFICACY and config.sets.efficacy == "evaluable":
        return DEFINITIONS[SubjectSet.EFFICACY_EVALUABLE]
    if name is SubjectSet.DLT and config.sets.dlt_observed_to == "first":
        return "infused, with a DLT in the window or observed to the first day on which it may be assessed"
    return DEFINITIONS[name]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject that came in and analysis set: in it or why not.

    Returns
    -------
    DataFrame
        As :data:`cartpk.schemas.derived.ADSET`, in the order of ADSL, then of :class:`~cartpk.terms.SubjectSet`.
    """
    reasons = analysis_sets(data, config)
    parts = []
    for name, reason in reasons.items():
        part = data.adsl[["STUDYID", "USUBJID", "COHORT", "COHORTN"]].reset_index(drop=True)
        why = pd.Series(reason.to_numpy(), dtype="str")
        parts.append(part.assign(SET=str(name), SETFL=why.isna().map({True: "Y", False: "N"}), REASON=why))
    table = pd.concat(parts, ignore_index=True)
    place = {str(s): i for i, s in enumerate(data.adsl["USUBJID"])}
    order = table["USUBJID"].map(place)
    return table.assign(_PLACE=order).sort_values("_PLACE", kind="stable", ignore_index=True).drop(columns="_PLACE")


@once_per_trial
def analysis_sets(data: TrialData, config: TrialConfig) -> dict[SubjectSet, pd.Series[str]]:
    """Every analysis set: why each subject is outside of it; missing = it is in.

    Parameters
    ----------
    data
        The trial's tables.
    config
        Its choices (``sets``) and DLT windows (``escalation``).

    Returns
    -------
    dict
        Set -> reasons, indexed by USUBJID in the order of ADSL.
    """
    adsl, clinical = data.adsl, data.clinical
    safety = outside_safety(adsl)
    response = _delivered(clinical, ("responses", "criss"), "no response and no ACR-CRISS data were delivered")
    evaluable = _where_none(safety, _assessed(clinical), "no usable assessment after infusion", response)
    antibodies = _delivered(clinical, ("antibodies",), "no antibody data were delivered")
    infused = safety if response is None else safety.fillna(response)
    return {
        SubjectSet.SAFETY: safety,
        SubjectSet.PK: outside_kinetics(adsl, SubjectSet.PK),
        SubjectSet.PD: outside_kinetics(adsl, SubjectSet.PD),
        SubjectSet.EFFICACY: evaluable if config.sets.efficacy == "evaluable" else infused,
        SubjectSet.EFFICACY_EVALUABLE: evaluable,
        SubjectSet.DLT: dlt_subjects(data, config).set_index("USUBJID")["REASON"],
        SubjectSet.ADA: _where_none(safety, _tested(clinical), "no usable antibody result after infusion", antibodies),
    }


def members(data: TrialData, config: TrialConfig, name: SubjectSet) -> tuple[str, ...]:
    """The subjects of this set, in the order of ADSL."""
    reason = analysis_sets(data, config)[name]
    return tuple(str(s) for s in reason.index[reason.isna()])


def outside_kinetics(adsl: pd.DataFrame, name: SubjectSet) -> pd.Series[str]:
    """Why a subject is outside of PK or PD, the sets whose flags the intake wrote, by USUBJID; missing = it is in."""
    flag, missing = _OF_INTAKE[name]
    reason = outside_analysis(adsl)
    return reason.mask(reason.isna() & adsl.set_index("USUBJID")[flag].ne("Y"), missing)


def _delivered(clinical: ClinicalData, kinds: tuple[str, ...], missing: str) -> str | None:
    return None if any(clinical.has(kind) for kind in kinds) else missing


def _where_none(safety: pd.Series[str], have: set[str], missing: str, nothing: str | None) -> pd.Series[str]:
    """Outside: who is outside of safety, or has no such record."""
    return safety.mask(safety.isna() & ~safety.index.isin(sorted(have)), nothing or missing)


def _assessed(clinical: ClinicalData) -> set[str]:
    """Subjects with a response or a component of the ACR-CRISS after infusion."""
    rs, qs = clinical.adrs, clinical.adcriss
    seen = rs[rs["ANLFL"].eq("Y") & rs["AVALC"].notna() & rs["AVALC"].ne(_NOT_EVALUABLE) & rs["AFRLT"].gt(0)]
    measured = qs[qs["ANLFL"].eq("Y") & qs["AVAL"].notna() & qs["AFRLT"].gt(0)]
    return {str(s) for s in (*seen["USUBJID"], *measured["USUBJID"])}


def _tested(clinical: ClinicalData) -> set[str]:
    rows = clinical.adis
    used = rows[rows["ANLFL"].eq("Y") & rows["RESULT"].notna() & rows["AFRLT"].gt(0)]
    return {str(s) for s in used["USUBJID"]}
