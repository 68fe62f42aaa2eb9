"""A made trial with the columns of the schemas: 18 subjects, 3 doses, Stein-like curves, BLQs, a never-expander."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.config import TrialConfig
from cartpk.trial_data import TrialData

VISITS = (0.0, 1.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 42.0, 60.0, 90.0, 120.0, 180.0)
DOSES = (2.5e7, 1e8, 2e8)
COHORTS = ("0.25e8 cells", "1e8 cells", "2e8 cells")
LLOQ = 50.0
MARROW = "BONE MARROW, LIQUID"
FILES = {
    "adsl": "adsl.csv",
    "adnca": "adnca.csv",
    "adpd": "adpd.csv",
    "adpp": "work/adpp_nca.csv",
    "predictions": "work/predictions.csv",
    "lambda_z": "work/lambda_z.csv",
    "pd_change": "work/pd_change.csv",
    "fits": "work/fits.csv",
    "model_choice": "work/model_choice.csv",
    "model_samples": "work/model_samples.csv",
    "model_profiles": "work/model_profiles.csv",
    "population_samples": "work/population_samples.csv",
    "population_vpc": "work/population_vpc.csv",
    "population_trace": "work/population_trace.csv",
    "pd_curves": "work/pd_curves.csv",
}
"""Tables by the files of a run that hold them."""

MEASURES = {
    "PARAM": {"CD7PT": "CD7+ T cells", "CD7NT": "CD7- T cells", "CD7PCT": "CD7+ lymphocytes"},
    "KIND": {"CD7PT": "absolute", "CD7NT": "absolute", "CD7PCT": "percent"},
    "POPULATION": {"CD7PT": "NORMAL_T", "CD7NT": "NORMAL_T", "CD7PCT": "LYMPHOCYTES"},
    "MARKER": {"CD7PT": "CD7+", "CD7NT": "CD7-", "CD7PCT": "CD7+"},
    "PARENT": {"CD7PCT": "lymphocytes"},
    "AVALU": {"CD7PT": "cells/µL", "CD7NT": "cells/µL", "CD7PCT": "%"},
    "ALLOQ": {"CD7PT": 1.0, "CD7NT": 1.0, "CD7PCT": 0.1},
}
"""What ADPD says of each measure."""


def make_config(**sections: object) -> TrialConfig:
    """The trial's configuration, whole sections replaced by keyword."""
    values: dict[str, object] = {
        "trial": {"id": "NCT00000001", "planned_n": 18},
        "product": {"name": "CD7 CAR-T", "cell": "T"},
        "dosing": {"basis": "flat", "unit": "cells", "levels": list(DOSES)},
        "data": {"layout": "tidy", "tables": ["made.csv"]},
        "analytes": [
            {"code": "CARTG", "label": "CAR transgene", "method": "qPCR", "unit": "copies/µg gDNA", "lloq": LLOQ}
        ],
        "pharmacodynamics": {
            "measures": [
                {
                    "code": "CD7PT",
                    "label": "CD7+ T cells",
                    "kind": "absolute",
                    "population": "NORMAL_T",
                    "marker": "CD7+",
                },
                {
                    "code": "CD7NT",
                    "label": "CD7- T cells",
                    "kind": "absolute",
                    "population": "NORMAL_T",
                    "marker": "CD7-",
                },
                {
                    "code": "CD7PCT",
                    "label": "CD7+ lymphocytes",
                    "kind": "percent",
                    "population": "LYMPHOCYTES",
                    "marker": "CD7+",
                    "parent": "lymphocytes",
                },
            ]
        },
        "models": {"fit": ["stein"], "population": {"model": "stein", "seed": 1}},
        "report": {"synthetic": True, "data_cut": "2026-01-31"},
    }
    return TrialConfig.model_validate({**values, **sections})


def _rows(frame: pd.DataFrame, schema: object) -> pd.DataFrame:
    return schemas.checked(frame.reset_index(drop=True), schema)


def _changed(frame: pd.DataFrame, schema: object, **columns: object) -> pd.DataFrame:
    return _rows(frame.assign(**columns), schema)


def _adsl(n: int) -> pd.DataFrame:
    cohort = np.arange(n) * len(DOSES) // n
    return pd.DataFrame(
        {
            "STUDYID": "NCT00000001",
            "USUBJID": [f"{101 + i}" for i in range(n)],
            "COHORT": [COHORTS[c] for c in cohort],
            "COHORTN": cohort + 1.0,
            "DOSEA": [DOSES[c] for c in cohort],
            "DOSEP": [DOSES[c] for c in cohort],
            "DOSEU": "cells",
            "NINF": 1.0,
            "PKFL": "Y",
            "PDFL": "Y",
        }
    )


def curve(day: np.ndarray, cmax: float, tmax: float, beta: float) -> np.ndarray:
    """Stein's curve with fixed growth from cmax/3900, alpha 0.16 /d and 2 % of the slow phase."""
    grow = cmax / 3900 * np.exp(np.log(3900) * day / tmax)
    fall = cmax * (0.98 * np.exp(-0.16 * (day - tmax)) + 0.02 * np.exp(-beta * (day - tmax)))
    return np.where(day < 0, 0.0, np.where(day < tmax, grow, fall))


def _samples(adsl: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    samples, predictions = [], []
    grid = np.arange(0.0, 181.0, 2.0)
    for i, row in enumerate(adsl.itertuples()):
        cmax = 0.0 if i == 1 else 9000.0 * np.sqrt(row.DOSEA / 1e8) * 3 * np.exp(rng.normal(0, 0.8))
        tmax, beta = 9.3 * np.exp(rng.normal(0, 0.2)), 0.01 * np.exp(rng.normal(0, 0.5))
        nominal = np.array([-3.0, *VISITS[: 14 - (i % 4)]])
        actual = np.where(nominal > 1, nominal + rng.integers(-1, 2, nominal.size) * 0.5 + 0.1, nominal)
        true = curve(actual, cmax, tmax, beta)
        value = np.round(true * np.exp(rng.normal(0, 0.4, nominal.size)), 3)
        samples.append(
            pd.DataFrame(
                {"USUBJID": row.USUBJID, "COHORT": row.COHORT, "AFRLT": actual, "NFRLT": nominal, "AVAL": value}
            )
        )
        pred = np.maximum(curve(grid, max(cmax, 1.0), tmax, beta), 1e-3)
        predictions.append(
            pd.DataFrame(
                {
                    "USUBJID": row.USUBJID,
                    "MODEL": "stein",
                    "AFRLT": grid,
                    "PRED": pred,
                    "PREDLO": pred / 2,
                    "PREDHI": pred * 2,
                }
            )
        )
    table = pd.concat(samples, ignore_index=True)
    below = table["AVAL"] < LLOQ
    table["AVALC"] = table["AVAL"].astype(str).where(~below, "BLQ")
    table["AVAL"] = table["AVAL"].mask(below)
    table["BLQFL"] = np.where(below, "Y", "N")
    table["BLQCLASS"] = np.where(below, "NOT QUANTIFIABLE", "QUANTIFIABLE")
    return table, pd.concat(predictions, ignore_index=True)


def _common(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(
        STUDYID="NCT00000001",
        AVISIT="Day " + table["NFRLT"].map("{:g}".format),
        ANLFL="Y",
        SRCFILE="made.csv",
        SRCROW=np.arange(2.0, len(table) + 2),
    )


def _adnca(table: pd.DataFrame) -> pd.DataFrame:
    made = _common(table).assign(
        PCSPEC="BLOOD", PCMETHOD="qPCR", AVALU="copies/µg gDNA", ALLOQ=LLOQ, PCTESTCD="CARTG", PCTEST="CAR transgene",
        ATPTREF="INFUSION 1", NCAXFL="N",
    )  # fmt: skip
    made["ARRLT"] = made["AFRLT"]
    return _rows(made, schemas.ADNCA)


def _adpd(adsl: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for i, row in enumerate(adsl.itertuples()):
        nominal = np.array([-3.0, 7.0, 14.0, 21.0, 28.0, 60.0, 90.0, 180.0][: 8 - (i % 3)])
        day = np.where(nominal > 0, nominal + rng.integers(-1, 2, nominal.size), nominal)
        plus = 900 * np.exp(-0.5 * np.clip(day, 0, 20)) * np.exp(rng.normal(0, 0.5, day.size)) + np.clip(
            day - 60, 0, None
        )
        minus = 40 + 3 * np.clip(day, 0, 100) * np.exp(rng.normal(0, 0.4, day.size))
        subject = {"USUBJID": row.USUBJID, "COHORT": row.COHORT, "AFRLT": day, "NFRLT": nominal}
        values = {
            "CD7PT": plus.round(1),
            "CD7NT": minus.round(1),
            "CD7PCT": (100 * plus / (plus + minus + 100)).round(2),
        }
        parts += [pd.DataFrame({**subject, "PARAMCD": code, "AVAL": value}) for code, value in values.items()]
    table = pd.concat(parts, ignore_index=True)
    for column, by_code in MEASURES.items():
        table[column] = table["PARAMCD"].map(by_code)
    below = table["AVAL"] < table["ALLOQ"]
    table["BLQFL"] = np.where(below, "Y", "N")
    table["AVAL"] = table["AVAL"].mask(below)
    return _rows(_common(table).assign(PCSPEC="BLOOD", PCMETHOD="flow cytometry"), schemas.ADPD)


def _parameter(i: int, code: str, value: float) -> tuple[float, str | None, str | None]:
    """Value, flag and reason: the never-expander, some extrapolated areas and some that are not calculated."""
    area = code != "CMAX"
    if not np.isfinite(value):
        return (0.0, "ALL_BLQ", None) if area else (np.nan, None, "all results are below the limit of quantification")
    if code == "AUC0_90D" and i % 4 == 3:
        return value, "EXTRAPOLATED", None
    if code == "AUC0_90D" and i % 6 == 4:
        return np.nan, "NC_INCOMPLETE", "the last sample is before the window's end"
    return value, "COMPLETE" if area else None, None


def _ends_of_persistence(samples: pd.DataFrame) -> list[dict[str, object]]:
    """Last day with the product and first without, of one subject's samples by day; a reason where there is none."""
    after = samples[samples["AFRLT"] > 0]
    found = after["AVAL"].notna().to_numpy()
    last = int(np.flatnonzero(found)[-1]) if found.any() else -1
    lost = last >= 0 and last + 1 < len(after)
    days = {
        "TDET": (after["AFRLT"].iloc[last] if last >= 0 else np.nan, "all results are below the limit"),
        "TDETUL": (after["AFRLT"].iloc[last + 1] if lost else np.nan, "detected in the last sample"),
    }
    return [
        {
            "USUBJID": samples["USUBJID"].iloc[0],
            "PARAMCD": code,
            "AVAL": day,
            "FLAG": None,
            "PPREASND": None if np.isfinite(day) else why,
        }
        for code, (day, why) in days.items()
    ]


def _adpp(adsl: pd.DataFrame, adnca: pd.DataFrame) -> pd.DataFrame:
    cmax = adnca[adnca["AFRLT"] > 0].groupby("USUBJID")["AVAL"].max()
    rows = []
    for i, subject in enumerate(adsl["USUBJID"]):
        for code, factor in (("CMAX", 1.0), ("AUC0_28D", 7.0), ("AUC0_90D", 8.0)):
            value, flag, reason = _parameter(i, code, float(cmax[subject]) * factor)
            rows.append({"USUBJID": subject, "PARAMCD": code, "AVAL": value, "FLAG": flag, "PPREASND": reason})
        rows += _ends_of_persistence(adnca[adnca["USUBJID"].eq(subject)].sort_values("AFRLT"))
    table = pd.DataFrame(rows).assign(PARCAT1="NCA", PPCAT="CARTG", PPSPEC="BLOOD", ATPTREF="INFUSION 1")
    units = {"CMAX": "copies/µg gDNA", "TDET": "day", "TDETUL": "day"}
    unit = table["PARAMCD"].map(units).fillna("day*copies/µg gDNA")
    return _rows(table.assign(PARAM=table["PARAMCD"], AVALU=unit), schemas.ADPP)


def _lambda_z(adnca: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for _, mine in adnca.dropna(subset=["AVAL"]).groupby("USUBJID"):
        last = mine.sort_values("AFRLT").tail(3)
        if len(last) < 3 or last["AFRLT"].min() < 14:
            continue
        slope, intercept = np.polyfit(last["ARRLT"], np.log(last["AVAL"]), 1)
        keys = last.rename(columns={"PCTESTCD": "PPCAT", "PCSPEC": "PPSPEC"})
        keys = keys[["USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "AFRLT", "ARRLT", "AVAL"]]
        parts.append(keys.assign(LZFL="Y", SLOPE=slope, INTERCEPT=intercept))
    return pd.concat(parts, ignore_index=True)


def _pd_curves(adsl: pd.DataFrame) -> pd.DataFrame:
    """Curves near the made counts, as if they had been fitted."""
    day = np.arange(0.0, 181.0, 3.0)
    curves = {"CD7PT": 1.0 + 900 * np.exp(-0.5 * np.clip(day, 0, 20)), "CD7NT": 40 + 3 * np.clip(day, 0, 100)}
    parts = [
        pd.DataFrame({"USUBJID": subject, "PARAMCD": code, "AFRLT": day, "PRED": value})
        for subject in adsl["USUBJID"]
        for code, value in curves.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    made = table.assign(PCSPEC="BLOOD", PREDLO=table["PRED"] / 2, PREDHI=table["PRED"] * 2, PCTPRED=np.nan)
    return _rows(made, schemas.PD_CURVES)


KEYS = {"PPCAT": "CARTG", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1"}
QUANTITIES = {"MCMAX": 1e4, "MTMAX": 9.0, "DBLTIME": 0.8, "HLALPHA": 4.0, "HLBETA": 100.0}


def _model_tables(adsl: pd.DataFrame, adnca: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """What ``cartpk models`` writes beside ADPP, as if the curves had been fitted."""
    who = adsl[["USUBJID"]].assign(**KEYS, MODEL="stein")
    choice = who.assign(SCOPE="profile", METHOD="STEIN MAP M3", CHOSEN="Y")
    seen = adnca[adnca["AFRLT"] > 0].reset_index(drop=True)
    near = seen["AVAL"].fillna(20.0) * np.exp(rng.normal(0, 0.3, len(seen)))
    samples = seen[["USUBJID", "AFRLT", "AVAL", "ALLOQ", "BLQFL"]].assign(**KEYS, MODEL="stein", PRED=near)
    samples["RES"] = rng.normal(size=len(samples))
    population = samples[["USUBJID", "AFRLT", "AVAL", "ALLOQ", "BLQFL", "PRED"]].assign(NPDE=rng.normal(size=len(seen)))
    bins = pd.DataFrame({"AFRLT": [3.0, 7.0, 14.0, 28.0, 90.0], "N": 20})
    parts = [bins.assign(LEVEL=level, OBS=v, LOW=v / 2, MID=v, HIGH=v * 2) for level, v in ((0.1, 1e2), (0.9, 1e4))]
    vpc = pd.concat([*parts, bins.assign(OBS=0.3, LOW=0.1, MID=0.2, HIGH=0.5)], ignore_index=True)
    steps = np.arange(20)
    trace = pd.DataFrame(
        {"ITERATION": steps, **{name: rng.normal(size=20) for name in ("cmax", "omega_cmax", "sigma")}}
    )
    return {
        "fits": choice[["USUBJID", *KEYS, "MODEL", "METHOD"]].assign(MESSAGE=None),
        "model_choice": choice,
        "model_samples": samples,
        "model_profiles": _profiles(who),
        "population_samples": population,
        "population_vpc": vpc,
        "population_trace": trace,
    }


def _profiles(who: pd.DataFrame) -> pd.DataFrame:
    """Parabolas over the logarithm; persistence without an upper limit."""
    at = np.linspace(-1.3, 1.3, 17)
    parts = []
    for code, value in QUANTITIES.items():
        open_end = code == "HLBETA"
        rise = np.where(open_end & (at > 0), 0.1, 4.0) * at**2
        curve = pd.DataFrame({"VALUE": value * np.exp(0.5 * at), "RISE": rise})
        curve = curve.assign(
            PARAMCD=code, PARAM=code, AVALU="day", LIMIT=4.0, AVAL=value, AVALLO=value / 1.6,
            AVALHI=np.nan if open_end else value * 1.6, VERDICT="lower-only" if open_end else "bounded",
        )  # fmt: skip
        parts.append(who.merge(curve, how="cross"))
    return pd.concat(parts, ignore_index=True)


def _model_rows(adsl: pd.DataFrame) -> pd.DataFrame:
    """ADPP rows of the model: persistence is a limit only."""
    rows = []
    for i, subject in enumerate(adsl["USUBJID"]):
        for code, typical in QUANTITIES.items():
            value = typical * (1 + 0.02 * i)
            row = {"USUBJID": subject, "PARAMCD": code, "AVAL": value, "AVALLO": value / 1.6, "AVALHI": value * 1.6}
            if code == "HLBETA":
                row |= {"AVAL": np.nan, "AVALHI": np.nan, "FLAG": "LOWER_ONLY", "AVALC": f"> {value / 1.6:.3g}"}
            rows.append(row)
    table = pd.DataFrame(rows).assign(PARCAT1="MODEL", PPANMETH="STEIN MAP M3", **KEYS)
    table["AVALU"] = np.where(table["PARAMCD"] == "MCMAX", "copies/µg gDNA", "day")
    return _rows(table.assign(PARAM=table["PARAMCD"]), schemas.ADPP)


def make_trial(n: int = 18, seed: int = 7) -> TrialData:
    """All tables of a made trial of n subjects in three dose levels."""
    rng = np.random.default_rng(seed)
    adsl = _rows(_adsl(n), schemas.ADSL)
    table, predictions = _samples(adsl, rng)
    adnca = _adnca(table)
    adpd = _adpd(adsl, rng)
    ordered = adpd.sort_values(["USUBJID", "PARAMCD", "AFRLT"])
    base = ordered[ordered["AFRLT"] <= 0].groupby(["USUBJID", "PARAMCD"])["AVAL"].last().rename("BASE")
    change = adpd.join(base, on=["USUBJID", "PARAMCD"])
    after = change["AFRLT"] > 0
    change["CHG"] = (change["AVAL"].fillna(0.0) - change["BASE"]).where(after)
    change["PCHG"] = 100 * change["CHG"] / change["BASE"]
    empty = pd.DataFrame({c: pd.Series(dtype="str") for c in schemas.FINDINGS.columns})
    return TrialData(
        adsl=adsl,
        adnca=adnca,
        adpd=adpd,
        adpp=pd.concat([_adpp(adsl, adnca), _model_rows(adsl)], ignore_index=True),
        predictions=_rows(predictions.assign(PPCAT="CARTG", PPSPEC="BLOOD", ATPTREF="INFUSION 1"), schemas.PREDICTIONS),
        lambda_z=_lambda_z(adnca),
        **_model_tables(adsl, adnca, rng),
        pd_change=_rows(change.assign(ABLFL=np.where(after, "N", "Y")), schemas.PD_CHANGE),
        findings=empty,
        pd_curves=_pd_curves(adsl),
    )


@pytest.fixture(scope="session")
def trial() -> TrialData:
    return make_trial()


@pytest.fixture(scope="session")
def config() -> TrialConfig:
    return make_config()


@pytest.fixture(scope="session")
def specimens(trial: TrialData, config: TrialConfig) -> tuple[TrialData, TrialConfig]:
    """Marrow half of blood, tissue a quarter, both of six subjects; lymphocytes 200 above CD7+ and CD7-."""
    blood = trial.adnca
    few = blood["USUBJID"].isin(trial.adsl["USUBJID"].iloc[:6])
    marrow = blood[few & blood["NFRLT"].isin([7.0, 14.0, 28.0])]
    tissue = blood[few & blood["NFRLT"].eq(14.0)]
    adnca = pd.concat(
        [
            blood,
            _changed(marrow, schemas.ADNCA, PCTESTCD="CARBM", PCSPEC=MARROW, AVAL=marrow["AVAL"] / 2),
            _changed(tissue, schemas.ADNCA, PCTESTCD="CARTI", PCSPEC="TISSUE", AVAL=tissue["AVAL"] / 4),
        ],
        ignore_index=True,
    )
    pd_rows = trial.adpd
    plus = pd_rows[pd_rows["PARAMCD"].eq("CD7PT")].reset_index(drop=True)
    minus = pd_rows[pd_rows["PARAMCD"].eq("CD7NT")].reset_index(drop=True)
    whole = plus["AVAL"].fillna(0.0) + minus["AVAL"].fillna(0.0) + 200.0
    lymphocytes = _changed(
        plus,
        schemas.ADPD,
        PARAMCD="LYM",
        PARAM="Lymphocytes",
        POPULATION="LYMPHOCYTES",
        MARKER=None,
        AVAL=whole,
        BLQFL="N",
    )
    share = pd_rows[pd_rows["PARAMCD"].eq("CD7PCT")]
    gated = _changed(share, schemas.ADPD, PARAMCD="CD7BM", PCSPEC=MARROW, AVAL=share["AVAL"] / 2)
    adpd = pd.concat([pd_rows, lymphocytes, gated], ignore_index=True)
    analyte = config.analytes[0].model_dump()
    measures = [m.model_dump() for m in config.pharmacodynamics.measures]
    wide = make_config(
        analytes=[
            analyte | {"primary": True},
            analyte | {"code": "CARBM", "specimen": MARROW},
            analyte | {"code": "CARTI", "label": "CAR transgene in tumour tissue", "specimen": "TISSUE"},
        ],
        pharmacodynamics={
            "measures": [
                *measures,
                {"code": "LYM", "label": "Lymphocytes", "kind": "absolute", "population": "LYMPHOCYTES"},
                measures[-1] | {"code": "CD7BM", "specimen": MARROW},
            ]
        },
    )
    return replace(trial, adnca=adnca, adpd=adpd), wide


@pytest.fixture(scope="session")
def trial_of() -> Callable[..., TrialData]:
    """Maker of trials of n subjects."""
    return make_trial


@pytest.fixture(scope="session")
def config_of() -> Callable[..., TrialConfig]:
    """Maker of configurations with whole sections replaced."""
    return make_config


@pytest.fixture(scope="session")
def only() -> Callable[[TrialData, tuple[str, ...]], TrialData]:
    """A trial in which all tables but those of the named files are empty."""

    def kept(data: TrialData, files: tuple[str, ...]) -> TrialData:
        every = {field.name: getattr(data, field.name) for field in fields(data)}
        tables = {name: table for name, table in every.items() if isinstance(table, pd.DataFrame)}
        made = {name: t.iloc[:0] for name, t in tables.items() if FILES.get(name) not in files}
        by = {"NCA": "work/adpp_nca.csv", "MODEL": "work/adpp_model.csv"}
        return replace(data, **made | {"adpp": data.adpp[data.adpp["PARCAT1"].map(by).isin(files)]})

    return kept


@pytest.fixture(scope="session")
def results(trial: TrialData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run with the made trial's tables."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "work").mkdir()
    for name, file in FILES.items():
        getattr(trial, name).to_csv(folder / file, index=False)
    for name, part in trial.adpp.groupby("PARCAT1"):
        part.to_csv(folder / f"work/adpp_{str(name).lower()}.csv", index=False)
    return folder
