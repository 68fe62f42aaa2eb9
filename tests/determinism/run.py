"""`make determinism`: every trial again in another folder, with other cores, order of rows and Python: the same bytes.

``python tests/determinism/run.py --python python3.13 --trials NCT04480788``. Exit status 1 where something differs.
"""

# ruff: noqa: T201 - it prints what it compares
from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

import chain
import project
from project import ROOT, differences
from row_order import shuffled
from test_determinism import placeless

LOCK = ROOT / "requirements.lock"
ASKED = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
VENV = ROOT / "build" / f"determinism-{hashlib.sha256(ASKED).hexdigest()[:12]}"
"""The other interpreter's environment: one for each lock, so that none is of an earlier one."""

State = dict[str, str]


def copied(folder: Path) -> Path:
    """A copy of what a run reads."""
    folder.mkdir(parents=True)
    for name in ("Snakefile", "workflow", "config", "data"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "profiles").symlink_to("workflow/profiles")
    return folder


def workflow(folder: Path, config: str, cores: int) -> None:
    """Run the workflow in this folder."""
    line = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", config, "--quiet", "all"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{config}: {done.stdout[-1000:]}{done.stderr[-2000:]}")


def other_python(named: str) -> Path | None:
    """An interpreter of this name that has the locked packages; made once, below build/."""
    found = shutil.which(named) if named else None
    if found is None:
        return None
    ready = subprocess.run([found, "-c", "import cartpk, pandas, plotnine"], capture_output=True, check=False)
    if not ready.returncode:
        return Path(found).absolute()
    python = VENV / "bin" / "python"
    if not python.is_file():
        print(f"making {VENV.relative_to(ROOT)} (once) ...", flush=True)
        subprocess.run([found, "-m", "venv", str(VENV)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
        subprocess.run([*pip, "--no-deps", "--editable", str(ROOT)], check=True)
    return python


def by_content(folder: Path, results: str) -> dict[str, object]:
    """Tables without the lines of the input that they name, pictures as they are."""
    tables = sorted((folder / results).rglob("*.csv"))
    found: dict[str, object] = {path.relative_to(folder / results).as_posix(): placeless(path) for path in tables}
    for path in sorted((folder / results / "figures").glob("*.[ps][nv]g")):
        found[path.relative_to(folder / results).as_posix()] = path.read_bytes()
    return {name: content for name, content in found.items() if not name.startswith("exports/")}


def compare(name: str, make: Callable[[], list[str]]) -> bool:
    """Print whether a comparison holds."""
    began = time.monotonic()
    different = make()
    verdict = "the same bytes" if not different else f"DIFFERS: {', '.join(different[:12])}"
    print(f"  {name}: {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
    return not different


def trial_holds(trial: str, folder: Path, python: Path | None) -> bool:
    """Run one trial in every way and compare."""
    config, results = f"config/trials/{trial}.yaml", f"results/{trial}"
    project.RESULTS = Path(results)
    print(trial, flush=True)
    first = copied(folder / "first")
    workflow(first, config, 2)
    whole = project.state(first)

    def one_core() -> list[str]:
        here = copied(folder / "another folder" / "one core")
        workflow(here, config, 1)
        return differences(project.state(here), whole)

    def in_process(interpreter: str, **environment: str) -> list[str]:
        here = copied(folder / f"chain of {Path(interpreter).parent.parent.name}")
        chain.run(here, config, results, python=interpreter, **environment)
        # logs are named by the jobs of the workflow, and the manifest lists them and the interpreter
        found = {name: h for name, h in project.state(here).items() if name != "manifest.json"}
        kept = {name: h for name, h in whole.items() if name != "manifest.json" and not name.startswith("log/")}
        return differences(found, kept)

    def other_order() -> list[str]:
        here = copied(folder / "shuffled")
        shuffled(here / "data" / "sample" / trial)
        chain.run(here, config, results)
        one, other = by_content(first, results), by_content(here, results)
        return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))

    environment = {"PYTHONHASHSEED": "99", "TZ": "America/St_Johns", "LC_ALL": "C"}
    holds = [
        compare("another folder, one core", one_core),
        compare("one process, other environment", partial(in_process, sys.executable, **environment)),
        compare("other order of the rows (tables without the lines they name, pictures)", other_order),
    ]
    if python is not None:
        version = subprocess.run([str(python), "-V"], capture_output=True, text=True, check=True).stdout.strip()
        holds.append(compare(version, partial(in_process, str(python))))
    return all(holds)


def main() -> int:
    """Compare all trials; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default="", help="Another interpreter, e.g. python3.13; none = not compared.")
    known = [path.stem for path in sorted((ROOT / "config" / "trials").glob("*.yaml"))]
    parser.add_argument("--trials", nargs="*", default=known)
    asked = parser.parse_args()
    python = other_python(asked.python)
    if python is None:
        print(f"no other Python to compare with ({asked.python or 'none asked for'})")
    with tempfile.TemporaryDirectory(prefix="cartpk-determinism-") as name:
        holds = [trial_holds(trial, Path(name) / trial, python) for trial in asked.trials]
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
