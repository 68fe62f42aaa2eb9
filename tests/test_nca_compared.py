"""docs/nca_compared.md: every number on the page, run again or looked up where it came from."""

import doctest
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartpk.core.nca import AfterLast, BlqRule, NcaSettings, Profiles, TimeZero, calculate, calculate_trial
from cartpk.core.nca.windows import FLAGS
from cartpk.terms import AucMethod

pytestmark = pytest.mark.requirement("URS-212")

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "nca_compared.md"
REFERENCE = ROOT.parent / "shared" / "reference"
DEFAULT = BlqRule.FIRST_KEEP_MIDDLE_DROP_LAST_KEEP
LINUPLOGDOWN = AucMethod.LIN_UP_LOG_DOWN


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference() -> Path:
    if not REFERENCE.is_dir():
        pytest.skip("the reference data (../shared/reference) are not here")
    return REFERENCE


@pytest.fixture(scope="module")
def pknca(reference):
    """PKNCA's own value by profile, T, parameter, method and rule."""
    table = pd.read_csv(
        reference / "nca" / "expected.csv.gz", dtype={"USUBJID": str, "END": str}, low_memory=False
    ).query("START == 0 and IMPUTE == 'none'")
    keys = ["USUBJID", "END", "PARAM", "AUC_METHOD", "BLQ_RULE"]
    return table.drop_duplicates(keys).set_index(keys)["VALUE_PKNCA"]


@pytest.fixture(scope="module")
def samples(reference):
    raw = pd.read_csv(reference / "nca" / "inputs.csv", dtype={"USUBJID": str})
    raw = raw[raw["STATUS"] != "NOT DONE"].drop_duplicates(["USUBJID", "TIME_DAY"], keep="first")
    code, subjects = pd.factorize(raw["USUBJID"], sort=True)
    blq = raw["BLQ"].astype(float).eq(1).to_numpy()
    return pd.Index(subjects), Profiles.from_arrays(code, raw["TIME_DAY"], raw["CONC"], blq, raw["LLOQ"])


def ours(samples, code, **choices) -> pd.Series:
    subjects, profiles = samples
    result = calculate(profiles, NcaSettings(**choices))
    return pd.Series(result.value[code], index=subjects)


def trial(samples, end) -> pd.DataFrame:
    subjects, profiles = samples
    area = calculate_trial(profiles).windows[float(end)]
    flags = [str(FLAGS[flag]) for flag in area.flag]
    return pd.DataFrame({"value": area.value, "flag": flags}, index=subjects)


def rows_of(page: str, heading: str) -> list[list[str]]:
    """Cells of the table below a heading that starts like this."""
    section = page.split(f"\n## {heading}")[1].split("\n## ", maxsplit=1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines[1:]]


def printed(value: float) -> str:
    return "NaN" if np.isnan(value) else f"{value:.4f}"


def test_the_examples_of_cartpk():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.FAIL_FAST)
    assert (failed, tried > 25) == (0, True)


def test_pkpdutils_examples(page):
    pkpdutils = pytest.importorskip("pkpdutils", reason="pkpdutils needs Python 3.13 and is not installed")
    from pkpdutils.nca import AUCMethod, BLQRules, NCAOptions

    options = NCAOptions(
        auc_method=AUCMethod.LINEAR_LOG,
        blq=BLQRules.ich_m13a(),
        partial_aucs={"AUC0_28D": (0.0, 28.0), "AUC0_90D": (0.0, 90.0)},
    )

    def analysed(day, conc):
        table = pd.DataFrame({"ID": "A", "TIME": day, "DV": conc, "LLOQ": 50.0})
        batch = pkpdutils.Timecourses.from_dataframe(
            table, sample=["ID"], time="TIME", value="DV", lloq="LLOQ", time_unit="day", unit="1/ug"
        )
        return pkpdutils.nca(batch, options=options).to_dataframe().iloc[0]

    trailing = analysed([0, 4, 7, 10, 14, 17, 21, 25], [0, 0, 2000, 11000, 5000, 2500, 1200, 0])
    assert f"{trailing['AUC0_28D']:,.4f}" in page
    assert np.isnan(analysed([0, 4, 7, 10, 14, 17, 21], [0, 0, 2000, 11000, 5000, 0, 0])["AUC0_28D"])
    beyond = analysed([0, 4, 7, 10, 14, 17, 21], [0, 300, 2000, 11000, 5000, 2400, 1500])
    for name in ("AUC0_28D", "auc_inf_obs", "auc_inf_pred"):
        assert f"{beyond[name]:,.4f}" in page
    dropped = analysed([0, 4, 7, 10, 14, 21, 28, 42, 60, 90], [0, 300, 2000, 11000, 5000, 0, 400, 250, 150, 60])
    for name in ("auc_last", "AUC0_90D", "AUC0_28D"):
        assert f"{dropped[name]:,.4f}" in page
    rising = analysed([0, 4, 7, 10, 14, 21, 28, 42, 60, 90], [0, 300, 2000, 11000, 5000, 900, 300, 310, 340, 380])
    assert f"lambda_z {rising['lambda_z']:.4f} over six points" in page
    assert rising["lambda_z_n_points"] == 6
    assert f"{rising['auc_inf_obs']:,.4f}" in page


def test_blq_after_the_last_quantifiable_sample(page, pknca, samples):
    for name, end, last, inf, zero, area, flag in rows_of(page, "1."):
        at = (name, end), (str(LINUPLOGDOWN), str(DEFAULT))
        assert last == printed(pknca[*at[0], "aucint.last", *at[1]])
        assert inf == printed(pknca[*at[0], "aucint.inf.obs", *at[1]])
        assert zero == printed(ours(samples, f"AUC0_{end}D", after_last=AfterLast.ZERO)[name])
        assert [area, flag] == [printed(trial(samples, end).loc[name, "value"]), trial(samples, end).loc[name, "flag"]]


@pytest.mark.parametrize(("end", "count"), [("28", 9), ("90", 15)])
def test_pknca_is_nan_where_a_blq_is_kept_before_the_end(page, pknca, samples, end, count):
    assert "in 9 of the 60 reference profiles for AUC0-28d, in 15 for AUC0-90d" in " ".join(page.split())
    one = pknca.xs((end, str(LINUPLOGDOWN), str(DEFAULT)), level=["END", "AUC_METHOD", "BLQ_RULE"])
    value = {name: one.xs(f"aucint.{name}", level="PARAM") for name in ("last", "all", "inf.obs")}
    assert value["last"].isna().sum() == value["all"].isna().sum() == count
    there = value["last"].isna() & value["inf.obs"].notna()
    triangle = ours(samples, f"AUC0_{end}D", after_last=AfterLast.TRIANGLE)
    assert there.sum() >= 4
    np.testing.assert_allclose(value["inf.obs"][there], triangle[there], rtol=1e-12)


def test_auclast_on_an_interval(page, pknca, samples):
    for name, end, last, aucint, area, off in rows_of(page, "2."):
        at = (str(LINUPLOGDOWN), str(DEFAULT))
        values = [pknca[name, end, p, *at] for p in ("auclast", "aucint.last")]
        assert [last, aucint, area] == [*map(printed, values), printed(trial(samples, end).loc[name, "value"])]
        assert off == f"{100 * (values[0] / values[1] - 1):.1f} %"


def test_extrapolation_that_does_not_pass(page, pknca, samples):
    at = ("90", "aucint.inf.obs", str(LINUPLOGDOWN), str(DEFAULT))
    flags = trial(samples, 90)["flag"]
    for name in ("O036", "O038"):
        assert f"{pknca[name, *at]:,.1f}" in page
        assert flags[name] == "NC_INCOMPLETE"
    over = pknca["O038", *at] / ours(samples, "AUCLST")["O038"] - 1
    assert f"{100 * over:.1f} % above the area to the last sample" in page
    assert flags["O031"] == "NC_SPARSE"


def test_a_window_that_ends_on_the_way_to_a_kept_blq(page, pknca, samples, reference):
    value = pknca["O023", "28", "aucint.last", str(LINUPLOGDOWN), "zero"]
    mine = ours(samples, "AUC0_28D", blq_rule=BlqRule.ZERO)["O023"]
    assert f"PKNCA {value:,.4f} ({100 * (value / mine - 1):.1f} %), cartpk {mine:,.4f}" in page
    raw = pd.read_csv(reference / "nca" / "inputs.csv").query("USUBJID == 'O023'")
    t1, t2 = raw.query("TIME_DAY < 28")["TIME_DAY"].max(), raw.query("TIME_DAY > 28")["TIME_DAY"].min()
    c1 = float(raw.loc[raw["TIME_DAY"] == t1, "CONC"].iloc[0])
    c28 = c1 * (t2 - 28) / (t2 - t1)
    straight, logarithmic = (28 - t1) * (c1 + c28) / 2, (28 - t1) * (c28 - c1) / np.log(c28 / c1)
    assert mine - value == pytest.approx(straight - logarithmic, rel=1e-9)


def test_equal_neighbours(page, pknca, samples):
    (first, second) = rows_of(page, "5.")
    lin_log = {"auc_method": AucMethod.LIN_LOG}
    at = ("Inf", "auclast", "lin-log")
    assert first[2:] == [printed(pknca["O046", *at, str(DEFAULT)]), printed(ours(samples, "AUCLST", **lin_log)["O046"])]
    rule = BlqRule.FIRST_ZERO_MIDDLE_HALF_LLOQ_LAST_ZERO
    mine = ours(samples, "AUC0_28D", blq_rule=rule, after_last=AfterLast.ZERO, **lin_log)["O024"]
    assert second[2:] == [printed(pknca["O024", "28", "aucint.last", "lin-log", str(rule)]), printed(mine)]
    half = pknca.xs((*at, "half_lloq_all"), level=["END", "PARAM", "AUC_METHOD", "BLQ_RULE"])
    here = ours(samples, "AUCLST", blq_rule=BlqRule.HALF_LLOQ_ALL, **lin_log)
    assert f"{(half.isna() & here.notna()).sum()} of 60 profiles under" in page


def test_no_record_at_time_0(page, pknca, samples):
    at = (str(LINUPLOGDOWN), str(DEFAULT))
    for name in ("O057", "O058"):
        assert np.isnan(pknca[name, "28", "auclast", *at])
        value = pknca[name, "28", "aucint.last", *at]
        assert page.count(f"{value:,.4f}") == 2
        assert ours(samples, "AUC0_28D")[name] == pytest.approx(value, rel=1e-12)
    assert f"{trial(samples, 28).loc['O057', 'value']:,.1f} in cartpk's trial" in page
    assert f"O057 is {pknca['O057', 'Inf', 'tlag', *at]} in PKNCA" in page
    subjects, profiles = samples
    assert calculate(profiles, codes=["TLAG"]).value["TLAG"][subjects.get_loc("O057")] == 0


def test_nothing_quantifiable(page, pknca, samples):
    subjects, profiles = samples
    result = calculate(profiles)
    for name in ("O040", "O041"):
        assert pknca[name, "Inf", "aucinf.obs", str(LINUPLOGDOWN), str(DEFAULT)] == 0
        assert result.reason("AUCIFO", subjects.get_loc(name)) in page.replace("\n", " ")
        assert [result.value[code][subjects.get_loc(name)] for code in ("CMAX", "AUCLST")] == [0, 0]
    assert trial(samples, 28).loc["O041", "flag"] == "ALL_BLQ"
    assert trial(samples, 90).loc["O041", "flag"] == "NC_INCOMPLETE"
    flat = calculate(profiles, NcaSettings(blq_rule=BlqRule.HALF_LLOQ_ALL))
    assert flat.reason("LAMZ", subjects.get_loc("O040")) in page


def test_lin_log_after_a_second_peak(page, pknca, samples):
    value = pknca["O045", "28", "aucint.last", "lin-log", str(DEFAULT)]
    mine = ours(samples, "AUC0_28D", auc_method=AucMethod.LIN_LOG)["O045"]
    assert f"{value:,.0f} there and {mine:,.0f} here" in page


REPORTED = {
    "Rsq": "R2", "Rsq_adjusted": "R2ADJ", "No_points_lambda_z": "LAMZNPT", "Lambda_z": "LAMZ", "HL_Lambda_z": "LAMZHL",
    "Lambda_z_lower": "LAMZLL", "Lambda_z_upper": "LAMZUL", "Tlag": "TLAG", "Tmax": "TMAX", "Cmax": "CMAX",
    "Tlast": "TLST", "Clast": "CLST", "AUClast": "AUCLST", "AUCall": "AUCALL", "AUCINF_obs": "AUCIFO",
    "AUCINF_pred": "AUCIFP", "AUC_%Extrap_obs": "AUCPEO", "AUMClast": "AUMCLST", "AUMCINF_obs": "AUMCIFO",
    "MRTlast": "MRTLST", "MRTINF_obs": "MRTIFO",
}  # fmt: skip
DOSE = {"Theoph": 320.0, "Indometh": 25.0}
HALF_INFUSION = 0.125


def back_extrapolated(table: pd.DataFrame, method: AucMethod) -> pd.DataFrame:
    """C0 through the first two samples, and the area from it to the first one."""
    first, second = (table.groupby("Subject").nth(k).set_index("Subject") for k in (0, 1))
    rate = np.log(first["conc"] / second["conc"]) / (second["time"] - first["time"])
    c0 = first["conc"] * np.exp(rate * first["time"])
    area = first["time"] * (c0 + first["conc"]) / 2
    if method is LINUPLOGDOWN:
        area = area.where(first["conc"] >= c0, first["time"] * (first["conc"] - c0) / np.log(first["conc"] / c0))
    return pd.DataFrame({"C0": c0, "area": area})


def analysed(table: pd.DataFrame, method: AucMethod) -> pd.DataFrame:
    subjects = np.sort(table["Subject"].unique())
    p = Profiles.from_arrays(np.searchsorted(subjects, table["Subject"]), table["time"], table["conc"])
    settings = NcaSettings(auc_method=method, time_zero=TimeZero.ZERO)
    return pd.DataFrame(calculate(p, settings, (), codes=tuple(REPORTED.values())).value, index=subjects)


def formulas(mine: pd.DataFrame, dose: float, late: float) -> dict[str, pd.Series]:
    """What follows from what cartpk reports, by the formulas of the page; ``late`` is half of an infusion's length."""
    rate = mine["LAMZ"]
    clast = rate * (mine["AUCIFP"] - mine["AUCLST"])
    aumc = mine["AUMCLST"] + clast * mine["TLST"] / rate + clast / rate**2
    out = {
        "Corr_XY": -np.sqrt(mine["R2"]),
        "Cmax_D": mine["CMAX"] / dose,
        "AUMCINF_pred": aumc,
        "MRTINF_pred": aumc / mine["AUCIFP"] - late,
        "AUC_%Extrap_pred": 100 * (1 - mine["AUCLST"] / mine["AUCIFP"]),
        "AUMC_%Extrap_obs": 100 * (1 - mine["AUMCLST"] / mine["AUMCIFO"]),
        "AUMC_%Extrap_pred": 100 * (1 - mine["AUMCLST"] / aumc),
    }
    for kind, area, mrt in (("obs", mine["AUCIFO"], mine["MRTIFO"]), ("pred", mine["AUCIFP"], out["MRTINF_pred"])):
        clearance = dose / area
        out |= {f"AUCINF_D_{kind}": area / dose, f"Vss_{kind}": mrt * clearance}
        out |= {f"Cl_{kind}": clearance, f"Cl_F_{kind}": clearance}
        out |= {f"Vz_{kind}": clearance / rate, f"Vz_F_{kind}": clearance / rate}
    return out


def answers(case: str, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What cartpk reports for a case, and what follows from it; WinNonlin's names."""
    method = LINUPLOGDOWN if "_Log" in case else AucMethod.LINEAR
    late = HALF_INFUSION if "Infusion" in case else 0.0
    mine, back = analysed(table, method), None
    if case in {"Indometh_Linear", "Indometh_Log"}:  # IV bolus
        back = back_extrapolated(table, method)
        start = pd.DataFrame({"Subject": back.index, "time": 0.0, "conc": back["C0"].to_numpy()})
        observed = mine[["CMAX", "TMAX"]]
        mine = analysed(pd.concat([start, table]), method)
        mine[["CMAX", "TMAX"]] = observed
    mine[["MRTLST", "MRTIFO"]] -= late
    more = formulas(mine, DOSE[case.split("_", maxsplit=1)[0]], late)
    if back is not None:
        more["C0"] = back["C0"]
        more["AUC_%Back_Ext_obs"] = 100 * back["area"] / mine["AUCIFO"]
        more["AUC_%Back_Ext_pred"] = 100 * back["area"] / mine["AUCIFP"]
    return mine.rename(columns={code: name for name, code in REPORTED.items()}), pd.DataFrame(more)


def test_winnonlin_value_by_value(page, reference):
    folder = reference / "published"
    values = pd.read_csv(folder / "winnonlin_reference_values.csv")
    table = {row[0]: [int(n) for n in row[1:]] for row in rows_of(page, "11.")}
    total = np.zeros(4, dtype=int)
    for case, own in values.groupby("CASE"):
        samples = pd.read_csv(folder / f"{case.split('_')[0].lower()}_inputs.csv").rename(columns={"Time": "time"})
        reported, formula = answers(case, samples[["Subject", "time", "conc"]])
        counts = {"reported": 0, "formula": 0, "explained": 0}
        for subject, name, value in own[["Subject", "WNL_PARAM", "VALUE"]].itertuples(index=False):
            if name not in reported and case == "Indometh_Linear_NoDose" and name.startswith(("Cl_", "Vz_")):
                assert value == 0
                counts["explained"] += 1
                continue
            kind = "reported" if name in reported else "formula"
            got = (reported if kind == "reported" else formula).loc[subject, name]
            assert got == pytest.approx(value, rel=1e-7, abs=1e-12), (case, subject, name)
            counts[kind] += 1
        assert [len(own), *counts.values()] == table[case]
        total += table[case]
    assert total.tolist() == table["all"]
    assert f"{total[0]:,} values in 9 cases" in page
