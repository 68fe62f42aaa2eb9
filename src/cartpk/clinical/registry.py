"""Every derived table: what it reads and which module makes it.

Listing the derivations imports none of them: the workflow does it each time it starts.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["DERIVATIONS", "Derivation", "derive_all", "in_order", "required_files"]


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived table's entry.

    Attributes
    ----------
    name
        Name of its schema (:mod:`cartpk.schemas.derived`) and of its file ``work/<name>.csv``.
    module
        Module of :mod:`cartpk.clinical` whose function ``derive(data, config)`` makes it.
    inputs
        Files it reads, relative to the results folder; other derived tables among them.
    """

    name: str
    module: str
    inputs: tuple[str, ...]

    @property
    def file(self) -> str:
        """The file it becomes, relative to the results folder."""
        return f"work/{self.name}.csv"

    def make(self, data: TrialData, config: TrialConfig) -> pd.DataFrame:
        """The table of this trial, checked by its schema; without a row where the trial has nothing for it."""
        from cartpk.schemas import checked  # noqa: PLC0415
        from cartpk.schemas.derived import DERIVED  # noqa: PLC0415

        function = cast(
            "Callable[[TrialData, TrialConfig], pd.DataFrame]",
            importlib.import_module(f"cartpk.clinical.{self.module}").derive,
        )
        return checked(function(data, config), DERIVED[self.name])


_ENTRIES: Final = (
    Derivation("adtte", "time_to_event", ("adsl.csv", "work/adrs.csv", "work/adevent.csv", "work/delivered.csv")),
    Derivation("adresp", "response", ("adsl.csv", "work/adrs.csv", "work/delivered.csv")),
    Derivation("adcrissr", "criss", ("adsl.csv", "work/adcriss.csv", "work/delivered.csv")),
    Derivation(
        "adset",
        "analysis_sets",
        (
            "adsl.csv",
            "work/adae.csv",
            "work/adrs.csv",
            "work/adis.csv",
            "work/adcriss.csv",
            "work/adevent.csv",
            "work/delivered.csv",
        ),
    ),
    Derivation("adlbshift", "laboratory", ("adsl.csv", "work/adlb.csv", "work/delivered.csv")),
    Derivation("addlt", "dlt", ("adsl.csv", "work/adae.csv", "work/adevent.csv", "work/delivered.csv")),
    Derivation("pd_effects", "pd_effects", ("adsl.csv", "adpd.csv")),
    Derivation("cd7_class", "cd7_class", ("adsl.csv", "work/adcd7.csv")),
    Derivation(
        "subject_groups",
        "subject_groups",
        ("adsl.csv", "work/adrs.csv", "work/adae.csv", "work/adcm.csv", "work/delivered.csv"),
    ),
    Derivation("pkpd", "pkpd", ("adsl.csv", "adnca.csv", "adpd.csv", "work/adpp_nca.csv", "work/adpp_pd.csv")),
    Derivation(
        "correlations",
        "correlations",
        (
            "adsl.csv",
            "work/adpp_nca.csv",
            "work/adpp_pd.csv",
            "work/adae.csv",
            "work/delivered.csv",
            "work/pd_effects.csv",
            "work/cd7_class.csv",
            "work/subject_groups.csv",
        ),
    ),
    Derivation("er_contrast", "er_contrast", ("adsl.csv", "work/adpp_nca.csv", "work/subject_groups.csv")),
    Derivation(
        "er_model",
        "er_model",
        (
            "adsl.csv",
            "work/adpp_nca.csv",
            "work/adae.csv",
            "work/delivered.csv",
            "work/subject_groups.csv",
            "work/adtte.csv",
        ),
    ),
)

DERIVATIONS: Final[dict[str, Derivation]] = {entry.name: entry for entry in _ENTRIES}
"""Derived table by its name."""


def in_order() -> list[Derivation]:
    """The derivations, each after those whose tables it reads.

    Raises
    ------
    graphlib.CycleError
        Two of them read each other.
    """
    made_by = {entry.file: entry.name for entry in DERIVATIONS.values()}
    before = {e.name: [made_by[f] for f in e.inputs if f in made_by] for e in DERIVATIONS.values()}
    return [DERIVATIONS[name] for name in TopologicalSorter(before).static_order()]


def required_files() -> tuple[str, ...]:
    """Files that other steps of the workflow must have written before, sorted."""
    made = {entry.file for entry in DERIVATIONS.values()}
    return tuple(sorted({f for entry in DERIVATIONS.values() for f in entry.inputs} - made))


def derive_all(data: TrialData, config: TrialConfig) -> Iterator[tuple[Derivation, pd.DataFrame]]:
    """Each derivation with its table; a later one sees the tables of those before it in ``data.derived``."""
    for entry in in_order():
        table = entry.make(data, config)
        data = replace(data, derived=data.derived.having(entry.name, table))
        yield entry, table
