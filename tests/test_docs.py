"""What the pages say is true: commands print what they say, code runs, links lead somewhere, the site builds."""

import contextlib
import doctest
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cartpk.cli import COMMANDS, cli
from cartpk.cli.docs import generated

pytestmark = pytest.mark.requirement("URS-714")

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if "_site" not in p.parts)
CONSOLE = ("tutorial.md", "how_to/exclude_a_point.md")
DOCTESTED = ("how_to/new_parameter.md", "how_to/new_model.md", "how_to/add_input_rule.md")
STEPS = (
    ["ingest", "{config}", "--out", "{results}", "--findings", "{results}/work/findings_ingest.csv"],
    ["kinetics", "{config}", "--results", "{results}"],
)
"""What of `cartpk run` the numbers on the pages need; the whole workflow has its own tests."""
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


@dataclass
class Step:
    """A command of a page and what stands under it."""

    command: str
    printed: str


def console(page: str) -> list[Step]:
    """The commands of all ```console blocks, here-documents included."""
    text = (DOCS / page).read_text(encoding="utf-8")
    steps: list[Step] = []
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL):
        lines = iter(block.splitlines())
        for line in lines:
            if line.startswith("$ "):
                command = line.removeprefix("$ ")
                if here := re.search(r"<<'(\w+)'$", command):
                    for more in lines:
                        command += f"\n{more}"
                        if more == here[1]:
                            break
                steps.append(Step(command, ""))
            else:
                steps[-1].printed += f"{line}\n"
    return steps


def call(arguments: list[str]) -> str:
    """What `cartpk ...` prints, in this process."""
    done = CliRunner().invoke(cli, arguments, catch_exceptions=True)
    assert done.exception is None or isinstance(done.exception, SystemExit), (arguments, done.exception)
    return done.output


def run_all(config: str) -> str:
    trial = yaml.safe_load(Path(config).read_text(encoding="utf-8"))["trial"]["id"]
    results = f"results/{trial}"
    for step in STEPS:
        call([word.format(config=config, results=results) for word in step])
    Path(results, "work/adpp_nca.csv").rename(f"{results}/adpp.csv")
    return f"(the steps of the workflow)\n\n{results}/report.html\n"


def execute(command: str) -> str:
    if command.startswith("cartpk run "):
        return run_all(command.removeprefix("cartpk run "))
    if command.startswith("cartpk "):
        return call(shlex.split(command)[1:])
    assert command.split(maxsplit=1)[0] in {"cat", "sed", "grep", "cut"}, command
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("page", CONSOLE)
def test_every_command_prints_what_stands_under_it(page, tmp_path):
    checker = doctest.OutputChecker()
    steps = console(page)
    assert len(steps) >= 6
    with contextlib.chdir(tmp_path):
        for step in steps:
            printed = execute(step.command)
            same = checker.check_output(step.printed, printed, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            assert same, f"$ {step.command}\n--- on the page\n{step.printed}\n--- printed\n{printed}"


def test_every_console_block_is_run():
    others = [p for p in PAGES if "```console" in p.read_text(encoding="utf-8")]
    assert {p.relative_to(DOCS).as_posix() for p in others} == set(CONSOLE)


@pytest.mark.parametrize("page", DOCTESTED)
def test_code_of_the_guides_runs(page):
    """In a process of its own: the example of a parameter registers one."""
    code = f"import doctest, sys; r = doctest.testfile({str(DOCS / page)!r}, module_relative=False); print(r.attempted)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; sys.exit(r.failed)"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.splitlines()[-1]) >= 3


def test_every_command_on_the_pages_exists():
    own = {"README.md": ROOT / "README.md"} | {p.relative_to(ROOT).as_posix(): p for p in PAGES}
    for name, path in own.items():
        fenced = "\n".join(path.read_text(encoding="utf-8").split("```")[1::2])
        used = set(re.findall(r"^(?:\$ )?(?:\.venv/bin/)?cartpk ([a-z][a-z-]*)(?=\s|$)", fenced, flags=re.MULTILINE))
        assert used <= set(COMMANDS), name


def test_every_option_on_the_pages_exists():
    """In code blocks of the pages, the README and the commands' own examples (docs/commands.md has these)."""
    seen = 0
    for path in (ROOT / "README.md", *PAGES):
        fenced = "\n".join(path.read_text(encoding="utf-8").split("```")[1::2])
        for name, words in re.findall(r"^(?:\$ )? *(?:\.venv/bin/)?cartpk ([a-z]+)\b(.*)$", fenced, flags=re.MULTILINE):
            command = cli.get_command(None, name)
            known = {opt for parameter in command.params for opt in parameter.opts} | {"--help"}
            used = set(re.findall(r"(?<= )--?[a-z][a-z-]*", words.split("  ")[0]))
            assert used <= known, f"{path.name}: cartpk {name}{words}"
            seen += len(used)
    assert seen > 20


def test_every_make_target_on_the_pages_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES):
        text = path.read_text(encoding="utf-8")
        used = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE))
        assert used <= targets, path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_links_between_files_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_source_file_that_a_page_names_is_there():
    """By its whole path or the end of it, as `core/nca/ragged.py`."""
    kinds = "py|smk|css|j2|js|toml|lock"
    folders = [ROOT / name for name in ("src", "tests", "workflow", "benchmarks", "docs")]
    files = [
        p.relative_to(ROOT).as_posix() for f in folders for p in f.rglob("*.*") if re.fullmatch(kinds, p.suffix[1:])
    ]
    files += [p.name for p in ROOT.iterdir()]
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md", *PAGES):
        named = re.findall(rf"`([\w./-]+\.(?:{kinds}))(?:::[\w\[\]-]+)?`", page.read_text(encoding="utf-8"))
        gone = {name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in files)}
        assert not gone, page.name


def test_no_word_in_angle_brackets_is_taken_for_a_tag():
    """`<trial>` outside of code is no text of a web page: it vanishes."""
    own = (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "config/README.md"))
    for page in (*own, *PAGES):
        text = re.sub(r"```.*?```|`[^`]*`|<!--.*?-->", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert set(re.findall(r"<([A-Za-z]\w*)", text)) <= {"br"}, page.name


def in_nav(entry) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [page for part in (entry.values() if isinstance(entry, dict) else entry) for page in in_nav(part)]


def test_every_page_has_its_place_in_the_site():
    """A new page of docs/ gets a line under `nav` of mkdocs.yml."""
    placed = in_nav(SITE["nav"])
    own = {p.relative_to(DOCS).as_posix() for p in PAGES if "validation/" not in p.relative_to(DOCS).as_posix()}
    assert own == {page for page in placed if not page.startswith("reference/")}
    assert len(placed) == len(set(placed))


def test_the_design_names_every_room():
    """A new room of src/cartpk gets a line in docs/design.md."""
    text = (DOCS / "design.md").read_text(encoding="utf-8")
    rooms = [p for p in (ROOT / "src" / "cartpk").iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()]
    names = [p.name if p.suffix else f"{p.name}/" for p in rooms if not p.name.startswith("__")]
    assert not [name for name in names if f"`{name}" not in text]


def test_generated_pages_say_so():
    for name, text in generated(ROOT).items():
        assert "GENERATED" in text, name


def test_security_answers_every_silenced_rule():
    """docs/security.md lists the places where a security rule of ruff is silenced: no more and no fewer."""
    found = set()
    for path in sorted((ROOT / "src").rglob("*.py")):
        for codes in re.findall(r"# noqa: ([A-Z0-9, ]+)", path.read_text(encoding="utf-8")):
            where = path.relative_to(ROOT / "src").as_posix().removeprefix("cartpk/")
            found |= {(where, code) for code in re.findall(r"\bS\d{3}\b", codes)}
    answered = set()
    for row in re.findall(
        r"^\| (`.*?`) \| ([S\d, ]+) \|", (DOCS / "security.md").read_text("utf-8"), flags=re.MULTILINE
    ):
        answered |= {(file, code) for file in re.findall(r"`([^`]+)`", row[0]) for code in row[1].split(", ")}
    assert answered == found


def test_the_code_has_no_eval_no_pickle_and_no_shell():
    for path in sorted((ROOT / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])(eval|exec)\(|shell=True|os\.system|\bpickle\b", text), path


def test_the_site_builds_and_loads_nothing_from_a_network(tmp_path):
    pytest.importorskip("mkdocs", reason="mkdocs-material is not installed (pip install -e '.[docs]')")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) >= len(PAGES)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe)[^>]*\ssrc=\"?([^\"\s>]+)", text)
        loaded += re.findall(r"<link[^>]*rel=\"?(?:stylesheet|preconnect|icon)\"?[^>]*href=\"?([^\"\s>]+)", text)
        loaded += re.findall(r"<link[^>]*href=\"?([^\"\s>]+)\"?[^>]*rel=\"?(?:stylesheet|preconnect)", text)
        assert not [address for address in loaded if "//" in address], page.name
    assert any("reference" in p.parts and p.name == "configuration.html" for p in pages)
