"""Kinetic models beside each other and beside the NCA: criteria, and each one's Cmax, Tmax and AUC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.core.nca import interval_code
from cartpk.fits.choice import model_choice
from cartpk.tables.assays import Assay, profiled
from cartpk.tables.cells import BLANK, counted, several, share, words
from cartpk.tables.groups import FIRST_INFUSION, AnalysisSet, analysis_set
from cartpk.tables.parameter_rows import first_infusion, method_text
from cartpk.tables.printing import Style, days, fixed, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_WINDOW: Final = 28.0
_CODES: Final = {"cmax": ("CMAX", "MCMAX"), "tmax": ("TMAX", "MTMAX"), "auc": (interval_code(0.0, _WINDOW), "MAUC28D")}
"""Column -> parameter of the NCA, of the models."""
_UNSURE: Final = frozenset({"NOT_CONVERGED"})
_CHOSEN: Final = {
    "first": "Chosen = the first model of the config, whatever the criteria say (models.choice: first).",
    "aic": "Chosen = the model of lowest AIC (models.choice: aic).",
    "bicc": "Chosen = the model of lowest BICc (models.choice: bicc).",
}
_NOTES: Final = (
    (
        "Criteria are added up over the profiles that every model could be fitted to (n); best = number of these "
        "profiles in which the model has the lowest criterion. All parameters count in full, also where a prior holds "
        "them: the comparison leans towards smaller models. Differences below about 4 mean nothing."
    ),
    (
        "Cmax and AUC0-28d: geometric mean, and geometric mean of the ratio to the NCA in the same subject [number of "
        "subjects with both]; Tmax: median, and median difference from the NCA, days. The NCA takes the highest sample "
        "and a model the top of a smooth curve: a ratio of Cmax below 1 is expected where the samples are noisy."
    ),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row for the NCA and one per model, per analyte and specimen."""
    codes = {code for pair in _CODES.values() for code in pair}
    nca, model = (first_infusion(data.adpp, category, codes) for category in ("NCA", "MODEL"))
    if not len(data.fits) or model.empty:
        return NoTable("No kinetic model was fitted.")
    who = analysis_set(data, "PK")
    fits = data.fits[data.fits["ATPTREF"].eq(FIRST_INFUSION) & data.fits["USUBJID"].isin(who.subjects)]
    chosen = model_choice(fits, config.models.fit, config.models.choice)
    measured = profiled(data, config)
    made = [
        row
        for assay in measured
        for row in _rows(assay.rows(nca), assay.rows(model), config, assay, who, assay.rows(chosen))
    ]
    if not made:
        return NoTable("No profile could be fitted by every model.")
    criterion = "BICc" if config.models.choice == "bicc" else "AIC"
    columns = (
        Column("assay", "Analyte", "group"),
        Column("model", "Method", "label"),
        Column("n", "n", "number"),
        Column("delta", f"{criterion}, above the lowest", "number"),
        Column("best", "Best (%)", "number", parts=("Best in", "Best in, %")),
        Column("chosen", "Chosen", "text"),
        Column("cmax", "Cmax", "number"),
        Column("cmax_ratio", "Cmax, ratio to NCA [n]", "number", parts=("Cmax, ratio to NCA", "Cmax, pairs")),
        Column("tmax", "Tmax (day)", "number"),
        Column("tmax_ratio", "Tmax, difference from NCA [n]", "number", parts=("Tmax, difference", "Tmax, pairs")),
        Column("auc", "AUC0-28d", "number"),
        Column(
            "auc_ratio", "AUC0-28d, ratio to NCA [n]", "number", parts=("AUC0-28d, ratio to NCA", "AUC0-28d, pairs")
        ),
    )
    notes = (*(a.sentence for a in measured), _CHOSEN[config.models.choice], *_NOTES)
    return Body(columns, tuple(made), who.text, notes, "work/fits.csv, work/model_choice.csv, adpp.csv")


def _rows(
    nca: pd.DataFrame,
    model: pd.DataFrame,
    config: TrialConfig,
    assay: Assay,
    who: AnalysisSet,
    chosen: pd.DataFrame,
) -> Iterator[Row]:
    """The NCA's row, then those of the models, of the profiles that every model could be fitted to."""
    trial = chosen[chosen["SCOPE"].eq("trial")]
    per_profile = chosen[chosen["SCOPE"].eq("profile")]
    partly = set(per_profile.loc[per_profile["AIC"].isna(), "USUBJID"])
    there = set(per_profile["USUBJID"]) - partly
    subjects = [subject for subject in who.subjects if subject in there]
    if not subjects or trial.empty:
        return
    units = sorted(set(model["AVALU"].dropna()[model["PARAMCD"].eq("MCMAX")]))
    label = words(f"{assay.label}{f' ({unit_text(units[0])})' if units else ''}")
    reference = {name: _values(nca, codes[0], subjects) for name, codes in _CODES.items()}
    styles = _styles(config)
    key = {"assay": assay.code, "specimen": assay.specimen}
    empty = (counted(len(subjects)), BLANK, BLANK, BLANK)
    cells = [cell for name in _CODES for cell in (_centre(name, reference[name], styles[name]), BLANK)]
    yield Row((label, words("NCA"), *empty, *cells), key={**key, "model": "NCA"})
    for one in trial.to_dict("records"):
        own = model[model["PPANMETH"].eq(one["METHOD"])]
        cells = []
        for name, codes in _CODES.items():
            value = _values(own, codes[1], subjects)
            cells += [_centre(name, value, styles[name]), _against(name, value, reference[name])]
        judged = (
            counted(int(one["NPROF"])),
            several("{}", [float(one["DELTA"])], [lambda v: fixed(v, 1)]),
            share(int(one["NBEST"]), int(one["NPROF"])),
            words("yes" if one["CHOSEN"] == "Y" else ""),
        )
        yield Row(
            (label, words(method_text(str(one["METHOD"]), one["MODEL"])), *judged, *cells),
            key={**key, "model": str(one["MODEL"])},
        )


def _styles(config: TrialConfig) -> dict[str, Style]:
    amount = significant_style(config.report.significant_digits)
    return {"cmax": amount, "tmax": days, "auc": amount}


def _values(rows: pd.DataFrame, code: str, subjects: Sequence[str]) -> pd.Series[float]:
    """Value of each subject; nan where there is none or the fit did not converge."""
    own = rows[rows["PARAMCD"].eq(code)]
    sure = own["FLAG"].fillna("").map(lambda text: not (_UNSURE & set(str(text).split(";")))).astype(bool)
    value = own[sure].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"].astype("float64")
    return value.reindex(list(subjects))


def _centre(name: str, value: pd.Series[float], style: Style) -> Cell:
    known = value.dropna()
    if name == "tmax":
        return several("{}", [float(known.median()) if len(known) else float("nan")], [style])
    known = known[known > 0]
    return several("{}", [float(np.exp(np.log(known).mean())) if len(known) else float("nan")], [style])


def _against(name: str, value: pd.Series[float], reference: pd.Series[float]) -> Cell:
    """Median difference or geometric mean ratio over the subjects that have both, and their number."""
    both = pd.DataFrame({"value": value, "reference": reference}).dropna()
    if name == "tmax":
        centre = float((both["value"] - both["reference"]).median()) if len(both) else float("nan")
    else:
        both = both[(both > 0).all(axis=1)]
        centre = float(np.exp(np.log(both["value"] / both["reference"]).mean())) if len(both) else float("nan")
    return several("{} [{}]", [centre, len(both)], [lambda v: fixed(v, 2), lambda v: fixed(v, 0)])


SPEC: Final = TableSpec("t_14_2_12", "14.2-12", "Kinetic models: choice, and agreement with the NCA", table)
