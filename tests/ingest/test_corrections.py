"""cartpk.ingest.corrections: signed decisions change what is computed, never the files, and each one is told."""

import pytest

from cartpk.adpp import derive_params_trial
from cartpk.config.data import Data

pytestmark = pytest.mark.requirement("URS-306")

HEAD = "ACTION,FILE,ROW,USUBJID,TIME,ANALYTE,FIELD,OLD,NEW,WHO,WHEN,WHY"
SIGNED = "A. Chen,2031-02-03,typing error"
WITH = {"data": {"corrections": "decisions.csv"}}


def text(*rows):
    return "\n".join([HEAD, *rows]) + "\n"


@pytest.fixture
def decide(trial):
    """The tidy trial with these decisions (each without its signature)."""

    def read(*rows, **more):
        return trial.tidy(settings=WITH, files={"decisions.csv": text(*(row + SIGNED for row in rows))}, **more)

    return read


def only(intake, rule):
    rows = intake.findings[intake.findings["RULE"] == rule].to_dict("records")
    assert len(rows) == 1, sorted(intake.findings["RULE"])
    return rows[0]


def row(intake, line, file="data.csv"):
    rows = intake.adnca[(intake.adnca["SRCROW"] == line) & (intake.adnca["SRCFILE"] == file)]
    return rows.iloc[0]


def cmax(intake, subject="S-01"):
    adpp = derive_params_trial(intake.adnca).adpp
    return adpp[(adpp["USUBJID"] == subject) & (adpp["PARAMCD"] == "CMAX")]["AVAL"].iloc[0]


def test_a_correction_is_computed_with_and_the_delivered_text_stays(decide, trial):
    intake = decide("correct,data.csv,6,S-01,10,CAR transgene,VALUE,31250.25,3125.025,")
    at = row(intake, 6)
    assert (at["AVAL"], at["AVALC"], at["DTYPE"], at["ANLFL"]) == (3125.025, "31250.25", "CORRECTED", "Y")
    assert intake.adnca["DTYPE"].notna().sum() == 1
    told = only(intake, "CP-208")
    assert (told["FILE"], told["ROW"], told["FIELD"]) == ("data.csv", 6, "VALUE")
    assert (told["OLD"], told["NEW"], told["USUBJID"]) == ("31250.25", "3125.025", "S-01")
    assert "A. Chen, 2031-02-03: typing error" in told["MESSAGE"]
    assert "decisions.csv:2" in told["MESSAGE"]
    assert cmax(intake) == 20400
    assert "31250.25" in (trial.folder / "data.csv").read_text(), "the raw file is untouched"


def test_a_record_is_named_by_subject_time_and_analyte(decide):
    intake = decide("exclude,,, S-01 ,10.0,cartransgene,,,,")
    at = row(intake, 6)
    assert at["ANLFL"] == "N"
    assert at["ANLRS"] == "excluded by a signed decision (A. Chen, 2031-02-03: typing error) (CP-209)"
    assert (at["AVALC"], at["NCAXFL"]) == ("31250.25", "Y")
    assert cmax(intake) == 20400
    assert len(intake.adnca) == 24, "no record vanishes"
    assert only(intake, "CP-209")["ROW"] == 6


def test_time_dose_and_subject_are_corrected_as_well(decide):
    intake = decide(
        "correct,data.csv,6,,,,TIME_DAY,10,11,",
        "correct,data.csv,7,,,,SUBJECT,S-01,S-02,",
        *(f"correct,data.csv,{n},,,,DOSE,25000000,26000000," for n in (*range(2, 10), *range(26, 34), *range(50, 58))),
    )
    assert not intake.stops
    assert row(intake, 6)["AFRLT"] == 11
    assert row(intake, 7)["USUBJID"] == "S-02"
    assert intake.adsl.set_index("USUBJID").loc["S-01", "DOSEA"] == 26_000_000
    assert (intake.findings["RULE"] == "CP-208").sum() == 26


def test_an_excluded_subject_is_listed_and_in_no_set(decide):
    intake = decide("exclude_subject,,,S-02,,,,,,")
    subject = intake.adsl.set_index("USUBJID").loc["S-02"]
    assert subject["EXCLRS"] == "excluded by a signed decision (A. Chen, 2031-02-03: typing error) (CP-210)"
    assert (subject["PKFL"], subject["PDFL"]) == ("N", "N")
    assert set(intake.adnca[intake.adnca["USUBJID"] == "S-02"]["ANLFL"]) == {"N"}
    assert only(intake, "CP-210")["USUBJID"] == "S-02"


def test_every_decision_that_does_not_hold_is_told_at_once_and_none_is_applied(decide):
    intake = decide(
        "correct,data.csv,6,,,,VALUE,31250.25,3125,",
        "correct,data.csv,500,,,,VALUE,1,2,",
        "correct,dtaa.csv,6,,,,VALUE,1,2,",
        "correct,data.csv,7,,,,VALUE,wrong,2,",
        "correct,data.csv,7,,,,VALEU,9800,2,",
        "exclude,,,S-01,,,,,,",
        "exclude_subject,,,S-0X,,,,,,",
        "correct,data.csv,6,,,,VALUE,31250.25,900,",
        "delete,data.csv,8,,,,,,,",
        "exclude,data.csv,eight,,,,,,,",
    )
    assert intake.stops
    rules = intake.findings[["ROW", "RULE"]].sort_values("ROW").to_numpy().tolist()
    assert rules == [
        [3, "CP-203"], [4, "CP-203"], [5, "CP-206"], [6, "CP-205"], [7, "CP-204"], [8, "CP-203"], [9, "CP-207"],
        [10, "CP-202"], [11, "CP-202"],
    ]  # fmt: skip
    messages = "\n".join(intake.findings["MESSAGE"])
    for said in ("did you mean VALUE?", "the trial reads no file dtaa.csv", "did you mean S-0", "line 2 decides"):
        assert said in messages
    assert "holds “9800” in VALUE" in messages


@pytest.mark.parametrize(
    ("signature", "lacks"),
    [(",2031-02-03,why", "WHO"), ("A,,why", "WHEN"), ("A,2031-02-30,why", "WHEN"), ("A,2031-02-03,", "WHY")],
)
def test_a_decision_is_signed(trial, signature, lacks):
    rows = text(f"exclude,data.csv,6,,,,,,,{signature}")
    intake = trial.tidy(settings=WITH, files={"decisions.csv": rows})
    assert intake.stops
    assert only(intake, "CP-201")["FIELD"] == lacks


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("correct,data.csv,6,,,,VALUE,31250.25,1,", "correct,,,S-01,10,CAR transgene,VALUE,31250.25,2,"),
        ("correct,data.csv,6,,,,VALUE,31250.25,1,", "exclude,data.csv,6,,,,,,,"),
        ("exclude,data.csv,6,,,,,,,", "correct,data.csv,6,,,,LLOQ,50,10,"),
        ("exclude,data.csv,6,,,,,,,", "exclude,data.csv,6,,,,,,,"),
        ("exclude_subject,,,S-01,,,,,,", "exclude_subject,,,S-01,,,,,,"),
    ],
)
def test_two_decisions_on_one_matter_stop(decide, first, second):
    intake = decide(first, second)
    assert intake.stops
    assert only(intake, "CP-207")["ROW"] == 3


def test_a_cell_is_compared_as_a_reader_sees_it(decide):
    intake = decide("correct,data.csv,6,,,,VALUE,12500 ,1250,", cells={(4, "VALUE"): "１２５００\u00a0"})
    assert row(intake, 6)["AVAL"] == 1250
    assert not decide("correct,data.csv,6,,,,LLOQ,,40,", cells={(4, "LLOQ"): ""}).stops, "an empty cell is filled"


def test_sdtm_records_and_facts_of_subjects(trial):
    rows = text(
        f"exclude,,,S-01,2024-05-11T10:00,CAR,,,,{SIGNED}",
        f"correct,dm.csv,,S-02,,,AGE,40,41,{SIGNED}",
        f"correct,ex.csv,4,,,,EXDOSE,205000000,200000000,{SIGNED}",
        f"correct,pc.csv,5,,,,PCSTRESC,20400,2040,{SIGNED}",
    )
    intake = trial.sdtm(settings=WITH, files={"decisions.csv": rows})
    assert not intake.stops
    assert row(intake, 6, "pc.csv")["ANLFL"] == "N"
    assert (row(intake, 5, "pc.csv")["AVAL"], row(intake, 5, "pc.csv")["AVALC"]) == (2040, "20400")
    adsl = intake.adsl.set_index("USUBJID")
    assert (adsl.loc["S-02", "AGE"], adsl.loc["S-03", "DOSEA"]) == (41, 200_000_000)


def test_subjects_and_infusions_are_not_excluded_by_line(trial):
    rows = text(f"exclude,dm.csv,2,,,,,,,{SIGNED}", f"exclude,ex.csv,2,,,,,,,{SIGNED}")
    intake = trial.sdtm(settings=WITH, files={"decisions.csv": rows})
    assert intake.stops
    assert set(intake.findings["RULE"]) == {"CP-211"}
    assert set(intake.adsl["USUBJID"]) == {"S-01", "S-02", "S-03"}


AE = "USUBJID,AETERM,AETOXGR,AESTDTC\nS-01,Pyrexia,2,2024-05-08\nS-02,Rash,1,2024-05-09\n"
CLINICAL = {"data": {"corrections": "decisions.csv", "clinical": {"adverse_events": {"files": ["ae.csv"]}}}}


@pytest.fixture
def decide_clinical(trial):
    """The SDTM trial with two adverse events and these decisions (each without its signature)."""

    def read(*rows):
        files = {"ae.csv": AE, "decisions.csv": text(*(row + SIGNED for row in rows))}
        return trial.sdtm(settings=CLINICAL, files=files)

    return read


def test_a_cell_of_a_clinical_file_is_corrected(decide_clinical):
    intake = decide_clinical("correct,ae.csv,2,,,,AETOXGR,2,3,")
    assert not intake.stops
    assert intake.clinical.adae.set_index("SRCROW").loc[2.0, "ATOXGR"] == 3.0
    told = only(intake, "CP-208")
    assert (told["FILE"], told["ROW"], told["OLD"], told["NEW"]) == ("ae.csv", 2.0, "2", "3")


def test_a_record_of_a_clinical_file_is_excluded_with_its_reason(decide_clinical):
    intake = decide_clinical("exclude,ae.csv,,S-02,,Rash,,,,")
    adae = intake.clinical.adae.set_index("USUBJID")
    assert adae["ANLFL"].to_dict() == {"S-01": "Y", "S-02": "N"}
    assert adae.loc["S-02", "ANLRS"] == "excluded by a signed decision (A. Chen, 2031-02-03: typing error) (CP-209)"
    assert only(intake, "CP-209")["FILE"] == "ae.csv"


def test_without_the_name_of_its_file_no_clinical_record_is_meant(decide_clinical):
    # on that day the subject has a sample of each assay, and an adverse event
    told = only(decide_clinical("exclude,,,S-01,2024-05-08T10:00,CAR,,,,"), "CP-209")
    assert told["FILE"] == "pc.csv"
    missing = only(decide_clinical("exclude,,,S-02,2024-05-09,Rash,,,,"), "CP-203")
    assert "only where FILE names the file" in missing["SUGGESTION"]


def test_a_corrected_result_that_is_not_read_is_told(trial):
    rows = text(f"correct,pc.csv,5,,,,PCORRES,20400,2040,{SIGNED}")
    intake = trial.sdtm(settings=WITH, files={"decisions.csv": rows})
    assert "PCSTRESC" in only(intake, "CP-212")["MESSAGE"]
    assert (row(intake, 5, "pc.csv")["AVAL"], row(intake, 5, "pc.csv")["AVALC"]) == (20400, "20400")


@pytest.mark.parametrize(
    "content", ["", "ACTION,WHO\n", f"{HEAD}\nexclude,1\n", b"\xff\xfe\x00", f'{HEAD}\n"{"x" * 200_000}"']
)
def test_a_file_that_is_no_table_stops(trial, content):
    intake = trial.tidy(settings=WITH, files={"decisions.csv": content})
    assert intake.stops
    assert set(intake.findings["RULE"]) == {"CP-200"}


def test_a_file_that_is_not_there_stops(trial):
    assert set(trial.tidy(settings=WITH).findings["RULE"]) == {"CP-001"}


def test_no_decision_changes_nothing(trial, decide):
    plain, none = trial.tidy(), decide()
    assert plain.adnca.equals(none.adnca)
    assert none.findings.empty


@pytest.mark.parametrize("layout", ["tidy", "sdtm"])
def test_the_file_is_an_input_of_the_trial(layout):
    domains = {"pc": ["pc.csv"], "ex": ["ex.csv"], "dm": ["dm.csv"]}
    given = {"tables": ["data.csv"]} if layout == "tidy" else {"domains": domains}
    data = Data.model_validate({"layout": layout, "corrections": "decisions.csv", **given})
    assert data.files()[-1] == "decisions.csv", "a change of it reruns the intake, and its hash is in the manifest"
