"""Profiles in, parameters out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartpk.core.nca import cell_therapy as _cell_therapy  # noqa: F401 - enters its parameters into the registry
from cartpk.core.nca.analysis import Analysis
from cartpk.core.nca.flags import Bits, flags_of
from cartpk.core.nca.parameters import PARAMETERS, Group
from cartpk.core.nca.profiles import Profiles
from cartpk.core.nca.ragged import Bools, Floats, Indices
from cartpk.core.nca.reasons import REASONS, Codes
from cartpk.core.nca.settings import NcaSettings, TimeZero, WindowSettings
from cartpk.core.nca.standard import interval_auc
from cartpk.core.nca.trial import prepare_trial
from cartpk.core.nca.windows import WindowAuc, window_auc

__all__ = [
    "BLOCK",
    "NcaResult",
    "TrialResult",
    "calculate",
    "calculate_trial",
    "codes_of_group",
    "interval_code",
]

BLOCK: Final = 16_384
"""Profiles worked on together: their rows stay in the processor's cache. It never shows in a result."""


@dataclass(frozen=True, slots=True)
class NcaResult:
    """Parameters of ``m`` profiles, by PARAMCD."""

    value: dict[str, Floats]
    """Shape (m,) each; NaN where there is no value."""
    reasons: dict[str, Codes]
    """Shape (m,) each: index into :data:`~cartpk.core.nca.reasons.REASONS`; 0 where there is a value."""
    flags: dict[str, Bits]
    """Shape (m,) each: sum of :class:`~cartpk.core.nca.flags.Flag`, for the parameters that can have flags."""
    extrapolated_pct: dict[str, Floats]
    """Shape (m,) each: percent of an interval area after the last quantifiable sample."""
    line: tuple[Floats, Floats]
    """Intercept and slope (per day) of the terminal line of ln C on day, shape (m,) each; NaN where there is none."""
    line_rows: Indices
    """Input rows that are points of a terminal line."""

    def reason(self, code: str, profile: int) -> str:
        """Why the parameter of a profile has no value; "" where it has one."""
        return REASONS[int(self.reasons[code][profile])]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Parameters and window areas of ``m`` profiles of a trial."""

    parameters: NcaResult
    windows: dict[float, WindowAuc]
    """Area by T, days."""
    time_zero: Codes
    """:class:`~cartpk.core.nca.trial.TimeZeroRecord` of each profile, shape (m,)."""
    moved_from: Floats
    """Day from which a pre-infusion result was moved to time 0, shape (m,); NaN where none was."""
    event_day: Floats
    """Day of the event that cut the profile, shape (m,); NaN where none did."""
    n_cut: Indices
    """Results after that day, shape (m,): they are not used."""


def interval_code(start: float, end: float) -> str:
    """PARAMCD of an area over days, e.g. ``AUC0_28D``.

    Examples
    --------
    >>> interval_code(0, 28)
    'AUC0_28D'
    """
    return f"AUC{start:g}_{end:g}D"


def codes_of_group(*groups: Group) -> tuple[str, ...]:
    """PARAMCDs of one or more groups, group by group in the order of the registry."""
    return tuple(code for group in groups for code, entry in PARAMETERS.items() if entry.group is group)


def calculate(
    profiles: Profiles,
    settings: NcaSettings | None = None,
    intervals: Sequence[tuple[float, float]] = ((0.0, 28.0), (0.0, 90.0)),
    *,
    codes: Iterable[str] | None = None,
    include: Bools | None = None,
    exclude: Bools | None = None,
) -> NcaResult:
    """Parameters of every profile.

    Parameters
    ----------
    profiles
        The profiles.
    settings
        The choices; the defaults of :class:`NcaSettings` without them.
    intervals
        (start, end) in days; each gives an area from ``start`` to ``end`` under ``settings.after_last``.
    codes
        PARAMCDs wanted; the standard ones without it.
    include, exclude
        Input rows (one flag per row the profiles were made from) fixed as points of lambda_z, or taken out of them.

    Raises
    ------
    ValueError
        If an interval does not start at 0 and end after it, or a code is not in the registry.
    """
    wanted = tuple(codes) if codes is not None else codes_of_group(Group.STANDARD)
    _check(intervals, wanted)
    choices = settings or NcaSettings()
    parts = []
    for block in _blocks(profiles):
        a = Analysis(block, choices, include, exclude)
        parts.append(_parameters(a, wanted, intervals, None))
    return _joined(parts)


def calculate_trial(
    profiles: Profiles,
    settings: NcaSettings | None = None,
    windows: WindowSettings | None = None,
    window_days: Sequence[float] = (28.0, 90.0),
    event_day: Floats | None = None,
    *,
    codes: Iterable[str] | None = None,
    include: Bools | None = None,
    exclude: Bools | None = None,
    above: Bools | None = None,
) -> TrialResult:
    """Parameters of every profile of a trial, its areas over windows by the decision table.

    Parameters
    ----------
    profiles
        The profiles as sampled.
    settings
        The choices; ``time_zero``, ``after_last`` and ``post_infusion`` have no meaning here: a trial has a record at
        time 0 and looks for its peak after it.
    windows
        Limits of the decision table.
    window_days
        Windows 0..T, days.
    event_day
        Shape (m,), days: re-infusion, transplant or death, NaN for none.
    codes
        PARAMCDs wanted; all without it.
    include, exclude
        Input rows fixed as points of lambda_z, or taken out of them.
    above
        Input rows with a result above its upper limit: no points of lambda_z, since their value is a lower bound.

    Raises
    ------
    ValueError
        If a window or an event is not after time 0, or a code is not in the registry.
    """
    wanted = tuple(codes) if codes is not None else codes_of_group(*Group)
    _check([(0.0, end) for end in window_days], wanted)
    base = settings or NcaSettings()
    choices = replace(base, post_infusion=True, time_zero=TimeZero.OBSERVED)
    limits = windows or WindowSettings()
    ready = prepare_trial(profiles, event_day)
    parts, areas, first = [], [], 0
    for block in _blocks(ready.profiles):
        a = Analysis(block, choices, include, exclude, above)
        event = ready.event_day[first : first + len(block)]
        first += len(block)
        parts.append(_parameters(a, wanted, (), limits.peak_window_days))
        areas.append([window_auc(a, end, limits, event) for end in window_days])
    joined = {
        end: WindowAuc(*(np.concatenate(column) for column in zip(*map(_columns, part), strict=True)))
        for end, part in zip(window_days, zip(*areas, strict=True), strict=True)
    }
    return TrialResult(_joined(parts), joined, ready.time_zero, ready.moved_from, ready.event_day, ready.n_cut)


def _columns(area: WindowAuc) -> tuple[Floats, Codes, Floats, Codes]:
    return area.value, area.flag, area.extrapolated_pct, area.reason


def _blocks(profiles: Profiles) -> Iterator[Profiles]:
    """The profiles in blocks; one empty block when there are none."""
    for first in range(0, max(len(profiles), 1), BLOCK):
        yield profiles.slice(first, min(first + BLOCK, len(profiles)))


def _parameters(
    a: Analysis,
    codes: Sequence[str],
    intervals: Sequence[tuple[float, float]],
    peak_window: tuple[float, float] | None,
) -> NcaResult:
    """Parameters of one block."""
    found = {code: PARAMETERS[code].compute(a) for code in codes}
    beyond: dict[str, Floats] = {}
    for start, end in intervals:
        name = interval_code(start, end)
        found[name], beyond[name] = interval_auc(a, end)
    t, p = a.terminal, a.profiles
    with np.errstate(invalid="ignore"):
        line = (t.mean_ln + t.lambda_z * t.mean_day, -t.lambda_z)
    return NcaResult(
        {name: values for name, (values, _) in found.items()},
        {name: reasons for name, (_, reasons) in found.items()},
        flags_of(a, peak_window),
        beyond,
        line,
        p.row[a.kept.source[t.used]],
    )


def _joined(parts: Sequence[NcaResult]) -> NcaResult:
    """The blocks one after the other."""
    if len(parts) == 1:
        return parts[0]

    def join(what: str) -> dict[str, NDArray[Any]]:
        columns: list[dict[str, NDArray[Any]]] = [getattr(part, what) for part in parts]
        return {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}

    intercept, slope = (np.concatenate([part.line[i] for part in parts]) for i in (0, 1))
    return NcaResult(
        join("value"),
        join("reasons"),
        join("flags"),
        join("extrapolated_pct"),
        (intercept, slope),
        np.concatenate([part.line_rows for part in parts]),
    )


def _check(intervals: Sequence[tuple[float, float]], codes: Iterable[str]) -> None:
    """Raise ValueError for intervals and codes the analysis does not know."""
    for start, end in intervals:
        if start != 0 or not (end > 0 and np.isfinite(end)):
            raise ValueError(f"interval {start:g}:{end:g} found, allowed is 0 to a later day, e.g. 0:28")
    unknown = [code for code in codes if code not in PARAMETERS]
    if unknown:
        raise ValueError(f"unknown PARAMCD {', '.join(unknown)}; known are {', '.join(PARAMETERS)}")
