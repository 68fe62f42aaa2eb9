"""Parameters of the kinetic models and the quality of their fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.config.summaries import Summaries
from cartpk.models import MODELS
from cartpk.tables.assays import Assay, profiled
from cartpk.tables.cells import number, share, words
from cartpk.tables.groups import FIRST_INFUSION, Group, analysis_set
from cartpk.tables.parameter_rows import Apart, Rule, by_unit, first_infusion, method_text, parameter_rows
from cartpk.tables.printing import days, fixed, name_text, significant_style
from cartpk.tables.statistics import LINES, count_row, summed
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_WINDOWS: Final = (28.0, 90.0)
"""Days to which the models give areas; those of windows that the trial has are shown."""
_UNSURE: Final = frozenset({"NOT_IDENTIFIED", "AT_BOUND", "NOT_CONVERGED"})
_NOTES: Final = (
    (
        "One fit per profile. Values that the data do not identify, that ended on a bound or come from a fit that did "
        "not converge are counted as not identified and enter no statistic. Of a doubling time or half-life that the "
        "data limit on one side only the estimate enters, which leans on the prior (apart in Figure 14.2-12c), but for "
        "the half-life of persistence. NC = not calculable, or only a limit is known."
    ),
    (
        "The parameters of single subjects lean towards the priors where the data say little (method map); they are "
        "not population parameters."
    ),
    "Residual SD is on the scale of natural logarithms. AIC compares models fitted to the same profiles, no others.",
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per model, parameter and statistic, one column per dose level."""
    measured = profiled(data, config)
    rows = first_infusion(data.adpp, "MODEL")
    rows = rows[rows["PPCAT"].isin({assay.code for assay in measured})]  # counts are modelled elsewhere
    if rows.empty:
        return NoTable("No kinetic model was fitted.")
    who = analysis_set(data, "PK")
    made: list[Row] = []
    unfitted: list[str] = []
    names = data.fits.drop_duplicates("METHOD").set_index("METHOD")["MODEL"].to_dict() if len(data.fits) else {}
    for method in sorted(set(rows["PPANMETH"].dropna()), key=lambda m: (_place(config.models.fit, names.get(m)), m)):
        for assay in measured:
            own = assay.rows(rows[rows["PPANMETH"].eq(method)])
            labels = (words(method_text(str(method), names.get(method))), words(assay.label))
            quality = list(_quality(data.fits, labels, assay, str(method), who.groups))
            if (why := _unfitted(data.fits, assay, str(method))) is not None:
                # a block of NC would only repeat it
                made += quality[:1]
                unfitted.append(f"{assay.label}, {labels[0].text}: no profile was fitted ({why}).")
                continue
            made += quality
            made += _parameters(own, labels, assay, who.groups, config, (str(method), str(names.get(method))))
    columns = (
        Column("model", "Model", "group"),
        Column("assay", "Analyte", "group"),
        Column("parameter", "Parameter", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    notes = (*(a.sentence for a in measured), *unfitted, *_NOTES)
    return Body(columns, tuple(made), who.text, notes, "adpp.csv (PARCAT1 = MODEL), work/fits.csv")


def _unfitted(fits: pd.DataFrame, assay: Assay, method: str) -> str | None:
    """Why no profile of this assay was fitted; None = one was, or none was to be."""
    own = assay.rows(fits)
    own = own[own["METHOD"].eq(method) & own["ATPTREF"].eq(FIRST_INFUSION)]
    if own.empty or own["CONVERGED"].notna().any():
        return None
    reasons = own["MESSAGE"].dropna().astype("str").str.split(":").str[0]
    return "; ".join(dict.fromkeys(reasons)) or "no reason given"


def _place(order: Sequence[str], name: object) -> int:
    """Place of the name in this order; those that are not in it stand last."""
    return order.index(str(name)) if str(name) in order else len(order)


def _in_order(codes: pd.Series[str], model: str) -> list[str]:
    """Parameters in the order of their model."""
    order = [entry.paramcd for entry in MODELS[model].derived] if model in MODELS else []
    return sorted(set(codes), key=lambda code: (_place(order, code), code))


def _parameters(
    rows: pd.DataFrame,
    labels: tuple[Cell, ...],
    assay: Assay,
    groups: Sequence[Group],
    config: TrialConfig,
    fit: tuple[str, str],
) -> Iterator[Row]:
    """The rows of the parameters of one fit (its method and model)."""
    method, model = fit
    apart = Apart("not identified", lambda f: bool(f & _UNSURE), counted=False, second_line=False)
    beyond = {f"MAUC{end:g}D" for end in _WINDOWS if end not in config.nca.windows.days}
    for code in (code for code in _in_order(rows["PARAMCD"], model) if code not in beyond):
        own = rows[rows["PARAMCD"].eq(code)]
        # Tmax and the time of switch are points on the axis; half-lives and doubling times are amounts
        point = own["AVALU"].eq("day").any() and str(code).removeprefix("M").startswith("T")
        style = days if point else significant_style(config.report.significant_digits)
        rule = Rule("time" if point else "amount", style, apart)
        key = {"model": method, "assay": assay.code, "specimen": assay.specimen, "parameter": str(code)}
        for named, part in by_unit(own, name_text(str(own["PARAM"].iloc[0]))):
            yield from parameter_rows((*labels, words(named)), key, part, groups, rule, config.report.summaries)


def _quality(
    fits: pd.DataFrame, labels: tuple[Cell, ...], assay: Assay, method: str, groups: Sequence[Group]
) -> Iterator[Row]:
    """How many profiles were fitted, converged, ended on a bound; residual SD and AIC."""
    own = assay.rows(fits)
    own = own[own["METHOD"].eq(method) & own["ATPTREF"].eq(FIRST_INFUSION)]
    parts = [own[own["USUBJID"].isin(group.subjects)] for group in groups]
    fitted = [part[part["CONVERGED"].notna()] for part in parts]
    cells = (*labels, words("Fit"))
    key = {"model": method, "assay": assay.code, "specimen": assay.specimen, "parameter": "FIT"}

    def shares(name: str, label: str, of: Sequence[pd.DataFrame], picked: Sequence[pd.Series[bool]]) -> Row:
        made = tuple(share(int(p.sum()), len(o)) for o, p in zip(of, picked, strict=True))
        return count_row(
            cells, {**key, "statistic": name}, label, made, (label.removesuffix(" (%)"), f"{label[:-3]}%)")
        )

    yield shares("fitted", "Profiles fitted", parts, [p["CONVERGED"].notna() for p in parts])
    yield shares("converged", "Converged", fitted, [f["CONVERGED"].eq("Y") for f in fitted])
    yield shares("at_bound", "A parameter on a bound", fitted, [f["ATBOUND"].notna() for f in fitted])
    line, sigma = LINES["median"], [f["SIGMA"].astype("float64") for f in fitted]
    made = (words(f"Residual SD, {line.label[0].lower()}{line.label[1:]}"), *_medians(sigma))
    yield Row((*cells, *made), tuple(f"Residual SD, {p.lower()}" for p in line.parts), {**key, "statistic": "sigma"})
    totals = tuple(number(float(f["AIC"].sum()) if len(f) else float("nan"), lambda v: fixed(v, 1)) for f in fitted)
    yield count_row(cells, {**key, "statistic": "aic"}, "AIC, sum over profiles", totals)


def _medians(values: Sequence[pd.Series[float]]) -> Iterator[Cell]:
    statistics = summed(values, Summaries())
    for group in range(len(values)):
        yield statistics.cell("median", group, lambda v: fixed(v, 2))


SPEC: Final = TableSpec("t_14_2_9", "14.2-9", "Kinetic models: parameters and quality of fit", table)
