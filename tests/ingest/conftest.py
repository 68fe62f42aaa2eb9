"""Small made-up trials, once as a tidy table and once as SDTM domains, with one thing changed at a time."""

import csv
import io
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from cartpk.adpp import derive_params_trial
from cartpk.config import TrialConfig
from cartpk.ingest import Intake, read_trial

SUBJECTS = ("S-01", "S-02", "S-03")
DAYS = (-1.0, 1.0, 3.0, 7.0, 10.0, 14.0, 28.0, 60.0)
RESULTS = ("<50", "<50", "812.5", "20400", "31250.25", "9800", "640", "<50")
COUNTS = ("845.5", "310", "12.5", "<1", "<1", "2.25", "40", "130")
DOSES = (25_000_000, 100_000_000, 205_000_000)

CONFIG = {
    "trial": {"id": "T1"},
    "product": {"name": "CD7 CAR-T", "cell": "T"},
    "dosing": {"basis": "flat", "unit": "cells", "levels": [2.5e7, 1e8, 2e8]},
    "analytes": [{"code": "CAR", "label": "CAR transgene", "unit": "copies/ug", "method": "qPCR"}],
    "pharmacodynamics": {
        "measures": [
            {
                "code": "CD7ABS",
                "label": "CD7+ T cells",
                "match": ["CD7+ T cells", "TLYCE CD7+"],
                "kind": "absolute",
                "population": "NORMAL_T",
                "marker": "CD7+",
                "unit": "cells/uL",
            },
            {
                "code": "CD7PCT",
                "label": "CD7+ T cells of lymphocytes",
                "match": ["CD7+ fraction"],
                "kind": "percent",
                "population": "NORMAL_T",
                "parent": "lymphocytes",
                "unit": "%",
            },
        ]
    },
    "report": {"synthetic": True},
}
TIDY = {
    "layout": "tidy",
    "tables": ["data.csv"],
    "columns": {"subject": "SUBJECT", "analyte": "ANALYTE", "dose": "DOSE", "nominal_time": "NOMINAL"},
}
SDTM = {
    "layout": "sdtm",
    "domains": {"dm": ["dm.csv"], "ex": ["ex.csv"], "pc": ["pc.csv"], "cp": ["cp.csv"]},
}


def tidy_rows() -> list[dict[str, str]]:
    """Kinetics (rows 0-23), then counts (24-47), of three subjects on eight days."""
    rows = []
    for analyte, unit, lloq, results in (
        ("CAR transgene", "copies/ug", "50", RESULTS),
        ("CD7+ T cells", "cells/uL", "1", COUNTS),
        ("CD7+ fraction", "%", "0.1", ("52.5", "30", "8", "0.2", "0.2", "0.5", "9", "20")),
    ):
        rows += [
            {
                "SUBJECT": subject,
                "TIME_DAY": f"{day + 0.01 * i:g}",
                "NOMINAL": f"{day:g}",
                "ANALYTE": analyte,
                "VALUE": value,
                "UNIT": unit,
                "LLOQ": lloq,
                "DOSE": f"{dose}",
            }
            for i, (subject, dose) in enumerate(zip(SUBJECTS, DOSES, strict=True))
            for day, value in zip(DAYS, results, strict=True)
        ]
    return rows


def sdtm_rows() -> dict[str, list[dict[str, str]]]:
    """The same trial as DM, EX, PC and CP; infusions at 10:00 on the first three days of May 2024."""
    domains: dict[str, list[dict[str, str]]] = {"dm": [], "ex": [], "pc": [], "cp": []}
    for i, (subject, dose) in enumerate(zip(SUBJECTS, DOSES, strict=True)):
        base = {"STUDYID": "T1", "USUBJID": subject}
        domains["dm"].append({**base, "AGE": "40", "SEX": "F", "DTHDTC": "", "ARM": "A"})
        domains["ex"].append(
            {
                **base,
                "EXSEQ": "1",
                "EXTRT": "CD7 CAR-T",
                "EXDOSE": f"{dose}",
                "EXDOSU": "cells",
                "EXSTDTC": f"2024-05-0{i + 1}T10:00",
                "EXENDTC": f"2024-05-0{i + 1}T10:20",
            }
        )
        for n, day in enumerate(DAYS):
            date = 1 + i + int(day)
            month, date = (4, 30 + date) if date < 1 else (5, date) if date <= 31 else (6, date - 31)
            month, date = (month, date) if date <= 30 or month == 5 else (7, date - 30)
            stamp = f"2024-{month:02d}-{date:02d}T10:00"
            for domain, code, test, value, unit, lloq in (
                ("pc", "CAR", "CAR transgene", RESULTS[n], "copies/ug", "50"),
                ("cp", "TLYCE", "T-Lymphocytes", COUNTS[n], "cells/uL", "1"),
            ):
                p = domain.upper()
                cells = {
                    **base,
                    f"{p}SEQ": str(n + 1),
                    f"{p}TESTCD": code,
                    f"{p}TEST": test,
                    f"{p}ORRES": value,
                    f"{p}ORRESU": unit,
                    f"{p}STRESC": value,
                    f"{p}STRESU": unit,
                    f"{p}STAT": "",
                    f"{p}SPEC": "BLOOD",
                    f"{p}LLOQ": lloq,
                    "VISIT": f"DAY {day:g}",
                    "VISITDY": f"{day + (day >= 0):g}",
                    f"{p}DTC": stamp,
                }
                domains[domain].append(cells | ({"CPSBMRKS": "CD7+"} if domain == "cp" else {}))
    return domains


def as_csv(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    """Rows as the text of a CSV file."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def merged(base: dict, change: dict) -> dict:
    """The settings with these changes; lists are replaced."""
    out = deepcopy(base)
    for name, value in change.items():
        out[name] = merged(out[name], value) if isinstance(value, dict) and isinstance(out.get(name), dict) else value
    return out


KNOWN: dict[str, Intake] = {}
"""Settings and files -> the trial as it was read: many examples share their clean trial."""


class Trial:
    """A made-up trial in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, settings: dict, files: dict[str, str | bytes]) -> Intake:
        fresh = not any(self.folder.iterdir())
        for name, content in files.items():
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            (self.folder / name).write_bytes(raw)
        if not fresh:
            return read_trial(TrialConfig.model_validate(settings), self.folder)
        wanted = repr((settings, files))
        if wanted not in KNOWN:
            KNOWN[wanted] = read_trial(TrialConfig.model_validate(settings), self.folder)
        return KNOWN[wanted]

    def tidy(
        self, cells=None, *, add=(), drop=(), keep=None, columns=(), text=None, settings=None, files=None
    ) -> Intake:
        """The tidy trial with cells ``{(row, column): text}`` changed, rows added or left out, the text transformed."""
        rows = tidy_rows()
        for (row, column), value in (cells or {}).items():
            for i in range(len(rows)) if row is None else [row]:
                rows[i][column] = value
        rows += [merged(tidy_rows()[like], change) for like, change in add]
        rows = [row for i, row in enumerate(rows) if i not in drop and (keep is None or keep(row))]
        rows = [{name: cell for name, cell in row.items() if name not in columns} for row in rows]
        content = as_csv(rows) if rows else ",".join(tidy_rows()[0]) + "\n"
        config = merged(merged(CONFIG, {"data": TIDY}), settings or {})
        return self.read(config, {"data.csv": text(content) if text else content, **(files or {})})

    def sdtm(self, cells=None, *, add=(), drop=(), settings=None, files=None) -> Intake:
        """The SDTM trial with cells ``{(domain, row, column): text}`` changed, rows added or left out."""
        domains = sdtm_rows()
        for (domain, row, column), value in (cells or {}).items():
            for i in range(len(domains[domain])) if row is None else [row]:
                domains[domain][i][column] = value
        for domain, like, change in add:
            domains[domain].append(merged(domains[domain][like], change))
        for domain, test in drop:
            domains[domain] = [row for row in domains[domain] if not test(row)]
        config = merged(
            merged(CONFIG, {"data": SDTM}),
            {"pharmacodynamics": {"measures": CONFIG["pharmacodynamics"]["measures"][:1]}},
        )
        content = {f"{name}.csv": as_csv(rows) for name, rows in domains.items() if rows}
        return self.read(merged(config, settings or {}), {**content, **(files or {})})

    @staticmethod
    def analysed(intake: Intake) -> SimpleNamespace:
        """The trial with its non-compartmental analysis: ``adpp``, and the findings of both."""
        done = derive_params_trial(intake.adnca)
        findings = pd.concat([part for part in (intake.findings, done.findings) if len(part)] or [intake.findings])
        return SimpleNamespace(**vars(intake) | {"adpp": done.adpp, "findings": findings.reset_index(drop=True)})


@pytest.fixture
def trial(tmp_path) -> Trial:
    """A made-up trial in a folder of its own."""
    return Trial(tmp_path)


@pytest.fixture(scope="session")
def session_trial(tmp_path_factory) -> Trial:
    """The same for tests that draw many examples and write over each other's files."""
    return Trial(tmp_path_factory.mktemp("trial"))
