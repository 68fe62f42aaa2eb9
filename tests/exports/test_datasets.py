"""The data sets of a run: every one reads back equal, holds to the limits, and says what stands in the run."""

import csv

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from cartpk.exports import datasets, define, export
from cartpk.exports.terminology import EXTENSION, submitted_parameter
from cartpk.exports.transport import ascii_text
from cartpk.exports.variables import LABELS, LONG_NAMES
from cartpk.schemas import TABLES

pytestmark = pytest.mark.requirement("URS-608")


@pytest.fixture(scope="module")
def made(data, config):
    return {m.entry.name: m for m in datasets.make(data, config)}


@pytest.fixture(scope="module")
def written(run, config):
    only = config.model_copy(update={"report": config.report.model_copy(update={"exports": ("xpt",)})})
    export(only, run)
    return run / "exports"


def test_every_data_set_of_the_trial_is_there(made):
    assert list(made) == [
        "ADSL", "ADNCA", "ADPP", "ADPD", "ADTTE", "ADRS", "ADAE", "ADIS", "ADCM", "PP", "SUPPPP",
    ]  # fmt: skip


def test_keys_tell_rows_apart(made):
    for name, m in made.items():
        assert not m.table.duplicated(list(m.entry.keys)).any(), name


def test_every_file_reads_back_equal_and_holds_to_the_limits(made, written):
    for name, m in made.items():
        for version in (5, 8):
            back, meta = pyreadstat.read_xport(written / f"xpt{version}" / f"{name.lower()}.xpt")
            assert len(meta.table_name) <= 8
            assert len(meta.file_label) <= 40
            if version == 5:
                assert all(len(n) <= 8 for n in meta.column_names)
                assert all(len(label) <= 40 for label in meta.column_labels)
                assert all(width <= 200 for width in meta.variable_storage_width.values())
            for column in m.table:
                mine, its = m.table[column], back[column]
                if mine.dtype.kind == "f":
                    np.testing.assert_array_equal(mine, its, err_msg=f"{name}.{column}")
                elif version == 8 or max(mine.map(len), default=0) <= 200:
                    expected = mine if version == 8 else mine.map(ascii_text)
                    assert expected.tolist() == its.tolist(), f"{name}.{column}"


def test_every_change_for_version_5_is_listed(made, written):
    listed = pd.read_csv(written / "limits.csv", keep_default_na=False)
    for name, m in made.items():
        for column in (c for c in m.table if m.table[c].dtype.kind != "f"):
            for text in m.table[column].unique():
                if ascii_text(text) != text:
                    same = (listed["DATASET"] == name) & (listed["VARIABLE"] == column) & (listed["FOUND"] == text)
                    assert same.sum() == 1, (name, column, text)


def test_the_same_run_gives_the_same_bytes(run, config, written):
    before = {file: file.read_bytes() for file in sorted(written.rglob("*")) if file.is_file()}
    export(config.model_copy(update={"report": config.report.model_copy(update={"exports": ("xpt",)})}), run)
    assert len(before) > 30
    assert {
        file: file.read_bytes() for file in sorted(written.rglob("*")) if file.name != "tables.xlsx" and file.is_file()
    } == before


def test_every_variable_of_every_schema_has_a_label_of_40_letters():
    assert all(len(label) <= 40 and label.isascii() for label in LABELS.values())
    for entry in datasets.DATASETS.values():
        assert len(entry.name) <= 8
        assert len(entry.title) <= 40
        names = [LONG_NAMES.get(n, n) for n in (entry.schema.columns if entry.schema else ()) if n != "GROUP"]
        assert not [n for n in names if n not in LABELS], f"{entry.name}: give them a label in LABELS"
        assert not [n for n in names if len(n) > 8], f"{entry.name}: give them a short name in LONG_NAMES"


def test_pp_says_what_adpp_says(data, made):
    pp, supplement = made["PP"].table, made["SUPPPP"].table
    nca = data.adpp[data.adpp["PARCAT1"] == "NCA"].reset_index(drop=True)
    assert len(pp) == len(nca)
    np.testing.assert_array_equal(pp["PPSTRESN"], nca["AVAL"])
    has = nca["AVAL"].notna()
    np.testing.assert_array_equal(pp.loc[has, "PPORRES"].astype(float), nca.loc[has, "AVAL"])
    assert (pp["PPSTAT"] == "NOT DONE").equals(nca["AVAL"].isna() & nca["AVALC"].isna())
    assert (pp["PPREASND"] != "").equals(pp["PPSTAT"] == "NOT DONE")
    assert pp["PPTEST"].map(len).max() <= 40
    assert pp["PPTESTCD"].map(len).max() <= 8
    codes = supplement[supplement["QNAM"] == "PPPARMCD"]
    assert codes["QVAL"].tolist() == nca["PARAMCD"].tolist()
    rows = set(zip(pp["USUBJID"], pp["PPSEQ"], strict=True))
    assert {(s, float(n)) for s, n in zip(supplement["USUBJID"], supplement["IDVARVAL"], strict=True)} <= rows
    assert (supplement["QNAM"] == "PPFLAG").sum() == nca["FLAG"].notna().sum()


def test_an_area_over_a_window_is_aucint_with_its_interval(made):
    pp = made["PP"].table
    areas = pp[pp["PPTESTCD"] == "AUCINT"]
    assert set(zip(areas["PPSTINT"], areas["PPENINT"], strict=True)) == {("P0D", "P28D"), ("P0D", "P90D")}
    assert not pp["PPTESTCD"].str.startswith("AUC0_").any()


def test_no_date_leaves_unless_the_config_allows_it(data, config, made):
    assert "PPRFTDTC" not in made["PP"].table
    assert all((m.table[c] == "").all() for m in made.values() for c in m.table if c.endswith("DTM"))
    dated = data.adsl.assign(TRTSDTM="2031-05-02T10:30")
    allowed = config.model_copy(update={"report": config.report.model_copy(update={"dates": True})})
    from dataclasses import replace

    pp = datasets.DATASETS["PP"].build(replace(data, adsl=dated), allowed)
    first = pp[pp["PPGRPID"].str.endswith("INFUSION 1")]
    assert set(first["PPRFTDTC"]) == {"2031-05-02T10:30"}


def test_sponsor_extensions_are_declared(data):
    listed = define.parameters(data.adpp).set_index("PARAMCD")
    assert listed.loc["CMAX", "C_CODE"] == "C70918"
    assert listed.loc["AUC0_28D", ["PPTESTCD", "C_CODE", "UNIT_C_CODE"]].tolist() == ["AUCINT", "C85566", EXTENSION]
    assert listed.loc["TDET", "C_CODE"] == EXTENSION
    assert listed.loc["LAMZ", ["UNIT", "UNIT_C_CODE"]].tolist() == ["/day", "C25473"]
    assert listed["DERIVATION"].ne("").all()
    assert submitted_parameter("NEWPARM", "New").cdisc == EXTENSION


def test_the_variable_list_describes_every_variable(made):
    listed = define.variables(list(made.values()))
    assert len(listed) == sum(len(m.table.columns) for m in made.values())
    assert listed[["LABEL", "TYPE", "ORIGIN", "DERIVATION"]].map(bool).all(axis=None)
    assert set(listed["ORIGIN"]) == {"Predecessor", "Assigned", "Derived"}
    assert listed.set_index(["DATASET", "VARIABLE"]).loc[("ADSL", "PKFL"), "CODELIST"] == "Y, N"
    assert "POPULATION" not in set(listed["VARIABLE"])
    assert "POPULATION" in TABLES["adpd"].columns


def test_a_text_that_a_spreadsheet_would_run_is_guarded_in_csv_and_left_alone_in_xpt(tmp_path, data, config):
    from dataclasses import replace

    evil = data.adsl.assign(EXCLRS="=cmd()")
    (m,) = [m for m in datasets.make(replace(data, adsl=evil), config) if m.entry.name == "ADSL"]
    from cartpk.exports.package import _data_set

    _data_set(m, tmp_path)
    with (tmp_path / "csv" / "adsl.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["EXCLRS"] for row in csv.DictReader(stream)} == {"'=cmd()"}
    back, _ = pyreadstat.read_xport(tmp_path / "xpt5" / "adsl.xpt")
    assert set(back["EXCLRS"]) == {"=cmd()"}
