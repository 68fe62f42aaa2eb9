"""cartpk.runs.fingerprints: a rule reruns for the modules it reaches, and for no other."""

import ast
from pathlib import Path

import pytest

import cartpk
from cartpk.runs.fingerprints import code_hash, imported_names, reached

pytestmark = pytest.mark.requirement("URS-108")


def names(*modules):
    return {p.name for p in reached(*modules)}


def test_imports_are_followed_into_functions():
    assert {"docs.py", "parameters.py", "trial.py"} <= names("cartpk.cli.docs")


def test_fits_do_not_depend_on_figures_tables_or_report():
    for command in ("ingest", "kinetics", "models", "pd"):
        folders = {p.parent.name for p in reached(f"cartpk.cli.{command}")}
        assert not folders & {"figures", "tables", "report"}, command


def test_an_edit_changes_the_hash(monkeypatch, tmp_path):
    from cartpk.runs import fingerprints

    package = tmp_path / "cartpk"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from cartpk import b\n")
    (package / "b.py").write_text("x = 1\n")
    (package / "c.py").write_text("x = 1\n")
    monkeypatch.setattr(fingerprints, "_PACKAGE", package)
    before = fingerprints.code_hash("cartpk.a")
    (package / "c.py").write_text("x = 2\n")
    assert fingerprints.code_hash("cartpk.a") == before
    (package / "b.py").write_text("x = 2\n")
    assert fingerprints.code_hash("cartpk.a") != before


def test_an_unknown_module_is_named():
    with pytest.raises(ValueError, match=r"cartpk\.nowhere is no module"):
        code_hash("cartpk.nowhere")


def parsed_names(file):
    """What Python's own parser finds."""
    found = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.split(".")[0] == "cartpk"}


def test_the_imports_read_from_the_text_are_those_of_the_parser():
    files = sorted(Path(cartpk.__file__).parent.rglob("*.py"))
    missing = {file.name: lost for file in files if (lost := parsed_names(file) - set(imported_names(file)))}
    assert len(files) > 300
    assert missing == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from cartpk.a import (\n    b,  # why (so)\n    c as d,\n)\n", {"cartpk.a", "cartpk.a.b", "cartpk.a.c"}),
        ("if x:\n    import cartpk.e, os\n", {"cartpk.e"}),
        ("from cartpkx import y\nimport json\n>>> from cartpk import z\n", set()),
        ("from cartpk import a, b as c\n", {"cartpk", "cartpk.a", "cartpk.b"}),
    ],
)
def test_each_form_of_import_is_read(tmp_path, text, names):
    (tmp_path / "m.py").write_text(text, encoding="utf-8")
    assert set(imported_names(tmp_path / "m.py")) == names
