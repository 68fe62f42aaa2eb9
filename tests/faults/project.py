"""A small trial in a folder of its own: what a run needs, with as few exhibits as a config can ask for."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRIAL = "SMALL"
RESULTS = Path("results") / TRIAL
INPUT = Path("data") / "pc.csv"

CONFIG = f"""
trial: {{id: {TRIAL}}}
product: {{name: CD7 CAR-T, cell: T}}
data:
  layout: tidy
  tables: [{INPUT.as_posix()}]
  columns: {{subject: USUBJID, time: TIME_DAY, value: VALUE, unit: UNIT, lloq: LLOQ}}
analytes: [{{code: CARTG, label: CAR transgene, unit: copies/ug}}]
models: {{fit: []}}
endpoints: {{persistence: how long the product is found}}
report: {{synthetic: true}}
"""
_DAYS = (0.1, 3, 7, 10, 14, 21, 28, 60, 90)
_PEAKS = ((2.4e4, 9.0), (6.1e4, 11.0), (1.52e5, 8.0))


def rows() -> list[str]:
    """The lines of the trial's only file: rise, peak and decline of three subjects, some below the limit."""
    lines = ["USUBJID,TIME_DAY,VALUE,UNIT,LLOQ"]
    for number, (peak, at) in enumerate(_PEAKS, start=1):
        for day in _DAYS:
            value = peak * math.exp(-abs(day - at) * (0.9 if day < at else 0.09))
            lines.append(f"S-{number:02},{day},{'<50' if value < 50 else f'{value:.6g}'},copies/ug,50")
    return lines


def make(folder: Path) -> Path:
    """The folder, with workflow, config and data in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Snakefile", "workflow"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "profiles").symlink_to("workflow/profiles")
    (folder / "config").mkdir()
    (folder / "config" / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / INPUT).write_text("\n".join(rows()) + "\n", encoding="utf-8")
    return folder


def start(folder: Path, *targets: str, cores: int = 2) -> subprocess.Popen[str]:
    """The plain command, in a process group of its own."""
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", str(cores), *targets],
        cwd=folder, env=environment, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def run(folder: Path, *targets: str, cores: int = 2) -> tuple[int, str]:
    """Exit status of the plain command, and what it said."""
    process = start(folder, *targets, cores=cores)
    said, _ = process.communicate()
    return process.returncode, said


def state(folder: Path) -> dict[str, str]:
    """Every file of the results with its hash; of the manifest all but its clock, its seal and who started the run."""
    results, found = folder / RESULTS, {}
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in Path(name).parts):
            found[name] = hashlib.sha256(_timeless(path)).hexdigest()
    return found


def _timeless(path: Path) -> bytes:
    raw = path.read_bytes()
    if path.name != "manifest.json":
        return raw
    content = json.loads(raw)
    return json.dumps({k: v for k, v in content.items() if k not in {"created", "started_by", "self_sha256"}}).encode()


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Names that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def halves(folder: Path, whole: dict[str, str]) -> list[str]:
    """Files that stand under their own name and are not what the undisturbed run wrote: there must be none."""
    return sorted(name for name, digest in state(folder).items() if _is_result(name) and whole.get(name) != digest)


def _is_result(name: str) -> bool:
    return not name.startswith("log/")
