"""The data block of the page: what its scripts draw, filter and explain, once, as JSON.

Shape of the block::

    trial       {id, product, synthetic, log_unit ...}: what is said of the whole trial
    doses       [{label, colour, shape, mark}]: dose levels, lowest first, as figures mark them; ``shape`` is an SVG
                path in a box of 12 by 12, ``mark`` Vega's name or path of it
    filters     [{key, label, values, of}]: groups of subjects; `of` has one place in `values` per subject, -1 = none
    analytes    [{code, specimen, label, unit, primary}], measures [{code, label, kind, marker, population, unit}]
    windows     days of the areas under the curve
    summaries   how report.summaries wants quartiles and BLQ results in a geometric mean
    tables      {name: {n, columns}}: the run's tables, packed as :func:`cartpk.report.packed.packed` says; their rows
                and columns are those of the files of the same name (``adnca.csv`` ...), numbers to 12 digits,
                days, changes and parameters to 8;
                VISIT of ``adnca`` and ``pd_change`` is the nominal day where the sample counts in summaries by visit
    listings    {id: {n, keys, labels, aligns, columns}}: printed cells of the listings, group names in every row; no
                columns where the page prints these very rows
    charts      {figure: chart}: what :meth:`cartpk.report.charts.chart.Chart.as_json` says
    <part>      what a further part of the page brings (:mod:`cartpk.report.parts`), under its own key

In the browser ``cartpk.data`` is the block, ``cartpk.table("adnca")`` a table with plain arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cartpk.config import TrialConfig
from cartpk.figures.palette import dose_colours
from cartpk.figures.samples import in_visit_window, to_event
from cartpk.report.charts.marks import vega_shape
from cartpk.report.key_results import mark_path
from cartpk.report.packed import packed, words
from cartpk.report.table_block import TableBlock
from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["filters", "listed", "page_data", "subject_places", "with_visit"]

_SAMPLE: Final = ("AFRLT", "NFRLT", "VISIT", "AVAL", "AVALC", "AVALU", "ALLOQ", "BLQFL", "BLQCLASS", "ANLFL", "ANLRS",
                  "SRCFILE", "SRCROW")  # fmt: skip
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "adnca": ("USUBJID", "PCTESTCD", "PCSPEC", "ATPTREF", "ARRLT", *_SAMPLE),
    "pd_change": ("USUBJID", "PARAMCD", "PCSPEC", "ABLFL", "BASE", "PCHG", *_SAMPLE),
    "adpp": (
        "USUBJID", "PARCAT1", "PARAMCD", "PARAM", "AVAL", "AVALC", "AVALU", "PPCAT", "PPSPEC", "ATPTREF", "FLAG",
        "PPREASND", "PPANMETH", "PCTEXTR",
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
_SHORTER: Final = dict.fromkeys(("PCTEXTR", "AFRLT", "ARRLT"), 8) | {"PCHG": 6}
"""Significant digits of numbers that are shown to four at most."""
_PARAMETERS: Final = _SHORTER | {"AVAL": 8}
"""The same in ``adpp``: a parameter's own digits end long before."""


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
            {"label": cohort, "colour": colour, "shape": mark_path(i), "mark": vega_shape(i)}
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
        "summaries": {
            "quartiles": config.report.summaries.quartiles,
            "max_blq_pct": config.report.summaries.max_blq_pct,
            "geometric_blq": config.report.summaries.geometric_blq,
        },
        "filters": filters(data),
        "tables": _tables(data, config, places),
    }  # fmt: skip


def subject_places(data: TrialData) -> dict[str, int]:
    """Place of every subject in the block's ``adsl``: by dose level, then by name."""
    ordered = data.adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    return {str(subject): i for i, subject in enumerate(ordered["USUBJID"])}


def listed(tables: Sequence[TableBlock]) -> dict[str, dict[str, object]]:
    """Printed cells of the listings and of long tables of subjects: what the page sorts, searches and saves.

    Cells that the page prints as they are stand there only, and not in the block.
    """
    made: dict[str, dict[str, object]] = {}
    for table in tables:
        if (table.is_listing or table.in_block) and table.full:
            keys = [column.key for column in table.full_columns]
            made[table.id] = {
                "n": len(table.full),
                "keys": keys,
                "labels": [column.label for column in table.full_columns],
                "aligns": [column.align for column in table.full_columns],
            }
            if not table.told:
                cells = {key: words([row[k] or None for row in table.full]) for k, key in enumerate(keys)}
                made[table.id]["columns"] = cells
    return made


def filters(data: TrialData) -> list[dict[str, object]]:
    """Groups of subjects that a reader may choose from, each with its values in order and every subject's place in it.

    Dose levels; then response, grades, therapy and the trial's own groups, as ``subject_groups`` has them; last whether
    a subject is in the analysis. A group whose subjects are all alike is no choice and left out.
    """
    adsl = data.adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    subjects = [str(subject) for subject in adsl["USUBJID"]]
    made = [_filter("dose", "Dose level", dict(zip(subjects, adsl["COHORT"], strict=True)), data.cohorts, subjects)]
    groups = data.derived["subject_groups"].dropna(subset=["VALUE"])
    for (code, label), own in groups.groupby(["GROUPCD", "GROUP"], sort=False):
        if code == "DOSE":
            continue
        ordered = own.sort_values("VALUEN", kind="stable")
        held = dict(zip(own["USUBJID"].astype(str), own["VALUE"].astype(str), strict=True))
        made.append(_filter(str(code).lower(), str(label), held, list(dict.fromkeys(ordered["VALUE"])), subjects))
    inside = {s: "outside" if isinstance(why, str) else "in" for s, why in zip(subjects, adsl["EXCLRS"], strict=True)}
    made.append(_filter("analysis", "Analysis", inside, ("in", "outside"), subjects))
    return [one for one in made if len(set(map(str, one["of"]))) > 1]


def _filter(
    key: str, label: str, held: Mapping[str, str], values: Sequence[str], subjects: Sequence[str]
) -> dict[str, Any]:
    """One choice: ``of`` has the place in ``values`` of every subject, -1 = in no group."""
    places = {str(value): i for i, value in enumerate(values)}
    return {
        "key": key,
        "label": label,
        "values": list(places),
        "of": [places[held[s]] if s in held else -1 for s in subjects],
    }


def _tables(data: TrialData, config: TrialConfig, places: Mapping[str, int]) -> dict[str, object]:
    adsl = data.adsl.sort_values(["COHORTN", "COHORT", "USUBJID"], kind="stable")
    frames = {
        "adnca": with_visit(data.adnca, data, config),
        "pd_change": with_visit(data.pd_change, data, config),
        "adpp": data.adpp,
        "adtte": data.derived["adtte"],
        "adrs": data.clinical.adrs,
        "adae": data.clinical.adae,
        "adcm": data.clinical.adcm,
        "adevent": data.clinical.adevent,
    }
    return {
        "adsl": packed(adsl, [name for name in adsl.columns if name not in {"STUDYID", "TRTSDTM"}]),
        **{
            name: packed(_known(frame, places), _COLUMNS[name], places, _PARAMETERS if name == "adpp" else _SHORTER)
            for name, frame in frames.items()
        },
    }


def with_visit(samples: pd.DataFrame, data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """The samples with ``VISIT``: the nominal day where the sample belongs to the summary of its visit."""
    return samples.assign(VISIT=samples["NFRLT"].where(in_visit_window(to_event(samples, data), config)))


def _known(frame: pd.DataFrame, places: Mapping[str, int]) -> pd.DataFrame:
    """The rows of subjects that came in; a record of nobody known is a finding and in no figure."""
    return frame[frame["USUBJID"].isin(list(places))]
