"""config/README.md is generated from the model and equal to it."""

from pathlib import Path

import pytest

from cartpk.cli.docs import generated
from cartpk.config import TrialConfig, load
from cartpk.config.documentation import markdown

pytestmark = pytest.mark.requirement("URS-105")

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.requirement("URS-714")
def test_generated_pages_are_up_to_date():
    for name, text in generated(ROOT).items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name} is out of date: run `make docs`"


def test_every_setting_is_documented_with_its_default():
    text = markdown()
    for name in TrialConfig.model_fields:
        assert f"## `{name}`" in text or f"## `{name}[]`" in text or name in text
    assert "| `max_extrap_pct` | number | `20` | Largest part of AUC0-T after the last sample, %. |" in text
    assert "| `id` | text | **required** |" in text


def test_no_setting_is_without_a_meaning():
    assert "|  |\n" not in markdown()


def test_the_five_lines_of_the_readme_are_a_valid_trial(tmp_path):
    block = markdown().split("```yaml\n")[1].split("```")[0]
    file = tmp_path / "t.yaml"
    file.write_text(block, encoding="utf-8")
    assert load(file).trial.id == "MYTRIAL"
