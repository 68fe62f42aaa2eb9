"""Do two engines agree, subject by subject, and does a named convention explain what is left?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from nca_engines import COMPARED

RELATIVE = 1e-9
RISING = "no lambda_z in cartpk where a rising tail fits best"
PREDICTED = "extended from the Clast the terminal line predicts, not the observed one"
ZEROS = "a BLQ between quantifiable samples is kept as 0 in areas over a window"
BOTH = "both of these"
NOTHING = "no area after the last quantifiable sample"
BENT = "the same, and the window ends on the way to that 0: a straight line, integrated by the logarithmic rule"
WINDOW = 28.0


def same(a: pd.Series, b: pd.Series) -> pd.Series:
    """True where two values agree to 1e-9, or both are missing."""
    return (a.isna() & b.isna()) | ((a - b).abs() <= RELATIVE * a.abs())


def agreement(adnca: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Parameter -> number of subjects that agree, that differ by each known convention, and that differ otherwise."""
    theirs = theirs.reindex(ours.index)
    known = _conventions(adnca, ours)
    out: dict[str, dict[str, int]] = {}
    for code in COMPARED:
        if code not in theirs:
            continue
        value = theirs[code].astype(float)
        open_ = ~same(ours[code], value)
        out[code] = {"agree": int((~open_).sum())}
        for name, alternative in known.get(code, {}).items():
            hit = open_ & (alternative if alternative.dtype == bool else same(alternative, value))
            if hit.any():
                out[code][name] = int(hit.sum())
            open_ &= ~hit
        if open_.any():
            out[code]["otherwise"] = int(open_.sum())
    return out


def _conventions(adnca: pd.DataFrame, ours: pd.DataFrame) -> dict[str, dict[str, pd.Series]]:
    """Parameter -> convention -> what cartpk gives under it (or where it has no value because of it)."""
    from cartpk.adpp import derive_params_nca
    from cartpk.core.nca import AfterLast, BlqRule, NcaSettings

    def values(**choices: object) -> pd.DataFrame:
        rows = derive_params_nca(adnca, NcaSettings(**choices))
        return rows.astype({"USUBJID": str}).set_index(["USUBJID", "PARAMCD"])["AVAL"].unstack().reindex(ours.index)  # noqa: PD010

    whole, zeros = values(), values(blq_rule=BlqRule.ZERO)
    rate, length = whole["LAMZ"], (WINDOW - whole["TLST"]).clip(lower=0.0)
    tail = (whole["AUCIFP"] - whole["AUCLST"]) * -np.expm1(-rate * length)
    tail = tail.where(length > 0, 0.0)
    kept = values(after_last=AfterLast.ZERO)["AUC0_28D"]
    kept_zeros = values(after_last=AfterLast.ZERO, blq_rule=BlqRule.ZERO)["AUC0_28D"]
    rows = derive_params_nca(adnca, codes=("LAMZHL",))
    lost = rows[rows["PARAMCD"] == "LAMZHL"].set_index("USUBJID")["PPREASND"].astype(str)
    rising = lost.str.startswith("no window of terminal points").reindex(ours.index)
    return {
        "LAMZHL": {RISING: rising},
        "AUC0_28D": {
            PREDICTED: kept + tail,
            ZEROS: zeros["AUC0_28D"],
            BENT: zeros["AUC0_28D"] + _bent(adnca).reindex(ours.index, fill_value=0.0),
            BOTH: kept_zeros + tail,
            NOTHING: kept,
            RISING: rising,
        },
    }


def _bent(adnca: pd.DataFrame) -> pd.Series:
    """Logarithmic minus linear area from the last sample before the window's end to that end, where a 0 follows."""
    rows = adnca.assign(C=adnca["AVAL"].where(adnca["BLQFL"] == "N", 0.0)).sort_values(["USUBJID", "AFRLT"])
    before = rows[rows["AFRLT"] < WINDOW].groupby("USUBJID")[["AFRLT", "C"]].last()
    after = rows[rows["AFRLT"] >= WINDOW].groupby("USUBJID")[["AFRLT", "C"]].first()
    both = before.join(after.add_suffix("2"), how="inner").query("C > 0 and C2 == 0 and AFRLT2 > @WINDOW")
    end = both["C"] * (both["AFRLT2"] - WINDOW) / (both["AFRLT2"] - both["AFRLT"])
    part = (end - both["C"]) / np.log(end / both["C"]) - (end + both["C"]) / 2
    return (WINDOW - both["AFRLT"]) * part
