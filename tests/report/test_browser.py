"""The page in a real browser: nothing is loaded, nothing overflows, nothing is folded on paper.

Needs chromium and chromedriver; skipped where they are absent.
"""

from __future__ import annotations

import base64
import csv
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartpk.core.summary import summarise
from cartpk.core.survival import kaplan_meier
from cartpk.files import write_text
from cartpk.report.packed import packed, unpacked

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.requirement("URS-601", "URS-604"),
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed"),
]

QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Browser:
    """A headless browser over the WebDriver protocol, without any library."""

    def __init__(self, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [str(DRIVER), f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        options = {"args": [*QUIET, f"--user-data-dir={profile}"], "binary": BROWSER}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}  # fmt: skip
        self.session = ""
        for attempt in range(50):
            try:
                reply = self.send("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
                break
            except urllib.error.URLError:
                if attempt == 49:
                    raise
                time.sleep(0.1)
        self.session = f"/session/{reply['sessionId']}"

    def send(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.session}{path}",
            data,
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return json.load(reply)["value"]

    def open(self, page: Path, width: int, scheme: str = "light") -> None:
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500
        )
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.send("POST", "/url", {"url": page.as_uri()})

    def command(self, name: str, **parameters: object) -> Any:
        return self.send("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def run(self, script: str) -> Any:
        return self.send("POST", "/execute/sync", {"script": script, "args": []})

    def log(self, kind: str) -> list[dict[str, Any]]:
        return self.send("POST", "/se/log", {"type": kind})

    def close(self) -> None:
        try:
            self.send("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def page(html, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_text(path, html)
    return path


def test_the_page_asks_for_no_other_file_and_logs_no_error(browser, page):
    browser.log("performance"), browser.log("browser")
    browser.open(page, 1280)
    browser.run("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    events = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert page.as_uri() in asked
    # the browser's own first page is no business of ours
    assert {url for url in asked if not url.startswith(("data:", "chrome:"))} == {page.as_uri()}
    assert browser.log("browser") == []


def test_markup_in_the_data_does_not_run(browser, page):
    browser.open(page, 1280)
    assert browser.run("return document.querySelectorAll('main script, main b').length") == 0
    assert browser.run("return document.body.textContent.includes('<script>alert(')")


def test_the_policy_stops_a_foreign_script(browser, page):
    browser.open(page, 1280)
    browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.foreign = 1'; document.body.append(s);"
    )
    assert browser.run("return window.foreign ?? null") is None
    browser.log("browser")


@pytest.mark.parametrize("width", [320, 375, 768, 1280, 1920])
def test_the_page_never_scrolls_sideways(browser, page, width):
    browser.open(page, width)
    browser.run("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_every_picture_is_drawn(browser, page):
    browser.open(page, 1280)
    time.sleep(0.2)
    drawn = browser.run("return [...document.images].map(i => i.complete && i.naturalWidth > 0)")
    assert drawn
    assert all(drawn)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_until_the_reader_chooses(browser, page, scheme):
    ground = "return getComputedStyle(document.body).backgroundColor"
    browser.open(page, 1280, scheme)
    browser.run("try { localStorage.clear() } catch {}")
    browser.open(page, 1280, scheme)
    first = browser.run(ground)
    assert (first == "rgb(255, 255, 255)") is (scheme == "light")
    browser.run("document.getElementById('theme').click()")
    assert browser.run(ground) != first
    browser.run("document.getElementById('theme').click()")
    assert browser.run(ground) == first
    card = browser.run("return getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert card == "rgb(255, 255, 255)"
    browser.run("try { localStorage.clear() } catch {}")


def test_the_outline_is_open_on_a_desktop_and_folded_on_a_phone(browser, page):
    state = "return document.querySelector('.outline details').open"
    browser.open(page, 1280)
    assert browser.run(state) is True
    browser.open(page, 375)
    assert browser.run(state) is False


def test_unfold_opens_every_folded_part(browser, page):
    browser.open(page, 1280)
    left = "return [...document.querySelectorAll('main details')].filter(d => !d.open).length"
    assert browser.run(left) > 0
    browser.run("document.getElementById('unfold').click()")
    assert browser.run(left) == 0
    assert browser.run("return document.getElementById('unfold').getAttribute('aria-pressed')") == "true"


def test_a_link_into_a_folded_part_opens_it(browser, page):
    browser.open(page, 1280)
    browser.run("location.hash = '#settings-title'")
    time.sleep(0.2)
    assert browser.run("return document.getElementById('settings-title').closest('details').open")


# --- charts, filters, listings ----------------------------------------------------------------------------------------


def settled(browser: Browser) -> None:
    """Waits until every chart is drawn."""
    for _ in range(300):
        if browser.run("return document.documentElement.dataset.charts === 'drawn'"):
            return
        time.sleep(0.1)
    pytest.fail("the charts are not drawn after 30 s")


@pytest.fixture
def fresh(browser, page) -> Browser:
    """The page as it is first opened, its charts drawn."""
    browser.send("POST", "/url", {"url": "about:blank"})
    browser.open(page, 1280)
    settled(browser)
    return browser


def spoken(browser: Browser, script: str) -> Any:
    found = browser.run(script)
    time.sleep(0.05)
    settled(browser)
    return found


def test_every_chart_draws_its_subjects(fresh, data):
    charts = fresh.run(
        "return cartpk.charts.map(c => [c.figure, c.panels.map(p => p.box.querySelectorAll('svg').length)])"
    )
    assert {"f_14_2_1", "f_14_2_3", "f_14_2_7"} <= {name for name, _ in charts}
    assert all(drawn == [1] * len(drawn) for _, drawn in charts)
    lines = "return cartpk.charts.find(c => c.figure === 'f_14_2_3').panels[0].view.data('rows')"
    assert {row["S"] for row in fresh.run(lines)} == set(data.adsl["USUBJID"]) - {"202"}


def test_the_page_reads_its_tables_as_they_were_packed(fresh):
    rng = np.random.default_rng(5)
    days = np.tile([-7.0, 0.0, 7.5, np.nan], 30)
    days[rng.integers(0, days.size, 9)] = 99.25
    frame = pd.DataFrame(
        {"DAY": days, "ROW": np.arange(days.size) * 9 + 8, "WORD": np.where(np.isnan(days), None, days.astype(str)),
         "ONCE": rng.normal(size=days.size), "SAME": 4.0, "RUN": np.repeat([1.0, 2.0], days.size // 2)}
    )  # fmt: skip
    made = packed(frame, list(frame.columns))
    forms = {key for column in made["columns"].values() if isinstance(column, dict) for key in column}
    assert {"b", "s", "c"} <= forms
    text = json.dumps(made)
    for name in frame.columns:
        found = fresh.run(f"const t = {text}; return cartpk.unpacked(t.columns, {json.dumps(name)}, t.n)")
        assert found == unpacked(made["columns"], name, made["n"]), name
        wanted = [None if pd.isna(value) else value for value in frame[name]]
        assert found == (pytest.approx(wanted, rel=1e-11) if name == "ONCE" else wanted)


@pytest.mark.requirement("URS-610")
def test_a_control_changes_the_scale_and_says_so(fresh):
    state = """const c = cartpk.charts.find(c => c.figure === 'f_14_2_3');
        return [c.panels[0].view.scale('y').type, c.state.values]"""
    assert fresh.run(state) == ["log", "log"]
    button = "[...document.querySelectorAll('[data-chart=f_14_2_3] button')].find(b => b.textContent === 'Linear')"
    spoken(fresh, f"{button}.click()")
    assert fresh.run(state) == ["linear", "linear"]
    assert fresh.run(f"return {button}.getAttribute('aria-pressed')") == "true"


@pytest.mark.requirement("URS-610")
def test_the_values_of_a_chart_stand_in_a_table_by_keys_alone(fresh, data):
    button = fresh.send("POST", "/element", {"using": "css selector", "value": "[aria-controls=values-f_14_2_3]"})
    (element,) = button.values()
    fresh.send("POST", f"/element/{element}/value", {"text": "\ue007"})
    rows = """return [...document.querySelectorAll('#values-f_14_2_3 table')].map(t =>
        [t.caption.textContent, [...t.tHead.rows[0].cells].map(c => c.textContent), ...[...t.tBodies[0].rows].map(
            r => [...r.cells].map(c => c.textContent))])"""
    (caption, heads, *shown), *_ = fresh.run(rows)
    assert heads == ["Subject", "Dose level", "Day", "Result", "Flags", "Source"]
    used = data.adnca[data.adnca["ANLFL"].eq("Y")]
    assert caption.endswith(f": {len(used)} values")
    known = {
        (s, f"{file}, row {int(row)}") for s, file, row in zip(used.USUBJID, used.SRCFILE, used.SRCROW, strict=True)
    }
    assert {(row[0], row[5]) for row in shown} == known
    quantified = used[used["USUBJID"].eq("102") & used["AVAL"].notna()]
    assert {row[3] for row in shown if row[0] == "102" and "BLQ" not in row[3]} == {
        f"{value:,.0f} copies/µg" for value in quantified["AVAL"]
    }
    spoken(fresh, "document.querySelectorAll('#filter input')[1].click()")
    assert {row[0] for row in fresh.run(rows)[0][2:]} == {"201"}
    spoken(fresh, "document.getElementById('filter-reset').click()")


@pytest.mark.requirement("URS-610")
def test_a_dose_filter_acts_on_charts_and_listings_and_says_so(fresh, data):
    shown = """const chart = cartpk.charts.find(c => c.figure === 'f_14_2_3').panels[0];
        const rows = [...document.querySelectorAll('#table-l-16-2-5-2 tbody tr:not(.heading)')];
        const names = values => [...new Set(values)];
        return [names(chart.view.data('rows').map(r => r.S)), names(rows.map(r => r.cells[0].textContent.trim())),
            document.getElementById('filter-line').hidden, document.getElementById('filter-said').textContent,
            location.hash]"""
    spoken(fresh, "document.querySelectorAll('#filter input')[1].click()")
    chart, listing, hidden, said, address = fresh.run(shown)
    assert set(chart) == {"201"}
    assert set(listing) <= {"201", "202"}
    assert "201" in listing
    assert not hidden
    assert said.startswith("2 of 8 subjects shown (Dose level: 1e8 cells)")
    assert "summary tables are of all subjects" in said
    assert "dose=1e8" in address
    # what does not follow says that it does not
    marks = "return [...document.querySelectorAll('.whole')].map(p => getComputedStyle(p).display)"
    assert set(fresh.run(marks)) == {"inline-block"}
    spoken(fresh, "document.getElementById('filter-reset').click()")
    chart, listing, hidden, _, address = fresh.run(shown)
    assert set(chart) == set(data.adsl["USUBJID"]) - {"202"}
    assert hidden
    assert "dose" not in address
    assert set(fresh.run(marks)) == {"none"}


@pytest.mark.requirement("URS-610")
def test_the_address_keeps_the_choice(browser, page):
    browser.send("POST", "/url", {"url": "about:blank"})
    browser.send("POST", "/url", {"url": f"{page.as_uri()}#figures?dose=1e8+cells&subject=201"})
    settled(browser)
    state = browser.run("const s = cartpk.filter.state(); return [s.count, [...s.picked].length, s.all]")
    assert state == [1, 1, False]
    browser.run("document.querySelector('a[href=\"#tables\"]').click()")
    time.sleep(0.2)
    assert browser.run("return location.hash") == "#tables?dose=1e8+cells&subject=201"


@pytest.mark.requirement("URS-610")
def test_the_search_finds_a_subject_by_keys_alone(fresh):
    field = fresh.send("POST", "/element", {"using": "css selector", "value": "#find"})
    (element,) = field.values()
    fresh.send("POST", f"/element/{element}/value", {"text": "20\ue015\ue007"})
    time.sleep(0.1)
    chosen = "return [...cartpk.filter.state().picked].map(i => cartpk.table('adsl').columns.USUBJID[i])"
    assert fresh.run(chosen) == ["202"]
    assert fresh.run("return document.querySelector('#filter-chips').textContent.includes('202')")
    assert fresh.run("return document.activeElement.id") == "find"


LISTING = "document.querySelector('#table-l-16-2-5-4')"


def column(browser: Browser, label: str) -> list[str]:
    return browser.run(
        f"""const t = {LISTING}.querySelector('table');
        const k = [...t.tHead.rows[0].cells].findIndex(c => c.textContent.startsWith({json.dumps(label)}));
        return [...t.tBodies].flatMap(b => [...b.rows]).map(r => r.cells[k].textContent.trim())"""
    )


@pytest.mark.requirement("URS-610")
def test_a_listing_sorts_and_searches(fresh):
    fresh.run(f"{LISTING}.querySelectorAll('details').forEach(d => {{ d.open = true }})")
    press = f"""[...{LISTING}.querySelectorAll('thead button')].find(b => b.textContent.startsWith('Cmax')).click()"""
    before = column(fresh, "Cmax")
    fresh.run(press)
    up = [float(text.replace(",", "")) for text in column(fresh, "Cmax") if text[:1].isdigit()]
    assert up == sorted(up)
    assert len(up) > 4
    fresh.run(press)
    down = [float(text.replace(",", "")) for text in column(fresh, "Cmax") if text[:1].isdigit()]
    assert down == up[::-1]
    fresh.run(press)
    assert column(fresh, "Cmax") == before
    fresh.run(f"""const i = {LISTING}.querySelector('input'); i.value = '103'; i.dispatchEvent(new Event('input'))""")
    time.sleep(0.3)
    assert column(fresh, "Subject") == ["103"]
    assert fresh.run(f"return {LISTING}.querySelector('.tally').textContent") == "1 of 7 rows"


@pytest.mark.requirement("URS-610")
def test_a_listing_is_saved_from_the_page_itself(fresh, results, tmp_path):
    fresh.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    fresh.run(f"[...{LISTING}.querySelectorAll('.files button')].find(b => b.textContent === 'Save as CSV').click()")
    file = tmp_path / "NCT00000001_l_16_2_5_4.csv"
    for _ in range(50):
        if file.is_file():
            break
        time.sleep(0.1)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    block = fresh.run("return cartpk.data.listings.l_16_2_5_4.labels")
    assert rows[0] == block
    with (results / "tables" / "l_16_2_5_4.csv").open(encoding="utf-8", newline="") as stream:
        assert [row[0] for row in rows[1:]] == [row[0] for row in list(csv.reader(stream))[1:]]


def test_curves_of_the_page_are_those_of_the_package(fresh):
    rng = np.random.default_rng(11)
    times, events = rng.integers(1, 40, 30).astype(float), rng.random(30) < 0.6
    wanted = kaplan_meier(times, events)
    given = json.dumps([{"time": t, "event": bool(e), "who": ""} for t, e in zip(times, events, strict=True)])
    steps = fresh.run(f"return cartpk.stats.survival({given}, 1.959963984540054)")[1:]
    for key, values in (("t", wanted.time), ("s", wanted.survival), ("lo", wanted.lower), ("hi", wanted.upper),
                        ("n", wanted.at_risk)):  # fmt: skip
        found = [np.nan if step[key] is None else step[key] for step in steps]
        assert found == pytest.approx(list(values), rel=1e-9, nan_ok=True), key


@given(values=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=25))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_quartiles_of_the_page_are_those_of_the_package(browser, page, values):
    if browser.run("return typeof cartpk === 'undefined'"):
        browser.open(page, 1280)
    found = browser.run(f"return cartpk.stats.five({json.dumps(values)})")
    wanted = summarise(np.array(values), np.zeros(len(values), dtype=int), 1, "type7")
    assert found["med"] == pytest.approx(float(wanted.median[0]), rel=1e-12)
    if len(values) >= 3:
        assert [found["q1"], found["q3"]] == pytest.approx([float(wanted.q1[0]), float(wanted.q3[0])], rel=1e-12)


def violations(browser: Browser) -> list[str]:
    """What axe-core finds, each with its first element; of long tables the first rows, all rows being alike."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    browser.run(
        """for (const body of document.querySelectorAll('tbody')) {
            for (const row of [...body.rows].slice(4)) row.remove();
            for (const cell of body.querySelectorAll('[rowspan]')) cell.removeAttribute('rowspan');
        }"""
    )
    browser.command("Runtime.evaluate", expression=(Path(axe.__file__).parent / "axe.min.js").read_text("utf-8"))
    asked = """axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(
        found.violations.map(v => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`)))"""
    reply = browser.command("Runtime.evaluate", expression=asked, awaitPromise=True, returnByValue=True)
    return json.loads(reply["result"]["value"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(browser, page, scheme):
    browser.send("POST", "/url", {"url": "about:blank"})
    browser.open(page, 1280, scheme)
    settled(browser)
    browser.run("cartpk.filter.pick(0); document.getElementById('filter-open').click()")
    browser.run("document.querySelectorAll('[aria-controls^=values-]').forEach(button => button.click())")
    assert violations(browser) == []
    browser.run("location.hash = '#subject/102'")
    browser.run("document.querySelectorAll('#subject details').forEach(d => { d.open = true })")
    assert violations(browser) == []


def test_nothing_was_asked_of_a_network_and_nothing_failed(browser, page):
    # after all of the above: charts, filters and listings wrote no error
    assert [entry for entry in browser.log("browser") if entry["level"] == "SEVERE"] == []
    browser.open(page, 1280)
    settled(browser)
    assert (
        browser.run("return performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length")
        == 0
    )


def test_paper_shows_what_is_folded(browser, page, tmp_path):
    browser.open(page, 1280)
    printed = browser.command("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(base64.b64decode(printed["data"]))
    assert pdf.read_bytes().startswith(b"%PDF")
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed: the words of the printed page cannot be read")
    words = subprocess.run([reader, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert "nca.windows.max_extrap_pct" in words, "the folded settings are not on paper"
    pages = words.rstrip("\f").split("\f")
    assert all("Synthetic data" in sheet for sheet in pages), "a sheet does not say that the data are synthetic"
    assert all(f"{n} / {len(pages)}" in sheet for n, sheet in enumerate(pages, start=1))
