"""cartpk.simulate.cd7: the solver against scipy, and what the equations must do."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from cartpk.simulate.cd7 import BLAST_CAPACITY, SOURCES, solve
from cartpk.simulate.kinetics import kinetics
from cartpk.simulate.population import CD7, STEIN_MODERATE
from cartpk.simulate.streams import Streams

N = 4


@pytest.fixture(scope="module")
def made():
    streams = Streams(77)
    drawn = CD7.draw(streams, N)
    curves = kinetics("stein", STEIN_MODERATE.draw(streams, N))
    return drawn, curves, solve(drawn, curves, 120.0, blasts=True)


def test_runge_kutta_agrees_with_an_adaptive_solver(made):
    drawn, curves, cells = made
    for k in range(N):
        d = {s: v[k] for s, v in drawn.items()}
        one = type(curves)(curves.model, curves.theta[k : k + 1])

        def slope(t, y, d=d, one=one):
            p, n, nk, b, blast = y
            c = one.curve(np.array([[max(t, 1e-12)]]))[0, 0]
            kill = d["kmax"] * c / (d["ec50"] + c)
            room = 1 - (p + n) / (d["base7"] + d["basen"])
            return [
                SOURCES[0] + d["r7"] * p * room - kill * p,
                SOURCES[1] + d["rn"] * n * room,
                SOURCES[2] + d["rk"] * nk * (1 - nk / d["basek"]) - kill * nk,
                SOURCES[3] + d["rb"] * b * (1 - b / d["baseb"]),
                d["rbl"] * blast * (1 - blast / BLAST_CAPACITY) - kill * blast,
            ]

        days = np.array([0.0, 7.0, 14.0, 28.0, 60.0, 110.0])
        start = cells.counts[0, k]
        exact = solve_ivp(slope, (0, 110), start, t_eval=days, rtol=1e-9, atol=1e-9, max_step=0.5).y.T
        got = cells.at(np.broadcast_to(days, (N, days.size)), -5.0)[k]
        np.testing.assert_allclose(got[:, :4], exact[:, :4], rtol=2e-3)
        np.testing.assert_allclose(got[:, 4], exact[:, 4], rtol=2e-3, atol=1e-6)


def test_lymphodepletion_and_killing(made):
    drawn, _, cells = made
    days = np.broadcast_to([-7.0, -0.05, 14.0, 60.0], (N, 4))
    count = cells.at(days, -5.0)
    np.testing.assert_allclose(count[:, 0, 0], drawn["base7"])
    np.testing.assert_allclose(count[:, 1, 0], drawn["base7"] * drawn["ld"])
    assert (count[:, 2, 0] < 0.2 * count[:, 1, 0]).all()  # CD7+ T are gone
    assert (count[:, 3, 1] > 3 * drawn["basen"]).all()  # CD7- T have taken the room
    assert (count[:, 3, 3] > count[:, 2, 3]).all()  # B cells come back whatever the CAR does
    assert (cells.counts >= 0).all()


def test_without_car_cells_the_cd7_positive_cells_come_back():
    drawn = CD7.draw(Streams(1), N)
    silent = STEIN_MODERATE.draw(Streams(1), N) | {"cmax": np.full(N, 1e-6)}
    cells = solve(drawn, kinetics("stein", silent), 200.0, blasts=False)
    ends = cells.at(np.full((N, 1), 200.0), -5.0)[:, 0]
    assert (ends[:, 0] > 0.5 * drawn["base7"]).all()
    assert (ends[:, 4] < 1e-9).all()
