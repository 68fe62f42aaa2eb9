"""A Python 3.13 with the tools cartpk is compared with: found, or made once under benchmarks/out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
PACKAGES = (
    "pkpdutils==1.3.0",
    "openpkflow==2.9.0",
    *("numpy", "pandas", "scipy", "click", "pandera", "pydantic", "pyyaml", "jinja2"),  # of the second line: cartpk
)


class NotMeasuredError(Exception):
    """Why something is not measured here."""


def find() -> Path:
    """A python3.13 that runs: on the PATH, of pyenv, of uv."""
    named = [shutil.which("python3.13"), shutil.which("python3")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [Path(name) for name in named if name]
    candidates += sorted(pyenv.glob("3.13*/bin/python3.13"), reverse=True)
    candidates += sorted(Path.home().glob(".local/share/uv/python/*3.13*/bin/python3.13"), reverse=True)
    check = "import sys, venv; raise SystemExit(sys.version_info[:2] != (3, 13))"
    for path in candidates:
        if subprocess.run([str(path), "-c", check], capture_output=True, check=False).returncode == 0:
            return path
    raise NotMeasuredError("no Python 3.13 was found (PATH, pyenv, uv), which pkpdutils needs")


def interpreter() -> Path:
    """The Python of the comparison, with the packages installed by pip."""
    folder = OUT / "python3.13"
    python, ready = folder / "bin" / "python", folder / "packages.txt"
    wanted = "\n".join(PACKAGES)
    if ready.is_file() and ready.read_text(encoding="utf-8") == wanted:
        return python
    print("making", folder.relative_to(ROOT), "(once) ...", flush=True)
    subprocess.run([str(find()), "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasuredError(f"pip could not install {PACKAGES[0]}: {done.stderr.strip().splitlines()[-1]}")
    ready.write_text(wanted, encoding="utf-8")
    return python
