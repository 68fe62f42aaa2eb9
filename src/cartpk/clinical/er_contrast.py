"""Exposure of groups of subjects set against one of them: geometric means, their ratio, shift, Cliff's delta."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.clinical.exposures import exposure_labels, exposures
from cartpk.core.intervals import geometric_mean_ratio
from cartpk.core.ranks import Interval, cliff_delta, hodges_lehmann
from cartpk.schemas.effects import ER_CONTRAST

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["LABELS", "derive"]

LABELS: Final = {"GMR": "ratio", "HL": "difference", "DELTA": "delta"}
"""Effect size -> how a reason names it, where it is not of all of them."""
_DOSE: Final = "DOSE"

Floats = NDArray[np.float64]


def derive(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per grouping, group other than the reference, and exposure measure."""
    exposed, groups = exposures(data, config), data.derived["subject_groups"]
    rows: list[dict[str, object]] = []
    if config.exposure_response.show and len(exposed):
        for code, members in groups.groupby("GROUPCD", sort=False):
            joined = members.dropna(subset=["VALUE"]).merge(exposed, on="USUBJID", validate="one_to_many")
            for name in exposure_labels(config):
                rows += _contrasts(str(code), joined[joined["PARAMCD"].eq(name)], config)
    return pd.DataFrame(rows, columns=list(ER_CONTRAST.columns))


def _contrasts(code: str, rows: pd.DataFrame, config: TrialConfig) -> Iterator[dict[str, object]]:
    ordered = rows.sort_values(["VALUEN", "USUBJID"], kind="stable")
    values = list(dict.fromkeys(ordered["VALUE"]))
    if len(values) < 2 or len(set(rows["AVALU"].dropna())) > 1:
        return
    at = {value: ordered.loc[ordered["VALUE"].eq(value), "AVAL"].to_numpy(dtype=np.float64) for value in values}
    first = ordered.iloc[0]
    head = {"GROUPCD": code, "GROUP": first["GROUP"], "PARAMCD": first["PARAMCD"], "PARAM": first["PARAM"]}
    # as in Table 14.2-4b: a first dose level of one or two subjects is no reference
    large = [value for value in values if code == _DOSE and at[value].size >= config.report.summaries.min_group]
    reference = (large or values)[0]
    for value in (other for other in values if other != reference):
        yield {
            **head, "AVALU": first["AVALU"], "VALUE": value, "REFERENCE": reference,
            **_compared(at[value], at[reference], config),
        }  # fmt: skip


def _compared(test: Floats, reference: Floats, config: TrialConfig) -> dict[str, Any]:
    """Counts and geometric means always; effect sizes where both groups are large enough."""
    s = config.report.summaries
    out: dict[str, Any] = {
        "N": float(test.size), "NREF": float(reference.size), "GMEAN": _mean(test), "GMEANREF": _mean(reference),
    }  # fmt: skip
    least = min(test.size, reference.size)
    if least < s.min_group:
        return {**out, "REASND": f"a group of {least} (fewer than {s.min_group}): listed, not compared"}
    level = s.ratio_level_pct / 100
    above = min(int((test > 0).sum()), int((reference > 0).sum()))
    ratio = geometric_mean_ratio(test, reference, level, s.ratio_variance) if above >= s.min_group else None
    few = f"a group with fewer than {s.min_group} values above 0: no ratio" if ratio is None else ratio.reason
    shift, delta = hodges_lehmann(test, reference, level), cliff_delta(test, reference, level)
    said = {"GMR": few, "HL": shift.reason, "DELTA": delta.reason}
    return {
        **out,
        **({} if ratio is None else {"GMR": ratio.ratio, "GMRLO": ratio.lower, "GMRHI": ratio.upper}),
        **_interval("HL", shift), **_interval("DELTA", delta),
        "REASND": "; ".join(f"{LABELS[name]}: {reason}" for name, reason in said.items() if reason) or None,
    }  # fmt: skip


def _interval(name: str, of: Interval) -> dict[str, float]:
    return {name: of.value, f"{name}LO": of.lower, f"{name}HI": of.upper}


def _mean(values: Floats) -> float:
    logs = np.log(np.sort(values[values > 0]))
    return float(np.exp(logs.mean())) if logs.size else math.nan
