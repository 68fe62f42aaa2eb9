"""What may stand in one panel: the same quantity, specimen, method and unit; of cells, the same population and gate.

A panel holds one value per subject, or the reason why there is none. Nothing is pooled over trials or dose levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from cartpk.config.portfolio import Portfolio
from cartpk.core.nca import interval_code
from cartpk.pharmacodynamics.profiles import PdFlag
from cartpk.portfolio.published import Published, published
from cartpk.tables.assays import profiled
from cartpk.tables.parameter_rows import first_infusion, flags
from cartpk.tables.parameters import auc_flag, window_label
from cartpk.tables.printing import unit_text
from cartpk.terms import AucFlag

if TYPE_CHECKING:
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.portfolio.members import Member

__all__ = ["Panel", "Quantity", "panels", "quantities"]

Kind = Literal["geometric", "persistence", "reduction"]

_CELLS: Final = {
    "NORMAL_T": "T cells",
    "NORMAL_NK": "NK cells",
    "B": "B cells",
    "LYMPHOCYTES": "lymphocytes",
    "BLAST": "blasts",
    "CAR_NK": "CAR-NK cells",
    "UNSPECIFIED": "cells (kind not stated in the data)",
}
_LEFT_OUT: Final = AucFlag.EXTRAPOLATED


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is shown: Cmax, an area, persistence, the nadir of CD7+ cells.

    Attributes
    ----------
    code, label
        ``PARAMCD`` and its name as printed.
    kind
        Decides statistics and axis.
    setting
        Name in ``portfolio.quantities``.
    """

    code: str
    label: str
    kind: Kind
    setting: str


@dataclass(frozen=True, eq=False)
class Panel:
    """Subjects of one or more trials whose values were measured alike.

    Attributes
    ----------
    quantity
        What is shown.
    alike
        What the trials have in common, as printed: specimen, method, unit; population and gate.
    unit
        Unit of the values.
    rows
        One row per subject: TRIAL, COHORT, COHORTN, USUBJID, AVAL (empty = see REASND), CNSR (1 = a lower
        bound: still detected, or the nadir is BLQ), REASND (why there is no value or why it is not summarised).
    lines
        Published values in this unit.
    """

    quantity: Quantity
    alike: str
    unit: str
    rows: pd.DataFrame
    lines: tuple[Published, ...]

    @property
    def trials(self) -> tuple[str, ...]:
        """Registry numbers, in the order of printing."""
        return tuple(dict.fromkeys(self.rows["TRIAL"]))


def quantities(settings: Portfolio) -> tuple[Quantity, ...]:
    """What is asked for, in its order."""
    areas = [Quantity(interval_code(0.0, t), window_label(t), "geometric", "auc") for t in settings.windows_days]
    every: Mapping[str, list[Quantity]] = {
        "cmax": [Quantity("CMAX", "Cmax", "geometric", "cmax")],
        "auc": areas,
        "persistence": [Quantity("TDET", "Persistence: day of last detection", "persistence", "persistence")],
        "cd7_nadir": [Quantity("PDLOG10R", "CD7+ cells: log10 reduction at nadir", "reduction", "cd7_nadir")],
    }
    return tuple(quantity for name in settings.quantities for quantity in every[name])


def panels(members: Sequence[Member], settings: Portfolio) -> dict[Quantity, list[Panel]]:
    """Panels of every quantity: those with most trials first, then in the order of the trials."""
    return {quantity: _of_quantity(quantity, members, settings) for quantity in quantities(settings)}


def _of_quantity(quantity: Quantity, members: Sequence[Member], settings: Portfolio) -> list[Panel]:
    parts: dict[tuple[str, str, str], list[pd.DataFrame]] = {}
    for member in members:
        for key, rows in _cells(quantity, member) if quantity.kind == "reduction" else _kinetics(quantity, member):
            parts.setdefault(key, []).append(rows)
    found = []
    for (alike, unit, specimen), frames in parts.items():
        rows = pd.concat(frames, ignore_index=True)
        lines = published(quantity.code, unit, specimen) if settings.published else ()
        found.append(Panel(quantity, alike, unit, rows, lines))
    return sorted(found, key=lambda panel: -len(panel.trials))


def _kinetics(quantity: Quantity, member: Member) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Values of a kinetic quantity per assay and unit of one trial; first infusion, subjects with kinetics."""
    every = first_infusion(member.data.adpp, "NCA")
    for assay in profiled(member.data, member.config):
        own = assay.rows(every)
        method = ", ".join(sorted(set(assay.rows(member.data.adnca)["PCMETHOD"].dropna()))) or "method not stated"
        # persistence is a time; the unit of the assay is still part of what is alike
        for unit in assay.units:
            shown = {"CMAX": unit, "TDET": "day"}.get(quantity.code, f"day*{unit}")
            here = own[own["PARAMCD"].eq(quantity.code) & (own["AVALU"].isna() | own["AVALU"].eq(shown))]
            if here.empty:
                continue
            alike = f"{assay.specimen.split(',')[0].lower()}, {method}, {unit_text(unit)}"
            yield (alike, shown, assay.specimen), _rows(member, here, _status(quantity, here, own))


def _status(quantity: Quantity, here: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """CNSR and REASND of each row: extrapolated areas are told apart, a subject still detected is censored."""
    reason, censored = here["PPREASND"].copy(), pd.Series(float("nan"), index=here.index)
    if quantity.setting == "auc":
        extrapolated = here["FLAG"].map(auc_flag).eq(_LEFT_OUT) & here["AVAL"].notna()
        reason = reason.where(~extrapolated, "extrapolated: not in the summary")
    if quantity.kind == "persistence":
        gone = own[own["PARAMCD"].eq("TDETUL") & own["AVAL"].notna()]["USUBJID"]
        censored = (~here["USUBJID"].isin(gone)).astype("float64").where(here["AVAL"].notna())
    return pd.DataFrame({"CNSR": censored, "REASND": reason})


def _cells(quantity: Quantity, member: Member) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Reduction of every CD7+ measure of one trial; where the nadir is BLQ it is a lower bound."""
    every = first_infusion(member.data.adpp, "PD")
    for measure in member.config.pharmacodynamics.measures:
        own = every[every["PARAMCD"].eq(quantity.code) & every["PPCAT"].eq(measure.code)]
        if measure.marker != "CD7+" or own.empty:
            continue
        bound = own["FLAG"].map(lambda text: PdFlag.LOWER_BOUND in flags(text)).astype("float64")
        status = pd.DataFrame({"CNSR": bound.where(own["AVAL"].notna()), "REASND": own["PPREASND"]})
        yield (_gate(measure), "log10", measure.specimen), _rows(member, own, status)


def _gate(measure: PdMeasure) -> str:
    """What cells, counted how, where."""
    place = measure.specimen.split(",")[0].lower()
    counted = f"% of {measure.parent}" if measure.kind == "percent" else "count"
    return f"CD7+ {_CELLS[measure.population]}, {counted}, {place}"


def _rows(member: Member, own: pd.DataFrame, status: pd.DataFrame) -> pd.DataFrame:
    adsl = member.data.adsl.set_index("USUBJID")
    table: dict[str, Any] = {
        "TRIAL": member.id,
        "COHORT": own["USUBJID"].map(adsl["COHORT"]),
        "COHORTN": own["USUBJID"].map(adsl["COHORTN"]),
        "USUBJID": own["USUBJID"],
        "AVAL": own["AVAL"],
        "CNSR": status["CNSR"],
        "REASND": status["REASND"],
    }
    rows = pd.DataFrame(table)
    return rows.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable", ignore_index=True)
