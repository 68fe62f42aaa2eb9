"""cartpk.sources: a rule reruns for the modules it reaches, and for no other."""

import pytest

from cartpk.sources import code_hash, reached


def names(*modules):
    return {p.name for p in reached(*modules)}


def test_imports_are_followed_into_functions():
    assert {"docs.py", "documentation.py", "trial.py"} <= names("cartpk.cli.docs")


def test_fits_do_not_depend_on_figures_tables_or_report():
    for command in ("ingest", "kinetics", "models", "pd"):
        folders = {p.parent.name for p in reached(f"cartpk.cli.{command}")}
        assert not folders & {"figures", "tables", "report"}, command


def test_an_edit_changes_the_hash(monkeypatch, tmp_path):
    from cartpk import sources

    package = tmp_path / "cartpk"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from cartpk import b\n")
    (package / "b.py").write_text("x = 1\n")
    (package / "c.py").write_text("x = 1\n")
    monkeypatch.setattr(sources, "_PACKAGE", package)
    before = sources.code_hash("cartpk.a")
    (package / "c.py").write_text("x = 2\n")
    assert sources.code_hash("cartpk.a") == before
    (package / "b.py").write_text("x = 2\n")
    assert sources.code_hash("cartpk.a") != before


def test_an_unknown_module_is_named():
    with pytest.raises(ValueError, match=r"cartpk\.nowhere is no module"):
        code_hash("cartpk.nowhere")
