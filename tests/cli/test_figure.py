"""``cartpk figure``: read, make, write; the same bytes in every process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner

from cartpk import schemas
from cartpk.cli.figure import command
from cartpk.config import load
from cartpk.figures.registry import wanted
from cartpk.fits.choice import CHOICE_COLUMNS
from cartpk.schemas.clinical import CLINICAL

ADSL = (
    "STUDYID,USUBJID,COHORT,COHORTN,GROUP,DOSEA,DOSEP,DOSEU,WEIGHT,TRTSDTM,NINF,REINFDY,EVENTDY,EVENTTXT,AGE,SEX,PKFL,"
    "PDFL,EXCLRS\n"
    "T1,001,1e8 cells,1,,1e8,1e8,cells,,,1,,,,,,Y,N,\n"
    "T1,002,1e8 cells,1,,1e8,1e8,cells,,,1,,,,,,Y,N,\n"
)
HEADER = (
    "STUDYID,USUBJID,PCSPEC,PCMETHOD,AFRLT,NFRLT,AVISIT,ADTM,AVAL,AVALC,AVALU,ALLOQ,BLQFL,BLQCLASS,DTYPE,ANLFL,ANLRS,"
    "SRCFILE,SRCROW,SRCSEQ,PCTESTCD,PCTEST,COHORT,ATPTREF,ARRLT,NCAXFL\n"
)
VALUES = {0: None, 7: 2000.0, 14: 9000.0, 28: 700.0, 60: None}


@pytest.fixture
def run(tmp_path):
    """A config and the results folder of a trial with two subjects and no CD7 data."""
    config = tmp_path / "trial.yaml"
    settings = {
        "trial": {"id": "T1"},
        "product": {"name": "CD7 CAR-T", "cell": "T"},
        "data": {"layout": "tidy", "tables": ["made.csv"]},
        "analytes": [{"code": "CARTG", "label": "CAR transgene", "unit": "copies/ug"}],
        "models": {"fit": []},
        "endpoints": {"cmax_tmax": "a trial without clinical tables"},
        "report": {"synthetic": True},
    }
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    rows = [
        f"T1,{subject},BLOOD,qPCR,{day},{day},D{day},,{'' if value is None else value * factor},x,copies/ug,50,"
        f"{'Y' if value is None else 'N'},,,Y,,made.csv,{day + 2},,CARTG,CAR transgene,1e8 cells,INFUSION 1,{day},N\n"
        for subject, factor in (("001", 1), ("002", 3))
        for day, value in VALUES.items()
    ]
    results = tmp_path / "results"
    results.mkdir()
    (results / "adsl.csv").write_text(ADSL, encoding="utf-8")
    (results / "adnca.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    # what the other steps write of a trial without CD7 data, fits and parameters
    (results / "work").mkdir()
    for name, schema in (
        ("adpd", schemas.ADPD),
        ("work/pd_change", schemas.PD_CHANGE),
        ("work/adpp_nca", schemas.ADPP),
        ("work/predictions", schemas.PREDICTIONS),
        *((f"work/{name}", schema) for name, schema in CLINICAL.items()),
    ):
        (results / f"{name}.csv").write_text(",".join(schema.columns) + "\n", encoding="utf-8")
    choice = ",".join(CHOICE_COLUMNS) + "\n"
    (results / "work/model_choice.csv").write_text(choice, encoding="utf-8")
    (results / "work/lambda_z.csv").write_text("USUBJID,PPCAT,PPSPEC,ATPTREF,AFRLT,ARRLT,AVAL,LZFL\n", encoding="utf-8")
    return config, results


def test_the_named_figures_are_written(run):
    config, results = run
    done = CliRunner().invoke(
        command, [str(config), "--results", str(results), "--id", "f_14_2_3", "--id", "f_14_2_20"]
    )
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == "f_14_2_3: 2 subjects"
    assert done.output.splitlines()[1].startswith("f_14_2_20: none: The trial's data hold no absolute cell count")
    names = {f"{i}.{suffix}" for i in ("f_14_2_3", "f_14_2_20") for suffix in ("png", "svg", "csv", "json")}
    assert {p.name for p in (results / "figures").iterdir()} == names


def test_without_an_id_all_of_them_are_written(run):
    config, results = run
    done = CliRunner().invoke(command, [str(config), "--results", str(results)])
    assert done.exit_code == 0, done.output
    assert len(list((results / "figures").iterdir())) == 4 * len(wanted(load(config)))


def test_the_list_writes_nothing(run):
    config, results = run
    done = CliRunner().invoke(command, [str(config), "--results", str(results), "--list"])
    assert [line.split()[0] for line in done.output.splitlines()] == list(wanted(load(config)))
    assert not (results / "figures").exists()


def test_an_unknown_figure_is_one_sentence(run):
    config, results = run
    done = CliRunner().invoke(command, [str(config), "--results", str(results), "--id", "f_1"])
    assert isinstance(done.exception, ValueError)
    assert "there is no figure 'f_1'; figures: f_14_2_1" in str(done.exception)


@pytest.mark.parametrize("name", ["adnca.csv", "adsl.csv"])
def test_a_missing_table_is_one_sentence_and_no_empty_figure(run, name):
    config, results = run
    (results / name).unlink()
    done = CliRunner().invoke(command, [str(config), "--results", str(results), "--id", "f_14_2_3"])
    assert isinstance(done.exception, FileNotFoundError)
    assert name in str(done.exception)
    assert not (results / "figures").exists()


@pytest.mark.requirement("URS-702")
def test_every_process_writes_the_same_bytes(run):
    config, results = run
    line = ["figure", str(config), "--results", str(results), "--id", "f_14_2_3"]
    CliRunner().invoke(command, line[1:])
    here = {p.name: p.read_bytes() for p in (results / "figures").iterdir()}
    for path in (results / "figures").iterdir():
        path.unlink()
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LANG": "C"}
    command_line = [sys.executable, "-m", "cartpk", *line]
    done = subprocess.run(command_line, check=False, env=elsewhere, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {p.name: p.read_bytes() for p in (results / "figures").iterdir()} == here
    assert len(here) == 4
