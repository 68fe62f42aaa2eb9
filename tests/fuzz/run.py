"""`make fuzz`: many spoiled trials with fresh seeds; prints the counts by outcome and every case that does not hold.

``python tests/fuzz/run.py --inputs 10000 --seed 1 --jobs 2``. A case that it prints is a line for found.jsonl; with
``--note docs/fuzz.md`` the counts are kept.
"""

# ruff: noqa: T201, BLE001 - it prints, and every failure of an input is what it looks for
from __future__ import annotations

import argparse
import contextlib
import gc
import json
import multiprocessing
import secrets
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from judge import SECONDS, judged
from strategies import inputs
from trials import spoiled

_BATCH = 100
FOUND = Path(__file__).with_name("found.jsonl")
_PAGE = """# Fuzz

Written by `make fuzz`. Small valid trials (a tidy table, SDTM domains, a table with signed decisions) are spoiled by
one to four mutations of cells, columns, rows, headers, delimiters, encodings, bytes and settings, then read, checked
and, if they are accepted, analysed. It must never come to a traceback, to more than {seconds} seconds of the processor
for one input, to a subject or record that vanishes without being listed, or to a value missing without a reason.

## The last long run

{counts}

## Found and mended

Each is a test (`tests/fuzz/found.jsonl`).

| case | trial | way through |
|---|---|---|
{cases}"""

Case = dict[str, Any]


def failing(case: Case, folder: Path) -> tuple[str, str] | None:
    """Error and place of an input that does not hold; None where it holds."""
    try:
        judged(spoiled(case["kind"], case["operations"]), folder, case["depth"])
    except Exception as error:
        inner = [f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename]
        where = f"{Path(inner[-1].filename).name}:{inner[-1].lineno}"
        return f"{type(error).__name__}: {error}"[:300], where
    return None


def smaller(case: Case, folder: Path) -> Case:
    """The case without the operations that it does not need."""
    for i in reversed(range(len(case["operations"]))):
        less = case | {"operations": case["operations"][:i] + case["operations"][i + 1 :]}
        if less["operations"] and failing(less, folder):
            case = less
    return case


@dataclass
class Counts:
    """What was tried and how it ended."""

    outcomes: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    depths: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, more: Counts) -> None:
        """Count these too."""
        self.outcomes += more.outcomes
        self.operations += more.operations
        self.depths += more.depths
        self.seconds += more.seconds


def batch(start: int, number: int = _BATCH) -> tuple[Counts, list[Case]]:
    """Counts of this many inputs, and those that do not hold, one per place in the code."""
    warnings.simplefilter("error")
    # what is loaded stays: the collector need not look at it again and again
    gc.freeze()
    began, counts = time.process_time(), Counts()
    failed: dict[str, Case] = {}

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        @seed(start)
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(inputs)
        def look(drawn: tuple[str, list[list[Any]], str]) -> None:
            kind, operations, depth = drawn
            case: Case = {"kind": kind, "operations": operations, "depth": depth}
            counts.operations.update(operation[0] for operation in operations)
            counts.depths[depth] += 1
            try:
                counts.outcomes[judged(spoiled(kind, operations), folder, depth)] += 1
            except Exception:
                counts.outcomes["does not hold"] += 1
                error, where = failing(case, folder) or ("it holds when it is run again", "")
                failed.setdefault(where, case | {"error": error, "at": where})

        look()
        found = [smaller(case, folder) for case in failed.values()]
    counts.seconds = time.process_time() - began
    return counts, found


def main() -> int:
    """Run the batches; 1 where a case does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None, help="Of the first batch; fresh where none is given.")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--note", type=Path, default=None, help="Where the counts are kept: docs/fuzz.md.")
    asked = parser.parse_args()
    first = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    seeds = [first + i for i in range(-(-asked.inputs // _BATCH))]
    print(f"{asked.inputs} inputs in {len(seeds)} batches, seeds {seeds[0]} to {seeds[-1]}", flush=True)
    whole, failures = Counts(), set[str]()
    # stopped from the keyboard, it tells what it has seen
    with contextlib.suppress(KeyboardInterrupt), multiprocessing.Pool(asked.jobs) as pool:
        for at, (counts, failed) in zip(seeds, pool.imap(batch, seeds), strict=True):
            whole.add(counts)
            if at % 5 == 0:
                ends = dict(whole.outcomes)
                print(f"{whole.outcomes.total()} so far, {whole.seconds:.0f} s of the processor: {ends}", flush=True)
            for case in (case for case in failed if case["at"] not in failures):
                failures.add(case["at"])
                print(f"\nseed {at} does not hold:\n{json.dumps(case, ensure_ascii=False)}", flush=True)
    text = summary(whole, seeds, len(failures))
    print(text)
    if asked.note:
        asked.note.write_text(page(text), encoding="utf-8")
    return 1 if failures else 0


def summary(counts: Counts, seeds: list[int], places: int) -> str:
    """The counts of a run as Markdown."""
    heads = {"how it ended": counts.outcomes, "mutation": counts.operations, "way through": counts.depths}
    said = (
        f"{counts.outcomes.total():,} inputs, seeds {seeds[0]} to {seeds[-1]} ({_BATCH} inputs each), "
        f"{counts.operations.total():,} mutations; {counts.seconds:,.0f} seconds of one processor. "
        f"Places in the code where an input did not hold: {places}."
    )
    lines = [said]
    for head, counted in heads.items():
        lines += ["", f"| {head} | number |", "|---|---:|"]
        lines += [f"| {name} | {number:,} |" for name, number in counted.most_common()]
    return "\n".join(lines)


def page(text: str) -> str:
    """docs/fuzz.md: what the fuzz does, the last long run, the cases that were found and mended."""
    found = [json.loads(line) for line in FOUND.read_text(encoding="utf-8").splitlines() if line]
    cases = "".join(f"| {case['what']} | {case['kind']} | {case['depth']} |\n" for case in found)
    return _PAGE.format(seconds=SECONDS, counts=text, cases=cases)


if __name__ == "__main__":
    sys.exit(main())
