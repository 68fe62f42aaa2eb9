"""Real series as they lie beside the project: counts, traps and values that one can check by hand."""

import csv
from pathlib import Path

import pytest

from cartpk.config import load
from cartpk.ingest import read_trial

ROOT = Path(__file__).resolve().parents[2]
KINETICS = ROOT.parent / "shared" / "reference" / "kinetics"

pytestmark = [
    pytest.mark.requirement("URS-113"),
    pytest.mark.skipif(not KINETICS.is_dir(), reason="the reference data are not beside the project"),
]


@pytest.fixture(scope="module")
def liu():
    return read_trial(load(ROOT / "tests" / "real" / "liu.yaml"), ROOT)


@pytest.fixture(scope="module")
def qsp():
    return read_trial(load(ROOT / "tests" / "real" / "qsp.yaml"), ROOT)


def delivered(*names):
    for name in names:
        with (KINETICS / name).open(encoding="utf-8") as stream:
            yield from csv.DictReader(stream)


def test_liu_every_subject_and_row_comes_out(liu):
    rows = list(delivered("real_liu_CR.csv", "real_liu_NegR.csv"))
    assert set(liu.adsl["USUBJID"]) == {r["SUBJECT"] for r in rows}
    assert len(liu.adsl) == 18
    assert len(liu.adnca) == sum(r["ANALYTE"] == "CAR-T" for r in rows) == 183
    assert len(liu.adpd) == sum(r["ANALYTE"] != "CAR-T" for r in rows) == 88
    assert not liu.stops
    assert set(liu.adsl["GROUP"]) == {"CR", "NegR"}


def test_liu_model_input_rows_are_not_measurements(liu):
    out = liu.adnca[liu.adnca["ANLFL"] == "N"]
    assert len(out) == 18
    assert set(out["AFRLT"]) == {0.0}
    assert liu.findings["RULE"].tolist().count("CP-061") == 18


def test_liu_the_floor_is_blq(liu):
    floor = liu.adnca[(liu.adnca["BLQFL"] == "Y") & (liu.adnca["AVALC"] == "0.2")]
    assert len(floor) == 16
    assert floor["AVAL"].isna().all()
    assert set(floor["ALLOQ"]) == {0.2}
    # eight more lie under the floor without a mark: BLQ too, and listed
    assert liu.findings["RULE"].tolist().count("BI-009") == 8
    assert (liu.adnca["BLQFL"] == "Y").sum() == 24


def test_liu_blasts_are_not_normal_cells(liu):
    assert set(liu.adpd["POPULATION"]) == {"BLAST"}
    assert (liu.adpd["BLQFL"] == "Y").sum() == 39
    assert set(liu.adpd["PARAMCD"]) == {"BLASTPOS", "BLASTNEG"}


def test_qsp_every_subject_comes_out(qsp):
    assert len(qsp.adsl) == 10
    assert not qsp.stops
    gone = qsp.adsl.set_index("USUBJID").loc["QSP-P22"]
    assert gone["PKFL"] == "N"
    assert gone["EXCLRS"] == "no usable sample on record (BI-051)"
    assert (qsp.adsl["PKFL"] == "Y").sum() == 9


def test_qsp_the_infused_dose_is_no_sample(qsp):
    doses = qsp.adnca[qsp.adnca["ANLRS"].fillna("").str.startswith("the infused dose")]
    assert len(doses) == 10
    assert set(doses["AFRLT"]) == {0.0}


def test_qsp_conflicting_results_are_averaged_by_the_declared_rule(qsp):
    day = qsp.adnca[(qsp.adnca["USUBJID"] == "QSP-P03") & (qsp.adnca["AFRLT"] == 9.855)]
    assert day["AVAL"].tolist().count((143000.0 + 774000.0) / 2) == 1
    used = day[day["ANLFL"] == "Y"]
    assert used["DTYPE"].tolist() == ["AVERAGE"]
    assert used["AVALC"].tolist() == ["mean of 143000.0; 774000.0 (lines 78, 80)"]


def test_qsp_il6_is_listed_with_its_rows(qsp):
    unread = qsp.findings[qsp.findings["RULE"] == "CP-020"]
    assert unread["OLD"].tolist() == ["IL-6", "IL-6"]
    assert "31 rows" in " ".join(unread["MESSAGE"])
    assert "23 rows" in " ".join(unread["MESSAGE"])


def test_no_error_but_the_declared_ones(liu, qsp):
    for intake in (liu, qsp):
        assert "error" not in set(intake.findings["SEVERITY"])


@pytest.mark.parametrize(
    ("name", "analyte", "lloq", "extra"),
    [
        ("sim_stein_A_data.csv", "CAR transgene (qPCR)", 100.0, []),
        ("sim_carnk_A_data.csv", "CAR transgene (ddPCR)", 50.0, []),
        ("sim_cd7pd_A_data.csv", "CAR transgene (qPCR)", 100.0, ["CD7+ T cells", "CD7- T cells", "Lymphocytes"]),
    ],
)
def test_simulated_series_are_read_cell_by_cell(name, analyte, lloq, extra):
    from cartpk.config import TrialConfig

    measures = [{"code": f"M{i}", "label": label, "kind": "absolute"} for i, label in enumerate(extra)]
    config = TrialConfig.model_validate(
        {
            "trial": {"id": "SIM"},
            "product": {"name": "CAR", "cell": "T"},
            "data": {
                "layout": "tidy",
                "tables": [name],
                "columns": {"subject": "SUBJECT", "blq": "BLQ", "analyte": "ANALYTE"},
            },
            "analytes": [{"code": "CAR", "label": analyte, "unit": "copies/ug"}],
            "pharmacodynamics": {"measures": measures},
            "report": {"synthetic": True},
        }
    )
    intake = read_trial(config, KINETICS)
    rows = [r for r in delivered(name) if r["ANALYTE"] == analyte]
    assert not intake.stops
    by_line = intake.adnca.set_index("SRCROW")
    lines = [n for n, r in enumerate(delivered(name), start=2) if r["ANALYTE"] == analyte]
    for line, row in zip(lines, rows, strict=True):
        ours = by_line.loc[line]
        assert ours["USUBJID"] == row["SUBJECT"]
        assert ours["AFRLT"] == float(row["TIME_DAY"])
        assert ours["BLQFL"] == ("Y" if row["BLQ"] == "1" else "N")
        assert ours["ALLOQ"] == lloq
        if row["BLQ"] == "0":
            assert ours["AVAL"] == float(row["VALUE"])
    assert (intake.adnca["ANLFL"] == "Y").all()
