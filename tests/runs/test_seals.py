"""Seals: a file that was cut, edited or left over is never taken for a result."""

from pathlib import Path

import pytest

from cartpk.files import write_text
from cartpk.runs import seals

pytestmark = pytest.mark.requirement("URS-701")

ROWS = "USUBJID,AVAL\n01,1\n02,2\n"


def job(results, name, **files):
    with seals.sealed(results, name):
        for file, text in files.items():
            write_text(results / file.replace("__", "/"), text)


def dies(results, file):
    """A job that writes one file and is then no more."""
    with seals.sealed(results, "kinetics"):
        if file:
            write_text(results / file, "half of it\n")
        raise KeyError


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results" / "T"
    job(folder, "kinetics", **{"work__adpp_nca.csv": ROWS, "findings.csv": ROWS})
    return folder


def test_what_a_job_wrote_is_whole(results):
    assert seals.damaged(results) == ()
    assert seals.sealed_jobs(results) == {"kinetics": ("findings.csv", "work/adpp_nca.csv")}


def test_a_cut_table_is_named_with_its_remedy_and_stops_the_next_job(results):
    path = results / "work" / "adpp_nca.csv"
    path.write_text(ROWS[:18], encoding="utf-8")
    (damage,) = seals.damaged(results)
    assert str(damage).startswith(f"{path} is not what `cartpk kinetics` wrote (23 bytes then, 18 now).")
    assert f"rm '{path}'" in str(damage)
    with pytest.raises(ValueError, match="adpp_nca"):
        job(results, "tables", **{"adpp.csv": ROWS})
    assert not (results / "adpp.csv").exists()


def test_an_edit_of_the_same_length_is_seen(results):
    (results / "findings.csv").write_text(ROWS.replace("02,2", "02,3"), encoding="utf-8")
    (damage,) = seals.damaged(results)
    assert "as long, with other content" in str(damage)


def test_a_copied_or_touched_file_is_whole(results):
    path = results / "findings.csv"
    path.write_text(ROWS, encoding="utf-8")  # another time, the same bytes
    assert seals.damaged(results) == ()


def test_a_file_that_is_gone_is_no_damage_it_is_made_again(results):
    (results / "findings.csv").unlink()
    assert seals.damaged(results) == ()


def test_a_job_that_dies_while_it_writes_leaves_no_seal(results):
    with pytest.raises(KeyError):
        dies(results, "work/adpp_nca.csv")
    assert seals.sealed_jobs(results) == {}
    assert seals.damaged(results) == (), "Snakemake makes it again; nothing stands in the way"


def test_a_job_that_dies_before_it_writes_changes_nothing(results):
    with pytest.raises(KeyError):
        dies(results, None)
    assert seals.sealed_jobs(results) == {"kinetics": ("findings.csv", "work/adpp_nca.csv")}


def test_what_a_job_does_not_write_any_more_is_removed(results):
    other = results / "work" / "of_a_person.csv"
    other.write_text(ROWS, encoding="utf-8")
    job(results, "kinetics", **{"findings.csv": ROWS})
    assert not (results / "work" / "adpp_nca.csv").exists()
    assert other.exists(), "only what a job wrote itself"


def test_the_same_holds_after_a_job_that_died(results):
    with pytest.raises(KeyError):
        dies(results, "findings.csv")
    job(results, "kinetics", **{"findings.csv": ROWS})
    assert not (results / "work" / "adpp_nca.csv").exists()


def test_a_figure_has_a_seal_of_its_own_whoever_draws_it(results):
    job(results, "figure", **{"figures__f_1.csv": ROWS, "figures__f_1.json": "{}", "figures__f_2.csv": ROWS})
    assert set(seals.sealed_jobs(results)) == {"kinetics", "f_1", "f_2"}
    seals.drop(results, "f_1")
    assert sorted(p.name for p in (results / "figures").iterdir()) == ["f_2.csv"]


def test_a_seal_that_cannot_be_read_stops_nobody(results):
    (results / ".seals" / "kinetics.json").write_text("{", encoding="utf-8")
    assert seals.damaged(results) == ()
    job(results, "kinetics", **{"findings.csv": ROWS})


def test_a_file_outside_the_results_is_no_business_of_theirs(results, tmp_path):
    with seals.sealed(results, "docs"):
        write_text(tmp_path / "elsewhere.txt", "x")
    assert "docs" not in seals.sealed_jobs(results)


def test_the_command_line_seals_what_the_workflow_runs(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from cartpk.cli import cli

    monkeypatch.chdir(tmp_path)
    Path("made.csv").write_text("USUBJID,TIME_DAY,VALUE,LLOQ\n1,7,100,50\n1,14,<50,50\n", encoding="utf-8")
    Path("trial.yaml").write_text(
        "trial: {id: T}\nproduct: {name: P, cell: T}\ndata: {layout: tidy, tables: [made.csv]}\n"
        "analytes: [{code: CARTG, label: CAR transgene, unit: copies/ug}]\nreport: {synthetic: true}\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["ingest", "trial.yaml", "--out", "results/T"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "adnca.csv" in seals.sealed_jobs(Path("results/T"))["ingest"]
    Path("results/T/adnca.csv").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="is not what `cartpk ingest` wrote"):
        CliRunner().invoke(cli, ["kinetics", "trial.yaml", "--results", "results/T"], catch_exceptions=False)
