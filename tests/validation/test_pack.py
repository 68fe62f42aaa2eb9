"""The pack holds together: numbers, tests and modules that it names are there, and what is wrong is told."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartpk.config import load
from cartpk.terms import Endpoint
from cartpk.validation import PackError, Verdict, load_pack, matrix
from cartpk.validation.markers import marked
from cartpk.validation.nodes import belongs, missing
from cartpk.validation.trials import trial_areas

pytestmark = pytest.mark.requirement("URS-711")

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "docs" / "validation"


@pytest.fixture(scope="module")
def pack():
    return load_pack(ROOT, trial_areas(ROOT))


@pytest.fixture
def copy(tmp_path):
    """A project of the pack and of files that carry the markers of the tests and nothing else."""
    shutil.copytree(PACK, tmp_path / "docs" / "validation")
    (tmp_path / "tests").mkdir()
    numbers = ", ".join(f'"{name}"' for name in marked(ROOT))
    (tmp_path / "tests" / "test_all.py").write_text(
        f"pytestmark = pytest.mark.requirement({numbers})\n", encoding="utf-8"
    )
    return tmp_path


def change(folder, name, pattern, replacement):
    file = folder / ("tests/test_all.py" if name == "markers" else f"docs/validation/{name}.yaml")
    text, n = re.subn(pattern, replacement, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert n == 1
    file.write_text(text, encoding="utf-8")


def test_every_test_that_is_named_exists(pack):
    assert missing(pack.nodes(), ROOT) == ()


def test_every_issue_and_every_record_has_its_requirements(pack):
    sources = " ".join(area.source for area in pack.areas)
    assert set(re.findall(r"issue ([A-G])", sources)) == set("ABCDEFG")
    for file in (ROOT / "config" / "trials").glob("NCT*.yaml"):
        config = load(file)
        own = [r.id for r in pack.requirements() if r.id.startswith(f"URS-{config.trial.id}-")]
        asked = [e for e, said in config.endpoints.items() if said]
        assert own == [f"URS-{config.trial.id}-{Endpoint(e).value.replace('_', '-')}" for e in asked]


def test_a_requirement_without_a_test_is_never_covered(pack):
    rows = {row.requirement.id: row.verdict for row in matrix(pack, None)}
    assert all(rows[name] is (Verdict.NOT_RUN if nodes else Verdict.NO_TEST) for name, nodes in pack.tests.items())


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "said"),
    [
        ("requirements", r"URS-102$", "URS-101", "URS-101 is given 2 times"),
        ("markers", '"URS-103"', '"URS-999"', "URS-103 has neither a test that carries its marker nor a gap"),
        ("markers", '"URS-103"', '"URS-999"', "tests/test_all.py: the marker names URS-999, which is no requirement"),
        ("markers", '"URS-103"', "NUMBER", "tests/test_all.py:1: a marker of requirements holds their numbers in"),
        ("requirements", r"cartpk\.cli\.run, cartpk\.report\]", "cartpk.nowhere]", "URS-101: there is no module"),
        ("requirements", r"^      text: One command.*", "      words: x", "areas.0.requirements.0"),
        ("oracles", r"^- id: OQ-01", "- id: first", "oracles.0.id"),
        ("limits", r"^- text: .*", "- text: [", "limits.yaml is not YAML"),
    ],
)
def test_what_does_not_hold_is_told(copy, name, pattern, replacement, said):
    change(copy, name, pattern, replacement)
    with pytest.raises(PackError, match=re.escape(said)):
        load_pack(copy)


def test_a_missing_file_is_named(copy):
    (copy / "docs" / "validation" / "limits.yaml").unlink()
    with pytest.raises(PackError, match=r"limits\.yaml is missing"):
        load_pack(copy)


def test_markers_stand_at_files_classes_and_tests(tmp_path):
    (tmp_path / "tests" / "a").mkdir(parents=True)
    (tmp_path / "tests" / "a" / "test_b.py").write_text(
        "pytestmark = [pytest.mark.requirement('URS-1'), pytest.mark.skipif(True, reason='URS-9')]\n"
        "@pytest.mark.parametrize('x', [1])\n@pytest.mark.requirement('URS-2', 'URS-3')\ndef test_c(x): pass\n"
        "class TestD:\n    pytestmark = pytest.mark.requirement('URS-3')\n"
        "    @pytest.mark.requirement('URS-2')\n    def test_e(self): pass\n",
        encoding="utf-8",
    )
    file = "tests/a/test_b.py"
    assert marked(tmp_path) == {
        "URS-1": (file,),
        "URS-2": (f"{file}::test_c", f"{file}::TestD::test_e"),
        "URS-3": (f"{file}::test_c", f"{file}::TestD"),
    }


def test_a_node_that_names_nothing_is_found(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        "def test_one(): pass\nclass TestMany:\n    def test_two(self): pass\n", encoding="utf-8"
    )
    there = ["tests/", "tests/test_a.py", "tests/test_a.py::test_one[x]", "tests/test_a.py::TestMany::test_two"]
    gone = ["tests/b/", "tests/test_b.py", "tests/test_a.py::test_on", "tests/test_a.py::test_two"]
    assert missing([*there, *gone], tmp_path) == tuple(sorted(gone))


def test_doctests_are_named_by_their_module():
    assert missing(["src/cartpk/files.py::cartpk.files.guarded"], ROOT) == ()
    assert missing(["src/cartpk/files.py::cartpk.files.nothing"], ROOT) != ()


names = st.from_regex(r"test_[a-z]{1,8}", fullmatch=True)


@given(names, names, names)
def test_a_node_owns_its_parameters_and_no_longer_name(file, test, more):
    node = f"tests/{file}.py::{test}"
    assert belongs(node, node)
    assert belongs(f"{node}[{more}]@group-1", node)
    assert belongs(node, f"tests/{file}.py")
    assert belongs(node, "tests/")
    assert not belongs(f"{node}{more}", node)
    assert not belongs(node, f"{node}[{more}]")
