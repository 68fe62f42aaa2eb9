"""Which of a newcomer's tables is which."""

import pytest

from cartpk.draft import draft_config

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
