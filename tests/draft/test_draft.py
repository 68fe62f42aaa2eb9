"""Which of a newcomer's tables is which."""

import pytest

from cartpk.draft import draft_config

pytestmark = pytest.mark.requirement("URS-305")

SAMPLES = "SUBJECT,DAY,VALUE,UNIT\nS-1,0,<50,copies/ug\nS-1,7,900,copies/ug\nS-1,28,100,copies/ug\n"
DERIVED = {
    "adpp.csv": ("USUBJID,PPTESTCD,ADT,PARAMCD,AVAL\nS-1,CMAX,2031-01-01,CMAX,900\n", "calculated already"),
    "adtte.csv": ("USUBJID,PARAMCD,STARTDT,AVAL,CNSR\nS-1,OS,2031-01-01,90,1\n", "times to an event"),
}


@pytest.mark.parametrize("name", DERIVED)
def test_what_an_analysis_has_made_is_not_taken_for_samples(tmp_path, name):
    text, said = DERIVED[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"none of the files has results: .* {name}: it holds .*{said}"):
        draft_config([tmp_path / name], tmp_path)


@pytest.mark.parametrize("name", DERIVED)
def test_beside_samples_it_is_named_and_left_out(tmp_path, name):
    text, said = DERIVED[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "samples.csv").write_text(SAMPLES, encoding="utf-8")
    draft, _, _ = draft_config([tmp_path / "samples.csv", tmp_path / name], tmp_path)
    assert any(said in caution for caution in draft.cautions)
    assert f"- {name}" not in draft.text


def test_age_and_sex_of_the_subjects_are_columns_of_the_config(tmp_path):
    rows = [f"S-{i},{day},900,copies/ug,{30 + i},{'FM'[i % 2]}" for i in range(1, 5) for day in (0, 7, 14, 28)]
    (tmp_path / "samples.csv").write_text("\n".join(["SUBJECT,DAY,VALUE,UNIT,AGE,SEX", *rows]), encoding="utf-8")
    draft, _, _ = draft_config([tmp_path / "samples.csv"], tmp_path)
    assert {("age", "AGE"), ("sex", "SEX")} <= {(guess.role, guess.column) for guess in draft.guesses}
    assert "    age: AGE" in draft.text
    assert "    sex: SEX" in draft.text


def test_an_age_in_months_is_not_taken_for_years(tmp_path):
    rows = [f"S-{i},{day},900,copies/ug,{30 + i}" for i in range(1, 5) for day in (0, 7, 14, 28)]
    (tmp_path / "samples.csv").write_text("\n".join(["SUBJECT,DAY,VALUE,UNIT,AGE (months)", *rows]), encoding="utf-8")
    draft, _, _ = draft_config([tmp_path / "samples.csv"], tmp_path)
    assert "AGE (months) is not in years: it is not read." in draft.cautions
    assert "    age:" not in draft.text


def test_a_table_of_subjects_names_the_columns_that_the_results_lack(tmp_path):
    (tmp_path / "samples.csv").write_text(SAMPLES, encoding="utf-8")
    (tmp_path / "people.csv").write_text("SUBJECT,AGE,SEX\nS-1,44,F\nS-2,51,M\n", encoding="utf-8")
    draft, _, _ = draft_config([tmp_path / "samples.csv", tmp_path / "people.csv"], tmp_path)
    (said,) = [caution for caution in draft.cautions if "people.csv" in caution]
    assert said.endswith("to use AGE, SEX, add them as columns to the table of results.")
