"""Fitted curves of the CD7+ and CD7- counts with their bands, and the percentage that follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from cartpk.core.estimation.profiles import FloatArray
from cartpk.models.fitting.counts import CountFits

if TYPE_CHECKING:
    from cartpk.config.pharmacodynamics import PdMeasure, Pharmacodynamics

__all__ = ["CURVE_COLUMNS", "Drawn", "drawn_curves", "lymphocytes", "with_percent"]

CURVE_COLUMNS: Final = ("USUBJID", "PARAMCD", "PCSPEC", "AFRLT", "PRED", "PREDLO", "PREDHI", "PCTPRED")
_Z95: Final = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Drawn:
    """The curves of one subject as a table; nadir of the CD7+ cells and its day."""

    frame: pd.DataFrame
    nadir: float
    day: float


def drawn_curves(
    fits: CountFits,
    subjects: Sequence[str],
    rows: Sequence[pd.DataFrame],
    measure: PdMeasure,
    other: PdMeasure | None,
    grid: FloatArray,
) -> list[Drawn]:
    """Predicted counts of every subject up to its last count, with a 95 % band."""
    days = np.broadcast_to(grid, (len(subjects), grid.size))
    kinds = [(measure, False), *([(other, True)] if other is not None else [])]
    bands = [(kind, *fits.band(days, negative=negative)) for kind, negative in kinds]
    out = []
    for i, name in enumerate(subjects):
        until = grid <= max(float(rows[i]["AFRLT"].max()), 0.0)
        parts = [
            pd.DataFrame(
                {
                    "USUBJID": name,
                    "PARAMCD": kind.code,
                    "PCSPEC": kind.specimen,
                    "AFRLT": grid[until],
                    "PRED": np.exp(middle[i, until]),
                    "PREDLO": np.exp(middle[i, until] - _Z95 * spread[i, until]),
                    "PREDHI": np.exp(middle[i, until] + _Z95 * spread[i, until]),
                    "PCTPRED": np.nan,
                }
            )
            for kind, middle, spread in bands
        ]
        lowest = int(np.argmin(np.where(until, bands[0][1][i], np.inf)))
        out.append(Drawn(pd.concat(parts, ignore_index=True), float(np.exp(bands[0][1][i, lowest])), grid[lowest]))
    return out


def lymphocytes(adpd: pd.DataFrame, settings: Pharmacodynamics) -> pd.DataFrame:
    """Usable lymphocyte counts: subject, specimen, day, count."""
    codes = [m.code for m in settings.measures if (m.kind, m.population, m.marker) == ("absolute", "LYMPHOCYTES", None)]
    rows = adpd[adpd["PARAMCD"].isin(codes) & adpd["ANLFL"].eq("Y") & (adpd["AVAL"] > 0) & (adpd["AFRLT"] >= 0)]
    return rows[["USUBJID", "PCSPEC", "AFRLT", "AVAL"]].drop_duplicates(["USUBJID", "PCSPEC", "AFRLT"])


def with_percent(curve: pd.DataFrame, code: str, counts: pd.DataFrame) -> pd.DataFrame:
    """The curve with rows on the days of lymphocyte counts, where the percentage follows from the predicted count."""
    own = counts[counts["USUBJID"].eq(curve["USUBJID"].iloc[0]) & counts["PCSPEC"].eq(curve["PCSPEC"].iloc[0])]
    positive = curve[curve["PARAMCD"].eq(code)]
    own = own[own["AFRLT"] <= positive["AFRLT"].max()]
    if own.empty:
        return curve
    day = own["AFRLT"].to_numpy(dtype=np.float64)
    logs = {
        name: np.exp(np.interp(day, positive["AFRLT"], np.log(positive[name]))) for name in ("PRED", "PREDLO", "PREDHI")
    }
    extra = pd.DataFrame(
        {
            "USUBJID": curve["USUBJID"].iloc[0],
            "PARAMCD": code,
            "PCSPEC": curve["PCSPEC"].iloc[0],
            "AFRLT": day,
            **logs,
            "PCTPRED": 100.0 * logs["PRED"] / own["AVAL"].to_numpy(dtype=np.float64),
        }
    )
    both = pd.concat([extra, curve], ignore_index=True)
    return both.drop_duplicates(["PARAMCD", "AFRLT"]).sort_values(["PARAMCD", "AFRLT"], kind="stable")
