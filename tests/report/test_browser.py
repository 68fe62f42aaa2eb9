"""The page in a real browser: nothing is loaded, nothing overflows, nothing is folded on paper.

Needs chromium and chromedriver; skipped where they are absent.
"""

from __future__ import annotations

import base64
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

import pytest

from cartpk.files import write_text

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed")

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
