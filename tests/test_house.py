"""What is written twice agrees: dependencies, locks, environment, layers, README commands."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

pytestmark = pytest.mark.requirement("URS-715")

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA_NAMES = {"duckdb": "python-duckdb", "snakemake": "snakemake-minimal"}


def dependencies(extra: str | None = None) -> list[Requirement]:
    project = PROJECT["project"]
    return [Requirement(d) for d in (project["optional-dependencies"][extra] if extra else project["dependencies"])]


def locked(name: str) -> dict[str, list[str]]:
    """Package -> its locked versions whose marker holds here."""
    versions: dict[str, list[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                versions.setdefault(requirement.name, []).append(str(requirement.specifier).removeprefix("=="))
    return versions


def test_environment_yml_says_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [d for d in environment["dependencies"] if isinstance(d, str)]
    expected = [f"python{PROJECT['project']['requires-python']}", "pip"]
    expected += [f"{CONDA_NAMES.get(d.name, d.name)}{d.specifier}" for d in dependencies()]
    assert conda == expected, "environment.yml and pyproject.toml differ: change both"


@pytest.mark.parametrize(("lock", "extra"), [("requirements.lock", None), ("requirements-dev.lock", "dev")])
def test_the_lock_holds_every_dependency_once_in_an_allowed_version(lock, extra):
    versions = locked(lock)
    for requirement in dependencies(extra):
        (version,) = versions[requirement.name.lower()]
        assert requirement.specifier.contains(version), f"{requirement} but {lock} has {version}: run `make lock`"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_has_hashes_and_no_registry_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    packages = re.findall(r"^[a-zA-Z0-9].*$", text, flags=re.MULTILINE)
    assert packages
    assert all(p.endswith("\\") for p in packages), "a package without a hash"


@pytest.mark.requirement("URS-716")
def test_rooms_import_downwards_only():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.requirement("URS-716")
def test_core_and_models_import_nothing_heavy():
    code = (
        "import sys, pkgutil, importlib, cartpk.core, cartpk.models\n"
        "for p in (cartpk.core, cartpk.models):\n"
        "    for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.'): importlib.import_module(m.name)\n"
        "print([m for m in ('pandas', 'plotnine', 'pydantic', 'yaml', 'snakemake', 'lmfit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_listing_commands_imports_no_command():
    code = "import sys, cartpk.cli; cartpk.cli.cli(['--help'], standalone_mode=False); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_readme_shows_the_two_commands_and_the_other_ways():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ways = ("make run", "make test", "snakemake --cores 4", "uv pip install", "pip install", "conda env create")
    for command in ways:
        assert command in text, command


def test_every_command_of_the_readme_exists():
    from cartpk.cli import COMMANDS

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    fenced = "\n".join(text.split("```")[1::2])
    used = set(re.findall(r"^\s*(?:\.venv/bin/)?cartpk ([a-z-]+)", fenced, flags=re.MULTILINE))
    assert used
    assert used <= set(COMMANDS)


def test_every_file_the_readme_links_to_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (ROOT / target).exists(), target


def test_every_command_has_help():
    from click.testing import CliRunner

    from cartpk.cli import COMMANDS, cli

    for name in COMMANDS:
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0, (name, result.output)
