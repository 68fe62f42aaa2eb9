"""The files of a portfolio: a page that needs no other, says what is synthetic and where each number comes from."""

import html.parser
import json
import re

import pandas as pd
import pytest

from cartpk.portfolio import write_portfolio
from cartpk.portfolio.members import read_members
from cartpk.portfolio.page import printed
from cartpk.portfolio.panels import panels
from cartpk.portfolio.statistics import statistics


@pytest.fixture(scope="module")
def written(members, settings, results):
    few = settings.model_copy(update={"quantities": ("cmax", "persistence")})
    write_portfolio(few, members, results / "portfolio")
    return results / "portfolio"


@pytest.fixture(scope="module")
def page(written):
    return (written / "report.html").read_text(encoding="utf-8")


def test_every_panel_has_its_figure_and_its_table(written):
    assert sorted(f.name for f in (written / "figures").iterdir()) == sorted(
        f"p_{n}_{k}.{suffix}" for n in (1, 2) for k in (1, 2) for suffix in ("csv", "json", "png", "svg")
    )
    assert len(list((written / "tables").iterdir())) == 4
    words = json.loads((written / "figures" / "p_1_1.json").read_text(encoding="utf-8"))
    assert "Kaplan" not in " ".join(words["footnotes"])
    assert "geometric mean" in words["footnotes"][0]


def test_the_page_needs_no_other_file_and_no_network(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src &#39;none&#39;")
    assert not re.findall(r'(?:src|href)="https?:', page)
    assert "<script" not in page


def test_links_within_the_page_have_their_targets(page):
    class Anchors(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.ids, self.links = [], []

        def handle_starttag(self, tag, attrs):
            values = dict(attrs)
            self.ids += [values["id"]] if "id" in values else []
            self.links += [values["href"]] if tag == "a" and "href" in values else []

    found = Anchors()
    found.feed(page)
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)
    assert "../A/report.html" in found.links
    assert "../B/report.html" not in found.links, "B has no page"


def test_names_from_outside_are_never_markup(page):
    assert "<i>lymphoma</i>" not in page
    assert "&lt;i&gt;lymphoma&lt;/i&gt; &amp; leukaemia" in page


def test_the_page_says_which_trials_are_simulated(page):
    assert "Every subject and every value of A, B is simulated." in page
    assert "it compares nothing" in page
    assert "EU SmPC" in page


def test_numbers_of_the_page_are_those_of_the_csv(members, settings):
    own = {q.code: p for q, p in panels(members, settings).items()}["CMAX"][0]
    table = statistics(own, 0.95)
    heads, rows = printed(own, table, 95.0)
    at = heads.index("Geometric mean")
    assert [row[at] for row in rows] == ["4,000", "4,000", "500"]
    assert [row[heads.index("95 % limits")] for row in rows][1] == "NC; NC"
    assert "Extrapolated" not in heads, "a count that is 0 everywhere"


def test_values_of_all_panels_stand_in_one_file(written, results):
    values = pd.read_csv(written / "values.csv")
    assert set(values["PARAMCD"]) == {"CMAX", "TDET"}
    assert len(values) == 18
    assert values.loc[values["PARAMCD"] == "CMAX", "AVAL"].notna().all()
    assert results.is_dir()


def test_the_same_runs_give_the_same_bytes(members, settings, written, tmp_path):
    few = settings.model_copy(update={"quantities": ("cmax", "persistence")})
    other = tmp_path / "portfolio"
    write_portfolio(few, members, other)
    names = sorted(p.relative_to(written) for p in written.rglob("*") if p.is_file())
    changed = [n for n in names if n.name != "report.html" and (written / n).read_bytes() != (other / n).read_bytes()]
    assert not changed


def test_a_run_that_is_not_there_is_named_with_how_to_make_it(trials, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lacks adsl.csv.*--configfile a.yaml"):
        read_members(trials, tmp_path)
