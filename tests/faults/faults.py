"""Every fault but the kills: a full disk, no permission, cut files, changed inputs, two runs at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from project import INPUT, RESULTS, differences, halves, make, run, start, state


class NotTriedError(Exception):
    """Why a fault cannot be made on this machine."""


@dataclass(frozen=True)
class Outcome:
    """What a fault did.

    Attributes
    ----------
    fault
        What was done.
    said
        What the run said to the person, in its own words; empty where it had nothing to say.
    after
        What came of it.
    holds
        Whether nothing was lost: same bytes after the plain command, or a sentence that says what to do.
    """

    fault: str
    said: str
    after: str
    holds: bool


def sentence(said: str, *words: str) -> str:
    """The line of the output that has one of these words; empty where none has."""
    lines = [line.strip() for line in said.splitlines()]
    return next((line for line in lines if any(word in line for word in words)), "")


def _after(folder: Path, whole: dict[str, str], *targets: str) -> tuple[str, bool]:
    """What the plain command makes of it."""
    code, said = run(folder, *targets)
    if code:
        return f"the plain command ended with {code}: {said[-300:]}", False
    different = differences(state(folder), whole)
    return ("the same bytes after the plain command", True) if not different else (f"differs: {different[:5]}", False)


def _mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotTriedError(f"mounting needs root: {done.stderr.strip()}")


@contextmanager
def mounted(point: Path, *arguments: str) -> Iterator[None]:
    """A mount on this folder, taken away at the end."""
    if shutil.which("mount") is None:
        raise NotTriedError("there is no mount here")
    point.mkdir(parents=True, exist_ok=True)
    _mount(*arguments, str(point))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(point)], check=True)


def full_disk(folder: Path, whole: dict[str, str], size: str, *, state_too: bool) -> Outcome:
    """The disk with the results (or with everything) is too small; then it is not."""
    make(folder)
    fault = f"disk of {size} full, with {'the results and the workflow' if state_too else 'the results'} on it"
    point = folder / (".snakemake" if state_too else "results")
    with mounted(point, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        if state_too:
            (point / "results").mkdir()
            (folder / "results").symlink_to(".snakemake/results")
        code, said = run(folder)
        told = sentence(said, "No space left")
        torn = halves(folder, whole)
        subprocess.run(["mount", "-o", "remount,size=200m", str(point)], check=True)
        after, holds = _after(folder, whole)
    return Outcome(fault, told, f"half files: {torn}" if torn else after, bool(code and told and not torn and holds))


def read_only(folder: Path, whole: dict[str, str]) -> Outcome:
    """A folder of the results cannot be written; then it can."""
    make(folder)
    work = folder / RESULTS / "work"
    work.mkdir(parents=True)
    with mounted(work, "--bind", str(work)):
        _mount("-o", "remount,bind,ro", str(work))
        code, said = run(folder)
        told, torn = sentence(said, "no file can be written"), halves(folder, whole)
    after, holds = _after(folder, whole)
    return Outcome("results/SMALL/work read-only", told, after, bool(code and told and not torn and holds))


def cut_files(folder: Path, whole: dict[str, str]) -> Outcome:
    """Half of every table of a finished run is cut away, at the end of a line."""
    shutil.copytree(_finished(folder, whole), folder, symlinks=True)
    cut = [folder / RESULTS / name for name in sorted(whole) if name.endswith(".csv") and "/" in name]
    cut = [path for path in cut if path.read_bytes().count(b"\n") > 1]
    for path in cut:
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[: len(lines) // 2]))
    code, said = run(folder)
    named = [path for path in cut if f"rm '{path.relative_to(folder)}'" in said]
    for path in cut:
        path.unlink()  # what the sentence says
    after, holds = _after(folder, whole)
    told = sentence(said, "is not what")
    return Outcome(
        f"{len(cut)} tables of a finished run cut in half", told,
        f"{len(named)} of them named; after removing them {after}", bool(code and len(named) == len(cut) and holds),
    )  # fmt: skip


def cut_between_jobs(folder: Path, whole: dict[str, str]) -> Outcome:
    """A table is cut while the run goes on, before the next job reads it."""
    make(folder)
    run(folder, f"{RESULTS}/adnca.csv")
    path = folder / RESULTS / "adnca.csv"
    path.write_bytes(path.read_bytes()[:900])
    call = [sys.executable, "-m", "cartpk", "kinetics", "config/config.yaml", "--results", str(RESULTS)]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    path.unlink()
    after, holds = _after(folder, whole)
    told = sentence(done.stderr, "is not what")
    return Outcome("adnca.csv cut before a job reads it", told, after, bool(done.returncode and told and holds))


def input_changed(folder: Path, whole: dict[str, str]) -> Outcome:
    """A row is added to the data while the run goes on."""
    make(folder)
    process = start(folder)
    _wait((folder / RESULTS / "work" / "inputs.json").is_file, process)
    added = "S-03,120,61,copies/ug,50\n"
    with (folder / INPUT).open("a", encoding="utf-8") as stream:
        stream.write(added)
    said, _ = process.communicate()
    code, told = process.returncode, sentence(said, "BI-093")
    anew = make(folder.with_name(folder.name + "-anew"))
    with (anew / INPUT).open("a", encoding="utf-8") as stream:
        stream.write(added)
    code_anew, _ = run(anew)
    after, holds = _after(folder, state(anew))
    holds = holds and not code_anew and state(folder) != whole
    return Outcome("a row added to the data during the run", told, after, bool(code and told and holds))


def unreadable_input(folder: Path, whole: dict[str, str]) -> Outcome:
    """The data of a finished run lose a column: that is said each time, and old results do not pass for new ones."""
    shutil.copytree(_finished(folder, whole), folder, symlinks=True)
    path = folder / INPUT
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("VALUE", "RESULT", 1), encoding="utf-8")
    said = [run(folder) for _ in range(2)]
    told = [sentence(words, "BI-089") for code, words in said if code]
    path.write_text(text, encoding="utf-8")
    after, holds = _after(folder, whole)
    return Outcome(
        "data of a finished run lose a column", told[0] if told else "",
        f"said at each of {len(told)} starts; once mended {after}", len(told) == 2 and all(told) and holds,
    )  # fmt: skip


def input_replaced(folder: Path, whole: dict[str, str]) -> Outcome:
    """The data of a finished run are replaced by others that carry an older time: times alone do not tell."""
    shutil.copytree(_finished(folder, whole), folder, symlinks=True)
    path = folder / INPUT
    path.write_text(path.read_text(encoding="utf-8").replace("copies/ug,50", "copies/ug,40", 1), encoding="utf-8")
    os.utime(path, (946684800, 946684800))
    code, said = run(folder, "-n", "--quiet", "host")
    planned = [job for job in ("ingest", "kinetics", "report") if job in said]
    return Outcome(
        "data replaced, with an older date", "", f"the plain command runs again: {', '.join(planned)}",
        not code and len(planned) == 3,
    )  # fmt: skip


def two_at_once(folder: Path, whole: dict[str, str]) -> Outcome:
    """The same command twice, at the same time."""
    make(folder)
    first = start(folder, cores=1)
    _wait((folder / RESULTS / "log").is_dir, first)
    code, said = run(folder, cores=1)
    told = sentence(said, "another run is writing")
    first.communicate()
    different = differences(state(folder), whole)
    after = f"differs: {different[:5]}" if different else "the first run ended with the same bytes"
    return Outcome("two runs at once", told, after, bool(code and told and not different and not first.returncode))


def locks_taken_away(folder: Path, whole: dict[str, str]) -> Outcome:
    """As before, and the person has taken Snakemake's lock of the living run away (--unlock)."""
    make(folder)
    first = start(folder, cores=1)
    _wait((folder / RESULTS / "log").is_dir, first)
    shutil.rmtree(folder / ".snakemake" / "locks")
    code, said = run(folder, cores=1)
    told = sentence(said, "another run is writing")
    first.communicate()
    different = differences(state(folder), whole)
    after = f"differs: {different[:5]}" if different else "the first run ended with the same bytes"
    return Outcome("two runs at once, after --unlock", told, after, bool(code and told and not different))


def _finished(folder: Path, whole: dict[str, str]) -> Path:
    """A folder with a finished run: that of the comparison, or one made here."""
    done = folder.with_name("one")
    if not done.is_dir():
        code, said = run(make(done))
        if code or differences(state(done), whole):
            raise RuntimeError(f"the undisturbed run is not what it was: {said[-600:]}")
    return done


def _wait(ready: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    limit = time.monotonic() + 300
    while not ready() and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
