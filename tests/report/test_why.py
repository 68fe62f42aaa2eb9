"""Why a number is so: every value leads to its definition and samples, every summary to its subjects."""

from __future__ import annotations

import json
import time
from contextlib import chdir
from dataclasses import replace
from urllib.parse import quote

import pandas as pd
import pytest
from page_reader import numbers
from sample_run import AGAIN, CONFIG, NEVER, ROOT, sample  # noqa: F401 - the fixture
from test_browser import BROWSER, DRIVER, Browser

from cartpk.config import load as load_config
from cartpk.core.nca import PARAMETERS
from cartpk.models import MODELS
from cartpk.pharmacodynamics.parameters import PARAMETERS as PD_PARAMETERS
from cartpk.report.choices import printed, settings
from cartpk.report.page_data import subject_places
from cartpk.report.tables import read_tables
from cartpk.report.why.definitions import ROLES, definition, definitions, key_of, role_of
from cartpk.report.why.summaries import behind
from cartpk.tables.groups import analysis_set
from cartpk.terms import SubjectSet
from cartpk.trial_data import load

pytestmark = pytest.mark.requirement("URS-607")


@pytest.fixture(scope="module")
def data(sample):  # noqa: F811
    return load(sample)


@pytest.fixture(scope="module")
def config():
    with chdir(ROOT):
        return load_config(CONFIG)


@pytest.fixture(scope="module")
def tables(sample):  # noqa: F811
    return read_tables(sample)


@pytest.fixture(scope="module")
def cells(tables, data, config):
    return behind(tables, data, config, list(subject_places(data)))


# --- definitions ----------------------------------------------------------------------------------------------------


def test_every_parameter_of_the_run_has_a_definition_with_formula_and_source(data, config):
    said = [(path, printed(value)) for path, value, _ in settings(config)]
    found = {one["key"]: one for one in definitions(data.adpp, config, said)}
    for row in data.adpp.drop_duplicates(["PARCAT1", "PPANMETH", "PARAMCD"]).to_dict("records"):
        one = found[key_of(row["PARCAT1"], row["PPANMETH"], row["PARAMCD"])]
        assert one["formula"]
        assert one["source"]
        assert one["cdisc"]
        assert one["role"] in ROLES
    assert dict(found["NCA AUC0_90D"]["settings"])["nca.windows.max_extrap_pct"] == "20"
    assert found["NCA CMAX"]["formula"] == PARAMETERS["CMAX"].formula


@pytest.mark.parametrize("code", PARAMETERS)
def test_every_parameter_of_the_registry_says_what_it_rests_on(code):
    assert role_of("NCA", code) != "profile", "it rests on all samples by no rule of its own: add it to the roles"
    one = definition("NCA", None, code, PARAMETERS[code].label, "")
    assert (one.formula, one.cdisc) == (PARAMETERS[code].formula, PARAMETERS[code].cdisc)


@pytest.mark.parametrize("code", PD_PARAMETERS)
def test_every_parameter_of_cell_counts_says_what_it_rests_on(code):
    assert role_of("PD", code) != "profile"
    assert definition("PD", None, code, "x", "").formula == PD_PARAMETERS[code].definition


@pytest.mark.parametrize("name", MODELS)
def test_every_quantity_of_every_model_is_defined(name):
    for entry in MODELS[name].derived:
        one = definition("MODEL", f"{name.upper()} MAP M3", entry.paramcd, entry.label, "")
        assert entry.formula in one.formula
        assert MODELS[name].equation in one.formula
        assert one.method == "models"


def test_a_parameter_that_no_registry_has_is_refused():
    with pytest.raises(ValueError, match="no registry has the parameter NCA NONSENSE"):
        definition("NCA", None, "NONSENSE", "x", "")
    with pytest.raises(ValueError, match="gives NONSENSE; models: "):
        definition("MODEL", "STEIN MAP M3", "NONSENSE", "x", "")


# --- summaries ------------------------------------------------------------------------------------------------------


def test_the_n_of_every_summary_is_the_number_of_subjects_behind_it(data, tables, cells):
    """The first number of every row of counts is how many of the subjects behind the cell have a value."""
    places = {i: s for s, i in subject_places(data).items()}
    values = data.adpp.set_index(["PARCAT1", "PARAMCD", "PPCAT", "PPSPEC", "ATPTREF", "PPANMETH", "USUBJID"])["AVAL"]
    values = values.to_dict()
    compared = 0
    for table in tables:
        of = cells.get(table.anchor)
        if of is None or "groups" not in of:
            continue
        for row, what in zip(table.rows, of["rows"], strict=True):
            if what is None or "p" not in what or row.key.get("statistic") != "n" or "set" in row.key:
                continue
            category, code, analyte, specimen, infusion, method = what["p"]
            found = {
                key[-1]: value
                for key, value in values.items()
                if key[:5] == (category, code, analyte, specimen, infusion) and (not method or key[5] == method)
            }
            for cell, group in zip(row.cells, of["columns"], strict=True):
                if group < 0:
                    continue
                n = int(numbers(cell.text)[0][0])
                apart = int(numbers(cell.text)[1][0]) if len(numbers(cell.text)) == 3 else 0
                held = sum(pd.notna(found.get(places[i], float("nan"))) for i in of["groups"][group])
                # values that a flag sets apart are counted beside the n, or within it
                assert held in {n, n + apart}, (table.id, row.key, cell.text, held)
                compared += 1
    assert compared > 300


def test_every_table_that_names_its_set_leads_to_subjects(tables, cells, data, config):
    names = ["all", *(name.value for name in SubjectSet)]
    sets = {analysis_set(data, name, config).text for name in names}
    sets |= {analysis_set(data, name).text for name in ("all", "PK", "PD")}
    everyone = len(data.adsl)
    linked = 0
    for table in tables:
        if table.is_listing or table.empty_reason:
            continue
        of = cells.get(table.anchor)
        if table.population not in sets:
            continue
        assert of is not None, f"{table.id}: {table.population!r} is an analysis set"
        assert of["groups"]
        assert all(0 <= i < everyone for group in of["groups"] for i in group)
        assert len(of["columns"]) == len(table.columns)
        assert len(of["rows"]) == len(table.rows)
        linked += 1
    assert linked > 20


def unrolled(runs):
    return [place for place, rows in zip(runs[::2], runs[1::2], strict=True) for _ in range(rows)]


def test_a_row_of_a_file_as_a_whole_names_no_line(tables, data, config):
    listing = next(t for t in tables if t.is_listing and any("row" in row.key for row in t.rows))
    at = next(i for i, row in enumerate(listing.rows) if "row" in row.key)
    whole = replace(listing.rows[at], key={**listing.rows[at].key, "row": ""})
    rows = (*listing.rows[:at], whole, *listing.rows[at + 1 :])
    places = list(subject_places(data))
    before = behind([listing], data, config, places)[listing.anchor]["samples"]
    after = behind([replace(listing, rows=rows)], data, config, places)[listing.anchor]["samples"]
    assert before[at] is not None
    assert after == [*before[:at], None, *before[at + 1 :]]


def test_the_subject_of_every_row_of_a_listing_is_known(tables, cells, data):
    places = {i: s for s, i in subject_places(data).items()}
    for name in ("l_16_2_5_1", "l_16_2_5_2", "l_16_2_5_4", "l_16_2_7_2"):
        table = next(t for t in tables if t.id == name)
        subjects = unrolled(cells[table.anchor]["subjects"])
        assert len(subjects) == len(table.rows)
        assert set(subjects) <= set(places), name
    samples = next(t for t in tables if t.id == "l_16_2_5_2")
    of = cells[samples.anchor]
    where = {(r["SRCFILE"], f"{r['SRCROW']:.0f}"): r["USUBJID"] for r in data.adnca.to_dict("records")}
    (file,) = of["files"]
    for i, line in zip(unrolled(of["subjects"]), of["samples"], strict=True):
        assert where[file, f"{line}"] == places[i]


# --- in a browser ---------------------------------------------------------------------------------------------------

pytestmark_browser = pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed")


@pytest.fixture(scope="module")
def browser(tmp_path_factory, sample):  # noqa: F811
    opened = Browser(tmp_path_factory.mktemp("profile"))
    opened.open(sample / "report.html", 1280)
    yield opened
    opened.close()


def go(browser, place):
    browser.run(f"location.hash = {json.dumps(place)}")
    time.sleep(0.15)


POINTS = """
const s = cartpk.subjects, made = [];
for (const id of s.ids) for (const one of s.parameters(s.place.get(id))) {
  const { samples, chosen } = cartpk.why.points(one);
  const rests = samples.filter((row) => chosen.has(row.at));
  made.push({ id, category: one.PARCAT1, code: one.PARAMCD, infusion: one.ATPTREF, value: one.AVAL, n: samples.length,
    rests: rests.map((row) => [row.ARRLT ?? row.AFRLT, row.blq ? 0 : row.AVAL, row.ANLFL]) });
}
return made;
"""


@pytestmark_browser
def test_the_samples_named_under_a_value_give_that_value(browser):
    """What the panel shows as the basis of a value reproduces it, for every subject, where it can be read off."""
    made = browser.run(POINTS)
    read = {
        "CMAX": lambda rows: max(v for _, v, _ in rows),
        "TMAX": lambda rows: rows[0][0],
        "TLST": lambda rows: rows[0][0],
        "CLST": lambda rows: rows[0][1],
        "TFST": lambda rows: rows[0][0],
        "LAMZNPT": len,
        "LAMZLL": lambda rows: rows[0][0],
        "LAMZUL": lambda rows: rows[-1][0],
        "GRWNPT": len,
        "CONNPT": len,
        "TDET": lambda rows: max(d for d, v, _ in rows if v > 0),
        "PDNADIR": lambda rows: rows[0][1],
        "PDTNADIR": lambda rows: rows[0][0],
        "PDBASE": lambda rows: rows[0][1],
        "PDPEAK": lambda rows: rows[0][1],
    }
    checked = dict.fromkeys(read, 0)
    for one in made:
        if one["value"] is None:
            continue
        if one["category"] == "NCA" and one["value"] == 0:
            continue  # nothing quantifiable: a concentration of 0 rests on no sample
        assert one["rests"], one
        assert all(flag == "Y" for *_, flag in one["rests"]), one
        if one["code"] in read and one["category"] != "MODEL":
            assert read[one["code"]](one["rests"]) == pytest.approx(one["value"], rel=1e-4, abs=2e-3), one
            checked[one["code"]] += 1
    assert all(checked.values()), checked


@pytestmark_browser
def test_an_area_rests_on_no_sample_after_the_first_one_beyond_its_window(browser):
    for one in browser.run(POINTS):
        if one["code"] in {"AUC0_28D", "AUC0_90D"}:
            window = float(one["code"][5:7])
            beyond = [row for row in one["rests"] if row[0] > window]
            assert len(beyond) <= 1, one


@pytestmark_browser
def test_the_panel_says_definition_reason_and_source(browser, data):
    row = data.adpp[data.adpp["PARAMCD"].eq("AUC0_90D") & data.adpp["USUBJID"].eq(AGAIN)].iloc[0]
    go(browser, "/".join(map(quote, ["why", AGAIN, "NCA", "AUC0_90D", row["PPCAT"], "BLOOD", "INFUSION 1", ""])))
    text = browser.run("return document.getElementById('why').innerText")
    for words in (
        "AUC0-90d: NC",
        "AUC0-90d has no value (NC_EVENT): a re-infusion, transplantation or death came before the end of the window",
        "area from day 0 to day 90 by the decision table of the methods",
        "nca.windows.max_extrap_pct = 20",
        row["PPREASND"],
        "pc.csv",
    ):
        assert words in text, words
    assert browser.run("return document.getElementById('why').open && document.activeElement.id") == "why-title"
    browser.run("document.querySelector('#why button').click()")
    time.sleep(0.15)
    assert browser.run("return document.getElementById('why').open") is False
    assert "why" not in browser.run("return location.hash")


@pytestmark_browser
def test_every_number_of_the_listing_of_parameters_leads_to_its_panel(browser):
    """Each cell with a number opens the panel of that subject and parameter, and the panel says the same number."""
    browser.run("location.hash = 'table-l-16-2-5-4'")
    time.sleep(0.3)
    browser.run("cartpk.stamp(document.getElementById('table-l-16-2-5-4'))")
    cells = browser.run(
        "return [...document.querySelectorAll('#table-l-16-2-5-4 button.cell')].map(b => [b.textContent, b.dataset.to])"
    )
    assert len(cells) > 150
    wrong = browser.run(
        "const wrong = [];"
        "for (const b of [...document.querySelectorAll('#table-l-16-2-5-4 button.cell')]) {"
        "  const [, id, category, code, ...where] = b.dataset.to.slice(1).split('/').map(decodeURIComponent);"
        "  const one = cartpk.subjects.parameters(cartpk.subjects.place.get(id)).find((p) => p.PARCAT1 === category"
        "    && p.PARAMCD === code && p.PPCAT === where[0] && p.PPSPEC === where[1] && p.ATPTREF === where[2]);"
        "  const text = b.textContent.trim().split(' [')[0];"
        "  if (!one || one.shown !== text) wrong.push([text, b.dataset.to, one?.shown]);"
        "} return wrong;"
    )
    assert wrong == []
    browser.run("document.querySelector('#table-l-16-2-5-4 button.cell').click()")
    time.sleep(0.2)
    title = browser.run("return document.getElementById('why-title').textContent")
    assert cells[0][0].split(" [")[0].strip() in title
    browser.run("document.getElementById('why').close()")


@pytestmark_browser
def test_a_cell_of_a_summary_leads_to_its_subjects(browser, data):
    go(browser, "behind/table-t-14-2-2/0/3")
    text = browser.run("return document.getElementById('why').innerText")
    middle = sorted(data.adsl.loc[data.adsl["COHORTN"].eq(2), "USUBJID"])
    assert all(subject in text for subject in middle)
    assert f"{len(middle)} of {len(middle)} subjects have a value" in text
    assert NEVER in text
    assert "BLQ" in text
    link = browser.run("return document.querySelector('#why tbody a').hash")
    assert link.startswith("#subject/")
    go(browser, "behind/table-t-14-2-1/4/4")
    text = browser.run("return document.getElementById('why').innerText")
    assert "Samples of nominal day" in text
    assert "pc.csv, line" in text
    browser.run("document.getElementById('why').close()")


@pytestmark_browser
def test_subjects_in_listings_are_links_and_arrows_move_between_numbers(browser):
    browser.run("cartpk.stamp(document.getElementById('table-l-16-2-5-4'))")
    hrefs = browser.run("return [...document.querySelectorAll('#table-l-16-2-5-4 tbody a')].map(a => a.hash)")
    assert len(set(hrefs)) == 18
    stops = "return document.querySelectorAll('#table-l-16-2-5-4 button.cell[tabindex=\"0\"]').length"
    assert browser.run(stops) == 1
    browser.run(
        "const b = document.querySelector('#table-l-16-2-5-4 button.cell'); b.focus();"
        "b.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true}))"
    )
    moved = browser.run(
        "const all = [...document.querySelectorAll('#table-l-16-2-5-4 button.cell')];"
        "return [all.indexOf(document.activeElement), all.filter(b => b.tabIndex === 0).length]"
    )
    assert moved == [1, 1]


@pytestmark_browser
def test_a_sample_of_a_listing_leads_to_its_row(browser, data):
    row = data.adnca[data.adnca["USUBJID"].eq(AGAIN) & data.adnca["AVAL"].notna()].iloc[2]
    go(
        browser,
        "/".join(quote(part, safe="") for part in ["subject", AGAIN, "sample", row["SRCFILE"], f"{row['SRCROW']:.0f}"]),
    )
    sought = browser.run("return [...document.querySelectorAll('#subject tr.sought')].map(r => r.innerText)")
    assert len(sought) == 1
    assert f"line {row['SRCROW']:.0f}" in sought[0]
    go(browser, "main")


@pytestmark_browser
def test_an_address_of_nothing_says_so(browser):
    for place in ("why/nobody/NCA/CMAX/X/BLOOD/INFUSION 1/", "behind/table-none/0/0"):
        go(browser, place)
        assert "Not in this report" in browser.run("return document.getElementById('why').innerText")
        browser.run("document.getElementById('why').close()")
    assert [entry for entry in browser.log("browser") if entry["level"] == "SEVERE"] == []
