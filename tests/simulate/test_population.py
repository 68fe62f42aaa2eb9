"""cartpk.simulate.population: spreads are standard deviations, typical values those of the sources."""

import numpy as np
import pytest

from cartpk.models.parameter import Transform
from cartpk.simulate.population import CAR_NK, CD7, POPULATIONS, STEIN_MODERATE, STEIN_WIDE
from cartpk.simulate.streams import Streams

N = 20000


@pytest.mark.parametrize("population", [STEIN_MODERATE, STEIN_WIDE, CAR_NK, CD7], ids=lambda p: p.name)
def test_draws_recover_typical_value_and_sd(population):
    drawn = population.draw(Streams(3), N)
    assert set(drawn) == set(population.symbols)
    for effect in population.effects:
        phi = effect.transform.forward(drawn[effect.symbol])
        centre = effect.transform.forward(np.array(effect.typical))
        assert abs(phi.mean() - centre) < 4 * effect.sd / np.sqrt(N)
        assert phi.std(ddof=1) == pytest.approx(effect.sd, rel=4 / np.sqrt(2 * N))


def test_wide_spread_is_the_root_of_the_published_numbers():
    assert [e.sd**2 for e in STEIN_WIDE.effects] == pytest.approx([2.4, 0.38, 0.65, 0.91, 0.80, 0.86])
    assert [e.sd for e in STEIN_MODERATE.effects] == [1.0, 0.30, 0.80, 0.45, 0.90, 0.50]


def test_the_persistent_fraction_stays_a_fraction():
    effect = STEIN_WIDE.effects[STEIN_WIDE.symbols.index("fb")]
    assert effect.transform is Transform.LOGIT
    fb = STEIN_WIDE.draw(Streams(1), N)["fb"]
    assert fb.min() > 0
    assert fb.max() < 1


def test_what_has_no_publication_says_assumed():
    for spreads in POPULATIONS.values():
        for population in spreads.values():
            assert ("ASSUMED" in population.source) or ("unverified" in population.source)
    assert "ASSUMED" in CD7.source
