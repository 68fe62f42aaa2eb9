"""`make fuzz`: many spoiled trials with fresh seeds; prints the counts by outcome and every case that does not hold.

``python tests/fuzz/run.py --inputs 10000 --seed 1 --jobs 2``. A case that it prints is a line for found.jsonl.
"""

# ruff: noqa: T201, BLE001 - it prints, and every failure of an input is what it looks for
from __future__ import annotations

import argparse
import json
import multiprocessing
import secrets
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from judge import judged
from strategies import inputs
from trials import spoiled

_BATCH = 100

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


def batch(start: int, number: int = _BATCH) -> tuple[Counter[str], list[Case]]:
    """Outcomes of this many inputs, and those that do not hold, one per place in the code."""
    warnings.simplefilter("error")
    outcomes: Counter[str] = Counter()
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
            try:
                outcomes[judged(spoiled(kind, operations), folder, depth)] += 1
            except Exception:
                outcomes["does not hold"] += 1
                error, where = failing(case, folder) or ("it holds when it is run again", "")
                failed.setdefault(where, case | {"error": error, "at": where})

        look()
        found = [smaller(case, folder) for case in failed.values()]
    return outcomes, found


def main() -> int:
    """Run the batches; 1 where a case does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None, help="Of the first batch; fresh where none is given.")
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    first = secrets.randbelow(2**31) if asked.seed is None else asked.seed
    seeds = [first + i for i in range(-(-asked.inputs // _BATCH))]
    print(f"{asked.inputs} inputs in {len(seeds)} batches, seeds {seeds[0]} to {seeds[-1]}", flush=True)
    began, outcomes, failures = time.perf_counter(), Counter[str](), set[str]()
    with multiprocessing.Pool(asked.jobs) as pool:
        for at, (counts, failed) in zip(seeds, pool.imap(batch, seeds), strict=True):
            outcomes += counts
            if at % 5 == 0:
                print(f"{outcomes.total()} so far, {time.perf_counter() - began:.0f} s: {dict(outcomes)}", flush=True)
            for case in (case for case in failed if case["at"] not in failures):
                failures.add(case["at"])
                print(f"\nseed {at} does not hold:\n{json.dumps(case, ensure_ascii=False)}", flush=True)
    for outcome, number in outcomes.most_common():
        print(f"{number:>7}  {outcome}")
    print(f"{outcomes.total():>7}  inputs, {len(failures)} places in the code; {time.perf_counter() - began:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
