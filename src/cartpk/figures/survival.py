"""What the three Kaplan-Meier figures share: step curves with limits, marks of censoring, risk table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import plotnine as p9

from cartpk.clinical.time_to_event import curves_of, endpoint_reason
from cartpk.core.months import DAYS_PER_MONTH
from cartpk.figures import theme, wording
from cartpk.figures.exhibit import EmptyFigure, Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartpk.config import TrialConfig
    from cartpk.config.efficacy import Endpoint
    from cartpk.core.survival import SurvivalCurve
    from cartpk.trial_data import TrialData

__all__ = ["kaplan_meier_figure"]

_NAMES: Final = {"OS": "Overall survival", "PFS": "Progression-free survival", "DOR": "Duration of response"}
_ORIGINS: Final = {"OS": "first infusion", "PFS": "first infusion", "DOR": "first response"}
_LINES: Final = {"N": "Transplant not censored", "Y": "Transplant censored"}
_ALL: Final = "All subjects"
_INKS: Final = ("#9B2B7C", "#1F2933")
_HEIGHT: Final = 4.8
_FIRST_ROW: Final = 0.11
"""How far below 0 the first row of the table of subjects at risk stands."""
_ROW: Final = 0.08


def kaplan_meier_figure(data: TrialData, config: TrialConfig, endpoint: Endpoint) -> Figure | EmptyFigure:
    """The curves of one endpoint over the table of subjects at risk."""
    if endpoint not in (config.efficacy.time_to_event or {}):
        return EmptyFigure(f"The configuration does not ask for {_NAMES[endpoint].lower()} (efficacy.time_to_event).")
    rows = data.derived["adtte"]
    rows = rows[rows["PARAMCD"].eq(endpoint)]
    if rows.empty:
        return EmptyFigure("No subject of the efficacy set: there is no time to an event.")
    if (why := endpoint_reason(rows, endpoint)) is not None:
        return EmptyFigure(f"{why[0].upper()}{why[1:]}.")
    steps = _steps(rows, config)
    timed = rows[rows["AVAL"].notna() & rows["HSCTCNS"].eq("N")]
    n, events = len(timed), int(timed["CNSR"].eq(0).sum())
    level = f"{config.efficacy.survival.level_pct:g} %"
    name = _NAMES[endpoint]
    return Figure(
        data=steps,
        caption=f"{name} from the {_ORIGINS[endpoint]}, Kaplan-Meier, {wording.counted(n, 'subject')}, "
        f"{wording.counted(events, 'event')}. Band: {level} limits of the main analysis (log-log). Below: subjects at "
        "risk.",
        footnotes=(
            "Ticks on a curve: censored subjects. Months of 30.4375 days.",
            (
                "Solid line: subjects are followed beyond a transplant; dashed line: a transplant ends their time. "
                "Rules of censoring: Table 14.2-42."
            ),
        ),
        alt=f"Step curve of the proportion without event against months, {name.lower()}, with a band of confidence "
        "limits, ticks at censored times and the number of subjects at risk beneath.",
        n=n,
        draw=lambda: _plot(steps, endpoint, config),
        width=theme.WIDTH,
        height=_HEIGHT,
    )


def _steps(rows: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    """One row per distinct time of each curve, the origin first."""
    level = config.efficacy.survival.level_pct / 100.0
    parts = []
    for handling in ("N", "Y"):
        own = rows[rows["HSCTCNS"].eq(handling)]
        (curve,) = curves_of(own, [tuple(own["USUBJID"])], level)
        if curve is not None:
            parts.append(_of_curve(curve).assign(HSCTCNS=handling, GROUP=_ALL))
    return pd.concat(parts, ignore_index=True)


def _of_curve(curve: SurvivalCurve) -> pd.DataFrame:
    start = {"AVAL": 0.0, "SURVIVAL": 1.0, "LOWER": np.nan, "UPPER": np.nan}
    start |= {"ATRISK": float(curve.n), "EVENTS": 0.0, "CENSORED": 0.0}
    table = pd.DataFrame(
        {
            "AVAL": curve.time,
            "SURVIVAL": curve.survival,
            "LOWER": curve.lower,
            "UPPER": curve.upper,
            "ATRISK": curve.at_risk,
            "EVENTS": curve.events,
            "CENSORED": curve.censored,
        }
    )
    both = pd.concat([pd.DataFrame([start]), table], ignore_index=True)
    return both.assign(AVALM=both["AVAL"] / DAYS_PER_MONTH)


def _plot(steps: pd.DataFrame, endpoint: Endpoint, config: TrialConfig) -> p9.ggplot:
    months = _ticks(float(steps["AVALM"].max()))
    main = "Y" if config.efficacy.survival.hsct == "censored" else "N"
    band = _INKS[list(_LINES).index(main)]
    names = list(_LINES.values())
    lines = steps.assign(LINE=theme.in_order(steps["HSCTCNS"].map(_LINES), names))
    risk = _risk(lines, months)
    rows = {name: -_FIRST_ROW - _ROW * i for i, name in enumerate(names)}
    breaks = [0.0, 0.25, 0.5, 0.75, 1.0]
    size = (theme.WIDTH, _HEIGHT)
    inks = dict(zip(names, _INKS, strict=True))
    return (
        p9.ggplot(lines, p9.aes("AVALM", "SURVIVAL"))
        + p9.geom_ribbon(
            p9.aes(ymin="LOWER", ymax="UPPER"), _stairs(lines[lines["HSCTCNS"] == main]), fill=band, alpha=0.14
        )
        + p9.geom_step(p9.aes(linetype="LINE", color="LINE"), size=0.8)
        + p9.geom_point(p9.aes(color="LINE"), lines[lines["CENSORED"] > 0], shape="|", size=2.6, show_legend=False)
        + p9.geom_text(p9.aes("AVALM", "Y", label="N"), risk.assign(Y=risk["LINE"].map(rows)), size=8)
        + p9.geom_hline(yintercept=-0.05, color="#9AA5B1", size=0.4)
        + p9.scale_color_manual(values=inks, name="")
        + p9.scale_linetype_manual(values=dict(zip(names, ("solid", "dashed"), strict=True)), name="")
        + p9.scale_y_continuous(
            limits=(-_FIRST_ROW - _ROW * len(rows) + 0.02, 1.02),
            breaks=[*rows.values(), *breaks],
            labels=["At risk (solid)", "At risk (dashed)", *[f"{b:g}" for b in breaks]],
            minor_breaks=False,
            expand=(0, 0),
        )
        + p9.scale_x_continuous(
            name=f"Months from {_ORIGINS[endpoint]}",
            breaks=months,
            limits=(0, months[-1]),
            minor_breaks=False,
            expand=(0.03, 0),
        )
        + p9.labs(y="Proportion without event")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [names])
    )


def _ticks(last: float) -> list[float]:
    """Months of the ticks: every 1, 3, 6 or 12, eight of them at most."""
    step = next((s for s in (1, 3, 6, 12) if last / s <= 9), 24)
    return [float(m) for m in range(0, int(last // step + 2) * step, step)]


def _stairs(lines: pd.DataFrame) -> pd.DataFrame:
    """The band as stairs: each step's limits hold up to the next time."""
    known = lines.sort_values("AVALM", kind="stable")
    again = known.assign(AVALM=known["AVALM"].shift(-1))
    both = pd.concat([known, again], keys=[0, 1], names=["PART", "AT"]).dropna(subset=["AVALM", "LOWER"])
    return both.reset_index().sort_values(["AT", "PART"], kind="stable").reset_index(drop=True)


def _risk(lines: pd.DataFrame, months: Sequence[float]) -> pd.DataFrame:
    """Subjects at risk at each tick."""
    rows = []
    for line, own in lines.groupby("LINE", observed=True, sort=True):
        for month in months:
            later = own.loc[own["AVALM"] >= month - 1e-9, "ATRISK"]
            rows.append({"LINE": str(line), "AVALM": month, "N": f"{later.max():.0f}" if len(later) else "0"})
    return pd.DataFrame(rows)
