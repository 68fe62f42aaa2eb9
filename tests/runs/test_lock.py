"""One run of a trial at a time; a killed run stands in nobody's way."""

import subprocess
import sys

import pytest

from cartpk.runs import lock

pytestmark = pytest.mark.requirement("URS-719")

HOLD = (
    "import sys; from pathlib import Path; from cartpk.runs import lock; "
    "lock.hold(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def holder(tmp_path):
    """Another process that runs the trial."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "T")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def locks(tmp_path):
    """What Snakemake leaves behind: its locks on the files of this trial, and one on another's."""
    folder = tmp_path / "locks"
    folder.mkdir()
    (folder / "0.input.lock").write_text("data/pc.csv\n", encoding="utf-8")
    (folder / "0.output.lock").write_text(f"{tmp_path / 'T'}/report.html\n", encoding="utf-8")
    (folder / "1.output.lock").write_text(f"{tmp_path / 'OTHER'}/report.html\n", encoding="utf-8")
    return folder


def test_a_second_run_is_told_who_is_at_work(tmp_path, holder):
    with pytest.raises(lock.BusyError, match=rf"process {holder.pid} on .*Nothing was changed"):
        lock.hold(tmp_path / "T")


def test_another_trial_is_free(tmp_path, holder):
    taken = lock._take(tmp_path / "OTHER")
    taken.close()


def test_the_locks_of_a_living_run_stay(tmp_path, holder, locks):
    with pytest.raises(lock.BusyError, match=f"process {holder.pid}"):
        lock.clear(tmp_path / "T", locks)
    assert len(list(locks.iterdir())) == 3


def test_the_locks_of_a_killed_run_go_and_those_of_others_stay(tmp_path, holder, locks):
    holder.kill()
    holder.wait()
    assert lock.clear(tmp_path / "T", locks) == ("0.output.lock",)
    assert (locks / "1.output.lock").is_file()


def test_a_lock_without_a_word_was_left_by_a_run_that_was_killed_while_it_wrote_it(tmp_path, locks):
    (locks / "2.output.lock").write_text("", encoding="utf-8")
    assert "2.output.lock" in lock.clear(tmp_path / "T", locks)


def test_without_locks_nothing_is_made(tmp_path):
    assert lock.clear(tmp_path / "T", tmp_path / "none") == ()
    assert not (tmp_path / "T").exists()


def test_a_folder_that_takes_no_file_is_said_before_anything_is_done(tmp_path, monkeypatch):
    (tmp_path / "T" / "work").mkdir(parents=True)
    closed = tmp_path / "T" / "work"
    monkeypatch.setattr("os.access", lambda path, how: path != closed)
    with pytest.raises(lock.UnwritableError, match=r"no file can be written in .*work: .*Make it writable"):
        lock.hold(tmp_path / "T")
    assert [path.name for path in (tmp_path / "T").iterdir()] == ["work"]
