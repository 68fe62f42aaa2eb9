"""The page says what the run said, begins with what is not shown, and loads nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli import validate
from cartpk.provenance import Source
from cartpk.validation import Verdict, load_pack, matrix
from cartpk.validation.installation import Check
from cartpk.validation.junit import Outcome, TestRun
from cartpk.validation.page import packages, render
from cartpk.validation.trials import trial_areas

pytestmark = pytest.mark.requirement("URS-711")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Source("1.2.3", "0123456789abcdef", "c" * 40, modified=True)
CHECKS = (Check("package", "numpy", "2.0", "2.1 <b>", passed=False), Check("platform", "machine", "", "x", None))


@pytest.fixture(scope="module")
def pack():
    return load_pack(ROOT, trial_areas(ROOT))


def run_of(pack, **changed):
    """A run in which every test passed but those named."""
    results = {(f"{node}test_x.py::test_y" if node.endswith("/") else node): Outcome.PASSED for node in pack.nodes()}
    return TestRun(results | changed.pop("results", {}), changed.pop("reasons", {}), "2031-01-01", 1.0, "f" * 64)


class Reader(HTMLParser):
    """Ids, addresses and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[a] for a in ("href", "src") if a in found]
        assert tag not in {"script", "link", "img", "iframe"}

    def handle_data(self, data):
        self.words.append(data)


def test_a_whole_run_covers_all_that_has_tests_and_no_gap(pack):
    for row in matrix(pack, run_of(pack)):
        expected = Verdict.PASSED if not row.requirement.gap else Verdict.PARTLY
        assert row.verdict is (expected if pack.tests[row.requirement.id] else Verdict.NO_TEST), row.requirement.id


def test_one_failure_fails_every_requirement_it_is_named_for(pack):
    node = "tests/test_roster.py"
    rows = matrix(pack, run_of(pack, results={f"{node}::test_z": Outcome.FAILED}))
    failed = [row.requirement.id for row in rows if row.verdict is Verdict.FAILED]
    assert failed == [name for name, nodes in pack.tests.items() if node in nodes]
    assert "URS-107" in failed


def test_a_test_that_was_skipped_everywhere_is_said_with_its_reason(pack):
    node = "tests/core/nca/test_oracle.py"
    run = run_of(pack, results={node: Outcome.SKIPPED}, reasons={node: "the <oracle> is not here"})
    (row,) = [row for row in matrix(pack, run) if row.requirement.id == "URS-201"]
    assert row.verdict is Verdict.PARTLY
    page = render(pack, run, CHECKS, PROGRAM, ["numpy"])
    assert "the &lt;oracle&gt; is not here" in page
    assert "<oracle>" not in page


def test_the_page_loads_nothing_and_its_links_lead_somewhere(pack):
    read = Reader(render(pack, run_of(pack), CHECKS, PROGRAM, ["numpy", "scipy"]))
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert set(pack.tests) <= set(read.ids)


def test_what_is_not_shown_comes_first(pack):
    page = render(pack, run_of(pack), CHECKS, PROGRAM, [])
    first = page[page.index('id="open"') : page.index('id="iq"')]
    listed = re.findall(r'href="#(URS-[^"]+)"', first)
    assert listed == [r.requirement.id for r in matrix(pack, run_of(pack)) if r.verdict is not Verdict.PASSED]
    failed = render(pack, run_of(pack, results={"tests/core/test_survival.py": Outcome.FAILED}), CHECKS, PROGRAM, [])
    assert re.search(r'href="#(URS-[^"]+)"', failed[failed.index('id="open-title"') :])[1] == "URS-505", (
        "the worst first"
    )
    assert "this installation is not the locked one" in page
    assert "2.1 &lt;b&gt;" in page


def test_without_a_run_nothing_is_claimed(pack):
    page = render(pack, None, CHECKS, PROGRAM, [])
    assert "no requirement is shown to be met" in page
    assert 'class="verdict passed"' not in page


def test_two_builds_are_the_same_bytes(pack):
    assert render(pack, run_of(pack), CHECKS, PROGRAM, ["numpy"]) == render(
        pack, run_of(pack), CHECKS, PROGRAM, ["numpy"]
    )


def test_it_supports_and_is_never_compliant(pack):
    """Conventions of wording: no compliance is claimed anywhere in the pack."""
    words = " ".join(Reader(render(pack, None, CHECKS, PROGRAM, [])).words)
    assert "This pack supports the validation" in words
    assert not re.search(r"\bcompliant\b|\bcomplies\b|\bvalidated system\b|21 CFR", words)
    (claim,) = re.findall(r"[^.]*\bcompliance\b[^.]*", words)
    assert claim.startswith(" It claims no compliance with any regulation:")


def test_licences_are_those_that_the_packages_declare():
    found = {p.name: p for p in packages(["numpy", "click", "no-such-package"])}
    assert set(found) == {"numpy", "click"}
    assert all("BSD" in p.licence and p.direct for p in found.values())


def test_the_command_refuses_tests_that_are_not_there(monkeypatch, tmp_path):
    monkeypatch.setattr("cartpk.validation.nodes.missing", lambda *_: ("tests/test_gone.py",))
    done = CliRunner().invoke(validate.command, ["--root", str(ROOT), "--out", str(tmp_path / "v.html")])
    assert isinstance(done.exception, ValueError)
    assert "tests/test_gone.py" in str(done.exception)
    assert not (tmp_path / "v.html").exists()
