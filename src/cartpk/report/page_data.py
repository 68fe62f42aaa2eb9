"""The data block of the page: what its scripts draw, filter and explain, once, as JSON.

Shape of the block::

    trial       {id, product, synthetic, log_unit ...}: what is said of the whole trial
    doses       [{label, colour, shape}]: dose levels, lowest first, as figures mark them
    filters     [{key, label, values, of}]: groups of subjects; `of` has one place in `values` per subject, -1 = none
    analytes    [{code, specimen, label, unit, primary}], measures [{code, label, kind, marker, population, unit}]
    windows     days of the areas under the curve
    tables      {name: {n, columns}}: the run's tables, packed as :func:`cartpk.report.packed.packed` says; their rows
                and columns are those of the files of the same name (``adnca.csv`` ...), numbers to 12 digits
    <part>      what a further part of the page brings (:mod:`cartpk.report.parts`), under its own key

In the browser ``cartpk.data`` is the block, ``cartpk.table("adnca")`` a table with plain arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import dose_colours
from cartpk.report.key_results import mark_path
from cartpk.report.packed import packed
from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BANDS", "page_data", "subject_places"]

BANDS: Final = 4
"""Significant digits of fitted curves and their bands: they are drawn, not read."""
_SAMPLE: Final = ("AFRLT", "NFRLT", "AVAL", "AVALC", "AVALU", "ALLOQ", "BLQFL", "BLQCLASS", "ANLFL", "ANLRS",
                  "SRCFILE", "SRCROW")  # fmt: skip
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "adnca": ("USUBJID", "PCTESTCD", "PCSPEC", "ATPTREF", "ARRLT", "NCAXFL", *_SAMPLE),
    "pd_change": ("USUBJID", "PARAMCD", "PCSPEC", "ABLFL", "BASE", "PCHG", "LOG10R", "LOG10RC", *_SAMPLE),
    "adpp": (
        "USUBJID", "PARCAT1", "PARAMCD", "PARAM", "AVAL", "AVALC", "AVALU", "PPCAT", "PPSPEC", "ATPTREF", "FLAG",
        "PPREASND", "PPANMETH", "PCTEXTR", "AVALSE", "AVALLO", "AVALHI",
    ),
    "adtte": ("USUBJID", "PARAMCD", "HSCTCNS", "AVAL", "CNSR", "EVNTDESC", "STARTDY", "ADY"),
    "adrs": ("USUBJID", "PARAMCD", "SITE", "EVAL", "AVALC", "RESPFL", "AFRLT", "ANLFL", "ANL01FL", "SRCFILE", "SRCROW"),
    "adae": ("USUBJID", "AEDECOD", "AESI", "ATOXGR", "AESER", "ASTDY", "AENDY", "TRTEMFL", "DLTFL", "ANLFL",
             "SRCFILE", "SRCROW"),
    "adcm": ("USUBJID", "SRCDOM", "CLASS", "CMDECOD", "CMTRT", "ASTDY", "AENDY", "POSTFL", "ANLFL",
             "SRCFILE", "SRCROW"),
    "adevent": ("USUBJID", "EVENT", "EVENTTXT", "ADY", "FIRSTFL", "ANLFL", "SRCFILE", "SRCROW"),
}  # fmt: skip
"""Columns of the block, by table."""


def page_data(data: TrialData, config: TrialConfig) -> dict[str, object]:
    """The data block of this run, without what further parts bring.

    Every subject, sample and parameter row that came out is in it, used or not.
    """
    places = subject_places(data)
    return {
        "trial": {
            "id": config.trial.id,
            "product": config.product.name,
            "synthetic": config.report.synthetic,
            "dose_unit": config.dosing.unit,
        },
        "doses": [
            {"label": cohort, "colour": colour, "shape": mark_path(i)}
            for i, (cohort, colour) in enumerate(zip(data.cohorts, dose_colours(len(data.cohorts)), strict=True))
        ],
        "analytes": [
            {"code": a.code, "specimen": a.specimen, "label": a.label, "unit": a.unit,
             "primary": a is config.primary_analyte}
            for a in config.analytes
        ],
        "measures": [
            {"code": m.code, "label": m.label, "kind": m.kind, "marker": m.marker, "population": m.population}
            for m in config.pharmacodynamics.measures
        ],
        "windows": list(config.nca.windows.days),
        "tables": _tables(data, places),
    }  # fmt: skip


def subject_places(data: TrialData) -> dict[str, int]:
    """Place of every subject in the block's ``adsl``: by dose level, then by name."""
    ordered = data.adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    return {str(subject): i for i, subject in enumerate(ordered["USUBJID"])}


def _tables(data: TrialData, places: Mapping[str, int]) -> dict[str, object]:
    adsl = data.adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    frames = {
        "adnca": data.adnca,
        "pd_change": data.pd_change,
        "adpp": data.adpp,
        "adtte": data.derived["adtte"],
        "adrs": data.clinical.adrs,
        "adae": data.clinical.adae,
        "adcm": data.clinical.adcm,
        "adevent": data.clinical.adevent,
    }
    return {
        "adsl": packed(adsl, [name for name in adsl.columns if name not in {"STUDYID", "TRTSDTM"}]),
        **{name: packed(_known(frame, places), _COLUMNS[name], places) for name, frame in frames.items()},
    }


def _known(frame: pd.DataFrame, places: Mapping[str, int]) -> pd.DataFrame:
    """The rows of subjects that came in; a record of nobody known is a finding and in no figure."""
    return frame[frame["USUBJID"].isin(list(places))]
