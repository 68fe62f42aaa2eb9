"""SDTM PP and its supplement from the parameter rows of a run.

PP holds the non-compartmental parameters. What a model or the CD7+ counts give is no pharmacokinetic parameter of
SDTM: it stands in ADPP. Numbers are submitted as they were calculated: unit of the result = standard unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cartpk.exports.terminology import submitted_parameter, submitted_unit
from cartpk.exports.transport import ascii_text, pieces

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["pp", "supppp"]

_PP: Final = (
    "STUDYID", "DOMAIN", "USUBJID", "PPSEQ", "PPGRPID", "PPTESTCD", "PPTEST", "PPCAT", "PPSCAT", "PPORRES", "PPORRESU",
    "PPSTRESC", "PPSTRESN", "PPSTRESU", "PPSTAT", "PPREASND", "PPSPEC", "PPANMETH", "PPSTINT", "PPENINT", "PPRFTDTC",
)  # fmt: skip
_SUPP: Final = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")
_QUALIFIERS: Final = {
    "PARAMCD": ("PPPARMCD", "Parameter Code in ADPP"),
    "FLAG": ("PPFLAG", "Flags of the Parameter"),
    "PCTEXTR": ("PPPCTEXT", "Area after the Last Sample (%)"),
    "RFRLT": ("PPRFRLT", "Days from First to Reference Infusion"),
}
"""Column of the parameter rows -> QNAM and QLABEL."""


def number_text(value: float) -> str:
    """Shortest text that reads back to the same number; a whole number without a point.

    Examples
    --------
    >>> number_text(6223.0), number_text(0.1), number_text(1e-7)
    ('6223', '0.1', '1e-07')
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))


def pp(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per subject, non-compartmental parameter, analyte, specimen and infusion.

    A parameter without a value has ``PPSTAT`` NOT DONE and its reason; dates of the reference infusion stand in it
    where ``report.dates`` allows them, else its day stands in SUPPPP (PPRFRLT).
    """
    return _short(_rows(data, config)).loc[:, list(_columns(config))]


def supppp(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """One row per row of PP and qualifier: code in ADPP, flags, part extrapolated, day of the reference infusion."""
    rows = _rows(data, config)
    parts = []
    for column, (name, label) in _QUALIFIERS.items():
        have = rows[rows[column].notna()]
        text = have[column].map(number_text) if have[column].dtype.kind == "f" else have[column]
        parts.append(_qualifier(have, name, label, text))
    for name in _long(rows):
        split = rows[name].fillna("").map(_pieces)
        for k in range(1, int(split.map(len).max())):
            have = rows[split.map(len) > k]
            text = split[split.map(len) > k].map(lambda found, at=k: found[at])
            parts.append(_qualifier(have, f"{name[:7]}{k}", f"{name}, part {k + 1}", text))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["USUBJID", "_SEQ"], kind="stable", ignore_index=True).loc[:, list(_SUPP)]


def _columns(config: TrialConfig) -> tuple[str, ...]:
    return _PP if config.report.dates else tuple(name for name in _PP if name != "PPRFTDTC")


def _pieces(text: str) -> list[str]:
    return pieces(ascii_text(text))


def _long(rows: pd.DataFrame) -> list[str]:
    """Text columns of PP in which something does not fit: the rest goes to SUPPPP, as SDTM has it."""
    texts = [name for name in _PP if name in rows and rows[name].dtype.kind != "f"]
    return [name for name in texts if (rows[name].dropna().map(_pieces).map(len) > 1).any()]


def _short(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the first piece of every text that is split."""
    return rows.assign(**{name: rows[name].map(lambda t: _pieces(t)[0], na_action="ignore") for name in _long(rows)})


def _qualifier(rows: pd.DataFrame, name: str, label: str, text: pd.Series[str]) -> pd.DataFrame:
    return pd.DataFrame({
        "STUDYID": rows["STUDYID"],
        "RDOMAIN": "PP",
        "USUBJID": rows["USUBJID"],
        "IDVAR": "PPSEQ",
        "IDVARVAL": rows["PPSEQ"].map(number_text),
        "QNAM": name,
        "QLABEL": label,
        "QVAL": text,
        "QORIG": "DERIVED",
        "QEVAL": "",
        "_SEQ": rows["PPSEQ"],
    })  # fmt: skip


def _rows(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Rows of PP with the columns that the supplement needs."""
    own = data.adpp[data.adpp["PARCAT1"] == "NCA"].reset_index(drop=True)
    pairs = zip(own["PARAMCD"], own["PARAM"], strict=True)
    tests = [submitted_parameter(code, label) for code, label in pairs]
    labels = {analyte.code: analyte.label for analyte in config.analytes}
    result = own["AVALC"].where(own["AVALC"].notna(), own["AVAL"].map(number_text, na_action="ignore"))
    unit = own["AVALU"].map(submitted_unit, na_action="ignore").where(result.notna())
    starts = _infusions(data)
    key = pd.MultiIndex.from_frame(own[["USUBJID", "ATPTREF"]])
    table: dict[str, Any] = {
        "STUDYID": config.trial.id,
        "DOMAIN": "PP",
        "USUBJID": own["USUBJID"],
        "PPSEQ": own.groupby("USUBJID", sort=False).cumcount() + 1.0,
        "PPGRPID": own[["PPCAT", "PPSPEC", "ATPTREF"]].fillna("").agg(" / ".join, axis=1),
        "PPTESTCD": [test.code for test in tests],
        "PPTEST": [test.label for test in tests],
        "PPCAT": own["PPCAT"].map(lambda code: labels.get(code, code), na_action="ignore"),
        "PPSCAT": "NON-COMPARTMENTAL",
        "PPORRES": result,
        "PPORRESU": unit,
        "PPSTRESC": result,
        "PPSTRESN": own["AVAL"],
        "PPSTRESU": unit,
        "PPSTAT": result.isna().map({True: "NOT DONE", False: None}),
        "PPREASND": own["PPREASND"].where(result.isna()),
        "PPSPEC": own["PPSPEC"],
        "PPANMETH": own["PPANMETH"],
        "PPSTINT": own["PPSTINT"],
        "PPENINT": own["PPENINT"],
        "PARAMCD": own["PARAMCD"],
        "FLAG": own["FLAG"],
        "PCTEXTR": own["PCTEXTR"],
        "RFRLT": starts.reindex(key).to_numpy(),
    }
    rows = pd.DataFrame(table)
    return rows.assign(PPRFTDTC=_dates(rows, data)) if config.report.dates else rows


def _infusions(data: TrialData) -> pd.Series[float]:
    """Days from the first infusion to each, by subject and infusion."""
    samples = data.adnca.assign(START=(data.adnca["AFRLT"] - data.adnca["ARRLT"]).round(6))
    return samples.dropna(subset=["START"]).groupby(["USUBJID", "ATPTREF"])["START"].median().abs()


def _dates(rows: pd.DataFrame, data: TrialData) -> pd.Series[str]:
    """Date-time of the reference infusion, ISO 8601; none where the data carry no dates."""
    first = rows["USUBJID"].map(data.adsl.set_index("USUBJID")["TRTSDTM"])
    moment = pd.to_datetime(first, errors="coerce", format="ISO8601") + pd.to_timedelta(rows["RFRLT"], unit="D")
    return moment.dt.round("min").dt.strftime("%Y-%m-%dT%H:%M").astype("str").where(moment.notna())
