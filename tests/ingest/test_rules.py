"""cartpk.ingest.rules: every case of the catalogue has an entry, a failing and a passing example.

The examples lie in ``examples/``, one module per domain; every module there is taken up. A module has

- ``EXAMPLES``: rule -> ``found`` (a trial in which exactly this is wrong), ``clean`` (the nearest trial in which it is
  not) and, for every case of the catalogue that does not stop the trial, ``output`` (what the tables then say);
- ``ACCEPTED``: accepted form -> the same; ``output`` holds for both trials, and neither has a loud finding;
- ``BESIDE``, ``CLEAN_BESIDE``: what follows from a mistake of itself.
"""

import csv
import importlib.util
import re
from collections import ChainMap
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from cartpk.adpp import derive_params_trial
from cartpk.ingest import ACCEPTED, CATALOGUE, Intake
from cartpk.pages.input_rules import ALL_RULES
from cartpk.rule import Accepted
from cartpk.terms import Severity

pytestmark = pytest.mark.requirement("URS-302")

ROOT = Path(__file__).resolve().parents[2]
SHEET = ROOT.parent / "shared" / "domain" / "bad_inputs.csv"


def module(path: Path):
    spec = importlib.util.spec_from_file_location(f"examples_{path.stem}", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


MODULES = [module(path) for path in sorted((Path(__file__).parent / "examples").glob("*.py"))]


def gathered(name):
    """The dictionaries of this name, as one; an identifier stands in one module only."""
    parts = [getattr(m, name, {}) for m in MODULES]
    whole = dict(ChainMap(*parts))
    assert len(whole) == sum(map(len, parts)), f"an identifier stands in two modules of examples ({name})"
    return whole


EXAMPLES, FORMS = gathered("EXAMPLES"), gathered("ACCEPTED")
BESIDE, CLEAN_BESIDE = gathered("BESIDE"), gathered("CLEAN_BESIDE")

PENDING: set[str] = set()
"""Cases whose rules are not in the tree yet."""


@dataclass
class Seen:
    """A trial that was read, as the examples look at it."""

    intake: Intake
    rule: str

    @property
    def found(self) -> pd.DataFrame:
        """The findings of the rule."""
        return self.intake.findings[self.intake.findings["RULE"] == self.rule]

    def sample(self, file: str, index: int) -> pd.Series:
        """The sample of this row (from 0) of a file."""
        rows = pd.concat([self.intake.adnca, self.intake.adpd])
        (row,) = rows[(rows["SRCFILE"] == file) & (rows["SRCROW"] == index + 2)].to_dict("records")
        return row

    def row(self, index: int) -> pd.Series:
        """The sample of this row (from 0) of the tidy table."""
        return self.sample("data.csv", index)

    def subject(self, name: str) -> pd.Series:
        return self.intake.adsl.set_index("USUBJID").loc[name]

    def used(self, name: str) -> int:
        """Number of rows of this subject that the analysis uses."""
        rows = pd.concat([self.intake.adnca, self.intake.adpd])
        return int(((rows["USUBJID"] == name) & (rows["ANLFL"] == "Y")).sum())

    def area_reasons(self, name: str) -> set[str]:
        """Why the areas of this subject have no value."""
        rows = derive_params_trial(self.intake.adnca).adpp
        return set(rows.loc[(rows["USUBJID"] == name) & rows["PARAMCD"].str.startswith("AUC"), "PPREASND"].dropna())


def loud(intake) -> set[str]:
    return set(intake.findings.loc[intake.findings["SEVERITY"] != "info", "RULE"])


def test_a_clean_tidy_trial_has_no_finding(trial):
    intake = trial.tidy()
    assert intake.findings.empty
    assert not intake.stops


def test_a_clean_sdtm_trial_has_no_finding(trial):
    intake = trial.sdtm()
    assert intake.findings.empty
    assert not intake.stops


def test_every_case_of_the_catalogue_has_an_entry():
    missing = set(CATALOGUE) - set(ALL_RULES) - set(ACCEPTED)
    assert missing <= PENDING
    assert len(CATALOGUE) == 95


def test_every_entry_has_an_example_and_every_example_an_entry():
    assert sorted(EXAMPLES) == sorted(ALL_RULES)
    assert sorted(FORMS) == sorted(ACCEPTED)
    for name, example in {**EXAMPLES, **FORMS}.items():
        assert {"found", "clean"} <= set(example) <= {"found", "clean", "output"}, name
    silent = {i for i in EXAMPLES if i.startswith("BI") and not ALL_RULES[i].stops and "output" not in EXAMPLES[i]}
    assert not silent, "what do the tables say?"
    assert all("output" in form for form in FORMS.values())


@pytest.mark.parametrize("rule", sorted(ALL_RULES))
def test_a_failing_example_is_found_as_its_entry_says_and_raises_no_other_alarm(rule, trial):
    example, entry = EXAMPLES[rule], ALL_RULES[rule]
    intake = example["found"](trial)
    seen = Seen(intake, rule)
    found = seen.found
    assert len(found) >= 1, f"not found; found were {sorted(set(intake.findings['RULE']))}"
    assert set(found["SEVERITY"]) == {entry.severity.value}
    assert set(found["SCOPE"]) == {entry.scope}
    assert intake.stops == any(ALL_RULES[r].stops for r in set(intake.findings["RULE"]) & set(ALL_RULES))
    assert loud(intake) <= {rule} | BESIDE.get(rule, set())
    for text in (*found["MESSAGE"], *found["SUGGESTION"]):
        assert not re.search(r"[{}]|\bnan\b|None|(?<!\.)\.\.(?!\.)", text), text
    if "output" in example:
        assert example["output"](seen)


@pytest.mark.parametrize("rule", sorted(ALL_RULES))
def test_the_nearest_clean_input_is_not_found(rule, trial):
    intake = EXAMPLES[rule]["clean"](trial)
    assert rule not in set(intake.findings["RULE"])
    assert loud(intake) <= CLEAN_BESIDE.get(rule, set())
    assert not intake.stops


@pytest.mark.parametrize("form", sorted(ACCEPTED))
@pytest.mark.parametrize("kind", ["found", "clean"])
def test_an_accepted_form_is_read_as_it_is_meant_without_an_alarm(form, kind, trial):
    intake = FORMS[form][kind](trial)
    assert not intake.stops
    assert loud(intake) <= BESIDE.get(form, set())
    assert FORMS[form]["output"](Seen(intake, form))


@pytest.mark.requirement("URS-304")
@pytest.mark.parametrize(("rule", "stops"), [("BI-009", True), ("BI-011", True), ("BI-007", False)])
def test_strict_stops_at_everything_but_information(rule, stops, trial):
    lenient = trial.read
    assert not EXAMPLES[rule]["found"](trial).stops
    trial.read = lambda settings, files: lenient({**settings, "intake": {"strict": True}}, files)
    intake = EXAMPLES[rule]["found"](trial)
    assert intake.stops is stops
    assert "warning" not in set(intake.findings["SEVERITY"])


def test_the_code_names_no_rule_that_is_not_registered_and_registers_none_that_it_does_not_name():
    source = ROOT / "src" / "cartpk"
    files = [path for room in ("ingest", "ingest/clinical", "adpp", "cli") for path in (source / room).glob("*.py")]
    text = "".join(p.read_text(encoding="utf-8") for p in files if not p.name.endswith("_rules.py"))
    named = set(re.findall(r'"((?:BI|CP)-\d{3})"', text))
    assert named == set(ALL_RULES)


@pytest.mark.parametrize("rule", ALL_RULES.values(), ids=lambda r: r.id)
def test_an_entry_is_written_for_people(rule):
    assert rule.reason[0].islower() or rule.reason[:2].isupper() or rule.reason[0].isdigit(), "goes into a sentence"
    assert not rule.found.endswith(".")
    assert rule.why.endswith((".", "?"))
    assert rule.mend.endswith(".")
    assert len({r.name for r in ALL_RULES.values()}) == len(ALL_RULES)
    assert not re.search(r"[{}]", rule.example)
    assert rule.example or not rule.id.startswith("BI-")


@pytest.mark.parametrize("form", ACCEPTED.values(), ids=lambda f: f.id)
def test_an_accepted_form_is_described_for_people(form):
    assert form.what[0].islower()
    assert form.why.endswith(".")
    assert form.example


SPLIT = {
    "BI-087",  # the accepted delimiters raise nothing; ragged rows stop
}
"""Cases of which the catalogue accepts one part and refuses another: an accepted form and a rule."""


def in_the_spirit(identifier: str, behaviour: str) -> bool:
    """Whether the project does what this behaviour of the catalogue says."""
    entry = ALL_RULES.get(identifier) or ACCEPTED[identifier]
    if identifier in SPLIT:
        return identifier in ALL_RULES and identifier in ACCEPTED
    if behaviour.startswith("ACCEPT"):
        return isinstance(entry, Accepted) or entry.severity is Severity.INFO
    if behaviour.startswith("WARN"):
        return entry.severity in {Severity.WARNING, Severity.INFO}
    scope = re.match(r"ERROR\((\w+)\)", behaviour)
    return entry.severity is Severity.ERROR and entry.stops == (scope is None or scope.group(1) == "file")


def test_severities_are_those_of_the_catalogue():
    if not SHEET.is_file():
        pytest.skip("the catalogue of bad inputs is not beside the project")
    with SHEET.open(encoding="utf-8") as stream:
        behaviours = {row["id"]: row["behaviour"] for row in csv.DictReader(stream)}
    assert tuple(behaviours) == CATALOGUE
    known = set(ALL_RULES) | set(ACCEPTED)
    wrong = [i for i, behaviour in behaviours.items() if i in known and not in_the_spirit(i, behaviour)]
    assert not wrong
