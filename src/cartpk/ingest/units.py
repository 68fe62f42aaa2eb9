"""Units: the unit each row is in, and the factor that brings it to the unit of its assay."""

from __future__ import annotations

import pandas as pd

from cartpk.config.data import Intake
from cartpk.ingest.assays import Assay
from cartpk.ingest.findings import Findings
from cartpk.ingest.spellings import NEEDS_DNA_MASS, PER_UL, canonical_unit
from cartpk.ingest.text import factored, key, looked_up, plain, same, texts, texts_together, truths

__all__ = ["with_units"]


def with_units(rows: pd.DataFrame, assays: tuple[Assay, ...], intake: Intake, findings: Findings) -> pd.DataFrame:
    """The rows with ``AVALU`` and ``FACTOR`` (delivered number times factor = number in ``AVALU``).

    ``rows`` comes from :func:`cartpk.ingest.results.with_cells`. Every spelling that is changed is
    one finding per file; a unit that cannot be brought to the assay's own stops the trial (BI-021, BI-022, BI-024).
    The unit of an assay that declares none is that of its first row.
    """
    declared = {plain(old): new for old, new in intake.units.items()}
    unit = _read(rows["UNIT"], declared)
    _list_spellings(rows, "UNIT", unit, declared, findings)
    used = rows["ANLRS"].isna() & rows["ANSWERED"]
    bare_unit = same(unit, "")
    given_here = used & ~bare_unit
    first = rows["CODE"][given_here].drop_duplicates()
    of_data = dict(zip(first, unit[first.index], strict=True))
    own = looked_up(rows["CODE"], {a.code: a.unit or of_data.get(a.code, "") for a in assays})
    bare = rows.loc[used & bare_unit, ["CODE", "SRCFILE", "SRCROW"]]
    for code, here in bare.groupby("CODE", sort=False):
        given = next((a.unit for a in assays if a.code == code), "")
        findings.add_files("CP-040" if given else "BI-022", here, field="UNIT", new=given or None, assay=code)
    factor = pd.Series(1.0, index=rows.index)
    differs = texts_together([unit, own], lambda delivered, wanted: "" if delivered == wanted else delivered)
    other = used & truths(differs, bool)
    for (source, wanted), these in rows.loc[other, ["SRCFILE", "SRCROW"]].groupby(
        [unit[other], own[other]], sort=False
    ):
        if source in PER_UL and wanted in PER_UL:
            factor.loc[these.index] = PER_UL[source] / PER_UL[wanted]
            findings.add_files("CP-042", these, field="UNIT", old=source, new=wanted, factor=factor[these.index[0]])
        else:
            rule = "BI-024" if NEEDS_DNA_MASS.fullmatch(key(str(source))) else "BI-021"
            findings.add_files(rule, these, field="UNIT", old=source, allowed=wanted)
    if truths(rows["LLOQU"], bool).any():
        _check_limit_units(rows.loc[used, ["LLOQU", "SRCFILE", "SRCROW"]], unit, declared, findings)
    read = texts_together([own, unit], lambda wanted, delivered: wanted or delivered or "not stated")
    return rows.assign(AVALU=read, FACTOR=factor)


def _read(column: pd.Series[str], declared: dict[str, str]) -> pd.Series[str]:
    return texts(column, lambda u: canonical_unit(declared.get(plain(u), u)))


def _list_spellings(
    rows: pd.DataFrame, column: str, read: pd.Series[str], declared: dict[str, str], findings: Findings
) -> None:
    """One finding per file and spelling that is not the unit's own."""
    codes, spellings = factored(rows[column])
    for code, spelling in enumerate(spellings):
        here = codes == code
        new = str(read.iloc[int(here.argmax())])
        if new not in {"", spelling}:
            rule = "CP-041" if plain(spelling) in declared else "BI-023"
            findings.add_files(rule, rows.loc[here, ["SRCFILE", "SRCROW"]], field="UNIT", old=spelling, new=new)


def _check_limit_units(rows: pd.DataFrame, unit: pd.Series[str], declared: dict[str, str], findings: Findings) -> None:
    """List limits that stand in another unit than their result (BI-025)."""
    limit = _read(rows["LLOQU"], declared)
    if not limit.to_numpy(dtype=object).any():
        return
    differs = (limit != "") & (unit[rows.index] != "") & (limit != unit[rows.index])
    for (old, allowed), here in rows[differs].groupby([limit[differs], unit[rows.index][differs]], sort=False):
        findings.add_files("BI-025", here, field="LLOQ", old=old, allowed=allowed)
