"""DM and VS: who the subjects are, who of them cannot be placed in time."""

from __future__ import annotations

import math

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clock import Clock
from cartpk.ingest.findings import Findings
from cartpk.ingest.subjects import first_known, known_numbers
from cartpk.ingest.text import key, looked_up, mapped
from cartpk.ingest.times import Stamp, days_between

__all__ = ["read_subjects"]


def read_subjects(
    frames: dict[str, pd.DataFrame],
    samples: pd.DataFrame,
    infusions: pd.DataFrame,
    zero: dict[str, Stamp],
    config: TrialConfig,
    clock: Clock,
    findings: Findings,
) -> pd.DataFrame:
    """One row per subject of any domain (columns of ``SUBJECT``).

    A subject that DM does not know (BI-050), or that has samples and no infusion (BI-031), is listed and excluded;
    a subject with neither was not treated (CP-037).
    """
    dm, ex = frames["dm"], frames["ex"]
    ids = pd.concat([dm["USUBJID"], ex["USUBJID"], samples["USUBJID"]]).drop_duplicates()
    subjects = pd.DataFrame({"USUBJID": ids.reset_index(drop=True)})
    reader = CellReader(config.intake)

    def of_dm(column: str | None) -> pd.Series[str]:
        if column is None or column not in dm:
            return pd.Series("", index=subjects.index, dtype="str")
        return looked_up(subjects["USUBJID"], first_known(dm, column, findings, "CP-031")).fillna("")

    age = known_numbers(subjects["USUBJID"], of_dm("AGE"), "AGE", reader, findings)
    died_on = of_dm("DTHDTC")
    death = mapped(died_on, clock.read)
    unread = pd.Series([at.at is None and at.rule != "CP-011" for at in death], index=died_on.index, dtype="bool")
    for subject, text in zip(subjects["USUBJID"][unread], died_on[unread], strict=True):
        findings.add("CP-039", subject=str(subject), field="DTHDTC", old=text)
    if "DTHDTC" in dm:
        clock.list_serials(dm, mapped(dm["DTHDTC"], clock.read), "DTHDTC", findings)
    nothing = Stamp()
    died = [days_between(zero.get(s, nothing), at) for s, at in zip(subjects["USUBJID"].tolist(), death, strict=True)]
    subjects = subjects.assign(
        WEIGHT=subjects["USUBJID"].map(_weights(frames["vs"], reader, findings)).astype("float64"),
        TRTSDTM=looked_up(subjects["USUBJID"], _starts(frames["ex"], infusions)),
        EVENTDY=died,
        EVENTTXT=["death" if math.isfinite(d) else "" for d in died],
        AGE=age,
        SEX=of_dm("SEX"),
        **{name: of_dm(grouping.column) for name, grouping in config.groupings.items()},
    )
    conflicts = _cohort_conflicts(dm, ex, config.data.columns.cohort, findings)
    reasons = _reasons(subjects["USUBJID"], dm, samples, infusions, findings)
    reasons = [r or conflicts.get(s) for s, r in zip(subjects["USUBJID"].tolist(), reasons, strict=True)]
    return subjects.assign(EXCLRS=pd.Series(reasons, index=subjects.index, dtype="str"))


def _starts(ex: pd.DataFrame, infusions: pd.DataFrame) -> dict[str, str]:
    """Start of the first infusion as EX has it, by subject."""
    first = infusions.drop_duplicates("USUBJID")
    where = [ex[name].tolist() if name in ex else [] for name in ("SRCFILE", "SRCROW", "EXSTDTC")]
    text = {(file, row): start for file, row, start in zip(*where, strict=True)}
    rows = zip(*(first[name].tolist() for name in ("USUBJID", "SRCFILE", "SRCROW")), strict=True)
    return {subject: text[file, row] for subject, file, row in rows}


def _cohort_conflicts(dm: pd.DataFrame, ex: pd.DataFrame, column: str | None, findings: Findings) -> dict[str, str]:
    """Why subjects whose cohort in EX is not that of DM are outside the analysis (BI-060)."""
    if column is None or column not in dm or column not in ex:
        return {}
    planned = first_known(dm, column, findings, "CP-031")
    given = ex[["USUBJID", "SRCFILE", "SRCROW"]].assign(OLD=ex[column], NEW=looked_up(ex["USUBJID"], planned))
    texts = [pd.Series(mapped(given[name], key), index=given.index, dtype="str") for name in ("OLD", "NEW")]
    wrong = given[(texts[0] != texts[1]) & (texts[0] != "") & (texts[1] != "")]
    findings.add_rows("BI-060", wrong, field=column, old=wrong["OLD"], new=wrong["NEW"])
    return dict.fromkeys(wrong["USUBJID"], "cohort of EX other than of DM (BI-060)")


def _weights(vs: pd.DataFrame, reader: CellReader, findings: Findings) -> dict[str, float]:
    """First body weight of each subject, kg; another unit is listed and not used."""
    if vs.empty or "VSTESTCD" not in vs:
        return {}
    rows = vs[pd.Series([w == "weight" for w in mapped(vs["VSTESTCD"], key)], index=vs.index, dtype="bool")]
    value = next((c for c in ("VSSTRESN", "VSSTRESC", "VSORRES") if c in rows), None)
    unit = next((c for c in ("VSSTRESU", "VSORRESU") if c in rows), None)
    if value is None:
        return {}
    if unit is not None:
        other = rows[~pd.Series(mapped(rows[unit], key), index=rows.index, dtype="str").isin(["kg", ""])]
        findings.add_rows("CP-038", other, field=unit, old=other[unit])
        rows = rows.drop(index=other.index)
    kg, _ = reader.numbers(rows[value])
    wrong = rows[~(kg > 0)]
    findings.add_rows("CP-039", wrong, field=value, old=wrong[value])
    good = rows.assign(_KG=kg)[kg > 0].drop_duplicates("USUBJID")
    return {str(s): float(w) for s, w in zip(good["USUBJID"], good["_KG"], strict=True)}


def _reasons(
    ids: pd.Series[str], dm: pd.DataFrame, samples: pd.DataFrame, infusions: pd.DataFrame, findings: Findings
) -> list[str | None]:
    """Why each subject is outside the analysis; None = it is in."""
    known, sampled, infused = (set(f["USUBJID"].unique()) for f in (dm, samples, infusions))
    reasons: list[str | None] = []
    for subject in ids.tolist():
        reason = None
        if not dm.empty and subject not in known:
            findings.add("BI-050", subject=subject, old=subject)
            reason = "not in DM (BI-050)"
        elif subject not in infused and subject in sampled:
            findings.add("BI-031", subject=subject, field="EXSTDTC")
            reason = "no infusion on record: no time axis (BI-031)"
        elif subject not in infused:
            findings.add("CP-037", subject=subject)
            reason = "not infused (CP-037)"
        reasons.append(reason)
    return reasons
