"""CDISC example data as they come (SDTM, ADPC, ADNCA): from the files to parameters that others published for them."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from cartpk.adpp import derive_params_trial
from cartpk.config import load, missing_files
from cartpk.ingest import read_trial

ROOT = Path(__file__).resolve().parents[2]
CDISC = ROOT.parent / "shared" / "reference" / "cdisc"
HOURS = 24.0

pytestmark = pytest.mark.skipif(not CDISC.is_dir(), reason="the reference data are not beside the project")


def intake(name):
    return read_trial(load(ROOT / "tests" / "real" / f"{name}.yaml"), ROOT)


def parameters(intake, name, *, nominal=False):
    """Parameter rows of the first infusion, by actual or by nominal times."""
    nca = load(ROOT / "tests" / "real" / f"{name}.yaml").nca
    events = intake.adsl[["USUBJID", "EVENTDY"]].dropna().rename(columns={"EVENTDY": "AFRLT"})
    planned = intake.adnca["NFRLT"]
    adnca = intake.adnca.assign(AFRLT=planned, ARRLT=planned) if nominal else intake.adnca
    done = derive_params_trial(adnca, nca.settings(), nca.windows.settings(), events=events, adsl=intake.adsl)
    rows = done.adpp
    return rows[rows["ATPTREF"] == "INFUSION 1"].pivot_table(
        index=["USUBJID", "PPCAT"], columns="PARAMCD", values="AVAL", aggfunc="first"
    )


@pytest.fixture(scope="module")
def sdtm():
    return intake("pharmaversesdtm")


@pytest.fixture(scope="module")
def adpc():
    return intake("pharmaverseadam")


@pytest.fixture(scope="module")
def anca():
    return intake("anca")


def published(name, subject="USUBJID", code="PPTESTCD", value="PPSTRESN"):
    rows = pd.read_csv(CDISC / name, dtype={subject: str}).drop_duplicates([subject, code])
    return rows.pivot_table(index=subject, columns=code, values=value, aggfunc="first")


def test_pharmaversesdtm_everybody_comes_out_with_a_reason(sdtm):
    with (CDISC / "pharmaversesdtm" / "dm.csv").open(encoding="utf-8") as stream:
        people = list(csv.DictReader(stream))
    assert not sdtm.stops
    assert set(sdtm.adsl["USUBJID"]) == {p["USUBJID"] for p in people}
    by_arm = sdtm.adsl.groupby("GROUP")["EXCLRS"].agg(lambda reasons: set(reasons.dropna()))
    assert by_arm["Screen Failure"] == {"not infused (CP-037)"}
    assert by_arm["Placebo"] == {"no infusion on record: no time axis (BI-031)"}
    assert by_arm["Xanomeline High Dose"] == set()
    assert (sdtm.adsl["PKFL"] == "Y").sum() == 168


def test_pharmaversesdtm_parameters_are_those_of_its_own_pp(sdtm):
    ours = parameters(sdtm, "pharmaversesdtm").reset_index("PPCAT")
    theirs = published("pharmaversesdtm/pp.csv")
    assert len(theirs) == 168
    both = ours.loc[theirs.index]
    assert both["CMAX"].to_numpy() == pytest.approx(theirs["CMAX"].to_numpy(), rel=1e-12)
    assert both["TMAX"].to_numpy() * HOURS == pytest.approx(theirs["TMAX"].to_numpy(), rel=1e-12)
    # PP took 0.08 h for the sample after 5 minutes: by the nominal times all digits agree, by the actual ones four
    assert both["AUCLST"].to_numpy() * HOURS == pytest.approx(theirs["AUCLST"].to_numpy(), rel=1e-4)
    nominal = parameters(sdtm, "pharmaversesdtm", nominal=True).reset_index("PPCAT").loc[theirs.index]
    assert nominal["AUCLST"].to_numpy() * HOURS == pytest.approx(theirs["AUCLST"].to_numpy(), rel=1e-12)


def test_adpc_is_read_by_the_names_of_the_standard(adpc):
    with (CDISC / "pharmaverseadam" / "adpc.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    samples = [r for r in rows if r["SRCDOM"] == "PC"]
    assert not adpc.stops
    assert len(adpc.adnca) == len(samples) == 253
    copies = adpc.adnca[adpc.adnca["ANLRS"].fillna("").str.contains("CP-082")]
    assert len(copies) == sum(r["DTYPE"] == "COPY" for r in samples) == 31
    by_line = adpc.adnca.set_index("SRCROW")
    for line, row in enumerate(rows, start=2):
        if row["SRCDOM"] == "PC":
            ours = by_line.loc[line]
            assert ours["AFRLT"] * HOURS == pytest.approx(float(row["AFRLT"]), abs=1e-12)
            assert ours["NFRLT"] * HOURS == pytest.approx(float(row["NFRLT"]), abs=1e-12)
            # the imputed 0.005 of a result below the limit is no measured value
            assert (ours["BLQFL"] == "Y") == (row["AVALCAT1"] == "<BLQ")
            if ours["BLQFL"] == "N":
                assert ours["AVAL"] == float(row["AVAL"])
    assert set(adpc.adsl["NINF"]) <= {1.0, 2.0, 3.0}
    assert set(adpc.adsl["DOSEA"]) == {54.0}
    assert adpc.adsl["WEIGHT"].notna().all()


def test_adpc_parameters_are_those_of_its_own_adpp(adpc):
    ours = parameters(adpc, "pharmaverseadam").reset_index("PPCAT")
    theirs = published("pharmaverseadam/adpp.csv", code="PARAMCD", value="AVAL")
    both = theirs.loc[theirs.index.intersection(ours.index)]
    ours = ours.loc[both.index]
    assert len(both) >= 16
    assert ours["CMAX"].to_numpy() == pytest.approx(both["CMAX"].to_numpy(), rel=1e-12)
    assert ours["TMAX"].to_numpy() * HOURS == pytest.approx(both["TMAX"].to_numpy(), rel=1e-12)


def test_anca_first_doses_flags_and_what_is_not_read(anca):
    with (CDISC / "aNCA" / "adnca_example.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    serum = [r for r in rows if r["PCSPEC"] == "SERUM"]
    assert not anca.stops
    assert len(anca.adnca) == len(serum) == 1148
    flagged = anca.adnca["ANLRS"].fillna("").str.contains("CP-084")
    assert flagged.sum() == sum(bool(r["NCA1XRS"] or r["NCA2XRS"]) for r in serum)
    assert "Invalid administration" in anca.adnca.loc[flagged, "ANLRS"].iloc[0]
    assert anca.findings["RULE"].tolist().count("CP-020") == 1
    doses = {(r["USUBJID"], r["ATPTREF"]) for r in rows}
    assert anca.adsl["NINF"].sum() == len(doses)
    assert dict(zip(anca.adsl["USUBJID"], anca.adsl["DOSEA"], strict=True)) == {
        r["USUBJID"]: float(r["DOSEA"]) for r in rows
    }
    first = parameters(anca, "anca")["CMAX"]
    for (subject, analyte), cmax in first.dropna().items():
        name = {"DRUGA": "DrugA", "METAB": "Metab-DrugA"}[analyte]
        results = [
            float(r["AVAL"])
            for r in serum
            if (r["USUBJID"], r["PARAM"], r["ATPTREF"]) == (subject, name, "DOSE 1") and r["AVAL"] not in {"", "NA"}
            and not r["NCA1XRS"] and float(r["ARRLT"]) > 0
        ]  # fmt: skip
        assert cmax == max(results)


def test_a_data_set_with_two_columns_of_one_name_is_refused_and_says_which():
    found = intake("anca_dummy")
    assert found.stops
    assert found.findings["RULE"].tolist() == ["BI-089"]
    assert "ATPTREF more than once" in found.findings["MESSAGE"][0]


@pytest.mark.parametrize("name", ["pharmaversesdtm", "pharmaverseadam", "anca", "anca_dummy"])
def test_every_file_of_these_configs_is_there_and_a_treatment_is_none(name):
    path = ROOT / "tests" / "real" / f"{name}.yaml"
    assert missing_files(load(path), path, ROOT) == []
