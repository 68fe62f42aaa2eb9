"""Exposure by outcome, therapy, donor source and dose: geometric means and effect sizes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cartpk.clinical.caveats import confounding
from cartpk.clinical.er_contrast import LABELS
from cartpk.tables.cells import Noted, counted, number, several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.printing import NC, fixed, significant_style, unit_text
from cartpk.tables.table import Body, Cell, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def _columns(level: str) -> tuple[Column, ...]:
    def ci(key: str, label: str) -> Column:
        return Column(key, f"{label} ({level} CI)", "number", parts=(label, f"{label}, lower", f"{label}, upper"))

    return (
        Column("grouping", "Groups", "group"),
        Column("parameter", "Exposure", "group"),
        Column("group", "Group", "label"),
        Column("reference", "Reference", "label"),
        Column("n", "n", "number"),
        Column("n_reference", "n, reference", "number"),
        Column("mean", "Geometric mean", "number"),
        Column("mean_reference", "Geometric mean, reference", "number"),
        ci("ratio", "Ratio"),
        ci("shift", "Hodges-Lehmann difference"),
        ci("delta", "Cliff's delta"),
    )


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per grouping, exposure measure and group other than the reference."""
    if not config.exposure_response.show:
        return NoTable("Not asked for (exposure_response.show).")
    rows = data.derived["er_contrast"]
    if rows.empty:
        return NoTable("The data name no two groups of subjects with an exposure: there is nothing to compare.")
    noted = Noted()
    made = tuple(_row(r, noted, config) for r in rows.to_dict("records"))
    notes = (
        (
            "Values above 0 have geometric means; all values count in difference and delta. Difference: median of all "
            "differences group - reference, CI by the rank sum test. Delta: P(higher than reference) - P(lower), CI of "
            "Feng and Cliff (2004). Extrapolated areas count. No p-values."
        ),
        (
            "Groups come from the whole course: a grade or a response is known only after part of the exposure was "
            "measured."
        ),
        *confounding(config, set(rows["GROUPCD"])),
        *(_sites(config, set(rows["GROUPCD"]))),
        *noted.footnotes(),
    )
    level = f"{config.report.summaries.ratio_level_pct:g} %"
    return Body(_columns(level), made, analysis_set(data, "PK").text, notes, "work/er_contrast.csv")


def _sites(config: TrialConfig, codes: set[str]) -> tuple[str, ...]:
    """Sites stand apart where the record does not say how they combine."""
    if not any(code.startswith("RESP_") for code in codes) or config.efficacy.site_combination_rule is not None:
        return ()
    return ("Response by disease site: how sites combine is not stated in the registry record.",)


def _row(r: dict[Hashable, Any], noted: Noted, config: TrialConfig) -> Row:
    three = significant_style(config.report.significant_digits)
    cells = []
    for name, style in (("GMR", three), ("HL", three), ("DELTA", lambda v: fixed(v, 2))):
        values = [float(r[name]), float(r[f"{name}LO"]), float(r[f"{name}HI"])]
        made = several("{} ({}; {})", values, [style] * 3)
        reason = _reason(r["REASND"], LABELS[name]) if any(map(math.isnan, values)) else None
        if reason is None:
            cells.append(made)
        else:
            mark = noted.cell(reason)
            cells.append(mark if values[0] != values[0] else Cell(mark.text.replace(NC, made.text), made.values))
    unit = f" ({unit_text(r['AVALU'])})" if isinstance(r["AVALU"], str) else ""
    heads = (words(r["GROUP"]), words(f"{r['PARAM']}{unit}"), words(r["VALUE"]), words(r["REFERENCE"]))
    means = (number(r["GMEAN"], three), number(r["GMEANREF"], three))
    key = {"grouping": r["GROUPCD"], "parameter": r["PARAMCD"], "group": r["VALUE"]}
    return Row((*heads, counted(r["N"]), counted(r["NREF"]), *means, *cells), key=key)


def _reason(reasons: object, label: str) -> str | None:
    """Why there is none of this effect size: what is said of it, or of all of them.

    >>> _reason("ratio: no values; delta: no interval", "delta"), _reason("a group of 1: listed", "delta")
    ('no interval', 'a group of 1: listed')
    >>> _reason("ratio: no values", "delta") is None
    True
    """
    if not isinstance(reasons, str):
        return None
    parts = reasons.split("; ")
    own = [part.removeprefix(f"{label}: ") for part in parts if part.startswith(f"{label}: ")]
    general = [part for part in parts if not part.startswith(tuple(f"{name}: " for name in LABELS.values()))]
    return "; ".join(own or general) or None


SPEC: Final = TableSpec(
    "t_14_2_34",
    "14.2-34",
    "Exposure by outcome, therapy and other groups of subjects",
    table,
    (Endpoint.EXPOSURE_RESPONSE,),
)
