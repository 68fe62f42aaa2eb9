"""A small trial, built by hand: two dose levels, every kind of subject that tables must survive."""

import dataclasses
import functools
import math

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.adpp import CellFacts, derive_cells, derive_marrow
from cartpk.clinical import derive_all
from cartpk.config import TrialConfig
from cartpk.config.pharmacodynamics import Pharmacodynamics
from cartpk.pharmacodynamics import derive_pd
from cartpk.trial_data import Derived, TrialData

LOW, HIGH = "1 × 10⁷ cells", "1 × 10⁸ cells"
SUBJECTS = {
    # subject: cohort, order, actual, planned, event day, event, excluded
    "S1": (LOW, 1, 1.0e7, 1e7, np.nan, None, None),
    "S2": (LOW, 1, 1.2e7, 1e7, np.nan, None, None),
    "S3": (LOW, 1, 0.6e7, 1e7, np.nan, None, "no infusion date"),
    "S4": (HIGH, 2, 1.0e8, 1e8, np.nan, None, None),
    "S5": (HIGH, 2, 0.9e8, 1e8, 40.0, "HSCT", None),
    "S6": (HIGH, 2, 1.0e8, 1e8, np.nan, None, None),
}
SERIES = {
    "S1": {0: None, 7: 100.0, 14: 1000.0, 28: 200.0},
    "S2": {0: None, 7: 400.0, 14: 4000.0, 28: None},
    "S4": {0: None, 7: 2000.0, 14: 8000.0, 28: 1000.0},
    "S5": {0: None, 7: 500.0, 14: 32000.0, 28: 3000.0, 60: 99999.0},
    "S6": {0: None, 7: None, 14: None, 28: None},
}
FACTS = CellFacts(6.6, 2.0, {"CARTDNA": ("CD7TABS",)})
MARROW = {
    # day: result, days from the blood sample of that day
    "S1": {7: 50.0, 14: 2000.0, 28: 400.0},
    "S2": {7: 200.0, 28: 100.0},
    "S4": {14: None, 20: 100.0},
}
COUNTS = {
    "S1": {-1: 400.0, 7: 40.0, 14: None, 28: 8.0},
    "S2": {-1: 200.0, 7: 20.0, 14: None, 28: 2.0},
    "S4": {-1: 300.0, 7: 3.0, 14: 1.5, 28: 6.0},
    "S5": {7: 5.0, 14: None},
    "S6": {-1: None, 7: 7.0},
}
# subject: Cmax, Tmax, AUC0-28d with flag, AUC0-90d with flag, half-life with flag, AUClast
PARAMETERS = {
    "S1": (1000.0, 14.0, (9000.0, "COMPLETE"), (12000.0, "EXTRAPOLATED"), (6.0, None), 9000.0),
    "S2": (4000.0, 14.1, (36000.0, "COMPLETE_BLQ"), (36000.0, "COMPLETE_BLQ"), (3.0, "R2_LOW"), 35000.0),
    "S4": (8000.0, 13.9, (72000.0, "WINDOW"), ("no acceptable lambda_z", "NC_INCOMPLETE"), (None, None), 72000.0),
    "S5": (32000.0, 14.0, (288000.0, "COMPLETE"), ("event", "NC_EVENT"), (4.115, None), 280000.0),
    "S6": (0.0, None, (0.0, "ALL_BLQ"), (0.0, "ALL_BLQ"), (None, None), 0.0),
}


def config(**sections):
    base = {
        "trial": {"id": "T1", "planned_n": 6},
        "product": {"name": "CAR-T", "cell": "T", "vcn_copies_per_cell": 2.0},
        "nca": {"genome_pg": 6.6, "nucleated_cells": {"CARTDNA": ["CD7TABS"]}},
        "dosing": {"basis": "flat", "unit": "cells"},
        "data": {"layout": "tidy", "tables": ["x.csv"], "columns": {"group": "RESPONSE"}},
        "time": {"visit_window_days": {7: 1, 14: 2, 28: 2}},
        "analytes": [
            {"code": "CARTDNA", "label": "CAR transgene", "method": "qPCR", "unit": "copies/ug"},
            {"code": "CARTBM", "label": "CAR transgene", "method": "qPCR", "unit": "copies/ug",
             "specimen": "BONE MARROW, LIQUID"},
        ],
        "pharmacodynamics": {
            "measures": [
                {"code": "CD7TABS", "label": "CD7+ T cells", "kind": "absolute", "population": "NORMAL_T",
                 "marker": "CD7+", "unit": "cells/uL"}
            ]
        },
        "report": {"synthetic": True},
    }  # fmt: skip
    for name, section in sections.items():
        base[name] = {**base.get(name, {}), **section} if isinstance(section, dict) else section
    return TrialConfig.model_validate(base)


def frame(schema, records):
    return schemas.checked(pd.DataFrame(records, columns=list(schema.columns)), schema)


def adsl():
    records = [
        {
            "STUDYID": "T1", "USUBJID": s, "COHORT": cohort, "COHORTN": order, "DOSEA": actual, "DOSEP": planned,
            "DOSEU": "cells", "NINF": 1.0, "EVENTDY": day, "EVENTTXT": event, "EXCLRS": why,
            "GROUP": "CR" if s in ("S1", "S4") else "NR",
            "PKFL": "Y" if s in SERIES else "N", "PDFL": "Y" if s in COUNTS else "N",
        }
        for s, (cohort, order, actual, planned, day, event, why) in SUBJECTS.items()
    ]  # fmt: skip
    return frame(schemas.ADSL, records)


def sample(subject, day, value, row):
    return {
        "STUDYID": "T1", "USUBJID": subject, "PCSPEC": "BLOOD", "AFRLT": float(day), "NFRLT": float(day),
        "AVAL": math.nan if value is None else value, "BLQFL": "Y" if value is None else "N", "ANLFL": "Y",
        "SRCROW": float(row), "COHORT": SUBJECTS[subject][0],
    }  # fmt: skip


def adnca(series=SERIES):
    pairs = [(s, day, value) for s, points in series.items() for day, value in points.items()]
    records = [
        {
            **sample(s, day, value, row), "PCMETHOD": "qPCR", "AVALC": "<50" if value is None else f"{value:g}",
            "AVALU": "copies/ug", "ALLOQ": 50.0, "SRCFILE": "pc.csv", "PCTESTCD": "CARTDNA", "PCTEST": "CAR transgene",
            "ATPTREF": "INFUSION 1", "ARRLT": float(day),
        }
        for row, (s, day, value) in enumerate(pairs, start=2)
    ]  # fmt: skip
    return frame(schemas.ADNCA, records)


def marrow():
    """Marrow samples a third of a day after the nominal time, and their pairs with blood."""
    blood, below = adnca(), adnca(MARROW)
    below = below.assign(
        PCTESTCD="CARTBM", PCSPEC="BONE MARROW, LIQUID", AFRLT=below["AFRLT"] + 0.3, ARRLT=below["ARRLT"] + 0.3
    )
    return derive_marrow(pd.concat([blood, below], ignore_index=True), {"CARTBM": "CARTDNA"}, 3.0)


def adpd():
    pairs = [(s, day, value) for s, points in COUNTS.items() for day, value in points.items()]
    records = [
        {
            **sample(s, day, value, row), "AVALC": "<1" if value is None else f"{value:g}", "AVALU": "cells/uL",
            "ALLOQ": 1.0, "SRCFILE": "cp.csv", "PARAMCD": "CD7TABS", "PARAM": "CD7+ T cells", "KIND": "absolute",
            "POPULATION": "NORMAL_T", "MARKER": "CD7+",
        }
        for row, (s, day, value) in enumerate(pairs, start=2)
    ]  # fmt: skip
    records.append({**records[0], "AFRLT": 3.0, "NFRLT": 3.0, "ANLFL": "N", "ANLRS": "negative result", "AVALC": "-4"})
    return frame(schemas.ADPD, records)


def parameter(subject, code, unit, value, flag=None, category="NCA", **more):
    reason = value if isinstance(value, str) else None if value is not None else "all results are below the limit"
    return {
        "USUBJID": subject, "PARCAT1": category, "PARAMCD": code, "PARAM": code.title(), "AVALU": unit, "FLAG": flag,
        "AVAL": math.nan if reason else value, "PPREASND": reason, "PPCAT": "CARTDNA", "PPSPEC": "BLOOD",
        "ATPTREF": "INFUSION 1", **more,
    }  # fmt: skip


def nca_rows():
    rows = []
    for s, (cmax, tmax, auc28, auc90, half_life, auclast) in PARAMETERS.items():
        area = "day*copies/ug"
        rows += [
            parameter(s, "CMAX", "copies/ug", cmax, "EARLY_TMAX" if s == "S5" else None),
            parameter(s, "TMAX", "day", tmax),
            parameter(s, "AUC0_28D", area, *auc28),
            parameter(s, "AUC0_90D", area, *auc90, PCTEXTR=12.34 if auc90[1] == "EXTRAPOLATED" else math.nan),
            parameter(s, "AUCLST", area, auclast),
            parameter(s, "CMAXD", "(copies/ug)/(10^6 cells)", cmax / (SUBJECTS[s][2] / 1e6)),
            parameter(s, "LAMZHL", "day", *half_life),
        ]
    return rows


def model_rows():
    rows = []
    for s in ("S1", "S2", "S4", "S5"):
        more = {"category": "MODEL", "PPANMETH": "STEIN MAP M3"}
        rows.append(parameter(s, "MCMAX", "copies/ug", 1000.0, "AT_BOUND" if s == "S2" else None, **more))
        rows.append(parameter(s, "MTMAX", "day", 10.0, **more))
    return rows


def fits():
    records = [
        {
            "USUBJID": s, "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1", "MODEL": "stein",
            "METHOD": "STEIN MAP M3", "SIGMA": 0.5, "CONVERGED": "Y" if s != "S5" else "N",
            "ATBOUND": "cmax" if s == "S2" else None, "AIC": 12.5,
        }
        for s in ("S1", "S2", "S4", "S5")
    ]  # fmt: skip
    return pd.DataFrame(records)


def lambda_z():
    records = [
        {
            "USUBJID": "S1", "PPCAT": "CARTDNA", "PPSPEC": "BLOOD", "ATPTREF": "INFUSION 1", "AFRLT": day, "ARRLT": day,
            "AVAL": value, "LZFL": used,
        }
        for day, value, used in ((14.0, 1000.0, "N"), (21.0, 450.0, "Y"), (28.0, 200.0, "Y"))
    ]  # fmt: skip
    return pd.DataFrame(records)


def findings():
    records = [
        {"RULE": "A-1", "SEVERITY": "info", "SCOPE": "row", "FILE": "pc.csv", "ROW": 3.0, "MESSAGE": "converted"},
        {"RULE": "B-2", "SEVERITY": "error", "SCOPE": "subject", "USUBJID": "S3", "MESSAGE": "=no date", "OLD": "-"},
    ]
    return frame(schemas.FINDINGS, records)


@functools.cache
def _tables(measures):
    pd_tables = derive_pd(adpd(), adsl(), Pharmacodynamics.model_validate_json(measures))
    pairs = marrow()
    more = [*pairs.adpp.to_dict("records"), *pd_tables.adpp_rows.to_dict("records")]
    adpp = frame(schemas.ADPP, [*nca_rows(), *model_rows(), *more])
    return {
        "adsl": adsl(), "adnca": adnca(), "adpd": adpd(), "adpp": adpp, "fits": fits(), "lambda_z": lambda_z(),
        "predictions": frame(schemas.PREDICTIONS, []), "pd_change": pd_tables.change, "findings": findings(),
        "marrow_ratio": pairs.pairs, "derived_units": derive_cells(adnca(), adpd(), adpp, FACTS).samples,
    }  # fmt: skip


def trial(settings=None, **replaced):
    """The trial's tables; ``replaced`` takes the place of some. Frames are shared: copy before a change."""
    settings = settings or config()
    made = TrialData(**{**_tables(settings.pharmacodynamics.model_dump_json()), **replaced})
    return made if "derived" in replaced else _derived(made, settings)


def _derived(data, settings):
    """The trial with the tables of `cartpk clinical`."""
    tables = {entry.name: table for entry, table in derive_all(data, settings)}
    return dataclasses.replace(data, derived=Derived(tables))


def empty_trial():
    """A trial of which nothing came in."""
    schemas_of = {
        "adsl": schemas.ADSL, "adnca": schemas.ADNCA, "adpd": schemas.ADPD, "adpp": schemas.ADPP,
        "predictions": schemas.PREDICTIONS, "pd_change": schemas.PD_CHANGE, "findings": schemas.FINDINGS,
    }  # fmt: skip
    keys = pd.DataFrame({k: pd.Series(dtype="str") for k in ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL")})
    return TrialData(**{name: frame(schema, []) for name, schema in schemas_of.items()}, lambda_z=keys, fits=keys)


class Printed:
    """A table's printed cells by row key and column key."""

    def __init__(self, body):
        self.body = body
        self.columns = {column.key: i for i, column in enumerate(body.columns)}

    def __call__(self, column, **key):
        found = [row for row in self.body.rows if key.items() <= dict(row.key).items()]
        assert len(found) == 1, f"{len(found)} rows for {key}"
        return found[0].cells[self.columns[column]].text

    def column(self, column):
        return [row.cells[self.columns[column]].text for row in self.body.rows]


@pytest.fixture(name="factory", scope="session")
def _factory():
    """Builders of small trials."""

    class Factory:
        LOW, HIGH = LOW, HIGH
        config = staticmethod(config)
        trial = staticmethod(trial)
        empty = staticmethod(empty_trial)
        adsl, adnca, parameter, frame = map(staticmethod, (adsl, adnca, parameter, frame))
        printed = Printed

    return Factory
