"""Snakemake's logger plugin ``cartpk`` (``snakemake --logger cartpk``): one line per job instead of thirty.

On a terminal the last line is rewritten; elsewhere every job that is done is one plain line. All of Snakemake's own
messages still go to its log under ``.snakemake/log``.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from cartpk.cli.run import CORES
from cartpk.files import write_text
from cartpk.runs.progress import Progress, duration, read_log

__all__ = ["DURATIONS", "LogHandler"]

DURATIONS: Final = Path(".snakemake/cartpk_durations.json")
"""How long each rule took: the next run can say how long it may take."""

_NOISE: Final = (
    "Exiting because a job execution failed",
    "WorkflowError:\nAt least one job did not complete",
    "RuleException:\nCalledProcessError in file",  # the job's own sentence says more
    "CalledProcessError in file",
)
_REFRESH: Final = 0.5


class LogHandler(LogHandlerBase):
    """Writes the progress of a run to the error stream."""

    def __post_init__(self) -> None:
        """Read what is known of earlier runs."""
        self._stream = sys.stderr
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._progress = Progress(int(os.environ.get(CORES, "1")), _past())
        self._shown = False
        self._lock = threading.RLock()
        self._ended = threading.Event()
        if self._live:
            threading.Thread(target=self._tick, daemon=True).start()

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def emit(self, record: logging.LogRecord) -> None:
        """Turn one event of Snakemake into a line, or into nothing."""
        with self._lock:
            try:
                self._take(record)
            except Exception:  # noqa: BLE001 - a line of progress never stops a run
                self.handleError(record)

    def close(self) -> None:
        """Take the last line away, and keep how long the rules took."""
        self._ended.set()
        with self._lock:
            self._clear()
            if self._progress.took and DURATIONS.parent.is_dir():
                write_text(DURATIONS, json.dumps(self._progress.durations(), indent=1) + "\n")
        super().close()

    def _take(self, record: logging.LogRecord) -> None:
        said: dict[str, Any] = record.__dict__
        now, progress = time.monotonic(), self._progress
        match said.get("event"):
            case LogEvent.RUN_INFO:
                progress.plan(said["stats"])
                self._say(f"{progress.total} steps" if progress.total > 1 else "1 step")
            case LogEvent.JOB_INFO:
                progress.announce(said["jobid"], said["rule_name"], said["rule_msg"], said["log"] or (), now)
            case LogEvent.JOB_FINISHED:
                if line := progress.finish(said["job_id"], now):
                    self._done(line, now)
            case LogEvent.JOB_ERROR:
                self._say(progress.fail(said["jobid"], read_log))
            case LogEvent.ERROR | None:
                self._plain(record)
            case _:
                pass

    def _plain(self, record: logging.LogRecord) -> None:
        """Messages that are no events: warnings and errors, and that there is nothing to do."""
        text = str(record.getMessage() or "").strip()
        if text.startswith("Nothing to be done"):
            self._say("Everything is up to date.")
        elif record.levelno >= logging.WARNING and not text.startswith(_NOISE):
            head, _, rest = text.partition("\n")
            self._say(rest if head.startswith("WorkflowError") and rest else text)

    def _done(self, line: str, now: float) -> None:
        rest = self._progress.left(now)
        more = f"; about {duration(rest)} left" if rest and not self._live else ""
        self._say(line + more)

    def _say(self, text: str) -> None:
        self._clear()
        self._stream.write(f"{text}\n")
        self._stream.flush()
        self._draw()

    def _tick(self) -> None:
        while not self._ended.wait(_REFRESH):
            with self._lock:
                self._clear()
                self._draw()

    def _draw(self) -> None:
        if self._live and not self._ended.is_set() and self._progress.total > self._progress.done:
            self._stream.write(self._progress.status(time.monotonic(), shutil.get_terminal_size().columns))
            self._stream.flush()
            self._shown = True

    def _clear(self) -> None:
        if self._shown:
            self._stream.write("\r\033[2K")
            self._shown = False


def _past() -> dict[str, float]:
    try:
        read = json.loads(DURATIONS.read_text(encoding="utf-8"))
        return {str(rule): float(seconds) for rule, seconds in read.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
