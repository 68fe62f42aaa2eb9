"""What benchmarks/nca.py measured, as a section of README.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

BARS = {("pkpdutils", 1_000): 2.0, ("pkpdutils", 100_000): 2.0, ("groupby.apply", 10_000): 300.0}
"""How many times faster cartpk must be."""
R_BARS = {"PKNCA": 500.0}
PROCESS_BAR, MEMORY_BAR = 3.0, 10.0

METHOD = """## Non-compartmental analysis

Simulated profiles (`cartpk.simulate`, Stein model, 15 samples each, a third of them BLQ, own sampling times per
subject). Every engine does the same analysis: linear up/log down, BLQ as 0 before and after and left out between the
quantifiable samples, lambda_z by adjusted R2, AUC0-28d and AUC0-90d. cartpk gives 23 parameters per subject, each with
unit, method and a reason where it has no value. Command: `python benchmarks/run.py --only nca`.
"""
IN_PROCESS = """### In one process, table to table

cartpk and the other engine in turn in the same process (Python 3.13), from a DataFrame to the finished table of
parameters, after one pair that is not counted. The input is in the form the engine wants, made beforehand and not
timed: the table `pandas.read_csv` gives for cartpk, columns with numbers and zeros for the others. groupby.apply is
what an analyst writes for one subject (benchmarks/nca_engines.py): sorts, trapezoids in numpy, `scipy.stats.linregress`
for each window of lambda_z, the same 23 parameters. polyfit and sums are the same function with `numpy.polyfit`, and
with the sums of least squares written out, in its place: the fastest such loop we could write.
"""
AGREE = """### Do the values agree?

Subjects whose value agrees to 1e-9 (or is missing in both), and by which convention the others differ; a convention is
only named where cartpk, set to it, gives the other engine's number. Why:
[docs/nca_compared.md](../docs/nca_compared.md).
"""
PROCESS = """### The whole process

`python -m cartpk nca in.csv --out out.csv` against `python benchmarks/bare_pandas.py`: a pandas process that reads the
same in.csv with `read_csv` and writes the same out.csv, byte for byte, with `to_csv`, and analyses nothing. The
finished table is loaded from a pickle, whose seconds are taken off ({baseline_columns} columns: what pandas writes
faster).
"""
GROWTH = """### Growth and memory

cartpk alone, table to table, in turn over the sizes; Python of the project.
"""


def section(found: dict[str, Any]) -> str:
    """The whole section."""
    return "\n".join([METHOD, *_pairs(found), *_agreement(found), *_process(found["process"]), *_growth(found)])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"


def _bar(ratio: float, bar: float | None, *, at_most: bool = False) -> str:
    if bar is None:
        return ""
    met = ratio <= bar if at_most else ratio >= bar
    return f"{'at most' if at_most else 'at least'} {bar:g}: {'met' if met else 'MISSED'}"


def _engine(r: dict[str, Any]) -> str:
    name, _, variant = r["engine"].partition("-")
    own = f"pandas {r['version']}" + (f", {variant}" if variant else "")
    return f"{name} ({own})" if name == "groupby.apply" else f"{name} {r['version']}"


def _pairs(found: dict[str, Any]) -> Iterator[str]:
    yield IN_PROCESS
    measured = [r for r in found["pairs"] if "ratio" in r]
    rows = [
        [
            _engine(r),
            f"{r['subjects']:,}",
            _seconds(r["cartpk_s"]),
            _seconds(r["other_s"]),
            f"{r['ratio']:.3g}",
            str(r["pairs"]),
            _bar(r["ratio"], BARS.get((r["engine"], r["subjects"]))),
        ]
        for r in measured
    ]
    rows += [
        [
            f"{r['engine']} {r['version']} (own process, timed inside R)",
            f"{r['subjects']:,}",
            _seconds(r["cartpk_s"]),
            _seconds(r["other_s"]),
            f"{r['ratio']:.3g}",
            "",
            _bar(r["ratio"], R_BARS.get(r["engine"])),
        ]
        for r in found["r"]
        if "ratio" in r
    ]
    yield from _table(("engine", "subjects", "cartpk", "engine's time", "times faster", "pairs", "bar"), rows)
    for r in [*found["pairs"], *found["r"]]:
        if "not_measured" in r:
            yield f"{r['engine']}: not measured: {r['not_measured']}."
    largest = {r["engine"]: max(x["subjects"] for x in measured if x["engine"] == r["engine"]) for r in measured}
    top = max(largest.values(), default=0)
    for engine, subjects in largest.items():
        if subjects < top:
            yield f"{engine}: not measured beyond {subjects:,} subjects: a loop over subjects grows in proportion."
    yield ""


def _agreement(found: dict[str, Any]) -> Iterator[str]:
    yield AGREE
    rows = []
    for r in [*found["pairs"], *found["r"]]:
        last = [x for x in found["pairs"] if x["engine"] == r["engine"] and "ratio" in x][-1:]
        if "agreement" not in r or "-" in r["engine"] or (last and r is not last[0]):
            continue
        for code, counts in r["agreement"].items():
            others = "; ".join(f"{n:,}: {name}" for name, n in counts.items() if name != "agree")
            rows.append([r["engine"], code, f"{counts['agree']:,} of {r['subjects']:,}", others])
    yield from _table(("engine", "parameter", "agree", "the others"), rows)


def _process(p: dict[str, Any]) -> Iterator[str]:
    yield PROCESS.format(**p)
    rows = [
        ["cartpk nca", f"{p['cartpk_s']:.2f} s", f"{p['peak_mb']:.0f} MB"],
        ["bare pandas, without loading the pickle", f"{p['pandas_s']:.2f} s", f"{p['pandas_peak_mb']:.0f} MB"],
        ["bare pandas, with it", f"{p['pandas_with_load_s']:.2f} s", ""],
    ]
    yield from _table(("process", "seconds", "peak memory"), rows)
    yield (
        f"{p['subjects']:,} subjects, {p['pairs']} pairs, ratio {p['ratio']:.2f} "
        f"({_bar(p['ratio'], PROCESS_BAR, at_most=True)}); input {p['input_mb']:.1f} MB, output "
        f"{p['output_mb']:.1f} MB; peak memory {p['peak_per_input']:.1f} times the input "
        f"({_bar(p['peak_per_input'], MEMORY_BAR, at_most=True)}).\n"
    )


def _growth(found: dict[str, Any]) -> Iterator[str]:
    yield GROWTH
    rows = [
        [f"{int(r['subjects']):,}", _seconds(r["seconds"]), f"{1e6 * r['seconds'] / r['subjects']:.2f} us"]
        for r in found["growth"]
    ]
    yield from _table(("subjects", "cartpk", "per subject"), rows)
    yield f"Time grows as N to the power {found['exponent']:.2f} from 1,000 subjects on (at most 1: no faster than N)."
