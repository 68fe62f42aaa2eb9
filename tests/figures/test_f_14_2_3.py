"""Individual profiles: panels by dose and time window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartpk.figures import f_14_2_3

pytestmark = pytest.mark.requirement("URS-109")


def shortened(trial, last):
    return replace(trial, adnca=trial.adnca[trial.adnca["AFRLT"] <= last])


def with_doses(trial, n):
    names = [f"dose {i}" for i in range(1, n + 1)]
    number = {subject: i % n for i, subject in enumerate(trial.adsl["USUBJID"])}
    cohort = trial.adsl["USUBJID"].map(lambda u: names[number[u]])
    adsl = trial.adsl.assign(COHORT=cohort, COHORTN=trial.adsl["USUBJID"].map(lambda u: number[u] + 1.0))
    return replace(
        trial, adsl=adsl, adnca=trial.adnca.assign(COHORT=trial.adnca["USUBJID"].map(lambda u: names[number[u]]))
    )


@pytest.mark.parametrize(
    ("doses", "last", "panels"), [(1, 28, 1), (1, 180, 2), (3, 28, 3), (3, 180, 6), (4, 180, 8), (6, 180, 6)]
)
def test_panels(trial, config, doses, last, panels):
    made = f_14_2_3.figure(shortened(with_doses(trial, doses), last), config)
    plot = made.draw()
    assert plot.data["FACET"].nunique() == panels
    assert set(plot.data["USUBJID"]) == set(made.data["USUBJID"])


def test_panels_follow_the_order_of_the_doses(trial, config):
    plot = f_14_2_3.figure(trial, config).draw()
    assert [str(c) for c in plot.data["FACET"].cat.categories] == [
        f"{dose} (n = 6)\n{window}"
        for window in ("days 0–28", "whole follow-up")
        for dose in ("0.25e8 cells", "1e8 cells", "2e8 cells")
    ]


def test_each_infusion_is_a_line_of_its_own(trial, config):
    second = trial.adnca.assign(ATPTREF=trial.adnca["ATPTREF"].where(trial.adnca["AFRLT"] < 60, "INFUSION 2"))
    plot = f_14_2_3.figure(replace(trial, adnca=second), config).draw()
    assert plot.data["SERIES"].nunique() > trial.adsl["USUBJID"].nunique()


def test_another_analyte_is_not_mixed_in(trial, config):
    other = trial.adnca.assign(PCTESTCD="FLOW", AVALU="cells/uL", AVAL=1.0)
    import pandas as pd

    both = replace(trial, adnca=pd.concat([trial.adnca, other], ignore_index=True))
    assert len(f_14_2_3.figure(both, config).data) == len(f_14_2_3.figure(trial, config).data)
