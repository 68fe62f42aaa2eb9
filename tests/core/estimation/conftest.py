"""A straight line on the log scale: everything about its fit is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.problem import Problem
from cartpk.core.estimation.profiles import Profiles


class Line:
    """ln C = a + b t, phi = (a, b)."""

    @staticmethod
    def log_curve(phi, day):
        return phi[..., 0, None] + phi[..., 1, None] * day

    def log_expansion(self, phi, day):
        return self.log_curve(phi, day), np.stack([np.ones_like(day), day], axis=-1) + 0 * phi[..., None, :]


def line_problem(profiles: Profiles, *, wide: float = 50.0, residual=Residual.NORMAL, prior_sd=None) -> Problem:
    n = profiles.n_profiles
    bound = np.tile([wide, wide, 4.0], (n, 1))
    precision = np.zeros((n, 3)) if prior_sd is None else np.tile(np.asarray(prior_sd, float) ** -2.0, (n, 1))
    return Problem(Line(), profiles, -bound, bound, np.zeros((n, 3)), precision, np.zeros(n), residual)


@pytest.fixture
def line():
    return line_problem


@pytest.fixture
def noisy():
    """Five profiles of a line with noise 0.3; the last two are censored below 1."""
    rng = np.random.default_rng(5)
    n, m = 5, 14
    day = np.tile(np.linspace(1, 20, m), (n, 1))
    log_c = rng.uniform(1, 3, (n, 1)) - rng.uniform(0.05, 0.2, (n, 1)) * day + 0.3 * rng.normal(size=(n, m))
    conc = np.exp(log_c)
    lloq = np.full(n * m, 1.0)
    blq = (conc < 1.0) & (np.arange(n) >= 3)[:, None]
    return Profiles.from_long(np.repeat(np.arange(n), m), day.ravel(), conc.ravel(), lloq, blq.ravel())
