from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cartpk.core.estimation.likelihood import Residual


@pytest.mark.parametrize("residual", list(Residual))
def test_the_gradient_is_the_derivative_of_the_value(line, noisy, residual):
    problem = replace(line(noisy, residual=residual, prior_sd=[2.0, 0.5, 0.7]), spent=np.arange(5.0))
    rng = np.random.default_rng(1)
    x = rng.normal([2.0, -0.1, -1.0], 0.2, (5, 3))
    here, h = problem.expand(x), 1e-6
    np.testing.assert_allclose(here.value, problem.value(x))
    for k in range(3):
        shift = np.zeros(3)
        shift[k] = h
        numeric = (problem.value(x + shift) - problem.value(x - shift)) / (2 * h)
        np.testing.assert_allclose(here.gradient[:, k], numeric, rtol=1e-6, atol=1e-5)


def test_the_hessian_is_exact_for_a_line_without_censoring(line, noisy):
    problem = line(noisy.take([0, 1, 2]), prior_sd=[2.0, 0.5, 0.7])
    x = np.tile([2.0, -0.1, -1.0], (3, 1))
    here, h = problem.expand(x).hessian, 1e-5
    for k in range(2):
        shift = np.zeros(3)
        shift[k] = h
        numeric = (problem.expand(x + shift).gradient - problem.expand(x - shift).gradient) / (2 * h)
        np.testing.assert_allclose(here[:, k, :2], numeric[:, :2], rtol=1e-6)


def test_projection_keeps_bounds_and_order(line, noisy):
    problem = replace(line(noisy, wide=3.0), order=((0, 1),))
    x = problem.project(np.tile([10.0, 1.0, 0.0], (5, 1)))
    np.testing.assert_allclose(x[0], [0.95, 1.0, 0.0])
    assert problem.at_bound(x)[0].tolist() == [True, False, False]
    low = problem.project(np.tile([-10.0, 1.0, 9.0], (5, 1)))
    np.testing.assert_allclose(low[0], [-3.0, 1.0, 4.0])
    assert problem.at_bound(low)[0].tolist() == [True, False, True]


def test_minus2ll_takes_the_residual_sd_that_suits_the_curve(line, noisy):
    data = noisy.take([0])
    problem = line(data)
    x = np.array([[2.0, -0.1, -3.0]])
    residual = data.log_conc[0] - (2.0 - 0.1 * data.day[0])
    s = np.sqrt(np.mean(residual**2))
    expected = data.day.shape[1] * (np.log(2 * np.pi) + 2 * np.log(s) + 1)
    np.testing.assert_allclose(problem.minus2ll(x), expected, rtol=1e-9)


def test_rows_can_be_taken_by_mask_and_repeated(line, noisy):
    problem = line(noisy)
    x = np.tile([2.0, -0.1, -1.0], (5, 1))
    every = problem.value(x)
    np.testing.assert_allclose(problem.take([4, 4, 0]).value(x[:3]), every[[4, 4, 0]])
    mask = np.array([True, False, True, False, False])
    np.testing.assert_allclose(problem.take(mask).value(x[:2]), every[mask])
