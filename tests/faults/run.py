"""`make faults`: a hundred kills and every other fault on a small trial; writes the table of docs/faults.md.

``python tests/faults/run.py --kills 100 --seed 1``. Exit status 1 where something was lost or bent.
"""

# ruff: noqa: T201 - it prints what it does
from __future__ import annotations

import argparse
import platform
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import kills
from project import ROOT, make, run, state

import faults

PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- written by make faults -->", "<!-- end -->"
_ROUND = 12
"""Kills of one run before it goes to its end."""


def undisturbed(folder: Path) -> dict[str, str]:
    """The files of a run that nobody disturbs; two of them must be the same."""
    found = []
    for name in ("one", "two"):
        code, said = run(make(folder / name))
        if code:
            raise SystemExit(f"the undisturbed run failed:\n{said[-2000:]}")
        found.append(state(folder / name))
    if found[0] != found[1]:
        raise SystemExit("two undisturbed runs differ: nothing can be compared")
    return found[0]


def all_kills(folder: Path, whole: dict[str, str], number: int, within: float, chance: random.Random) -> kills.Tally:
    """So many kills: one at each job, the others at random."""
    total = kills.at_each_job(folder / "each", whole, chance)
    print(f"{total.kills.total()} kills at each job: {len(total.problems)} problems", flush=True)
    while total.kills.total() < number:
        wanted = min(_ROUND, number - total.kills.total())
        tally = kills.at_random(folder / f"round{total.rounds}", whole, wanted, within, chance)
        total = kills.Tally(total.kills + tally.kills, total.rounds + 1, total.problems + tally.problems)
        print(f"{total.kills.total()} kills, {total.rounds} runs: {len(total.problems)} problems", flush=True)
    return total


def others(folder: Path, whole: dict[str, str]) -> list[faults.Outcome]:
    """Every other fault, one after the other."""
    tries: dict[str, Callable[[Path, dict[str, str]], faults.Outcome]] = {
        "full": partial(faults.full_disk, size="300k", state_too=False),
        "fuller": partial(faults.full_disk, size="300k", state_too=True),
        "readonly": faults.read_only,
        "cut": faults.cut_files,
        "between": faults.cut_between_jobs,
        "changed": faults.input_changed,
        "unreadable": faults.unreadable_input,
        "replaced": faults.input_replaced,
        "twice": faults.two_at_once,
        "unlocked": faults.locks_taken_away,
    }
    found = []
    for name, fault in tries.items():
        try:
            outcome = fault(folder / name, whole)
        except faults.NotTriedError as error:
            outcome = faults.Outcome(name, "", f"not tried: {error}", holds=True)
        found.append(outcome)
        print(f"{'holds' if outcome.holds else 'DOES NOT HOLD'}: {outcome}", flush=True)
    return found


def page(tally: kills.Tally | None, outcomes: list[faults.Outcome], seed: int, seconds: float) -> str:
    """The generated part of docs/faults.md."""
    python, snakemake = platform.python_version(), metadata.version("snakemake")
    lines = [
        f"By `make faults` (seed {seed}) in {seconds / 60:.0f} minutes: Python {python}, Snakemake {snakemake}.",
        "",
    ]
    if tally is not None:
        whole = Counter({job: n for job, n in tally.kills.items() if "alone" not in job})
        each = ", ".join(f"{job} {n}" for job, n in sorted(whole.items()))
        alone = tally.kills.total() - whole.total()
        verdict = "**every one the same bytes as the undisturbed run, no half file at any time**"
        lines += [
            f"{tally.kills.total()} kills (SIGKILL) in {tally.rounds} runs, each gone on with by the plain command: "
            + (verdict if not tally.problems else f"**{len(tally.problems)} problems**")
            + f". Of the whole process group {whole.total()}, at work being: {each}; of Snakemake alone, whose jobs "
            f"live on, {alone}.",
            "",
            *[f"- {problem}" for problem in tally.problems],
        ]
    lines += ["| fault | what the run says | after it | holds |", "|---|---|---|---|"]
    for o in outcomes:
        said = re.sub(r"\s+", " ", o.said).replace("|", "/")
        lines.append(f"| {o.fault} | {said or 'nothing'} | {o.after} | {'yes' if o.holds else '**no**'} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Make the faults; 1 where something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-page", action="store_true", help="Leave docs/faults.md as it is.")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cartpk-faults-") as name:
        folder = Path(name)
        whole = undisturbed(folder)
        seconds = (time.monotonic() - began) / 2
        print(f"undisturbed: {len(whole)} files, {seconds:.0f} s a run", flush=True)
        outcomes = others(folder, whole)
        chance = random.Random(asked.seed)  # noqa: S311 - when to kill is no secret
        tally = all_kills(folder, whole, asked.kills, seconds / 3, chance) if asked.kills else None
    if not asked.no_page:
        text = PAGE.read_text(encoding="utf-8")
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        part = page(tally, outcomes, asked.seed, time.monotonic() - began)
        PAGE.write_text(f"{before}{BEGIN}\n{part}{END}{after}", encoding="utf-8")
    lost = [o for o in outcomes if not o.holds]
    return 1 if lost or (tally is not None and tally.problems) else 0


if __name__ == "__main__":
    sys.exit(main())
