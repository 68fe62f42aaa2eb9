"""From a trial's raw files to its typed tables: the one path that both ways in end in."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.ingest.adam import read_adam
from cartpk.ingest.adsl import build_adsl, with_events, with_sets
from cartpk.ingest.assays import assays_of, with_assays
from cartpk.ingest.clinical import read_clinical
from cartpk.ingest.corrections import Corrections
from cartpk.ingest.counts import list_count_doubts, without_baseless
from cartpk.ingest.delivery import Delivery, typed
from cartpk.ingest.duplicates import without_duplicates
from cartpk.ingest.findings import Findings
from cartpk.ingest.placement import profile_starts, with_places, without_excluded_subjects
from cartpk.ingest.plausibility import list_doubts
from cartpk.ingest.results import with_cells, with_results
from cartpk.ingest.sdtm import read_sdtm
from cartpk.ingest.text import constant, looked_up, ranked, truths
from cartpk.ingest.tidy import read_tidy
from cartpk.ingest.units import with_units
from cartpk.schemas import ADNCA, ADPD
from cartpk.schemas.clinical_data import ClinicalData

__all__ = ["LAYOUTS", "Intake", "read_trial"]

LAYOUTS: Final[dict[str, Callable[[TrialConfig, Path, Findings, Corrections], Delivery]]] = {
    "tidy": read_tidy,
    "sdtm": read_sdtm,
    "adam": read_adam,
}
"""Name of a way in -> function that reads it."""
_KEPT: Final = {"CODE", *ADNCA.columns, *ADPD.columns}
"""Columns of the rows that come to the tables."""


@dataclass(frozen=True, eq=False)
class Intake:
    """A trial as it came in.

    Attributes
    ----------
    adsl, adnca, adpd, findings
        Tables that hold to the schemas of the same names in :mod:`cartpk.schemas`.
    stops
        Whether an error of the whole trial was found: nothing may be computed from these tables then.
    clinical
        Responses, adverse events, antibodies, therapies, events (:mod:`cartpk.schemas.clinical`).
    """

    adsl: pd.DataFrame
    adnca: pd.DataFrame
    adpd: pd.DataFrame
    findings: pd.DataFrame
    stops: bool
    clinical: ClinicalData


@contextmanager
def _without_collection() -> Iterator[None]:
    """The collector of cycles rests: what is read holds none, and it would look through all of it again and again."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@_without_collection()
def read_trial(config: TrialConfig, root: Path) -> Intake:
    """A trial's raw files as typed tables, with one finding for every exclusion, imputation, conversion and doubt.

    Every subject that any file names is in ``adsl``, every row of a declared analyte or measure in ``adnca`` or
    ``adpd``, used or not. Nothing is raised for bad data.

    Parameters
    ----------
    config
        The trial.
    root
        Folder that the paths of the config start from.
    """
    findings = Findings(strict=config.intake.strict)
    assays = assays_of(config)
    corrections = Corrections.of(config, root, findings)
    delivery = LAYOUTS[config.data.layout](config, root, findings, corrections)
    draft = read_clinical(delivery, config, root, findings, corrections)
    delivery = corrections.closed(draft.delivery)
    starts = profile_starts(delivery.infusions, config.time.split_dose_days)
    subjects = with_events(delivery, starts, findings)

    rows = with_assays(delivery.samples, assays, findings)
    _list_declared(rows, findings)
    rows = without_excluded_subjects(rows, subjects)
    rows = with_cells(rows, config.intake)
    rows = with_units(rows, assays, config.intake, findings)
    rows = with_results(rows, assays, config.intake, findings)
    rows = with_places(rows, starts, config.time, findings)
    rows = without_baseless(rows, config.pharmacodynamics, findings)
    marked = config.data.columns.reportable is not None
    rows = rows.assign(DTYPE=corrections.dtype(rows))
    rows = without_duplicates(rows, config.intake.duplicates, findings, marked=marked)
    list_doubts(rows, assays, findings)
    list_count_doubts(rows, config.pharmacodynamics, findings)

    of_profiles = {a.code for a in assays if a.kinetic}
    kinetic = truths(rows["CODE"], of_profiles.__contains__)
    adsl = build_adsl(subjects, delivery, starts, config, findings)
    clinical = draft.tables(subjects, adsl, config, findings)
    adsl = with_sets(adsl, rows, kinetic, findings)
    return Intake(
        adsl=adsl,
        adnca=_adnca(_with_context(rows[kinetic] if not kinetic.all() else rows, adsl, config.trial.id), config),
        adpd=_adpd(_with_context(rows[~kinetic], adsl, config.trial.id), config),
        findings=findings.table(),
        stops=findings.stops,
        clinical=clinical,
    )


def _list_declared(rows: pd.DataFrame, findings: Findings) -> None:
    """One finding per row that the config declares not to be a measurement."""
    here = rows[rows["EXCLFIELD"].notna()]
    for field, those in here.groupby("EXCLFIELD", sort=False):
        findings.add_rows("CP-061", those, field=str(field), old=those["EXCLTEXT"], reason=those["ANLRS"])


def _with_context(rows: pd.DataFrame, adsl: pd.DataFrame, study: str) -> pd.DataFrame:
    """The rows with what their subject says of them, in the order in which a person reads them."""
    cohort = dict(zip(adsl["USUBJID"].tolist(), adsl["COHORT"].tolist(), strict=True))
    kept = [name for name in rows if name in _KEPT]
    full = rows[kept].assign(
        STUDYID=constant(study, rows.index),
        COHORT=looked_up(rows["USUBJID"], cohort),
        ANLFL=np.where(rows["ANLRS"].isna(), "Y", "N"),
    )
    subject, code, file = (ranked(full[name]) for name in ("USUBJID", "CODE", "SRCFILE"))
    # the last key counts first; missing times come last. Samples of one time are ordered by what they are (those that
    # are used come first), and by their line at the very end: other rows first, the same table
    result, unused, visit = ranked(full["AVALC"].fillna("")), full["ANLFL"].eq("N"), full["NFRLT"]
    order = np.lexsort((full["SRCROW"], file, result, unused, visit, full["AFRLT"], code, subject))
    return full if (np.diff(order) == 1).all() else full.iloc[order]


def _adnca(rows: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    label = {a.code: a.label for a in config.analytes}
    method = looked_up(rows["CODE"], {a.code: a.method for a in config.analytes})
    return typed(
        rows.assign(
            PCTESTCD=rows["CODE"],
            PCTEST=looked_up(rows["CODE"], label),
            PCMETHOD=rows["PCMETHOD"].where(rows["PCMETHOD"].fillna("") != "", method),
            NCAXFL=looked_up(rows["ANLFL"], {"N": "Y"}),
        ),
        ADNCA,
    )


def _adpd(rows: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    measures = {m.code: m for m in config.pharmacodynamics.measures}

    def of(attribute: str) -> pd.Series[str]:
        return looked_up(rows["CODE"], {code: getattr(m, attribute) for code, m in measures.items()})

    return typed(
        rows.assign(
            PARAMCD=rows["CODE"],
            PARAM=of("label"),
            KIND=of("kind"),
            POPULATION=of("population"),
            MARKER=of("marker"),
            PARENT=of("parent"),
        ),
        ADPD,
    )
