"""Hashes, shapes and the manifest: what an auditor recomputes must come out the same."""

import hashlib
import json
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from cartpk import provenance as pv
from cartpk.provenance import program

pytestmark = pytest.mark.requirement("URS-703")


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results" / "NCT1"
    for name, text in {
        "adpp.csv": "USUBJID,AVAL\n01,1\n02,2\n",
        "tables/t.csv": "a\n1\n",
        "report.html": "<p>x</p>",
        "manifest.json": "{}",
        "log/report.log": "noise",
        ".adpp.csv.x.part": "half",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_sha256_of_a_file_is_that_of_its_bytes(tmp_path):
    content = bytes(range(256)) * 9000
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    assert pv.sha256_file(path) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (b"a,b,c\n1,2,3\n4,5,6\n", (2, 3)),
        (b"a,b\n1,2", (1, 2)),
        (b"\xef\xbb\xbfa;b\r\n1,5;2\r\n", (1, 2)),
        (b'a,b\n"two\nlines",2\n\n3,4\n', (2, 2)),
        ("受试者,结果\n甲,1\n".encode("gb18030"), (1, 2)),
        ("a\tb\n1\t2\n".encode("utf-16"), (1, 2)),
        (b"a,b\n", (0, 2)),
        (b"", (0, 0)),
        (b"\xff\xfe\x00", (None, None)),
    ],
)
def test_shape_of_a_csv_counts_records_and_columns(tmp_path, content, shape):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    record = pv.describe_file(path, "data/x.csv")
    assert (record.rows, record.columns) == shape
    assert record.path == "data/x.csv"
    assert record.size == len(content)


def test_other_files_have_no_shape(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(b"a,b\n1,2\n")
    assert pv.describe_file(path, "x.png").rows is None


def test_result_files_leave_out_the_manifest_logs_and_hidden_files(results):
    assert [record.path for record in pv.result_files(results)] == ["adpp.csv", "report.html", "tables/t.csv"]


def test_canonical_json_does_not_depend_on_the_order_of_keys():
    assert pv.canonical_json({"b": [1], "a": {"d": 1, "c": None}}) == pv.canonical_json(
        {"a": {"c": None, "d": 1}, "b": [1]}
    )


def test_package_versions_name_what_computes_and_draws():
    versions = pv.package_versions()
    assert {"numpy", "pandas", "scipy", "matplotlib", "jinja2"} <= set(versions)
    assert "pytest" not in versions
    assert list(versions) == sorted(versions)


def test_a_package_outside_a_repository_has_no_commit(tmp_path):
    (tmp_path / "__init__.py").write_text("")
    assert program._commit(tmp_path) == (None, None)


def test_an_untracked_package_inside_somebody_elses_repository_has_no_commit(tmp_path):
    git(tmp_path, "init", "-q")
    package = tmp_path / ".venv" / "cartpk"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (tmp_path / "other.txt").write_text("x")
    git(tmp_path, "add", "other.txt")
    git(tmp_path, "commit", "-q", "-m", "x")
    assert program._commit(package) == (None, None)


def test_a_tracked_package_has_its_commit_and_says_whether_it_was_modified(tmp_path):
    package = tmp_path / "cartpk"
    package.mkdir()
    (package / "__init__.py").write_text("")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "cartpk")
    git(tmp_path, "commit", "-q", "-m", "x")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert program._commit(package) == (head, False)
    (package / "__init__.py").write_text("changed = True\n")
    assert program._commit(package) == (head, True)


def test_packages_of_other_platforms_are_not_asked_for(tmp_path):
    lock = tmp_path / "r.lock"
    lock.write_text("here==1 \\\nthere==2 ; sys_platform == 'nowhere' \\\n", encoding="utf-8")
    assert pv.locked(lock) == {"here": "1"}


@pytest.mark.parametrize(("text", "said"), [("", "locks nothing"), ("a b c\n", r"r\.lock:1: no pinned requirement")])
def test_what_is_no_lock_is_refused(tmp_path, text, said):
    lock = tmp_path / "r.lock"
    lock.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        pv.locked(lock)


def test_the_lock_differs_only_where_another_version_is_installed_than_the_one_for_this_machine(tmp_path, monkeypatch):
    here = metadata.version("numpy")
    lock = tmp_path / "locks" / "requirements.lock"
    lock.parent.mkdir()
    lock.write_text(
        f"click==0.0.1 \\\n    --hash=sha256:00\nno-such-package==2.0\n"
        f"numpy==0.1 ; sys_platform == 'nowhere' \\\nnumpy=={here} ; sys_platform != 'nowhere' \\\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("CARTPK_LOCK", str(lock))
    found = pv.lock()
    assert found.differs == (f"click {metadata.version('click')} != 0.0.1", "no-such-package missing != 2.0")
    assert (found.file, found.sha256) == ("requirements.lock", pv.sha256_file(lock))


def test_a_lock_that_is_named_and_missing_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("CARTPK_LOCK", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="is missing: name the lock"):
        pv.lock()


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_manifest_holds_what_an_auditor_recomputes(results):
    outputs = pv.result_files(results)
    text = pv.manifest(
        trial="NCT1",
        created="2030-01-01T00:00:00+00:00",
        command="cartpk report x.yaml --results r",
        config={"file": "x.yaml", "sha256": "00", "settings": {"label": "低于"}},
        inputs=(),
        outputs=outputs,
    )
    content = json.loads(text)
    assert text.endswith("\n")
    assert "低于" in text
    assert content["created"] == "2030-01-01T00:00:00+00:00"
    assert content["cartpk"]["version"]
    by_path = {record["path"]: record for record in content["outputs"]}
    for path, record in by_path.items():
        assert record["sha256"] == hashlib.sha256((results / path).read_bytes()).hexdigest()
    assert (by_path["adpp.csv"]["rows"], by_path["adpp.csv"]["columns"]) == (2, 2)


def test_manifest_names_no_folder_of_this_machine(results):
    text = pv.manifest(trial="N", created="t", command="c", config={}, inputs=(), outputs=pv.result_files(results))
    assert str(results) not in text
    assert str(Path.home()) not in text
