"""cartpk.simulate.profiles: bare tables whose truth is recovered in distribution."""

import numpy as np
import pytest

from cartpk.simulate import simulate_profiles
from cartpk.simulate.population import STEIN_TYPICAL

N = 4000


@pytest.fixture(scope="module")
def made():
    return simulate_profiles("stein", N, seed=1)


def test_minimum_table(made):
    t = made.table
    assert list(t.columns) == ["USUBJID", "AFRLT", "NFRLT", "AVAL", "AVALU", "ALLOQ", "BLQFL"]
    assert t["USUBJID"].nunique() == N == len(made.truth)
    assert (t["AVAL"].isna() == (t["BLQFL"] == "Y")).all()
    assert (t["AVAL"].dropna() >= 100).all()
    assert not t.duplicated(["USUBJID", "AFRLT"]).any()
    assert t.groupby("USUBJID")["AFRLT"].is_monotonic_increasing.all()
    assert (t.loc[t["NFRLT"] == 0, "BLQFL"] == "Y").all()


def test_truth_is_drawn_from_the_published_typical_values(made):
    for symbol, (typical, transform) in STEIN_TYPICAL.items():
        phi = transform.forward(made.truth[symbol.upper()].to_numpy())
        assert phi.mean() == pytest.approx(transform.forward(np.array(typical)), abs=4 * phi.std() / np.sqrt(N))
    np.testing.assert_array_equal(made.truth["CMAX_TRUE"], made.truth["CMAX"])
    assert (made.truth["AUC0_90D_TRUE"] > made.truth["AUC0_28D_TRUE"]).all()


def test_observed_cmax_is_near_the_true_one(made):
    seen = made.table.groupby("USUBJID")["AVAL"].max()
    ratio = np.log(seen.to_numpy() / made.truth["CMAX_TRUE"].to_numpy())
    # the highest of several noisy samples near the peak: a little above, spread below the residual SD
    assert 0.0 < np.nanmean(ratio) < 0.4
    assert np.nanstd(ratio) < 0.56


def test_missing_dropout_and_blq_are_as_asked(made):
    t = made.table
    assert 0.15 < (t.loc[t["NFRLT"] > 0, "BLQFL"] == "Y").mean() < 0.40
    early = t[(t["NFRLT"] > 1) & (t["NFRLT"] <= 28)]
    assert len(early) / (N * 9) == pytest.approx(0.95, abs=0.01)
    last = t.groupby("USUBJID")["NFRLT"].max()
    assert (last < 120).mean() == pytest.approx(0.15 * 92 / 152, abs=0.04)


def test_same_seed_same_numbers_and_more_subjects_leave_the_first_alone():
    a, b = simulate_profiles(subjects=30, seed=8), simulate_profiles(subjects=30, seed=8)
    assert a.table.equals(b.table)
    assert a.truth.equals(b.truth)
    more = simulate_profiles(subjects=50, seed=8)
    assert more.truth["CMAX"].head(30).tolist() == a.truth["CMAX"].tolist()
    assert more.table["AVAL"].head(len(a.table)).equals(a.table["AVAL"])
    assert not simulate_profiles(subjects=30, seed=9).table.equals(a.table)


def test_car_nk_and_own_days():
    made = simulate_profiles("car-nk", 60, seed=3, days=[0, 0.2, 1, 7, 14, 28], missed=0, dropout=0, residual_sd=0.0)
    assert sorted(made.table["NFRLT"].unique()) == [0, 0.2, 1, 7, 14, 28]
    assert len(made.table) == 360
    by_dose = made.truth.groupby("DOSE")["C0"].median()
    assert by_dose.is_monotonic_increasing
    first = made.table[made.table["NFRLT"] == 0.2]
    assert (first["AVAL"].to_numpy() < made.truth["CMAX_TRUE"].to_numpy()).mean() > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": "gompertz"}, "'gompertz'; allowed: stein, car_nk"),
        ({"spread": "huge"}, "no spread 'huge'; allowed: moderate, wide"),
        ({"subjects": 0}, "subjects must be at least 1, found 0"),
        ({"days": [0, 7, 7]}, "days must ascend"),
        ({"days": []}, "days must ascend"),
        ({"lloq": 0.0}, "lloq must be above 0"),
        ({"missed": 1.0}, "missed must be in"),
        ({"dropout": -0.1}, "dropout must be in"),
    ],
)
def test_callers_mistakes_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_profiles(**arguments)
