from __future__ import annotations

from dataclasses import replace

import numpy as np

from cartpk.core.estimation.levenberg import minimise
from cartpk.core.estimation.profiles import Profiles


def least_squares(data: Profiles, i: int) -> np.ndarray:
    design = np.column_stack([np.ones(data.day.shape[1]), data.day[i]])
    return np.linalg.lstsq(design, data.log_conc[i], rcond=None)[0]


def test_a_line_is_found_from_afar(line, noisy):
    data = noisy.take([0, 1, 2])
    found = minimise(line(data), np.tile([-20.0, 5.0, 2.0], (3, 1)))
    assert found.converged.all()
    for i in range(3):
        best = least_squares(data, i)
        np.testing.assert_allclose(found.x[i, :2], best, rtol=1e-5)
        residual = data.log_conc[i] - best[0] - best[1] * data.day[i]
        np.testing.assert_allclose(np.exp(found.x[i, 2]), np.sqrt(np.mean(residual**2)), rtol=1e-4)


def test_rows_do_not_touch_each_other(line, noisy):
    together = minimise(line(noisy), np.tile([0.0, 0.0, 0.0], (5, 1)))
    for i in range(5):
        alone = minimise(line(noisy.take([i])), np.zeros((1, 3)))
        np.testing.assert_allclose(alone.x[0], together.x[i], atol=1e-9)


def test_a_minimum_beyond_a_bound_is_found_on_it(line, noisy):
    data = noisy.take([0])
    best = least_squares(data, 0)
    problem = line(data)
    problem.lower[0, 1] = best[1] + 0.05
    found = minimise(problem, np.array([[0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(found.x[0, 1], problem.lower[0, 1])
    # the other parameter is the least-squares one given the slope
    np.testing.assert_allclose(found.x[0, 0], np.mean(data.log_conc[0] - found.x[0, 1] * data.day[0]), rtol=1e-6)
    assert problem.at_bound(found.x).tolist() == [[False, True, False]]


def test_fixed_entries_stay(line, noisy):
    held = np.zeros((5, 3), bool)
    held[:, 0] = True
    found = minimise(line(noisy), np.tile([1.2345, 0.0, 0.0], (5, 1)), fixed=held)
    assert (found.x[:, 0] == 1.2345).all()
    assert found.converged.all()


def test_the_step_limit_is_reported(line, noisy):
    found = minimise(line(noisy), np.tile([-20.0, 5.0, 2.0], (5, 1)), max_steps=2)
    assert not found.converged.any()


def test_censored_rows_pull_below_the_limit(line):
    day = np.arange(1.0, 9.0)
    conc = np.exp(3.0 - 0.7 * day)
    blq = conc < 1.0
    censored = Profiles.from_long(np.zeros(8, int), day, conc, np.ones(8), blq)
    found = minimise(replace(line(censored, prior_sd=[10, 10, 1.0])), np.array([[0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(found.x[0, :2], [3.0, -0.7], atol=0.05)
