"""Who and what is outside the analysis, why, what that does to which parameters, and who decided it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from cartpk.ingest.rules.decisions import RULES as DECISIONS
from cartpk.report.prose import number, plural
from cartpk.tables.parameters import LABELS
from cartpk.tables.printing import name_text
from cartpk.terms import Severity
from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DECIDED", "Exclusion", "Exclusions", "SignedDecision", "exclusions"]

DECIDED: Final = frozenset({rule.id for rule in DECISIONS if rule.severity is not Severity.ERROR} | {"NCA_LZ_APPLIED"})
"""Rules of signed decisions that were applied."""

_MOST: Final = 200
"""Rows of one table of the page; the listings have all of them."""
_NAMED: Final = 5
"""Parameters named in one cell."""
_AREA: Final = re.compile(r"^AUC0_(\d+)D$")
_PER_DOSE: Final = r"(?:CMAXD|AUCLSTD|AUCDW?\d+D)W?"
"""Codes of the values per dose."""
_FIRST: Final = ("CMAX", "TMAX", "AUC", "LAMZHL", "BASE", "NADIR")
"""Beginnings of the codes that are named before others."""


@dataclass(frozen=True)
class Exclusion:
    """A subject, or records of one subject, outside the analysis.

    Attributes
    ----------
    subject
        Identifier.
    what
        Analysis sets, or assay with the days of its records.
    reason
        Why.
    effect
        What that does to which parameters.
    """

    subject: str
    what: str
    reason: str
    effect: str


@dataclass(frozen=True)
class SignedDecision:
    """A decision that was applied: file and line of the record, and what was decided by whom."""

    where: str
    subject: str
    message: str


@dataclass(frozen=True)
class Exclusions:
    """What is outside, as far as the page shows it; ``beyond``: rows that only the listings have."""

    subjects: tuple[Exclusion, ...]
    subjects_beyond: int
    records: tuple[Exclusion, ...]
    records_beyond: int
    decisions: tuple[SignedDecision, ...]
    sentence: str


def exclusions(data: TrialData) -> Exclusions:
    """Subjects and records outside the analysis, and signed decisions, in the order of subjects."""
    subjects, decisions = list(_subjects(data)), list(_decisions(data.findings))
    records, beyond = _records(data)
    rows = sum(int((table["ANLFL"] != "Y").sum()) for table in (data.adnca, data.adpd))
    whole = len(data.adnca) + len(data.adpd)
    out = int(data.adsl["EXCLRS"].notna().sum())
    said = (
        f"{out} of {plural(len(data.adsl), 'subject')} and {rows} of {plural(whole, 'record')} are outside the "
        "analysis; none of them is deleted."
    )
    return Exclusions(
        tuple(subjects[:_MOST]),
        max(len(subjects) - _MOST, 0),
        records,
        beyond,
        tuple(decisions),
        said,
    )


def _subjects(data: TrialData) -> Iterator[Exclusion]:
    """Subjects outside an analysis set, in the order of the cohorts."""
    counts = len(data.adpd) > 0
    ordered = data.adsl.sort_values(["COHORTN", "USUBJID"], kind="stable")
    delivered = Counter({str(s): n for s, n in data.adnca["USUBJID"].value_counts().items()})
    delivered.update({str(s): n for s, n in data.adpd["USUBJID"].value_counts().items()})
    for row in ordered.to_dict("records"):
        subject, reason = str(row["USUBJID"]), row["EXCLRS"]
        records = delivered[subject]
        if isinstance(reason, str):
            sets = "PK and PD set" if counts else "PK set"
            effect = f"No parameter, no fit; in no n of a table or figure. {plural(records, 'record')} not used."
            yield Exclusion(subject, sets, _sentence(reason), effect)
        elif row["PKFL"] != "Y":
            effect = "No kinetic parameter, no fit; not in the n of the kinetic tables and figures."
            yield Exclusion(subject, "PK set", "No usable result after the infusion.", effect)
        elif counts and row["PDFL"] != "Y":
            effect = "No cell-count parameter; not in the n of the CD7 tables and figures."
            yield Exclusion(subject, "PD set", "No usable cell count.", effect)


def _records(data: TrialData) -> tuple[tuple[Exclusion, ...], int]:
    """Records that are not used, of subjects who are in the analysis: one row per subject, profile and reason.

    The first of them, and the number of the others.
    """
    inside = set(data.adsl.loc[data.adsl["EXCLRS"].isna(), "USUBJID"])
    made: list[Exclusion] = []
    beyond = 0
    again = bool((data.adnca["ATPTREF"] != "INFUSION 1").any())
    for table, code, kinetic in ((data.adnca, "PCTESTCD", True), (data.adpd, "PARAMCD", False)):
        named = "PCTEST" if kinetic else "PARAM"
        profile = ["USUBJID", code, "PCSPEC", *(["ATPTREF"] if kinetic else [])]
        out = table[(table["ANLFL"] != "Y") & table["USUBJID"].isin(inside)]
        groups = out.groupby([*profile, "ANLRS"], sort=True, dropna=False)
        first = list(islice(groups, _MOST - len(made)))
        beyond += groups.ngroups - len(first)
        # of very many subjects few are shown: only their tables are cut up
        subjects = {name[0] for name, _ in first}
        of_these = table[table["USUBJID"].isin(subjects)].groupby(profile, sort=False, dropna=False)
        sizes = {_key(name): rows for name, rows in of_these}
        none = data.adpp[data.adpp["USUBJID"].isin(subjects)]
        parameters = dict(iter(none.groupby(["USUBJID", "PPCAT"], sort=False)))
        for (*name, reason), rows in first:
            whole, own = sizes[_key(name)], parameters.get(tuple(name[:2]), none.iloc[:0])
            what = f"{rows[named].iloc[0]}, {str(rows['PCSPEC'].iloc[0]).lower()}"
            if kinetic and again:
                what += f", {str(rows['ATPTREF'].iloc[0]).lower()}"
            used = int((whole["ANLFL"] == "Y").sum())
            made.append(
                Exclusion(
                    str(name[0]),
                    f"{what}: {_days(rows)}",
                    _sentence(reason if isinstance(reason, str) else "reason not given"),
                    _effect(_of_profile(own, name), used, len(whole), len(rows)),
                )
            )
    return tuple(made), beyond


def _key(name: object) -> tuple[str, ...]:
    return tuple(map(str, name)) if isinstance(name, (tuple, list)) else (str(name),)


def _days(rows: pd.DataFrame) -> str:
    """The records' days, or their number where none has one."""
    days = [number(round(float(day), 2)) for day in rows["AFRLT"].dropna().sort_values()]
    if not days:
        return f"{plural(len(rows), 'record')} without a time"
    shown = ", ".join(days[:_NAMED]) + (" ..." if len(days) > _NAMED else "")
    return f"{plural(len(rows), 'record')}, day {shown}"


def _of_profile(rows: pd.DataFrame, name: Sequence[object]) -> pd.DataFrame:
    """Of the parameter rows of this subject and assay those of its specimen (and infusion)."""
    _, _, specimen, *infusion = name
    rows = rows[rows["PPSPEC"].isna() | (rows["PPSPEC"] == specimen)]
    return rows[rows["ATPTREF"].isna() | (rows["ATPTREF"] == infusion[0])] if infusion else rows


def _effect(parameters: pd.DataFrame, used: int, whole: int, left_out: int) -> str:
    """What became of the parameters of the profile."""
    they = "it" if left_out == 1 else "them"
    if not used:
        return "No record of the profile is used: it has no parameters."
    said = [f"{used} of {whole} records of the profile are used."]
    # a value per dose follows that of its parameter, and lacks for want of a dose, not of a record
    parameters = parameters[~parameters["PARAMCD"].str.fullmatch(_PER_DOSE)]
    spoken = dict(zip(parameters["PARAMCD"], parameters["PARAM"], strict=True)) if "PARAM" in parameters else {}
    has = parameters["AVAL"].notna() | parameters["AVALC"].notna()
    for rows, words in (
        (parameters[has], f"Computed without {they}"),
        (parameters[~has], "Not calculable"),
    ):
        names = list(dict.fromkeys(sorted(rows["PARAMCD"], key=_place)))
        if names:
            called = {_called(name, spoken.get(name)): None for name in names}
            shown = list(called)[:_NAMED]
            more = f" and {len(called) - _NAMED} more" if len(called) > _NAMED else ""
            said.append(f"{words}: {', '.join(shown)}{more}.")
    return " ".join(said)


def _called(code: str, name: object) -> str:
    """A parameter as the tables call it; one that they do not show by its own name."""
    if code in LABELS or _AREA.match(code):
        return LABELS.get(code, _AREA.sub(r"AUC0-\1d", code))
    return name_text(name).replace(", ", ": ") if isinstance(name, str) else code


def _place(code: str) -> tuple[int, str]:
    """Cmax, Tmax, areas, half-life, other parameters that the tables print, then the rest by name."""
    known = code in LABELS or _AREA.match(code) is not None
    place = next((i for i, start in enumerate(_FIRST) if code.startswith(start)), len(_FIRST))
    return (place if known else len(_FIRST) + 1), code


def _decisions(findings: pd.DataFrame) -> Iterator[SignedDecision]:
    applied: list[dict[Any, Any]] = findings[findings["RULE"].isin(DECIDED)].to_dict("records")
    for row in applied:
        file, line, subject = row["FILE"], row["ROW"], row["USUBJID"]
        place = [file.rsplit("/", 1)[-1]] if isinstance(file, str) else []
        place += [] if math.isnan(line) else [f"line {line:.0f}"]
        yield SignedDecision(", ".join(place) or "-", subject if isinstance(subject, str) else "", str(row["MESSAGE"]))


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
