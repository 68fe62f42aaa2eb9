"""The clinical intake in two steps: what the files say, then what needs the subjects' doses and cohorts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.config.clinical_data import VOCABULARIES
from cartpk.ingest.cells import CellReader
from cartpk.ingest.clinical.adverse_events import adverse_events, with_dlt
from cartpk.ingest.clinical.antibodies import antibodies
from cartpk.ingest.clinical.events import events, subjects_with_events, with_last_contact
from cartpk.ingest.clinical.laboratory import laboratory
from cartpk.ingest.clinical.points import measured
from cartpk.ingest.clinical.reading import nothing, read_clinical_table
from cartpk.ingest.clinical.responses import responses
from cartpk.ingest.clinical.therapies import therapies
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.delivery import SUBJECT, Delivery, stacked, typed
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import looked_up, mapped, truths
from cartpk.ingest.times import read_stamp
from cartpk.schemas import clinical as schemas
from cartpk.schemas.clinical_data import ClinicalData

__all__ = ["Draft", "read_clinical"]

_TABLE_OF: Final = {
    "responses": "adrs",
    "adverse_events": "adae",
    "antibodies": "adis",
    "medications": "adcm",
    "procedures": "adcm",
    "disposition": "adevent",
    "criss": "adcriss",
    "tumour_cd7": "adcd7",
    "laboratory": "adlb",
}
"""Setting of ``data.clinical`` -> the table its rows come to."""


@dataclass(frozen=True, eq=False)
class Draft:
    """What the clinical files say, before doses and cohorts are known.

    Attributes
    ----------
    delivery
        The delivery with the subjects that only clinical files name, and with each subject's first HSCT or death.
    rows
        Table -> rows, not yet typed.
    counts
        Setting of ``data.clinical`` -> rows that came in.
    """

    delivery: Delivery
    rows: dict[str, pd.DataFrame]
    counts: dict[str, int]

    def tables(
        self, subjects: pd.DataFrame, adsl: pd.DataFrame, config: TrialConfig, findings: Findings
    ) -> ClinicalData:
        """The typed tables.

        Parameters
        ----------
        subjects
            Subjects with the reason (``EXCLRS``) of those that are outside every analysis.
        adsl
            The same with ``COHORT``, ``COHORTN`` and ``NINF``.
        """
        dead = set(self.rows["adevent"].query("EVENT == 'DEATH'")["USUBJID"])
        rows = dict(self.rows)
        if len(rows["adae"]):
            rows["adae"] = with_dlt(rows["adae"], adsl, dead, config, findings)
        out = subjects[subjects["EXCLRS"].notna()]
        reason = dict(zip(out["USUBJID"], out["EXCLRS"], strict=True))
        cohort = dict(zip(adsl["USUBJID"], adsl["COHORT"], strict=True))
        done = {name: _closed(name, frame, reason, cohort, config.trial.id) for name, frame in rows.items()}
        return ClinicalData(**done, delivered=self._delivered(done, config))

    def _delivered(self, done: dict[str, pd.DataFrame], config: TrialConfig) -> pd.DataFrame:
        files = {name: table.files for name, table in config.data.clinical.tables()}
        used = {}
        for name in VOCABULARIES:
            table = done[_TABLE_OF[name]]
            mine = table[table["SRCFILE"].isin(files[name]) & (table["ANLFL"] == "Y")]
            used[name] = len(mine)
        return typed(
            pd.DataFrame(
                {
                    "TABLE": [_TABLE_OF[name] for name in VOCABULARIES],
                    "DATA": list(VOCABULARIES),
                    "DELIVERED": ["Y" if files[name] else "N" for name in VOCABULARIES],
                    "NFILES": [float(len(files[name])) for name in VOCABULARIES],
                    "NROWS": [float(self.counts[name]) for name in VOCABULARIES],
                    "NUSED": [float(used[name]) for name in VOCABULARIES],
                }
            ),
            schemas.DELIVERED,
        )


def read_clinical(
    delivery: Delivery, config: TrialConfig, root: Path, findings: Findings, corrections: Corrections
) -> Draft:
    """What the clinical files of the trial say; bad cells are findings, nothing is raised.

    Parameters
    ----------
    delivery
        Subjects, infusions and samples of the trial: time zero, and the events that its own tables name.
    config
        The trial; ``data.clinical`` names the files.
    root
        Folder that the paths of the config start from.
    corrections
        Signed decisions on the cells and records of these files.
    """
    start = delivery.subjects["TRTSDTM"]
    begun = delivery.subjects["USUBJID"][truths(start, bool)]
    zero = dict(zip(begun.tolist(), mapped(start[begun.index], read_stamp), strict=True))
    raw = {name: read_clinical_table(name, config, root, zero, findings, corrections) for name in VOCABULARIES}
    delivery = _with_subjects(delivery, raw, config, findings)
    reader = CellReader(config.intake)
    given = {name: frame for name, frame in raw.items() if len(frame)}
    rows = {name: nothing(schemas.CLINICAL[name]) for name in dict.fromkeys(_TABLE_OF.values())}
    if "adverse_events" in given:
        rows["adae"] = adverse_events(given["adverse_events"], config, findings)
    if "antibodies" in given:
        rows["adis"] = antibodies(given["antibodies"], config, findings)
    both = [n for n in ("medications", "procedures") if n in given]
    if both:
        parts = [therapies(given[n], VOCABULARIES[n].domain, config, findings) for n in both]
        rows["adcm"] = pd.concat(parts, ignore_index=True)
    if "criss" in given:
        by = ["USUBJID", "PARAMCD"]
        rows["adcriss"] = measured(given["criss"], config.clinical.criss, by, reader, findings)
    if "tumour_cd7" in given:
        rows["adcd7"] = _tumour_cd7(given["tumour_cd7"], config, reader, findings)
    if "laboratory" in given:
        rows["adlb"] = laboratory(given["laboratory"], config, findings)
    found = events(delivery.subjects, raw["disposition"], rows["adae"], rows["adcm"], config, findings)
    if "responses" in given:
        rows["adrs"] = responses(given["responses"], found, config, findings)
    if any(table.files for _, table in config.data.clinical.tables()):
        found = with_last_contact(found, _latest(delivery, {**rows, "adevent": found}), findings)
    rows["adevent"] = found
    with_ends = replace(delivery, subjects=subjects_with_events(delivery.subjects, found))
    return Draft(with_ends, rows, {name: len(frame) for name, frame in raw.items()})


def _tumour_cd7(frame: pd.DataFrame, config: TrialConfig, reader: CellReader, findings: Findings) -> pd.DataFrame:
    named = frame.assign(PCMETHOD=frame["method"], PCSPEC=frame["specimen"])
    by = ["USUBJID", "PARAMCD", "PCMETHOD", "PCSPEC"]
    return measured(named, config.clinical.tumour_cd7, by, reader, findings)


def _with_subjects(
    delivery: Delivery, raw: dict[str, pd.DataFrame], config: TrialConfig, findings: Findings
) -> Delivery:
    """The delivery with the subjects that only clinical files name; they are listed and outside the analysis."""
    known = set(delivery.subjects["USUBJID"])
    ids = pd.concat([frame["USUBJID"] for frame in raw.values()])
    unknown = [s for s in dict.fromkeys(ids) if s not in known]
    if not unknown:
        return delivery
    sdtm = config.data.layout == "sdtm"
    for subject in unknown:
        files = [f for frame in raw.values() for f in frame.loc[frame["USUBJID"] == subject, "SRCFILE"].unique()]
        findings.add("BI-050" if sdtm else "CP-100", subject=subject, file=files[0], old=subject)
    reason = "not in DM (BI-050)" if sdtm else "no infusion and no sample on record (CP-100)"
    new = pd.DataFrame({"USUBJID": unknown, "EXCLRS": reason})
    subjects = stacked([delivery.subjects, new], SUBJECT)
    return replace(delivery, subjects=subjects)


def _latest(delivery: Delivery, rows: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Latest day of any record of each infused subject; a death is one, so is the end of an event."""
    days = [delivery.samples[["USUBJID", "AFRLT"]].set_axis(["USUBJID", "DAY"], axis=1)]
    for frame in rows.values():
        given = [c for c in ("AFRLT", "ASTDY", "AENDY", "ADY") if c in frame]
        days += [frame[["USUBJID", c]].set_axis(["USUBJID", "DAY"], axis=1) for c in given]
    table = pd.concat([d for d in days if len(d)] or [days[0]], ignore_index=True)
    infused = set(delivery.infusions["USUBJID"])
    latest = table[table["USUBJID"].isin(infused)].groupby("USUBJID")["DAY"].max()
    return {str(s): float(d) for s, d in latest.items()}


def _closed(name: str, frame: pd.DataFrame, reason: dict[str, str], cohort: dict[str, str], study: str) -> pd.DataFrame:
    """The rows with what their subject says of them, typed and in the order in which a person reads them."""
    if frame.empty:
        return nothing(schemas.CLINICAL[name])
    excluded = looked_up(frame["USUBJID"], reason)
    why = frame["ANLRS"].astype("str").fillna(excluded)
    full = frame.assign(
        STUDYID=study,
        COHORT=looked_up(frame["USUBJID"], cohort),
        ANLRS=why,
        ANLFL=np.where(why.isna(), "Y", "N"),
    )
    # what begins on one day is ordered by what it is, not by its place in the file: other rows first, the same table
    named = ("PARAMCD", "EVENT", "AFRLT", "ASTDY", "ADY", "SITE", "AETERM", "CMTRT", "AENDY", "AVALC")
    order = ["USUBJID", *[c for c in named if c in full], "SRCFILE", "SRCROW"]
    ordered = full.sort_values(order, kind="stable", na_position="last")
    return typed(ordered, schemas.CLINICAL[name])
