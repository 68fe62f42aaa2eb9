"""Settings of the analysis that name files, analytes and counts."""

from pathlib import Path

import pytest

from cartpk.config import TrialConfig, load, missing_files

MARROW = {"code": "BM", "label": "CAR in marrow", "specimen": "BONE MARROW, LIQUID", "method": "qPCR", "unit": "u"}
BLOOD = {"code": "BL", "label": "CAR in blood", "method": "qPCR", "unit": "u"}
LYM = {"code": "LYM", "label": "Lymphocytes", "kind": "absolute", "population": "LYMPHOCYTES"}
PCT = {"code": "PCT", "label": "T", "kind": "percent", "parent": "lymphocytes"}


def config(analytes=(BLOOD, MARROW), nca=None, vcn=None):
    return TrialConfig.model_validate(
        {
            "trial": {"id": "T"},
            "product": {"name": "CAR-T", "cell": "T", "vcn_copies_per_cell": vcn},
            "data": {"layout": "tidy", "tables": ["a.csv"]},
            "analytes": list(analytes),
            "pharmacodynamics": {"measures": [LYM, PCT]},
            "nca": nca or {},
            "report": {"synthetic": True},
        }
    )


def test_marrow_is_set_against_the_only_blood_analyte_of_its_method_and_unit():
    assert config().marrow_pairs == {"BM": "BL"}
    assert config([BLOOD, {**BLOOD, "code": "B2"}, MARROW]).marrow_pairs == {}
    assert config([{**BLOOD, "method": "ddPCR"}, MARROW]).marrow_pairs == {}
    assert config([{**BLOOD, "unit": "v"}, MARROW]).marrow_pairs == {}
    named = config([BLOOD, {**BLOOD, "code": "B2"}, MARROW], nca={"marrow": {"pairs": {"BM": "B2"}}})
    assert named.marrow_pairs == {"BM": "B2"}


@pytest.mark.parametrize(
    ("nca", "vcn", "says"),
    [
        ({"marrow": {"pairs": {"BM": "CART"}}}, None, "the analyte 'CART'; there are: BL, BM"),
        ({"marrow": {"pairs": {"XX": "BL"}}}, None, "the analyte 'XX'"),
        ({"nucleated_cells": {"CART": ["LYM"]}, "genome_pg": 6.6}, 2.0, "the analyte 'CART'"),
        ({"nucleated_cells": {"BL": ["PCT"]}, "genome_pg": 6.6}, 2.0, "names 'PCT'; counts are: LYM"),
        ({"nucleated_cells": {"BL": ["LYM"]}}, 2.0, "needs nca.genome_pg and product.vcn"),
        ({"nucleated_cells": {"BL": ["LYM"]}, "genome_pg": 6.6}, None, "needs nca.genome_pg and product.vcn"),
        ({"genome_pg": 0}, None, "greater than 0"),
    ],
)
def test_what_is_named_must_be_there(nca, vcn, says):
    with pytest.raises(ValueError, match=says):
        config(nca=nca, vcn=vcn)


@pytest.mark.requirement("URS-208")
def test_no_fact_of_biology_is_a_default():
    plain = config()
    assert plain.nca.genome_pg is None
    assert plain.nca.nucleated_cells == {}
    assert plain.product.vcn_copies_per_cell is None


def test_the_decisions_are_an_input_file(tmp_path):
    text = (
        "trial: {id: T}\nproduct: {name: x, cell: T}\ndata: {layout: tidy, tables: [a.csv]}\n"
        "analytes: [{code: CAR, label: CAR}]\nnca:\n  lambda_z_points: in/points.csv\nreport: {synthetic: true}\n"
    )
    path: Path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    trial = load(path)
    assert trial.files() == ("a.csv", "in/points.csv")
    (tmp_path / "a.csv").touch()
    (problem,) = missing_files(trial, path, tmp_path)
    assert (problem.line, problem.key) == (6, "nca.lambda_z_points")
    assert "no file in/points.csv" in problem.message
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "points.csv").touch()
    assert missing_files(trial, path, tmp_path) == []
