"""Response by disease site: each site for itself, over the subjects in whom it was assessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.response import COMPOSITE, NOT_INVOLVED, codes_in_order
from cartpk.tables.cells import Noted, words
from cartpk.tables.efficacy import no_responses, site_text
from cartpk.tables.groups import Group, analysis_set
from cartpk.tables.response_rows import best_rows, rate_rows, response_notes, window_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import NOT_STATED, Endpoint

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by site and time point, one column per dose level."""
    if (nothing := no_responses(data, config)) is not None:
        return nothing
    rows = data.derived["adresp"]
    rows = rows[~rows["SITE"].fillna("").eq(COMPOSITE)]
    sites = list(dict.fromkeys(rows["SITE"].fillna("")))
    if len(sites) < 2:
        return NoTable("The trial has one response per subject: no disease sites are told apart.")
    who = analysis_set(data, "EFF", config)
    columns = (
        Column("site", "Disease site", "group"),
        Column("point", "Time point", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    noted = Noted()
    found: list[Row] = []
    own_n = rows.loc[~rows["REASND"].fillna("").eq(NOT_INVOLVED), "USUBJID"].nunique()
    for site in sites:
        own = rows[rows["SITE"].eq(site) & ~rows["REASND"].fillna("").eq(NOT_INVOLVED)]
        seen = set(own["USUBJID"])
        groups = [Group(g.label, tuple(s for s in g.subjects if s in seen)) for g in who.groups]
        found += _of_site(site, own, groups, config, noted, len(seen))
    unseen = len(who.subjects) - own_n
    left = (f"Not assessed at any site after the infusion, and in no row: {unseen} of the set.",) if unseen else ()
    return Body(columns, tuple(found), who.text, (*left, *_notes(config), *noted.footnotes()), "work/adresp.csv")


def _of_site(site: str, own: pd.DataFrame, groups: list[Group], config: TrialConfig, noted: Noted, n: int) -> list[Row]:
    name = words(f"{site_text(site)} ({n} assessed)")
    complete = bool(
        set((config.efficacy.responders or {}).get(site, config.clinical.responses.responders))
        & set(config.clinical.responses.complete)
    )
    found: list[Row] = []
    for month, here in own[own["PARAMCD"].eq("RESPONSE")].groupby("MONTH", sort=True):
        head = (name, words(window_text(float(str(month)), here, config)))
        found += rate_rows(
            head, {"site": site, "point": f"month_{month:g}"}, here, groups, config, noted, complete=complete
        )
    best = own[own["PARAMCD"].eq("BEST")]
    head, key = (name, words("Best response")), {"site": site, "point": "best"}
    found += rate_rows(head, key, best, groups, config, noted, complete=complete)
    found += best_rows(head, key, best, groups, codes_in_order(site, config))
    return found


def _notes(config: TrialConfig) -> list[str]:
    sites = config.efficacy.responders or {}
    counts = "; ".join(f"{site_text(site)}: {', '.join(codes)}" for site, codes in sites.items())
    rule = config.efficacy.site_combination_rule
    return [
        (
            "Percentages are of the subjects in whom the site was assessed after the infusion; a site without an "
            "assessment is taken as not involved."
        ),
        *([f"Responses that count: {counts}."] if counts else []),
        f"How the sites combine to one response: {NOT_STATED}; no composite is computed."
        if rule is None
        else "The composite that the configuration declares stands in Table 14.2-40.",
        *response_notes(config),
    ]


SPEC: Final = TableSpec("t_14_2_41", "14.2-41", "Response by disease site", table, (Endpoint.ORR_BY_SITE,))
