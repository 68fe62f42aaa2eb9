"""Where each dose level stands in the escalation rule of the registry record; the record's words, no decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartpk.clinical.dlt import dlt_subjects
from cartpk.core.escalation import DESIGNS, Design, Position, positions

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["LevelState", "level_states"]


@dataclass(frozen=True, slots=True)
class LevelState:
    """One dose level.

    Attributes
    ----------
    cohort
        Dose level as printed.
    design
        Its rule; None = the record describes none that is known here.
    rules
        The record's words by the state that they hold for.
    infused, evaluable, dlt, in_window
        Subjects: infused, evaluable, with a DLT (evaluable or not), still in the window.
    window_stated
        Whether the record states the level's DLT window; without it nobody is known to be evaluable.
    ordered
        Whether the order of infusion is known.
    found
        States of the rule: one, or several where they depend on an order that is not known.
    """

    cohort: str
    design: Design | None
    rules: Mapping[str, str | None]
    infused: int
    evaluable: int
    dlt: int
    in_window: int
    window_stated: bool
    ordered: bool
    found: tuple[Position, ...]


def level_states(data: TrialData, config: TrialConfig) -> tuple[LevelState, ...]:
    """Every planned or infused dose level, lowest first, with the state of its rule.

    Parameters
    ----------
    data
        The trial's tables.
    config
        ``escalation``: the rule of the trial, or of each level.
    """
    table = dlt_subjects(data, config).merge(data.adsl[["USUBJID", "NINF", "TRTORD"]], on="USUBJID")
    levels = table.drop_duplicates("COHORTN").sort_values("COHORTN", kind="stable")
    return tuple(
        _level(str(cohort), float(n), table[table["COHORTN"].eq(n)], config)
        for cohort, n in zip(levels["COHORT"], levels["COHORTN"], strict=True)
    )


def _level(cohort: str, number: float, own: pd.DataFrame, config: TrialConfig) -> LevelState:
    escalation, index = config.escalation, int(number) - 1
    at_level = escalation.levels[index] if 0 <= index < len(escalation.levels) else None
    name, rules = (at_level.design, at_level.rules) if at_level else (escalation.design, escalation.rules)
    design = DESIGNS.get(name or "")
    evaluable = own[own["REASON"].isna()].sort_values(["TRTORD", "USUBJID"], kind="stable")
    ordered = bool(evaluable["TRTORD"].notna().all() and evaluable["TRTORD"].is_unique)
    outcomes = [n > 0 for n in evaluable["NDLT"]]
    stated = escalation.window(number) is not None
    found = positions(design, outcomes, rules, ordered=ordered) if design and rules and stated else ()
    return LevelState(
        cohort, design, rules, int(own["NINF"].gt(0).sum()), len(evaluable), int(own["NDLT"].gt(0).sum()),
        int(own["STATUS"].eq("IN WINDOW").sum()), stated, ordered, found,
    )  # fmt: skip
