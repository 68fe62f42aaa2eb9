"""ADRS: response assessments with their codes, sites, windows and what counts towards the best response."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from cartpk.config import TrialConfig
from cartpk.core.months import target_day
from cartpk.ingest.clinical.points import with_point_times
from cartpk.ingest.clinical.reading import because, excluding, where
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import key, looked_up, mapped

__all__ = ["responses"]

_NOT_EVALUABLE: Final = "NE"
_GROUP: Final = ["USUBJID", "PARAMCD", "SITE", "EVAL"]


def responses(frame: pd.DataFrame, events: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The assessments with the columns of ``ADRS``.

    Parameters
    ----------
    frame
        Table ``responses`` as :func:`read_clinical_table` gives it.
    events
        First new therapy and first HSCT of each subject: columns of ``ADEVENT``.
    """
    rows = frame.assign(
        PARAMCD=frame["test"].where(frame["test"] != "", "OVRLRESP"),
        PARCAT1=frame["criteria"],
        EVAL=frame["evaluator"],
        AVISIT=frame["visit"],
        RSORRES=frame["response_original"].where(frame["response_original"] != "", frame["response"]),
    )
    rows = with_point_times(rows, findings)
    rows = _with_codes(rows, config, findings)
    rows = _with_sites(rows, config, findings)
    rows = _without_conflicts(rows, findings)
    rows = _with_windows(rows, config, findings)
    return _with_best(rows, events, config, findings)


def _codes(config: TrialConfig) -> dict[str, str]:
    """Key of every known response text -> its code."""
    own = [code for codes in (config.efficacy.responders or {}).values() for code in codes]
    known = {key(code): code for code in (*config.clinical.responses.codes, *own)}
    return {**known, **{key(text): code for text, code in config.clinical.responses.map.items()}}


def _with_codes(rows: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows with ``AVALC``; a response that neither the codelist nor the map knows is not used (BI-078)."""
    known = _codes(config)
    code = pd.Series(mapped(rows["response"], lambda t: known.get(key(t), "")), index=rows.index, dtype="str")
    open_ = rows["ANLRS"].isna()
    empty = (rows["response"] == "") & open_
    findings.add_rows("CP-104", rows[empty], field="response")
    unknown = (code == "") & (rows["response"] != "") & open_
    allowed = ", ".join(dict.fromkeys(known.values()))
    findings.add_rows("BI-078", rows[unknown], field="response", old=rows["response"], allowed=allowed)
    declared = {key(text) for text in config.clinical.responses.map}
    renamed = where(rows, [k in declared for k in mapped(rows["response"], key)]) & open_
    for (old, new), here in rows[renamed].groupby([rows["response"][renamed], code[renamed]], sort=True):
        findings.add_files("CP-105", here, field="response", old=str(old), new=str(new))
    rows = excluding(rows.assign(AVALC=code), empty, because("CP-104"))
    return excluding(rows, unknown, because("BI-078"))


def _with_sites(rows: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows with ``SITE`` and ``RESPFL``; where sites have responses of their own, each row needs its site."""
    by_site = config.efficacy.responders
    if by_site is None:
        counts = set(config.clinical.responses.responders)
        response = rows["AVALC"].isin(counts)
        return rows.assign(SITE=rows["site"], RESPFL=_yes_no(response, rows["AVALC"] != ""))
    names = {key(site): site for site in by_site}
    names |= {key(text): site for text, site in config.clinical.responses.sites.items()}
    only = next(iter(by_site)) if len(by_site) == 1 else ""
    site = pd.Series(mapped(rows["site"], lambda t: names.get(key(t), "") or only), index=rows.index, dtype="str")
    lost = (site == "") & rows["ANLRS"].isna()
    findings.add_rows("CP-106", rows[lost], field="site", old=rows["site"], allowed=", ".join(by_site))
    counts_at = {(s, code) for s, codes in by_site.items() for code in codes}
    response = where(rows, [pair in counts_at for pair in zip(site, rows["AVALC"], strict=True)])
    full = rows.assign(SITE=site.where(site != "", rows["site"]), RESPFL=_yes_no(response, rows["AVALC"] != ""))
    return excluding(full, lost, because("CP-106"))


def _yes_no(yes: pd.Series[bool], known: pd.Series[bool]) -> pd.Series[str]:
    return pd.Series(np.where(yes, "Y", "N"), index=yes.index, dtype="str").where(known)


def _without_conflicts(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Two responses of one subject, site, evaluator and day: none of them is used (CP-107)."""
    used = rows[rows["ANLRS"].isna()]
    distinct = used.groupby([*_GROUP, "PARCAT1", "at"], sort=False)["AVALC"].transform("nunique")
    both = where(rows, list(rows.index.isin(used.index[distinct > 1])))
    findings.add_rows("CP-107", rows[both], field="response", old=rows["AVALC"], day=rows["at"])
    return excluding(rows, both, because("CP-107"))


def _with_windows(rows: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows with the window they lie in and ``ANL01FL``; deviations are listed (BI-079)."""
    width = config.efficacy.orr_window_days
    width = config.clinical.responses.window_days if width is None else width
    blank = pd.Series(math.nan, index=rows.index, dtype="float64")
    rows = rows.assign(AWTARGET=blank, AWLO=blank, AWHI=blank, ANL01FL="N")
    for month in config.efficacy.orr_months or ():
        target = target_day(month)
        inside = rows["ANLRS"].isna() & rows["at"].between(target - width, target + width)
        rows.loc[inside, ["AWTARGET", "AWLO", "AWHI"]] = target, target - width, target + width
        for _, mine in rows[rows["ANLRS"].isna() & (rows["at"] > 0)].groupby(_GROUP, sort=False, dropna=False):
            chosen = _chosen(mine[inside[mine.index]], target, config.clinical.responses.in_window)
            if chosen is not None:
                rows.loc[chosen, "ANL01FL"] = "Y"
            _list_window(mine, inside[mine.index], chosen, month, (target, width), findings)
    return rows.assign(AWTDIFF=rows["at"] - rows["AWTARGET"])


def _chosen(here: pd.DataFrame, target: float, choice: str) -> object:
    """Label of the assessment that stands for the time point; evaluable ones before others, the later of equals."""
    if here.empty:
        return None
    rank = here.assign(_NE=here["AVALC"] == _NOT_EVALUABLE, _GAP=(here["at"] - target).abs(), _LATE=-here["at"])
    order = ["_NE", "_GAP", "_LATE"] if choice == "closest" else ["_NE", "_LATE"]
    first: object = rank.sort_values(order, kind="stable").index[0]
    return first


def _list_window(
    mine: pd.DataFrame,
    inside: pd.Series[bool],
    chosen: object,
    month: int,
    window: tuple[float, float],
    findings: Findings,
) -> None:
    """List several assessments in one window, and the nearest one where the window has none."""
    target, width = window
    site = str(mine["SITE"].iloc[0] or "")

    def add(row: pd.DataFrame, found: str, what: str) -> None:
        findings.add_rows(
            "BI-079",
            row,
            field="date",
            old=found,
            what=what,
            month=month,
            low=target - width,
            high=target + width,
            site=f" ({site.replace('_', ' ')})" if site else "",
        )

    if inside.sum() > 1:
        row = mine.loc[[chosen]]
        days = ", ".join(f"{d:.4g}" for d in mine.loc[inside, "at"])
        add(row, f"assessed on days {days}", f"that of day {row['at'].iloc[0]:.4g} is taken")
    elif chosen is None:
        gap = (mine["at"] - target).abs()
        # an assessment that belongs to another time point says nothing about this one
        near = mine[(gap <= target / 3) & mine["AWTARGET"].isna()]
        if len(near):
            nearest = near.loc[[gap[near.index].idxmin()]]
            what = "it is none for this time point, the subject has no response there"
            add(nearest, f"assessed on day {nearest['at'].iloc[0]:.4g}", what)


def _with_best(rows: pd.DataFrame, events: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    """The rows with ``BORFL`` and ``BORRS``; a response after what ends the best response is listed (BI-080)."""
    settings = config.clinical.responses
    used = rows["ANLRS"].isna()
    reason = pd.Series(math.nan, index=rows.index, dtype="str").mask(used & ~(rows["at"] > 0), "not after the infusion")
    ends: list[tuple[str, pd.Series[float]]] = []
    if "progression" in settings.best_until:
        worse = rows[used & rows["AVALC"].isin(settings.progression) & (rows["at"] > 0)]
        first = worse.groupby(["USUBJID", "EVAL"])["at"].min()
        pairs = pd.MultiIndex.from_frame(rows[["USUBJID", "EVAL"]])
        ends.append(("progression", pd.Series(first.reindex(pairs).to_numpy(), index=rows.index, dtype="float64")))
    for setting, event in (("new_therapy", "NEW_THERAPY"), ("hsct", "HSCT")):
        if setting in settings.best_until:
            mine = events[(events["EVENT"] == event) & (events["FIRSTFL"] == "Y")]
            first_day = dict(zip(mine["USUBJID"], mine["ADY"], strict=True))
            name = "HSCT" if event == "HSCT" else "new therapy"
            ends.append((name, rows["USUBJID"].map(first_day).astype("float64")))
    for what, day in ends:
        after = used & (rows["at"] > day) & reason.isna()
        text = pd.Series([f"after {what} on day {d:.4g}" for d in day], index=rows.index, dtype="str")
        late = after & (rows["RESPFL"] == "Y")
        first = late & ~rows[late].duplicated(_GROUP).reindex(rows.index, fill_value=False)
        count = late.groupby([rows[c] for c in _GROUP], dropna=False).transform("sum")
        more = pd.Series(
            [f" ({n:.0f} such assessments)" if n > 1 else "" for n in count], index=rows.index, dtype="str"
        )
        findings.add_rows("BI-080", rows[first], field="response", old=rows["AVALC"], what=text + more)
        reason = reason.mask(after, text)
    best = used & reason.isna()
    return rows.assign(
        BORFL=np.where(best, "Y", "N"), BORRS=looked_up(reason.fillna(""), {r: r for r in reason.dropna()})
    )
