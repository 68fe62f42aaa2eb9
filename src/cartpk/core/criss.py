"""ACR-CRISS: the probability that a subject with systemic sclerosis has improved, and the revised count.

References
----------
Khanna D et al. The American College of Rheumatology provisional composite response index for clinical trials in early
diffuse cutaneous systemic sclerosis. Arthritis Care Res 2016;68:167-178, Table 4 (PMC4818571).
Khanna D et al. A new composite endpoint in early diffuse cutaneous systemic sclerosis. Ann Rheum Dis 2021;80:641-650
(PMC10750249).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

__all__ = ["COMPONENTS", "improved", "probability"]

_TOLERANCE: Final = 1e-9
"""A percentage this near to the limit has reached it: 100 x 0.2 / 1.0 is not exactly 20."""
_INTERCEPT: Final = -5.54
COMPONENTS: Final[Mapping[str, float]] = {"MRSS": -0.81, "FVCPP": 0.21, "PTGA": -0.40, "PHGA": -0.44, "HAQDI": -3.41}
"""Component -> its coefficient per unit of change (Table 4; a rise of FVC is an improvement, a fall of the others).

The text of Table 4 that could be read has lost its minus signs: they follow the direction of benefit.

Changes are those of the modified Rodnan skin score (0 to 51), FVC % predicted, patient's and physician's global
assessment (0 to 10) and HAQ-DI (0 to 3).
"""


def probability(change: Mapping[str, float]) -> float:
    """Probability of improvement (0 to 1) from the changes over baseline of all five components.

    Raises
    ------
    ValueError
        A component is missing or not a number.

    Examples
    --------
    >>> round(probability(dict.fromkeys(COMPONENTS, 0.0)), 8)
    0.00391117
    >>> round(probability({"MRSS": -8, "FVCPP": 3, "PTGA": -1, "PHGA": -2, "HAQDI": -0.5}), 8)
    0.9895949
    """
    missing = [name for name in COMPONENTS if not math.isfinite(change.get(name, math.nan))]
    if missing:
        raise ValueError(f"ACR-CRISS: no change of {', '.join(missing)}")
    # exactly rounded: from Python 3.12 on `sum` of floats ends in other digits than before
    score = math.fsum((_INTERCEPT, *(weight * change[name] for name, weight in COMPONENTS.items())))
    # the two halves never overflow
    return 1.0 / (1.0 + math.exp(-score)) if score >= 0 else math.exp(score) / (1.0 + math.exp(score))


def improved(name: str, percent_change: float, limit_pct: float) -> bool:
    """Whether a component improved by at least this percentage of its baseline.

    Examples
    --------
    >>> improved("MRSS", -25.0, 20.0), improved("FVCPP", -25.0, 20.0), improved("FVCPP", 5.0, 5.0)
    (True, False, True)
    """
    better = percent_change if COMPONENTS[name] > 0 else -percent_change
    return better >= limit_pct - _TOLERANCE
