"""The file that pytest really writes is read as what happened."""

import subprocess
import sys

import pytest

from cartpk.validation.junit import Outcome, TestRun, joined, read_junit

SUITE = """
import pytest
@pytest.mark.parametrize("x", ["a", "b.c", "[d]"])
def test_each(x): assert x != "b.c", "no points"
def test_skipped(): pytest.skip("no browser here")
@pytest.fixture
def broken():
    yield
    raise RuntimeError("after the test")
def test_teardown(broken): pass
class TestMany:
    def test_inside(self): pass
"""


@pytest.fixture(name="run", scope="module")
def _run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suite")
    (folder / "tests" / "deep").mkdir(parents=True)
    (folder / "tests" / "deep" / "test_it.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         "--import-mode=importlib", "--junitxml=out.xml"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return read_junit(folder / "out.xml")


def test_nodes_and_outcomes_are_those_of_pytest(run):
    file = "tests/deep/test_it.py"
    assert run.results == {
        f"{file}::test_each[a]": Outcome.PASSED,
        f"{file}::test_each[b.c]": Outcome.FAILED,
        f"{file}::test_each[[d]]": Outcome.PASSED,
        f"{file}::test_skipped": Outcome.SKIPPED,
        f"{file}::test_teardown": Outcome.FAILED,
        f"{file}::TestMany::test_inside": Outcome.PASSED,
    }
    assert run.counts() == {Outcome.PASSED: 3, Outcome.FAILED: 2, Outcome.SKIPPED: 1}


def test_reasons_are_one_line(run):
    assert run.reasons["tests/deep/test_it.py::test_skipped"] == "no browser here"
    assert "no points" in run.reasons["tests/deep/test_it.py::test_each[b.c]"]
    assert "after the test" in run.reasons["tests/deep/test_it.py::test_teardown"]
    assert not [reason for reason in run.reasons.values() if "\n" in reason]


def test_the_file_states_its_time(run):
    assert run.when
    assert run.seconds > 0


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><testsuites><testcase name="&a;"/></testsuites>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "declares entities"),
        ("<testsuites><testsuite>", "cut off"),
        ("<testsuites/>", "holds no test"),
    ],
)
def test_what_is_no_file_of_pytest_is_refused(tmp_path, text, said):
    (tmp_path / "x.xml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_junit(tmp_path / "x.xml")


def test_a_missing_file_says_how_to_make_it(tmp_path):
    with pytest.raises(ValueError, match="--junitxml"):
        read_junit(tmp_path / "none.xml")


def test_parts_of_a_run_are_one_and_what_one_of_them_skips_another_may_run():
    passed, failed, skipped = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED
    suite = TestRun(
        {"a": passed, "b": skipped, "c": skipped, "d": passed}, {"b": "no Slurm", "c": "no SAS"}, "2", 60.0, "x"
    )
    beside = TestRun({"b": passed, "d": failed, "e": passed}, {"d": "it broke"}, "1", 5.0, "y")
    for one, other in ((suite, beside), (beside, suite)):
        run = joined([one, other])
        assert run.results == {"a": passed, "b": passed, "c": skipped, "d": failed, "e": passed}
        assert run.reasons == {"c": "no SAS", "d": "it broke"}
        assert (run.when, run.seconds) == ("1", 65.0)
    with pytest.raises(ValueError, match="no run"):
        joined([])
