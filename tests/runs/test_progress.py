"""What a person sees of a run: lines, times left, and why a job failed."""

import io
import logging
import sys

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.tests import MockOutputSettings

from cartpk.runs.progress import Progress, failures, reason, shortened

pytestmark = pytest.mark.requirement("URS-717")


@pytest.fixture
def progress():
    made = Progress(2, {"ingest": 4.0, "models": 20.0, "report": 6.0})
    made.plan({"ingest": 1, "models": 1, "report": 1, "all": 1, "total": 4})
    return made


def test_a_job_that_is_done_is_one_line(progress):
    progress.announce(1, "ingest", "Reading data/pc.csv", ["log/ingest.log"], 10.0)
    assert progress.finish(1, 13.0) == "1 of 3  Reading data/pc.csv (3 s)"
    assert (progress.done, progress.total) == (1, 3)


def test_the_target_rule_is_no_step(progress):
    progress.announce(0, "all", None, [], 10.0)
    assert progress.finish(0, 10.0) is None


def test_the_time_left_follows_earlier_runs_and_the_cores(progress):
    assert progress.left(0.0) == 20.0, "no run is shorter than its longest job"
    progress.cores = 1
    assert progress.left(0.0) == 30.0
    progress.announce(2, "models", None, [], 0.0)
    assert progress.left(5.0) == 25.0
    assert progress.left(500.0) == 4.0 + 6.0 + 2.0, "longer than expected: it does not count down to nothing"


def test_nothing_is_said_of_the_time_left_where_nothing_is_known():
    made = Progress(2)
    made.plan({"other": 1, "figure": 2})
    made.announce(1, "other", None, [], 0.0)
    made.finish(1, 5.0)
    assert made.left(5.0) is None
    made.announce(2, "figure", None, [], 5.0)
    made.finish(2, 9.0)
    assert made.left(9.0) == 4.0, "the second figure takes what the first one took"


def test_the_status_line_fits_the_screen(progress):
    progress.announce(1, "models", "Kinetic models", [], 0.0)
    line = progress.status(8.0, 200)
    assert line == "0 of 3 done · about 12 s left · Kinetic models 8 s"
    narrow = progress.status(8.0, 40)
    assert len(narrow) < 40
    assert "about 12 s left" in narrow, "the jobs are cut, not the time"


def test_a_first_run_is_told_a_time_once_its_pace_is_known():
    made = Progress(1)
    made.plan({"ingest": 1, "trial1_figures_analysed_2": 1, "manifest": 1})
    made.announce(1, "ingest", None, [], 0.0)
    assert made.left(1.0) is None, "how fast this machine is and how large the trial is, nobody knows yet"
    made.finish(1, 6.0)
    assert made.left(6.0) == 3 * (18.0 + 1.0), "three times as long as the sample trial's"
    assert made.durations() == {"ingest": 6.0}, "what is expected is not taken for what was measured"


def test_a_job_of_several_trials_says_whose_it_is():
    made = Progress(1)
    made.plan({"trial2_models": 1, "models": 1})
    made.announce(1, "trial2_models", "Kinetic models", ["results/NCT04480788/log/models.log"], 0.0)
    assert made.finish(1, 3.0) == "1 of 2  NCT04480788: Kinetic models (3 s)"
    made.announce(2, "models", "Kinetic models", ["results/T/log/models.log"], 3.0)
    assert made.finish(2, 4.0) == "2 of 2  Kinetic models (1 s)"


def test_a_name_is_cut_between_words():
    assert shortened("Reading adsl.csv, adpc.csv, adae.csv, adrs.csv, adtte.csv") == (
        "Reading adsl.csv, adpc.csv, adae.csv…"
    )
    assert len(shortened("x" * 80)) == 44


def test_this_run_teaches_the_next_one(progress):
    progress.announce(1, "ingest", None, [], 0.0)
    progress.finish(1, 8.04)
    assert progress.durations() == {"ingest": 8.0, "models": 20.0, "report": 6.0}


TRACE = """3 subjects
Traceback (most recent call last):
  File "/somewhere/lib/python3.11/site-packages/cartpk/cli/kinetics.py", line 41, in command
    {}["Cmax"]
  File "/somewhere/pandas/core/frame.py", line 2, in x
KeyError: 'Cmax'
"""


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("x\ncartpk: a.csv: no column VALUE\n  BI-089  found A, B\n", "a.csv: no column VALUE\n  BI-089  found A, B"),
        ("Error: a file changed during the run.\n  BI-093 x\n", "a file changed during the run.\n  BI-093 x"),
        ("one\ntwo\n\nthree\nfour\n", "two\nthree\nfour"),
        ("", "it ended without a word: it was stopped from outside, or the machine had no memory left"),
        (TRACE, "KeyError: 'Cmax' (cartpk/cli/kinetics.py, line 41). This is a mistake of the program"),
    ],
)  # fmt: skip
def test_the_reason_is_the_sentence_that_matters(log, says):
    assert reason(log).startswith(says)
    assert "Traceback" not in reason(log)


def test_a_failed_job_ends_in_its_subject_sentence_and_log(progress):
    progress.announce(1, "models", "Kinetic models", ["results/T/log/models.log"], 0.0)
    said = progress.fail(1, {"results/T/log/models.log": "cartpk: subject 01 has no dose\n"}.__getitem__)
    assert said == "Kinetic models failed:\n  subject 01 has no dose\n  Log: results/T/log/models.log"


def test_the_log_of_snakemake_gives_the_same():
    log = (
        "[date]\nError in rule models:\n    message: None\n    jobid: 5\n    input: a.csv\n"
        "    log: r/log/models.log (check log file(s) for error details)\n    shell:\n        x\n"
    )
    assert failures(log, lambda name: f"cartpk: reason of {name}\n") == [
        "models failed:\n  reason of r/log/models.log\n  Log: r/log/models.log"
    ]
    assert failures("Nothing happened", str) == []


@pytest.fixture
def handler(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from snakemake_logger_plugin_cartpk import LogHandler

    made = LogHandler(MockOutputSettings(), None)
    made._stream = io.StringIO()

    def fails(record):
        raise sys.exc_info()[1]

    made.handleError = fails

    def send(event, text="", level=logging.INFO, **more):
        record = logging.LogRecord("snakemake", level, "x.py", 1, text, (), None)
        record.__dict__.update({"event": event, **more} if event else more)
        made.emit(record)
        said = made._stream.getvalue()
        made._stream.seek(0)
        made._stream.truncate()
        return said

    yield send
    made.close()


def test_the_plugin_says_what_matters_and_no_more(handler):
    job = {"jobid": 3, "rule_name": "ingest", "rule_msg": "Reading x", "log": ["none.log"]}
    assert handler(LogEvent.WORKFLOW_STARTED, "SNAKEMAKE ====") == ""
    assert handler(LogEvent.RUN_INFO, "table", stats={"ingest": 1, "tables": 1, "all": 1, "total": 3}) == "2 steps\n"
    assert handler(None, "Select jobs to execute...") == ""
    assert handler(LogEvent.JOB_INFO, "long", **job) == ""
    assert handler(LogEvent.JOB_FINISHED, "Finished", job_id=3) == "1 of 2  Reading x (0 s); about 2 s left\n"
    assert handler(LogEvent.JOB_INFO, "long", **job) == ""
    assert "it ended without a word" in handler(LogEvent.JOB_ERROR, "Error", logging.ERROR, **job)
    noise = "RuleException:\nCalledProcessError in file x, line 3:\nCommand y"
    assert handler(LogEvent.ERROR, noise, logging.ERROR, exception="RuleException") == ""
    told = handler(LogEvent.ERROR, "WorkflowError in file Snakefile, line 4:\nanother run is writing x", logging.ERROR)
    assert told == "another run is writing x\n"
    assert handler(None, "Nothing to be done (all requested files are present).") == "Everything is up to date.\n"


def test_how_long_it_took_is_kept_for_the_next_run(handler, tmp_path):
    (tmp_path / ".snakemake").mkdir()
    handler(LogEvent.RUN_INFO, "table", stats={"ingest": 1, "total": 1})
    handler(LogEvent.JOB_INFO, "x", jobid=1, rule_name="ingest", rule_msg=None, log=[])
    handler(LogEvent.JOB_FINISHED, "x", job_id=1)
    from snakemake_logger_plugin_cartpk import LogHandler

    LogHandler(MockOutputSettings(), None).close()
    assert not (tmp_path / ".snakemake" / "cartpk_durations.json").exists(), "a run without a job says nothing"
