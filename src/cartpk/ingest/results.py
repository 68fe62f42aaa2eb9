"""Results: what each sample's cell says, which limit it has, whether it may be used."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from cartpk.config.data import Intake
from cartpk.ingest.assays import Assay
from cartpk.ingest.cells import CellReader, Kind
from cartpk.ingest.findings import Findings
from cartpk.ingest.rules import RULES
from cartpk.ingest.text import key, looked_up, numbers, same, truths
from cartpk.terms import BlqClass

__all__ = ["exclude", "with_cells", "with_results"]

_YES: Final = frozenset({"1", "1.0", "y", "yes", "true", "t", "blq"})
_ROUNDING: Final = 0.005
"""Largest relative difference between a rounded text and its number."""
_NO: Final = frozenset({"0", "0.0", "n", "no", "false", "f"})


def exclude(rows: pd.DataFrame, these: pd.Series[bool], rule_id: str) -> pd.DataFrame:
    """The rows with the reason of this rule on those that have no reason yet."""
    rule = RULES[rule_id]
    reason = rows["ANLRS"].mask(these & rows["ANLRS"].isna(), f"{rule.reason} ({rule.id})")
    return rows.assign(ANLRS=reason)


def with_cells(rows: pd.DataFrame, intake: Intake) -> pd.DataFrame:
    """The rows with what their result cell says: ``KIND``, ``CELLRULE``, ``PERCENT``, in the unit as delivered.

    ``NUMBER`` is the number, ``TOKEN`` the limit of ``<50``, ``MARK`` the BLQ mark. ``ANSWERED`` is false where there
    is no result: nothing in the cell, nothing in the BLQ mark, or not done.
    """
    cells = CellReader(intake).column(rows["VALUE"])
    number = pd.Series(cells.value, index=rows.index)
    frame = rows.assign(KIND=cells.kind, CELLRULE=cells.rule, PERCENT=cells.percent)
    limit = frame["KIND"] == Kind.BLQ.name
    mark = numbers(rows["BLQ"], _mark)
    answered = ((frame["KIND"] != Kind.MISSING.name) | (mark == 1)) & ~rows["NOTDONE"]
    return frame.assign(NUMBER=number.mask(limit), TOKEN=number.where(limit), MARK=mark, ANSWERED=answered)


def _mark(text: str) -> float:
    """A BLQ mark: 1 yes, 0 no, NaN nothing, -1 not readable."""
    word = key(text)
    if word == "":
        return math.nan
    return 1.0 if word in _YES else 0.0 if word in _NO else -1.0


def with_results(rows: pd.DataFrame, assays: tuple[Assay, ...], intake: Intake, findings: Findings) -> pd.DataFrame:
    """The rows with ``AVAL``, ``ALLOQ``, ``BLQFL``, ``BLQCLASS``; ``ANLRS`` where the cell cannot be used.

    ``rows`` comes from :func:`with_cells` and :func:`cartpk.ingest.units.with_units`. A BLQ has
    no AVAL; it is listed by its limit.
    """
    rows = _with_limits(rows, assays, intake, findings)
    rows = rows.assign(NUMBER=rows["NUMBER"] * rows["FACTOR"], TOKEN=rows["TOKEN"] * rows["FACTOR"])
    rows = _refused(rows, findings)
    rows = _contradicted(rows, intake, findings)
    rows = _with_flags(rows, findings)
    rows = _with_token_limits(rows, intake, findings)
    rows = _below_limit(rows, intake, findings)
    rows = _missing(rows, findings)
    _list_notes(rows, findings)
    _check_limits_known(rows, findings)
    return _finished(rows)


def _with_limits(rows: pd.DataFrame, assays: tuple[Assay, ...], intake: Intake, findings: Findings) -> pd.DataFrame:
    """The rows with ``ALLOQ``: the row's own limit in the assay's unit, else the limit of the config."""
    number, rule = CellReader(intake).numbers(rows["LLOQ"])
    own = number.where((number > 0) & np.isfinite(number * rows["FACTOR"]))
    wrong = own.isna() & (rule != "CP-011")
    of_code = {a.code: a for a in assays}
    default = numbers(rows["CODE"], lambda c: of_code[c].lloq)
    bad = rows[wrong & rows["ANLRS"].isna()]
    findings.add_rows("CP-051", bad, field="LLOQ", old=bad["LLOQ"], new=default[bad.index])
    kinetic = truths(rows["CODE"], lambda c: of_code[c].kinetic)
    return rows.assign(ALLOQ=(own * rows["FACTOR"]).fillna(default), KINETIC=kinetic)


def _refused(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with the cells that cannot be read excluded, each under the rule that says why."""
    refused = rows["KIND"] == Kind.REFUSED.name
    rule = rows["CELLRULE"].where(refused, "")
    in_percent = same(rows["AVALU"], "%")
    rule = rule.mask((rule == "BI-011") & in_percent, "BI-027")
    rule = rule.mask(~refused & rows["PERCENT"] & ~in_percent, "BI-016")
    rule = rule.mask(~refused & in_percent & (rows["NUMBER"] > 100), "BI-027")
    answered = rows["KIND"] != Kind.MISSING.name
    # a bound that bounds nothing, or in a count: only a profile knows what to do with it
    above = rows["KIND"] == Kind.ABOVE.name
    rule = rule.mask(above & (~rows["KINETIC"].astype(bool) | (rows["NUMBER"] < rows["ALLOQ"])), "BI-010")
    rule = rule.mask(rows["NOTDONE"] & answered, "CP-052")
    return _apply(rows, rule.where(rows["ANLRS"].isna(), ""), findings)


def _contradicted(rows: pd.DataFrame, intake: Intake, findings: Findings) -> pd.DataFrame:
    """The rows with those excluded whose standardised text and number are two numbers (CP-058)."""
    beside, _ = CellReader(intake).numbers(rows["VALUEN"])
    beside *= rows["FACTOR"]
    number = rows["NUMBER"].where((rows["KIND"] == Kind.NUMBER.name) & rows["ANLRS"].isna() & beside.notna())
    # a text of three digits beside the full number is no contradiction
    these = number.notna() & ((number - beside).abs() > _ROUNDING * beside.abs())
    here = rows[these]
    findings.add_rows("CP-058", here, field="VALUE", old=here["VALUE"], number=here["VALUEN"])
    return exclude(rows, these, "CP-058")


def _apply(rows: pd.DataFrame, rule: pd.Series[str], findings: Findings) -> pd.DataFrame:
    """Exclude every row that names a rule, and list it: per row, or per file where the rule's scope is the file."""
    for rule_id in sorted(set(rule.unique()) - {""}):
        these = rule == rule_id
        here = rows[these]
        if RULES[rule_id].scope == "file":
            examples = ", ".join(f"“{t}”" for t in here["VALUE"].drop_duplicates()[:5])
            findings.add_files(rule_id, here, field="VALUE", old=examples)
        else:
            findings.add_rows(rule_id, here, field="VALUE", old=here["VALUE"], unit=here["AVALU"])
        rows = exclude(rows, these, rule_id)
    return rows


def _with_flags(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with ``KIND`` changed to BLQ where the flag column says so and the result does not contradict it."""
    yes, no = rows["MARK"] == 1, rows["MARK"] == 0
    used = rows["ANLRS"].isna()
    above = yes & (rows["KIND"] == Kind.NUMBER.name) & (rows["NUMBER"] > rows["ALLOQ"])
    for rule_id, these in (("CP-053", used & (rows["MARK"] < 0)), ("CP-054", used & above)):
        here = rows[these]
        findings.add_rows(rule_id, here, field="BLQ", old=here["BLQ"], value=here["VALUE"], limit=here["ALLOQ"])
        rows = exclude(rows, these, rule_id)
    censored = rows["KIND"].isin([Kind.BLQ.name, Kind.NOT_DETECTED.name])
    contradicted = rows[used & no & censored]
    findings.add_rows(
        "CP-055", contradicted, field="BLQ", old=contradicted["BLQ"], new="Y", value=contradicted["VALUE"]
    )
    silent = rows["KIND"].isin([Kind.NUMBER.name, Kind.MISSING.name])
    return rows.assign(KIND=rows["KIND"].mask(yes & silent & rows["ANLRS"].isna(), Kind.BLQ.name))


def _with_token_limits(rows: pd.DataFrame, intake: Intake, findings: Findings) -> pd.DataFrame:
    """The rows with the number of ``<50`` weighed against their limit: the larger one counts (BI-002)."""
    token = rows["TOKEN"]
    used = rows["ANLRS"].isna() & token.notna()
    limit = rows["ALLOQ"]
    if intake.lloq_from_token:
        from_token = rows[used & limit.isna()]
        findings.add_rows("CP-056", from_token, field="LLOQ", old=from_token["VALUE"], new=token[from_token.index])
        limit = limit.mask(used, limit.fillna(token))
    conflict = rows[used & limit.notna() & ~np.isclose(token, limit, rtol=1e-9, atol=0.0)]
    larger = token.where(token > limit, limit)
    findings.add_rows(
        "BI-002", conflict, field="LLOQ", old=conflict["VALUE"], new=larger[conflict.index], limit=limit[conflict.index]
    )
    return rows.assign(ALLOQ=limit.mask(used & limit.notna(), larger))


def _below_limit(rows: pd.DataFrame, intake: Intake, findings: Findings) -> pd.DataFrame:
    """The rows with numbers under their limit as BLQ: zeros (BI-007) and unflagged ones (BI-009)."""
    number = (rows["KIND"] == Kind.NUMBER.name) & rows["ANLRS"].isna()
    zero = number & (rows["NUMBER"] == 0)
    nothing = rows[zero & rows["ALLOQ"].isna() & rows["KINETIC"]]
    findings.add_rows("CP-057", nothing, field="VALUE", old=nothing["VALUE"], assay=nothing["CODE"])
    rows = exclude(rows, zero & rows["ALLOQ"].isna() & rows["KINETIC"], "CP-057")
    recoded = rows[zero & rows["ALLOQ"].notna()]
    findings.add_rows("BI-007", recoded, field="VALUE", old=recoded["VALUE"], new="BLQ", limit=recoded["ALLOQ"])
    below = number & ~zero & (rows["NUMBER"] < rows["ALLOQ"])
    here = rows[below]
    new = "BLQ" if intake.below_lloq == "blq" else None
    findings.add_rows(
        "BI-009", here, field="VALUE", old=here["VALUE"], new=new, limit=here["ALLOQ"], unit=here["AVALU"]
    )
    to_blq = zero & rows["ALLOQ"].notna()
    if intake.below_lloq == "blq":
        to_blq |= below
    return rows.assign(KIND=rows["KIND"].mask(to_blq, Kind.BLQ.name))


def _missing(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with those that have no result excluded (BI-006)."""
    these = rows["ANLRS"].isna() & ((rows["KIND"] == Kind.MISSING.name) | rows["NOTDONE"])
    here = rows[these]
    cell = here["AVALC"].map(lambda text: f"“{text}”" if isinstance(text, str) and text else "the cell is empty")
    findings.add_rows("BI-006", here, field="VALUE", old=here["AVALC"], cell=cell)
    return exclude(rows, these, "BI-006")


def _list_notes(rows: pd.DataFrame, findings: Findings) -> None:
    """List the accepted cells that an auditor may want to see."""
    used = rows["ANLRS"].isna() & (rows["CELLRULE"] != "")
    for rule_id, here in rows[used].groupby("CELLRULE", sort=True):
        if RULES[str(rule_id)].scope == "row":
            findings.add_rows(str(rule_id), here, field="VALUE", old=here["VALUE"], new=here["NUMBER"])
        else:
            findings.add_files(str(rule_id), here, field="VALUE", old=str(here["VALUE"].iloc[0]))


def _check_limits_known(rows: pd.DataFrame, findings: Findings) -> None:
    """A BLQ without any limit can neither be plotted nor modelled: the trial stops, by assay (BI-004)."""
    censored = rows["KIND"].isin([Kind.BLQ.name, Kind.NOT_DETECTED.name])
    for code, here in rows[rows["ANLRS"].isna() & censored & rows["ALLOQ"].isna()].groupby("CODE", sort=False):
        findings.add_files("BI-004", here, field="LLOQ", old=str(here["VALUE"].iloc[0]), assay=str(code))


def _finished(rows: pd.DataFrame) -> pd.DataFrame:
    kind = rows["KIND"]
    classes: dict[str, str] = {
        Kind.NUMBER.name: BlqClass.QUANTIFIABLE.value,
        Kind.BLQ.name: BlqClass.NOT_QUANTIFIABLE.value,
        Kind.NOT_DETECTED.name: BlqClass.NOT_DETECTED.value,
        Kind.ABOVE.name: BlqClass.ABOVE.value,
    }
    readable = kind.where(~rows["NOTDONE"])
    censored = readable.isin([Kind.BLQ.name, Kind.NOT_DETECTED.name])
    empty: Any = np.nan
    return rows.assign(
        AVAL=rows["NUMBER"].where(readable.isin([Kind.NUMBER.name, Kind.ABOVE.name]), empty),
        BLQFL=np.where(censored, "Y", "N"),
        # a row that is declared to be no measurement has no class, whatever its cell holds
        BLQCLASS=looked_up(readable.astype("str").where(rows["EXCLFIELD"].isna()), classes),
    )
