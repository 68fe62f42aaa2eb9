"""cartpk.simulate.sdtm: domains hang together as SDTM asks."""

import numpy as np
import pandas as pd
import pytest

from cartpk.simulate import DESIGNS, simulate_trial
from cartpk.simulate.sdtm import sdtm_files

SDTM = [name for name, design in DESIGNS.items() if design.layout == "sdtm"]


@pytest.fixture(scope="module", params=SDTM)
def trial(request):
    return simulate_trial(DESIGNS[request.param])


@pytest.fixture(scope="module")
def domains(trial):
    return sdtm_files(trial)


def test_keys(domains):
    dm, ex, pc, cp = (domains[f"{d}.csv"] for d in ("dm", "ex", "pc", "cp"))
    assert dm["USUBJID"].is_unique
    for domain, table in (("EX", ex), ("PC", pc), ("CP", cp)):
        assert set(table["USUBJID"]) <= set(dm["USUBJID"])
        assert not table.duplicated(["USUBJID", f"{domain}SEQ"]).any()
        assert set(table["DOMAIN"]) == {domain}
        assert set(table["STUDYID"]) == set(dm["STUDYID"])


def test_actual_times_are_those_simulated(trial, domains):
    pc = domains["pc.csv"].merge(domains["ex.csv"][["USUBJID", "EXSTDTC"]], on="USUBJID")
    days = (pd.to_datetime(pc["PCDTC"]) - pd.to_datetime(pc["EXSTDTC"])) / pd.Timedelta(days=1)
    done = trial.kinetics["DONE"].to_numpy()
    np.testing.assert_allclose(days[done], trial.kinetics["MINUTE"][done] / 1440)
    assert days[~done].isna().all()


def test_study_days_have_no_day_0(domains):
    for domain in ("PC", "CP"):
        table = domains[f"{domain.lower()}.csv"].merge(domains["dm.csv"][["USUBJID", "RFSTDTC"]], on="USUBJID")
        taken = table[table[f"{domain}DTC"] != ""]
        gap = (pd.to_datetime(taken[f"{domain}DTC"].str[:10]) - pd.to_datetime(taken["RFSTDTC"].str[:10])).dt.days
        assert (taken[f"{domain}DY"].astype(int) == gap + (gap >= 0)).all()
        assert 0 not in set(table["VISITDY"])


def test_a_result_below_the_limit_is_text_and_not_missing(domains):
    pc = domains["pc.csv"]
    below = pc["PCORRES"].str.startswith(("<", "BLQ"))
    assert below.any()
    assert (pc.loc[below, "PCSTRESN"] == "").all()
    assert (pc.loc[below, "PCSTAT"] == "").all()
    missed = pc["PCSTAT"] == "NOT DONE"
    assert missed.any()
    assert (pc.loc[missed, ["PCORRES", "PCSTRESN", "PCDTC"]] == "").all(axis=None)
    assert (pc.loc[missed, "PCREASND"] != "").all()
    assert (pc["PCLLOQ"].astype(float) > 0).all()


def test_death_is_in_dm_and_dose_only_where_the_record_states_one(trial, domains):
    dm, ex = domains["dm.csv"], domains["ex.csv"]
    assert (dm["DTHDTC"] != "").tolist() == (trial.subjects["SCENARIO"] == "DEATH").tolist()
    assert (dm["DTHFL"] == "Y").tolist() == (dm["DTHDTC"] != "").tolist()
    died = dm[dm["DTHFL"] == "Y"]
    assert (died["DTHDTC"] >= died["RFENDTC"]).all()
    if trial.design.arms[0].dose is None:
        assert (ex["EXDOSE"] == "").all()
        assert (ex["EXDOSTXT"] == "NOT STATED").all()
    else:
        assert (ex["EXDOSE"].astype(float) == trial.subjects["DOSE"]).all()
        assert set(ex["EXDOSU"]) == {"cells"}
