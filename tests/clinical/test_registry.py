"""The derived clinical tables: every entry has a schema and a function, runs after what it reads, and is read back."""

import importlib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk import schemas
from cartpk.cli.clinical import command
from cartpk.clinical import DERIVATIONS, required_files
from cartpk.clinical.registry import Derivation, in_order
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.derived import DERIVED
from cartpk.trial_data import Derived, load_derived

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config" / "trials" / "NCT06871644.yaml"


def empty(schema):
    return pd.DataFrame({c: pd.Series(dtype="str") for c in schema.columns})


@pytest.fixture(name="run")
def _run(tmp_path):
    """A run without a row in any table."""
    (tmp_path / "work").mkdir()
    known = {**{f"work/{n}.csv": s for n, s in CLINICAL.items()}, **{f"{n}.csv": s for n, s in schemas.TABLES.items()}}
    known |= {f"work/adpp_{kind}.csv": schemas.ADPP for kind in ("nca", "model", "pd")}
    for name in {*required_files(), "adsl.csv", "adnca.csv"}:
        empty(known[name]).to_csv(tmp_path / name, index=False)
    return tmp_path


def test_every_entry_has_its_schema_and_its_function():
    assert set(DERIVATIONS) == set(DERIVED)
    for entry in DERIVATIONS.values():
        assert callable(importlib.import_module(f"cartpk.clinical.{entry.module}").derive)
        assert all(column.description for column in DERIVED[entry.name].columns.values())


def test_a_derivation_comes_after_those_it_reads(monkeypatch):
    late = Derivation("late", "late", ("work/early.csv",))
    early = Derivation("early", "early", ("adsl.csv",))
    monkeypatch.setattr("cartpk.clinical.registry.DERIVATIONS", {"late": late, "early": early})
    assert [entry.name for entry in in_order()] == ["early", "late"]
    assert required_files() == ("adsl.csv",)


def test_the_command_writes_what_the_run_reads_back(run):
    done = CliRunner().invoke(command, [str(CONFIG), "--results", str(run)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    derived = load_derived(run)
    for name, entry in DERIVATIONS.items():
        assert (run / entry.file).is_file()
        assert list(derived[name].columns) == list(DERIVED[name].columns)


def test_a_missing_step_is_named(run):
    (run / "work/adrs.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks work/adrs\.csv: run the steps before `cartpk clinical` first"):
        CliRunner().invoke(command, [str(CONFIG), "--results", str(run)], catch_exceptions=False)


def test_what_was_not_derived_is_empty_and_what_does_not_exist_is_an_error():
    nothing = Derived()
    assert list(nothing["adtte"].columns) == list(DERIVED["adtte"].columns)
    assert len(nothing["adtte"]) == 0
    with pytest.raises(KeyError):
        nothing["adtee"]


def test_listing_the_derivations_imports_none(tmp_path):
    import subprocess
    import sys

    code = "import sys, cartpk.clinical; print([m for m in ('pandas', 'lifelines') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
