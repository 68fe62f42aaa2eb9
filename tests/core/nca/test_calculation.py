"""The analysis as a whole: closed forms, invariances, blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk.core.nca import (
    PARAMETERS,
    REASONS,
    AfterLast,
    BlqRule,
    NcaSettings,
    Profiles,
    TimeZero,
    calculate,
    calculate_trial,
)
from cartpk.terms import AucMethod, NcaReason

pytestmark = pytest.mark.requirement("URS-201")

# Stein 2019, typical subject: foldx 3900, Tmax 9.3 d, Cmax 24,000, alpha 0.16, FB 0.0079, beta 0.0032 per day
FOLDX, TMAX, CMAX, ALPHA, FB, BETA = 3900.0, 9.3, 24_000.0, 0.16, 0.0079, 0.0032


def stein(day):
    day = np.asarray(day, float)
    late = np.maximum(day - TMAX, 0)
    fall = (1 - FB) * np.exp(-ALPHA * late) + FB * np.exp(-BETA * late)
    return np.where(day < TMAX, CMAX / FOLDX * np.exp(np.log(FOLDX) / TMAX * day), CMAX * fall)


def stein_area(end):
    rise = CMAX / FOLDX * (FOLDX - 1) / (np.log(FOLDX) / TMAX)
    late = end - TMAX
    return rise + CMAX * ((1 - FB) * -np.expm1(-ALPHA * late) / ALPHA + FB * -np.expm1(-BETA * late) / BETA)


def one(day, conc, **choices):
    p = Profiles.from_arrays(np.zeros(len(day), int), day, conc)
    return calculate(p, NcaSettings(**choices))


def test_closed_form_of_the_stein_curve():
    assert stein_area(28) == pytest.approx(171_774.285, abs=5e-4)
    assert stein_area(90) == pytest.approx(189_285.685, abs=5e-4)
    assert stein(28) == pytest.approx(1_373.5588, abs=5e-5)
    # dense sampling with the peak in it: the linear-up/log-down areas converge to the closed form
    day = np.unique(np.concatenate([np.linspace(0, TMAX, 20_001), np.linspace(TMAX, 90, 20_001), [28.0]]))
    got = one(day, stein(day)).value
    assert got["AUC0_28D"][0] == pytest.approx(stein_area(28), rel=1e-8)
    assert got["AUC0_90D"][0] == pytest.approx(stein_area(90), rel=1e-8)
    assert got["CMAX"][0] == pytest.approx(CMAX, rel=1e-12)


def by_hand(day, conc, method):
    """The trapezoids in plain Python."""
    total = 0.0
    for t1, t2, a, b in zip(day[:-1], day[1:], conc[:-1], conc[1:], strict=True):
        log = method is AucMethod.LIN_UP_LOG_DOWN and 0 < b < a
        total += (t2 - t1) * ((b - a) / np.log(b / a) if log else (a + b) / 2)
    return total


@pytest.mark.parametrize(
    ("method", "anchor"), [(AucMethod.LINEAR, 179_650.44), (AucMethod.LIN_UP_LOG_DOWN, 171_375.01)]
)
def test_stein_curve_sampled_eight_times(method, anchor):
    day = np.array([0.0, 1, 4, 7, 10, 14, 21, 28])
    got = one(day, stein(day), auc_method=method).value
    assert got["AUC0_28D"][0] == pytest.approx(anchor, abs=5e-3)
    assert got["AUC0_28D"][0] == pytest.approx(by_hand(day, stein(day), method), rel=1e-12)
    assert got["AUCLST"][0] == pytest.approx(got["AUC0_28D"][0], rel=1e-14)


def test_a_mono_exponential_has_all_its_moments():
    k, c0 = 0.07, 800.0
    day = np.array([0.0, 2, 5, 9, 14, 30])
    got = {code: value[0] for code, value in one(day, c0 * np.exp(-k * day)).value.items()}
    assert got["LAMZ"] == pytest.approx(k, rel=1e-12)
    assert got["AUCIFO"] == pytest.approx(c0 / k, rel=1e-11)
    assert got["AUCIFP"] == pytest.approx(c0 / k, rel=1e-11)
    assert got["AUMCIFO"] == pytest.approx(c0 / k**2, rel=1e-11)
    assert got["MRTIFO"] == pytest.approx(1 / k, rel=1e-11)
    assert got["AUCPEO"] == pytest.approx(100 * np.exp(-k * 30), rel=1e-9)
    assert got["AUC0_90D"] == pytest.approx(c0 / k * -np.expm1(-k * 90), rel=1e-11)


def test_interval_after_the_last_quantifiable_sample():
    day, conc = [0, 7, 14, 21, 42], [0, 100, 50, 25, 0]
    base = (350 + 525 + 262.5, AucMethod.LINEAR)
    values = {x: one(day, conc, auc_method=base[1], after_last=x).value["AUC0_28D"][0] for x in AfterLast}
    assert values[AfterLast.ZERO] == base[0]
    assert values[AfterLast.TRIANGLE] == pytest.approx(base[0] + 7 * (25 + 25 * 2 / 3) / 2)
    assert np.isnan(values[AfterLast.EXTRAPOLATE])
    more = one([0, 7, 10, 14, 21], [0, 200, 200 * np.exp(-0.3), 200 * np.exp(-0.7), 200 * np.exp(-1.4)])
    tail = 200 * np.exp(-1.4) / 0.1 * -np.expm1(-0.7)
    assert more.value["AUC0_28D"][0] == pytest.approx(700 + 2000 * -np.expm1(-1.4) + tail, rel=1e-12)


def test_no_record_at_time_0():
    day, conc = [1, 7, 14], [10, 100, 50]
    got = one(day, conc)
    assert got.reason("AUCLST", 0) == NcaReason.NO_TIME_ZERO
    assert got.value["AUC0_28D"][0] != got.value["AUC0_28D"][0]  # no lambda_z to day 28
    triangle = one(day, conc, after_last=AfterLast.ZERO, auc_method=AucMethod.LINEAR)
    assert triangle.value["AUC0_28D"][0] == 5 + 330 + 525
    zero = one(day, conc, time_zero=TimeZero.ZERO, auc_method=AucMethod.LINEAR)
    assert zero.value["AUCLST"][0] == 5 + 330 + 525


def test_a_zero_is_assumed_only_where_there_is_something_to_analyse():
    assert one([-2, -1], [1, 1], time_zero=TimeZero.ZERO).reason("CMAX", 0) == NcaReason.NO_DATA


def test_reasons():
    assert one([0, 7], [0, 5]).reason("LAMZ", 0) == NcaReason.TOO_FEW_POINTS
    assert one([0], [5]).reason("AUCLST", 0) == NcaReason.TOO_FEW_SAMPLES
    assert one([0, 7, 14], [0, 0, 0]).reason("TMAX", 0) == NcaReason.ALL_BLQ
    assert one([-2, -1], [1, 1]).reason("CMAX", 0) == NcaReason.NO_DATA
    twice = one([0, 7, 7, 14], [0, 5, 6, 1])
    assert all(twice.reason(code, 0) == NcaReason.DUPLICATE_TIMES for code in twice.value)


def test_what_is_refused():
    p = Profiles.from_arrays([0], [1.0], [1.0])
    with pytest.raises(ValueError, match="interval 3:28"):
        calculate(p, intervals=[(3, 28)])
    with pytest.raises(ValueError, match="unknown PARAMCD CMAXX"):
        calculate(p, codes=["CMAXX"])


def test_no_profile_at_all():
    got = calculate(Profiles.from_arrays([], [], []))
    assert all(len(value) == 0 for value in got.value.values())
    assert calculate_trial(Profiles.from_arrays([], [], [])).windows[28.0].value.shape == (0,)


# --- invariances -----------------------------------------------------------------------------------------------------


@st.composite
def profiles(draw, blq=True):
    """Days and concentrations of one profile with a record at 0."""
    gaps = draw(st.lists(st.floats(0.1, 25), min_size=2, max_size=12))
    day = np.round(np.append(0.0, np.cumsum(gaps)), 3)
    level = st.floats(1.0, 1e6)
    conc = draw(st.lists(st.one_of(st.just(0.0), level) if blq else level, min_size=len(day), max_size=len(day)))
    return day, np.array(conc)


choices = st.builds(
    NcaSettings,
    auc_method=st.sampled_from(list(AucMethod)),
    blq_rule=st.sampled_from(list(BlqRule)),
    after_last=st.sampled_from(list(AfterLast)),
    time_zero=st.sampled_from(list(TimeZero)),
)


def table(parts, order=None, codes=None):
    """Several profiles as one table; row order and profile numbers may be shuffled."""
    code = np.repeat(np.arange(len(parts)) if codes is None else codes, [len(day) for day, _ in parts])
    day, conc = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    order = np.arange(len(code)) if order is None else order
    return Profiles.from_arrays(
        code[order], day[order], conc[order], lloq=np.full(len(code), 0.5), n_profiles=len(parts)
    )


def everything(p, nca, event=None):
    """All arrays of both analyses, by name."""
    bare = calculate(p, nca, codes=list(PARAMETERS))
    trial = calculate_trial(p, nca, event_day=event)
    out = {f"bare {k}": v for k, v in bare.value.items()} | {f"why {k}": v for k, v in bare.reasons.items()}
    out |= {f"trial {k}": v for k, v in trial.parameters.value.items()}
    for end, area in trial.windows.items():
        out |= {f"{end} value": area.value, f"{end} flag": area.flag, f"{end} pct": area.extrapolated_pct}
    return out


@pytest.mark.requirement("URS-210")
@settings(max_examples=40, deadline=None)
@given(st.lists(profiles(), min_size=2, max_size=7), choices, st.data())
def test_a_subject_alone_equals_the_subject_among_others_to_the_last_bit(parts, nca, data):
    event = np.array([data.draw(st.one_of(st.just(np.nan), st.floats(0.5, 100))) for _ in parts])
    among = everything(table(parts), nca, event)
    for i, part in enumerate(parts):
        alone = everything(table([part]), nca, event[i : i + 1])
        for name, value in alone.items():
            assert value[0].tobytes() == among[name][i].tobytes(), (name, i)


@pytest.mark.requirement("URS-210")
@settings(max_examples=30, deadline=None)
@given(st.lists(profiles(), min_size=2, max_size=6), choices, st.randoms(use_true_random=False))
def test_order_of_rows_and_subjects_is_irrelevant_to_the_last_bit(parts, nca, rnd):
    rows = list(range(sum(len(day) for day, _ in parts)))
    rnd.shuffle(rows)
    codes = list(range(len(parts)))
    rnd.shuffle(codes)
    straight = everything(table(parts), nca)
    shuffled = everything(table(parts, np.array(rows), np.array(codes)), nca)
    for name, value in straight.items():
        assert value.tobytes() == shuffled[name][codes].tobytes(), name


def test_blocks_never_show(monkeypatch):
    rng = np.random.default_rng(3)
    n, per = 50, 9
    day = np.sort(rng.uniform(0, 100, (n, per)), axis=1)
    day[:, 0] = 0
    conc = np.where(rng.random((n, per)) < 0.2, 0, rng.lognormal(5, 2, (n, per)))
    p = Profiles.from_arrays(np.repeat(np.arange(n), per), day.ravel(), conc.ravel())
    whole = everything(p, NcaSettings())
    monkeypatch.setattr("cartpk.core.nca.calculation.BLOCK", 7)
    blocks = everything(p, NcaSettings())
    for name, value in whole.items():
        assert value.tobytes() == blocks[name].tobytes(), name


AREAS = ("AUCLST", "AUCALL", "AUC0_28D", "AUC0_90D", "AUMCLST")


@pytest.mark.requirement("URS-210")
@settings(max_examples=80, deadline=None)
@given(profiles(), choices, st.floats(1e-3, 1e3))
def test_values_scale(part, nca, factor):
    day, conc = part
    one_, many = (
        calculate(Profiles.from_arrays(np.zeros(len(day), int), day, conc * f, lloq=np.full(len(day), 0.5 * f)), nca)
        for f in (1.0, factor)
    )
    for code in ("CMAX", "CLST", *AREAS):
        if code.startswith("AUC0") and nca.after_last is AfterLast.EXTRAPOLATE:
            continue  # needs lambda_z, whose choice of points may tip at a rounding error
        np.testing.assert_allclose(many.value[code], one_.value[code] * factor, rtol=1e-9)
    for code in ("TMAX", "TLST", "TFST", "MRTLST"):
        np.testing.assert_allclose(many.value[code], one_.value[code], rtol=1e-9)
    if many.value["LAMZNPT"][0] == one_.value["LAMZNPT"][0] and one_.value["LAMZ"][0] > 1e-6:
        np.testing.assert_allclose(many.value["LAMZ"], one_.value["LAMZ"], rtol=1e-6)


@pytest.mark.requirement("URS-210")
@settings(max_examples=80, deadline=None)
@given(profiles(), choices, st.sampled_from([0.125, 0.5, 2.0, 24.0]))
def test_time_scales(part, nca, factor):
    day, conc = part
    one_, many = (
        calculate(Profiles.from_arrays(np.zeros(len(day), int), day * f, conc, lloq=np.full(len(day), 0.5)), nca, ())
        for f in (1.0, factor)
    )
    for code, power in (("CMAX", 0), ("TMAX", 1), ("TLST", 1), ("AUCLST", 1), ("AUCALL", 1), ("AUMCLST", 2)):
        np.testing.assert_allclose(many.value[code], one_.value[code] * factor**power, rtol=1e-9)
    if many.value["LAMZNPT"][0] == one_.value["LAMZNPT"][0] and one_.value["LAMZ"][0] > 1e-6:
        np.testing.assert_allclose(many.value["LAMZ"], one_.value["LAMZ"] / factor, rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(profiles(blq=False), st.floats(1.0, 200.0), st.floats(1.0, 200.0))
def test_a_longer_window_never_has_a_smaller_area(part, first, second):
    day, conc = part
    ends = sorted({(0.0, first), (0.0, second)})
    nca = NcaSettings(after_last=AfterLast.ZERO)
    got = calculate(Profiles.from_arrays(np.zeros(len(day), int), day, conc), nca, ends)
    areas = [got.value[f"AUC0_{end:g}D"][0] for _, end in ends]
    assert areas == sorted(areas)


def test_marks_of_an_analyst_go_by_the_rows_of_the_input():
    day = np.array([60.0, 28, 21, 14, 10, 7, 0])  # backwards on purpose
    conc = np.array([100.0, 220, 900, 500, 700, 1000, 0])
    p = Profiles.from_arrays(np.zeros(7, int), day, conc)
    out = calculate(p, exclude=day == 21)
    assert set(out.line_rows.tolist()) <= {0, 1, 3, 4}
    chosen = np.isin(day, [60, 14, 10])
    kept = calculate(p, include=chosen)
    assert set(kept.line_rows.tolist()) == {0, 3, 4}
    slope = np.polyfit(day[chosen], np.log(conc[chosen]), 1)
    assert kept.value["LAMZ"][0] == pytest.approx(-slope[0], rel=1e-12)
    intercept, gradient = kept.line
    assert (intercept[0], gradient[0]) == (pytest.approx(slope[1], rel=1e-12), pytest.approx(slope[0], rel=1e-12))
    assert REASONS[kept.reasons["LAMZ"][0]] == ""
