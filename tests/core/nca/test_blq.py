"""Every BLQ rule on one profile by hand: which rows areas see, with which value."""

import pytest

from cartpk.core.nca import BlqRule, NcaSettings, Profiles
from cartpk.core.nca.analysis import Analysis

pytestmark = pytest.mark.requirement("URS-201")

# BLQ at 0 and 2 (first), 7 (middle), 9 between Tmax and Tlast (middle), 28 (last); Tfirst 4, Tmax 8, Tlast 14
DAY = [0, 2, 4, 7, 8, 9, 14, 28]
CONC = [0, 0, 5, 0, 90, 0, 10, 0]
LLOQ = [2, 2, 2, 4, 2, 8, 2, 2]


def kept(rule, conc=CONC):
    a = Analysis(Profiles.from_arrays([0] * 8, DAY, conc, lloq=LLOQ), NcaSettings(blq_rule=rule))
    return dict(zip(a.kept.day.tolist(), a.kept.conc.tolist(), strict=True))


@pytest.mark.parametrize(
    ("rule", "days", "replaced"),
    [
        (BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_KEEP, [0, 2, 4, 8, 14, 28], {}),
        (BlqRule.ZERO, DAY, {}),
        (BlqRule.DROP, [4, 8, 14], {}),
        (BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_DROP, [0, 2, 4, 8, 14], {}),
        (BlqRule.BEFORE_TMAX_KEEP_AFTER_TMAX_DROP, [0, 2, 4, 7, 8, 14], {}),
        (BlqRule.HALF_LLOQ_ALL, DAY, {0: 1, 2: 1, 7: 2, 9: 4, 28: 1}),
        (BlqRule.FIRST_ZERO_MIDDLE_HALF_LLOQ_LAST_ZERO, DAY, {7: 2, 9: 4}),
    ],
)
def test_the_rows_of_each_rule(rule, days, replaced):
    want = {float(d): float(replaced.get(d, CONC[DAY.index(d)])) for d in days}
    assert kept(rule) == want


@pytest.mark.parametrize("rule", list(BlqRule))
def test_nothing_quantifiable_is_all_first(rule):
    got = kept(rule, [0] * 8)
    if rule is BlqRule.DROP:
        assert got == {}
    elif rule is BlqRule.HALF_LLOQ_ALL:
        assert got == {float(d): limit / 2 for d, limit in zip(DAY, LLOQ, strict=True)}
    else:
        assert got == dict.fromkeys(map(float, DAY), 0.0)


@pytest.mark.parametrize("rule", [BlqRule.HALF_LLOQ_ALL, BlqRule.FIRST_ZERO_MIDDLE_HALF_LLOQ_LAST_ZERO])
def test_half_of_an_unknown_limit_is_refused(rule):
    p = Profiles.from_arrays([0] * 3, [0, 1, 2], [1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match="1 BLQ results have no LLOQ > 0"):
        Analysis(p, NcaSettings(blq_rule=rule)).kept  # noqa: B018


def test_the_record_of_time_0_of_a_trial_is_never_dropped():
    p = Profiles.from_arrays([0] * 3, [0, 7, 14], [0.0, 5.0, 2.0])
    a = Analysis(p, NcaSettings(blq_rule=BlqRule.DROP, post_infusion=True))
    assert a.kept.day.tolist() == [0, 7, 14]


def test_landmarks_do_not_depend_on_the_rule_but_for_half_lloq_all():
    p = Profiles.from_arrays([0] * 8, DAY, CONC, lloq=LLOQ)
    for rule in BlqRule:
        a = Analysis(p, NcaSettings(blq_rule=rule))
        assert (a.cmax[0], a.tmax[0]) == (90, 8)
        assert (a.tfirst[0], a.tlast[0]) == ((0, 28) if rule is BlqRule.HALF_LLOQ_ALL else (4, 14))
