"""Requirement -> tests -> result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cartpk.validation.junit import Outcome, TestRun
from cartpk.validation.nodes import belongs
from cartpk.validation.pack import Pack, Requirement

__all__ = ["Evidence", "Row", "Verdict", "evidence", "matrix", "verdict"]


class Verdict(StrEnum):
    """What the tests say of a requirement."""

    PASSED = "passed"
    """Every test named for it ran, and none failed."""
    PARTLY = "passed in part"
    """None failed and some passed, but a test was skipped everywhere, or a gap is known."""
    FAILED = "failed"
    """A test named for it failed."""
    NOT_RUN = "not run"
    """A test named for it is not in this run, or all of them were skipped."""
    NO_TEST = "no test"
    """No test is named for it."""


@dataclass(frozen=True)
class Evidence:
    """A node of the pack with what the run said of it: numbers of tests by outcome."""

    node: str
    passed: int
    failed: int
    skipped: int
    why: str
    """Of the first failure, else of the first skip; empty else."""

    @property
    def ran(self) -> bool:
        """Whether any test of it was in the run."""
        return bool(self.passed or self.failed or self.skipped)


@dataclass(frozen=True)
class Row:
    """One requirement with its evidence."""

    requirement: Requirement
    evidence: tuple[Evidence, ...]
    verdict: Verdict


def matrix(pack: Pack, run: TestRun | None) -> tuple[Row, ...]:
    """One row per requirement, in the order of the pack; without a run no test was run."""
    rows = []
    for requirement in pack.requirements():
        found = tuple(evidence(node, run) for node in pack.tests[requirement.id])
        rows.append(Row(requirement, found, verdict(found, requirement.gap)))
    return tuple(rows)


def evidence(node: str, run: TestRun | None) -> Evidence:
    """What a run said of the tests that a node names."""
    mine = {name: outcome for name, outcome in run.results.items() if belongs(name, node)} if run else {}
    count = {outcome: sum(o is outcome for o in mine.values()) for outcome in Outcome}
    telling = [n for o in (Outcome.FAILED, Outcome.SKIPPED) for n, outcome in mine.items() if outcome is o]
    why = next((run.reasons[n] for n in telling if run and n in run.reasons), "")
    return Evidence(node, count[Outcome.PASSED], count[Outcome.FAILED], count[Outcome.SKIPPED], why)


def verdict(found: tuple[Evidence, ...], gap: str = "") -> Verdict:
    """What these pieces of evidence say together; the weakest one counts.

    Examples
    --------
    >>> whole, skipped = Evidence("a", 3, 0, 1, ""), Evidence("b", 0, 0, 2, "no browser")
    >>> [str(verdict(e)) for e in ((whole,), (whole, skipped), (Evidence("c", 5, 1, 0, "x"), skipped), ())]
    ['passed', 'passed in part', 'failed', 'no test']
    >>> str(verdict((skipped,)))
    'not run'
    >>> str(verdict((whole,), gap="not measured")), str(verdict((Evidence("d", 0, 0, 0, ""),)))
    ('passed in part', 'not run')
    """
    if not found:
        return Verdict.NO_TEST
    if any(e.failed for e in found):
        return Verdict.FAILED
    if not all(e.ran for e in found) or not any(e.passed for e in found):
        return Verdict.NOT_RUN
    return Verdict.PARTLY if gap or not all(e.passed for e in found) else Verdict.PASSED
