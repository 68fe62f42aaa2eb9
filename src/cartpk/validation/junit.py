"""What a test run said: the file that ``pytest --junitxml`` writes."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["Outcome", "TestRun", "joined", "read_junit"]


class Outcome(StrEnum):
    """How one test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class TestRun:
    """One run of the suite.

    Attributes
    ----------
    results
        Node (``tests/test_files.py::test_x[a]``) -> outcome, in the order of the file.
    reasons
        Node -> why it was skipped, or how it failed in one line.
    when
        Start as the file states it; empty where it states none.
    seconds
        Wall time of the run.
    sha256
        Hash of the file; of several, one after the other.
    """

    __test__ = False  # pytest looks for classes of this name

    results: dict[str, Outcome]
    reasons: dict[str, str]
    when: str
    seconds: float
    sha256: str

    def counts(self) -> dict[Outcome, int]:
        """Tests by outcome."""
        seen = Counter(self.results.values())
        return {outcome: seen[outcome] for outcome in Outcome}


def read_junit(path: Path) -> TestRun:
    """The run that this file describes.

    Raises
    ------
    ValueError
        Where the file is missing, is no XML or holds no test.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise ValueError(f"{path} is not there: make it with pytest --junitxml={path}") from None
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError(f"{path} declares entities, which no file of pytest does: it is not read")
    try:
        root = ET.fromstring(content)  # noqa: S314 - a file without declarations, see above: nothing to expand
    except ET.ParseError as error:
        raise ValueError(f"{path} is no XML ({error}): it may be cut off; run the tests again") from None
    results: dict[str, Outcome] = {}
    reasons: dict[str, str] = {}
    for case in root.iter("testcase"):
        node = _node(case)
        outcome, reason = _outcome(case)
        # teardown errors are cases of their own under the same name: the worse one counts
        if results.get(node) is not Outcome.FAILED:
            results[node] = outcome
            if reason:
                reasons[node] = reason
    if not results:
        raise ValueError(f"{path} holds no test: is it the file of pytest --junitxml?")
    suites = list(root.iter("testsuite"))
    when = min((s.get("timestamp", "") for s in suites), default="")
    seconds = sum(float(s.get("time", 0)) for s in suites)
    return TestRun(results, reasons, when, seconds, hashlib.sha256(content).hexdigest())


def joined(runs: Sequence[TestRun]) -> TestRun:
    """The run that these are parts of: a test that failed in one of them failed, one that only some skip was run.

    Raises
    ------
    ValueError
        Where there is no run.
    """
    if not runs:
        raise ValueError("there is no run to join")
    rank = (Outcome.SKIPPED, Outcome.PASSED, Outcome.FAILED).index
    results: dict[str, Outcome] = {}
    reasons: dict[str, str] = {}
    for run in runs:
        for node, outcome in run.results.items():
            if node not in results or rank(outcome) > rank(results[node]):
                results[node] = outcome
                reasons.pop(node, None)
                if node in run.reasons:
                    reasons[node] = run.reasons[node]
    when = min(run.when for run in runs)
    return TestRun(results, reasons, when, sum(run.seconds for run in runs), ", ".join(run.sha256 for run in runs))


def _node(case: ET.Element) -> str:
    """The node of a case: ``classname`` is its file (and class) with points."""
    parts = case.get("classname", "").split(".")
    classes = [part for part in parts if part.startswith("Test")]
    file = "/".join(part for part in parts if part not in classes) + ".py"
    return "::".join([file, *classes, case.get("name", "")])


def _outcome(case: ET.Element) -> tuple[Outcome, str]:
    for child in _children(case):
        reason = (child.get("message") or child.text or "").strip().splitlines()
        if child.tag in {"failure", "error"}:
            return Outcome.FAILED, reason[0] if reason else ""
        if child.tag == "skipped":
            return Outcome.SKIPPED, reason[0] if reason else ""
    return Outcome.PASSED, ""


def _children(case: ET.Element) -> Iterator[ET.Element]:
    """Failures and errors before what was skipped."""
    yield from sorted(case, key=lambda child: child.tag == "skipped")
