"""Small valid trials, and operations that spoil them: plain values, so that a found case can be kept as JSON."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import yaml

SUBJECTS = ("S-01", "S-02")
_RESULTS = (("-1", "<50"), ("7", "20400"), ("14", "812.5"), ("28", "120"))
_COUNTS = (("-1", "845.5"), ("14", "12.5"))
_MEASURE = {
    "code": "CD7ABS", "label": "CD7+ T cells", "match": ["CD7+ T cells", "TLYCE CD7+"], "kind": "absolute",
    "population": "NORMAL_T", "marker": "CD7+", "unit": "cells/uL",
}  # fmt: skip
_CONFIG: dict[str, Any] = {
    "trial": {"id": "T1", "planned_n": 6},
    "product": {"name": "CD7 CAR-T", "cell": "T"},
    "dosing": {"basis": "flat", "unit": "cells", "levels": [2.5e7, 1e8]},
    "analytes": [{"code": "CAR", "label": "CAR transgene", "unit": "copies/ug", "method": "qPCR"}],
    "pharmacodynamics": {"measures": [_MEASURE]},
    "report": {"synthetic": True},
}
_TIDY = {
    "layout": "tidy",
    "tables": ["data.csv"],
    "columns": {"subject": "SUBJECT", "analyte": "ANALYTE", "dose": "DOSE", "nominal_time": "NOMINAL"},
}
_SDTM = {"layout": "sdtm", "domains": {"dm": ["dm.csv"], "ex": ["ex.csv"], "pc": ["pc.csv"], "cp": ["cp.csv"]}}
_DECISION = {
    "ACTION": "exclude", "FILE": "data.csv", "ROW": "3", "USUBJID": "S-01", "TIME": "7", "ANALYTE": "CAR transgene",
    "FIELD": "VALUE", "OLD": "20400", "NEW": "", "WHO": "A. Chen", "WHEN": "2031-02-03", "WHY": "haemolysed",
}  # fmt: skip

Rows = list[dict[str, str]]


def _tidy_rows() -> Rows:
    rows = []
    for i, subject in enumerate(SUBJECTS):
        for test, unit, lloq, results in (
            ("CAR transgene", "copies/ug", "50", _RESULTS),
            ("CD7+ T cells", "cells/uL", "1", _COUNTS),
        ):
            rows += [
                {"SUBJECT": subject, "TIME_DAY": f"{float(day) + 0.01 * i:g}", "NOMINAL": day, "ANALYTE": test,
                 "VALUE": value, "UNIT": unit, "LLOQ": lloq, "DOSE": ("25000000", "100000000")[i]}
                for day, value in results
            ]  # fmt: skip
    return rows


def _sdtm_rows() -> dict[str, Rows]:
    files: dict[str, Rows] = {"dm.csv": [], "ex.csv": [], "pc.csv": [], "cp.csv": []}
    for i, subject in enumerate(SUBJECTS):
        base = {"STUDYID": "T1", "USUBJID": subject}
        files["dm.csv"].append(base | {"AGE": "40", "SEX": "F", "DTHDTC": ""})
        files["ex.csv"].append(
            base | {"EXTRT": "CD7 CAR-T", "EXDOSE": ("25000000", "100000000")[i], "EXDOSU": "cells",
                    "EXSTDTC": "2024-05-02T10:00", "EXENDTC": "2024-05-02T10:20"}
        )  # fmt: skip
        for name, code, unit, lloq, results in (
            ("PC", "CAR", "copies/ug", "50", _RESULTS),
            ("CP", "TLYCE", "cells/uL", "1", _COUNTS),
        ):
            for n, (day, value) in enumerate(results):
                cells = {"SEQ": str(n + 1), "TESTCD": code, "ORRES": value, "ORRESU": unit, "STRESC": value,
                         "STRESU": unit, "STAT": "", "SPEC": "BLOOD", "LLOQ": lloq,
                         "DTC": f"2024-05-{2 + int(day):02d}T10:00"}  # fmt: skip
                row = base | {name + part: text for part, text in cells.items()} | {"VISIT": f"DAY {day}"}
                files[f"{name.lower()}.csv"].append(row | ({"CPSBMRKS": "CD7+"} if name == "CP" else {}))
    return files


@dataclass
class Trial:
    """A trial as its files: settings, rows of every file, and what became of them as bytes."""

    config: dict[str, Any]
    rows: dict[str, Rows]
    delimiters: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    bytes_of: dict[str, list[tuple[float, int, bytes]]] = field(default_factory=dict)
    text_of_config: list[tuple[float, int, str]] = field(default_factory=list)

    def config_text(self) -> str:
        """The trial's YAML."""
        text = yaml.safe_dump(self.config, allow_unicode=True, sort_keys=False)
        for at, gone, new in self.text_of_config:
            place = int(at * len(text))
            text = text[:place] + new + text[place + gone :]
        return text

    def files(self) -> dict[str, bytes]:
        """The content of every data file."""
        return {name: self._content(name, rows) for name, rows in self.rows.items()}

    def _content(self, name: str, rows: Rows) -> bytes:
        stream = io.StringIO()
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lone = any("\r" in text for row in rows for text in row.values())
        writer = csv.DictWriter(
            stream,
            columns,
            delimiter=self.delimiters.get(name, ","),
            lineterminator="\n",
            restval="",
            quoting=csv.QUOTE_ALL if lone else csv.QUOTE_MINIMAL,
        )
        writer.writeheader()
        writer.writerows(rows)
        raw = stream.getvalue().encode(self.encodings.get(name, "utf-8"), "replace")
        for at, gone, new in self.bytes_of.get(name, []):
            place = int(at * len(raw))
            raw = raw[:place] + new + raw[place + gone :]
        return raw

    @property
    def rows_are_known(self) -> bool:
        """Whether a reader sees the rows as they stand here: no byte was changed by itself."""
        plain = not self.bytes_of and set(self.encodings.values()) <= {"utf-8", "utf-8-sig", "utf-16"}
        return plain and all(c.isprintable() for rows in self.rows.values() for row in rows for c in "".join(row))


def base(kind: str) -> Trial:
    """The trial without a mistake: ``tidy``, ``sdtm`` or ``decided`` (tidy with a signed decision)."""
    config = deepcopy(_CONFIG)
    if kind == "sdtm":
        return Trial(config | {"data": deepcopy(_SDTM)}, _sdtm_rows())
    data = deepcopy(_TIDY)
    rows = {"data.csv": _tidy_rows()}
    if kind == "decided":
        data["corrections"] = "decisions.csv"
        rows["decisions.csv"] = [dict(_DECISION)]
    return Trial(config | {"data": data}, rows)


def spoiled(kind: str, operations: list[list[Any]]) -> Trial:
    """The trial with these operations, one after another; one that fits nothing does nothing."""
    trial = base(kind)
    for name, *arguments in operations:
        _OPERATIONS[name](trial, *arguments)
    return trial


def _file(trial: Trial, at: int) -> str:
    return list(trial.rows)[at % len(trial.rows)]


def _cell(trial: Trial, file: int, row: int, column: int, text: str) -> None:
    rows = trial.rows[_file(trial, file)]
    if rows:
        cells = rows[row % len(rows)]
        cells[list(cells)[column % len(cells)]] = text


def _column(trial: Trial, file: int, column: int, text: str) -> None:
    for row in trial.rows[_file(trial, file)]:
        row[list(row)[column % len(row)]] = text


def _row(trial: Trial, file: int, row: int, what: str) -> None:
    rows = trial.rows[_file(trial, file)]
    if rows and what == "drop":
        rows.pop(row % len(rows))
    elif rows and what == "repeat":
        rows.append(dict(rows[row % len(rows)]))
    elif what == "drop all":
        rows[1:] = []


def _header(trial: Trial, file: int, column: int, name: str) -> None:
    rows = trial.rows[_file(trial, file)]
    if rows:
        old = list(rows[0])[column % len(rows[0])]
        rows[:] = [{name if c == old else c: text for c, text in row.items()} for row in rows]


def _delimiter(trial: Trial, file: int, delimiter: str) -> None:
    trial.delimiters[_file(trial, file)] = delimiter


def _encoding(trial: Trial, file: int, encoding: str) -> None:
    trial.encodings[_file(trial, file)] = encoding


def _bytes(trial: Trial, file: int, at: float, gone: int, new: str) -> None:
    trial.bytes_of.setdefault(_file(trial, file), []).append((at, gone, new.encode("latin-1", "replace")))


def _setting(trial: Trial, path: list[Any], value: str) -> None:
    """Set a value of the config; the value is JSON."""
    here: Any = trial.config
    for step in path[:-1]:
        if isinstance(here, dict):
            here = here.setdefault(step, {})
        elif isinstance(here, list) and here and isinstance(step, int):
            here = here[step % len(here)]
        else:
            return
    if isinstance(here, dict):
        here[path[-1]] = json.loads(value)


def _config_text(trial: Trial, at: float, gone: int, new: str) -> None:
    trial.text_of_config.append((at, gone, new))


_OPERATIONS = {
    "cell": _cell,
    "column": _column,
    "row": _row,
    "header": _header,
    "delimiter": _delimiter,
    "encoding": _encoding,
    "bytes": _bytes,
    "setting": _setting,
    "config": _config_text,
}
