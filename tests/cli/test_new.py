"""The command line of `cartpk new`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli.new import command
from cartpk.config import problems

pytestmark = pytest.mark.requirement("URS-305")

ROWS = ("甲01,0,<50,", "甲01,7,900,", "甲01,14,300,溶血", "甲02,0,<50,", "甲02,7,700,", "甲02,14,80,")
SHEET = "\n".join(("受试者,Day,CAR-T (copies/ug),备注", *ROWS)) + "\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("lab.csv").write_text(SHEET, encoding="utf-8")
    return tmp_path


def new(*words):
    return CliRunner().invoke(command, list(words))


def test_it_shows_what_it_understood_and_writes_a_config(folder):
    done = new("lab.csv")
    assert done.exit_code == 0, done.output
    target = folder / "config" / "trials" / "lab.yaml"
    assert not problems(target)
    for words in ("2 subjects", "受试者", "copies/ug", "cartpk check config/trials/lab.yaml", "cartpk run"):
        assert words in done.output
    # the question names the line that its answer goes to
    assert "line " in done.output
    number = int(done.output.split("1. line ")[1].split(",")[0])
    assert target.read_text(encoding="utf-8").splitlines()[number - 1].strip() == "# exclude:"


def test_no_line_is_wider_than_the_screen_and_the_columns_are_aligned(folder):
    import unicodedata

    lines = new("lab.csv").output.splitlines()
    wide = [sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines]
    assert max(wide) <= 100
    head = next(line for line in lines if line.startswith("  what"))
    row = next(line for line in lines if line.startswith("  subject"))
    at = head.index("how sure")
    cut = row[: row.index("sure")]
    assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in cut) == at


def test_it_never_overwrites(folder):
    target = folder / "mine.yaml"
    target.write_text("mine\n", encoding="utf-8")
    done = new("lab.csv", "--out", "mine.yaml")
    assert "is there already" in str(done.exception)
    assert target.read_text(encoding="utf-8") == "mine\n"
    assert new("lab.csv", "--out", "mine.yaml", "--force").exit_code == 0
    assert not problems(target)


def test_the_same_files_give_the_same_bytes(folder):
    new("lab.csv", "--out", "a.yaml")
    new("lab.csv", "--out", "b.yaml")
    assert (folder / "a.yaml").read_bytes() == (folder / "b.yaml").read_bytes()


def test_name_and_cells_can_be_given(folder):
    done = new("lab.csv", "--id", "MY-1", "--cell", "NK")
    assert done.exit_code == 0, done.output
    text = (folder / "config" / "trials" / "MY-1.yaml").read_text(encoding="utf-8")
    assert "cell: NK" in text
    assert "letters, figures" in str(new("lab.csv", "--id", "../x").exception)


def test_a_file_that_is_not_there_is_named_with_the_nearest(folder):
    assert "Did you mean lab.csv?" in str(new("labs.csv").exception)


def test_pc_alone_asks_for_its_partners(folder):
    Path("pc.csv").write_text("DOMAIN,USUBJID,PCTESTCD,PCDTC,PCSTRESC\nPC,1,CAR,2024-01-01,5\n", encoding="utf-8")
    assert "DM (subjects), EX (infusions)" in str(new("pc.csv").exception)
