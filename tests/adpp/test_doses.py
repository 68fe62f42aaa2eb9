"""Values per dose: by hand, on both bases, with a reason where there is none."""

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import DERIVED, derive_params_trial
from cartpk.core.nca import PARAMETERS, NcaSettings
from cartpk.schemas import ADPP, checked

pytestmark = pytest.mark.requirement("URS-208")


def adsl(subject="01", dose=2e8, unit="cells", weight=80.0):
    return pd.DataFrame({"USUBJID": [subject], "DOSEA": [dose], "DOSEU": [unit], "WEIGHT": [weight]})


def rows(make, subjects, **more):
    return derive_params_trial(make.samples(), adsl=subjects, **more).adpp


@pytest.mark.parametrize(
    ("subjects", "basis", "total", "per_kg"),
    [
        (adsl(), None, 200.0, 2.5),
        (adsl(), "flat", 200.0, 2.5),
        (adsl(unit="10^6 cells", dose=200.0), None, 200.0, 2.5),
        (adsl(unit="x10^8 CAR-T cells", dose=2.0), None, 200.0, 2.5),
        (adsl(unit="cells/kg", dose=2.5e6), None, 200.0, 2.5),
        (adsl(unit="CAR-T cells per kg", dose=2.5e6), None, 200.0, 2.5),
        (adsl(unit="cells", dose=2.5e6), "per_kg", 200.0, 2.5),
    ],
)
def test_values_are_per_million_cells_and_per_million_cells_per_kg(make, subjects, basis, total, per_kg):
    got = rows(make, subjects, dose_basis=basis)
    for parent, code in (("CMAX", "CMAXD"), ("AUCLST", "AUCLSTD"), ("AUC0_28D", "AUCD28D"), ("AUC0_90D", "AUCD90D")):
        weighed = code.replace("AUCD", "AUCDW") if code.startswith("AUCD") else f"{code}W"
        assert make.cell(got, code) == pytest.approx(make.cell(got, parent) / total, rel=1e-12)
        assert make.cell(got, weighed) == pytest.approx(make.cell(got, parent) / per_kg, rel=1e-12)
    assert make.cell(got, "CMAXD", "AVALU") == "(copies/ug)/(10^6 cells)"
    assert make.cell(got, "AUCDW28D", "AVALU") == "(day*copies/ug)/(10^6 cells/kg)"


def test_windows_keep_interval_method_and_flag(make):
    got = rows(make, adsl())
    for code in ("AUCD28D", "AUCDW28D"):
        for column in ("PPSTINT", "PPENINT", "PPANMETH", "FLAG"):
            assert make.cell(got, code, column) == make.cell(got, "AUC0_28D", column)
    assert make.cell(got, "AUCD28D", "PARAM") == "AUC from T1 to T2 Norm by Dose, day 0 to 28"
    assert make.cell(got, "AUCLSTD", "PPANMETH") == "LINEAR UP LOG DOWN METHOD"
    assert pd.isna(make.cell(got, "CMAXD", "PPANMETH"))
    assert len(checked(got, ADPP)) == len(got)


def test_the_extrapolated_part_goes_with_the_area(make):
    short = make.samples(days=[0.0, 7, 10, 14, 18, 22], levels=[np.nan, 9000, 4000, 1500, 600, 250])
    got = derive_params_trial(short, adsl=adsl()).adpp
    assert make.cell(got, "AUCD28D", "FLAG") == "EXTRAPOLATED"
    assert make.cell(got, "AUCD28D", "PCTEXTR") == make.cell(got, "AUC0_28D", "PCTEXTR") > 0


@pytest.mark.parametrize(
    ("subjects", "total", "per_kg"),
    [
        (adsl(dose=np.nan), "no dose on record", "no dose on record"),
        (adsl(dose=0.0), "no dose on record", "no dose on record"),
        (adsl(subject="other"), "no dose on record", "no dose on record"),
        (adsl(weight=np.nan), None, "no body weight on record"),
        (adsl(unit="cells/kg", dose=1e6, weight=np.nan), "no body weight on record", None),
        (adsl(unit=None), "the unit of the dose is not stated", "the unit of the dose is not stated"),
    ],
)
def test_without_a_dose_there_is_a_reason(make, subjects, total, per_kg):
    got = rows(make, subjects)
    for code, why in (("CMAXD", total), ("AUCD28D", total), ("CMAXDW", per_kg), ("AUCDW90D", per_kg)):
        reason = make.cell(got, code, "PPREASND")
        assert (None if pd.isna(reason) else reason) == why
        assert np.isnan(make.cell(got, code)) == (why is not None)


def test_the_reason_of_the_parameter_stands_before_that_of_the_dose(make):
    got = derive_params_trial(make.samples(days=[0.0, 40], levels=[np.nan, 70]), adsl=adsl(dose=np.nan)).adpp
    assert (
        make.cell(got, "AUCD28D", "PPREASND")
        == make.cell(got, "AUC0_28D", "PPREASND")
        == ("too few post-infusion results")
    )
    nothing = derive_params_trial(make.samples(levels=[np.nan] * 10), adsl=adsl()).adpp
    assert make.cell(nothing, "CMAXD") == 0.0


def test_the_dose_of_a_re_infusion_is_not_known(make):
    second = make.samples(days=[103.0, 110], levels=[400, 200], ARRLT=[3.0, 10], ATPTREF="INFUSION 2")
    got = derive_params_trial(pd.concat([make.samples(), second], ignore_index=True), adsl=adsl()).adpp
    assert make.cell(got, "CMAXD", "PPREASND", ATPTREF="INFUSION 2") == "the dose of a re-infusion is not on record"
    assert make.cell(got, "CMAXD", ATPTREF="INFUSION 1") == 100.0


def test_a_re_infusion_is_divided_by_its_own_dose(make):
    second = make.samples(days=[103.0, 110], levels=[400, 200], ARRLT=[3.0, 10], ATPTREF="INFUSION 2")
    samples = pd.concat([make.samples(), second], ignore_index=True)
    got = derive_params_trial(samples, adsl=adsl().assign(DOSE02A=5e7)).adpp
    assert make.cell(got, "CMAXD", ATPTREF="INFUSION 2") == pytest.approx(400 / 50)
    assert make.cell(got, "CMAXDW", ATPTREF="INFUSION 2") == pytest.approx(400 / 50 * 80)
    assert make.cell(got, "CMAXD", ATPTREF="INFUSION 1") == 100.0


def test_a_dose_that_is_not_counted_in_cells_keeps_its_unit(make):
    got = rows(make, adsl(dose=54.0, unit="mg"))
    assert make.cell(got, "CMAXD", "AVALU") == "(copies/ug)/(mg)"
    assert make.cell(got, "CMAXD") == pytest.approx(20_000 / 54)


def test_no_subjects_no_rows(make):
    assert not set(derive_params_trial(make.samples()).adpp["PARAMCD"]) & set(DERIVED)


def test_codes_are_unique_and_short():
    assert not set(DERIVED) & set(PARAMETERS)
    assert all(len(code.replace("<T>", "28")) <= 8 for code in DERIVED)
    assert all(entry.code == code and entry.formula and entry.source and entry.needs for code, entry in DERIVED.items())


def test_the_reason_names_the_points_that_lambda_z_needs(make):
    few = make.samples(days=[0.0, 7, 10, 14], levels=[np.nan, 9000, 4000, 1500])
    for needed in (3, 4):
        got = derive_params_trial(few, NcaSettings(min_points=needed)).adpp
        assert make.cell(got, "LAMZ", "PPREASND") == f"fewer than {needed} quantifiable samples after Tmax"
