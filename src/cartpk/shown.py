"""In a trial of very many subjects: those that are shown one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cartpk.once_per_trial import once_per_trial

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["note", "of_shown", "sampled", "shown"]


def sampled(subjects: Iterable[str], most: int, seed: int) -> tuple[str, ...]:
    """A random sample of at most this many subjects, in their order; all of them where they are no more.

    Examples
    --------
    >>> sampled("abc", 5, 1), len(sampled(map(str, range(1000)), 20, 1))
    (('a', 'b', 'c'), 20)
    """
    import numpy as np  # noqa: PLC0415

    every = tuple(dict.fromkeys(subjects))
    if len(every) <= most:
        return every
    drawn = np.random.default_rng(seed).choice(len(every), most, replace=False)
    return tuple(every[k] for k in sorted(drawn))


def shown(subjects: Iterable[str], config: TrialConfig) -> tuple[str, ...]:
    """The subjects that are shown one by one (``scale.subjects_shown``), in their order."""
    return sampled(subjects, config.scale.subjects_shown, config.scale.seed)


def of_shown(data: TrialData, config: TrialConfig) -> TrialData:
    """The tables with the rows of the subjects that are shown one by one, and rows of nobody; itself where all are.

    The same value for the same tables: what is derived of them is derived once.
    """
    if data.single is not None:
        return data.single
    return data if len(data.adsl) <= config.scale.subjects_shown else _sample(data, config)


@once_per_trial
def _sample(data: TrialData, config: TrialConfig) -> TrialData:
    from cartpk.trial_data import cut  # noqa: PLC0415

    return cut(data, frozenset(shown(data.adsl["USUBJID"], config)))


def note(data: TrialData, config: TrialConfig) -> str | None:
    """What a reader must know of an exhibit made of :func:`of_shown`; None where it has everybody.

    Parameters
    ----------
    data
        All subjects.
    config
        The trial.
    """
    n, most = len(data.adsl), config.scale.subjects_shown
    if n <= most:
        return None
    return (
        f"Shown: a random sample of {most:,} of the {n:,} subjects (scale.subjects_shown, seed {config.scale.seed}); "
        "adsl.csv, adnca.csv and adpp.csv hold all of them."
    )
