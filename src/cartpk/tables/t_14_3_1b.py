"""State of the dose escalation rule: counts, the record's words, and that a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.escalation import LevelState, level_states
from cartpk.core.escalation import Position, Status
from cartpk.tables.cells import counted, words
from cartpk.tables.groups import analysis_set, plural
from cartpk.tables.printing import rule_text
from cartpk.tables.safety import no_events
from cartpk.tables.t_14_3_1 import cut_note
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import NOT_STATED, Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("level", "Dose level", "group"),
    Column("rule", "Rule", "label"),
    Column("evaluable", "Evaluable", "number"),
    Column("dlt", "DLT subjects", "number"),
    Column("state", "State of the rule", "text"),
    Column("said", "The record says", "text"),
    Column("next", "What follows", "text"),
)
_DECISION: Final = "decision required"
_NONE_APPLIES: Final = "no sentence can be applied"
_UNDEFINED: Final = f"{NOT_STATED}: {_DECISION}"


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per dose level and sentence of the record that its state has reached."""
    escalation = config.escalation
    if not escalation.rules and not any(level.rules for level in escalation.levels):
        return NoTable("The registry record describes no dose escalation rule: DLTs are counted in Table 14.3-1 only.")
    if (nothing := no_events(data)) is not None:
        return nothing
    states = level_states(data, config)
    rows = [row for state in states for row in _level_rows(state)]
    notes = (
        "This table shows where the data stand in the rule. It makes no decision and recommends no dose.",
        *((f"Opening of the next level, in the record's words: “{escalation.stagger}”",) if escalation.stagger else ()),
        *((f"Counted: {escalation.count_unit}.",) if escalation.count_unit else ()),
        *(("Levels may be added, by the record.",) if escalation.levels_may_be_added else ()),
        *_order_notes(states),
        cut_note(config),
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "DLTEVAL", config).text, notes, "work/addlt.csv, adsl.csv")


def _order_notes(states: tuple[LevelState, ...]) -> tuple[str, ...]:
    if all(state.ordered for state in states if state.found):
        return ("The first subjects of a level are the first infused.",)
    return (
        (
            "The data do not hold the order of infusion: where the state depends on it, every possible state is shown "
            "(“either”)."
        ),
    )


def _level_rows(state: LevelState) -> Iterator[Row]:
    rule = state.design.name if state.design else NOT_STATED
    if not state.found:
        why = (
            f"not determined: DLT window {NOT_STATED}; {state.dlt} DLT {plural(state.dlt, 'subject')} of "
            f"{state.infused} infused"
            if not state.window_stated
            else "no rule in the record for this level"
        )
        yield _row(state, rule, "0", why, _NONE_APPLIES, _DECISION)
        return
    many = len(state.found) > 1
    for i, position in enumerate(state.found):
        shown = f"either: {_state(position)}" if many else _state(position)
        waiting = f"; {state.in_window} more in the window" if state.in_window else ""
        for j, key in enumerate(position.keys or ("",)):
            said = state.rules.get(key)
            words_said = f"“{said}”" if said else (NOT_STATED if position.status is not Status.OPEN else "")
            where = f"{shown}{f'; rule {rule_text(key)}' if key else ''}{waiting}"
            yield _row(state, rule, f"{i}.{j}", where, words_said, _next(position, said))


def _row(state: LevelState, rule: str, number: str, where: str, said: str, follows: str) -> Row:
    counts = (counted(state.evaluable), counted(state.dlt))
    cells = (words(state.cohort), words(rule), *counts, words(where), words(said), words(follows))
    return Row(cells, (), {"level": state.cohort, "state": number})


def _state(position: Position) -> str:
    """The position in words.

    Examples
    --------
    >>> _state(Position(Status.OPEN, 1, 5, 6))
    '1 of 5 evaluable, stage of 6: 1 more to be evaluated'
    """
    if position.status is Status.EMPTY:
        return "nobody evaluable yet"
    text = f"{position.dlt} of {position.evaluable} evaluable, stage of {position.stage}"
    if position.missing:
        text += f": {position.missing} more to be evaluated"
    n, dlt = position.beyond
    return f"{text}; {n} further at this level, {dlt} with DLT" if n else text


def _next(position: Position, said: str | None) -> str:
    if position.status in {Status.EMPTY, Status.OPEN}:
        return "stage not complete"
    return _DECISION if said else _UNDEFINED


SPEC: Final = TableSpec("t_14_3_1b", "14.3-1b", "State of the dose escalation rule", table, (Endpoint.ESCALATION,))
