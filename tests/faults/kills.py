"""SIGKILL at random times and at each rule; the plain command must then end as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from project import RESULTS, differences, halves, make, run, start, state

_LONGEST = 300.0
"""Seconds after which a run counts as hanging."""


@dataclass
class Tally:
    """What the kills did."""

    kills: Counter[str] = field(default_factory=Counter)
    """Kills by what was at work."""
    rounds: int = 0
    """Runs that were killed, gone on with and compared at their end."""
    problems: list[str] = field(default_factory=list)


def kill(process: subprocess.Popen[str], *, group: bool = True) -> None:
    """End the run at once: its process group, or Snakemake alone, whose jobs then live on as orphans."""
    if group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.stdout.close()
    process.wait()


def at_work(folder: Path) -> str:
    """The job whose log was opened last."""
    logs = sorted((folder / RESULTS / "log").glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
    return logs[-1].stem if logs else "no job yet"


def next_job(folder: Path, process: subprocess.Popen[str], known: Collection[str], since: float) -> str | None:
    """The first job that begins and is not known yet; None where the run ends before."""
    limit = time.monotonic() + _LONGEST
    while process.poll() is None and time.monotonic() < limit:
        for log in sorted((folder / RESULTS / "log").glob("*.log")):
            if log.stem not in known and log.stat().st_mtime >= since:
                return log.stem
        time.sleep(0.02)
    return None


def at_each_job(folder: Path, whole: dict[str, str], chance: random.Random, *targets: str) -> Tally:
    """One run that is killed shortly after each of its jobs has begun, and then goes to its end."""
    tally = Tally(rounds=1)
    make(folder)
    while True:
        since = time.time()
        process = start(folder, *targets)
        job = next_job(folder, process, tally.kills, since)
        if job is not None:
            time.sleep(chance.uniform(0.0, 1.5))
        if job is None or process.poll() is not None:
            process.communicate()
            break
        kill(process)
        tally.kills[job] += 1
        tally.problems += [f"half a file: {name} (killed at {job})" for name in halves(folder, whole)]
    _finish(folder, whole, tally, *targets)
    return tally


def at_random(
    folder: Path, whole: dict[str, str], kills: int, within: float, chance: random.Random, *targets: str
) -> Tally:
    """A run that is killed so many times, after random seconds, and then goes to its end.

    Every fifth time Snakemake alone is killed, and its jobs live on. ``within``: seconds after which at the latest.
    """
    tally = Tally(rounds=1)
    make(folder)
    while tally.kills.total() < kills:
        process = start(folder, *targets)
        time.sleep(chance.uniform(0.3, within))
        if process.poll() is not None:
            process.communicate()
            tally.problems += _compared(folder, whole)
            for path in (folder / RESULTS).glob("*.csv"):
                path.unlink()  # a finished run: begin anew
            continue
        group = chance.random() > 0.2
        job = at_work(folder)
        kill(process, group=group)
        tally.kills[job if group else f"{job} (Snakemake alone)"] += 1
        tally.problems += [f"half a file: {name} (killed at {job})" for name in halves(folder, whole)]
    _finish(folder, whole, tally, *targets)
    return tally


def _finish(folder: Path, whole: dict[str, str], tally: Tally, *targets: str) -> None:
    code, said = run(folder, *targets)
    if code:
        tally.problems.append(f"the plain command ended with {code}: {said[-600:]}")
    tally.problems += _compared(folder, whole)


def _compared(folder: Path, whole: dict[str, str]) -> list[str]:
    return [f"differs from the undisturbed run: {name}" for name in differences(state(folder), whole)]
