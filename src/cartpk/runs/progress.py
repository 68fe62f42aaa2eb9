"""What a person sees of a run: what is done, what is at work, how long it may take, and why a job failed.

Pure: events go in, lines come out, and the clock is handed in. The plugin ``snakemake_logger_plugin_cartpk`` feeds it
with the events of Snakemake; ``cartpk run`` switches the plugin on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

__all__ = ["Progress", "duration", "failures", "read_log", "reason", "shortened"]

_WIDEST: Final = 44
"""Letters of a job's name in a line."""

_TYPICAL: Final = {
    "ingest": 2.0, "kinetics": 2.0, "fits": 6.0, "models": 6.0, "pharmacodynamics": 4.0, "clinical": 4.0,
    "tables": 12.0, "figures": 18.0, "exports": 6.0, "report": 5.0, "manifest": 1.0, "portfolio": 10.0,
}  # fmt: skip
"""Seconds of each rule for the sample trial on a small machine: for a first run, whose pace scales them."""

_OF_SEVERAL: Final = re.compile(r"^trial\d+_")
"""How the rules of a trial begin that is one of several (workflow/rules/portfolio.smk)."""

_SILENT: Final = "it ended without a word: it was stopped from outside, or the machine had no memory left"
_OURS: Final = ("cartpk: ", "Error: ", "Usage: ")
"""How a sentence of the program for people begins."""


@dataclass
class _Job:
    """One job that was announced."""

    rule: str
    name: str
    logs: tuple[str, ...]
    began: float | None = None


@dataclass
class Progress:
    """The state of a run.

    Attributes
    ----------
    cores
        Jobs at one time.
    past
        Seconds that each rule took in earlier runs.
    """

    cores: int = 1
    past: Mapping[str, float] = field(default_factory=dict)
    planned: dict[str, int] = field(default_factory=dict)
    """Jobs by rule."""
    took: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of the jobs of this run that are done, by rule."""
    failed: list[str] = field(default_factory=list)
    _jobs: dict[int, _Job] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Jobs of the run."""
        return sum(self.planned.values())

    @property
    def done(self) -> int:
        """Jobs that are done."""
        return sum(map(len, self.took.values()))

    def plan(self, counts: Mapping[str, int]) -> None:
        """Take the jobs of the run, by rule; a target rule without work of its own is none."""
        self.planned = {rule: n for rule, n in counts.items() if rule not in {"total", "all"}}

    def announce(self, job: int, rule: str, name: str | None, logs: Iterable[str], now: float) -> None:
        """Note a job that begins; of several trials side by side its name says which one it is of."""
        places = tuple(logs)
        whose = f"{Path(places[0]).parent.parent.name}: " if places and _OF_SEVERAL.match(rule) else ""
        self._jobs[job] = _Job(rule, shortened(whose + (name or rule)), places, now)

    def finish(self, job: int, now: float) -> str | None:
        """Note a job that is done: its line, or None where it is no work (the target rule)."""
        ended = self._jobs.pop(job, None)
        if ended is None or ended.began is None or ended.rule not in self.planned:
            return None
        seconds = now - ended.began
        self.took.setdefault(ended.rule, []).append(seconds)
        return f"{self.done:>{len(str(self.total))}} of {self.total}  {ended.name} ({duration(seconds)})"

    def fail(self, job: int, read: Callable[[str], str]) -> str:
        """Note a job that failed: what it was, why, and where its log is.

        Parameters
        ----------
        job
            Number of the job.
        read
            Text of a log by its name; empty where there is none.
        """
        ended = self._jobs.pop(job, None) or _Job("?", f"job {job}", ())
        self.failed.append(ended.name)
        return _failure(ended.name, ended.logs, read)

    def at_work(self, now: float) -> list[tuple[str, float]]:
        """Jobs at work with their seconds so far, the longest first."""
        running = [(job.name, now - job.began) for job in self._jobs.values() if job.began is not None]
        return sorted(running, key=lambda pair: -pair[1])

    def left(self, now: float) -> float | None:
        """Seconds that the run may still take; None where nothing is known of a rule that is still to come.

        A rule takes as long as it took in this run; else as long as in an earlier one, or once a job is done as in the
        sample trial, both at the pace of this run. The cores share the work evenly, and no run is shorter than the
        longest job of it.
        """
        work = longest = 0.0
        pace = self._pace()
        begun = {rule: [j.began for j in self._jobs.values() if j.rule == rule] for rule in self.planned}
        for rule, count in self.planned.items():
            ahead = count - len(self.took.get(rule, ()))
            if not ahead:
                continue
            known = self.took.get(rule)
            expected = self._expected(rule)
            if known:
                each = sum(known) / len(known)
            elif expected is None or (pace is None and rule not in self.past):
                return None
            else:
                each = expected * (pace or 1.0)
            for began in (*begun[rule], *[None] * (ahead - len(begun[rule]))):
                rest = each if began is None else max(each - (now - began), 0.1 * each)
                work, longest = work + rest, max(longest, rest)
        return max(work / self.cores, longest)

    def _expected(self, rule: str) -> float | None:
        """Seconds that the rule took in earlier runs, or takes for the sample trial."""
        name = _OF_SEVERAL.sub("", rule)
        return self.past.get(rule, _TYPICAL.get("figures" if name.startswith("figures_") else name))

    def _pace(self) -> float | None:
        """How much longer the jobs of this run take than expected; None before one is done."""
        done = [(sum(times), expected * len(times)) for rule, times in self.took.items()
                if (expected := self._expected(rule)) is not None]  # fmt: skip
        took, expected = sum(t for t, _ in done), sum(e for _, e in done)
        return max(took / expected, 0.2) if expected else None

    def status(self, now: float, width: int) -> str:
        """One line: what is done, how long it may take, what is at work; cut at the edge of the screen."""
        running = ", ".join(f"{name} {duration(seconds)}" for name, seconds in self.at_work(now))
        rest = self.left(now)
        parts = [f"{self.done} of {self.total} done", "" if rest is None else f"about {duration(rest)} left", running]
        line = " · ".join(part for part in parts if part)
        return line if len(line) < width else line[: max(width - 2, 1)] + "…"

    def durations(self) -> dict[str, float]:
        """Seconds of each rule for the next run: those of this one, else those of the runs before."""
        mine = {rule: round(sum(times) / len(times), 1) for rule, times in self.took.items()}
        return dict(sorted({**self.past, **mine}.items()))


def duration(seconds: float) -> str:
    """Seconds as a person says them.

    Examples
    --------
    >>> duration(0.4), duration(59.6), duration(200), duration(7300)
    ('0 s', '1 min', '3 min 20 s', '2 h 2 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min"


def shortened(name: str) -> str:
    """A job's name on one line, cut between two words where it is long."""
    line = " ".join(name.split())
    if len(line) <= _WIDEST:
        return line
    short = line[: _WIDEST - 1]
    whole_words = short.rpartition(" ")[0]
    return (whole_words if len(whole_words) > _WIDEST // 2 else short).rstrip(" ,") + "…"


def reason(log: str) -> str:
    r"""Why a job failed, out of its log: its last sentence, and of a mistake of the program where it is.

    Examples
    --------
    >>> reason("3 subjects\ncartpk: data/pc.csv: the file is empty\n")
    'data/pc.csv: the file is empty'
    >>> reason("")
    'it ended without a word: it was stopped from outside, or the machine had no memory left'
    """
    lines = [line.rstrip() for line in log.splitlines()]
    traces = [i for i, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    if traces:
        return _mistake(lines[traces[-1] :])
    spoken = [i for i, line in enumerate(lines) if line.startswith(_OURS)]
    last = lines[spoken[-1] :] if spoken else [line for line in lines if line][-3:]
    told = "\n".join(last).strip().removeprefix("cartpk: ").removeprefix("Error: ")
    return told or _SILENT


def _mistake(trace: Sequence[str]) -> str:
    """The last line of a traceback and the place in the program; a person can do nothing about it but tell."""
    said = next((line for line in reversed(trace) if re.match(r"[A-Za-z_][\w.]*(:|$)", line)), "")
    places = [m for line in trace if (m := re.match(r'\s+File ".*?(cartpk/[^"]+)", line (\d+)', line))]
    where = f" ({places[-1][1]}, line {places[-1][2]})" if places else ""
    return f"{said}{where}. This is a mistake of the program, not of the data: please report it with the log."


def failures(log: str, read: Callable[[str], str]) -> list[str]:
    """Why the jobs of a run failed, out of Snakemake's own log.

    Parameters
    ----------
    log
        Text of the log.
    read
        Text of a job's log by its name.
    """
    found = []
    for block in re.split(r"^Error in rule ", log, flags=re.MULTILINE)[1:]:
        rule, _, rest = block.partition(":")
        named = re.search(r"^    log: (.+?)(?: \(check log file.*)?$", rest, flags=re.MULTILINE)
        logs = tuple(named[1].split(", ")) if named else ()
        found.append(_failure(rule, logs, read))
    return found


def _failure(name: str, logs: Sequence[str], read: Callable[[str], str]) -> str:
    why = reason("\n".join(read(log) for log in logs))
    told = "\n".join(f"  {line}" for line in why.splitlines())
    where = f"\n  Log: {', '.join(logs)}" if logs else ""
    return f"{name} failed:\n{told}{where}"


def read_log(name: str) -> str:
    """Text of a log; empty where there is none or it is no text."""
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
