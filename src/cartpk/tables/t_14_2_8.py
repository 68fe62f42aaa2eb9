"""Dose and exposure: power model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cartpk.core.nca import interval_code
from cartpk.core.proportionality import MIN_LEVELS, MIN_VALUES, PowerModel, power_model, smith_criterion
from cartpk.tables.assays import Assay, profiled
from cartpk.tables.cells import counted, number, several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.parameter_rows import by_unit, first_infusion, is_bound
from cartpk.tables.parameters import LABELS, auc_flag, window_label
from cartpk.tables.printing import fixed
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import AucFlag

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("assay", "Analyte", "group"),
    Column("parameter", "Parameter", "label"),
    Column("n", "n", "number"),
    Column("levels", "Dose levels", "number"),
    Column("ratio", "r", "number"),
    Column("slope", "Slope b (90 % CI)", "number", parts=("Slope b", "b, lower 90 %", "b, upper 90 %")),
    Column("rdnm", "Rdnm (90 % CI)", "number", parts=("Rdnm", "Rdnm, lower 90 %", "Rdnm, upper 90 %")),
    Column("region", "b if proportional", "number", parts=("Region of b, lower", "Region of b, upper")),
    Column("verdict", "Dose proportionality", "text"),
)
_NOTES: Final = (
    (
        "Power model ln(parameter) = a + b ln(actual dose), values above 0; 90 % CI by Student's t. r = highest over "
        "lowest dose level; Rdnm = r^(b - 1), the ratio of dose-normalised geometric means."
    ),
    (
        "Proportional: the CI of b lies within 1 + ln(0.8)/ln(r) to 1 + ln(1.25)/ln(r), not proportional: outside it, "
        "else inconclusive (Smith et al., Pharm Res 2000;17:1278-1283, doi:10.1023/A:1026451721686)."
    ),
    "Exploratory. The cells multiply after infusion: exposure proportional to dose is not expected.",
    "Areas of the primary summary only (extrapolated ones left out).",
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per exposure parameter."""
    who = analysis_set(data, "PK")
    adsl = data.adsl[data.adsl["USUBJID"].isin(who.subjects) & data.adsl["DOSEA"].gt(0)].set_index("USUBJID")
    if adsl.empty:
        return NoTable("The data carry no dose: exposure cannot be set against it.")
    if len(adsl) < MIN_VALUES or adsl["COHORT"].nunique() < MIN_LEVELS:
        return NoTable(
            f"A power model needs at least {MIN_VALUES} subjects with a known dose at {MIN_LEVELS} dose levels; there "
            f"are {len(adsl)} at {adsl['COHORT'].nunique()}."
        )
    windows = {interval_code(0.0, end): window_label(end) for end in config.nca.windows.days}
    labels = {"CMAX": LABELS["CMAX"], **windows, "AUCLST": LABELS["AUCLST"]}
    rows = first_infusion(data.adpp, "NCA", labels)
    rows = rows[rows["USUBJID"].isin(adsl.index)]
    made: list[Row] = []
    measured = profiled(data, config)
    for assay in measured:
        own = assay.rows(rows)
        for code, label in labels.items():
            for named, part in by_unit(own[own["PARAMCD"].eq(code)], label):
                made += _row(part, adsl, assay, code, named)
    if not made:
        return NoTable("No exposure parameter is calculable.")
    return Body(
        _COLUMNS, tuple(made), who.text, (*(a.sentence for a in measured), *_NOTES), "adpp.csv, adsl.csv (DOSEA)"
    )


def _row(part: pd.DataFrame, adsl: pd.DataFrame, assay: Assay, code: str, label: str) -> list[Row]:
    """The parameter's row; none where it has no value above 0."""
    extrapolated = part["FLAG"].map(lambda flag: auc_flag(flag) is AucFlag.EXTRAPOLATED).astype(bool)
    used = part[~extrapolated & part["AVAL"].gt(0)]
    if used.empty:
        return []
    subjects = adsl.loc[used["USUBJID"]]
    levels = subjects["DOSEP"].where(subjects["DOSEP"].notna(), subjects["DOSEA"])
    n_levels = int(subjects["COHORT"].nunique())
    fit = power_model(subjects["DOSEA"].to_numpy(), used["AVAL"].to_numpy())
    bounded = sum(is_bound(code, flag) for flag in used["FLAG"])
    if bounded:
        fit = replace(power_model([], []), reason=f"{bounded} of {len(used)} values are lower bounds (ABOVE_ULOQ)")
    elif n_levels < MIN_LEVELS:
        fit = power_model([], [])
    ratio = float(levels.max() / levels.min())
    style = [lambda v: fixed(v, 3)]
    cells = (
        words(assay.label),
        words(label),
        counted(len(used)),
        counted(n_levels),
        number(ratio, lambda v: fixed(v, 1)),
        several("{} ({}; {})", [fit.slope, fit.lower, fit.upper], style * 3),
        *_criterion(fit, ratio),
    )
    return [Row(cells, key={"assay": assay.code, "specimen": assay.specimen, "parameter": code})]


def _criterion(fit: PowerModel, ratio: float) -> tuple[Cell, Cell, Cell]:
    style = [lambda v: fixed(v, 3)]
    if fit.reason or not ratio > 1:
        nan = float("nan")
        reason = f"NC: {fit.reason or 'one dose level'}"
        return several("{} ({}; {})", [nan] * 3, style * 3), several("{} to {}", [nan] * 2, style * 2), words(reason)
    smith = smith_criterion(fit.slope, fit.lower, fit.upper, ratio)
    return (
        several("{} ({}; {})", [smith.rdnm, smith.rdnm_lower, smith.rdnm_upper], style * 3),
        several("{} to {}", [smith.region_low, smith.region_high], style * 2),
        words(smith.verdict.value),
    )


SPEC: Final = TableSpec("t_14_2_8", "14.2-8", "Dose and exposure: power model", table, needs="doses")
