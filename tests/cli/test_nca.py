"""``cartpk nca`` as people script against it."""

import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

from cartpk import cli
from cartpk.adpp.bare import BARE
from cartpk.cli.nca import command

HEADER = "USUBJID,AFRLT,AVAL,AVALU,ALLOQ,BLQFL\n"
ROWS = """01,0,,copies/ug,50,Y
01,7,1000,copies/ug,50,N
01,10,860,copies/ug,50,N
01,14,700,copies/ug,50,N
01,21,490,copies/ug,50,N
01,28,340,copies/ug,50,N
02,0,,copies/ug,50,Y
02,7,,copies/ug,50,Y
NA,7,80,copies/ug,50,N
"""


def run(tmp_path, text, *args):
    source, target = tmp_path / "profiles.csv", tmp_path / "adpp.csv"
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    result = CliRunner().invoke(command, [str(source), "--out", str(target), *args])
    table = pd.read_csv(target, dtype={"USUBJID": str}, keep_default_na=False) if target.exists() else None
    return result, table


def test_every_subject_comes_out_with_every_parameter(tmp_path):
    result, table = run(tmp_path, HEADER + ROWS)
    assert result.exit_code == 0, result.output
    assert list(table.columns[:10]) == [
        "USUBJID", "PARCAT1", "PARAMCD", "PARAM", "AVAL", "AVALU", "PPSTINT", "PPENINT", "PPANMETH", "PPREASND",
    ]  # fmt: skip
    for subject in ("01", "02", "NA"):
        rows = table[table["USUBJID"] == subject]
        assert list(rows["PARAMCD"]) == [*BARE, "AUC0_28D", "AUC0_90D"]
        assert ((rows["AVAL"] == "") == (rows["PPREASND"] != "")).all()
    window = table[table["PARAMCD"] == "AUC0_28D"].iloc[0]
    assert (window["PPSTINT"], window["PPENINT"], window["AVALU"]) == ("P0D", "P28D", "day*copies/ug")
    assert window["PPANMETH"] == "LINEAR UP LOG DOWN METHOD"


def test_options_reach_the_analysis(tmp_path):
    _, linear = run(tmp_path, HEADER + ROWS, "--auc-method", "linear", "--interval", "0:14", "--interval", "0:14")
    assert "AUC0_14D" in set(linear["PARAMCD"])
    assert "AUC0_28D" not in set(linear["PARAMCD"])
    value = linear[(linear["USUBJID"] == "01") & (linear["PARAMCD"] == "AUC0_14D")]["AVAL"].astype(float)
    assert value.tolist() == [3500 + 3 * 930 + 4 * 780]
    assert "LINEAR TRAPEZOIDAL METHOD" in set(linear["PPANMETH"])
    _, zero = run(tmp_path, HEADER + ROWS, "--time-zero", "zero", "--after-last", "triangle", "--blq-rule", "zero")
    lone = zero[(zero["USUBJID"] == "NA") & (zero["PARAMCD"] == "AUCLST")]
    assert lone["AVAL"].tolist() == ["280.0"]


def test_numbers_read_back_to_the_last_bit(tmp_path):
    _, table = run(tmp_path, HEADER + ROWS.replace("1000", "1000.1234567890123"))
    assert table[table["PARAMCD"] == "CMAX"]["AVAL"].iloc[0] == "1000.1234567890123"


@pytest.mark.requirement("URS-702")
def test_the_same_bytes_whatever_the_order_of_the_rows(tmp_path):
    run(tmp_path, HEADER + ROWS)
    first = (tmp_path / "adpp.csv").read_bytes()
    run(tmp_path, HEADER + "\n".join(reversed(ROWS.strip().split("\n"))) + "\n")
    assert (tmp_path / "adpp.csv").read_bytes() == first


def test_conflicting_results_are_a_reason_and_no_crash(tmp_path):
    result, table = run(tmp_path, HEADER + ROWS + "01,7,900,copies/ug,50,N\n")
    assert result.exit_code == 0
    assert set(table[table["USUBJID"] == "01"]["PPREASND"]) == {
        "conflicting results at one time and no rule configured"
    }


def test_units_are_never_pooled(tmp_path):
    _, table = run(tmp_path, HEADER + ROWS + "01,7,12,cells/uL,1,N\n")
    peak = table[(table["USUBJID"] == "01") & (table["PARAMCD"] == "CMAX")]
    assert dict(zip(peak["AVALU"], peak["AVAL"], strict=True)) == {"cells/uL": "12.0", "copies/ug": "1000.0"}


def test_a_bad_table_lists_every_problem_with_its_line(tmp_path):
    bad = (
        HEADER
        + "01,x,5,u,50,N\n\n01,2,,u,50,N\n,3,1,u,-1,M\n02,inf,-3,,50,N\n"
        + "".join("03,z,1,u,1,N\n" for _ in "12345")
    )
    result, table = run(tmp_path, bad)
    assert table is None
    message = str(result.exception)
    lines = message.splitlines()
    assert lines[0].endswith("profiles.csv: 6 problem(s)")
    assert "column USUBJID, line 5: found an empty cell, allowed text" in message
    assert "column AFRLT, line 2, 6, 7, 8, 9 and 2 more: found 'x', allowed a finite number of days" in message
    assert "column AVAL, line 4, 6: found an empty cell, allowed a number >= 0, or empty with BLQFL Y" in message
    assert "column AVALU, line 6: found an empty cell, allowed text" in message
    assert "column ALLOQ, line 5: found '-1.0', allowed a number > 0 or empty" in message
    assert "column BLQFL, line 5: found 'M', allowed Y or N" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("ID,AFRLT\n1,2\n", "column USUBJID: found no such column"),
        ("", "the file is empty"),
        (HEADER + "01,0,5,copies/ug,50,N,7,8\n", "not a CSV table"),
        (HEADER.encode() + "01,0,5,µg,50,N\n".encode("utf-16-le"), "not a CSV table in UTF-8"),
    ],
)
def test_a_file_that_is_no_profile_table(tmp_path, content, words):
    result, table = run(tmp_path, content)
    assert table is None
    assert isinstance(result.exception, ValueError)
    assert words in str(result.exception)


def test_an_old_result_stands_when_the_new_one_fails(tmp_path):
    (tmp_path / "adpp.csv").write_text("PARAMCD\nold\n")
    result, table = run(tmp_path, "ID\n1\n")
    assert result.exception
    assert table["PARAMCD"].tolist() == ["old"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["adpp.csv", "profiles.csv"]


@pytest.mark.parametrize("interval", ["28", "3:28", "0:-1", "0:inf", "a:b"])
def test_a_bad_interval_says_what_is_allowed(tmp_path, interval):
    result, _ = run(tmp_path, HEADER + ROWS, "--interval", interval)
    assert result.exit_code == 2
    assert "0:28" in result.output


def test_choices_are_those_of_the_settings():
    from cartpk.core.nca import AfterLast, BlqRule, TimeZero
    from cartpk.terms import AucMethod

    offered = {p.name: tuple(p.type.choices) for p in command.params if hasattr(p.type, "choices")}
    assert set(offered["auc_method"]) == set(AucMethod)
    assert set(offered["blq_rule"]) == set(BlqRule)
    assert set(offered["after_last"]) == set(AfterLast)
    assert set(offered["time_zero"]) == set(TimeZero)


def test_from_the_shell_a_failure_is_one_message_and_status_1(tmp_path):
    (tmp_path / "p.csv").write_text("ID\n1\n")
    done = subprocess.run(
        [sys.executable, "-m", "cartpk", "nca", str(tmp_path / "p.csv"), "--out", str(tmp_path / "o.csv")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "column USUBJID" in done.stderr
    assert cli.COMMANDS["nca"]


def test_heavy_libraries_stay_out():
    code = (
        "import sys; import cartpk.cli.nca; import cartpk.adpp.writing, cartpk.adpp.bare;"
        "heavy = {'scipy', 'lmfit', 'plotnine', 'matplotlib', 'pydantic', 'pandera', 'jinja2', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
