"""Bone marrow beside blood: the product, and CD7+ cells where both specimens were gated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.figures.exhibit import EmptyFigure, Figure, FigureSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    import pandas as pd
    import plotnine as p9

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

SPEC: Final = FigureSpec(
    id="f_14_2_10",
    number="14.2-10",
    title="Bone marrow beside blood: product and CD7+ cells",
    inputs=("adsl.csv", "adnca.csv", "adpd.csv"),
    endpoints=(Endpoint.BONE_MARROW,),
)
_BLOOD: Final = "Blood"
_MARROW: Final = "Bone marrow"
_INKS: Final = {_BLOOD: "#C2255C", _MARROW: "#1971C2"}
_MARKS: Final = {_BLOOD: "o", _MARROW: "s"}
_KEEP: Final = [
    "USUBJID", "COHORT", "QUANTITY", "PLACE", "AFRLT", "NFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL", "DRAWN", "PCMETHOD",
    "EVENTDY",
]  # fmt: skip


def figure(data: TrialData, config: TrialConfig) -> Figure | EmptyFigure:
    """One panel per quantity measured in both; thin lines of subjects, thick lines of medians by nominal day."""
    from cartpk.figures import samples as s
    from cartpk.figures import wording

    if not config.marrow_pairs:
        return EmptyFigure("The trial's data hold no bone marrow that could be set against blood.")
    rows = _rows(data, config)
    if not rows["PLACE"].eq(_MARROW).any():
        return EmptyFigure("No usable bone marrow sample was taken.")
    marrow = rows[rows["PLACE"].eq(_MARROW)]
    n, names = marrow["USUBJID"].nunique(), list(dict.fromkeys(rows["QUANTITY"]))
    each = "; ".join(
        f"{q}: {own['USUBJID'].nunique()} with marrow, {len(own)} samples"
        for q, own in marrow.groupby("QUANTITY", sort=False)
    )
    size = (8.0, 1.3 + 2.7 * len(names))
    return Figure(
        data=rows,
        caption=f"{'; '.join(names)} of {wording.counted(n, 'subject')} with bone marrow ({each}). Thick lines: "
        "medians at nominal days; thin lines: subjects at actual days. Square-root time axis.",
        footnotes=(
            f"{wording.OPEN_MARKS} {'; '.join(s.lloq_lines(rows)['LABEL'])}. Blood of the same subjects only.",
            (
                "Marrow is aspirated on fewer days than blood is drawn: medians of different days are of different "
                "samples. Ratios at matched visits: Table 14.2-6."
            ),
            *wording.gdna_caveat(rows),
        ),
        alt=f"Lines of {' and '.join(names)} in blood and in bone marrow against days, medians and individuals, "
        f"{wording.counted(n, 'subject')}.",
        n=n,
        draw=lambda: _plot(rows, config, size),
        width=size[0],
        height=size[1],
    )


def _quantities(config: TrialConfig) -> list[tuple[str, str, str, bool]]:
    """Name, code in blood, code in marrow, whether it is kinetic, of everything measured in both."""
    labels = {a.code: a for a in config.analytes}
    found = [
        (labels[blood].label.split(" in ", maxsplit=1)[0], blood, marrow, True)
        for marrow, blood in config.marrow_pairs.items()
    ]
    measures = config.pharmacodynamics.measures
    for m in measures:
        if "MARROW" not in m.specimen.upper():
            continue
        same = [
            b for b in measures
            if b.specimen == "BLOOD"
            and (b.kind, b.population, b.marker, b.parent) == (m.kind, m.population, m.marker, m.parent)
        ]  # fmt: skip
        found += [(b.label, b.code, m.code, False) for b in same[:1]]
    return found


def _rows(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per sample drawn, blood of subjects with marrow only; quantities in the order of the config."""
    import pandas as pd

    from cartpk.figures import samples as s

    parts = []
    for name, blood, marrow, kinetic in _quantities(config):
        table, column = (data.adnca, "PCTESTCD") if kinetic else (data.adpd, "PARAMCD")
        used = table[table[column].isin([blood, marrow]) & table["ANLFL"].eq("Y") & table["AFRLT"].notna()]
        who = used.loc[used[column].eq(marrow), "USUBJID"]
        own = s.to_event(s.placed(used[used["USUBJID"].isin(who)], data.cohorts).dropna(subset=["DRAWN"]), data)
        own = own[own["DRAWN"] > 0] if kinetic else own
        own = own.assign(QUANTITY=name, PLACE=own[column].map({blood: _BLOOD, marrow: _MARROW}).astype("object"))
        parts.append(own[own["AFRLT"] > -1][_KEEP] if kinetic else own[_KEEP])
    rows = pd.concat([p.astype({"COHORT": "str"}) for p in parts], ignore_index=True)
    order = {name: i for i, (name, *_) in enumerate(_quantities(config))}
    rows = rows.assign(_Q=rows["QUANTITY"].map(order))
    return (
        rows.sort_values(["_Q", "PLACE", "USUBJID", "AFRLT"], kind="stable").drop(columns="_Q").reset_index(drop=True)
    )


def _plot(rows: pd.DataFrame, config: TrialConfig, size: tuple[float, float]) -> p9.ggplot:
    import plotnine as p9

    from cartpk.figures import samples as s
    from cartpk.figures import theme, wording
    from cartpk.figures.palette import PAPER

    unit = rows.groupby("QUANTITY", sort=False)["AVALU"].first()
    heads = {name: f"{name} ({s.short_unit(unit[name])})" for name in dict.fromkeys(rows["QUANTITY"])}

    def panelled(part: pd.DataFrame, day: str) -> pd.DataFrame:
        return part.assign(
            STRIP=theme.in_order(part["QUANTITY"].map(heads), heads.values()),
            X=theme.root_days(part[day]),
            PLACE=theme.in_order(part["PLACE"], [_BLOOD, _MARROW]),
        )

    drawn = panelled(rows, "AFRLT")
    drawn["LINE"] = drawn["USUBJID"].str.cat(drawn["PLACE"].astype(str), sep="|")
    medians = panelled(s.visit_summary(rows, config, by=("QUANTITY", "PLACE")), "NFRLT")
    blq = drawn[drawn["BLQFL"].eq("Y")]
    return (
        p9.ggplot(drawn, p9.aes("X", "DRAWN", color="PLACE"))
        + p9.geom_line(p9.aes(group="LINE"), size=0.35, alpha=0.3, show_legend=False)
        + p9.geom_point(data=blq, fill=PAPER, shape="o", size=1.2, stroke=0.35, alpha=0.6, show_legend=False)
        + p9.geom_line(p9.aes(y="MEDIAN", group="PLACE"), medians, size=1.1)
        + p9.geom_point(p9.aes(y="MEDIAN", shape="PLACE", fill="PLACE"), medians, size=2.2, stroke=0.4)
        + p9.facet_wrap("STRIP", ncol=1, scales="free_y")
        + theme.log_axis()
        + theme.root_time_axis(rows["AFRLT"], size[0] - 1.2)
        + p9.scale_color_manual(values=_INKS, breaks=list(_INKS), name="")
        + p9.scale_fill_manual(values=_INKS, breaks=list(_INKS), name="")
        + p9.scale_shape_manual(values=_MARKS, breaks=list(_MARKS), name="")
        + p9.labs(y="Median and individuals (log axes)")
        + theme.note(wording.small_print(config))
        + theme.house_theme(*size, [list(_INKS)])
    )
