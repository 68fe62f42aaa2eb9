"""An analyst's decisions laid on the samples: which rows are points of lambda_z, which are none, which are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable
from cartpk.adpp.decision_rules import DECISION_RULES
from cartpk.adpp.decisions import Action, Decision, Decisions
from cartpk.adpp.samples import Fault, Place, Samples
from cartpk.core.nca.calculation import TrialResult
from cartpk.core.nca.ragged import Bools, Floats, Indices, any_in
from cartpk.core.nca.reasons import MoreReasons, code_of
from cartpk.terms import Severity

__all__ = ["SIGNATURE", "Placed", "findings_of_decisions", "place"]

SIGNATURE: Final = {"MANUAL": "ACTION", "WHO": "WHO", "WHEN": "WHEN", "WHY": "WHY"}
"""Column of the outputs -> column of the signed file."""

_COLUMNS: Final = (
    "RULE", "SEVERITY", "SCOPE", "USUBJID", "FILE", "ROW", "FIELD", "OLD", "NEW", "MESSAGE", "SUGGESTION",
)  # fmt: skip
"""Columns of a finding."""
_FIELDS: Final = {
    "NCA_LZ_ACTION": "ACTION",
    "NCA_LZ_SUBJECT": "USUBJID",
    "NCA_LZ_PROFILE": "PPCAT",
    "NCA_LZ_APPLIED": "ACTION",
    "NCA_LZ_VOID": None,
}
"""Column a finding is on, where it is not AFRLT."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Decisions on the rows of an ADNCA; arrays have shape (n,)."""

    decisions: Decisions
    include: Bools
    """Rows fixed as points of lambda_z."""
    exclude: Bools
    """Rows that are no points of lambda_z."""
    out: Bools
    """Rows that are no part of the analysis."""
    decision: Indices
    """Position of the decision on each row in ``decisions.rows``; -1: none."""
    left_out: Bools
    """Profiles, shape (m,), of which a row is left out."""
    findings: tuple[dict[str, Any], ...]
    """One per row of the file and matter, in the columns of a finding."""

    def at(self, rows: Indices) -> Indices:
        """Position of the decision on these rows of the ADNCA (or rows added to it, -1: assumed); -1: none."""
        return np.append(self.decision, np.full(1, -1, dtype=np.intp))[np.where(rows < len(self.decision), rows, -1)]

    def written(self, at: Indices) -> pd.DataFrame:
        """The columns of :data:`SIGNATURE` of the decisions at these positions, empty for -1."""
        decided = [None if i < 0 else self.decisions.rows[i].cells for i in at.tolist()]
        cells = {name: [None if d is None else d[column] for d in decided] for name, column in SIGNATURE.items()}
        cells["MANUAL"] = [None if cell is None else cell.lower() for cell in cells["MANUAL"]]
        return pd.DataFrame({name: pd.Series(column, dtype="str") for name, column in cells.items()})


def place(decisions: Decisions, adnca: pd.DataFrame, table: ProfileTable, event_day: Floats) -> Placed:
    """The decisions on the samples they mean; a row that does not hold voids all decisions on its profile.

    Parameters
    ----------
    decisions
        The signed file.
    adnca
        The samples, as the profiles were made from.
    table
        Their profiles.
    event_day
        Shape (m,): day of the event that cuts each profile, NaN for none.
    """
    samples = Samples.of(adnca, table, event_day)
    located = [samples.locate(row, decisions.tolerance_days) for row in decisions.rows]
    faults = [_faults(row, at, samples) for row, at in zip(decisions.rows, located, strict=True)]
    _twice(decisions.rows, located, faults)
    broken = _broken(decisions.rows, located, faults)
    findings: list[dict[str, Any]] = []
    marks = {action: np.zeros(len(adnca), dtype=np.bool_) for action in Action}
    decision = np.full(len(adnca), -1, dtype=np.intp)
    for i, (row, at, own) in enumerate(zip(decisions.rows, located, faults, strict=True)):
        findings += [_finding(decisions, row, fault) for fault in own]
        line = broken.get(at.key) or broken.get(at.key[:1])
        if line is not None and not any(map(_is_error, own)):
            findings.append(_finding(decisions, row, Fault("NCA_LZ_VOID", {"old": str(line)})))
        elif line is None and row.action is not None and not own:
            marks[row.action][at.rows] = True
            decision[at.rows] = i
            findings.append(_finding(decisions, row, Fault("NCA_LZ_APPLIED", samples.described(row, at.rows))))
    include, exclude, out = (marks[a] for a in (Action.INCLUDE, Action.EXCLUDE, Action.EXCLUDE_SAMPLE))
    profiles = table.profiles
    left_out = any_in(out[profiles.row] & (profiles.row >= 0), profiles.offsets)
    return Placed(decisions, include, exclude, out, decision, left_out, tuple(findings))


def _is_error(fault: Fault) -> bool:
    return DECISION_RULES[fault.rule].severity is Severity.ERROR


def _broken(
    rows: Sequence[Decision], located: Sequence[Place], faults: Sequence[list[Fault]]
) -> dict[tuple[str, ...], int]:
    """First line that does not hold, by the profile it names (by subject, where it names none)."""
    out: dict[tuple[str, ...], int] = {}
    for row, at, own in zip(rows, located, faults, strict=True):
        if any(map(_is_error, own)):
            out.setdefault(at.key, row.line)
    return out


def _faults(row: Decision, at: Place, samples: Samples) -> list[Fault]:
    """Everything that is wrong with one row."""
    out: list[Fault] = []
    if row.action is None:
        out.append(Fault("NCA_LZ_ACTION", {"old": row.cells["ACTION"]}))
    if row.unsigned:
        out.append(Fault("NCA_LZ_UNSIGNED", {"missing": ", ".join(row.unsigned), "field": row.unsigned[0]}))
    if at.fault is not None:
        return [*out, at.fault]
    here = int(at.rows[0])
    why = samples.unused(here)
    if row.action is Action.INCLUDE:
        if why is not None:
            out.append(Fault("NCA_LZ_UNUSED", {"why": why}))
        elif samples.blq[here]:
            out.append(Fault("NCA_LZ_BLQ", {}))
        elif samples.day[here] <= 0:
            out.append(Fault("NCA_LZ_BEFORE", {}))
    elif why is not None:
        out.append(Fault("NCA_LZ_NO_EFFECT", {"why": why}))
    return out


def _twice(rows: Sequence[Decision], located: Sequence[Place], faults: Sequence[list[Fault]]) -> None:
    """Add a fault to every row whose sample an earlier row decides on."""
    first: dict[int, int] = {}
    for row, at, own in zip(rows, located, faults, strict=True):
        for sample in at.rows[:1].tolist():
            if sample in first:
                own.append(Fault("NCA_LZ_TWICE", {"old": str(first[sample])}))
            first.setdefault(sample, row.line)


def _finding(decisions: Decisions, row: Decision, fault: Fault) -> dict[str, Any]:
    rule = DECISION_RULES[fault.rule]
    return {
        "RULE": rule.id,
        "SEVERITY": rule.severity.value,
        "SCOPE": "row",
        "USUBJID": row.cells["USUBJID"] or None,
        "FILE": decisions.file,
        "ROW": float(row.line),
        "FIELD": fault.details.get("field", _FIELDS.get(rule.id, "AFRLT")),
        "OLD": fault.details.get("old"),
        "NEW": fault.details.get("new"),
        "MESSAGE": rule.message.format_map(fault.details),
        "SUGGESTION": rule.mend or None,
    }


def findings_of_decisions(placed: Placed, table: ProfileTable, result: TrialResult, min_points: int) -> pd.DataFrame:
    """What became of every row of the signed file, in the order of its lines; columns of a finding.

    To what :func:`place` found the analysis adds: points up to Tmax, and profiles left with too few points.
    """
    parameters = result.parameters
    few = parameters.reasons["LAMZ"] == code_of(MoreReasons.FEW_LEFT)
    tmax = parameters.value["TMAX"]
    profiles = table.profiles
    owner = np.repeat(np.arange(len(profiles)), np.diff(profiles.offsets))
    decided = placed.at(profiles.row)
    found = list(placed.findings)
    told: set[int] = set()
    rows = placed.decisions.rows
    for at in np.flatnonzero(decided >= 0).tolist():
        own, row = int(owner[at]), rows[int(decided[at])]
        if row.action is Action.INCLUDE and not profiles.day[at] > tmax[own]:
            found.append(_finding(placed.decisions, row, Fault("NCA_LZ_PEAK", {"tmax": f"{tmax[own]:g}"})))
        if few[own] and own not in told:
            told.add(own)
            found.append(_finding(placed.decisions, row, Fault("NCA_LZ_FEW", {"needed": str(min_points)})))
    frame = pd.DataFrame(found, columns=list(_COLUMNS))
    return frame.sort_values("ROW", kind="stable", ignore_index=True)
