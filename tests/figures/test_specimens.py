"""Figures that set specimens or subsets of cells side by side, on a trial whose ratios and sums are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from cartpk.clinical.tissue import tissue_samples
from cartpk.figures.exhibit import EmptyFigure, Figure
from cartpk.figures.registry import FIGURES
from cartpk.figures.render import pictures
from cartpk.tables import TABLES

pytestmark = pytest.mark.requirement("URS-109")

OURS = ("f_14_2_10", "f_14_2_10b", "f_14_2_23")


@pytest.mark.parametrize("name", OURS)
def test_it_is_drawn_from_its_declared_inputs_whatever_their_order(name, specimens, only):
    data, config = specimens
    entry = FIGURES[name]
    made = entry.make(data, config)
    assert isinstance(made, Figure)
    turned = replace(data, **{t: getattr(data, t).iloc[::-1].reset_index(drop=True) for t in ("adnca", "adpd")})
    assert_frame_equal(entry.make(only(turned, entry.inputs), config).data, made.data)
    assert all(text.endswith(".") and "  " not in text for text in (made.caption, made.alt, *made.footnotes))
    assert pictures(made.draw())[0][:4] == b"\x89PNG"


@pytest.mark.parametrize("name", OURS)
def test_without_its_data_it_says_what_is_missing(name, specimens, trial, config):
    data, wide = specimens
    assert isinstance(FIGURES[name].make(trial, config), EmptyFigure)
    none = replace(data, adnca=data.adnca.iloc[:0], adpd=data.adpd.iloc[:0])
    made = FIGURES[name].make(none, wide)
    assert isinstance(made, EmptyFigure)
    assert made.reason.endswith(".")


def test_marrow_stands_beside_the_blood_of_the_same_subjects(specimens):
    data, config = specimens
    made = FIGURES["f_14_2_10"].make(data, config)
    assert set(made.data["QUANTITY"]) == {"CAR transgene", "CD7+ lymphocytes"}
    product = made.data[made.data["QUANTITY"].eq("CAR transgene")]
    assert product["USUBJID"].nunique() == 6, "blood of subjects without marrow is not shown"
    wide = product.pivot_table(index=["USUBJID", "AFRLT"], columns="PLACE", values="AVAL").dropna()
    assert len(wide) >= 12
    assert np.allclose(wide["Bone marrow"], wide["Blood"] / 2)


def test_a_biopsy_is_set_against_the_nearest_blood_sample(specimens):
    data, config = specimens
    pairs = tissue_samples(data, config)
    assert len(pairs) == 6
    assert (pairs["BDAY"] == pairs["AFRLT"]).all()
    assert np.allclose(pairs["RATIO"].dropna(), 0.25)
    assert pairs["RATIO"].isna().sum() == pairs["BBLQFL"].eq("Y").sum() == 1, "the never-expander has no ratio"
    far = replace(data, adnca=data.adnca[~(data.adnca["PCSPEC"].eq("BLOOD") & data.adnca["NFRLT"].between(10, 21))])
    alone = tissue_samples(far, config)
    assert alone["BDAY"].isna().all()
    assert len(FIGURES["f_14_2_10b"].make(far, config).data) == 6, "tissue stays without blood"


def test_tissue_makes_no_profile_and_is_listed(specimens):
    data, config = specimens
    body = TABLES["l_16_2_5_6b"].make(data, config).body
    assert len(body.rows) == 6
    assert {row.cells[-2].text for row in body.rows} == {"0.250", ""}
    assert body.footnotes[1] == "With a quantified result in tissue: 5 of 6 biopsied subjects."
    parameters = TABLES["t_14_2_2"].make(data, config).body
    assert not any(row.key.get("specimen") == "TISSUE" for row in parameters.rows)


def test_subsets_and_the_rest_add_up_to_the_lymphocytes(specimens):
    data, config = specimens
    made = FIGURES["f_14_2_23"].make(data, config)
    counts, shares = (own for _, own in made.data.groupby("PANEL", sort=False))
    assert set(counts["SUBSET"]) == {"CD7+ T cells", "CD7- T cells", "Other lymphocytes"}
    assert np.allclose(counts.loc[counts["SUBSET"].eq("Other lymphocytes"), "MEAN"], 200.0)
    assert np.allclose(shares.groupby("NFRLT")["MEAN"].sum(), 100.0)
    first = data.adpd[data.adpd["PARAMCD"].eq("CD7PT") & data.adpd["NFRLT"].eq(-3.0)]
    drawn = counts[counts["SUBSET"].eq("CD7+ T cells") & counts["NFRLT"].eq(-3.0)]
    assert np.isclose(drawn["MEAN"].iloc[0], first["AVAL"].mean())
