"""`cartpk iq` sees what is not as locked, down to one byte of one file."""

import base64
import hashlib
import json
import sys
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli import iq
from cartpk.provenance import locked
from cartpk.validation.installation import holds, installation

pytestmark = pytest.mark.requirement("URS-710")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="made")
def _made(tmp_path, monkeypatch):
    """An installed package `iqprobe` 1.0 of one module, and a lock that asks for it."""
    site = tmp_path / "site"
    about = site / "iqprobe-1.0.dist-info"
    about.mkdir(parents=True)
    content = b"x = 1\n"
    (site / "iqprobe.py").write_bytes(content)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: iqprobe\nVersion: 1.0\n", encoding="utf-8")
    (about / "RECORD").write_text(f"iqprobe.py,sha256={digest},{len(content)}\niqprobe-1.0.dist-info/RECORD,,\n")
    monkeypatch.syspath_prepend(str(site))
    lock = tmp_path / "requirements.lock"
    lock.write_text("iqprobe==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
    return site, lock


def run(*arguments):
    return CliRunner().invoke(iq.command, list(map(str, arguments)))


def test_an_installation_as_locked_passes(made):
    _, lock = made
    done = run("--lock", lock, "--all")
    assert done.exit_code == 0, done.output
    assert "ok   package: iqprobe: 1.0" in done.output
    assert "ok   files: iqprobe: 1 intact" in done.output
    assert done.output.splitlines()[-1].startswith("PASS: ")


def test_one_changed_byte_is_found(made):
    site, lock = made
    (site / "iqprobe.py").write_bytes(b"x = 2\n")
    done = run("--lock", lock)
    assert done.exit_code == 1
    assert "FAIL files: iqprobe: 1 of 1 differ: iqprobe.py (expected 1 intact)" in done.output


def test_a_deleted_file_another_version_and_an_absent_package_are_found(made):
    site, lock = made
    (site / "iqprobe.py").unlink()
    lock.write_text(
        "iqprobe==1.1 \\\n    --hash=sha256:00\nno-such-package==2.0 \\\n    --hash=x:y\n", encoding="utf-8"
    )
    done = run("--lock", lock)
    assert done.exit_code == 1
    assert "FAIL package: iqprobe: 1.0 (expected 1.1)" in done.output
    assert "FAIL package: no-such-package: absent (expected 2.0)" in done.output
    assert "1 of 1 differ" in done.output


def test_a_missing_lock_is_a_sentence(tmp_path):
    assert "is missing" in str(run("--lock", tmp_path / "none").exception)


def test_the_lock_that_the_environment_names_is_asked(made, monkeypatch):
    monkeypatch.setenv("CARTPK_LOCK", str(made[1]))
    assert run().output.splitlines()[-1].endswith(f"against {made[1]}")


def test_the_arithmetic_is_that_of_closed_forms(made):
    checks = [c for c in installation(made[1]) if c.group == "arithmetic" and c.expected]
    assert len(checks) == 2
    assert all(c.passed for c in checks)


def test_a_record_is_compared_with_a_later_state(made, tmp_path):
    site, lock = made
    kept = tmp_path / "iq.json"
    assert run("--lock", lock, "--out", kept).exit_code == 0
    again = run("--lock", lock, "--against", kept)
    assert again.exit_code == 0
    assert "nothing changed" in again.output
    (site / "iqprobe.py").write_bytes(b"x = 3\n")
    later = run("--lock", lock, "--against", kept)
    assert later.exit_code == 1
    assert "files iqprobe: was 1 intact, is 1 of 1 differ: iqprobe.py" in later.output


def test_a_record_holds_no_clock_and_no_folder(made, tmp_path):
    kept = tmp_path / "iq.json"
    run("--lock", made[1], "--out", kept)
    text = kept.read_text(encoding="utf-8")
    assert str(Path.home()) + "/" not in text
    assert str(tmp_path) not in text
    assert json.loads(text)["passed"] is True


def test_what_is_no_record_is_refused(made, tmp_path):
    for content in ("{", "[]", '{"iq": 2}'):
        (tmp_path / "r.json").write_text(content, encoding="utf-8")
        assert isinstance(run("--lock", made[1], "--against", tmp_path / "r.json").exception, ValueError)


def test_this_interpreter_is_as_the_project_asks(made):
    (check,) = [c for c in installation(made[1]) if c.group == "interpreter"]
    assert check.passed is (sys.version_info >= (3, 11))
    assert holds([check]) is check.passed


def test_the_lock_of_the_project_names_what_is_installed_here():
    wanted = locked(ROOT / "requirements.lock")
    assert {"numpy", "pandas", "scipy", "snakemake"} <= set(wanted)
    assert all(metadata.version(name) for name in ("numpy", "pandas", "scipy"))
