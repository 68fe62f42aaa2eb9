"""Words of the ACR-CRISS: names of components, footnotes, why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.table import NoTable
from cartpk.terms import NOT_STATED

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.config.efficacy import Criss
    from cartpk.trial_data import TrialData

__all__ = ["COMPONENT_NAMES", "criss_gap", "criss_notes"]

COMPONENT_NAMES: Final = {
    "MRSS": "modified Rodnan skin score",
    "FVCPP": "FVC, % predicted",
    "HAQDI": "HAQ-DI",
    "PTGA": "patient's global assessment",
    "PHGA": "physician's global assessment",
}
"""The five components by their codes."""


def criss_gap(data: TrialData) -> NoTable | None:
    """Why there is no ACR-CRISS of a trial that asks for it; None = there is."""
    if not data.clinical.has("criss"):
        return NoTable("Needs data: QS, the components of the ACR-CRISS (data.clinical.criss).")
    if data.derived["adcrissr"].empty:
        return NoTable("No subject of the efficacy set: there is no ACR-CRISS.")
    return None


def criss_notes(config: TrialConfig, settings: Criss) -> tuple[str, ...]:
    """What the record says and why it is not computable as written; how both versions are made."""
    efficacy = config.efficacy
    said = f'"{efficacy.endpoint}"' if efficacy.endpoint else NOT_STATED
    caution = f"{efficacy.caution} " if efficacy.caution else ""
    limits = ", ".join(f"{COMPONENT_NAMES[str(code)]} {value:g} %" for code, value in settings.improvement_pct.items())
    notes = [
        (
            f"Endpoint of the registry record: {said}. "
            f"{caution}Shown: the probability of improvement and the proportion improved."
        ),
        (
            f"Assessment of day {settings.day:g} ± {settings.window_days:g}, the closest one; baseline: the last value "
            "up to the infusion. The index was derived for changes over one year; its use at this day is not validated "
            "by that work."
        ),
    ]
    if "acr2016" in settings.version:
        notes += [
            (
                "ACR-CRISS 2016 (PMC4818571, Table 4). Step 1: a new scleroderma renal crisis, a decline of FVC by "
                "15 % (relative) with interstitial lung disease and FVC below 80 % predicted, a new left ventricular "
                "ejection fraction of 45 % or less, or a new pulmonary arterial hypertension give the probability 0. "
                "Confirmation of the FVC, need of treatment and attribution are not in the data and not checked."
            ),
            (
                "Step 2: probability = expit(-5.54 - 0.81 × change of mRSS + 0.21 × change of FVC % - 0.40 × change of "
                "the patient's - 0.44 × change of the physician's global assessment - 3.41 × change of HAQ-DI). "
                "The text of the source that could be read has lost its minus signs; they follow the direction of "
                f"benefit. Improved: {settings.improved_from:.2f} or more, a setting."
            ),
        ]
    if "revised" in settings.version:
        notes.append(
            f"Revised CRISS (PMC10750249): improved in at least {settings.improved_components} of 5 components by "
            f"a percentage of the baseline, a setting: {limits}."
        )
    notes.append(
        "Percentages of both versions are of all subjects of the set: not calculated counts as not improved, reasons "
        "in Listing 16.2.6-3. Percentages of single components are of the subjects with a change."
    )
    return tuple(notes)
