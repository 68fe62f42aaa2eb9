"""cartpk.simulate.kinetics: curves, areas and peaks agree with each other and with published numbers."""

import numpy as np
import pytest
from scipy.integrate import quad

from cartpk.simulate.kinetics import kinetics
from cartpk.simulate.population import CAR_NK, STEIN_MODERATE, STEIN_TYPICAL, STEIN_WIDE
from cartpk.simulate.streams import Streams


def typical() -> dict[str, np.ndarray]:
    return {symbol: np.array([value]) for symbol, (value, _) in STEIN_TYPICAL.items()}


def test_typical_stein_curve_has_the_known_areas():
    curves = kinetics("stein", typical())
    assert curves.area(28.0)[0] == pytest.approx(171_774.285, rel=1e-6)
    assert curves.area(90.0)[0] == pytest.approx(189_285.685, rel=1e-6)
    assert curves.curve(np.array([[28.0]]))[0, 0] == pytest.approx(1_373.5588, rel=1e-6)


@pytest.mark.parametrize("model", ["stein", "car_nk"])
def test_area_is_the_integral_of_the_curve_and_peak_its_maximum(model):
    population = STEIN_MODERATE if model == "stein" else CAR_NK
    curves = kinetics(model, population.draw(Streams(9), 6), np.full(6, 2e7))
    grid = np.linspace(1e-9, 90, 90_001)
    value = curves.curve(np.broadcast_to(grid, (6, grid.size)))
    cmax, tmax = curves.peak()
    np.testing.assert_allclose(cmax, value.max(axis=1), rtol=2e-3)
    np.testing.assert_allclose(tmax, grid[value.argmax(axis=1)], atol=2e-3)
    for k in range(6):
        bend = curves.theta[k, 1 if model == "stein" else 3]
        one = type(curves)(model, curves.theta[k : k + 1])
        area = quad(lambda t, one=one: one.curve(np.array([[t]]))[0, 0], 0, 28, points=[bend], limit=200)[0]
        assert curves.area(28.0)[k] == pytest.approx(area, rel=1e-6)


def test_nothing_is_there_before_the_infusion():
    curves = kinetics("stein", typical())
    assert curves.curve(np.array([[-7.0, -0.05, 0.0]])).tolist() == [[0.0, 0.0, 0.0]]


def test_car_nk_scales_with_dose_and_stein_does_not_need_one():
    drawn = CAR_NK.draw(Streams(2), 1)
    low, high = (kinetics("car_nk", drawn, np.array([d])).area(28.0)[0] for d in (1e7, 5e7))
    assert high == pytest.approx(5 * low)


def test_slow_rate_stays_the_slow_rate():
    theta = kinetics("stein", STEIN_WIDE.draw(Streams(4), 20000)).parameters()
    assert (theta["beta"] <= 0.5 * theta["alpha"]).all()
    assert (theta["rho"] > 0).all()


def test_callers_mistakes_are_named():
    with pytest.raises(ValueError, match=r"'gompertz'.*stein, car_nk"):
        kinetics("gompertz", {})
    with pytest.raises(ValueError, match="dose in cells/kg"):
        kinetics("car_nk", CAR_NK.draw(Streams(2), 1))
