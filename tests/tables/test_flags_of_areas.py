"""A trial with every flag of the decision table, from its CSV to the summary and the listing (conventions 3.5)."""

import math
import statistics

import pandas as pd
import pytest

from cartpk import schemas
from cartpk.adpp import derive_params_trial
from cartpk.config import TrialConfig
from cartpk.ingest import read_trial
from cartpk.roster import events
from cartpk.tables.l_16_2_5_4 import table as listing
from cartpk.tables.t_14_2_2 import table as summary
from cartpk.terms import AucFlag
from cartpk.trial_data import TrialData

pytestmark = pytest.mark.requirement("URS-203")

FULL = {0: None, 3: 400, 7: 9000, 10: 20000, 14: 9000, 21: 1500, 28: 300, 35: 100}
SERIES = {
    # the flag its AUC0-28d must get -> day: result (None = BLQ)
    "COMPLETE": FULL,
    "COMPLETE_BLQ": {0: None, 3: 400, 7: 9000, 10: 4000, 14: 600, 21: 80, 28: None},
    "WINDOW": {0: None, 3: 400, 7: 9000, 10: 4000, 14: 1500, 21: 300, 27: 90},
    "EXTRAPOLATED": {0: None, 7: 9000, 10: 4000, 14: 1500, 18: 600, 22: 250},
    "ALL_BLQ": dict.fromkeys(FULL),
    "NC_INCOMPLETE": {0: None, 3: 400, 7: 9000, 10: 20000, 14: 9000},
    "NC_SPARSE": {0: None, 3: 400, 21: 900, 28: 60},
    "NC_EVENT": FULL,
    "NC_DUPLICATE": FULL,
}
REASONS = {
    "NC_INCOMPLETE": "no acceptable lambda_z and the last result is before the window",
    "NC_SPARSE": "no result in the peak window",
    "NC_EVENT": "re-infusion, transplant or death before the window's end",
    "NC_DUPLICATE": "conflicting results at one time and no rule configured",
}
PRIMARY = ("COMPLETE", "COMPLETE_BLQ", "WINDOW", "ALL_BLQ")


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flags")
    lines = ["USUBJID,TIME_DAY,VALUE,UNIT,LLOQ,HSCT"]
    for subject, series in SERIES.items():
        hsct = "18" if subject == "NC_EVENT" else ""
        lines += [f"{subject},{d},{'<50' if v is None else v},copies/ug,50,{hsct}" for d, v in series.items()]
    lines.append("NC_DUPLICATE,10,21000,copies/ug,50,")
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = TrialConfig.model_validate(
        {
            "trial": {"id": "T"},
            "product": {"name": "CAR-T", "cell": "T"},
            "data": {"layout": "tidy", "tables": ["a.csv"], "columns": {"event_day": "HSCT"}},
            "analytes": [{"code": "CAR", "label": "CAR transgene", "method": "qPCR"}],
            "report": {"synthetic": True},
        }
    )
    intake = read_trial(config, folder)
    done = derive_params_trial(
        intake.adnca, config.nca.settings(), config.nca.windows.settings(), (28.0,), events(intake.adsl)
    )
    keys = pd.DataFrame({c: pd.Series(dtype="str") for c in ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL")})
    tables = {
        "adsl": intake.adsl, "adnca": intake.adnca, "adpd": intake.adpd, "findings": intake.findings,
        "adpp": schemas.checked(done.adpp, schemas.ADPP), "lambda_z": done.lambda_z,
    }  # fmt: skip
    data = TrialData(**{**dict.fromkeys(TrialData.__dataclass_fields__, keys), **tables})
    areas = done.adpp[done.adpp["PARAMCD"] == "AUC0_28D"].set_index("USUBJID")
    return config, data, areas


def printed(made, **key):
    """Numbers of the summary's rows of AUC0-28d, by statistic, and the summary."""
    config, data, _ = made
    body = summary(data, config)
    own = [r for r in body.rows if r.key["parameter"] == "AUC0_28D" and r.key.get("set") == key.get("set")]
    return {r.key["statistic"]: r.cells[3].values for r in own}, body  # noqa: PD011 - the numbers of a cell


def test_every_flag_has_its_example(made):
    _, _, areas = made
    assert set(SERIES) == {str(flag) for flag in AucFlag}
    assert areas["FLAG"].to_dict() == {subject: subject for subject in SERIES}
    assert {s: r for s, r in areas["PPREASND"].items() if s in REASONS} == REASONS
    assert areas["AVAL"].notna().to_dict() == {s: not s.startswith("NC_") for s in SERIES}


def test_the_primary_summary_is_of_complete_values(made):
    _, _, areas = made
    values = [areas.loc[s, "AVAL"] for s in PRIMARY]
    assert values[-1] == 0.0
    cells, _ = printed(made)
    assert cells["n"] == (4, 1, 4)
    positive = values[:-1]
    s = statistics.stdev(map(math.log, positive))
    mean, cv = cells["geo_mean"]
    assert mean == pytest.approx(math.prod(positive) ** (1 / 3), rel=1e-12)
    assert cv == pytest.approx(100 * math.sqrt(math.exp(s * s) - 1), rel=1e-12)
    assert cells["n_positive"] == (3,)
    # an area of 0 counts in median and range
    assert cells["median"] == (statistics.median(values), 0.0, max(values))


def test_the_sensitivity_summary_adds_the_extrapolated_values(made):
    _, _, areas = made
    values = [areas.loc[s, "AVAL"] for s in (*PRIMARY, "EXTRAPOLATED") if areas.loc[s, "AVAL"] > 0]
    cells, _ = printed(made, set="with_extrapolated")
    assert cells["n"] == (5,)
    assert cells["geo_mean"][0] == pytest.approx(math.prod(values) ** 0.25, rel=1e-12)


def test_what_is_not_calculable_is_counted_and_listed_with_its_reason(made):
    config, data, _ = made
    _, body = printed(made)
    (counts,) = [note for note in body.footnotes if note.startswith("AUC0-28d")]
    assert all(f"{flag} 1" in counts for flag in AucFlag)
    rows = listing(data, config)
    at = [c.key for c in rows.columns].index("AUC0_28D")
    texts = {row.cells[0].text: row.cells[at].text for row in rows.rows}
    letters = {note[:3]: note[4:] for note in rows.footnotes if note.startswith("[")}
    assert {s: letters[texts[s].removeprefix("NC ")] for s in REASONS} == REASONS
    flag = {row.cells[0].text: row.cells[at + 1].text for row in rows.rows}
    assert {s: f.partition(" ")[0] for s, f in flag.items()} == {s: s for s in SERIES}


def test_half_lives_are_flagged_and_never_deleted(made):
    _, data, _ = made
    rows = data.adpp[data.adpp["PARAMCD"] == "LAMZHL"].set_index("USUBJID")
    assert rows["AVAL"].notna().sum() >= 4
    assert (rows["AVAL"].isna() == rows["PPREASND"].notna()).all()
