"""A few faults on the first jobs of a small trial; `make faults` does them all, on whole runs."""

import os
import random

import kills
import pytest
from project import INPUT, RESULTS, differences, make, run, state

pytestmark = [pytest.mark.requirement("URS-701"), pytest.mark.xdist_group("faults")]
TARGET = f"{RESULTS}/adnca.csv"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The folder of a run that nobody disturbs."""
    folder = make(tmp_path_factory.mktemp("faults") / "one")
    code, said = run(folder, TARGET)
    assert code == 0, said
    return folder


def test_a_run_that_is_killed_goes_on_with_the_plain_command(undisturbed, tmp_path):
    """Killed at its job, and once more before it: the locks that it leaves stand in nobody's way."""
    tally = kills.at_each_job(tmp_path / "each", state(undisturbed), random.Random(4), TARGET)  # noqa: S311
    assert tally.kills == {"ingest": 1}
    assert tally.problems == []


def test_snakemake_alone_is_killed_and_its_job_lives_on(undisturbed, tmp_path):
    folder = make(tmp_path / "alone")
    process = kills.start(folder, TARGET)
    assert kills.next_job(folder, process, (), 0.0) == "ingest"
    kills.kill(process, group=False)
    code, said = run(folder, TARGET)
    assert code == 0, said
    assert "An earlier run of SMALL was killed; it is gone on with." in said
    assert differences(state(folder), state(undisturbed)) == []


def test_a_cut_table_stops_the_run_with_its_remedy(undisturbed):
    path = undisturbed / RESULTS / "work" / "findings_ingest.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    code, said = run(undisturbed, TARGET)
    path.write_bytes(whole)
    assert code != 0
    assert "is not what `cartpk ingest` wrote" in said
    assert f"rm '{path.relative_to(undisturbed)}'" in said
    assert "Traceback" not in said


def test_data_that_are_replaced_by_older_ones_are_read_again(undisturbed):
    path = undisturbed / INPUT
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("copies/ug,50", "copies/ug,40", 1), encoding="utf-8")
    os.utime(path, (946684800, 946684800))
    code, said = run(undisturbed, TARGET, "-n", "--quiet", "host")
    path.write_text(text, encoding="utf-8")
    assert code == 0, said
    assert "ingest" in said
    assert "Nothing to be done" not in said


def test_a_failed_intake_is_said_each_time_and_old_results_are_not_taken_for_new_ones(undisturbed):
    path = undisturbed / INPUT
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("VALUE", "RESULT", 1), encoding="utf-8")
    for _ in range(2):
        code, said = run(undisturbed)
        assert code != 0
        ending = said[said.rindex("ingest failed:") :]
        assert "BI-089  data/pc.csv: there is no column VALUE; found are USUBJID, TIME_DAY, RESULT" in ending
        assert f"Log: {RESULTS}/log/ingest.log" in ending
    path.write_text(text, encoding="utf-8")
