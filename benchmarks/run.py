"""Measure, and write what was measured into benchmarks/README.md: the one entry of `make bench`.

usage: python benchmarks/run.py [--only workflow|nca|intake|report|fits] [--quick]

`--quick` measures small and little, to see that everything runs, and leaves README.md alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import estimation_fits
import intake
import nca
import nca_section
import report_page
import scale
import workflow
from nca_python313 import OUT, ROOT

README = ROOT / "benchmarks" / "README.md"
PACKAGES = ("numpy", "pandas", "scipy", "snakemake")
HEAD = """# Benchmarks

Written by `make bench` (`python benchmarks/run.py`); each part by `--only PART`. Medians; what is compared runs in turn
(A B A B ...), so that a drift of the machine touches both. Numbers move with the machine; what is claimed is the ratio.
"""


def machine(*, committed: bool = True) -> str:
    """Machine and versions, as a sentence; without the commit where a part names that of each of its rows."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file() and (found := re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))):
        cpu = found[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    commit = f", commit {git.stdout.strip()}" if committed and git.returncode == 0 else ""
    return (
        f"{cpu}, {os.cpu_count()} processors, {memory:.0f} GiB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {packages}; cartpk {version('cartpk')}{commit}."
    )


def workflow_section(*, quick: bool) -> str:
    """The workflow beside one plain process."""
    runs, cores = (1, 2) if quick else (5, 2)
    found = workflow.measure(runs, cores)
    return f"""## The workflow

`snakemake --cores {cores}` on the sample trial, from nothing to report.html, beside the same commands in one plain
Python process, {runs} pairs. Command: `python benchmarks/run.py --only workflow`.

| | seconds |
|---|---|
| snakemake --cores {cores} | {found["workflow_s"]:.1f} |
| one plain process | {found["plain_s"]:.1f} |
| ratio | {found["ratio"]:.2f} |
"""


def nca_part(*, quick: bool) -> str:
    """The non-compartmental analysis beside other engines."""
    found = nca.measure(quick=quick)
    (OUT / "nca.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return nca_section.section(found)


def intake_part(*, quick: bool) -> str:
    """The intake beside a bare read."""
    found = intake.measure(pairs=1, sizes=intake.SIZES[:1]) if quick else intake.measure()
    return intake.section(found)


def report_part(*, quick: bool) -> str:
    """The page of few and of many subjects in a browser."""
    results, config = ROOT / "results" / "NCT06871644", ROOT / "config" / "config.yaml"
    return report_page.section(results, config, runs=1 if quick else 5)


def fits_part(*, quick: bool) -> str:
    """The kinetic models beside lmfit."""
    return estimation_fits.section(quick=quick)


def scale_part(*, quick: bool) -> str:  # noqa: ARG001
    """A virtual trial of very many subjects: what `scale.py FOLDER` measured last (half an hour and more)."""
    return scale.section()


PARTS: dict[str, Callable[..., str]] = {
    "workflow": workflow_section,
    "nca": nca_part,
    "intake": intake_part,
    "report": report_part,
    "scale": scale_part,
    "fits": fits_part,
}


def written(texts: dict[str, str]) -> str:
    """README.md with these parts new and the others as they were."""
    old: dict[str, Any] = {}
    if README.is_file():
        pattern = r"<!-- part (\w+) -->\n(.*?)<!-- end -->\n"
        old = dict(re.findall(pattern, README.read_text(encoding="utf-8"), flags=re.DOTALL))
    parts = {name: texts.get(name) or old.get(name) for name in PARTS}
    return HEAD + "".join(f"\n<!-- part {name} -->\n{text}<!-- end -->\n" for name, text in parts.items() if text)


def main() -> None:
    """Measure what was asked for, then write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    names = [asked.only] if asked.only else list(PARTS)
    texts = {
        name: f"{PARTS[name](quick=asked.quick)}\nMeasured on: {machine(committed=name != 'scale')}\n" for name in names
    }
    if asked.quick:
        print("\n".join(texts.values()))
        return
    README.write_text(written(texts), encoding="utf-8")
    print(README.relative_to(ROOT))


if __name__ == "__main__":
    main()
