"""The probability of ACR-CRISS ends in the same digits on every Python."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cartpk.core import criss
from cartpk.core.criss import COMPONENTS, probability


@given(st.lists(st.floats(-20, 20, allow_subnormal=False), min_size=5, max_size=5))
def test_the_score_is_rounded_once_on_every_python(values):
    change = dict(zip(COMPONENTS, values, strict=True))
    terms = [criss._INTERCEPT, *(weight * change[name] for name, weight in COMPONENTS.items())]
    score = float(sum(map(Fraction, terms)))
    odds = math.exp(-abs(score))
    assert probability(change) == (1.0 / (1.0 + odds) if score >= 0 else odds / (1.0 + odds))
