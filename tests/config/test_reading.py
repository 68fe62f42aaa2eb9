"""cartpk.config.reading: every problem at once, with its line and how to mend it."""

from pathlib import Path

import pytest

from cartpk.config import ConfigError, TrialConfig, load, missing_files, problems

GOOD = """\
trial: {id: MYTRIAL}
product: {name: my CAR-T, cell: T}
data:
  layout: tidy
  tables: [my.csv]
analytes:
  - {code: CAR, label: CAR transgene}
report: {synthetic: false}
"""

TEN_MISTAKES = """\
trial:
  id: NCT1
  planed_n: 18
product:
  name: x
  cell: B
data:
  layout: tidy
  tables: [a.csv]
  columns: {subjct: S}
analytes:
  - {code: car t, label: CAR}
  - {code: CAR2, label: CAR, lloq: -5}
nca:
  auc_method: linear up/log down
  windows: {days: [28, abc], max_extrap_pct: 120}
  min_points: 2
windows_days: [28]
report: {synthetic: maybe, data_cut: 2026-1-1}
"""


@pytest.fixture
def yaml_file(tmp_path):
    def write(text: str) -> Path:
        file = tmp_path / "trial.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_a_good_file_is_a_trial_with_defaults(yaml_file):
    trial = load(yaml_file(GOOD))
    assert isinstance(trial, TrialConfig)
    assert trial.nca.windows.days == (28.0, 90.0)
    assert trial.primary_analyte.code == "CAR"
    assert problems(yaml_file(GOOD)) == []


@pytest.mark.requirement("URS-103")
def test_every_mistake_is_told_once_with_its_line(yaml_file):
    found = {(p.line, p.key): p for p in problems(yaml_file(TEN_MISTAKES))}
    assert sorted(found) == [
        (3, "trial.planed_n"),
        (6, "product.cell"),
        (10, "data.columns.subjct"),
        (12, "analytes[0].code"),
        (13, "analytes[1].lloq"),
        (15, "nca.auc_method"),
        (16, "nca.windows.days[1]"),
        (16, "nca.windows.max_extrap_pct"),
        (17, "nca.min_points"),
        (18, "windows_days"),
        (19, "report.data_cut"),
        (19, "report.synthetic"),
    ]
    assert found[3, "trial.planed_n"].suggestion == "Did you mean planned_n?"
    assert found[15, "nca.auc_method"].suggestion == "Did you mean lin up/log down?"
    assert "found -5; allowed: above 0" in found[13, "analytes[1].lloq"].message


def test_a_question_that_is_left_open_is_told_as_such(yaml_file):
    found = {p.key: p.message for p in problems(yaml_file("product: {name: y, cell: null}\n"))}
    assert found["product.cell"] == "is left open (null); allowed: T, NK."


def test_load_raises_one_error_that_names_the_file_and_all_lines(yaml_file):
    file = yaml_file(TEN_MISTAKES)
    with pytest.raises(ConfigError) as error:
        load(file)
    assert str(error.value).count(f"{file}:") == 12


@pytest.mark.requirement("URS-103")
@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("trial: {id: A\n  - x", 2, "expected"),
        ("", 1, "holds no settings"),
        ("- a\n- b\n", 1, "holds no settings"),
        (GOOD + "report: {synthetic: true}\n", 9, "given twice (first on line 8)"),
        (GOOD.replace("code: CAR,", "code: car,"), 7, "must match"),
        (GOOD.replace("tables: [my.csv]", "tables: []"), 3, "layout: tidy needs tables"),
        (GOOD.replace("id: MYTRIAL", "title: x"), 1, "is missing"),
        (GOOD.replace("id: MYTRIAL", "id: ../x"), 1, "must match"),
        (GOOD + "time: 5\n", 9, "a section of key: value lines"),
        (GOOD + "windows: {days: [28]}\n", 9, "no such setting"),
        (GOOD + "models: {fit: [stien]}\n", 9, "no kinetic model"),
    ],
)
def test_each_kind_of_mistake_names_its_line(yaml_file, text, line, says):
    found = problems(yaml_file(text))
    assert [p.line for p in found] == [line]
    assert says in str(found[0])


def test_a_setting_of_another_section_is_pointed_to(yaml_file):
    (found,) = problems(yaml_file(GOOD + "peak_window_days: null\n"))
    assert found.suggestion == "Did you mean nca.windows.peak_window_days?"


def test_a_missing_file_names_its_neighbours(yaml_file):
    file = yaml_file(GOOD)
    (found,) = problems(file.with_name("trail.yaml"))
    assert "no such file" in found.message
    assert "trial.yaml" in found.suggestion


def test_dates_stay_text_and_a_bom_is_no_problem(yaml_file):
    text = "\ufeff" + GOOD.replace("synthetic: false", "synthetic: false, data_cut: 2026-01-31")
    assert load(yaml_file(text)).report.data_cut == "2026-01-31"


def test_missing_data_files_are_listed_with_line_and_near_names(yaml_file, tmp_path):
    file = yaml_file(GOOD.replace("[my.csv]", "[data/mine.csv, nowhere/x.csv]"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine1.csv").touch()
    found = missing_files(load(file), file, tmp_path)
    assert [(p.line, p.key, p.suggestion) for p in found] == [
        (5, "data.tables[0]", "Did you mean mine1.csv?"),
        (5, "data.tables[1]", "There is no such folder."),
    ]


def test_a_percent_without_its_parent_gate_is_left_to_the_intake(yaml_file):
    measure = "pharmacodynamics: {measures: [{code: CD7P, label: CD7+, kind: percent}]}\n"
    assert not problems(yaml_file(GOOD + measure)), "the intake says it, with the rows (BI-070)"


@pytest.mark.requirement("URS-310", "URS-713")
def test_yaml_cannot_run_code(yaml_file):
    (found,) = problems(yaml_file("trial: !!python/object/apply:os.system ['true']\n"))
    assert "could not determine a constructor" in found.message


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.requirement("URS-310")
@pytest.mark.parametrize("text", [BOMB, "a: &a [*a]\n", "a: &a {b: *a}\n", "x: " + "y" * 1_000_001])
def test_a_bomb_is_refused_at_once(tmp_path, text):
    (tmp_path / "bomb.yaml").write_text(text, encoding="utf-8")
    (problem,) = problems(tmp_path / "bomb.yaml")
    assert "aliases" in problem.message or "letters" in problem.message


def test_aliases_as_people_write_them_are_read(tmp_path):
    (tmp_path / "t.yaml").write_text("trial: &t {id: T1}\nproduct: *t\n", encoding="utf-8")
    assert not any("aliases" in p.message for p in problems(tmp_path / "t.yaml"))


@pytest.mark.requirement("URS-310")
def test_no_object_is_ever_made(tmp_path):
    (tmp_path / "t.yaml").write_text("trial: !!python/object/apply:os.system [exit 1]\n", encoding="utf-8")
    (problem,) = problems(tmp_path / "t.yaml")
    assert "could not determine a constructor" in problem.message
