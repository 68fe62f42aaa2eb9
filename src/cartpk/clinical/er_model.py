"""Regressions per doubling of exposure: logistic with Firth's penalty, and Cox from a landmark on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.clinical.exposures import exposure_labels, exposures
from cartpk.clinical.subject_groups import RESPONDER, max_grades
from cartpk.core.cox import cox_regression
from cartpk.core.firth import firth_logistic
from cartpk.core.nca import interval_code
from cartpk.schemas.effects import ER_MODEL

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["derive"]

_ENDPOINTS: Final = {"OS": "Overall survival", "PFS": "Progression-free survival"}


@dataclass(frozen=True, slots=True)
class _Fitted:
    ratio: float
    lower: float
    upper: float
    reason: str | None


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per outcome and exposure measure; a reason where there are too few events."""
    rows: list[dict[str, object]] = []
    exposed = exposures(data, config)
    if config.exposure_response.show and len(exposed):
        # persistence is known only at the end of follow-up: it explains nothing that happens before
        labels = {code: name for code, name in exposure_labels(config).items() if code != "TLST"}
        for code, name in labels.items():
            own = exposed[exposed["PARAMCD"].eq(code)]
            head = {"PARAMCD": code, "PARAM": name, "AVALU": own["AVALU"].iloc[0] if len(own) else None}
            level = own.set_index("USUBJID")["AVAL"]
            n = int((data.adsl["EXCLRS"].isna() & data.adsl["PKFL"].eq("Y")).sum())
            rows += [{**head, **row} for row in _logistic(data, config, level, n)]
            rows += [{**head, **row} for row in _survival(data, config, level, n, _landmark(code, config))]
    made = pd.DataFrame(rows, columns=list(ER_MODEL.columns))
    return made.sort_values(["MODEL", "OUTCOMECD"], kind="stable", key=_model_order).reset_index(drop=True)


def _model_order(column: pd.Series[str]) -> pd.Series[str]:
    """LOGISTIC before COX."""
    return column.replace({"LOGISTIC": "0", "COX": "1"})


def _landmark(code: str, config: TrialConfig) -> float:
    ends = {interval_code(0.0, end): end for end in config.nca.windows.days}
    return max(config.exposure_response.landmark_day, ends.get(code, 0.0))


def _outcomes(data: TrialData, config: TrialConfig) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    """Outcome, its name, 1 or 0 by subject."""
    groups = data.derived["subject_groups"]
    for (code, label), rows in groups[groups["GROUPCD"].str.startswith("RESP")].groupby(["GROUPCD", "GROUP"]):
        known = rows.dropna(subset=["VALUE"])
        values = {str(s): float(v == RESPONDER) for s, v in zip(known["USUBJID"], known["VALUE"], strict=True)}
        yield str(code), f"{label}: responder", values
    if data.clinical.has("adverse_events"):
        grade = config.exposure_response.crs_from_grade
        found = max_grades(data, "CRS")
        known_grades = {s: found.get(s, 0.0) for s in data.adsl["USUBJID"]}
        yield (
            "CRS",
            f"CRS of grade {grade} or higher",
            {s: float(g >= grade) for s, g in known_grades.items() if g >= 0},
        )
    given = groups[groups["GROUPCD"].eq("TOCIST")].dropna(subset=["VALUE"])
    if len(given):
        values = {str(s): float(v == "given") for s, v in zip(given["USUBJID"], given["VALUE"], strict=True)}
        yield "TOCIST", "Tocilizumab or steroid given", values


def _logistic(data: TrialData, config: TrialConfig, level: pd.Series[float], n: int) -> Iterator[dict[str, object]]:
    for code, label, values in _outcomes(data, config):
        used = sorted(s for s in level.index if s in values and level[s] > 0)
        y = np.array([values[s] for s in used])
        events = int(y.sum())
        fit = _few(events, len(used) - events, config)
        if fit is None:
            found = firth_logistic(np.log2([level[s] for s in used]), y)
            limits = (found.coefficients, found.lower, found.upper)
            ratio, lower, upper = (math.nan,) * 3 if found.reason else (_exp(a[1]) for a in limits)
            fit = _Fitted(ratio, lower, upper, found.reason)
        yield _row("LOGISTIC", code, label, math.nan, len(used), events, n, fit)


def _few(events: int, others: int, config: TrialConfig) -> _Fitted | None:
    """No fit where there are too few of either kind."""
    least = config.exposure_response.min_events
    if min(events, others) >= least:
        return None
    reason = f"{events} with and {others} without the event (fewer than {least} of one): no regression"
    return _Fitted(math.nan, math.nan, math.nan, reason)


def _survival(
    data: TrialData, config: TrialConfig, level: pd.Series[float], n: int, landmark: float
) -> Iterator[dict[str, object]]:
    t = data.derived["adtte"]
    for code, label in _ENDPOINTS.items():
        rows = t[t["PARAMCD"].eq(code) & t["HSCTCNS"].eq("N") & t["AVAL"].notna()].set_index("USUBJID")
        if rows.empty:
            continue
        used = [s for s in sorted(rows.index) if s in level.index and level[s] > 0 and rows["AVAL"][s] > landmark]
        time = rows["AVAL"].reindex(used).to_numpy(dtype=np.float64) - landmark
        event = rows["CNSR"].reindex(used).eq(0).to_numpy()
        events = int(event.sum())
        least = config.exposure_response.min_events
        fit = _Fitted(
            math.nan,
            math.nan,
            math.nan,
            f"{events} event{'' if events == 1 else 's'} (fewer than {least}): no regression",
        )
        if events >= least:
            c = cox_regression(np.log2([level[s] for s in used]), time, event)
            fit = _Fitted(_exp(c.coefficient), _exp(c.lower), _exp(c.upper), c.reason)
        yield _row("COX", code, f"{label} (HSCT not censored)", landmark, len(used), events, n, fit)


def _exp(x: float) -> float:
    return float(np.exp(x)) if abs(x) < 700 else math.nan  # nan stays nan


def _row(
    model: str, code: str, label: str, landmark: float, used: int, events: int, n: int, fit: _Fitted
) -> dict[str, object]:
    return {
        "MODEL": model, "OUTCOMECD": code, "OUTCOME": label, "LANDMARK": landmark, "N": float(used),
        "NEVENT": float(events), "NOUT": float(n - used), "RATIO": fit.ratio, "LOWER": fit.lower, "UPPER": fit.upper,
        "REASND": fit.reason,
    }  # fmt: skip
