"""One contract for every registered model: what a file in models/ must hold to."""

from __future__ import annotations

import pkgutil
from itertools import pairwise

import numpy as np
import pytest

import cartpk.models
from cartpk.core.estimation.profiles import Profiles
from cartpk.core.nca.parameters import UnitRule, unit_of
from cartpk.models import MODELS, KineticModel, Unit, get_model
from cartpk.models.fitting.individual import fit_model

pytestmark = pytest.mark.requirement("URS-401")

DAYS = np.array([0.02, 0.4, 1.0, 3.3, 6.1, 8.7, 10.2, 14.9, 28.0, 61.0, 90.0, 365.0])
NOT_MODELS = {"base", "cd7_dynamics", "differential", "fitting", "parameter", "parts", "quadrature"}


@pytest.fixture(params=sorted(MODELS))
def model(request) -> KineticModel:
    return MODELS[request.param]


def thetas(model: KineticModel, n: int = 60) -> np.ndarray:
    """Parameters spread evenly over the bounds (seeded), the order constraints kept."""
    rng = np.random.default_rng(11)
    low, high = model.bounds()
    phi = rng.uniform(low, high, (n, low.size))
    for slow, fast in model.order:
        pair = np.sort(phi[:, [model.index(slow), model.index(fast)]], axis=1)
        phi[:, model.index(slow)] = np.minimum(pair[:, 0], high[model.index(slow)])
        phi[:, model.index(fast)] = np.maximum(pair[:, 1], low[model.index(fast)])
    return model.theta(phi)


def typical(model: KineticModel) -> np.ndarray:
    return np.array([[p.prior.centre for p in model.parameters]])


def test_every_file_of_the_folder_is_registered():
    files = {m.name for m in pkgutil.iter_modules(cartpk.models.__path__)} - NOT_MODELS
    assert files == set(MODELS)


def test_a_fit_starts_somewhere_whenever_the_peak_was(model):
    days = np.array([[1e-6, 1.0, 7.0, 1e4], [1e-6, 1e-5, 1e-4, 1e-3]])
    conc, row = np.tile([1.0, 100.0, 10.0, 1e12], 2), np.repeat([0, 1], 4)
    profiles = Profiles.from_long(row, days.ravel(), conc, np.full(8, np.nan), np.zeros(8, dtype=bool))
    assert np.isfinite(model.starts(profiles.scaled(profiles.log_peak))).all()


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"no kinetic model named 'steen'; allowed: .*stein"):
        get_model("steen")
    assert get_model("Growth-Decay") is MODELS["growth_decay"]


def test_it_says_where_it_comes_from(model):
    assert len(model.source) > 15
    assert "=" in model.equation
    for parameter in model.parameters:
        assert len(parameter.prior.source) > 15, parameter.symbol
        assert parameter.lower < parameter.prior.centre < parameter.upper, parameter.symbol


def test_the_curve_is_positive_and_finite_over_the_bounds(model):
    theta = thetas(model)
    day = np.broadcast_to(np.concatenate([[0.0], DAYS]), (len(theta), DAYS.size + 1))
    log_c = model.log_value(theta, day)
    assert np.isfinite(log_c).all()
    assert (model.curve(theta, np.minimum(day, 60.0)) >= 0).all()


def test_the_gradient_is_the_derivative(model):
    phi = model.phi(thetas(model, 40))
    day = np.broadcast_to(DAYS, (len(phi), DAYS.size))
    both, slope = model.log_expansion(phi, day)
    assert slope.shape == (len(phi), DAYS.size, phi.shape[1])
    np.testing.assert_allclose(both, model.log_curve(phi, day), rtol=1e-12, atol=1e-12)
    step = 1e-6
    p = phi.shape[1]
    shift = step * np.arange(-2, 3)[:, None, None, None] * np.eye(p)[:, None, :]
    lower, low, here, high, higher = model.log_curve(phi + shift, np.broadcast_to(day, (5, p, *day.shape)))
    # a model of differential equations may change its steps at one of the five points: not on both sides of it
    numeric = (high - low, 4 * high - 3 * here - higher, 3 * here - 4 * low + lower)
    off = [np.abs(np.moveaxis(slope, -1, 0) - each / (2 * step)) / (1 + np.abs(each / (2 * step))) for each in numeric]
    for k, worst in enumerate(np.minimum.reduce(off).max(axis=(1, 2))):
        assert worst <= 1e-5, model.symbols[k]
    assert np.median(off[0]) < 1e-7


@pytest.mark.parametrize("end", [0.5, 7.0, 28.0, 90.0])
def test_the_area_is_the_integral(model, end):
    theta = thetas(model, 12)
    closed = model.area(theta, end)
    assert closed.shape == (12,)
    for one, area in zip(theta, closed, strict=True):
        bend = [one[model.index(symbol)] for symbol in ("tmax", "tm", "tlag", "ti") if symbol in model.symbols]
        cuts = [0.0, *[b for b in bend if 0 < b < end], end]
        # the integrand spans hundreds of decades: integrate the panels between powers of two as well
        for start in [0.0, *bend]:
            cuts += [start + end * 2.0**-k for k in range(1, 14) if start + end * 2.0**-k < end]
        assert area == pytest.approx(integral(model, one, np.unique(cuts)), rel=1e-7)


def integral(model: KineticModel, theta: np.ndarray, cuts: np.ndarray) -> float:
    """Gauss-Legendre on 24 parts of every panel: one call of the curve."""
    edges = np.concatenate([np.linspace(a, b, 24, endpoint=False) for a, b in pairwise(cuts)] + [cuts[-1:]])
    at, weight = np.polynomial.legendre.leggauss(16)
    half, middle = 0.5 * np.diff(edges)[:, None], 0.5 * (edges[1:] + edges[:-1])[:, None]
    return float(np.sum(model.curve(theta, (middle + half * at).ravel()).reshape(-1, 16) * weight * half))


def test_the_area_takes_one_end_per_profile(model):
    theta = thetas(model, 3)
    ends = np.array([5.0, 28.0, 90.0])
    each = [model.area(theta[[i]], float(end))[0] for i, end in enumerate(ends)]
    np.testing.assert_allclose(model.area(theta, ends), each)


def test_the_scales_are_inverse_to_each_other(model):
    theta = thetas(model)
    np.testing.assert_allclose(model.theta(model.phi(theta)), theta, rtol=1e-12)
    for k, parameter in enumerate(model.parameters):
        np.testing.assert_allclose(parameter.transform.forward(theta[:, k]), model.phi(theta)[:, k])
        np.testing.assert_allclose(parameter.transform.inverse(model.phi(theta)[:, k]), theta[:, k])


def test_quantities_are_named_by_the_rules_of_adam(model):
    codes = [entry.paramcd for entry in model.derived]
    assert len(set(codes)) == len(codes)
    for entry in model.derived:
        assert len(entry.paramcd) <= 8, entry.paramcd
        assert entry.paramcd.isalnum()
        assert len(entry.label) <= 40, entry.label


def test_a_code_means_the_same_in_every_model():
    seen: dict[str, tuple[str, str]] = {}
    for model in MODELS.values():
        for entry in model.derived:
            said = (entry.label, str(entry.unit))
            assert seen.setdefault(entry.paramcd, said) == said, f"{entry.paramcd} in {model.name}"


def test_units_are_spelled_as_those_of_the_nca():
    pairs = {
        Unit.CONC: UnitRule.CONC, Unit.DAY: UnitRule.DAY, Unit.PER_DAY: UnitRule.PER_DAY, Unit.AUC: UnitRule.CONC_DAY,
        Unit.RATIO: UnitRule.ONE, Unit.FRACTION: UnitRule.ONE,
    }  # fmt: skip
    assert set(pairs) == set(Unit)
    for unit, rule in pairs.items():
        assert unit.of("copies/ug") == unit_of(rule, "copies/ug")


def test_quantities_are_positive_or_not_calculable(model):
    theta = thetas(model)
    for entry in model.derived:
        value = entry.value(theta)
        assert value.shape == (len(theta),)
        assert ((value >= 0) | np.isnan(value)).all(), entry.paramcd


def test_quantities_follow_their_parameters_in_the_direction_they_say(model):
    phi = model.phi(thetas(model))
    for entry in model.derived:
        for symbol in entry.follows:
            shift = np.zeros(phi.shape[1])
            shift[model.index(symbol)] = 0.01
            up, here = entry.value(model.theta(phi + shift)), entry.value(model.theta(phi))
            gain = (here - up) if entry.inverse else (up - here)
            assert (gain[np.isfinite(gain)] >= 0).all(), (entry.paramcd, symbol)
            assert (gain > 0).any(), (entry.paramcd, symbol)


def test_the_required_quantities_are_there(model):
    codes = {entry.paramcd for entry in model.derived}
    assert {"MCMAX", "MTMAX", "MAUC28D", "MAUC90D"} <= codes
    assert "rho" not in model.symbols or "DBLTIME" in codes
    assert "alpha" not in model.symbols or "HLALPHA" in codes
    assert "beta" not in model.symbols or "HLBETA" in codes


def test_starts_are_inside_the_bounds(model):
    profiles = Profiles.from_long(
        [0] * 6, [1, 4, 8, 12, 20, 28], [0.01, 0.1, 1.0, 0.5, 0.2, 0.1], [0.001] * 6, [False] * 6
    )
    starts = model.starts(profiles)
    low, high = model.bounds()
    assert starts.ndim == 3
    assert starts.shape[0] == 1
    assert ((starts >= low) & (starts <= high)).all()


def test_leading_dimensions_broadcast(model):
    theta = np.stack([thetas(model, 4), thetas(model, 4) * 0.999])
    day = np.broadcast_to(DAYS, (2, 4, DAYS.size))
    np.testing.assert_allclose(model.log_value(theta, day)[1], model.log_value(theta[1], day[1]))
    np.testing.assert_allclose(model.log_slope(theta, day)[0], model.log_slope(theta[0], day[0]))


@pytest.mark.requirement("URS-403")
def test_a_noise_free_profile_gives_its_parameters_back(model):
    truth = typical(model) * 1.25
    truth[:, [p.unit == "conc" for p in model.parameters]] *= 3000.0
    day = np.concatenate([np.linspace(0.25, 30, 50), np.linspace(35, 400, 20)])
    conc = model.curve(truth, day[None])[0]
    keep = conc > 1e-6
    n = int(keep.sum())
    profiles = Profiles.from_long(np.zeros(n, int), day[keep], conc[keep], np.full(n, 1e-9), np.zeros(n, bool))
    fits = fit_model(model, profiles, polish=False, limits=False)
    assert fits.fits.converged.all()
    np.testing.assert_allclose(fits.theta, truth, rtol=0.02)
    for quantity in fits.quantities():
        expected = quantity.entry.value(truth)
        np.testing.assert_allclose(quantity.value, expected, rtol=0.05, err_msg=quantity.entry.paramcd)
