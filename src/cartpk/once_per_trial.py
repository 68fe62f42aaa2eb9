"""Derivations that many exhibits ask for, made once per trial.

Listing the exhibits imports this: it loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["once_per_trial"]

Made = TypeVar("Made")


def once_per_trial(make: Callable[[TrialData, TrialConfig], Made]) -> Callable[[TrialData, TrialConfig], Made]:
    """The same function, which remembers what it made of the same tables and the same config, for as long as they live.

    What it gives is shared by all who ask: it is read, never changed. It must not be the tables themselves, which would
    keep themselves alive.
    """
    known: WeakKeyDictionary[TrialData, tuple[TrialConfig, Made]] = WeakKeyDictionary()

    @wraps(make)
    def remembered(data: TrialData, config: TrialConfig) -> Made:
        found = known.get(data)
        if found is None or found[0] is not config:
            found = known[data] = (config, make(data, config))
        return found[1]

    return remembered
