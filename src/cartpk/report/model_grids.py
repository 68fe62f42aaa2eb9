"""Tables of the section on kinetic models: verdicts per subject, NCA beside model beside runner-up, population."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pandas as pd

from cartpk.config import TrialConfig
from cartpk.core.nca import interval_code
from cartpk.models import get_model
from cartpk.report.prose import Grid
from cartpk.tables.printing import days, fixed, significant_style, unit_text
from cartpk.trial_data import TrialData

__all__ = ["COMPARED", "Fitted", "beside_nca", "population", "verdicts"]

_FOLD: Final = 12
"""Rows from which a table is folded until it is opened."""
_MOST: Final = 60
"""Rows of a grid that the page holds."""
_NONE: Final = "—"
COMPARED: Final = {
    "Cmax": ("CMAX", "MCMAX"),
    "Tmax": ("TMAX", "MTMAX"),
    "AUC0-28d": (interval_code(0.0, 28.0), "MAUC28D"),
}
"""What the NCA and the models both give: codes of the NCA, of the models."""
_VERDICTS: Final = {
    "DBLTIME": "Doubling time (day)",
    "HLALPHA": "Half-life of contraction (day)",
    "HLBETA": "Half-life of persistence (day)",
}
_NO_VALUE: Final = frozenset({"NOT_IDENTIFIED"})


_CODES: Final = {
    "NCA": [code for code, _ in COMPARED.values()],
    "MODEL": [*(code for _, code in COMPARED.values()), *_VERDICTS, "MAUC90D"],
}
"""Parameters that the section speaks of."""
_CELLS: Final = ("AVAL", "AVALLO", "AVALHI", "FLAG", "PPREASND")


class Fitted:
    """The model rows of the primary analyte's first infusion, by subject, chosen model and runner-up.

    Attributes
    ----------
    subjects
        With a chosen model, in the order of ADSL.
    chosen, second
        Subject -> name of its model; of the best of the other models.
    fits
        One row per subject, model: as ``cartpk models`` writes them.
    """

    def __init__(self, data: TrialData, config: TrialConfig) -> None:
        analyte = config.primary_analyte
        self._values = {
            kind: _first(
                data.adpp[data.adpp["PARCAT1"].eq(kind) & data.adpp["PARAMCD"].isin(codes)],
                analyte.code,
                analyte.specimen,
            )
            for kind, codes in _CODES.items()
        }
        self.fits = _first(data.fits, analyte.code, analyte.specimen)
        own = _first(data.model_choice, analyte.code, analyte.specimen)
        own = own[own["SCOPE"].eq("profile")] if "SCOPE" in own else own.iloc[:0]
        rows = own[own["CHOSEN"].eq("Y")] if "CHOSEN" in own else own
        self.chosen: dict[str, str] = dict(zip(rows["USUBJID"], rows["MODEL"], strict=True))
        others = own[own["CHOSEN"].eq("N") & own["AIC"].notna()].sort_values("DELTA") if len(own) else own
        pairs = zip(others["USUBJID"], others["MODEL"], strict=True)
        self.second: dict[str, str] = {}
        for subject, model in pairs:
            self.second.setdefault(str(subject), str(model))
        self.subjects = [s for s in data.adsl["USUBJID"] if s in self.chosen]
        names = self.fits.drop_duplicates("MODEL").set_index("MODEL") if "METHOD" in self.fits else pd.DataFrame()
        self._methods = names["METHOD"].to_dict() if len(names) else {}
        table = self._values["MODEL"]
        keys = zip(table["USUBJID"], table["PPANMETH"], table["PARAMCD"], strict=True)
        self._cells = [name for name in _CELLS if name in table]
        cells = zip(*(table[name].tolist() for name in self._cells), strict=True)
        self._model = dict(zip(keys, cells, strict=True))
        nca = self._values["NCA"]
        self._nca = dict(zip(zip(nca["USUBJID"], nca["PARAMCD"], strict=True), nca["AVAL"].tolist(), strict=True))

    def row(self, subject: str, model: str | None, code: str) -> dict[str, object] | None:
        """What this model says of the parameter in this subject: value, limits, flags, why there is no value."""
        found = self._model.get((subject, self._methods.get(model or ""), code))
        return None if found is None else dict(zip(self._cells, found, strict=True))

    def value(self, subject: str, model: str | None, code: str) -> float:
        """Its value; nan where there is none, or nothing but the prior's."""
        found = self.row(subject, model, code)
        if found is None or _NO_VALUE & set(_text(found["FLAG"]).split(";")):
            return math.nan
        return _number(found["AVAL"])

    def nca(self, subject: str, code: str) -> float:
        """The value of the NCA; nan where there is none."""
        return _number(self._nca.get((subject, code)))

    def unit(self, code: str) -> str:
        """Unit of this quantity of the models, as printed."""
        own = self._values["MODEL"]
        units = own.loc[own["PARAMCD"].eq(code), "AVALU"].dropna()
        return unit_text(str(units.iloc[0])) if len(units) else ""


def _first(rows: pd.DataFrame, code: str, specimen: str) -> pd.DataFrame:
    if not {"PPCAT", "PPSPEC", "ATPTREF"} <= set(rows.columns):
        return rows.iloc[:0]
    own = rows["PPCAT"].eq(code) & rows["PPSPEC"].eq(specimen) & rows["ATPTREF"].eq("INFUSION 1")
    return rows[own]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def said(row: dict[str, object] | None) -> str:
    """What a fit says of a time that follows one parameter: an estimate with its limits, a limit, or neither.

    Examples
    --------
    >>> said({"AVAL": 0.8, "AVALLO": 0.6, "AVALHI": 1.1, "FLAG": None})
    '0.80 (0.60 to 1.10)'
    >>> said({"AVAL": float("nan"), "AVALLO": 35.0, "AVALHI": float("nan"), "FLAG": "LOWER_ONLY"})
    '> 35.0'
    >>> said({"AVAL": 0.8, "AVALLO": float("nan"), "AVALHI": float("nan"), "FLAG": "NOT_IDENTIFIED"})
    'not bounded by the data'
    """
    if row is None:
        return "not in this model"
    flags = set(_text(row["FLAG"]).split(";"))
    low, high = _number(row["AVALLO"]), _number(row["AVALHI"])
    if "LOWER_ONLY" in flags and math.isfinite(low):
        return f"> {days(low)}"
    if "UPPER_ONLY" in flags and math.isfinite(high):
        return f"< {days(high)}"
    if flags & {"NOT_IDENTIFIED", "LOWER_ONLY", "UPPER_ONLY"}:
        return "not bounded by the data"
    value = _number(row["AVAL"])
    if not math.isfinite(value):
        reason = _text(row.get("PPREASND"))
        return "not bounded by the data" if reason.startswith("not bounded") else _NONE
    return f"{days(value)} ({days(low)} to {days(high)})" if math.isfinite(low + high) else days(value)


def verdicts(found: Fitted) -> Grid:
    """Per subject: the model where there are several, residual SD, what the data say of doubling time, half-lives."""
    sigma = {(row["USUBJID"], row["MODEL"]): row["SIGMA"] for row in found.fits.to_dict("records")}
    rows = []
    for subject in found.subjects:
        model = found.chosen[subject]
        spread = _number(sigma.get((subject, model), math.nan))
        times = (said(found.row(subject, model, code)) for code in _VERDICTS)
        rows.append((subject, get_model(model).label, fixed(spread, 2) if math.isfinite(spread) else _NONE, *times))
    heads = ("Subject", "Model", "Residual SD", *_VERDICTS.values())
    if not any(found.row(s, found.chosen[s], "HLBETA") for s in found.subjects):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    if len(set(found.chosen.values())) < 2:
        heads, rows = (heads[0], *heads[2:]), [(row[0], *row[2:]) for row in rows]
    caption = "What the data of each subject say: estimate (95 % limits), or the limit alone"
    return _by_subject(caption, heads, rows)


def beside_nca(found: Fitted, config: TrialConfig) -> Grid:
    """Per subject and quantity: NCA, chosen model with its difference, the answer of the runner-up if there is one."""
    amount = significant_style(config.report.significant_digits)
    rows: list[tuple[str, ...]] = []
    for subject in found.subjects:
        for name, (code, model_code) in COMPARED.items():
            style = days if name == "Tmax" else amount
            nca = found.nca(subject, code)
            model, second = found.chosen[subject], found.second.get(subject)
            own, other = (found.value(subject, one, model_code) for one in (model, second))
            beside = (_printed(other, style), _NONE if second is None else get_model(second).label)
            difference = _difference(name, own, nca)
            rows.append((subject, name, _printed(nca, style), _printed(own, style), difference, *beside))
    units = f"Cmax in {found.unit('MCMAX')}, Tmax in days, AUC0-28d in {found.unit('MAUC28D')}"
    heads: tuple[str, ...] = (
        "Subject",
        "Quantity",
        "NCA",
        "Model",
        "Model against NCA",
        "Runner-up's value",
        "Runner-up",
    )
    if not found.second:
        heads, rows = heads[:-2], [row[:-2] for row in rows]
    return _by_subject(f"NCA and model side by side ({units})", heads, rows)


def _by_subject(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Grid:
    """A grid of subjects; of very many the first, which its caption says."""
    if len(rows) > _MOST:
        caption += f": the first {_MOST} of {len(rows)} rows; all estimates are on the pages of subjects"
    return Grid(caption, heads, tuple(rows[:_MOST]), folded=len(rows) > _FOLD)


def _printed(value: float, style: Callable[[float], str]) -> str:
    return style(value) if math.isfinite(value) else _NONE


def _difference(name: str, model: float, nca: float) -> str:
    """Days for a time, per cent for an amount.

    Examples
    --------
    >>> _difference("Tmax", 9.0, 10.5), _difference("Cmax", 90.0, 100.0), _difference("Cmax", 90.0, 0.0)
    ('-1.50 days', '-10 %', '—')
    >>> _difference("Cmax", 99.9, 100.0)
    '0 %'
    """
    if not math.isfinite(model - nca):
        return _NONE
    if name == "Tmax":
        return f"{_signed(model - nca, 2)} days"
    return f"{_signed(100.0 * (model / nca - 1.0), 0)} %" if nca > 0 else _NONE


def _signed(value: float, digits: int) -> str:
    """With its sign; a printed 0 has none."""
    text = f"{value:+.{digits}f}"
    return text if float(text) else text[1:]


def population(data: TrialData, config: TrialConfig) -> Iterator[Grid]:
    """The typical values of the fit of all subjects together; nothing where there is none."""
    table = data.population
    if "ESTIMATE" not in table or table.empty:
        return
    amount = significant_style(config.report.significant_digits)
    rows = []
    for row in table.to_dict("records"):
        limits = [_number(row[name]) for name in ("LOWER", "UPPER")]
        unit = f" ({unit_text(_text(row['AVALU']))})" if _text(row["AVALU"]) else ""
        rows.append(
            (
                f"{row['PARAM']}{unit}",
                _printed(_number(row["ESTIMATE"]), amount),
                f"{amount(limits[0])} to {amount(limits[1])}" if math.isfinite(sum(limits)) else "not determined",
                _printed(_number(row["OMEGA"]), lambda v: fixed(v, 2)),
                _printed(_number(row["SHRINKAGE"]), lambda v: f"{v:.0f} %"),
                _REMARKS.get(_text(row["FLAG"]), ""),
            )
        )
    heads = ("Quantity", "Typical subject", "95 % limits", "SD between subjects", "Shrinkage", "Remark")
    yield Grid("All subjects together: typical values and spread", heads, tuple(rows))


_REMARKS: Final = {
    "OMEGA_FIXED": "spread fixed by the config, not estimated",
    "OMEGA_COLLAPSED": "no spread found: read nothing into the individual values",
}
