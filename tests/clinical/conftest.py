"""Small clinical trials built by hand: rows name only what matters, everything else has a plain default."""

import math

import pandas as pd
import pytest

from cartpk import schemas
from cartpk.config import TrialConfig
from cartpk.schemas.clinical import CLINICAL, DELIVERED
from cartpk.schemas.clinical_data import ClinicalData
from cartpk.trial_data import TrialData

DEFAULTS = {
    "adae": {"AETERM": "Pyrexia", "AEDECOD": "Pyrexia", "AESOC": "General disorders", "ATOXGR": 1.0, "SCALE": "CTCAE",
             "AESER": "N", "AREL": "N", "AESDTH": "N", "ASTDY": 3.0, "AENDY": 5.0, "ADURN": 3.0, "TRTEMFL": "Y",
             "AEDLT": "N", "DLTFL": "N"},
    "adrs": {"PARAMCD": "OVRLRESP", "AVALC": "CR", "RESPFL": "Y", "AFRLT": 28.0, "ANL01FL": "N", "BORFL": "Y"},
    "adis": {"PARAMCD": "ADA_BAB", "PARAM": "Anti-CAR antibody", "RESULT": "NEGATIVE", "AFRLT": 28.0, "NFRLT": 28.0,
             "AVISIT": "DAY 28", "ABLFL": "N", "ADACLASS": "NEGATIVE", "TITRE": math.nan},
    "adcm": {"SRCDOM": "CM", "CLASS": "TOCILIZUMAB", "CMTRT": "Tocilizumab", "ASTDY": 3.0, "POSTFL": "Y"},
    "adevent": {"EVENT": "LAST_CONTACT", "SRCDOM": "DS", "ADY": 90.0, "FIRSTFL": "Y"},
    "adcriss": {"PARAMCD": "MRSS", "AVAL": 10.0, "AFRLT": 90.0, "ABLFL": "N"},
    "adcd7": {"PARAMCD": "CD7PCT", "AVAL": 90.0, "AFRLT": -3.0, "ABLFL": "Y"},
    "adlb": {"PARAMCD": "NEUT", "PARAM": "Neutrophils", "AVALU": "10^9/L", "ANRIND": "NORMAL", "ANRINDS": "DELIVERED",
             "AFRLT": 7.0, "ABLFL": "N"},
}  # fmt: skip
KINDS = {
    "adrs": "responses", "adae": "adverse_events", "adis": "antibodies", "adcm": "medications",
    "adevent": "disposition", "adcriss": "criss", "adcd7": "tumour_cd7",
    "adlb": "laboratory",
}  # fmt: skip


def config(**sections):
    base = {
        "trial": {"id": "T1"},
        "product": {"name": "CAR-T", "cell": "T"},
        "data": {"layout": "tidy", "tables": ["x.csv"]},
        "analytes": [{"code": "CARTDNA", "label": "CAR transgene", "method": "qPCR", "unit": "copies/ug"}],
        "escalation": {"dlt_window_days": 28},
        "report": {"synthetic": True},
    }
    return TrialConfig.model_validate({**base, **sections})


def filled(schema, rows):
    return schemas.checked(pd.DataFrame(rows, columns=list(schema.columns)), schema)


def adsl(subjects):
    """Subjects in their order: name -> what differs from an infused subject of the first level."""
    usual = {
        "STUDYID": "T1", "COHORT": "level 1", "COHORTN": 1.0, "NINF": 1.0, "PKFL": "Y", "PDFL": "Y",
    }  # fmt: skip
    return filled(schemas.ADSL, [{**usual, "USUBJID": name, **more} for name, more in subjects.items()])


def clinical(cohorts=None, *, absent=(), **tables):
    """The clinical tables; a table that is not given is delivered without a row unless it is among ``absent``."""
    made = {}
    for name, usual in DEFAULTS.items():
        rows = [
            {"STUDYID": "T1", "COHORT": (cohorts or {}).get(row["USUBJID"], "level 1"), "ANLFL": "Y",
             "SRCROW": float(i), **usual, **row}
            for i, row in enumerate(tables.get(name, ()), start=2)
        ]  # fmt: skip
        made[name] = filled(CLINICAL[name], rows)
    delivered = [
        {"TABLE": name, "DATA": kind, "DELIVERED": "N" if name in absent else "Y", "NFILES": 1.0,
         "NROWS": float(len(made[name])), "NUSED": float(len(made[name]))}
        for name, kind in KINDS.items()
    ]  # fmt: skip
    return ClinicalData(**made, delivered=filled(DELIVERED, delivered))


def trial(subjects, *, absent=(), **tables):
    """A trial of these subjects and clinical rows; no samples."""
    who = adsl(subjects)
    cohorts = dict(zip(who["USUBJID"], who["COHORT"], strict=True))
    loose = pd.DataFrame({k: pd.Series(dtype="str") for k in ("USUBJID", "PPCAT", "PPSPEC", "ATPTREF", "MODEL")})
    plain = {
        "adnca": schemas.ADNCA, "adpd": schemas.ADPD, "adpp": schemas.ADPP, "predictions": schemas.PREDICTIONS,
        "pd_change": schemas.PD_CHANGE, "findings": schemas.FINDINGS,
    }  # fmt: skip
    rest = {name: tables.pop(name, None) for name in plain}
    made = {n: filled(s, []) if rest[n] is None else rest[n] for n, s in plain.items()}
    return TrialData(**made, adsl=who, lambda_z=loose, fits=loose, clinical=clinical(cohorts, absent=absent, **tables))


@pytest.fixture(name="made", scope="session")
def _made():
    """Builders of small clinical trials."""

    class Made:
        pass

    for function in (config, adsl, clinical, trial, filled):
        setattr(Made, function.__name__, staticmethod(function))
    return Made
