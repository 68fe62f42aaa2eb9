"""Results above their upper limit: lower bounds of peak and areas, no points of the terminal line."""

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import derive_params_trial
from cartpk.terms import BlqClass

FALL = 20_000 * np.exp(-0.06 * (np.array([14.0, 21, 28, 45, 60]) - 14.0))
LEVELS = [np.nan, 400.0, 9_000, 20_000, *FALL, np.nan]


@pytest.fixture
def samples(make):
    """Two results at the upper limit: the peak, and one that lies on the line of the later ones."""
    rows = make.samples(levels=LEVELS)
    above = rows["AVAL"] == 20_000
    return rows.assign(BLQCLASS=np.where(above, BlqClass.ABOVE.value, BlqClass.QUANTIFIABLE.value))


def test_a_bound_is_no_point_of_the_line(samples):
    done = derive_params_trial(samples)
    used = done.lambda_z.loc[done.lambda_z["LZFL"] == "Y", "AFRLT"]
    assert used.tolist() == [21, 28, 45, 60]
    believed = derive_params_trial(samples.drop(columns="BLQCLASS")).lambda_z
    assert believed.loc[believed["LZFL"] == "Y", "AFRLT"].tolist() == [14, 21, 28, 45, 60]
    line = done.lambda_z.iloc[0]
    late = samples[samples["AFRLT"].isin(used)]
    slope, intercept = np.polyfit(late["AFRLT"], np.log(late["AVAL"]), 1)
    assert line[["SLOPE", "INTERCEPT"]].tolist() == pytest.approx([slope, intercept], rel=1e-9)


def test_peak_and_areas_keep_the_bound_and_say_so(samples, make):
    done = derive_params_trial(samples).adpp
    assert make.cell(done, "CMAX") == 20_000
    assert "ABOVE_ULOQ" in make.cell(done, "CMAX", "FLAG")
    plain = derive_params_trial(samples.drop(columns="BLQCLASS")).adpp
    for code in ("CMAX", "TMAX", "AUCLST"):
        assert make.cell(done, code) == make.cell(plain, code)


def test_nothing_changes_where_nothing_is_above(samples):
    below = samples.assign(BLQCLASS=BlqClass.QUANTIFIABLE.value)
    ours, plain = derive_params_trial(below), derive_params_trial(samples.drop(columns="BLQCLASS"))
    pd.testing.assert_frame_equal(ours.adpp, plain.adpp)
    pd.testing.assert_frame_equal(ours.lambda_z, plain.lambda_z)
