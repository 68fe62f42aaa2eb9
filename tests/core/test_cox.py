"""Cox regression against a published example and lifelines."""

import math

import numpy as np
import pytest

from cartpk.core.cox import cox_regression

pytestmark = pytest.mark.requirement("URS-505", "URS-510")

# Freireich et al. 1963, 6-MP and placebo in acute leukaemia: weeks of remission, censored ones are negative.
MP = (6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35)
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def freireich():
    weeks = np.array(MP + PLACEBO, dtype=float)
    return np.repeat([0.0, 1.0], 21), np.abs(weeks), weeks > 0


def test_the_published_hazard_ratio_of_freireich_is_recovered():
    fit = cox_regression(*freireich())
    # Efron's ties: 1.572 (SE 0.412), e.g. the survival package of R
    assert (fit.coefficient, fit.error) == pytest.approx((1.572, 0.412), abs=6e-4)
    assert (fit.n, fit.events) == (42, 30)


@pytest.mark.filterwarnings("ignore")  # its own, of the pandas it was written for
@pytest.mark.parametrize("seed", range(3))
def test_lifelines_says_the_same(seed):
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed")
    import pandas as pd

    rng = np.random.default_rng(seed)
    x = rng.normal(14, 1.5, 40)
    t = np.ceil(rng.exponential(30 * np.exp(0.4 * (x - 14)))) + 1
    d = rng.random(40) < 0.7
    fit = cox_regression(x, t, d)
    other = lifelines.CoxPHFitter().fit(pd.DataFrame({"x": x, "t": t, "d": d}), "t", "d").summary.loc["x"]
    assert (fit.coefficient, fit.error) == pytest.approx((other["coef"], other["se(coef)"]), rel=1e-4)


def test_a_known_hazard_ratio_is_recovered():
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, 2000)
    fit = cox_regression(x, rng.exponential(np.exp(-0.7 * x)), np.ones(2000, dtype=bool))
    assert fit.lower < 0.7 < fit.upper
    assert fit.coefficient == pytest.approx(0.7, abs=0.1)


def test_events_in_the_order_of_the_covariate_have_no_finite_estimate():
    fit = cox_regression([5, 4, 3, 2, 1], [1.0, 2, 3, 4, 5], [True] * 5)
    assert math.isnan(fit.coefficient)
    assert "no finite estimate" in fit.reason
    assert "vary" in cox_regression([1, 1], [1.0, 2.0], [True, True]).reason
    assert "no event" in cox_regression([1, 2], [1.0, 2.0], [False, False]).reason
