"""The fits of a trial in shares of its subjects: any share, in any job, gives the bytes that the whole gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.files import table_text
from cartpk.fits.derive import FitTables, derive_params_model

if TYPE_CHECKING:
    from cartpk.config import TrialConfig

__all__ = ["TABLES", "fit_share", "fitted_models", "joined", "share_of"]

TABLES: Final = {
    "adpp_model": "adpp",
    "predictions": "predictions",
    "fits": "summary",
    "model_samples": "samples",
    "model_profiles": "profiles",
}
"""File of the fits -> attribute of :class:`cartpk.fits.FitTables`."""
_AT_ONCE: Final = 500
"""Subjects fitted in one go: enough for the speed of arrays, few enough for a fraction of a gigabyte."""


def share_of(adnca: pd.DataFrame, subjects: Iterable[str], part: int = 1, parts: int = 1) -> list[str]:
    """The subjects of this share (counted from 1): in the order of their first row, then those without one.

    Examples
    --------
    >>> adnca = pd.DataFrame({"USUBJID": ["b", "b", "a"]})
    >>> share_of(adnca, ["a", "b", "c"]), share_of(adnca, ["a", "b", "c"], 2, 2)
    (['b', 'a', 'c'], ['c'])

    Raises
    ------
    ValueError
        There is no such share.
    """
    if not 1 <= part <= parts:
        raise ValueError(f"there is no share {part} of {parts}: they are counted from 1")
    every = list(dict.fromkeys([*adnca["USUBJID"], *subjects]))
    return [str(name) for name in np.array_split(np.array(every, dtype=object), parts)[part - 1]]


def fit_share(
    trial: TrialConfig, adnca: pd.DataFrame, share: Sequence[str], shown: Iterable[str], events: pd.DataFrame
) -> dict[str, dict[str, str]]:
    """Texts of the CSV files of these subjects' fits: model -> file (:data:`TABLES`) -> text.

    Parameters
    ----------
    trial
        Says what is fitted, and how.
    adnca, share
        All samples; the subjects that are fitted.
    shown
        Subjects with fitted curve, samples and profiles of the likelihood (:func:`cartpk.shown.shown`).
    events
        As in :func:`cartpk.fits.derive_params_model`.

    Notes
    -----
    A trial may ask for no model: the files have their headers and no row.
    """
    names = fitted_models(trial)
    share = share if trial.models.fit else []
    of_everybody = trial.pharmacodynamics.dynamics is not None  # these models are driven by the fitted curves
    drawn = frozenset(share if of_everybody else shown)
    texts: dict[str, dict[str, list[str]]] = {name: {file: [] for file in TABLES} for name in names}
    place = pd.Series(range(len(share)), index=list(share), dtype="float64")
    at = adnca["USUBJID"].map(place).dropna().sort_values(kind="stable")  # a subject's profiles stand together
    for start in range(0, max(1, len(share)), _AT_ONCE):
        rows = adnca.loc[at.index[at.between(start, start + _AT_ONCE, inclusive="left")]]
        who = share[start : start + _AT_ONCE]
        for name in names:
            made = _fitted(trial, name, rows, who, events, drawn, profiles=_profiled(trial, name, names))
            for file, attribute in TABLES.items():
                texts[name][file].append(_csv(made, file, attribute))
    return {name: {file: joined(parts) for file, parts in of_name.items()} for name, of_name in texts.items()}


def joined(texts: Iterable[str]) -> str:
    r"""The rows of these CSV texts under one header; texts without anything do not count.

    Examples
    --------
    >>> print(joined(["", "A,B", "A,B\n1,2\n", "A,B\n3,4\n"]), end="")
    A,B
    1,2
    3,4
    """
    found = [text if text.endswith("\n") else text + "\n" for text in texts if text]
    return "".join([*found[:1], *(text.partition("\n")[2] for text in found[1:])])


def fitted_models(trial: TrialConfig) -> tuple[str, ...]:
    """The models of the trial; one, for the headers of its files, where it asks for none."""
    from cartpk.models import MODELS  # noqa: PLC0415

    return trial.models.fit or (next(iter(MODELS)),)


def _profiled(trial: TrialConfig, name: str, names: Sequence[str]) -> bool:
    return trial.models.choice != "first" or name == names[0]


def _fitted(
    trial: TrialConfig,
    name: str,
    rows: pd.DataFrame,
    share: Sequence[str],
    events: pd.DataFrame,
    drawn: frozenset[str],
    *,
    profiles: bool,
) -> FitTables:
    asked = trial.models
    return derive_params_model(
        rows,
        name,
        asked.method,
        residual=asked.residual,
        priors=asked.priors.get(name, {}),
        subjects=share,
        events=events,
        polish=asked.polish,
        profiles=profiles,
        drawn=drawn,
    )


def _csv(made: FitTables, file: str, attribute: str) -> str:
    """The rows of one table as CSV."""
    from cartpk.schemas import ADPP, PREDICTIONS, checked  # noqa: PLC0415

    schema = {"adpp_model": ADPP, "predictions": PREDICTIONS}.get(file)
    table: pd.DataFrame = getattr(made, attribute)
    return table_text(table if schema is None else checked(table, schema))
