"""The registry: complete, in order, and light."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cartpk import figures
from cartpk.config import load
from cartpk.figures.registry import FIGURES, batches, spec, wanted
from cartpk.runs.fingerprints import reached

pytestmark = pytest.mark.requirement("URS-109")

FOLDER = Path(figures.__file__).parent


def test_every_figure_module_is_listed():
    assert set(FIGURES) == {p.stem for p in FOLDER.glob("f_*.py")}


@pytest.mark.parametrize("figure_id", FIGURES)
def test_an_entry_says_what_it_is(figure_id):
    entry = FIGURES[figure_id]
    assert entry.id == figure_id
    assert entry.number == re.sub(r"^f_(\d+)_(\d+)_(.+)$", r"\1.\2-\3", figure_id)
    assert entry.title[0].isupper()
    assert not entry.title.endswith(".")
    assert "adsl.csv" in entry.inputs, "the dose levels' order comes from there"
    assert entry.outputs == tuple(f"figures/{figure_id}.{suffix}" for suffix in ("png", "svg", "csv", "json"))


def test_order_is_that_of_the_report():
    numbers = [[int(n) for n in re.findall(r"\d+", entry.number)] for entry in FIGURES.values()]
    assert numbers == sorted(numbers)
    assert list(FIGURES).index("f_14_2_20") + 1 == list(FIGURES).index("f_14_2_20b")


def test_titles_and_numbers_are_unique():
    assert len({entry.number for entry in FIGURES.values()}) == len(FIGURES)
    assert len({entry.title for entry in FIGURES.values()}) == len(FIGURES)


def test_an_unknown_figure_names_those_there_are():
    with pytest.raises(ValueError, match=r"no figure 'f_99'; figures: f_14_2_1, "):
        spec("f_99")


TRIALS = sorted((Path(__file__).resolve().parents[2] / "config" / "trials").glob("*.yaml"))


@pytest.mark.parametrize("most", [1, 3, 8, 100])
@pytest.mark.parametrize("trial", TRIALS, ids=lambda path: path.stem)
def test_each_wanted_figure_is_drawn_in_one_batch(trial, most):
    config = load(trial)
    drawn = batches(config, most)
    assert sorted(figure.id for batch in drawn.values() for figure in batch) == sorted(wanted(config))
    assert all(0 < len(batch) <= most for batch in drawn.values())
    waiting = {
        name for batch, figures in drawn.items() if batch.startswith("delivered") for f in figures for name in f.inputs
    }
    assert not waiting & {"work/adpp_nca.csv", "work/predictions.csv", "work/pd_change.csv", "work/subject_groups.csv"}


def test_listing_imports_nothing_heavy():
    code = (
        "import sys; from cartpk.figures.registry import FIGURES; assert FIGURES; "
        "print(sorted({'pandas', 'plotnine', 'matplotlib', 'numpy', 'pandera', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("figure_id", FIGURES)
def test_a_figures_code_is_its_own_and_what_all_share(figure_id):
    # the workflow redraws a figure when a file of this list changes: no other figure may be among them
    files = {path.name for path in reached("cartpk.cli.figure", FIGURES[figure_id].module)}
    assert {name for name in files if name.startswith("f_")} == {f"{figure_id}.py"}
    assert files >= {"theme.py", "render.py", "palette.py", "axes.py", "samples.py", "wording.py", "write.py"}


def test_modules_that_only_some_figures_use_redraw_only_those():
    users = {i for i, entry in FIGURES.items() if any(p.name == "counts.py" for p in reached(entry.module))}
    assert users == {"f_14_2_20", "f_14_2_20b", "f_14_2_21"}


NEEDS = (None, "models", "population", "covariates", "dynamics", "doses")


def test_a_run_has_the_figures_that_its_config_asks_for(config_of):
    def asked(**models):
        return set(wanted(config_of(models=models)))

    by_need = {need: {i for i, figure in FIGURES.items() if figure.needs == need} for need in NEEDS}
    assert all(by_need.values())
    plain = by_need[None] | by_need["doses"]
    assert asked(fit=[]) == plain
    assert asked() == plain | by_need["models"]
    assert asked(population={"seed": 1}) == plain | by_need["models"] | by_need["population"]
    bare = {"basis": None, "unit": None, "levels": None}
    assert not by_need["doses"] & set(wanted(config_of(dosing=bare)))
    dynamics = set(wanted(config_of(pharmacodynamics={"dynamics": {}})))
    assert by_need["dynamics"] <= dynamics
    assert by_need["covariates"] & dynamics == set()
