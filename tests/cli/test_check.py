"""``cartpk check``: what, where and what to do, all at once; exit status 1 where the trial stops."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli import cli

pytestmark = pytest.mark.requirement("URS-103")

CONFIG = """\
trial: {id: T1}
product: {name: CAR-T, cell: T}
data:
  layout: tidy
  tables: [data.csv]
analytes:
  - {code: CAR, label: CAR transgene, unit: copies/ug}
report: {synthetic: true}
"""
HEAD = "USUBJID,TIME_DAY,VALUE,UNIT,LLOQ\n"
ROWS = "S-1,1,100,copies/ug,50\nS-1,7,2000,copies/ug,50\nS-1,14,<50,copies/ug,50\n"

TEN_MISTAKES = """\
trial: {id: T 1}
product: {name: CAR-T, cell: B}
dosing:
  basis: per kilo
  levels: [1.0e6, -3]
data:
  layout: tidi
  tables: data.csv
  colums: {subject: ID}
time: {unit: week}
intake: {decimal: ";"}
analytes:
  - {code: car, label: CAR transgene}
report: {significant_digits: 12}
"""
LINES = [1, 2, 4, 5, 7, 8, 9, 10, 11, 13, 14, 14]


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(config=CONFIG, data=HEAD + ROWS, *options):
        Path("t.yaml").write_text(config, encoding="utf-8")
        if data is not None:
            Path("data.csv").write_text(data, encoding="utf-8")
        before = sorted(Path().rglob("*"))
        result = CliRunner().invoke(cli, ["check", "t.yaml", *options], catch_exceptions=False)
        assert sorted(Path().rglob("*")) == before, "nothing is written"
        return result

    return run


def test_every_mistake_of_a_config_has_its_line(check):
    result = check(TEN_MISTAKES)
    assert result.exit_code == 1
    found = [line for line in result.output.splitlines() if line.startswith("t.yaml:")]
    assert [int(line.split(":")[1]) for line in found] == LINES, result.output
    assert "12 problems in the configuration; the data were not looked at." in result.output
    assert "Did you mean columns?" in result.output


def test_a_missing_file_is_told_with_the_line_that_names_it(check):
    result = check(data=None)
    assert result.exit_code == 1
    assert "t.yaml:5: data.tables[0]: there is no file data.csv." in result.output


def test_a_clean_trial(check):
    result = check()
    assert result.exit_code == 0
    assert "t.yaml: the configuration is in order." in result.output
    assert "1 subject, 0 of them excluded; 0 errors, 0 warnings" in result.output
    assert "The trial can be run." in result.output


@pytest.mark.requirement("URS-307")
def test_findings_are_grouped_and_do_not_stop_what_can_be_run(check):
    bad = "".join(f"S-1,{day},-5,copies/ug,50\n" for day in range(20, 45))
    result = check(data=HEAD + ROWS + bad + "S-1,60,31,copies/ug,50\n")
    assert result.exit_code == 0
    text = result.output
    assert "  BI-011, 25 times\n    data.csv, line 5, subject S-1: the result -5 is negative." in text
    assert text.index("Errors") < text.index("BI-011") < text.index("Warnings") < text.index("BI-009")
    assert "    ... and 5 more (--all shows them)\n    -> Correct the result." in text
    assert text.count("-> Correct the result.") == 1, "what to do stands once"
    assert "25 errors, 1 warning" in text
    assert "The trial can be run; what the errors name is left out." in text
    assert "more (--all" not in check(CONFIG, HEAD + ROWS + bad, "--all").output


def test_who_has_notes_is_told_how_to_see_them(check):
    lines = (HEAD + ROWS).splitlines()
    data = "\n".join([f"{lines[0]},FREEZER", *(f"{line},F3" for line in lines[1:])]) + "\n"
    assert "`--all` lists the notes" in check(data=data).output
    everything = check(CONFIG, data, "--all").output
    assert "the columns FREEZER are not read" in everything
    assert "`--all`" not in everything


def test_an_error_of_the_trial_stops(check):
    result = check(data=HEAD.replace("VALUE", "VALEU") + ROWS)
    assert result.exit_code == 1
    assert "there is no column VALUE (did you mean VALEU?)" in result.output
    assert "The trial cannot be run until the errors that stop it are mended." in result.output


def test_publication_that_would_stop_is_told(check):
    named = (HEAD + ROWS).replace("S-1", "Li Ming")
    assert "would not be written: see BI-054" in check(data=named).output
    said = check(CONFIG.replace("layout: tidy", "layout: tidy\n  pseudonymised: true"), named)
    assert "would not be written" not in said.output
