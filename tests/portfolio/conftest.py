"""Two small made trials, and a third of another assay: values known by construction."""

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.config import TrialConfig
from cartpk.config.portfolio import Portfolio
from cartpk.files import write_table
from cartpk.portfolio.members import read_members

CMAX = {"A": [1000.0, 4000.0, 16000.0, 0.0], "B": [2000.0, 8000.0, 500.0], "C": [300.0, 30.0]}
LAST = {"A": [10.0, 28.0, 90.0, np.nan], "B": [20.0, 60.0, 40.0], "C": [5.0, 9.0]}
GONE = {"A": [True, True, False, False], "B": [True, True, True], "C": [True, False]}
EXTRAPOLATED = ("A-2",)


def trial(name, method="qPCR", windows=(28, 90), *, synthetic=True):
    return TrialConfig.model_validate({
        "trial": {"id": name, "planned_n": 6, "indication": "<i>lymphoma</i> & leukaemia"},
        "product": {"name": f"CAR-T {name}", "cell": "T"},
        "data": {"layout": "tidy", "tables": ["x.csv"]},
        "analytes": [{"code": "CARTDNA", "label": "CAR transgene", "method": method, "unit": "copies/ug"}],
        "nca": {"windows": {"days": list(windows)}},
        "pharmacodynamics": {"measures": [
            {"code": "CD7T", "label": "CD7+ T cells", "kind": "absolute", "population": "NORMAL_T", "marker": "CD7+",
             "unit": "cells/uL"},
            {"code": "CD7NEG", "label": "CD7- T cells", "kind": "absolute", "population": "NORMAL_T",
             "marker": "CD7-", "unit": "cells/uL"},
        ]},
        "report": {"synthetic": synthetic},
    })  # fmt: skip


def frame(schema, records):
    return schemas.checked(pd.DataFrame(records, columns=list(schema.columns)), schema)


def subjects(name):
    return [f"{name}-{i}" for i in range(1, len(CMAX[name]) + 1)]


def cohort(name, place):
    return ("low", 1.0) if name != "B" or place < 2 else ("high", 2.0)


def parameter(subject, code, value, unit, **more):
    return {
        "USUBJID": subject, "PARCAT1": "NCA", "PARAMCD": code, "PARAM": code, "AVAL": value, "AVALU": unit,
        "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1",
        "PPREASND": "none" if value is None or np.isnan(value) else None, **more,
    }  # fmt: skip


def kinetics(name, windows):
    rows = []
    for i, subject in enumerate(subjects(name)):
        peak = CMAX[name][i]
        rows.append(parameter(subject, "CMAX", peak, "copies/ug"))
        rows.append(parameter(subject, "CMAX", 9e9, "copies/ug", ATPTREF="INFUSION 2"))
        for day in windows:
            flag = "EXTRAPOLATED" if subject in EXTRAPOLATED and day == 90 else "COMPLETE"
            rows.append(parameter(subject, f"AUC0_{day}D", 10 * peak, "day*copies/ug", FLAG=flag))
        rows.append(parameter(subject, "TDET", LAST[name][i], "day"))
        rows.append(parameter(subject, "TDETUL", LAST[name][i] + 5 if GONE[name][i] else np.nan, "day"))
    return frame(schemas.ADPP, rows)


def reductions(name):
    rows = []
    for code in ("CD7T", "CD7NEG"):
        for i, subject in enumerate(subjects(name)):
            more = {"PARCAT1": "PD", "PPCAT": code, "FLAG": "LOWER_BOUND" if i else None, "ATPTREF": None}
            rows.append(parameter(subject, "PDLOG10R", float(i) - 0.5, None, **more))
    return frame(schemas.ADPP, rows)


def samples(name, method):
    records = [
        {
            "STUDYID": name, "USUBJID": subject, "PCSPEC": "BLOOD", "PCMETHOD": method, "AFRLT": 7.0, "ARRLT": 7.0,
            "AVAL": 100.0, "AVALU": "copies/ug", "BLQFL": "N", "ANLFL": "Y", "SRCFILE": "pc.csv", "SRCROW": i + 2.0,
            "PCTESTCD": "CARTDNA", "PCTEST": "CAR transgene", "COHORT": cohort(name, i)[0], "ATPTREF": "INFUSION 1",
        }
        for i, subject in enumerate(subjects(name))
    ]  # fmt: skip
    return frame(schemas.ADNCA, records)


def people(name):
    records = [
        {
            "STUDYID": name, "USUBJID": subject, "COHORT": cohort(name, i)[0], "COHORTN": cohort(name, i)[1],
            "PKFL": "Y", "PDFL": "Y",
        }
        for i, subject in enumerate(subjects(name))
    ]  # fmt: skip
    return frame(schemas.ADSL, records)


@pytest.fixture(scope="session")
def results(tmp_path_factory):
    """Folder of three runs."""
    folder = tmp_path_factory.mktemp("results")
    for name, method, windows in (("A", "qPCR", (28, 90)), ("B", "qPCR", (28,)), ("C", "ddPCR", (28, 90))):
        write_table(folder / name / "adsl.csv", people(name))
        write_table(folder / name / "adnca.csv", samples(name, method))
        write_table(folder / name / "work" / "adpp_nca.csv", kinetics(name, windows))
        write_table(folder / name / "work" / "adpp_pd.csv", reductions(name))
    (folder / "A" / "report.html").write_text("the page of A", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def trials():
    return {"a.yaml": trial("A"), "b.yaml": trial("B", windows=(28,)), "c.yaml": trial("C", "ddPCR", synthetic=False)}


@pytest.fixture(scope="session")
def members(trials, results):
    return read_members(trials, results)


@pytest.fixture(scope="session")
def settings(trials):
    return Portfolio(trials=tuple(trials), notes=("=note & <b>more</b>",))
