"""Rows of a response rate: responders with the exact interval, complete responses, who was not assessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.core.intervals import clopper_pearson
from cartpk.tables.cells import Noted, several, share, words
from cartpk.tables.printing import count, fixed, percent
from cartpk.tables.table import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.tables.groups import Group

__all__ = ["SHARE", "best_rows", "interval", "rate_rows", "response_notes", "window_text"]

SHARE: Final = ("n", "%")
_LIMITS: Final = ("Lower limit, %", "Upper limit, %")
_OF: Final = ("n", "of", "%")


def interval(part: int, whole: int, level_pct: float, notes: Noted) -> Cell:
    """The exact confidence interval of a proportion, %; NC with its reason where there is nobody."""
    if not whole:
        return notes.cell("nobody in the group")
    low, high = clopper_pearson(part, whole, level_pct / 100.0)
    return several("{} to {}", [100.0 * float(low), 100.0 * float(high)], [percent, percent])


def rate_rows(
    head: tuple[Cell, ...],
    key: Mapping[str, str],
    rows: pd.DataFrame,
    groups: Sequence[Group],
    config: TrialConfig,
    notes: Noted,
    *,
    complete: bool = True,
) -> Iterator[Row]:
    """The rows of one response rate.

    Parameters
    ----------
    head
        Cells before the statistic.
    key
        What the rows are, for programs.
    rows
        ADRESP of one time point and site, one row per subject.
    groups
        Columns.
    notes
        Collects the reasons of what is not calculable.
    complete
        Whether a complete response is possible.
    """
    own = rows.set_index("USUBJID")
    level = config.efficacy.survival.level_pct

    def line(label: str, statistic: str, parts: tuple[str, ...], cells: Sequence[Cell]) -> Row:
        return Row((*head, words(label), *cells), parts, {**key, "statistic": statistic})

    def counts(flag: str, value: str = "Y") -> list[tuple[int, int]]:
        inside = [own[own.index.isin(group.subjects)] for group in groups]
        return [(int(part[flag].eq(value).sum()), len(part)) for part in inside]

    response, assessed = counts("RESPFL"), counts("EVALFL")
    yield line("Responders, n (%)", "responders", SHARE, [share(*pair) for pair in response])
    limits = [interval(*pair, level, notes) for pair in response]
    yield line(f"{level:g} % CI (exact), %", "interval", _LIMITS, limits)
    if complete:
        yield line("Complete responses, n (%)", "complete", SHARE, [share(*pair) for pair in counts("CRFL")])
    yield line("Not assessed, n (%)", "missing", SHARE, [share(*pair) for pair in counts("EVALFL", "N")])
    evaluable = [(hit, seen) for (hit, _), (seen, _) in zip(response, assessed, strict=True)]
    yield line("Responders of the assessed, n/n (%)", "evaluable", _OF, [_of(*pair, notes) for pair in evaluable])
    limits = [interval(*pair, level, notes) for pair in evaluable]
    yield line(f"{level:g} % CI (exact) of the assessed, %", "evaluable_interval", _LIMITS, limits)


def _of(part: int, whole: int, notes: Noted) -> Cell:
    if not whole:
        return notes.cell("nobody in the group")
    return several("{}/{} ({})", [part, whole, 100.0 * part / whole], [count, count, percent])


def best_rows(
    head: tuple[Cell, ...], key: Mapping[str, str], rows: pd.DataFrame, groups: Sequence[Group], codes: Sequence[str]
) -> Iterator[Row]:
    """How many have each best response, from the best code to the worst."""
    own = rows.set_index("USUBJID")["AVALC"]
    found = [code for code in codes if own.eq(code).any()]
    for code in (*found, *sorted(set(own.dropna()) - set(codes))):
        cells = [share(int(own[own.index.isin(g.subjects)].eq(code).sum()), g.n) for g in groups]
        yield Row((*head, words(f"{code}, n (%)"), *cells), SHARE, {**key, "statistic": f"best_{code}"})


def window_text(month: float, rows: pd.DataFrame, config: TrialConfig) -> str:
    """A time point as printed, with its window."""
    width = config.efficacy.orr_window_days
    width = config.clinical.responses.window_days if width is None else width
    day = float(rows["AWTARGET"].iloc[0])
    return f"Month {month:g} (day {fixed(day, 0)} ± {width:g})"


def response_notes(config: TrialConfig) -> tuple[str, ...]:
    """How the rates were made, with the settings that were used."""
    responses, efficacy = config.clinical.responses, config.efficacy
    return (
        (
            "A subject without an assessment in the window counts as a non-responder and is shown as not assessed; "
            'the lines "of the assessed" are of those only. Exact intervals: Clopper-Pearson.'
        ),
        *_window_note(config),
        f"Complete responses: {', '.join(responses.complete)}."
        + ("" if efficacy.responders else f" Responses: {', '.join(responses.responders)}."),
        f"Response criteria: {efficacy.criteria or 'not stated in the registry record'}.",
    )


def _window_note(config: TrialConfig) -> tuple[str, ...]:
    """Where the windows come from; nothing where the trial has no time point."""
    if not config.efficacy.orr_months:
        return ()
    given = config.efficacy.orr_window_days is not None
    which = {"closest": "the one closest to the day", "last": "the last one"}[config.clinical.responses.in_window]
    return (
        (
            f"Window: {'as configured for the trial' if given else 'not stated in the registry record, a choice'}; "
            f"month 3 is day 91, month 6 day 182. Of several assessments in a window, {which} counts."
        ),
    )
