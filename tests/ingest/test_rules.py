"""cartpk.ingest.rules: every rule has a failing example, and what it does is what its entry says."""

import csv
import re
from pathlib import Path

import pytest

from cartpk.ingest import RULES
from cartpk.terms import Severity

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT.parent / "shared" / "domain" / "bad_inputs.csv"

CAR = "CAR transgene"
FREE = {"columns": ("LLOQ",)}  # a table without a limit

EXAMPLES = {
    # files
    "CP-001": lambda t: t.tidy(settings={"data": {"tables": ["data.csv", "dtaa.csv"]}}),
    "CP-002": lambda t: t.tidy(settings={"data": {"tables": ["data.csv", "d.docx"]}}, files={"d.docx": "x"}),
    "CP-003": lambda t: t.tidy(text=lambda s: s.replace("copies/ug", "copies/µg").encode("latin-1")),
    "CP-004": lambda t: t.tidy(text=lambda s: s + ",,,,,,,\n"),
    "CP-005": lambda t: t.tidy(settings={"data": {"exclude": [EXCLUDE | {"column": "NOTES"}]}}),
    "CP-006": lambda t: t.tidy(settings={"data": {"exclude": [EXCLUDE | {"column": "VALUE"}]}}),
    "BI-085": lambda t: t.tidy({(3, "ANALYTE"): "外周血"}, text=lambda s: s.encode("gb18030")),
    "BI-086": lambda t: t.tidy({(3, "ANALYTE"): "锟斤拷"}),
    "BI-087": lambda t: t.tidy(text=lambda s: s + "S-04,1\n"),
    "BI-088": lambda t: t.tidy(text=lambda s: "Table 1,,,,,,,\n" + s),
    "BI-089": lambda t: t.tidy(text=lambda s: s.replace("SUBJECT", "SUBJCT", 1)),
    "BI-090": lambda t: t.tidy(text=lambda s: s.splitlines()[0] + "\n"),
    "BI-094": lambda t: t.tidy({(None, "SOURCE"): "x"}),
    # subjects
    "BI-048": lambda t: t.tidy({(0, "SUBJECT"): "S–01\u00a0"}),
    "BI-049": lambda t: t.tidy({(i, "SUBJECT"): s for i, s in enumerate(["007", "7"])}),
    "BI-050": lambda t: t.sdtm(drop=[("dm", lambda r: r["USUBJID"] == "S-02")]),
    "BI-051": lambda t: t.tidy(keep=lambda r: r["SUBJECT"] != "S-02" or r["ANALYTE"] != CAR),
    "BI-052": lambda t: t.tidy({(0, "SUBJECT"): "s-01"}),
    "BI-053": lambda t: t.sdtm({("pc", 0, "STUDYID"): "T2"}),
    "BI-054": lambda t: t.tidy({(0, "SUBJECT"): "110101199003071234"}),
    "BI-084": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-04-01"}),
    "BI-091": lambda t: t.tidy(add=[(0, {"SUBJECT": "Mean"})]),
    "CP-031": lambda t: t.tidy({(1, "DOSE"): "1e8"}),
    "CP-039": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-06"}),
    "CP-037": lambda t: t.sdtm(add=[("dm", 0, {"USUBJID": "S-09"})]),
    # results
    "BI-002": lambda t: t.tidy({(0, "LLOQ"): "100"}),
    "BI-004": lambda t: t.tidy(**FREE),
    "BI-005": lambda t: t.tidy({(3, "VALUE"): "ND"}),
    "BI-006": lambda t: t.tidy({(3, "VALUE"): "NA"}),
    "BI-007": lambda t: t.tidy({(3, "VALUE"): "0 copies"}),
    "BI-008": lambda t: t.tidy({(3, "VALUE"): "阳性"}),
    "BI-009": lambda t: t.tidy({(3, "VALUE"): "31"}),
    "BI-010": lambda t: t.tidy({(3, "VALUE"): ">1e6"}),
    "BI-011": lambda t: t.tidy({(3, "VALUE"): "-12"}),
    "BI-012": lambda t: t.tidy({(3, "VALUE"): "12,5"}),
    "BI-013": lambda t: t.tidy({(3, "VALUE"): "20,400"}, settings={"intake": {"thousands": ","}}),
    "BI-015": lambda t: t.tidy({(3, "VALUE"): "1.2×104"}),
    "BI-016": lambda t: t.tidy({(3, "VALUE"): "12 500 ± 300"}),
    "BI-017": lambda t: t.tidy({(3, "VALUE"): "１２５００"}),
    "BI-018": lambda t: t.tidy({(3, "VALUE"): "1e309"}),
    "BI-019": lambda t: t.tidy({(3, "VALUE"): "2.04E+04"}),
    "BI-020": lambda t: t.tidy({(i, "VALUE"): f"{2 + 0.25 * (i % 8):g}" for i in range(24)} | {(None, "LLOQ"): "0.1"}),
    "BI-027": lambda t: t.tidy({(50, "VALUE"): "101"}),
    "BI-095": lambda t: t.tidy({(3, "VALUE"): "-99"}),
    "CP-050": lambda t: t.tidy({(3, "VALUE"): "9999"}),
    "CP-051": lambda t: t.tidy({(3, "LLOQ"): "fifty"}),
    "CP-052": lambda t: t.sdtm({("pc", 3, "PCSTAT"): "NOT DONE"}),
    "CP-053": lambda t: t.tidy({(None, "BLQ"): "", (3, "BLQ"): "maybe"}, settings=WITH_MARK),
    "CP-054": lambda t: t.tidy({(None, "BLQ"): "", (3, "BLQ"): "1"}, settings=WITH_MARK),
    "CP-055": lambda t: t.tidy({(None, "BLQ"): "", (0, "BLQ"): "N"}, settings=WITH_MARK),
    "CP-056": lambda t: t.tidy(**FREE, settings={"intake": {"lloq_from_token": True}}),
    "CP-058": lambda t: t.sdtm({("pc", None, "PCSTRESN"): "", ("pc", 3, "PCSTRESN"): "2040"}),
    "CP-057": lambda t: t.tidy(
        {(i, "VALUE"): "0" for i in (0, 1, 7)} | {(27, "VALUE"): "5", (28, "VALUE"): "5"},
        keep=lambda r: r["SUBJECT"] == "S-01",
        **FREE,
    ),
    # units
    "BI-021": lambda t: t.tidy({(3, "UNIT"): "copies/mL"}),
    "BI-022": lambda t: t.tidy({(3, "UNIT"): ""}, settings={"analytes": [{"code": "CAR", "label": CAR}]}),
    "BI-023": lambda t: t.tidy({(3, "UNIT"): "拷贝/μg"}),
    "BI-024": lambda t: t.tidy({(3, "UNIT"): "copies/200 ng DNA"}),
    "BI-025": lambda t: t.tidy({(None, "LU"): "copies/mL"}, settings={"data": {"columns": {"lloq_unit": "LU"}}}),
    "BI-026": lambda t: t.tidy({(i, "VALUE"): "0.5" for i in range(48, 72)}),
    "CP-040": lambda t: t.tidy({(3, "UNIT"): ""}),
    "CP-041": lambda t: t.tidy({(3, "UNIT"): "cp/ug"}, settings={"intake": {"units": {"cp/ug": "copies/ug"}}}),
    "CP-042": lambda t: t.tidy({(25, "UNIT"): "10^9/L", (25, "VALUE"): "0.31", (25, "LLOQ"): "0.001"}),
    # times
    "CP-014": lambda t: t.tidy({(3, "NOMINAL"): "Day 7"}),
    "CP-015": lambda t: t.sdtm({("ex", 1, "EXENDTC"): ""}, settings={"time": {"origin": "infusion_end"}}),
    "BI-029": lambda t: t.tidy({(1, "TIME_DAY"): "-0.5"}),
    "BI-030": lambda t: t.tidy({(0, "TIME_DAY"): "0.01"}),
    "BI-031": lambda t: t.sdtm(drop=[("ex", lambda r: r["USUBJID"] == "S-02")]),
    "BI-032": lambda t: t.sdtm({("ex", 1, "EXSTDTC"): "2024-05-02", ("ex", 1, "EXENDTC"): ""}),
    "BI-033": lambda t: t.sdtm({("pc", 3, "PCDTC"): "2024-05"}),
    "BI-034": lambda t: t.sdtm({("pc", 3, "PCDTC"): "45231.375"}),
    "BI-035": lambda t: t.sdtm({("pc", 3, "PCDTC"): "03/04/2024"}),
    "BI-036": lambda t: t.sdtm({("pc", 3, "PCDTC"): "2024年5月8日"}),
    "BI-037": lambda t: t.sdtm(zones(["Z", "+08:00"])),
    "BI-038": lambda t: t.sdtm({("pc", 3, "PCDTC"): "2024-05-08T25:30"}),
    "BI-039": lambda t: t.sdtm({("pc", 3, "PCDTC"): "2204-05-08T10:00"}),
    "BI-040": lambda t: t.tidy({(6, "TIME_DAY"): "35"}, settings={"time": {"visit_window_days": {28: 2}}}),
    "BI-041": lambda t: t.sdtm({("pc", 1, "VISITDY"): "0"}),
    "CP-010": lambda t: t.tidy({(3, "TIME_DAY"): "Day 7"}),
    "CP-011": lambda t: t.tidy({(3, "TIME_DAY"): ""}),
    "CP-012": lambda t: t.sdtm({("pc", 3, "PCDTC"): "2024-05-08T24:00"}),
    "CP-013": lambda t: t.sdtm({("pc", 3, "PCDTC"): "2024-05-08T10:00Z"}),
    # infusions, doses
    "BI-028": lambda t: t.sdtm({("ex", 1, "EXDOSU"): "cells/kg", ("ex", 1, "EXDOSE"): "1e6"}),
    "BI-055": lambda t: t.sdtm(add=[("ex", 0, {"EXSTDTC": "2024-05-03T10:00", "EXENDTC": "2024-05-03T10:20"})]),
    "BI-056": lambda t: t.tidy({(i, "DOSE"): "5e7" for i in (*range(8), *range(24, 32), *range(48, 56))}),
    "BI-057": lambda t: t.sdtm({("ex", None, "EXDOSU"): "cells/kg"}),
    "BI-058": lambda t: t.sdtm({("ex", 1, "EXDOSE"): "0"}),
    "BI-059": lambda t: t.sdtm({("ex", 1, "EXENDTC"): "2024-05-02T09:00"}),
    "BI-069": lambda t: t.sdtm({("dm", 1, "DTHDTC"): "2024-06-01"}),
    "CP-030": lambda t: t.sdtm({("ex", 1, "EXDOSE"): "one bag"}),
    "CP-032": lambda t: t.sdtm(
        {("ex", None, "EXDOSU"): "cells/kg", ("ex", None, "EXDOSE"): "1e6"},
        settings={"data": {"domains": {"vs": ["vs.csv"]}}},
        files={"vs.csv": "USUBJID,VSTESTCD,VSSTRESN,VSSTRESU\n" + "".join(f"S-0{i},WEIGHT,50,kg\n" for i in (1, 2, 3))},
    ),
    "CP-033": lambda t: t.tidy({(i, "DOSE"): "" for i in (*range(8), *range(24, 32), *range(48, 56))}),
    "CP-034": lambda t: t.sdtm(add=[LYMPHODEPLETION], settings={"data": {"domains": {"treatment": ["cd7 car-t"]}}}),
    "CP-035": lambda t: t.sdtm(add=[LYMPHODEPLETION]),
    "CP-036": lambda t: t.sdtm({("ex", 1, "EXSTDTC"): ""}),
    "CP-038": lambda t: t.sdtm(
        settings={"data": {"domains": {"vs": ["vs.csv"]}}},
        files={"vs.csv": "USUBJID,VSTESTCD,VSSTRESN,VSSTRESU\nS-01,WEIGHT,110,LB\n"},
    ),
    "CP-070": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS + "S-03,soon,1e8\n"}),
    "CP-071": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS.replace("S-03,0,", "S-03,2,")}),
    "CP-072": lambda t: t.tidy(settings=SPLIT, files={"inf.csv": INFUSIONS.partition("S-03")[0]}),
    # samples
    "BI-044": lambda t: t.tidy(add=[(3, {})]),
    "BI-045": lambda t: t.tidy(add=[(3, {"VALUE": "20500"})]),
    "BI-047": lambda t: t.tidy(
        settings={"data": {"tables": ["data.csv", "again.csv"]}},
        files={"again.csv": REPEAT},
    ),
    "BI-068": lambda t: t.tidy({(0, "VALUE"): "75"}),
    "BI-073": lambda t: t.tidy(drop=(24,)),
    "CP-020": lambda t: t.tidy({(3, "ANALYTE"): "IL-6"}),
    "CP-021": lambda t: t.tidy(keep=lambda r: r["ANALYTE"] != "CD7+ T cells"),
    "CP-022": lambda t: t.tidy(keep=lambda r: r["ANALYTE"] != CAR),
    "CP-023": lambda t: t.tidy(settings={"analytes": [{"code": c, "label": CAR, "match": [CAR]} for c in ("A", "B")]}),
    "CP-024": lambda t: t.tidy({(None, "SPEC"): "外周血"}, settings={"data": {"columns": {"specimen": "SPEC"}}}),
    "CP-060": lambda t: t.tidy(add=[(3, {"VALUE": "20500"})], settings={"intake": {"duplicates": "mean"}}),
    "CP-061": lambda t: t.tidy(
        {(3, "VALUE"): "20401"}, settings={"data": {"exclude": [EXCLUDE | {"column": "VALUE"}]}}
    ),
}
"""Rule -> a trial in which exactly this is wrong."""

REPEAT = "SUBJECT,TIME_DAY,NOMINAL,ANALYTE,VALUE,UNIT,LLOQ,DOSE\nS-01,7,7,CAR transgene,20400,copies/ug,50,25000000\n"
EXCLUDE = {"column": "VALUE", "equals": "20401", "reason": "spiked control sample"}
SPLIT = {"data": {"infusions": ["inf.csv"]}}
INFUSIONS = "SUBJECT,TIME_DAY,DOSE\nS-01,0,25000000\nS-02,0,100000000\nS-03,0,205000000\n"
WITH_MARK = {"data": {"columns": {"blq": "BLQ"}}}
LYMPHODEPLETION = ("ex", 0, {"EXTRT": "FLUDARABINE", "EXSTDTC": "2024-04-26T10:00", "EXENDTC": "2024-04-26T10:30"})
MAY_STAND_BESIDE = {
    "BI-004": {"CP-057"},
    "BI-049": {"BI-073", "BI-051", "CP-031"},
    "BI-052": {"BI-073", "BI-051"},
    "BI-054": {"BI-073", "BI-051"},
    "BI-057": {"CP-033"},
    "CP-030": {"CP-033"},
    "BI-058": {"BI-031"},
    "BI-059": {"BI-031"},
    "CP-036": {"BI-031"},
    "BI-020": {"BI-002", "BI-068"},
    "BI-028": {"BI-056"},
    "CP-032": {"BI-056"},
    "BI-047": {"BI-044"},
    "BI-055": {"BI-056"},
    "CP-071": {"BI-051"},
    "CP-022": {"CP-021", "BI-051"},
    "CP-023": {"BI-051"},
    "CP-035": {"BI-030", "BI-055", "BI-056", "BI-073"},
    "BI-086": {"CP-022"},
}
"""What follows from an example's mistake of itself."""


def zones(names):
    """Every date-time with one of these zones."""
    cells = {("ex", i, "EXSTDTC"): f"2024-05-0{i + 1}T10:00Z" for i in range(3)}
    for domain in ("pc", "cp"):
        for i in range(24):
            day = (-1, 1, 3, 7, 10, 14, 28, 60)[i % 8]
            if day < 0:
                cells[domain, i, f"{domain.upper()}DTC"] = f"2024-04-20T10:00{names[i % 2]}"
            else:
                cells[domain, i, f"{domain.upper()}DTC"] = f"2024-05-{5 + day // 3:02d}T10:00{names[i % 2]}"
    return cells


def of(intake, rule):
    return intake.findings[intake.findings["RULE"] == rule]


def test_a_clean_tidy_trial_has_no_finding(trial):
    intake = trial.tidy()
    assert intake.findings.empty
    assert not intake.stops


def test_a_clean_sdtm_trial_has_no_finding(trial):
    intake = trial.sdtm()
    assert intake.findings.empty
    assert not intake.stops


def test_every_rule_has_an_example_and_every_example_a_rule():
    assert sorted(EXAMPLES) == sorted(RULES)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_failing_example_is_found_as_its_entry_says_and_raises_no_other_alarm(rule, trial):
    intake = EXAMPLES[rule](trial)
    found = of(intake, rule)
    assert len(found) >= 1, f"not found; found were {sorted(set(intake.findings['RULE']))}"
    entry = RULES[rule]
    assert set(found["SEVERITY"]) == {entry.severity.value}
    assert set(found["SCOPE"]) == {entry.scope}
    assert intake.stops == any(RULES[r].stops for r in intake.findings["RULE"])
    loud = set(intake.findings.loc[intake.findings["SEVERITY"] != "info", "RULE"])
    assert loud <= {rule} | MAY_STAND_BESIDE.get(rule, set())
    for text in (*found["MESSAGE"], *found["SUGGESTION"]):
        assert not re.search(r"[{}]|\bnan\b|None|(?<!\.)\.\.(?!\.)", text), text


@pytest.mark.parametrize(("rule", "stops"), [("BI-009", True), ("BI-011", True), ("BI-007", False)])
def test_strict_stops_at_everything_but_information(rule, stops, trial):
    lenient = trial.read
    assert not EXAMPLES[rule](trial).stops
    trial.read = lambda settings, files: lenient({**settings, "intake": {"strict": True}}, files)
    intake = EXAMPLES[rule](trial)
    assert intake.stops is stops
    assert "warning" not in set(intake.findings["SEVERITY"])


def test_the_code_names_no_rule_that_is_not_registered_and_registers_none_that_it_does_not_name():
    folder = ROOT / "src" / "cartpk" / "ingest"
    text = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.py"))
    named = set(re.findall(r'"((?:BI|CP)-\d{3})"', text))
    assert named == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.id)
def test_an_entry_is_written_for_people(rule):
    assert rule.reason[0].islower() or rule.reason[:2].isupper() or rule.reason[0].isdigit(), "goes into a sentence"
    assert not rule.found.endswith(".")
    assert rule.why.endswith((".", "?"))
    assert rule.mend.endswith(".")
    assert len({r.name for r in RULES.values()}) == len(RULES)


UNDECLARED = {
    "BI-034",  # accepted once declared; undeclared serial numbers are refused
    "BI-036",  # the same for dates in another form
    "BI-041",  # the dates give the time: only the planned days are not used
    "BI-087",  # the accepted delimiters raise nothing; ragged rows stop
}


def test_severities_are_those_of_the_catalogue():
    if not CATALOGUE.is_file():
        pytest.skip("the catalogue of bad inputs is not beside the project")
    with CATALOGUE.open(encoding="utf-8") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream)}
    ours = {i: rule for i, rule in RULES.items() if i.startswith("BI-")}
    assert set(ours) <= set(rows)
    for identifier, rule in ours.items():
        behaviour = rows[identifier]["behaviour"]
        if identifier in UNDECLARED:
            continue
        if behaviour.startswith("ACCEPT"):
            assert rule.severity is Severity.INFO, identifier
        elif behaviour.startswith("WARN"):
            assert rule.severity in {Severity.WARNING, Severity.INFO}, identifier
        else:
            assert rule.severity is Severity.ERROR, identifier
            scope = re.match(r"ERROR\((\w+)\)", behaviour)
            assert rule.stops == (scope is None or scope.group(1) == "file"), identifier
