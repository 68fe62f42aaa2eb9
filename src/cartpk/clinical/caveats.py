"""Sentences that must stand beside exposure set against an outcome; each printed where its rule holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["LATE", "confounding", "shared_denominator"]

_EXPLORATORY: Final = (
    "Exploratory: subjects were not assigned to their exposure, there is no control arm, and nothing is corrected for "
    "the number of comparisons. An association is no effect."
)
_BURDEN: Final = (
    "Exposure of CAR cells depends itself on tumour burden (antigen) and on lymphodepletion, which also bear on "
    "response and toxicity: confounded."
)
_SCLEROSIS: Final = (
    "Exposure of CAR cells depends itself on the number of target cells and on lymphodepletion: confounded."
)
_RESCUE: Final = (
    "Tocilizumab and steroids are given because of toxicity that comes with expansion: exposure differs between those "
    "who got them and those who did not, already before the drug was given (confounding by indication)."
)
LATE: Final = (
    "Who responds often lives longer and is followed longer: areas over late windows and persistence favour such a "
    "group (immortal-time bias)."
)
_DENOMINATOR: Final = (
    "Copies per µg of DNA and percentages of a parent gate both move with the number of white blood cells in the "
    "sample: part of their correlation is that shared denominator. Absolute counts do not have it; prefer them."
)
_MALIGNANT: Final = re.compile(r"leuk|lymph|malign|tumou?r|myelo|haemato|hemato", re.IGNORECASE)
_GIVEN: Final = frozenset({"TOCI", "STEROID", "TOCIST"})
_LATE_DAYS: Final = 90.0


def confounding(config: TrialConfig, groupings: Iterable[str] = (), *, late: bool = True) -> Iterator[str]:
    """What an association of exposure with an outcome does not show.

    Parameters
    ----------
    groupings
        Codes of the groupings shown: those of a therapy add the sentence on confounding by indication.
    late
        Whether measures are shown that grow with follow-up.
    """
    yield _EXPLORATORY
    yield _BURDEN if _MALIGNANT.search(config.trial.indication or "") else _SCLEROSIS
    if _GIVEN & set(groupings):
        yield _RESCUE
    if late and (
        "TLST" in config.exposure_response.exposures or any(end >= _LATE_DAYS for end in config.nca.windows.days)
    ):
        yield LATE


def shared_denominator(data: TrialData, config: TrialConfig) -> Iterator[str]:
    """The caution where kinetics are per µg of DNA and a measure is a percentage."""
    units = data.adnca.loc[data.adnca["PCTESTCD"].eq(config.primary_analyte.code), "AVALU"].dropna().unique()
    per_dna = any(re.search(r"cop(y|ies)\s*/\s*[uµμn]g", str(unit)) for unit in units)
    if per_dna and any(m.kind == "percent" for m in config.pharmacodynamics.measures):
        yield _DENOMINATOR
