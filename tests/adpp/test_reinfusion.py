"""A re-infusion: its own profile and time zero, the result before it as baseline, the first profile cut."""

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import derive_params_trial
from cartpk.adpp.reinfusion import infusion_starts, with_baselines

pytestmark = pytest.mark.requirement("URS-207")

START = 60.03
SECOND = [3.1, 7.2, 10.4, 14.0, 28.9]
LEVELS = [200.0, 4_000, 9_000, 2_000, 500]


@pytest.fixture
def samples(make):
    """A profile and, after a re-infusion, a second one; the sample at the re-infusion belongs to the first."""
    first = make.samples(days=[*make.days[:7], 45, START], levels=[*make.levels[:7], 500, 350])
    later = make.samples(days=START + np.array(SECOND), levels=LEVELS, ATPTREF="INFUSION 2", ARRLT=SECOND)
    return pd.concat([first, later], ignore_index=True)


def test_the_start_of_an_infusion_is_what_its_times_differ_by(samples, make):
    assert infusion_starts(samples).to_numpy().tolist() == [["01", "INFUSION 2", START]]
    assert infusion_starts(make.samples()).empty
    assert infusion_starts(make.samples().drop(columns="ARRLT")).empty


def test_the_last_result_before_is_the_baseline(samples, make):
    carried = with_baselines(samples, infusion_starts(samples))
    assert len(carried) == len(samples) + 1
    pd.testing.assert_frame_equal(carried.iloc[: len(samples)], samples)
    added = carried.iloc[-1]
    assert added[["ATPTREF", "AFRLT", "ARRLT", "AVAL", "SRCROW"]].tolist() == ["INFUSION 2", START, 0.0, 350.0, 10.0]
    unused = samples.assign(NCAXFL=np.where(samples["AFRLT"] == START, "Y", None))
    assert with_baselines(unused, infusion_starts(unused)).iloc[-1][["AFRLT", "AVAL"]].tolist() == [45, 500]
    plain = make.samples()
    assert with_baselines(plain, infusion_starts(plain)) is plain


def test_each_profile_has_its_own_areas(samples, make):
    done = derive_params_trial(samples)
    second = {"ATPTREF": "INFUSION 2"}
    assert make.cell(done.adpp, "TMAX", **second) == 10.4
    # the last result before the re-infusion is C(0): trapezoids by hand, log where it falls
    days, levels = [0.0, *SECOND], [350.0, *LEVELS]
    area = 0.0
    for a, b, u, v in zip(days, days[1:], levels, levels[1:], strict=False):
        area += (b - a) * ((u - v) / np.log(u / v) if v < u else (u + v) / 2)
    assert make.cell(done.adpp, "AUCLST", **second) == pytest.approx(area, rel=1e-12)
    assert make.cell(done.adpp, "AUC0_28D", "FLAG", **second) == "COMPLETE"
    assert make.cell(done.adpp, "AUC0_28D", "FLAG", ATPTREF="INFUSION 1") == "COMPLETE"
    # the samples themselves tell of the re-infusion: no event is needed
    assert make.cell(done.adpp, "AUC0_90D", "FLAG", ATPTREF="INFUSION 1") == "NC_EVENT"


def test_an_infusion_is_no_event_of_its_own_profile(samples, make):
    events = pd.DataFrame({"USUBJID": ["01"], "AFRLT": [START]})
    for given in (None, events):
        done = derive_params_trial(samples, events=given)
        assert make.cell(done.adpp, "TLST", ATPTREF="INFUSION 2") == SECOND[-1]


def test_a_third_infusion_ends_the_second_profile(samples, make):
    third = make.samples(days=START + np.array([22.0, 30]), levels=[70.0, 60], ATPTREF="INFUSION 3", ARRLT=[2.0, 10])
    rows = pd.concat([samples[samples["ARRLT"] < 20], third], ignore_index=True)
    done = derive_params_trial(rows)
    assert make.cell(done.adpp, "AUC0_28D", "FLAG", ATPTREF="INFUSION 2") == "NC_EVENT"
    assert make.cell(done.adpp, "TLST", ATPTREF="INFUSION 3") == 10


def test_a_quantifiable_baseline_is_no_peak_and_no_first_detection(samples, make):
    low = samples.assign(AVAL=np.where(samples["ATPTREF"] == "INFUSION 2", samples["AVAL"] / 1000, samples["AVAL"]))
    done = derive_params_trial(low)
    assert make.cell(done.adpp, "CMAX", ATPTREF="INFUSION 2") == 9.0, "350 before the infusion is not its Cmax"
    assert make.cell(done.adpp, "TFST", ATPTREF="INFUSION 2") == SECOND[0]


def test_assays_keep_their_own_baselines(samples, make):
    flow = samples.assign(PCTESTCD="FLOW", AVALU="cells/uL", AVAL=samples["AVAL"] / 7)
    two = pd.concat([samples, flow], ignore_index=True)
    both = with_baselines(two, infusion_starts(two))
    added = both.iloc[2 * len(samples) :]
    assert added.set_index("PCTESTCD")["AVAL"].to_dict() == {"CART": 350.0, "FLOW": 50.0}


def test_the_first_infusion_is_as_without_the_second(samples, make):
    alone = samples[samples["ATPTREF"] == "INFUSION 1"]
    events = pd.DataFrame({"USUBJID": ["01"], "AFRLT": [START]})
    done, want = derive_params_trial(samples).adpp, derive_params_trial(alone, events=events).adpp
    first = done[done["ATPTREF"] == "INFUSION 1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, want)
