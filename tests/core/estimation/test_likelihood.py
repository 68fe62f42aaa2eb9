from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cartpk.core.estimation.likelihood import (
    Residual,
    drawn_below,
    expected_weight,
    log_cdf,
    log_density,
    minus2ll,
    sample_terms,
    scale_terms,
)
from cartpk.core.estimation.profiles import Profiles

pytestmark = pytest.mark.requirement("URS-402")

POINTS = np.array([-1e4, -300.0, -40.0, -8.0, -1.3, -1e-9, 0.0, 0.7, 5.0, 40.0])
LAW = {Residual.NORMAL: stats.norm(), Residual.STUDENT: stats.t(df=4)}


@pytest.mark.parametrize("residual", list(Residual))
def test_density_and_distribution_are_scipys(residual):
    np.testing.assert_allclose(log_density(POINTS, residual), LAW[residual].logpdf(POINTS), rtol=1e-12)
    near = POINTS[POINTS > -1000]
    np.testing.assert_allclose(log_cdf(near, residual), LAW[residual].logcdf(near), rtol=1e-9, atol=1e-15)


def test_the_lower_tail_does_not_underflow():
    # normal: -u^2/2 - ln(-u) - ln sqrt(2 pi); t with 4 df: P(Z < u) -> 3 / u^4
    u = np.array([-1e4])
    np.testing.assert_allclose(log_cdf(u), -0.5e8 - np.log(1e4) - 0.5 * np.log(2 * np.pi), rtol=1e-9)
    np.testing.assert_allclose(log_cdf(u, Residual.STUDENT), np.log(3.0) - 4 * np.log(1e4), rtol=1e-6)


@pytest.fixture
def profiles() -> Profiles:
    return Profiles.from_long(
        [0, 0, 0, 1, 1],
        [1, 2, 3, 1, 2],
        [5.0, 0.2, 9, 1.0, 2.0],
        [1.0, 1.0, 4.0, 1, 1],
        [False, False, True, True, False],
    )


@pytest.mark.parametrize("residual", list(Residual))
def test_minus2ll_by_hand(profiles, residual):
    f, s = np.array([[1.0, 0.5, 1.2], [0.3, 0.1, 0.0]]), np.array([0.5, 0.8])
    law = LAW[residual]
    first = law.logpdf((np.log(5) - 1.0) / 0.5) + law.logpdf((np.log(0.2) - 0.5) / 0.5) - 2 * np.log(0.5)
    first += law.logcdf((np.log(4.0) - 1.2) / 0.5)
    second = law.logcdf((0.0 - 0.3) / 0.8) + law.logpdf((np.log(2) - 0.1) / 0.8) - np.log(0.8)
    np.testing.assert_allclose(minus2ll(profiles, f, np.log(s), residual), [-2 * first, -2 * second], rtol=1e-12)


@pytest.mark.parametrize("residual", list(Residual))
def test_derivatives_are_the_derivatives(profiles, residual):
    rng = np.random.default_rng(2)
    for _ in range(20):
        f, log_s = rng.normal(0, 3, (2, 3)), rng.normal(-0.5, 0.5, 2)
        terms, h = sample_terms(profiles, f, log_s, residual), 1e-6
        by_f = (
            sample_terms(profiles, f + h, log_s, residual).nll - sample_terms(profiles, f - h, log_s, residual).nll
        ) / (2 * h)
        by_s = (
            sample_terms(profiles, f, log_s + h, residual).nll - sample_terms(profiles, f, log_s - h, residual).nll
        ) / (2 * h)
        np.testing.assert_allclose(terms.d_f, by_f, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(terms.d_s, by_s, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("residual", list(Residual))
def test_curvature_is_positive_semidefinite(profiles, residual):
    rng = np.random.default_rng(3)
    for _ in range(50):
        t = sample_terms(profiles, rng.normal(0, 6, (2, 3)), rng.normal(-0.5, 1.0, 2), residual)
        assert (t.w_ff >= 0).all()
        assert (t.w_ss >= 0).all()
        assert (t.w_ff * t.w_ss - t.w_fs**2 >= -1e-9 * (1 + t.w_ff * t.w_ss)).all()


def test_padding_contributes_nothing(profiles):
    terms = sample_terms(profiles, np.full((2, 3), 7.0), np.zeros(2), Residual.NORMAL)
    assert [float(term[1, 2]) for term in terms] == [0.0] * 6


def test_the_student_residual_forgives_an_outlier(profiles):
    far = np.array([[1.0, 30.0, 1.2], [0.3, 0.1, 0.0]])
    normal, student = (minus2ll(profiles, far, np.zeros(2), r)[0] for r in Residual)
    assert normal > 900
    assert student < 40


@pytest.mark.parametrize("residual", list(Residual))
def test_a_draw_below_a_limit_is_the_conditional_quantile(residual):
    u, chance = np.meshgrid([-20.0, -3.0, -0.5, 0.0, 2.0, 30.0], [1e-6, 0.1, 0.5, 0.9, 1.0])
    found = drawn_below(u, chance, residual)
    assert (found <= u + 1e-6 * np.abs(u)).all()
    kept = LAW[residual].cdf(found) / LAW[residual].cdf(u)
    np.testing.assert_allclose(kept, chance, rtol=1e-6)


@pytest.mark.parametrize("residual", list(Residual))
def test_the_terms_of_the_scale_are_derivatives_of_the_likelihood(profiles, residual):
    f, at, step = np.array([[1.0, 0.5, 1.2], [0.3, 0.1, 0.0]]), np.log(0.7), 1e-4
    value = [-0.5 * minus2ll(profiles, f, np.full(2, at + k * step), residual) for k in (-1, 0, 1)]
    first, second = scale_terms(profiles, f, at, residual)
    np.testing.assert_allclose(first, (value[2] - value[0]) / (2 * step), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(second, -(value[2] - 2 * value[1] + value[0]) / step**2, rtol=1e-5, atol=1e-5)


def test_the_weight_of_a_t_residual_is_its_expected_precision():
    # precision ~ Gamma(2, rate 2) before, Gamma(5/2, rate 2 + z^2/2) after the residual is seen
    z = np.array([0.0, 1.0, -6.0])
    np.testing.assert_allclose(expected_weight(z, Residual.STUDENT), 2.5 / (2 + z**2 / 2))
    np.testing.assert_allclose(expected_weight(z, Residual.NORMAL), 1.0)
