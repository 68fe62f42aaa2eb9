"""The batch integrator against closed forms and scipy: values, derivatives, independence of rows, corners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import RK45, solve_ivp

from cartpk.core import ode
from cartpk.core.ode import integrate

pytestmark = pytest.mark.requirement("URS-410")


@dataclass(frozen=True)
class Gompertz:
    """y = ln N, y' = r (k - y) with parameters (r, k): closed form."""

    par: np.ndarray

    def start(self):
        return np.zeros((1, self.par.shape[1])), np.zeros((1, 2, self.par.shape[1]))

    def take(self, rows):
        return Gompertz(self.par[:, rows])

    def slope(self, day, y):
        return self.par[0] * (self.par[1] - y)

    def slopes(self, day, y, by):
        return self.slope(day, y), -self.par[0] * by + np.stack([self.par[1] - y[0], self.par[0]])[None]


DAYS = np.array([[28.0, 0.0, 0.3, 7.0, 400.0]])
PAR = np.array([[0.1, 0.7, 3.0], [2.0, 9.0, -4.0]])


def exact(par, day):
    fade = np.exp(-par[0][:, None] * day)
    return par[1][:, None] * (1 - fade), np.stack([par[1][:, None] * day * fade, 1 - fade])


def test_the_method_is_that_of_scipy():
    np.testing.assert_allclose(ode.STAGES[:6, :5], RK45.A, rtol=1e-15)
    np.testing.assert_allclose(ode.STAGES[6], RK45.B, rtol=1e-15)
    np.testing.assert_allclose(ode.BETWEEN, RK45.P, rtol=1e-15)
    np.testing.assert_allclose(np.abs(ode.ERROR), np.abs(RK45.E), rtol=1e-15)


@pytest.mark.parametrize("tolerance", [1e-5, 1e-8])
def test_a_closed_form_and_its_derivatives(tolerance):
    day = np.repeat(DAYS, 3, axis=0)
    found = integrate(Gompertz(PAR), day, sensitivities=True, tolerance=tolerance)
    value, slope = exact(PAR, day)
    np.testing.assert_allclose(found.states[0], value, atol=30 * tolerance)
    np.testing.assert_allclose(found.slopes[0], slope, atol=1e3 * tolerance)


def test_a_row_does_not_depend_on_its_company():
    day = np.repeat(DAYS, 3, axis=0)
    every = integrate(Gompertz(PAR), day, sensitivities=True)
    for k in range(3):
        alone = integrate(Gompertz(PAR[:, [k]]), DAYS, sensitivities=True)
        np.testing.assert_allclose(alone.states[:, 0], every.states[:, k], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(alone.slopes[:, :, 0], every.slopes[:, :, k], rtol=1e-12, atol=1e-15)


def test_a_day_does_not_depend_on_the_other_days():
    few = integrate(Gompertz(PAR), np.full((3, 1), 7.0)).states[..., 0]
    np.testing.assert_array_equal(few, integrate(Gompertz(PAR), np.repeat(DAYS, 3, axis=0)).states[..., 3])


@dataclass(frozen=True)
class Explodes(Gompertz):
    """y' = y^2 + 1: infinite at day pi / 2."""

    def take(self, rows):
        return Explodes(self.par[:, rows])

    def slope(self, day, y):
        return y * y + 1.0


def test_a_solution_that_ends_is_no_crash():
    found = integrate(Explodes(PAR), np.array([[1.0, 3.0]] * 3)).states[0]
    np.testing.assert_allclose(found[:, 0], np.tan(1.0), rtol=1e-6)


def test_a_nonlinear_system_against_scipy():
    from cartpk.models import get_model
    from cartpk.models.effector_memory_target import Equations

    par = np.array([[p.prior.centre] for p in get_model("effector_memory_target").parameters])
    bound = Equations.of(par.T)
    day = np.array([1.0, 9.0, 30.0, 200.0])
    other = solve_ivp(
        lambda t, y: bound.slope(np.array([t]), y[:, None])[:, 0],
        (0, 200), bound.start()[0][:, 0], method="LSODA", rtol=1e-10, atol=1e-10, t_eval=day,
    )  # fmt: skip
    np.testing.assert_allclose(integrate(bound, day[None], tolerance=1e-9).states[:, 0], other.y, atol=1e-6)
