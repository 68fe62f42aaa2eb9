from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from cartpk.core.estimation.individual import Method, fit_profiles
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.polish import (
    lmfit_minimise,
    lmfit_parameters,
    polished,
    residual_jacobian,
    residual_vector,
)


@pytest.mark.parametrize("residual", list(Residual))
def test_the_squares_add_up_to_twice_the_objective(line, noisy, residual):
    problem = replace(line(noisy.take([4]), residual=residual, prior_sd=[2.0, 0.5, 0.7]), spent=np.array([1.7]))
    rng = np.random.default_rng(0)
    x = rng.normal([2.0, -0.1, -1.0], 0.3, (8, 3))
    squares = np.array([np.sum(residual_vector(problem, one) ** 2) for one in x])
    twice = 2 * np.array([problem.value(one[None])[0] for one in x])
    np.testing.assert_allclose(squares - squares[0], twice - twice[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("residual", list(Residual))
def test_the_jacobian_is_the_derivative(line, noisy, residual):
    problem = line(noisy.take([4]), residual=residual, prior_sd=[2.0, 0.5, 0.7])
    x, h = np.array([2.1, -0.12, -0.9]), 1e-6
    jacobian = residual_jacobian(problem, x)
    for k in range(3):
        shift = np.zeros(3)
        shift[k] = h
        numeric = (residual_vector(problem, x + shift) - residual_vector(problem, x - shift)) / (2 * h)
        np.testing.assert_allclose(jacobian[:, k], numeric, rtol=1e-5, atol=1e-6)


def test_lmfit_arrives_where_the_batch_does(line, noisy):
    problem = line(noisy, prior_sd=[2.0, 0.5, 0.7])
    fits = fit_profiles(problem, np.zeros((5, 1, 3)))
    for i in range(5):
        one = problem.take([i])
        result = lmfit_minimise(one, lmfit_parameters(one, np.array([0.5, 0.1, 0.1]), ("a", "b")))
        assert result.success
        assert list(result.params) == ["phi_a", "phi_b", "log_sigma"]
        np.testing.assert_allclose([p.value for p in result.params.values()], fits.x[i], atol=1e-3)


def test_a_fit_that_stopped_short_is_improved_and_a_good_one_kept(line, noisy):
    problem = line(noisy, prior_sd=[2.0, 0.5, 0.7])
    good = fit_profiles(problem, np.zeros((5, 1, 3)))
    short = replace(good, x=good.x + 0.05, objective=problem.value(good.x + 0.05), converged=np.zeros(5, bool))
    mended = polished(problem, short, ("a", "b"))
    np.testing.assert_allclose(mended.x, good.x, atol=1e-3)
    assert mended.converged.all()
    assert (polished(problem, good, ("a", "b")).objective <= good.objective).all()


def test_a_parameter_on_its_bound_can_leave_it(line, noisy):
    problem = line(noisy.take([0]), prior_sd=[2.0, 0.5, 0.7])
    start = problem.upper.copy()
    start[:, [0, 2]] = [[1.0, 0.0]]
    begun = fit_profiles(problem, start[:, None, :], max_steps=1)
    stuck = replace(begun, x=start, objective=problem.value(start))
    assert polished(problem, stuck, ("a", "b")).x[0, 1] < 1.0


def test_the_numerics_do_not_need_lmfit_or_pandas():
    code = (
        "import sys, cartpk.models.fitting.individual, cartpk.core.estimation.polish\n"
        "print([m for m in ('lmfit', 'pandas', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"


def test_methods_are_named():
    assert [str(m) for m in Method] == ["map", "ml", "ls"]
