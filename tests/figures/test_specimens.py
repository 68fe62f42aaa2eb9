"""Figures that set specimens or subsets of cells side by side, on a trial whose ratios and sums are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cartpk.clinical.tissue import tissue_samples
from cartpk.figures.exhibit import EmptyFigure, Figure
from cartpk.figures.registry import FIGURES
from cartpk.figures.render import pictures
from cartpk.schemas import ADNCA, ADPD, checked
from cartpk.tables import TABLES

OURS = ("f_14_2_10", "f_14_2_10b", "f_14_2_23")
MARROW = "BONE MARROW, LIQUID"


def _copied(rows, schema, **changed):
    return checked(rows.assign(**changed).reset_index(drop=True), schema)


@pytest.fixture(scope="module")
def setting(trial, config_of, config):
    """Marrow half of blood, tissue a quarter, both of six subjects; lymphocytes 200 above CD7+ and CD7-."""
    blood = trial.adnca
    few = blood["USUBJID"].isin(trial.adsl["USUBJID"].iloc[:6])
    marrow = blood[few & blood["NFRLT"].isin([7.0, 14.0, 28.0])]
    tissue = blood[few & blood["NFRLT"].eq(14.0)]
    adnca = pd.concat(
        [
            blood,
            _copied(marrow, ADNCA, PCTESTCD="CARBM", PCSPEC=MARROW, AVAL=marrow["AVAL"] / 2),
            _copied(tissue, ADNCA, PCTESTCD="CARTI", PCSPEC="TISSUE", AVAL=tissue["AVAL"] / 4),
        ],
        ignore_index=True,
    )
    pd_rows = trial.adpd
    plus = pd_rows[pd_rows["PARAMCD"].eq("CD7PT")].reset_index(drop=True)
    minus = pd_rows[pd_rows["PARAMCD"].eq("CD7NT")].reset_index(drop=True)
    whole = plus["AVAL"].fillna(0.0) + minus["AVAL"].fillna(0.0) + 200.0
    lymphocytes = _copied(
        plus, ADPD, PARAMCD="LYM", PARAM="Lymphocytes", POPULATION="LYMPHOCYTES", MARKER=None, AVAL=whole, BLQFL="N"
    )
    share = pd_rows[pd_rows["PARAMCD"].eq("CD7PCT")]
    gated = _copied(share, ADPD, PARAMCD="CD7BM", PCSPEC=MARROW, AVAL=share["AVAL"] / 2)
    adpd = pd.concat([pd_rows, lymphocytes, gated], ignore_index=True)
    analyte = config.analytes[0].model_dump()
    measures = [m.model_dump() for m in config.pharmacodynamics.measures]
    wide = config_of(
        analytes=[
            analyte | {"primary": True},
            analyte | {"code": "CARBM", "specimen": MARROW},
            analyte | {"code": "CARTI", "label": "CAR transgene in tumour tissue", "specimen": "TISSUE"},
        ],
        pharmacodynamics={
            "measures": [
                *measures,
                {"code": "LYM", "label": "Lymphocytes", "kind": "absolute", "population": "LYMPHOCYTES"},
                measures[-1] | {"code": "CD7BM", "specimen": MARROW},
            ]
        },
    )
    return replace(trial, adnca=adnca, adpd=adpd), wide


@pytest.mark.parametrize("name", OURS)
def test_it_is_drawn_from_its_declared_inputs_whatever_their_order(name, setting, only):
    data, config = setting
    entry = FIGURES[name]
    made = entry.make(data, config)
    assert isinstance(made, Figure)
    turned = replace(data, **{t: getattr(data, t).iloc[::-1].reset_index(drop=True) for t in ("adnca", "adpd")})
    assert_frame_equal(entry.make(only(turned, entry.inputs), config).data, made.data)
    assert all(text.endswith(".") and "  " not in text for text in (made.caption, made.alt, *made.footnotes))
    assert pictures(made.draw())[0][:4] == b"\x89PNG"


@pytest.mark.parametrize("name", OURS)
def test_without_its_data_it_says_what_is_missing(name, setting, trial, config):
    data, wide = setting
    assert isinstance(FIGURES[name].make(trial, config), EmptyFigure)
    none = replace(data, adnca=data.adnca.iloc[:0], adpd=data.adpd.iloc[:0])
    made = FIGURES[name].make(none, wide)
    assert isinstance(made, EmptyFigure)
    assert made.reason.endswith(".")


def test_marrow_stands_beside_the_blood_of_the_same_subjects(setting):
    data, config = setting
    made = FIGURES["f_14_2_10"].make(data, config)
    assert set(made.data["QUANTITY"]) == {"CAR transgene", "CD7+ lymphocytes"}
    product = made.data[made.data["QUANTITY"].eq("CAR transgene")]
    assert product["USUBJID"].nunique() == 6, "blood of subjects without marrow is not shown"
    wide = product.pivot_table(index=["USUBJID", "AFRLT"], columns="PLACE", values="AVAL").dropna()
    assert len(wide) >= 12
    assert np.allclose(wide["Bone marrow"], wide["Blood"] / 2)


def test_a_biopsy_is_set_against_the_nearest_blood_sample(setting):
    data, config = setting
    pairs = tissue_samples(data, config)
    assert len(pairs) == 6
    assert (pairs["BDAY"] == pairs["AFRLT"]).all()
    assert np.allclose(pairs["RATIO"].dropna(), 0.25)
    assert pairs["RATIO"].isna().sum() == pairs["BBLQFL"].eq("Y").sum() == 1, "the never-expander has no ratio"
    far = replace(data, adnca=data.adnca[~(data.adnca["PCSPEC"].eq("BLOOD") & data.adnca["NFRLT"].between(10, 21))])
    alone = tissue_samples(far, config)
    assert alone["BDAY"].isna().all()
    assert len(FIGURES["f_14_2_10b"].make(far, config).data) == 6, "tissue stays without blood"


def test_tissue_makes_no_profile_and_is_listed(setting):
    data, config = setting
    body = TABLES["l_16_2_5_6b"].make(data, config).body
    assert len(body.rows) == 6
    assert {row.cells[-2].text for row in body.rows} == {"0.250", ""}
    assert body.footnotes[1] == "With a quantified result in tissue: 5 of 6 biopsied subjects."
    parameters = TABLES["t_14_2_2"].make(data, config).body
    assert not any(row.key.get("specimen") == "TISSUE" for row in parameters.rows)


def test_subsets_and_the_rest_add_up_to_the_lymphocytes(setting):
    data, config = setting
    made = FIGURES["f_14_2_23"].make(data, config)
    counts, shares = (own for _, own in made.data.groupby("PANEL", sort=False))
    assert set(counts["SUBSET"]) == {"CD7+ T cells", "CD7- T cells", "Other lymphocytes"}
    assert np.allclose(counts.loc[counts["SUBSET"].eq("Other lymphocytes"), "MEAN"], 200.0)
    assert np.allclose(shares.groupby("NFRLT")["MEAN"].sum(), 100.0)
    first = data.adpd[data.adpd["PARAMCD"].eq("CD7PT") & data.adpd["NFRLT"].eq(-3.0)]
    drawn = counts[counts["SUBSET"].eq("CD7+ T cells") & counts["NFRLT"].eq(-3.0)]
    assert np.isclose(drawn["MEAN"].iloc[0], first["AVAL"].mean())
