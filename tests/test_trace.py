"""`cartpk trace`: the path of a value names the rows of the file it came from, what decided, and where it is shown."""

import csv
from pathlib import Path

import chain
import pytest
from click.testing import CliRunner
from project import INPUT, RESULTS, make

from cartpk.cli.trace import command
from cartpk.config import load
from cartpk.value_path import value_paths

pytestmark = pytest.mark.requirement("URS-706")

CONFIG = "config/config.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The small trial up to its tables, with a missing result and two results at one time in its file."""
    folder = make(tmp_path_factory.mktemp("trace") / "run")
    with (folder / INPUT).open("a", encoding="utf-8") as stream:
        stream.write("S-01,35,NA,copies/ug,50\nS-02,28,5000,copies/ug,50\n")
    chain.run(folder, CONFIG, str(RESULTS), drawn=False)
    return folder


@pytest.fixture
def trace(run, monkeypatch):
    monkeypatch.chdir(run)

    def said(*arguments):
        done = CliRunner().invoke(command, [str(RESULTS), *arguments])
        return done.output if done.exception is None else str(done.exception)

    return said


def one_path(subject, code):
    (path,) = value_paths(RESULTS, load(Path(CONFIG)), subject, code)
    return path


def table(name):
    with (RESULTS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("code", ["CMAX", "AUC0_90D", "LAMZHL"])
@pytest.mark.parametrize("subject", ["S-01", "S-02", "S-03"])
def test_every_sample_is_the_row_of_the_file_that_it_names(run, monkeypatch, subject, code):
    monkeypatch.chdir(run)
    lines = INPUT.read_text(encoding="utf-8").splitlines()
    path = one_path(subject, code)
    assert len(path.samples) >= 9
    for sample in path.samples:
        name, day, value, *_ = lines[sample.row - 1].split(",")
        assert (name, float(day)) == (subject, sample.day)
        assert sample.result.startswith(value)


def test_the_row_and_the_listing_hold_the_value(run, monkeypatch):
    monkeypatch.chdir(run)
    path = one_path("S-03", "CMAX")
    header, *_ = rows = table("adpp.csv")
    row = dict(zip(header, rows[path.line - 1], strict=True))
    assert (row["USUBJID"], row["PARAMCD"], row["AVAL"]) == ("S-03", "CMAX", path.row["AVAL"])
    highest = max(float(s.result.split()[0]) for s in path.samples if "BLQ" not in s.result)
    assert float(path.row["AVAL"]) == highest
    listing = next(e for e in path.exhibits if e.name == "Listing 16.2.5-4")
    (line,) = listing.lines
    printed = table(listing.file)[line - 1]
    assert printed[0] == "S-03" or "S-03" in printed
    assert any(cell.startswith(f"{highest:.6g}"[:3]) for cell in printed), printed
    assert any(e.name == "Table 14.2-2" for e in path.exhibits)


def test_the_points_of_the_terminal_line_are_as_many_as_the_parameter_says(run, monkeypatch):
    monkeypatch.chdir(run)
    path = one_path("S-01", "LAMZNPT")
    assert sum(sample.terminal for sample in path.samples) == int(float(path.row["AVAL"])) >= 3


def test_what_is_not_used_says_why_and_what_was_found_is_told(trace):
    said = trace("S-01", "CMAX")
    assert "line 29, day 35.00: NA" in said
    assert "not used: no result" in said
    assert "BI-006 (info): data/pc.csv, line 29, subject S-01: there is no result" in " ".join(said.split())
    assert "as it was read" in said
    assert "page        report.html#subject/S-01" in said


def test_a_value_that_is_not_there_says_why(trace):
    said = trace("S-02", "AUC0_28D")
    assert "no value: conflicting results at one time" in said
    assert "BI-045" in said


def test_another_file_than_the_one_that_was_read_is_told(run, trace):
    path = run / INPUT
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("copies/ug,50", "copies/ug,51", 1), encoding="utf-8")
    said = trace("S-01", "CMAX")
    path.write_text(text, encoding="utf-8")
    assert "CHANGED since the run" in said


def test_what_does_not_exist_gets_a_list_of_what_does(trace):
    assert trace("S-09", "CMAX") == "the run in results/SMALL has no subject 'S-09'; there are: S-01, S-02, S-03"
    assert trace("S-01", "CMX").startswith(
        "subject S-01 has no parameter 'CMX' (did you mean CMAX?); there are: CMAX, TMAX"
    )
