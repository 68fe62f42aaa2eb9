"""docs/parameters.md says what the registries say, and what it says of settings is true."""

import csv
import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from cartpk.cli.docs import generated
from cartpk.core.nca import PARAMETERS, REASONS, BlqRule, CellTherapySettings, NcaSettings, Profiles, calculate
from cartpk.models import MODELS
from cartpk.pages.parameters import parameters_page, settings_read
from cartpk.pharmacodynamics import PARAMETERS as PD_PARAMETERS
from cartpk.terms import AucMethod

pytestmark = pytest.mark.requirement("URS-211", "URS-714")

ROOT = Path(__file__).resolve().parents[2]
TERMS = ROOT.parent / "shared" / "domain" / "ct_pkparm_2025-03-25.csv"
OTHER_CHOICES = {
    "auc_method": AucMethod.LINEAR, "blq_rule": BlqRule.HALF_LLOQ_ALL, "min_points": 5, "adj_r2_factor": 0.2,
    "exclude_tmax": False, "r2_min": 0.1, "span_min": 0.1, "max_extrap_pct": 1.0, "min_tmax_day": 9.0,
    "growth_min_points": 4, "contraction_days": 5.0, "contraction_min_points": 5, "blq_confirm": 2,
    "persistence_by_detection": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return parameters_page()


@pytest.fixture(scope="module")
def profiles() -> Profiles:
    rng = np.random.default_rng(5)
    n, per = 300, 9
    day = np.tile([0.0, 2, 5, 9, 14, 20, 28, 45, 90], n)
    conc = rng.lognormal(2, 1.5, n * per) * np.exp(-0.05 * day)
    lloq = np.full(n * per, 2.0)
    blq = (conc < lloq) | (day == 0)
    detected = ~blq | (rng.random(n * per) < 0.5)
    return Profiles.from_arrays(np.repeat(np.arange(n), per), day, conc, blq, lloq, detected)


def with_choice(name: str, value: object) -> NcaSettings:
    base = NcaSettings(post_infusion=True)
    if name in {f.name for f in fields(CellTherapySettings)}:
        return replace(base, cell_therapy=replace(base.cell_therapy, **{name: value}))
    return replace(base, **{name: value})


def test_the_page_is_what_make_docs_writes(page):
    assert generated(ROOT)["docs/parameters.md"] == page
    assert (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8") == page, "out of date: run `make docs`"


def test_every_parameter_has_its_row(page):
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for entry in PARAMETERS.values():
        (row,) = [r for r in rows if r.startswith(f"| `{entry.code}` | {entry.label} | {entry.formula} |")]
        assert f"| {entry.unit.value or 'none'} | {entry.cdisc} |" in row
        assert row.endswith(f"{entry.source} |")
    for code, entry in PD_PARAMETERS.items():
        assert any(r.startswith(f"| `{code}` | {entry.label} | {entry.definition} |") for r in rows), code
    for model in MODELS.values():
        for quantity in model.derived:
            assert any(r.startswith(f"| `{quantity.paramcd}` | {quantity.label} | {quantity.formula} |") for r in rows)
        for parameter in model.parameters:
            assert any(r.startswith(f"| `{parameter.symbol}` | {parameter.label} |") for r in rows)
    assert all(f"- {reason}\n" in page for reason in REASONS[1:])


def test_no_cell_is_empty_but_settings(page):
    for line in page.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert [c for c in cells if not c] == [] or line.startswith(("| `TLAG`", "| `TFDET`")), line


def test_cdisc_codes_are_those_of_the_terminology(page):
    if not TERMS.is_file():
        pytest.skip("the controlled terminology (../shared/domain) is not here")
    with TERMS.open(encoding="utf-8") as stream:
        known = {row["c_code"] for row in csv.DictReader(stream)}
    beyond = {"C85569", "C85765"}  # AUMCLST, AUMCIFO: not in the excerpt
    assert set(re.findall(r"\bC\d{5,}\b", page)) <= known | beyond


@pytest.mark.parametrize("code", PARAMETERS)
def test_a_setting_that_is_not_named_changes_nothing(code, profiles):
    base = calculate(profiles, NcaSettings(post_infusion=True), (), codes=(code,))
    for name in OTHER_CHOICES.keys() - set(settings_read(code)):
        other = calculate(profiles, with_choice(name, OTHER_CHOICES[name]), (), codes=(code,))
        np.testing.assert_array_equal(other.value[code], base.value[code], err_msg=name)
        np.testing.assert_array_equal(other.reasons[code], base.reasons[code], err_msg=name)


@pytest.mark.parametrize("code", PARAMETERS)
def test_a_setting_that_is_named_decides(code, profiles):
    """Except for rules that change only some data: each one named must change this parameter or its reason here."""
    base = calculate(profiles, NcaSettings(post_infusion=True), (), codes=(code,))
    for name in settings_read(code):
        other = calculate(profiles, with_choice(name, OTHER_CHOICES[name]), (), codes=(code,))
        same = np.array_equal(other.value[code], base.value[code], equal_nan=True)
        assert not (same and np.array_equal(other.reasons[code], base.reasons[code])), name


def test_every_choice_is_tried():
    names = {f.name for cls in (NcaSettings, CellTherapySettings) for f in fields(cls)}
    assert names - OTHER_CHOICES.keys() == {"after_last", "time_zero", "post_infusion", "cell_therapy"}
