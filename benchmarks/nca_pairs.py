"""cartpk and another engine in turn (A B A B ...) in this process, on one table; the result as JSON.

usage: python benchmarks/nca_pairs.py PROFILES.csv pkpdutils|openpkflow|groupby.apply [--pairs 9] [--seconds 120]
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from typing import Any

import pandas as pd
from nca_agreement import agreement
from nca_engines import CARTPK, OTHERS, Engine

FEWEST = 3


def timed(engine: Engine, table: pd.DataFrame) -> tuple[float, Any]:
    """Seconds from table to table, and the result."""
    gc.collect()
    start = time.perf_counter()
    result = engine.run(table)
    return time.perf_counter() - start, result


def compare(adnca: pd.DataFrame, other: Engine, pairs: int, seconds: float) -> dict[str, Any]:
    """Times of the pairs after one that is not counted, and how many subjects agree."""
    mine, theirs = CARTPK.made(adnca), other.made(adnca)
    first, ours = timed(CARTPK, mine)
    last, others = timed(other, theirs)
    found = agreement(adnca, CARTPK.read(ours), other.read(others))
    del ours, others
    runs = max(FEWEST, min(pairs, int(seconds / (first + last))))
    times = [(timed(CARTPK, mine)[0], timed(other, theirs)[0]) for _ in range(runs)]
    return {
        "subjects": int(adnca["USUBJID"].nunique()),
        "pairs": runs,
        "cartpk_s": statistics.median(a for a, _ in times),
        "other_s": statistics.median(b for _, b in times),
        "ratio": statistics.median(b / a for a, b in times),
        "agreement": found,
        "version": other.version,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profiles")
    parser.add_argument("other", choices=OTHERS)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=120.0, help="about as long as the pairs may take")
    asked = parser.parse_args()
    table = pd.read_csv(asked.profiles, dtype={"USUBJID": "str"})
    print(json.dumps(compare(table, OTHERS[asked.other], asked.pairs, asked.seconds)))
