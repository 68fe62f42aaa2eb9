"""cartpk.ingest.intake: both ways in lead to the same tables; nothing vanishes; nothing raises."""

import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from row_order import LINES, shuffled

from cartpk import schemas
from cartpk.config import load
from cartpk.files import write_table
from cartpk.ingest import RULES, read_trial

FACTS = [
    "USUBJID",
    "AFRLT",
    "NFRLT",
    "AVAL",
    "AVALC",
    "AVALU",
    "ALLOQ",
    "BLQFL",
    "BLQCLASS",
    "ANLFL",
    "COHORT",
    "ATPTREF",
]
NASTY = [
    "", " ", "NA", "ND", "<50", "BLQ", "-12", "1e309", "12,5", "1.2×104", "未检出", "=1+1", "<script>", "\t", "\u00a0",
    "１２", "S-01", "Mean", "2024-05-08", "9" * 400, "💉", "%", "copies/mL", "nan", "1e-400", "0", "{old}", "a\nb", '"',
    "\x00", "S-02 ",
]  # fmt: skip


@pytest.mark.requirement("URS-106")
def test_both_ways_in_give_the_same_tables(trial):
    tidy = trial.tidy(
        keep=lambda r: r["ANALYTE"] != "CD7+ fraction", cells={(i, "TIME_DAY"): r for i, r in SAME_TIMES.items()}
    )
    sdtm = trial.sdtm()
    pd.testing.assert_frame_equal(tidy.adnca[FACTS], sdtm.adnca[FACTS], check_exact=False, rtol=1e-12)
    counts = [f for f in FACTS if f != "ATPTREF"] + ["PARAMCD", "KIND", "POPULATION", "MARKER"]
    pd.testing.assert_frame_equal(tidy.adpd[counts], sdtm.adpd[counts], check_exact=False, rtol=1e-12)
    same = ["USUBJID", "COHORT", "COHORTN", "DOSEA", "DOSEP", "PKFL", "PDFL", "EXCLRS"]
    pd.testing.assert_frame_equal(tidy.adsl[same], sdtm.adsl[same])


SAME_TIMES = {i: f"{(-1, 1, 3, 7, 10, 14, 28, 60)[i % 8]}" for i in range(72)}


@pytest.mark.requirement("URS-106")
def test_values_are_those_of_the_file(trial):
    adnca = trial.tidy().adnca
    mine = adnca[adnca["USUBJID"] == "S-02"]
    assert mine["AFRLT"].tolist() == pytest.approx([-0.99, 1.01, 3.01, 7.01, 10.01, 14.01, 28.01, 60.01])
    assert mine["AVAL"].isna().tolist() == [True, True, False, False, False, False, False, True]
    assert mine["AVAL"].dropna().tolist() == [812.5, 20400.0, 31250.25, 9800.0, 640.0]
    assert mine["AVALC"].tolist()[0] == "<50"
    assert mine["BLQFL"].tolist() == ["Y", "Y", "N", "N", "N", "N", "N", "Y"]
    assert mine["BLQCLASS"].tolist()[0] == "NOT QUANTIFIABLE"
    assert set(mine["ALLOQ"]) == {50.0}
    assert mine["SRCROW"].tolist() == [float(n) for n in range(10, 18)]
    assert set(mine["SRCFILE"]) == {"data.csv"}
    assert set(mine["PCSPEC"]) == {"BLOOD"}
    assert set(mine["PCMETHOD"]) == {"qPCR"}


@pytest.mark.requirement("URS-303")
def test_the_way_back_leads_to_the_cell(trial):
    intake = trial.tidy()
    lines = (trial.folder / "data.csv").read_text(encoding="utf-8").splitlines()
    for table in (intake.adnca, intake.adpd):
        for row in table.itertuples():
            cells = lines[int(row.SRCROW) - 1].split(",")
            assert cells[0] == row.USUBJID
            assert cells[4] == row.AVALC


def test_a_result_at_its_limit_is_quantifiable(trial):
    row = trial.tidy({(3, "VALUE"): "50"}).adnca.set_index("SRCROW").loc[5]
    assert row["AVAL"] == 50.0
    assert row["BLQFL"] == "N"


@pytest.mark.parametrize(("setting", "flag", "value"), [("blq", "Y", None), ("keep", "N", 31.0)])
def test_a_number_under_its_limit(setting, flag, value, trial):
    row = (
        trial.tidy({(3, "VALUE"): "31"}, settings={"intake": {"below_lloq": setting}}).adnca.set_index("SRCROW").loc[5]
    )
    assert row["BLQFL"] == flag
    assert (None if np.isnan(row["AVAL"]) else row["AVAL"]) == value
    assert row["AVALC"] == "31"


@pytest.mark.parametrize("mark", ["1", "Y", "true", "1.0", "Yes", "BLQ"])
def test_a_mark_makes_a_blq_of_the_floor_value(mark, trial):
    cells = {(None, "BLQ"): "0", **{(i, "BLQ"): "" for i in range(72)}, (3, "BLQ"): mark, (3, "VALUE"): "50"}
    intake = trial.tidy(cells, settings={"data": {"columns": {"blq": "BLQ"}}})
    row = intake.adnca.set_index("SRCROW").loc[5]
    assert row["BLQFL"] == "Y"
    assert np.isnan(row["AVAL"])
    assert row["AVALC"] == "50"
    assert intake.findings.empty


def test_the_limit_of_the_config_serves_rows_that_have_none(trial):
    intake = trial.tidy({(3, "LLOQ"): "", (3, "VALUE"): "BLQ"}, settings={"analytes": [ANALYTE | {"lloq": 60}]})
    assert intake.adnca.set_index("SRCROW").loc[5, "ALLOQ"] == 60.0
    assert intake.adnca.set_index("SRCROW").loc[2, "ALLOQ"] == 50.0
    assert not intake.stops


ANALYTE = {"code": "CAR", "label": "CAR transgene", "unit": "copies/ug"}


def test_the_larger_of_two_limits_counts(trial):
    adnca = trial.tidy({(0, "LLOQ"): "100", (1, "VALUE"): "<75"}).adnca.set_index("SRCROW")
    assert adnca.loc[2, "ALLOQ"] == 100.0
    assert adnca.loc[3, "ALLOQ"] == 75.0


def test_a_declared_exclusion_keeps_the_row_and_says_why(trial):
    rule = {"column": "NOTE", "contains": "infused dose", "reason": "the dose, no sample"}
    cells = {(None, "NOTE"): "", (3, "NOTE"): "t=0 row is the infused dose"}
    intake = trial.tidy(cells, settings={"data": {"columns": {"comment": "NOTE"}, "exclude": [rule]}})
    row = intake.adnca.set_index("SRCROW").loc[5]
    assert row["ANLFL"] == "N"
    assert row["ANLRS"] == "the dose, no sample"
    assert row["AVAL"] == 20400.0
    assert intake.findings["RULE"].tolist() == ["CP-061"]
    assert intake.findings["FIELD"].tolist() == ["NOTE"]


@pytest.mark.parametrize("rule", [{"equals": "µ x"}, {"equals": " μ  x "}, {"contains": "μ"}])
def test_an_exclusion_is_compared_as_one_reads_it(rule, trial):
    settings = {"data": {"exclude": [{"column": "NOTE µ", "reason": "no sample", **rule}]}}
    intake = trial.tidy({(None, "NOTE µ"): "", (3, "NOTE µ"): "µ x "}, settings=settings)
    assert intake.adnca.loc[intake.adnca["ANLFL"] == "N", "SRCROW"].tolist() == [5.0]


def test_groups_of_sdtm_are_a_column_of_dm(trial):
    intake = trial.sdtm({("dm", 1, "ARM"): "B"}, settings={"data": {"columns": {"group": "ARM"}}})
    assert intake.adsl["GROUP"].tolist() == ["A", "B", "A"]
    missing = trial.sdtm(settings={"data": {"columns": {"group": "ACTARM"}}})
    assert missing.stops
    assert "did you mean ARM?" in missing.findings["MESSAGE"].iloc[0]


def test_specimens_are_never_pooled(trial):
    two = [ANALYTE, ANALYTE | {"code": "CARBM", "match": ["CAR transgene"], "specimen": "BONE MARROW, LIQUID"}]
    cells = {(None, "SPEC"): "PB", (3, "SPEC"): "bone marrow", (4, "SPEC"): "CSF"}
    intake = trial.tidy(cells, settings={"analytes": two, "data": {"columns": {"specimen": "SPEC"}}})
    assert intake.adnca.groupby("PCTESTCD").size().to_dict() == {"CAR": 22, "CARBM": 1}
    assert intake.adnca.set_index("PCTESTCD").loc["CARBM", "PCSPEC"] == "BONE MARROW, LIQUID"
    unread = intake.findings[intake.findings["RULE"] == "CP-020"]
    assert "in CEREBROSPINAL FLUID" in unread["MESSAGE"].iloc[0]


def test_markers_of_cell_phenotyping_are_part_of_the_test(trial):
    negative = [("cp", i, {"CPSBMRKS": "CD7-", "CPSTRESC": "77", "CPORRES": "77"}) for i in range(8)]
    intake = trial.sdtm(add=negative)
    assert len(intake.adpd) == 24
    assert 77.0 not in set(intake.adpd["AVAL"])
    assert intake.findings["OLD"].tolist() == ["TLYCE CD7-"]


@pytest.mark.requirement("URS-106")
def test_sdtm_prefers_the_standardised_result_and_lists_the_original(trial):
    cells = {("pc", 3, "PCORRES"): "20.4", ("pc", 3, "PCORRESU"): "10^3 copies/ug", ("pc", 4, "PCSTRESC"): ""}
    adnca = trial.sdtm(cells).adnca.set_index("SRCROW")
    assert adnca.loc[5, "AVAL"] == 20400.0
    assert adnca.loc[5, "AVALC"] == "20.4"
    assert adnca.loc[6, "AVAL"] == 31250.25
    assert adnca.loc[5, "SRCSEQ"] == "4"


@pytest.mark.requirement("URS-304")
def test_all_findings_of_all_files_come_out_at_once(trial):
    intake = trial.sdtm(
        {("pc", 3, "PCSTRESC"): "-5", ("cp", 3, "CPDTC"): "2024-05"},
        settings={"data": {"domains": {"lb": ["lb.csv"], "vs": ["vs.csv"]}}},
        files={"lb.csv": "USUBJID,LBTEST\nS-01,x\n"},
    )
    assert {"BI-011", "BI-033", "BI-089", "CP-001"} <= set(intake.findings["RULE"])
    assert intake.findings["FIELD"][intake.findings["RULE"] == "BI-089"].tolist() == ["LBTESTCD", "LBDTC"]
    assert intake.stops


@pytest.mark.parametrize("layout", ["tidy", "sdtm"])
def test_a_trial_without_one_readable_file_is_empty_tables_and_a_stop(layout, trial):
    read = trial.read
    trial.read = lambda config, files: read(config, {})
    intake = getattr(trial, layout)()
    assert intake.stops
    assert intake.adsl.empty
    assert intake.adnca.empty
    assert set(intake.findings["RULE"]) == {"CP-001"}


def test_written_tables_read_back_as_they_were(trial):
    intake = trial.sdtm({("pc", 3, "PCSTRESC"): "ND", ("dm", 1, "DTHDTC"): "2024-06-01"})
    for name, schema in (
        ("adsl", schemas.ADSL),
        ("adnca", schemas.ADNCA),
        ("adpd", schemas.ADPD),
        ("findings", schemas.FINDINGS),
    ):
        write_table(trial.folder / f"{name}.out", getattr(intake, name))
        pd.testing.assert_frame_equal(schemas.read_table(trial.folder / f"{name}.out", schema), getattr(intake, name))


def test_the_order_of_rows_in_the_file_does_not_matter(trial):
    straight = trial.tidy()

    def shuffled(text):
        header, *lines = text.splitlines()
        random.Random(7).shuffle(lines)  # noqa: S311
        return "\n".join([header, *lines]) + "\n"

    mixed = trial.tidy(text=shuffled)
    columns = [c for c in straight.adnca.columns if c != "SRCROW"]
    pd.testing.assert_frame_equal(straight.adnca[columns], mixed.adnca[columns])
    pd.testing.assert_frame_equal(straight.adsl, mixed.adsl)


@given(data=st.data(), layout=st.sampled_from(["tidy", "sdtm"]))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_spoilt_cells_never_raise_and_no_subject_vanishes(session_trial, data, layout):
    tidy_columns = ["SUBJECT", "TIME_DAY", "NOMINAL", "ANALYTE", "VALUE", "UNIT", "LLOQ", "DOSE"]
    sdtm_columns = {
        "dm": ["USUBJID", "AGE", "DTHDTC"],
        "ex": ["USUBJID", "EXDOSE", "EXDOSU", "EXSTDTC", "EXENDTC"],
        "pc": ["USUBJID", "PCTESTCD", "PCSTRESC", "PCSTRESU", "PCDTC", "PCLLOQ", "PCSPEC", "VISITDY"],
        "cp": ["USUBJID", "CPSTRESC", "CPDTC", "CPSBMRKS"],
    }
    text = st.sampled_from(NASTY) | st.text(max_size=8)
    spoilt = {}
    for _ in range(data.draw(st.integers(1, 6))):
        if layout == "tidy":
            key = (data.draw(st.integers(0, 71)), data.draw(st.sampled_from(tidy_columns)))
        else:
            domain = data.draw(st.sampled_from(sorted(sdtm_columns)))
            key = (domain, data.draw(st.integers(0, 2)), data.draw(st.sampled_from(sdtm_columns[domain])))
        spoilt[key] = data.draw(text.filter(lambda t: t.encode("utf-8", "ignore").decode() == t))
    intake = getattr(session_trial, layout)(spoilt)
    assert set(intake.findings["RULE"]) <= set(RULES)
    if not intake.stops:
        assert {"S-01", "S-02", "S-03"} <= set(intake.adsl["USUBJID"])
        used = intake.adnca[intake.adnca["ANLFL"] == "Y"]
        assert used["AFRLT"].notna().all()
        assert ((used["BLQFL"] == "Y") == used["AVAL"].isna()).all()
        assert used.loc[used["BLQFL"] == "Y", "ALLOQ"].gt(0).all()
        assert used["ANLRS"].isna().all()
        assert intake.adnca.loc[intake.adnca["ANLFL"] == "N", "ANLRS"].notna().all()


def test_every_grouping_comes_through_in_both_layouts(trial):
    groups = {"population": {"subgroups": ["SEX", {"column": "CRSGR", "label": "CRS grade"}]}}
    grades = {("dm", i, "CRSGR"): g for i, g in enumerate(("0-1", "", "2+"))}
    sdtm = trial.sdtm(grades, settings=groups | {"data": {"columns": {"group": "ARM"}}}).adsl
    assert sdtm["GROUP"].tolist() == ["A", "A", "A"]
    assert sdtm["GROUP2"].tolist() == ["F", "F", "F"]
    assert sdtm["GROUP3"].fillna("none").tolist() == ["0-1", "none", "2+"]
    cells = {(i, "RESP"): "CR" if i % 24 < 8 else "NR" for i in range(72)}
    tidy = trial.tidy(cells, settings={"population": {"subgroups": ["RESP"]}}).adsl
    assert tidy["GROUP"].tolist() == ["CR", "NR", "NR"]
    assert "GROUP2" not in tidy
    assert trial.tidy(settings={"population": {"subgroups": ["RESP"]}}).stops  # no such column


ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.requirement("URS-702")
@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "config" / "trials").glob("NCT*.yaml")))
def test_files_with_their_rows_in_another_order_give_the_same_tables(name, tmp_path):
    """Byte for byte but for the lines that are named: for real, dirty files, where samples share a time."""
    shutil.copytree(ROOT / "config" / "trials", tmp_path / "config" / "trials")
    shutil.copytree(ROOT / "data" / "sample" / name, tmp_path / "data" / "sample" / name)
    texts = [path.read_bytes() for path in sorted((tmp_path / "data").rglob("*.csv"))]
    shuffled(tmp_path / "data")
    moved = [path.read_bytes() for path in sorted((tmp_path / "data").rglob("*.csv"))]
    assert sum(one != other for one, other in zip(texts, moved, strict=True)) >= 3
    before, after = (
        {**vars(intake), **vars(intake.clinical)}
        for intake in (read_trial(load(root / "config" / "trials" / f"{name}.yaml"), root) for root in (ROOT, tmp_path))
    )
    for table in sorted(before):
        if isinstance(before[table], pd.DataFrame):
            assert placeless(after[table]) == placeless(before[table]), table


def placeless(table):
    """The table as text, without the lines of the files that it names."""
    return LINES.sub("line", table.drop(columns=["SRCROW", "ROW"], errors="ignore").to_csv(index=False))
