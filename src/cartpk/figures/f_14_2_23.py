"""What the lymphocytes of blood consist of, visit by visit: mean parts, stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_23",
    number="14.2-23",
    title="Composition of the lymphocytes by visit",
    inputs=("adsl.csv", "adpd.csv"),
    endpoints=(Endpoint.LYMPHOCYTE_SUBSETS, Endpoint.CD7_ABSOLUTE),
    each_subject=False,
)
_INKS: Final = ("#9B2B7C", "#8CCFB3", "#D6503F", "#4A90C2", "#EE9B2E", "#4A1A82")
_REST: Final = "Other lymphocytes"
_REST_INK: Final = "#DDE1E7"
_PANELS: Final = ("Mean count", "Mean part of the lymphocytes")
_GATES: Final = {"NORMAL_T": 0, "NORMAL_NK": 1, "B": 2, "CAR_NK": 3, "UNSPECIFIED": 4}


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """Above: mean counts stacked; below: mean parts in %; visits side by side."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    parts, whole = _gates(config)
    if not parts or whole is None:
        return EmptyFigure("The data hold no count of lymphocytes, or none of a subset of them, in one specimen.")
    counts = _counts(data, config, parts, whole)
    if counts.empty:
        return EmptyFigure("No visit has all subsets and the lymphocytes of one subject.")
    rows = _means(counts, parts)
    n = int(counts["USUBJID"].nunique())
    fewest, most = int(rows["N"].min()), int(rows["N"].max())
    over = int((counts["REST"] < 0).sum())
    unit = s.printed_unit(str(counts["AVALU"].iloc[0]))
    return Figure(
        data=rows,
        caption=f"Above: mean counts ({unit}), stacked; below: mean of each subject's parts of the lymphocytes (%). "
        f"{wording.counted(n, 'subject')}, {fewest} to {most} by visit, at nominal days; a subject counts at a visit "
        "where all subsets and the lymphocytes were measured.",
        footnotes=(
            (
                "A BLQ counts 0. Means add up, medians would not; single courses: Figures 14.2-20 and 14.2-20b. "
                f"{_REST}: lymphocytes in none of the gates shown."
            ),
            *((f"Visits whose subsets add up to more than the lymphocytes: {over}; the rest is then 0.",)
              if over else ()),
            *(("CAR+ NK cells are the product; the host's own NK cells stand apart.",)
              if any(m.population == "CAR_NK" for m in parts) else ()),
            wording.blasts_apart(parts),
        ),
        alt=f"Stacked bars by nominal day of the mean counts and parts of {', '.join(m.label for m in parts)} and "
        f"other lymphocytes for {wording.counted(n, 'subject')}.",
        n=n,
        draw=lambda: _plot(rows, [m.label for m in parts], unit, config),
        width=8.0,
        height=5.6,
    )  # fmt: skip


def _gates(config: TrialConfig) -> tuple[list[PdMeasure], PdMeasure | None]:
    """Counts of cells that do not overlap, and the count of all lymphocytes, in one specimen."""
    absolute = [m for m in config.pharmacodynamics.measures if m.kind == "absolute"]
    whole = next((m for m in absolute if m.population == "LYMPHOCYTES" and m.marker is None), None)
    if whole is None:
        return [], None
    inside = [m for m in absolute if m.specimen == whole.specimen and m.population in _GATES]
    named = [m for m in inside if m.population != "UNSPECIFIED"]
    # cells of no named lineage may be in any other gate: they stand alone or not at all
    chosen = [m for m in named or inside if m.marker] + [
        m for m in named or inside
        if m.marker is None and not any(o.marker and o.population == m.population for o in named or inside)
    ]  # fmt: skip
    once = {(m.population, m.marker): m for m in reversed(chosen)}
    return sorted(once.values(), key=lambda m: (_GATES[m.population], m.marker == "CD7-", m.marker is None)), whole


def _counts(data: TrialData, config: TrialConfig, parts: Sequence[PdMeasure], whole: PdMeasure) -> pd.DataFrame:
    """One row per subject and visit with every count: a column per measure code, ``REST``, ``AVALU``."""
    from cartpk.figures import samples as s

    codes = [*(m.code for m in parts), whole.code]
    t = data.adpd
    rows = t[t["PARAMCD"].isin(codes) & t["ANLFL"].eq("Y") & t["NFRLT"].notna() & t["PCSPEC"].eq(whole.specimen)]
    rows = rows[s.in_visit_window(s.to_event(rows, data), config)]
    value = rows["AVAL"].where(rows["BLQFL"].ne("Y"), 0.0)
    rows = rows.assign(VALUE=value, OFF=(rows["AFRLT"] - rows["NFRLT"]).abs())[value.notna()]
    keys = ["USUBJID", "NFRLT", "PARAMCD"]
    rows = rows.sort_values([*keys, "OFF"], kind="stable").drop_duplicates(keys)
    wide = rows.pivot_table(index=["USUBJID", "NFRLT"], columns="PARAMCD", values="VALUE").reindex(columns=codes)
    wide = wide.dropna()
    wide = wide[wide[whole.code] > 0].reset_index()
    rest = wide[whole.code] - wide[codes[:-1]].sum(axis=1)
    unit = rows["AVALU"].dropna()
    return wide.assign(REST=rest, AVALU=unit.iloc[0] if len(unit) else "").rename(columns={whole.code: "WHOLE"})


def _means(counts: pd.DataFrame, parts: Sequence[PdMeasure]) -> pd.DataFrame:
    """One row per panel, visit and subset: ``MEAN`` and the subjects ``N``."""
    import pandas as pd

    columns = {**{m.code: m.label for m in parts}, "REST": _REST}
    clipped = counts.assign(REST=counts["REST"].clip(lower=0.0))
    inside = clipped[list(columns)].sum(axis=1)
    made = []
    for panel in _PANELS:
        base = clipped[list(columns)] if panel == _PANELS[0] else clipped[list(columns)].div(inside, axis=0) * 100.0
        means = base.assign(NFRLT=clipped["NFRLT"]).groupby("NFRLT").agg(["mean", "size"])
        for code, label in columns.items():
            made.append(
                pd.DataFrame(
                    {
                        "PANEL": panel,
                        "NFRLT": means.index,
                        "SUBSET": label,
                        "MEAN": means[code]["mean"].to_numpy(),
                        "N": means[code]["size"].to_numpy(),
                    }
                )
            )
    return pd.concat(made, ignore_index=True)


def _plot(rows: pd.DataFrame, names: Sequence[str], unit: str, config: TrialConfig) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import theme, wording

    order = [*names, _REST]
    inks = {**dict(zip(names, _INKS, strict=False)), _REST: _REST_INK}
    heads = {_PANELS[0]: f"{_PANELS[0]} ({unit})", _PANELS[1]: f"{_PANELS[1]} (%)"}
    days = sorted(rows["NFRLT"].unique())
    n = rows.groupby("NFRLT")["N"].first()
    labels = [f"{day:g}\nn = {n[day]}" for day in days]
    drawn = rows.assign(
        STRIP=theme.in_order(rows["PANEL"].map(heads), heads.values()),
        SUBSET=theme.in_order(rows["SUBSET"], order),
        X=rows["NFRLT"].map({day: i + 1.0 for i, day in enumerate(days)}),
    )
    size = (8.0, 5.6)
    return (
        p9.ggplot(drawn, p9.aes("X", "MEAN", fill="SUBSET"))
        + p9.geom_col(width=0.72, color="#FFFFFF", size=0.25, position=p9.position_stack(reverse=True))
        + p9.facet_wrap("STRIP", ncol=1, scales="free_y")
        + p9.scale_fill_manual(values=inks, breaks=order, name="")
        + theme.groups(labels, "Nominal day from first infusion")
        + p9.scale_y_continuous(name="", minor_breaks=False, expand=(0, 0, 0.04, 0))
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [order])
        + p9.theme(panel_grid_major_x=p9.element_blank())
    )
