"""A small made trial whose names and cells are as nasty as delivered data can be."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartpk import schemas
from cartpk.config import TrialConfig
from cartpk.figures.exhibit import Figure
from cartpk.figures.registry import FIGURES
from cartpk.files import write_bytes, write_table, write_text
from cartpk.provenance import FileRecord
from cartpk.report import Provenance, RunFiles, provenance_of, read_run, render
from cartpk.tables.output import csv_text, json_text
from cartpk.tables.registry import make_tables
from cartpk.tables.table import NoTable
from cartpk.trial_data import TrialData

NASTY = '<script>alert("x")</script> & co'
"""A subject identifier that must be printed and never run."""

Make = Callable[..., TrialConfig]


@pytest.fixture(scope="session")
def make_config() -> Make:
    """A config with whole sections replaced by keyword."""

    def make(**sections: object) -> TrialConfig:
        values: dict[str, object] = {
            "trial": {"id": "NCT00000001", "planned_n": 9, "indication": "CD7+ T-ALL & LBL"},
            "product": {"name": "CD7 CAR-T", "cell": "T"},
            "dosing": {"basis": "flat", "unit": "cells", "levels": [2.5e7, 1e8]},
            "data": {"layout": "tidy", "tables": ["made.csv"]},
            "analytes": [{"code": "CARTG", "label": "CAR transgene", "method": "qPCR", "unit": "copies/ug"}],
            "pharmacodynamics": {
                "measures": [
                    {
                        "code": "CD7T",
                        "label": "CD7+ T cells",
                        "kind": "absolute",
                        "population": "NORMAL_T",
                        "marker": "CD7+",
                    }
                ]
            },
            "report": {"synthetic": True, "data_cut": "2026-01-31"},
        }
        return TrialConfig.model_validate({**values, **sections})

    return make


@pytest.fixture(scope="session")
def config(make_config: Make) -> TrialConfig:
    return make_config()


def filled(rows: list[dict[str, object]], schema: object) -> pd.DataFrame:
    """Rows as a table of this schema."""
    return schemas.checked(pd.DataFrame(rows, columns=list(schema.columns)), schema)


HAEMOLYSED = "sample haemolysed, drawn through the line of the infusion and repeated on the day after"
"""A reason as long as people write them."""

SUBJECTS = ["101", "102", "103", "104", "105", NASTY, "201", "202"]
"""The first five and the nasty one have the low dose; 202 is outside the analysis."""


def adsl() -> pd.DataFrame:
    rows = []
    for subject in SUBJECTS:
        high = subject.startswith("2")
        rows.append(
            {
                "STUDYID": "NCT00000001", "USUBJID": subject, "COHORT": "1e8 cells" if high else "2.5e7 cells",
                "COHORTN": 2.0 if high else 1.0, "DOSEA": 1e8 if high else 2.5e7, "DOSEU": "cells", "NINF": 1.0,
                "PKFL": "Y", "PDFL": "Y", "EXCLRS": "no date of infusion" if subject == "202" else None,
            }
        )  # fmt: skip
    return filled(rows, schemas.ADSL)


def adnca() -> pd.DataFrame:
    rows, line = [], 1
    for subject in SUBJECTS[:-1]:
        for day, value in ((0.0, None), (7.0, 900.0), (10.0, 4000.0), (28.0, 300.0), (90.0, None)):
            line += 1
            below = value is None
            used = not (subject == "101" and day == 28.0)
            rows.append(
                {
                    "STUDYID": "NCT00000001", "USUBJID": subject, "PCSPEC": "BLOOD", "PCTESTCD": "CARTG",
                    "COHORT": "1e8 cells" if subject.startswith("2") else "2.5e7 cells",
                    "PCTEST": "CAR transgene", "AFRLT": day, "ARRLT": day, "NFRLT": day, "AVAL": value,
                    "AVALC": "<50" if below else str(value), "AVALU": "copies/ug", "ALLOQ": 50.0,
                    "BLQFL": "Y" if below else "N", "BLQCLASS": "NOT QUANTIFIABLE" if below else "QUANTIFIABLE",
                    "ANLFL": "Y" if used else "N", "ANLRS": None if used else HAEMOLYSED, "NCAXFL": "N",
                    "ATPTREF": "INFUSION 1", "SRCFILE": "made.csv", "SRCROW": float(line),
                }
            )  # fmt: skip
    return filled(rows, schemas.ADNCA)


def parameter(
    subject: str, code: str, value: float | None, flag: str | None = None, reason: str | None = None
) -> dict[str, object]:
    unit = "day*copies/ug" if code.startswith("AUC") else "copies/ug" if code == "CMAX" else "day"
    return {
        "USUBJID": subject, "PARCAT1": "NCA", "PARAMCD": code, "PARAM": code, "AVAL": value, "AVALU": unit,
        "PPCAT": "CARTG", "PPSPEC": "BLOOD",
        "ATPTREF": "INFUSION 1", "FLAG": flag, "PPREASND": reason,
    }  # fmt: skip


def adpp() -> pd.DataFrame:
    rows = []
    for i, subject in enumerate(SUBJECTS[:-1]):
        early = subject == NASTY
        # a subject that never expanded has a Cmax of 0, which a geometric mean leaves out
        cmax = 0.0 if subject == "104" else 3712.0 * 1.5**i
        rows.append(parameter(subject, "CMAX", cmax, "EARLY_TMAX" if early else None))
        rows.append(parameter(subject, "TMAX", 0.04 if early else 9.0 + 0.37 * i, "EARLY_TMAX" if early else None))
        rows.append(parameter(subject, "AUC0_28D", 42000.0, "COMPLETE"))
        if subject in {"101", "102"}:
            reason = "the extrapolated part exceeds the limit"
            rows.append(parameter(subject, "AUC0_90D", None, "NC_INCOMPLETE", reason))
            rows.append(parameter(subject, "LAMZHL", None, None, "fewer than 3 quantifiable samples after Tmax"))
        else:
            rows.append(parameter(subject, "AUC0_90D", 50000.0, "EXTRAPOLATED" if subject == "103" else "COMPLETE_BLQ"))
            rows.append(parameter(subject, "LAMZHL", 9.0, "R2_LOW" if subject == "103" else None))
    return filled(rows, schemas.ADPP)


def finding(rule: str, severity: str, message: str, **more: object) -> dict[str, object]:
    return {"RULE": rule, "SEVERITY": severity, "SCOPE": "row", "MESSAGE": message, **more}


def findings() -> pd.DataFrame:
    rows = [
        finding("BAD_TIME", "error", "25:30 is no time <b>of day</b>.", USUBJID=NASTY, FILE="data/made.csv", ROW=7.0),
        *[
            finding("UNIT", "info", f"Unit {i} read.", FILE="made.csv", ROW=float(i), SUGGESTION="None needed.")
            for i in range(2, 9)
        ],
        finding("EARLY_TMAX", "warning", "Peak at the end of the infusion.", USUBJID=NASTY),
    ]
    return filled(rows, schemas.FINDINGS)


@pytest.fixture(scope="session")
def data() -> TrialData:
    def empty(schema: object) -> pd.DataFrame:
        return filled([], schema)

    return TrialData(
        adsl=adsl(),
        adnca=adnca(),
        adpd=empty(schemas.ADPD),
        adpp=adpp(),
        predictions=empty(schemas.PREDICTIONS),
        lambda_z=pd.DataFrame(),
        fits=pd.DataFrame(
            {
                "USUBJID": SUBJECTS[:3],
                "PPCAT": "CARTG",
                "PPSPEC": "BLOOD",
                "MODEL": "stein",
                "CONVERGED": ["Y", "Y", "N"],
                "MESSAGE": [None, None, None],
                "AIC": np.ones(3),
            }
        ),
        pd_change=empty(schemas.PD_CHANGE),
        findings=findings(),
    )


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><style>rect{fill:#00f}</style>'
    '<rect width="4" height="2"/></svg>'
)
EMPTY_FIGURE = list(FIGURES)[-1]
"""The figure that this trial does not have."""


def write_figures(folder: Path, data: TrialData, config: TrialConfig) -> None:
    """The files of every figure of the registry, pictures of a few pixels; those that the data fill have theirs."""
    for name, spec in FIGURES.items():
        words = {"id": name, "number": spec.number, "title": spec.title, "n": 7, "width": 8.0, "height": 4.0,
                 "caption": f"Caption of {name}: <50 & more.", "footnotes": ["BLQ as '<b>open</b>' marks."],
                 "alt": f"Alternative text of {name}", "empty_reason": None}  # fmt: skip
        if name == EMPTY_FIGURE:
            words |= {"caption": "", "footnotes": [], "empty_reason": "The data hold nothing <to> draw."}
        stem = folder / "figures" / name
        write_text(stem.with_suffix(".json"), json.dumps(words))
        write_text(stem.with_suffix(".svg"), DRAWING)
        write_bytes(stem.with_suffix(".png"), PIXEL)
        made = spec.make(data, config)
        write_table(stem.with_suffix(".csv"), made.data if isinstance(made, Figure) else pd.DataFrame({"USUBJID": []}))


@pytest.fixture(scope="session")
def results(data: TrialData, config: TrialConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of the made trial, as the commands before the report leave it."""
    folder = tmp_path_factory.mktemp("results") / "NCT00000001"
    for name in ("adsl", "adnca", "adpd", "findings"):
        write_table(folder / f"{name}.csv", getattr(data, name))
    write_table(folder / "work" / "adpp_nca.csv", data.adpp)
    write_table(folder / "work" / "fits.csv", data.fits)
    write_figures(folder, data, config)
    tables = make_tables(data, config)
    write_text(folder / "tables" / "tables.json", json_text(tables))
    for table in tables:
        if not isinstance(table.body, NoTable):
            write_text(folder / "tables" / f"{table.id}.csv", csv_text(table.body))
    return folder


@pytest.fixture(scope="session")
def run(results: Path) -> RunFiles:
    return read_run(results, list(FIGURES))


@pytest.fixture(scope="session")
def provenance(config: TrialConfig) -> Provenance:
    file = FileRecord("config/made.yaml", "c0" * 32, 100)
    inputs = (FileRecord("data/<made>.csv", "ab" * 32, 2000, 35, 7), FileRecord("data/odd.csv", "cd" * 32, 9))
    return provenance_of(config, file, inputs, "cartpk report config/made.yaml --results results/NCT00000001")


@pytest.fixture(scope="session")
def html(config: TrialConfig, run: RunFiles, provenance: Provenance) -> str:
    """The page of the made trial."""
    return render(config, run, provenance)
