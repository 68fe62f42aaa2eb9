"""Sheets as a laboratory would send them: drafted, answered at most three times, every subject and Cmax arrives."""

import gzip
from pathlib import Path

import pytest
from lab_sheets import BY_ANALYTE, CMAX, DAYS, LARGE, PROFILES, SHEETS, T, comma, sheet

pytestmark = pytest.mark.requirement("URS-305")


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_runs_after_three_answers_at_most(name, newcomer):
    content, answers = SHEETS[name]
    done = newcomer({"lab.csv": content}, answers)
    assert {q.key for q in done.draft.questions} == answers.keys()
    assert len(done.draft.questions) <= 3
    assert set(done.intake.adsl["USUBJID"]) == set(PROFILES)
    expected = {s: float(int(v)) for s, v in CMAX.items()} if name == "commas of either kind" else CMAX
    assert done.cmax == expected
    used = done.intake.adnca[done.intake.adnca["ANLFL"] == "Y"]
    assert set(used["AFRLT"]) <= set(DAYS)
    assert set(used["AVALU"]) == {"copies/ug"}
    if name != "a word of two meanings":
        assert set(used.loc[used["BLQFL"] == "Y", "ALLOQ"]) == {50.0}
        assert len(used) == 12


def test_both_ways_of_the_same_sheet_agree(newcomer):
    long, wide = (newcomer({f"{n}.csv": SHEETS[n][0]}, SHEETS[n][1]) for n in ("labels D0 D7", "wide by analyte"))
    columns = ["USUBJID", "AFRLT", "AVAL", "ALLOQ", "BLQFL"]
    one, other = (d.intake.adnca[columns].sort_values(columns[:2]).reset_index(drop=True) for d in (long, wide))
    assert one.equals(other)


def test_counts_in_a_column_of_their_own_are_cell_counts(newcomer):
    done = newcomer({"lab.csv": BY_ANALYTE}, T)
    assert len(done.intake.adpd) == 12
    assert set(done.intake.adpd["POPULATION"]) == {"LYMPHOCYTES"}


def test_infusions_in_a_file_of_their_own(newcomer):
    files = {
        "samples.csv": sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug"),
        "doses.csv": "Subject,Day,Dose (cells)\n" + "".join(f"{s},0,2.5e7\n{s},1,2.5e7\n" for s in PROFILES),
    }
    done = newcomer(files, T)
    assert done.cmax == CMAX
    assert done.config.data.infusions == ("doses.csv",)
    assert set(done.intake.adsl["DOSEA"]) == {5e7}


def test_a_table_of_subjects_is_said_to_be_left_out(newcomer):
    files = {
        "samples.csv": sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug"),
        "patients.csv": "Subject,Weight (kg),Response\nS-01,60,CR\nS-02,70,NR\nS-03,80,CR\n",
    }
    done = newcomer(files, T)
    assert done.cmax == CMAX
    assert [c for c in done.draft.cautions if "patients.csv" in c and "Weight (kg)" in c]


def test_a_remark_is_asked_about_and_never_acted_on(newcomer):
    text = sheet("Subject,Day,Result,Unit,Remark", "{s},{d},{v},copies/ug,")
    text = text.replace("S-01,14,20400,copies/ug,", "S-01,14,20400,copies/ug,sample clotted")
    kept = newcomer({"lab.csv": text}, T)
    assert kept.cmax == CMAX
    left_out = newcomer({"lab.csv": text}, {**T, "data.exclude": "UNCOMMENT"})
    assert left_out.cmax == {**CMAX, "S-01": 1320.0}


def test_two_results_of_one_time_are_asked_about(newcomer):
    text = sheet("Subject,Day,Result,Unit", "{s},{d},{v},copies/ug") + "S-01,14,40400,copies/ug\n"
    done = newcomer({"lab.csv": text}, {**T, "intake.duplicates": "last"})
    assert done.cmax == {**CMAX, "S-01": 40400.0}
    assert "S-01 at 14: 20400 and 40400" in done.draft.text.replace("\n  # ", " ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Subject,Date,Result\nS-01,2024-03-01,5\nS-01,2024-03-02,6\n",
            "date of the sample minus date of the infusion",
        ),
        ("a,b\nx,y\nz,w\n", "no column was found for: subject"),
        ("just one line\n", "no header was found"),
        ("Subject,Day,Result\n", "no header was found"),
        ("", "the file is empty"),
    ],
)
def test_what_cannot_be_drafted_says_how_to_mend_it(text, said, newcomer):
    with pytest.raises(ValueError, match=said):
        newcomer({"lab.csv": text})


def workbook(path, sheets):
    """A workbook with these sheets of rows."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        page = book.create_sheet(name)
        for line in lines:
            page.append(line)
    book.save(path)


def cells(text):
    """The text of a sheet as cells, numbers as numbers."""

    def cell(word):
        try:
            return float(word)
        except ValueError:
            return word or None

    return [[cell(word) for word in line.split(",")] for line in text.strip().split("\n")]


SAMPLES = sheet("Subject,Day,CAR-T,Unit", "{s},{d},{v},copies/ug")
INFUSIONS = "Subject,Day,Dose (cells)\n" + "".join(f"{s},0,2.5e7\n" for s in PROFILES)


def test_a_workbook_with_title_rows(tmp_path, drafted):
    workbook(tmp_path / "lab.xlsx", {"PK": cells("CAR-T expansion,,,\n,,,\n" + SAMPLES)})
    done = drafted([tmp_path / "lab.xlsx"], tmp_path, tmp_path, {})
    assert done.cmax == CMAX
    assert not done.draft.questions
    assert done.config.data.skip_rows > 0


def test_a_workbook_with_a_sheet_of_results_one_of_infusions_and_notes(tmp_path, drafted):
    notes = [["Please call us with any question."]]
    workbook(tmp_path / "lab.xlsx", {"Notes": notes, "Results": cells(SAMPLES), "Infusions": cells(INFUSIONS)})
    done = drafted([tmp_path / "lab.xlsx"], tmp_path, tmp_path, {})
    assert done.cmax == CMAX
    assert done.config.data.sheets == {"tables": "Results", "infusions": "Infusions"}
    assert set(done.intake.adsl["DOSEA"]) == {2.5e7}
    assert any("Notes" in c for c in done.draft.cautions)


def test_two_sheets_of_results_are_never_chosen_between(tmp_path, drafted):
    workbook(tmp_path / "lab.xlsx", {"March": cells(SAMPLES), "April": cells(SAMPLES)})
    with pytest.raises(ValueError, match=r"March, April\. Choose one with --sheet"):
        drafted([tmp_path / "lab.xlsx"], tmp_path, tmp_path, {})
    done = drafted([tmp_path / "lab.xlsx"], tmp_path, tmp_path, {}, sheet="April")
    assert done.cmax == CMAX
    assert done.config.data.sheets == {"tables": "April"}


def test_a_compressed_table(tmp_path, drafted):
    (tmp_path / "lab.csv.gz").write_bytes(gzip.compress(SAMPLES.encode("utf-8")))
    done = drafted([tmp_path / "lab.csv.gz"], tmp_path, tmp_path, {})
    assert done.cmax == CMAX


def test_a_german_sheet_of_a_western_windows(newcomer):
    """Encoding named, commas, n.n., headers and units in German; a column that nothing is made of is told."""
    lines = ["Studie 7, CAR-T;;;;;;", "Patient;Tag;Material;Test;Ergebnis;Einheit;Tiefkühler"]
    lines += [
        f"{subject};{day};Blut;Transgen (qPCR);{LARGE[','].get(value, comma(value))};Kopien/µg DNA;F3"
        for subject, values in PROFILES.items()
        for day, value in zip(DAYS, values, strict=True)
    ]
    raw = "\n".join(lines).replace("S-03;28;Blut;Transgen (qPCR);<50", "S-03;28;Blut;Transgen (qPCR);n.n.")
    with pytest.raises(ValueError, match=r"--encoding of `cartpk new` \(cp1252"):
        newcomer({"lab.csv": raw.encode("cp1252")})
    done = newcomer({"lab.csv": raw.encode("cp1252")}, {"intake.missing_tokens": "UNCOMMENT"}, encoding="cp1252")
    assert done.cmax == CMAX
    assert done.config.data.encoding == "cp1252"
    assert set(done.intake.adnca["AVALU"].dropna()) == {"copies/ug"}
    assert ("not read", "Tiefkühler; name it under data.columns if it is needed") in done.draft.notes


def test_the_report_has_the_exhibits_that_the_data_can_answer(newcomer):
    kinetic = ["cmax_tmax", "auc", "persistence"]
    assert list(newcomer({"lab.csv": SHEETS["plain"][0]}, T).config.endpoints) == kinetic
    counts = newcomer({"lab.csv": BY_ANALYTE.replace("Lymphocytes", "CD7+ T cells")}, T).config.endpoints
    assert list(counts) == [*kinetic, "cd7_absolute", "lymphocyte_subsets", "pk_pd"]
    grouped = BY_ANALYTE.replace("Subject,", "Subject,Response,").replace("\nS-01,", "\nS-01,CR,")
    grouped = grouped.replace("\nS-02,", "\nS-02,NR,").replace("\nS-03,", "\nS-03,NR,")
    assert "exposure_response" in newcomer({"lab.csv": grouped}, T).config.endpoints


def test_domains_in_another_encoding_are_read_by_the_config_that_is_drafted(newcomer):
    sample = Path(__file__).resolve().parents[2] / "data" / "sample" / "NCT06871644"
    domains = {f"{d}.csv": (sample / f"{d}.csv").read_text(encoding="utf-8") for d in ("pc", "ex", "dm")}
    domains["pc.csv"] = domains["pc.csv"].replace("copies/ug", "copies/µg", 1)
    done = newcomer({name: text.encode("cp1252") for name, text in domains.items()}, encoding="cp1252")
    assert done.config.data.encoding == "cp1252"
    assert len(done.intake.adsl) == 18
