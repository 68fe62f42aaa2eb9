"""Changes and PD parameters recover known series; what cannot be derived says why; populations stay apart."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk import schemas
from cartpk.config.pharmacodynamics import Pharmacodynamics
from cartpk.pharmacodynamics import BASELINE_RULES, PARAMETERS, PdFlag, PdReason, derive_pd
from cartpk.pharmacodynamics.profiles import PdProfile

pytestmark = pytest.mark.requirement("URS-502")

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
CD7 = {"code": "CD7TABS", "label": "CD7+ T", "kind": "absolute", "population": "NORMAL_T", "marker": "CD7+"}
CD7N = {**CD7, "code": "CD7NTABS", "label": "CD7- T", "marker": "CD7-"}
BLAST = {**CD7, "code": "BLAST", "label": "CD7+ blasts", "population": "BLAST"}


def setting(*measures, **options):
    return Pharmacodynamics.model_validate({"measures": measures or (CD7,), **options})


def subjects(**columns):
    ids = columns.pop("USUBJID", ["S1"])
    table = pd.DataFrame({"USUBJID": ids})
    defaults = {"STUDYID": "T", "COHORT": "1e8 cells", "COHORTN": 1.0, "EVENTDY": np.nan, "PKFL": "Y", "PDFL": "Y"}
    for name, value in {**defaults, **columns}.items():
        table[name] = value
    return schemas.checked(table, schemas.ADSL)


def samples(series, subject="S1", measure=CD7, **columns):
    """Rows from (day, value) pairs; value None = BLQ with LLOQ 1."""
    table = pd.DataFrame(
        [
            {
                "STUDYID": "T", "USUBJID": subject, "PARAMCD": measure["code"], "PARAM": measure["label"],
                "KIND": "absolute", "POPULATION": measure["population"], "MARKER": measure["marker"], "PCSPEC": "BLOOD",
                "AFRLT": float(day), "AVAL": np.nan if value is None else float(value),
                "AVALC": "<1" if value is None else f"{value:g}", "AVALU": "cells/uL", "ALLOQ": 1.0,
                "BLQFL": "Y" if value is None else "N", "ANLFL": "Y", "SRCFILE": "cp.csv", "SRCROW": row + 2.0,
                "COHORT": "1e8 cells",
            }
            for row, (day, value) in enumerate(series)
        ]
    )  # fmt: skip
    for name, value in columns.items():
        table[name] = value
    return table


def derive(adpd, adsl=None, config=None):
    adsl = subjects(USUBJID=sorted(set(adpd["USUBJID"])) or ["S1"]) if adsl is None else adsl
    return derive_pd(schemas.checked(adpd, schemas.ADPD), adsl, config or setting())


def parameter(tables, code, subject="S1", measure="CD7TABS"):
    rows = tables.adpp_rows.set_index(["PARAMCD", "USUBJID", "PPCAT"]).sort_index()
    return rows.loc[(code, subject, measure)].to_dict()


def test_a_known_fall_is_recovered():
    tables = derive(samples([(-7, 800), (-1, 400), (1, 100), (7, 20), (14, None), (21, None), (28, 40), (60, 300)]))
    assert parameter(tables, "PDBASE")["AVAL"] == 400
    assert parameter(tables, "PDTBASE")["AVAL"] == -1
    nadir = parameter(tables, "PDNADIR")
    assert (nadir["AVAL"], nadir["FLAG"], nadir["AVALC"]) == (0, PdFlag.BLQ, "< 1")
    assert parameter(tables, "PDTNADIR")["AVAL"] == 14
    assert parameter(tables, "PDCHGN")["AVAL"] == -400
    change = parameter(tables, "PDPCHGN")
    assert (change["AVAL"], change["AVALC"]) == (-100, "<= -99.8")
    fall = parameter(tables, "PDLOG10R")
    assert fall["AVAL"] == pytest.approx(math.log10(400))
    assert (fall["FLAG"], fall["AVALC"]) == (PdFlag.LOWER_BOUND, ">= 2.60")
    assert fall["PPANMETH"] == "baseline: last value before infusion"


def test_every_row_has_its_change():
    change = derive(samples([(-7, 800), (-1, 400), (1, 100), (14, None)])).change.set_index("AFRLT")
    assert change["ABLFL"].to_dict() == {-7: "N", -1: "Y", 1: "N", 14: "N"}
    assert change["CHG"].tolist()[2:] == [-300, -400]
    assert change["PCHG"].tolist()[2:] == [-75, -100]
    assert change["LOG10R"].tolist()[2:] == pytest.approx([math.log10(4), math.log10(400)])
    assert change["LOG10RC"].fillna("").tolist() == ["", "", "", ">="]
    assert change["CHGREASN"].tolist()[:2] == [str(PdReason.NOT_AFTER)] * 2
    assert change["CHGREASN"].isna().tolist()[2:] == [True, True]


def test_the_baseline_before_lymphodepletion_is_another_one():
    series = samples([(-7, 800), (-1, 40), (1, 20)])
    config = setting(baseline="before_lymphodepletion", lymphodepletion_start_day=-5)
    tables = derive(series, config=config)
    assert parameter(tables, "PDBASE")["AVAL"] == 800
    assert parameter(tables, "PDPCHGN")["AVAL"] == -97.5
    assert tables.change.set_index("AFRLT")["PCHG"][-1] == -95


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"baseline": None}, PdReason.UNDECLARED),
        ({"baseline": "before_lymphodepletion"}, PdReason.NO_LD_DAY),
        ({"baseline": "before_lymphodepletion", "lymphodepletion_start_day": -10}, PdReason.NO_BASELINE),
    ],
)
def test_without_a_baseline_the_nadir_stands_and_the_rest_says_why(options, reason):
    tables = derive(samples([(-1, 400), (7, 20)]), config=setting(**options))
    assert parameter(tables, "PDNADIR")["AVAL"] == 20
    for code in ("PDBASE", "PDTBASE", "PDCHGN", "PDPCHGN", "PDLOG10R"):
        row = parameter(tables, code)
        assert np.isnan(row["AVAL"])
        assert row["PPREASND"] == reason
    assert set(tables.change["CHGREASN"]) == {str(reason)}


@pytest.mark.parametrize(("base", "reason"), [(None, PdReason.BASELINE_BLQ), (0, PdReason.BASELINE_ZERO)])
def test_no_percent_of_nothing(base, reason):
    tables = derive(samples([(-1, base), (7, 20)]))
    assert parameter(tables, "PDPCHGN")["PPREASND"] == reason
    assert parameter(tables, "PDLOG10R")["PPREASND"] == reason
    row = tables.change.set_index("AFRLT").loc[7]
    assert np.isnan(row["PCHG"])
    assert row["CHGREASN"] == reason
    # an absolute change from a measured 0 exists, from a BLQ it does not
    assert (row["CHG"] == 20) == (base == 0)
    assert (parameter(tables, "PDCHGN")["AVAL"] == 20) == (base == 0)


def test_an_event_or_the_configured_day_ends_the_search():
    series = samples([(-1, 400), (7, 50), (28, 20), (60, 5)])
    assert parameter(derive(series, subjects(EVENTDY=28.0)), "PDNADIR")["AVAL"] == 20
    assert parameter(derive(series, config=setting(nadir_until_day=10)), "PDNADIR")["AVAL"] == 50
    early = parameter(derive(series, subjects(EVENTDY=3.0)), "PDNADIR")
    assert (early["PPREASND"], early["PPENINT"]) == (PdReason.CUT, "P3D")


def test_the_first_of_equal_minima_counts():
    assert parameter(derive(samples([(-1, 400), (7, 20), (14, 20)])), "PDTNADIR")["AVAL"] == 7


def test_rows_that_are_not_used_are_not_used():
    series = samples([(-1, 400), (0, 9999), (7, 20), (8, 1)])
    series.loc[[1, 3], "ANLFL"] = "N"
    tables = derive(series)
    assert parameter(tables, "PDBASE")["AVAL"] == 400
    assert parameter(tables, "PDNADIR")["AVAL"] == 20
    assert tables.change["CHGREASN"].tolist()[1::2] == [str(PdReason.NOT_USED)] * 2


@pytest.mark.requirement("URS-501")
def test_populations_and_markers_stay_apart():
    series = pd.concat(
        [
            samples([(-1, 400), (7, 4)]),
            samples([(-1, 50), (14, 600), (28, 300)], measure=CD7N),
            samples([(-1, 9000), (7, 1)], measure=BLAST),
        ]
    )
    tables = derive(series, config=setting(CD7, CD7N, BLAST))
    bases = [parameter(tables, "PDBASE", measure=m)["AVAL"] for m in ("CD7TABS", "CD7NTABS", "BLAST")]
    assert bases == [400, 50, 9000]
    assert parameter(tables, "PDFOLDPK", measure="CD7NTABS")["AVAL"] == 12
    assert parameter(tables, "PDTPEAK", measure="CD7NTABS")["AVAL"] == 14
    assert "PDPEAK" not in set(tables.adpp_rows.query("PPCAT == 'CD7TABS'")["PARAMCD"])
    assert [PARAMETERS["PDPEAK"].is_of(None, cells) for cells in ("CAR_NK", "B")] == [True, False]  # the product's own
    wrong = series.assign(POPULATION="BLAST")
    with pytest.raises(ValueError, match="populations never merge"):
        derive(wrong, config=setting(CD7, CD7N, BLAST))


def test_every_subject_that_came_in_comes_out():
    adsl = subjects(
        USUBJID=["S1", "S2", "S3", "S4", "S5"], EXCLRS=[None, None, "no infusion date", None, None], COHORTN=1.0
    )
    series = pd.concat(
        [
            samples([(-1, 400), (7, 4)], "S1"),
            samples([(-1, 400), (7, 4)], "S3"),
            samples([(-1, 400)], "S4"),
            samples([(-1, 400), (7, 0.4)], "S5", AVALU=["cells/uL", "10^9/L"]),
        ]
    )
    rows = derive(series, adsl).adpp_rows
    assert set(rows["USUBJID"]) == set(adsl["USUBJID"])
    assert rows.groupby("USUBJID")["PARAMCD"].nunique().eq(len(PARAMETERS) - 3).all()
    assert rows["AVAL"].isna().equals(rows["PPREASND"].notna())
    reasons = rows[rows.PARAMCD == "PDNADIR"].set_index("USUBJID")["PPREASND"].dropna().to_dict()
    assert reasons == {
        "S2": PdReason.NO_DATA, "S3": "no infusion date", "S4": PdReason.NO_POST, "S5": PdReason.UNITS
    }  # fmt: skip
    assert set(rows[rows.USUBJID == "S5"]["PPREASND"]) == {PdReason.UNITS}


def test_a_zero_without_a_limit_has_no_logarithm():
    series = samples([(-1, 400), (7, 0)], ALLOQ=np.nan)
    tables = derive(series)
    assert parameter(tables, "PDLOG10R")["PPREASND"] == PdReason.NO_LIMIT
    assert parameter(tables, "PDPCHGN")["AVAL"] == -100
    assert tables.change["CHGREASN"].tolist()[1] == PdReason.NO_LIMIT


def test_never_detected_cells_have_no_time_of_peak():
    tables = derive(samples([(-1, 50), (7, None), (14, None)], measure=CD7N), config=setting(CD7N))
    assert parameter(tables, "PDTPEAK", measure="CD7NTABS")["PPREASND"] == PdReason.ALL_BLQ
    assert parameter(tables, "PDPEAK", measure="CD7NTABS")["AVALC"] == "< 1"


def test_a_trial_without_measures_has_empty_tables_of_the_right_shape():
    tables = derive_pd(schemas.checked(samples([]), schemas.ADPD), subjects(), Pharmacodynamics())
    assert list(tables.adpp_rows.columns) == list(schemas.ADPP.columns)
    assert list(tables.change.columns) == list(schemas.PD_CHANGE.columns)
    assert len(tables.adpp_rows) == len(tables.change) == 0


def test_callers_are_told_what_does_not_fit():
    with pytest.raises(ValueError, match="subjects that adsl does not: S9"):
        derive(samples([(1, 2)], "S9"), subjects())
    with pytest.raises(ValueError, match="measure 'BLAST' is not in the config; it has CD7TABS"):
        derive(samples([(1, 2)], measure=BLAST))


series_of = st.lists(
    st.tuples(st.integers(-14, 90), st.none() | st.floats(1, 1e4)), min_size=1, max_size=12, unique_by=lambda p: p[0]
)


@given(series_of, st.randoms(use_true_random=False), st.floats(0.01, 100))
@settings(deadline=None, max_examples=15)
def test_properties(series, random, factor):
    tables = derive(samples(sorted(series)))
    shuffled = list(series)
    random.shuffle(shuffled)
    again = derive(samples(shuffled)).adpp_rows
    pd.testing.assert_frame_equal(tables.adpp_rows, again)
    values = {code: parameter(tables, code)["AVAL"] for code in ("PDNADIR", "PDTNADIR", "PDPCHGN", "PDLOG10R")}
    post = {day: 0.0 if value is None else value for day, value in series if day > 0}
    if post:
        assert values["PDNADIR"] == min(post.values())
        assert values["PDTNADIR"] == min(day for day, value in post.items() if value == values["PDNADIR"])
    assert not values["PDPCHGN"] < -100
    scaled = samples([(d, None if v is None else v * factor) for d, v in series], ALLOQ=factor)
    other = derive(scaled)
    for code in ("PDTNADIR", "PDPCHGN", "PDLOG10R"):
        assert parameter(other, code)["AVAL"] == pytest.approx(values[code], rel=1e-9, abs=1e-9, nan_ok=True)


def test_registry_is_whole():
    assert set(BASELINE_RULES) == {"before_infusion", "before_lymphodepletion", None}
    empty = PdProfile(*(np.empty(0),) * 2, np.empty(0, dtype=bool), np.empty(0), PdReason.NO_BASELINE, math.inf)
    for code, entry in PARAMETERS.items():
        assert entry.code == code
        assert len(code) <= 8
        assert len(entry.label) <= 40
        assert entry.definition.endswith(".")
        assert isinstance(entry.function(empty), PdReason)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared reference data are not beside the project")
def test_simulated_cd7_counts_fall_and_recover():
    raw = pd.read_csv(SHARED / "reference/kinetics/sim_cd7pd_A_data.csv")
    raw = raw[raw["ANALYTE"] == "CD7+ T cells"]
    parts = [
        samples([(d, None if b else v) for d, v, b in zip(g.TIME_DAY, g.VALUE, g.BLQ, strict=True)], s)
        for s, g in raw.groupby("SUBJECT")
    ]
    rows = derive(pd.concat(parts)).adpp_rows
    got = rows[rows.PARAMCD == "PDNADIR"].set_index("USUBJID")["AVAL"]
    post = raw[raw.TIME_DAY > 0]
    want = post.assign(VALUE=post.VALUE.where(post.BLQ == 0, 0.0)).groupby("SUBJECT")["VALUE"].min()
    pd.testing.assert_series_equal(got.sort_index(), want.sort_index(), check_names=False)
    fall = rows[rows.PARAMCD == "PDLOG10R"].set_index("USUBJID")["AVAL"]
    assert (fall > 1).all()


def test_command_writes_both_tables(tmp_path):
    from cartpk.cli import cli

    config = tmp_path / "trial.yaml"
    config.write_text(
        "trial: {id: T1}\nproduct: {name: CAR-T, cell: T}\n"
        "data: {layout: tidy, tables: [x.csv]}\nanalytes: [{code: CARTDNA, label: CAR}]\n"
        "pharmacodynamics:\n  measures:\n"
        "    - {code: CD7TABS, label: CD7+ T, kind: absolute, population: NORMAL_T, marker: CD7+}\n"
        "report: {synthetic: true}\n",
        encoding="utf-8",
    )
    subjects().to_csv(tmp_path / "adsl.csv", index=False)
    schemas.checked(samples([(-1, 400), (7, None)]), schemas.ADPD).to_csv(tmp_path / "adpd.csv", index=False)
    result = CliRunner().invoke(cli, ["pd", str(config), "--results", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "2 measurements, 7 of 7 parameters calculable" in result.output
    rows = schemas.read_table(tmp_path / "work/adpp_pd.csv", schemas.ADPP)
    assert rows.loc[rows.PARAMCD == "PDNADIR", "AVALC"].tolist() == ["< 1"]
    assert len(schemas.read_table(tmp_path / "work/pd_change.csv", schemas.PD_CHANGE)) == 2
