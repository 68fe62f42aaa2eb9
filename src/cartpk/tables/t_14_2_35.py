"""Response, toxicity and survival per doubling of exposure: Firth's logistic regression, Cox from a landmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.caveats import confounding
from cartpk.tables.cells import BLANK, Noted, counted, number, several, words
from cartpk.tables.groups import analysis_set
from cartpk.tables.printing import significant_style, unit_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_COLUMNS: Final = (
    Column("model", "Regression", "group"),
    Column("outcome", "Outcome", "group"),
    Column("exposure", "Per doubling of", "label"),
    Column("landmark", "Landmark (day)", "number"),
    Column("n", "n", "number"),
    Column("events", "Events", "number"),
    Column("out", "Left out", "number"),
    Column("ratio", "Ratio (95 % CI)", "number", parts=("Ratio", "Ratio, lower 95 %", "Ratio, upper 95 %")),
)
_MODELS: Final = {"LOGISTIC": "Logistic: odds ratio", "COX": "Cox: hazard ratio"}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """One row per outcome and exposure measure."""
    if not config.exposure_response.show:
        return NoTable("Not asked for (exposure_response.show).")
    rows = data.derived["er_model"]
    if rows.empty:
        return NoTable("Needs data: response (data.clinical.responses) or adverse events, with a calculable exposure.")
    noted = Noted()
    made = tuple(_row(r, noted, config) for r in rows.to_dict("records"))
    e = config.exposure_response
    fitted = set(rows["MODEL"])
    notes = (
        (
            "Odds ratio: logistic regression on log2 exposure with Firth's penalty, limits by the profile of "
            "the penalised likelihood (Heinze and Schemper 2002). One covariate each; no adjustment."
        ),
        *((_hazard(e.landmark_day),) if "COX" in fitted else ()),
        (
            f"No regression where fewer than {e.min_events} subjects have the event, or in the logistic model "
            "fewer have it not. Left out: exposure 0 or not calculable, outcome unknown"
            + (", event or end of follow-up up to the landmark." if "COX" in fitted else ".")
        ),
        *confounding(config, set(rows["OUTCOMECD"]), late=False),
        *noted.footnotes(),
    )
    return Body(_COLUMNS, made, analysis_set(data, "PK").text, notes, "work/er_model.csv")


def _hazard(landmark: float) -> str:
    return (
        f"Hazard ratio: Cox regression (Efron's ties) of the time from the landmark (day {landmark:g}, for an area the "
        "end of its window where that is later) among those still without the event and under follow-up: exposure is "
        "known before the time begins (no immortal time)."
    )


def _row(r: dict[Hashable, Any], noted: Noted, config: TrialConfig) -> Row:
    style = significant_style(config.report.significant_digits)
    if isinstance(r["REASND"], str):
        ratio = noted.cell(r["REASND"])
    else:
        ratio = several("{} ({}; {})", [float(r[name]) for name in ("RATIO", "LOWER", "UPPER")], [style] * 3)
    unit = f" ({unit_text(r['AVALU'])})" if isinstance(r["AVALU"], str) else ""
    landmark = number(r["LANDMARK"], lambda day: f"{day:g}") if r["MODEL"] == "COX" else BLANK
    heads = (words(_MODELS[r["MODEL"]]), words(r["OUTCOME"]), words(f"{r['PARAM']}{unit}"), landmark)
    key = {"model": r["MODEL"], "outcome": r["OUTCOMECD"], "parameter": r["PARAMCD"]}
    return Row((*heads, counted(r["N"]), counted(r["NEVENT"]), counted(r["NOUT"]), ratio), key=key)


SPEC: Final = TableSpec(
    "t_14_2_35",
    "14.2-35",
    "Outcomes per doubling of exposure",
    table,
    (Endpoint.EXPOSURE_RESPONSE,),
)
