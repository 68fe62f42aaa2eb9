"""Values others published: Phoenix WinNonlin (Theoph, Indometh) and the CDISC pilot's PC -> PP."""

import numpy as np
import pandas as pd
import pytest

from cartpk.core.nca import NcaSettings, Profiles, TimeZero, calculate
from cartpk.terms import AucMethod

NAMES = {
    "Rsq": "R2", "Rsq_adjusted": "R2ADJ", "No_points_lambda_z": "LAMZNPT", "Lambda_z": "LAMZ", "HL_Lambda_z": "LAMZHL",
    "Lambda_z_lower": "LAMZLL", "Lambda_z_upper": "LAMZUL", "Tlag": "TLAG", "Tmax": "TMAX", "Cmax": "CMAX",
    "Tlast": "TLST", "Clast": "CLST", "AUClast": "AUCLST", "AUCall": "AUCALL", "AUCINF_obs": "AUCIFO",
    "AUCINF_pred": "AUCIFP", "AUC_%Extrap_obs": "AUCPEO", "AUMClast": "AUMCLST", "AUMCINF_obs": "AUMCIFO",
    "MRTlast": "MRTLST", "MRTINF_obs": "MRTIFO",
}  # fmt: skip
EXTRAVASCULAR = {
    "Theoph_Linear": 12, "Theoph_Log": 12, "Indometh_Linear_NoDose": 6,
    "Indometh_Linear_Wrong_Extravascular": 6, "Indometh_Log_Wrong_Extravascular": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def winnonlin(reference):
    return pd.read_csv(reference / "published" / "winnonlin_reference_values.csv")


def samples(reference, dataset):
    table = pd.read_csv(reference / "published" / f"{dataset.lower()}_inputs.csv")
    return table.rename(columns={"Time": "time"})[["Subject", "time", "conc"]]


def analysed(table, case):
    """Our parameters by subject; WinNonlin puts a record of 0 at time 0 where there is none."""
    subjects = np.sort(table["Subject"].unique())
    p = Profiles.from_arrays(np.searchsorted(subjects, table["Subject"]), table["time"], table["conc"])
    method = AucMethod.LIN_UP_LOG_DOWN if "_Log" in case else AucMethod.LINEAR
    got = calculate(p, NcaSettings(auc_method=method, time_zero=TimeZero.ZERO), (), codes=tuple(NAMES.values()))
    return pd.DataFrame(got.value, index=subjects)


def agree(ours, theirs, subjects):
    """Values compared, all of which agree to 1e-7."""
    n = 0
    for (subject, name), value in theirs.items():
        if name in NAMES and subject in subjects:
            assert ours.loc[subject, NAMES[name]] == pytest.approx(value, rel=1e-7, abs=1e-12), (subject, name)
            n += 1
    return n


def values(winnonlin, case):
    return winnonlin[winnonlin["CASE"] == case].set_index(["Subject", "WNL_PARAM"])["VALUE"]


@pytest.mark.parametrize("case", EXTRAVASCULAR)
def test_winnonlin_extravascular_and_no_dose(reference, winnonlin, case):
    theirs = values(winnonlin, case)
    ours = analysed(samples(reference, case.split("_")[0]), case)
    assert agree(ours, theirs, set(ours.index)) == 21 * EXTRAVASCULAR[case]


@pytest.mark.parametrize("case", ["Indometh_Linear_Infusion", "Indometh_Log_Infusion"])
def test_winnonlin_infusion_takes_half_its_length_off_the_residence_times(reference, winnonlin, case):
    theirs = values(winnonlin, case)
    ours = analysed(samples(reference, "Indometh"), case)
    ours[["MRTLST", "MRTIFO"]] -= 0.25 / 2
    assert agree(ours, theirs, set(ours.index)) == 20 * 6


@pytest.mark.parametrize("case", ["Indometh_Linear", "Indometh_Log"])
def test_winnonlin_bolus_starts_from_its_back_extrapolated_concentration(reference, winnonlin, case):
    theirs = values(winnonlin, case)
    table = samples(reference, "Indometh")
    start = theirs.xs("C0", level="WNL_PARAM")
    at_zero = pd.DataFrame({"Subject": start.index, "time": 0.0, "conc": start.to_numpy()})
    ours = analysed(pd.concat([at_zero, table]), case)
    observed = theirs[~theirs.index.get_level_values("WNL_PARAM").isin(["Cmax", "Tmax"])]  # C0 is no observation
    assert agree(ours, observed, set(ours.index)) == 18 * 6


def test_cdisc_pilot_168_subjects(reference):
    folder = reference / "cdisc" / "pharmaversesdtm"
    pc = pd.read_csv(folder / "pc.csv").query("PCSPEC == 'PLASMA'")
    pp = pd.read_csv(folder / "pp.csv").query("PPSPEC == 'PLASMA'").drop_duplicates(["USUBJID", "PPTESTCD"])
    theirs = pp.pivot_table(index="USUBJID", columns="PPTESTCD", values="PPSTRESN")
    subjects = np.sort(pc["USUBJID"].unique())
    p = Profiles.from_arrays(
        np.searchsorted(subjects, pc["USUBJID"]), pc["PCTPTNUM"], pc["PCSTRESN"], pc["PCSTRESC"] == "<BLQ", pc["PCLLOQ"]
    )
    settings = NcaSettings(auc_method=AucMethod.LINEAR, time_zero=TimeZero.ZERO)
    ours = pd.DataFrame(calculate(p, settings, ()).value, index=subjects).loc[theirs.index]
    assert len(theirs) == 168
    for code in ("CMAX", "TMAX", "AUCLST", "CLST"):
        np.testing.assert_allclose(ours[code], theirs[code], rtol=1e-6)
