"""Response rate at the time points of the config, and best response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.clinical.response import COMPOSITE, codes_in_order
from cartpk.tables.cells import Noted, words
from cartpk.tables.efficacy import no_responses
from cartpk.tables.groups import analysis_set
from cartpk.tables.response_rows import best_rows, rate_rows, response_notes, window_text
from cartpk.tables.table import Body, Column, NoTable, Row, TableSpec
from cartpk.terms import Endpoint

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

_RULES: Final = {
    "all_sites": "a response at every site that was assessed after the infusion",
    "any_site": "a response at one site at least",
}


def table(data: TrialData, config: TrialConfig) -> Body | NoTable:
    """Rows by time point, one column per dose level; nothing where several sites have no declared composite."""
    if (nothing := no_responses(data, config)) is not None:
        return nothing
    rows = data.derived["adresp"]
    sites = [site for site in dict.fromkeys(rows["SITE"].fillna("")) if site != COMPOSITE]
    rule = config.efficacy.site_combination_rule
    if len(sites) > 1 and rule is None:
        return NoTable(
            "No response rate over all disease sites is computed: how the sites combine to one response is not stated "
            f"in the registry record, and the configuration declares no rule. The {len(sites)} sites stand apart in "
            "Table 14.2-41."
        )
    own = rows[rows["SITE"].eq(COMPOSITE)] if len(sites) > 1 else rows
    who = analysis_set(data, "EFF", config)
    columns = (
        Column("point", "Time point", "group"),
        Column("statistic", "Statistic", "statistic"),
        *(group.column() for group in who.groups),
    )
    noted = Noted()
    found: list[Row] = []
    for month, here in own[own["PARAMCD"].eq("RESPONSE")].groupby("MONTH", sort=True):
        head, key = (words(window_text(float(str(month)), here, config)),), {"point": f"month_{month:g}"}
        found += rate_rows(head, key, here, who.groups, config, noted)
    best = own[own["PARAMCD"].eq("BEST")]
    head, key = (words("Best response"),), {"point": "best"}
    found += rate_rows(head, key, best, who.groups, config, noted)
    found += best_rows(head, key, best, who.groups, codes_in_order(sites[0] if sites else "", config))
    notes = [*response_notes(config), *_more(config, rule if len(sites) > 1 else None), *noted.footnotes()]
    return Body(columns, tuple(found), who.text, tuple(notes), "work/adresp.csv")


def _more(config: TrialConfig, rule: str | None) -> list[str]:
    ends = {"progression": "progression", "new_therapy": "new anti-cancer therapy", "hsct": "a transplant"}
    until = " or ".join(ends[name] for name in config.clinical.responses.best_until)
    notes = [f"Best response: the best of the assessments after the infusion{f' up to {until}' if until else ''}."]
    if not config.efficacy.orr_months:
        notes.append("The months of a response rate are not stated in the registry record: best response only.")
    if rule is not None:
        notes.append(f"Sites are combined as the configuration declares: {_RULES[rule]}.")
    return notes


SPEC: Final = TableSpec("t_14_2_40", "14.2-40", "Response rate and best response", table, (Endpoint.ORR,))
