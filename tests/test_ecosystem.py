"""The workflow in other hands: as a module, with hostile names, in containers, in the workflow catalog."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOSTILE = """lab $(touch pwned) `touch pwned` ';touch pwned;" &.csv"""
"""A file name that a shell would run in four ways."""
TABLE = """ID,DAY,COPIES,UNIT,LLOQ
S-01,0,<50,copies/ug,50
S-01,7,20400,copies/ug,50
S-01,14,9640,copies/ug,50
S-01,28,900,copies/ug,50
"""


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def how_to(name: str, language: str) -> str:
    """The first code block of a how-to guide in this language."""
    text = (ROOT / "docs" / "how_to" / f"{name}.md").read_text(encoding="utf-8")
    return re.search(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[1]


def config_text(table: str) -> str:
    content = {
        "trial": {"id": "MYTRIAL"},
        "product": {"name": "my CAR-T", "cell": "T"},
        "data": {
            "layout": "tidy",
            "tables": [table],
            "columns": {"subject": "ID", "time": "DAY", "value": "COPIES", "unit": "UNIT", "lloq": "LLOQ"},
        },
        "analytes": [{"code": "CAR", "label": "CAR transgene", "method": "qPCR"}],
        "report": {"synthetic": True},
    }
    return yaml.safe_dump(content)


@pytest.fixture(name="outer", scope="module")
def _outer(tmp_path_factory):
    """A workflow of somebody else that uses this one for a trial whose files have hostile names, run to the NCA."""
    folder = tmp_path_factory.mktemp("outer") / "a b"
    folder.mkdir()
    config = HOSTILE.replace(".csv", ".yaml")
    (folder / HOSTILE).write_text(TABLE, encoding="utf-8")
    (folder / config).write_text(config_text(HOSTILE), encoding="utf-8")
    snakefile = how_to("use_as_module", "python")
    for written, here in (('"cartpk/Snakefile"', repr(str(ROOT / "Snakefile"))), ('"mytrial.yaml"', repr(config))):
        assert written in snakefile
        snakefile = snakefile.replace(written, here)
    (folder / "Snakefile").write_text(snakefile, encoding="utf-8")
    return folder, snakemake(folder, "results/MYTRIAL/work/adpp_nca.csv")


@pytest.mark.requirement("URS-712")
@pytest.mark.workflow
def test_another_workflow_can_use_this_one_as_a_module(outer):
    folder, done = outer
    assert done.returncode == 0, done.stdout + done.stderr
    rows = (folder / "results" / "MYTRIAL" / "work" / "adpp_nca.csv").read_text(encoding="utf-8")
    assert re.search(r"^S-01,NCA,CMAX,Max Conc,20400", rows, flags=re.MULTILINE)


@pytest.mark.requirement("URS-713")
@pytest.mark.workflow
def test_no_text_of_a_user_reaches_a_shell(outer):
    folder, done = outer
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [p for p in folder.rglob("pwned*") if p.name == "pwned"]
    rows = (folder / "results" / "MYTRIAL" / "adnca.csv").read_text(encoding="utf-8")
    assert "touch pwned" in rows, "the file's name is data, letter by letter"


@pytest.mark.parametrize("given", ["{}", '{"configfile": "a.yaml", "trial": {"id": "X"}}'])
def test_a_module_that_names_no_trial_gets_a_sentence(tmp_path, given):
    snakefile = how_to("use_as_module", "python").replace('"cartpk/Snakefile"', repr(str(ROOT / "Snakefile")))
    (tmp_path / "Snakefile").write_text(snakefile.replace('{"configfile": "mytrial.yaml"}', given), encoding="utf-8")
    done = snakemake(tmp_path, "-n")
    assert done.returncode != 0
    assert "as a module, name the trial" in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["$(touch pwned)", "a/../../b", "..", "a b", "x'y", "a;b", "", "{x}"])
def test_a_trial_that_is_no_name_of_a_folder_is_refused(tmp_path, name):
    from cartpk.config import problems

    content = yaml.safe_load(config_text("my.csv"))
    content["trial"]["id"] = name
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert [p for p in problems(tmp_path / "t.yaml") if "trial.id" in str(p)], name


def base(docker: str) -> str:
    """The image that a Dockerfile of one stage builds on when nobody gives another."""
    assert re.findall(r"^FROM\s+(\S+)", docker, flags=re.MULTILINE) == ["${BASE}"], (
        "one stage, on a base that can be given"
    )
    (image,) = re.findall(r"^ARG BASE=(\S+)$", docker.split("\nFROM ", 1)[0] + "\n", flags=re.MULTILINE)
    return image


def steps(docker: str) -> list[tuple[str, str]]:
    """Instructions of a Dockerfile with their continued lines."""
    text = re.sub(r"^#.*\n", "", docker, flags=re.MULTILINE)
    return re.findall(r"^([A-Z]+)\s+(.*)$", re.sub(r"\\\n\s*", " ", text), flags=re.MULTILINE)


def section(name: str) -> list[str]:
    """Lines of one section of apptainer.def."""
    text = (ROOT / "apptainer.def").read_text(encoding="utf-8")
    return re.search(rf"^%{name}\n(.*?)(?=^%|\Z)", text, flags=re.MULTILINE | re.DOTALL)[1].strip().splitlines()


def copied(docker: str) -> dict[str, str]:
    """Source -> where the Dockerfile puts it."""
    where = {}
    for name, what in steps(docker):
        if name == "COPY":
            *sources, target = what.split()
            where |= {s: f"{target}{s}" if target.endswith("/") else target for s in sources}
    return where


@pytest.mark.requirement("URS-715")
def test_containers_hold_what_the_lock_says():
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    apptainer = (ROOT / "apptainer.def").read_text(encoding="utf-8")
    image = base(docker)
    assert re.fullmatch(r"python:3\.(\d+)\.\d+-slim-[a-z]+", image), "named by version and distribution, never latest"
    assert re.search(rf"^From: {re.escape(image)}$", apptainer, flags=re.MULTILINE), "both build on the same image"
    minor = int(image.split(".")[1])
    assert f"Programming Language :: Python :: 3.{minor}" in PROJECT["classifiers"]
    for text in (docker, apptainer):
        assert "latest" not in text.lower().split("\n", 1)[1]
        assert "--require-hashes" in text
        assert "requirements.lock" in text
        assert "--no-deps" in text
        assert re.search(rf"image\.version[ =\"]+{re.escape(PROJECT['version'])}\b", text), "the version of the label"
        assert "://" not in re.sub(r"https://github\.com/cartpk/cartpk", "", text), "no address to load from"


@pytest.mark.requirement("URS-715")
def test_both_containers_are_the_same():
    """The same files at the same places, the same installations, the same lock to compare with."""
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    files = copied(docker)
    assert files == dict(line.split() for line in section("files"))
    installs = [re.findall(r"pip install [^&\\\n]*[^&\\\s]", text) for text in (docker, "\n".join(section("post")))]
    assert installs[0] == installs[1]
    assert len(installs[0]) == 2
    for text in (docker, "\n".join(section("environment"))):
        assert re.findall(r"CARTPK_LOCK=(\S+)", text) == [files["requirements.lock"]]
        assert re.search(r"\bPYTHONNOUSERSITE=1\b", text), "what a user has installed for himself stays out"


def test_the_proof_of_the_containers_speaks_of_these_files():
    """`.ci/container` (root, podman, minutes: not run here) names sections, secrets and files that are there."""
    script = (ROOT / ".ci" / "container").read_text(encoding="utf-8")
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "container", os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "container"], check=False).returncode == 0
    assert "set -euo pipefail" in script
    named = set(re.search(r"for name in ([a-z ]+); do section", script)[1].split()) | {"files"}
    assert all(section(name) for name in named)
    assert {"files", "post", "environment", "runscript"} == named
    given = re.findall(r"--secret id=([\w.]+),", script)
    assert given
    assert set(given) == set(re.findall(r"--mount=type=secret,id=([\w.]+),", docker))
    assert "--build-arg BASE=" in script
    assert base(docker) in script, "the image that the files name is the one to give"
    (config,) = re.findall(r"^config=(\S+)$", script, flags=re.MULTILINE)
    assert (ROOT / config).is_file()
    assert f"results/{Path(config).stem}" in script
    assert "://" not in script


def test_the_container_runs_without_privileges_and_copies_only_what_is_there():
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    names = [name for name, _ in steps(docker)]
    assert "ADD" not in names
    users = [what for name, what in steps(docker) if name == "USER"]
    assert users
    assert users[-1] != "root"
    assert names.index("USER") > max(i for i, name in enumerate(names) if name == "RUN")
    assert all((ROOT / source).exists() for source in copied(docker))


def test_the_build_context_leaves_out_results_and_environments():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "results", ".snakemake"} <= set(ignored)


@pytest.mark.requirement("URS-718")
def test_the_workflow_catalog_finds_what_it_asks_for():
    """Standardised usage: Snakefile, config/README.md, a schema of usage, a licence."""
    catalog = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))
    usage = catalog["usage"]
    assert usage["software-stack-deployment"] == {"conda": False, "apptainer": False, "apptainer+conda": False}
    assert usage["mandatory-flags"]["desc"]
    assert set(usage) <= {"mandatory-flags", "software-stack-deployment", "report"}
    for name in ("workflow/Snakefile", "config/README.md", "LICENSE", "README.md"):
        assert (ROOT / name).is_file(), name


def test_the_workflow_starts_from_where_the_catalog_looks():
    done = snakemake(ROOT, "--list-rules", "-s", "workflow/Snakefile")
    assert done.returncode == 0, done.stderr
    assert {"all", "ingest", "kinetics", "models", "report"} <= set(done.stdout.split())


ANSWERED = {
    "Specify a conda environment or container for each rule.",
    "Param results is a prefix of input or output file",
}
"""Lint findings that docs/ecosystem.md answers; every other one is to be mended."""


@pytest.mark.requirement("URS-718")
def test_lint_finds_nothing_that_is_not_answered():
    done = snakemake(ROOT, "--lint")
    said = re.findall(r"^    \* (.*?):?$", done.stdout + done.stderr, flags=re.MULTILINE)
    assert said, "the answers are no longer needed"
    assert not [line for line in said if not line.startswith(tuple(ANSWERED))]
    page = " ".join((ROOT / "docs" / "ecosystem.md").read_text(encoding="utf-8").split())
    for finding in ANSWERED:
        assert finding in page, finding


def test_version_and_licence_are_said_once_and_alike():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changelog or f"## [{PROJECT['version']}]" in changelog


def test_issue_forms_ask_for_what_is_needed_and_for_no_patient_data():
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    forms = {p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.yml"))}
    assert {"config", "wrong_number", "bug", "request"} == set(forms)
    for name, form in forms.items():
        if name != "config":
            assert {"name", "description", "body"} <= set(form), name
            assert "no patient data" in yaml.safe_dump(form).lower(), name
            ids = [part["id"] for part in form["body"] if "id" in part]
            assert len(ids) == len(set(ids))


def test_no_rule_formats_unquoted_text_of_a_user():
    """In every shell line, what a user can choose (config, files, folders) is quoted by Snakemake."""
    free = {"params.cartpk", "params.ids", "params.gather", "wildcards.id"}  # gather: a number of the typed config
    for file in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        text = file.read_text(encoding="utf-8")
        for block in re.findall(r"shell:\s*\n((?:\s+\".*\"\n)+)", text):
            for name, _, form in re.findall(r"\{([^}:]+)(:([a-z]))?\}", block):
                assert form == "q" or name in free, f"{file.name}: {{{name}}}"


def test_the_free_words_of_a_shell_line_come_from_the_registry():
    from cartpk.figures.registry import FIGURES

    assert all(re.fullmatch(r"f_[0-9a-z_]+", name) for name in FIGURES)


@pytest.mark.requirement("URS-718")
def test_snakefiles_are_formatted():
    tool = shutil.which("snakefmt") or str(Path(sys.executable).with_name("snakefmt"))
    if not Path(tool).is_file():
        pytest.skip("snakefmt is not installed (pip install snakefmt)")
    files = [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
    done = subprocess.run([tool, "--check", *map(str, files)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
