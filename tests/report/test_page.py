"""The page as a parser sees it: complete, closed, escaped, equal to its sources, the same each time."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import itertools
import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from cartpk.figures.registry import FIGURES
from cartpk.report import render
from cartpk.report.beside import beside
from cartpk.report.charts.library import library
from cartpk.report.methods import methods
from cartpk.report.page import css_string
from cartpk.report.prose import anchor
from cartpk.tables.registry import TABLES

_RUN = "<script>(.*?)</script>"
"""The script that stands on the page as it is; the charting library stands there packed."""
VOID = {"meta", "img", "br", "link", "input", "hr", "path"}


@dataclass
class Node:
    """An element with its attributes, children and own text."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Node] = field(default_factory=list)
    pieces: list[Node | str] = field(default_factory=list)

    def all(self, tag: str | None = None, **attributes: str):
        """Elements below this one, in the order of the page."""
        for child in self.children:
            named = {k.rstrip("_"): v for k, v in attributes.items()}
            if (tag is None or child.tag == tag) and named.items() <= child.attributes.items():
                yield child
            yield from child.all(tag, **attributes)

    def one(self, tag: str | None = None, **attributes: str) -> Node:
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        """All text below, blanks joined."""
        return " ".join("".join(p if isinstance(p, str) else f" {p.text} " for p in self.pieces).split())

    def has(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()


class Tree(HTMLParser):
    """A strict reader: every element is closed by its own tag, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root", {})
        self.stack = [self.root]
        self.feed(text)
        assert self.stack == [self.root], f"not closed: {[n.tag for n in self.stack]}"

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs))
        assert len(node.attributes) == len(attrs), f"an attribute of <{tag}> is given twice"
        self.stack[-1].children.append(node)
        self.stack[-1].pieces.append(node)
        if tag not in VOID:
            self.stack.append(node)

    def handle_startendtag(self, tag, attrs):
        node = Node(tag, dict(attrs))
        self.stack[-1].children.append(node)
        self.stack[-1].pieces.append(node)

    def handle_endtag(self, tag):
        assert self.stack[-1].tag == tag, f"</{tag}> closes <{self.stack[-1].tag}>"
        self.stack.pop()

    def handle_data(self, data):
        self.stack[-1].pieces.append(data)


@pytest.fixture(scope="module")
def tree(html):
    return Tree(html).root


@pytest.fixture(scope="module")
def entries(results):
    return json.loads((results / "tables" / "tables.json").read_text(encoding="utf-8"))


def cells(table: Node) -> list[list[str]]:
    """Printed cells of a table's body, headings between the rows left out."""
    rows = [row for body in table.all("tbody") for row in body.children if not row.has("heading")]
    printed, left = [], 0
    for row in rows:
        texts = [cell.text for cell in row.children]
        if left:
            left, texts = left - 1, ["", *texts]
        else:
            left = int(row.children[0].attributes.get("rowspan", 1)) - 1
        printed.append(texts)
    return printed


def outer_groups(entry: dict) -> int:
    """Leading columns of groups that become headings: all but the innermost."""
    kinds = [c["kind"] for c in entry["columns"]]
    depth = next((i for i, kind in enumerate(kinds) if kind != "group"), len(kinds))
    outer = max(depth - 1, 0)
    headings = sum(any(row[:outer]) for row in entry["rows"])
    return outer if headings * 3 <= len(entry["rows"]) else 0


# --- closed -----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-601")
def test_the_policy_comes_first_and_allows_nothing_but_this_style_and_script(tree, html):
    policy = next(m for m in tree.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    rules = dict(part.split(" ", 1) for part in policy.attributes["content"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    (packed,) = re.findall('id="charts-library"[^>]*>(.*?)</script>', html, flags=re.DOTALL)
    vega = gzip.decompress(base64.b64decode(packed)).decode()
    assert "BSD-3-Clause" in vega[:300]
    for kind, tags, more in (("style-src", "<style>(.*?)</style>", []), ("script-src", _RUN, [vega])):
        found = re.findall(tags, html, flags=re.DOTALL)
        assert len(found) == 1
        found += more
        digests = [base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode() for inner in found]
        assert sorted(rules[kind].split()) == sorted(f"'sha256-{digest}'" for digest in digests)
    assert "unsafe" not in policy.attributes["content"]
    assert html.index("Content-Security-Policy") < html.index("<style>")


def test_the_packed_charting_library_is_the_one_that_is_installed():
    vl_convert = pytest.importorskip("vl_convert", reason="vl-convert-python is not installed")
    versions = vl_convert.get_vega_version(), vl_convert.get_vegalite_versions()[-1]
    wanted = "Vega {}, Vega-Lite {},".format(*versions)
    assert library().name.startswith(wanted), "run python -m cartpk.report.charts.bundle"


@pytest.mark.requirement("URS-601")
def test_nothing_is_loaded_from_anywhere(tree):
    for node in tree.all():
        for name in ("src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"):
            value = node.attributes.get(name)
            assert value is None or value.startswith("data:"), (node.tag, name, value[:60])
        assert node.tag not in {"link", "iframe", "object", "embed", "base", "form"}
        assert not [n for n in node.attributes if n.startswith("on") or n == "style"], node.tag


def test_style_and_script_name_no_address(html):
    for tag in ("style", "script"):
        (inner,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
        inner = inner.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
        assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|XMLHttpRequest|eval\(|innerHTML", inner), tag


def test_links_lead_into_the_page_or_to_files_beside_it(tree, results, config):
    ids = {node.attributes["id"] for node in tree.all() if "id" in node.attributes}
    made_by_the_command = {link.path for link in beside(config)}
    for link in tree.all("a"):
        target = link.attributes["href"]
        if target.startswith("#"):
            assert target[1:] in ids, target
        else:
            assert (results / target).is_file() or target in made_by_the_command, target


def test_the_page_leads_to_its_exports_where_they_are_asked_for(make_config, run, provenance):
    page = render(make_config(report={"synthetic": True, "exports": ["xlsx", "pdf"]}), run, provenance)
    root = Tree(page).root
    targets = {a.attributes["href"] for a in root.all("a")}
    assert {"exports/tables.xlsx", "exports/figures.zip", "exports/README.txt"} <= targets
    assert "exports/datasets.csv" not in targets
    assert f"exports/pdf/{run.figures[0].id}.pdf" in targets
    none = render(make_config(report={"synthetic": True, "exports": []}), run, provenance)
    assert 'href="exports/' not in none


def test_ids_are_unique(tree):
    ids = [node.attributes["id"] for node in tree.all() if "id" in node.attributes]
    assert sorted(ids) == sorted(set(ids))


# --- complete ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_the_registry_is_there(tree, name):
    figure = tree.one("figure", id=anchor("figure", name))
    spec = FIGURES[name]
    assert f"Figure {spec.number}" in figure.text
    assert figure.one("h3").text == spec.title
    images = list(figure.all("img"))
    charts = [node for node in figure.all("div") if node.attributes.get("data-chart") == name]
    if charts:
        # a figure with a chart stands beside the page as files, and no second time in it
        assert not images
        assert f"Caption of {name}: <50 & more." in figure.text
        assert {"PNG", "SVG", "Data (CSV)"} <= {a.text for a in figure.all("a")}
    elif images:
        assert images[0].attributes["alt"] == f"Alternative text of {name}"
        assert (images[0].attributes["width"], images[0].attributes["height"]) == ("768", "384")
        assert f"Caption of {name}: <50 & more." in figure.text
        assert {"PNG", "SVG", "Data (CSV)"} == {a.text for a in figure.all("a") if not a.has("anchor")}
    else:
        assert "The data hold nothing <to> draw." in figure.text


ASKED = [name for name, entry in TABLES.items() if entry.needs in {None, "doses"}]
"""The tables of the small trial: it asks for every endpoint, and for no model of counts or of all subjects."""


@pytest.mark.parametrize("name", ASKED)
def test_every_table_of_the_registry_is_there_cell_for_cell(tree, entries, name):
    (entry,) = [e for e in entries if e["id"] == name]
    article = tree.one("article", id=anchor("table", name))
    assert entry["number"] in article.text
    assert article.one("h3").text == " ".join(entry["title"].split())
    for note in entry["footnotes"]:
        assert " ".join(note.split()) in article.text
    if entry["empty_reason"]:
        assert entry["empty_reason"] in article.text
        assert not list(article.all("table"))
        return
    table = article.one("table")
    outer = outer_groups(entry)
    heads = [" ".join(c["label"].split()) for c in entry["columns"]]
    assert [th.text for th in table.one("thead").all("th")] == heads[outer:]
    assert cells(table) == [[" ".join(text.split()) for text in row[outer:]] for row in entry["rows"]]
    headings = [row.text for row in table.all("tr") if row.has("heading")]
    assert len(headings) == sum(any(row[:outer]) for row in entry["rows"])
    for row in entry["rows"]:
        for text in row[:outer]:
            assert any(text in heading for heading in headings)
    assert table.one("caption").text.endswith(entry["title"])


def test_columns_of_numbers_stand_right(tree, entries):
    entry = next(e for e in entries if e["id"] == "t_14_2_2")
    table = tree.one("article", id=anchor("table", entry["id"])).one("table")
    wanted = [c["align"] == "right" for c in entry["columns"]][outer_groups(entry) :]
    assert any(wanted)
    for row in (r for body in table.all("tbody") for r in body.children if not r.has("heading")):
        right = [
            cell.has("right") or (cell.tag == "td" and table.has("num") and not (cell.has("left") or cell.has("wordy")))
            for cell in row.children
        ]
        assert right == wanted[-len(row.children) :]


def test_every_section_of_the_methods_is_there(tree, config):
    block = tree.one("section", id="methods").text
    for section in methods(config):
        assert section.title in block
        for paragraph in (*section.paragraphs, *section.steps):
            assert paragraph in block


@pytest.mark.requirement("URS-511")
def test_what_the_record_leaves_open_is_said(tree):
    facts = {d.children[0].text: d.children[1].text for d in tree.one("section", id="trial").all("div")}
    assert facts["Phase"] == "not stated in the registry record"
    assert facts["Registry number"] == "NCT00000001"


def test_provenance_names_versions_hashes_and_rows(tree, provenance):
    block = tree.one("section", id="provenance")
    for word in (provenance.source.version, provenance.source.code, "c0" * 32, "ab" * 32, "numpy", provenance.command):
        assert word in block.text
    inputs = next(t for t in block.all("table") if t.one("caption").text == "Input files")
    assert cells(inputs)[0] == ["data/<made>.csv", "35", "7", "ab" * 32]
    assert cells(inputs)[1] == ["data/odd.csv", "?", "?", "cd" * 32]
    assert "nca.windows.max_extrap_pct" in block.text


def test_the_disclaimer_is_there(tree):
    text = tree.one("section", id="provenance").text
    assert "supports, but does not confer, compliance" in text
    assert "exploratory" in text
    assert "No dose decision is made by the tool" in text


# --- equal to its sources ---------------------------------------------------------------------------------------------


def test_key_results_are_cells_of_the_tables(tree, entries, data):
    (entry,) = [e for e in entries if e["id"] == "t_14_2_2"]
    places = {c["key"]: i for i, c in enumerate(entry["columns"])}
    table = next(t for t in tree.all("table") if t.has("key"))
    rows = {row[0].split(" ")[0]: row[1:] for row in cells(table)}
    for label, code, statistic in (
        ("Cmax", "CMAX", "geo_mean"), ("Tmax", "TMAX", "median"), ("AUC0-28d", "AUC0_28D", "geo_mean"),
        ("AUC0-90d", "AUC0_90D", "geo_mean"), ("Terminal", "LAMZHL", "geo_mean"),
    ):  # fmt: skip
        for i, cohort in enumerate(data.cohorts):
            printed = {
                key["statistic"]: row[places[cohort]]
                for row, key in zip(entry["rows"], entry["keys"], strict=True)
                if key["parameter"] == code and "set" not in key
            }
            n = printed["n"].split(" ")[0]
            above = printed.get("n_positive", n) if statistic == "geo_mean" else n
            said = f"n = {n}" if above == n else f"n = {above} of {n}"
            assert rows[label][i] == f"{printed[statistic]} {said}", (code, cohort)


@pytest.mark.requirement("URS-602")
def test_numbers_on_the_page_are_those_of_the_csv(results, tree, data):
    with (results / "tables" / "t_14_2_2.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    low = next(c for c in rows[0] if c.startswith("2.5e7 cells"))
    (value,) = [float(r[low]) for r in rows if r["Parameter"].startswith("Cmax") and r["Statistic"] == "Geometric mean"]
    low_dose = data.adpp["PARAMCD"].eq("CMAX") & ~data.adpp["USUBJID"].str.startswith("2")
    cmax = data.adpp[low_dose & data.adpp["AVAL"].gt(0)]["AVAL"]
    assert len(cmax) == low_dose.sum() - 1
    assert value == pytest.approx(float(cmax.prod() ** (1 / len(cmax))), rel=1e-12)
    table = next(t for t in tree.all("table") if t.has("key"))
    (shown,) = [row[1].split(" ")[0] for row in cells(table) if row[0].startswith("Cmax")]
    assert float(shown.replace(",", "")) == pytest.approx(value, rel=5e-3)


# --- escaped ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-308")
def test_markup_in_the_data_is_printed_not_run(tree, html):
    assert '<script>alert("x")</script> & co' in tree.one("main").text
    assert html.count("<script") == 3, "the data block, the charting library and the page's script"
    assert "<b>" not in html.split('id="data">')[0]
    assert "&lt;50 &amp; more." in html


def test_a_title_cannot_leave_its_place(make_config, run, provenance):
    title = '</title></style><script>alert(1)</script> "x" & <50'
    page = render(make_config(report={"synthetic": False, "title": title}), run, provenance)
    root = Tree(page).root
    assert root.one("h1").text == title
    assert root.one("title").text == title
    assert page.count("<script") == 3, "the data block, the charting library and the page's script"


def test_product_names_cannot_leave_the_style(make_config, run, provenance):
    page = render(make_config(product={"name": '</style>"; } body { color: red', "cell": "T"}), run, provenance)
    assert page.count("</style>") == 1
    (style,) = re.findall("<style>(.*?)</style>", page, flags=re.DOTALL)
    assert "body { color: red" not in style


def test_css_strings_hold_only_letters_digits_blanks_and_escapes():
    nasty = 'a\n"\\{};</style> 低 x-1_·'
    assert re.fullmatch(r'"([^\W_]|[ ]|\\[0-9a-f]+ )*"', css_string(nasty))


# --- synthetic or not -------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-606")
def test_synthetic_data_say_so_at_the_top_in_the_bar_and_on_paper(tree, html):
    assert "Synthetic data" in tree.one("header", class_="bar").text
    assert "(synthetic data)" in tree.one("title").text
    assert "Every subject and every value on this page is simulated." in tree.one("main").text
    assert '@top-right { content: "Synthetic data"' in html


def test_real_data_do_not(make_config, run, provenance):
    page = render(make_config(report={"synthetic": False}), run, provenance)
    assert "Synthetic data" not in page
    assert "synthetic data" not in page.lower().replace("synthetic data only", "")


# --- accessible -------------------------------------------------------------------------------------------------------


def test_headings_are_in_order(tree):
    levels = [int(n.tag[1]) for n in tree.all() if re.fullmatch("h[1-6]", n.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_have_captions_and_scopes(tree):
    tables = list(tree.all("table"))
    assert tables
    for table in tables:
        assert table.one("caption").text
        assert all(th.attributes.get("scope") in {"col", "row", "rowgroup"} for th in table.all("th"))
        assert all(th.text for th in table.all("th"))


def test_regions_that_scroll_can_be_reached_and_are_named(tree):
    ids = {node.attributes["id"] for node in tree.all() if "id" in node.attributes}
    regions = [node for node in tree.all("div") if node.has("scroll")]
    assert regions
    for region in regions:
        assert region.attributes["tabindex"] == "0"
        assert region.attributes["role"] == "region"
        assert region.attributes["aria-labelledby"] in ids
    names = [region.attributes["aria-labelledby"] for region in regions]
    assert len(names) == len(set(names))


@pytest.mark.requirement("URS-604")
def test_landmarks_and_the_way_past_the_outline(tree):
    assert tree.one("main").attributes["id"] == "main"
    assert tree.one("nav").attributes["aria-label"] == "Contents"
    first = next(tree.one("body").all("a"))
    assert first.attributes["href"] == "#main"
    assert tree.one("html").attributes["lang"] == "en"


def test_the_outline_leads_to_every_exhibit(tree):
    targets = {a.attributes["href"] for a in tree.one("nav").all("a")}
    wanted = {f"#{anchor('figure', f)}" for f in FIGURES} | {f"#{anchor('table', t)}" for t in ASKED}
    assert wanted <= targets
    assert not {f"#{anchor('table', t)}" for t in set(TABLES) - set(ASKED)} & targets


# --- the same each time -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-702")
def test_two_builds_are_the_same_bytes_and_hold_no_clock(config, run, provenance, html):
    assert render(config, run, provenance) == html
    import datetime as dt

    assert f"{dt.datetime.now(dt.UTC):%Y-%m-%d}" not in html


def test_long_tables_are_folded(run, tree):
    for table in run.tables:
        if table.empty_reason is None:
            article = tree.one("article", id=table.anchor)
            assert bool(list(article.all("details"))) is table.long
