"""Points and line of the terminal phase by profile."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Final

from cartpk.tables.assays import assays
from cartpk.tables.cells import number, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.listing import SUBJECT, dose_levels, in_order, subject_cells
from cartpk.tables.printing import count, days, fixed, significant_style
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_PROFILE: Final = ["USUBJID", "PPCAT", "PPSPEC", "ATPTREF"]
_SIGNED: Final = ["MANUAL", "WHO", "WHEN", "WHY"]
_COLUMNS: Final = (
    *SUBJECT,
    Column("assay", "Analyte", "text"),
    Column("infusion", "Profile", "text"),
    Column("points", "Points used: day (result)", "text"),
    Column("n", "n", "number"),
    Column("LAMZ", "λz (1/day)", "number", unit="1/day"),
    Column("LAMZHL", "Half-life (day)", "number", unit="day"),
    Column("R2ADJ", "R² adjusted", "number"),
    Column("LAMZSPN", "Span (half-lives)", "number"),
    Column("flags", "Flags", "text"),
    Column("decisions", "Chosen by an analyst", "text"),
)


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per profile with a terminal line, or with an analyst's decision on its points."""
    points = data.lambda_z.reindex(columns=[*data.lambda_z.columns.union(["LZFL", *_SIGNED], sort=False)])
    used = points[points["LZFL"].eq("Y") | points["MANUAL"].notna()]
    if used.empty:
        return NoTable("No profile has a terminal line: λz is not calculable for anyone (reasons in Listing 16.2.5-4).")
    nca = data.adpp[data.adpp["PARCAT1"].eq("NCA")]
    values = nca.set_index([*_PROFILE, "PARAMCD"])["AVAL"].to_dict()
    weak = nca[nca["PARAMCD"].eq("LAMZHL")].set_index(_PROFILE)["FLAG"].to_dict()
    labels = {(a.code, a.specimen): a.label for a in assays(data, config)}
    amount = significant_style(config.report.significant_digits)
    rows, doses = [], dose_levels(data)
    for profile, own in in_order(used, data, *_PROFILE[1:], "ARRLT").groupby(_PROFILE, sort=False):
        subject, code, specimen, infusion = profile
        flag = weak.get(profile)

        def value(name: str, of: tuple[object, ...] = profile) -> float:
            return float(values.get((*of, name), float("nan")))

        line = own[own["LZFL"].eq("Y")]
        listed = "; ".join(f"{days(d)} ({amount(v)})" for d, v in zip(line["ARRLT"], line["AVAL"], strict=True))
        cells = (
            *subject_cells(subject, doses),
            words(labels.get((str(code), str(specimen)), str(code))),
            words(str(infusion).capitalize()),
            words(listed),
            number(float(len(line)), count),
            number(value("LAMZ"), amount),
            number(value("LAMZHL"), amount),
            number(value("R2ADJ"), lambda v: fixed(v, 3)),
            number(value("LAMZSPN"), lambda v: fixed(v, 1)),
            words(flag.replace(";", "; ") if isinstance(flag, str) else None),
            words("; ".join(_decision(row) for row in own[own["MANUAL"].notna()].to_dict("records"))),
        )
        rows.append(
            Row(cells, key=dict(zip(("usubjid", "ppcat", "ppspec", "atptref"), map(str, profile), strict=True)))
        )
    notes = (
        "Days from the profile's own infusion. Line: least squares of ln(result) on time over the points.",
        f"Points: at least {config.nca.min_points} quantifiable samples after Tmax, those with the best adjusted R².",
        "A flag tells that the line is weak, or chosen by an analyst; the half-life stays.",
    )
    return Body(_COLUMNS, tuple(rows), analysis_set(data, "all").text, notes, "work/lambda_z.csv, adpp.csv")


def _decision(row: Mapping[Hashable, object]) -> str:
    """What an analyst decided on a sample, who, when and why."""
    what = str(row["MANUAL"]).replace("_", " ")
    return f"{what} {days(float(str(row['ARRLT'])))} ({row['WHO']}, {row['WHEN']}: {row['WHY']})"


SPEC: Final = TableSpec("l_16_2_5_5", "16.2.5-5", "Points of the terminal phase (λz) by subject", table)
