"""The data sets of a submission package: what each is called, what a row is, what it is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk import schemas
from cartpk.exports import pharmacokinetic_domain as pk
from cartpk.exports.transport import LABEL
from cartpk.exports.variables import LABELS, LONG_NAMES
from cartpk.publication import without_dates
from cartpk.schemas.clinical import CLINICAL
from cartpk.schemas.derived import ADTTE

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.schemas.conformity import TableSchema
    from cartpk.trial_data import TrialData

__all__ = ["DATASETS", "DataSet", "Made", "labels_of", "make"]

Build = Callable[["TrialData", "TrialConfig"], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class DataSet:
    """One entry of the registry.

    Attributes
    ----------
    name, title
        Name (at most 8 letters) and label (at most 40).
    model, structure
        Class of the data set and what one row is, for the variable list.
    keys
        Variables that tell rows apart.
    build
        Run -> table.
    data
        Setting of ``data.clinical`` without whose files there is no such data set; None = always there.
    schema
        Where the meaning of its columns stands; None for SDTM domains.
    """

    name: str
    title: str
    model: str
    structure: str
    keys: tuple[str, ...]
    build: Build
    data: str | None = None
    schema: TableSchema | None = None


@dataclass(frozen=True, eq=False)
class Made:
    """A data set of one run: columns of float64 and of texts, and their labels."""

    entry: DataSet
    table: pd.DataFrame
    labels: dict[str, str]


def _adnca(data: TrialData, _config: TrialConfig) -> pd.DataFrame:
    """ADNCA with the parameter of the basic data structure: the analyte in its specimen and unit."""
    table = data.adnca
    named = table["PCTEST"] + " in " + table["PCSPEC"] + " (" + table["AVALU"] + ")"
    table = table.assign(PARAMCD=table["PCTESTCD"], PARAM=named.astype("str"))
    return table.sort_values(["USUBJID"], kind="stable")


def _adpp(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    table = data.adpp.assign(PARAMCD=data.adpp["PARAMCD"].map(_parameter_code).astype("str"))
    table.insert(0, "STUDYID", config.trial.id)
    return table


def _parameter_code(code: str) -> str:
    """PARAMCD of at most 8 letters: windows of 100 days and more lose the underscore, half days have a P.

    Examples
    --------
    >>> _parameter_code("AUC0_28D"), _parameter_code("AUC0_365D"), _parameter_code("AUC0_0.5D")
    ('AUC0_28D', 'AUC0365D', 'AUC00P5D')
    """
    return code if len(code) <= 8 and "." not in code else code.replace("_", "").replace(".", "P")


def _clinical(name: str) -> Build:
    return lambda data, _config: getattr(data.clinical, name)


def _bds(name: str, title: str, structure: str, keys: tuple[str, ...], data: str) -> DataSet:
    model = "OCCURRENCE DATA STRUCTURE" if name in {"adae", "adcm"} else "BASIC DATA STRUCTURE"
    return DataSet(name.upper(), title, model, structure, keys, _clinical(name), data, CLINICAL[name])


_SOURCE: Final = ("USUBJID", "SRCFILE", "SRCROW")

DATASETS: Final[dict[str, DataSet]] = {
    entry.name: entry
    for entry in (
        DataSet(
            "ADSL", "Subject-Level Analysis Dataset", "SUBJECT LEVEL ANALYSIS DATASET", "One row per subject",
            ("USUBJID",), lambda data, _config: data.adsl, schema=schemas.ADSL,
        ),
        DataSet(
            "ADNCA", "Non-compartmental Analysis Dataset", "BASIC DATA STRUCTURE",
            "One row per delivered kinetic sample, used or not",
            (*_SOURCE, "PARAMCD"), _adnca, schema=schemas.ADNCA,
        ),
        DataSet(
            "ADPP", "Pharmacokinetic Parameters Analysis Data", "BASIC DATA STRUCTURE",
            "One row per subject, category, parameter, analyte, specimen, infusion and method",
            ("USUBJID", "PARCAT1", "PARAMCD", "PPCAT", "PPSPEC", "ATPTREF", "PPANMETH"), _adpp, schema=schemas.ADPP,
        ),
        DataSet(
            "ADPD", "CD7 Cell Counts Analysis Dataset", "BASIC DATA STRUCTURE",
            "One row per delivered CD7 measurement, used or not",
            (*_SOURCE, "PARAMCD"), lambda data, _config: data.adpd, schema=schemas.ADPD,
        ),
        DataSet(
            "ADTTE", "Time-to-Event Analysis Dataset", "BASIC DATA STRUCTURE",
            "One row per infused subject, endpoint and handling of transplants",
            ("USUBJID", "PARAMCD", "HSCTCNS"), lambda data, _config: data.derived["adtte"],
            schema=ADTTE,
        ),
        _bds("adrs", "Response Analysis Dataset", "One row per delivered assessment", _SOURCE, "responses"),
        _bds("adae", "Adverse Events Analysis Dataset", "One row per delivered event", _SOURCE, "adverse_events"),
        _bds("adis", "Immunogenicity Analysis Dataset", "One row per delivered result", _SOURCE, "antibodies"),
        _bds("adcm", "Therapies Analysis Dataset", "One row per delivered record", _SOURCE, "medications"),
        DataSet(
            "PP", "Pharmacokinetics Parameters", "FINDINGS",
            "One row per subject, non-compartmental parameter, analyte, specimen and infusion",
            ("USUBJID", "PPSEQ"), pk.pp,
        ),
        DataSet(
            "SUPPPP", "Supplemental Qualifiers for PP", "RELATIONSHIP", "One row per row of PP and qualifier",
            ("USUBJID", "IDVAR", "IDVARVAL", "QNAM"), pk.supppp,
        ),
    )
}  # fmt: skip
"""Every data set by its name, in the order of the package."""


def make(data: TrialData, config: TrialConfig) -> list[Made]:
    """Every data set that this run has.

    A clinical one is there where its data were delivered, even without a row; times to event where there are any.
    """
    found = []
    for entry in DATASETS.values():
        if entry.data is not None and not data.clinical.has(entry.data):
            continue
        table = entry.build(data, config)
        if entry.name in {"ADTTE", "ADPD"} and table.empty:
            continue
        table = without_dates(table, config).rename(columns=LONG_NAMES).reset_index(drop=True)
        found.append(Made(entry, _typed(table), labels_of(table.columns, config)))
    return found


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with float64 and text columns only; a missing text is empty, as SAS has it."""
    kinds = {name: table[name].dtype.kind for name in table.columns}
    columns = {
        name: table[name].astype("float64") if kinds[name] in "fiu" else table[name].astype("str").fillna("")
        for name in table.columns
    }
    return pd.DataFrame(columns)


def labels_of(names: pd.Index[str], config: TrialConfig) -> dict[str, str]:
    """Label of every one of these variables; one that has none yet is called by its name.

    A test keeps :data:`cartpk.exports.variables.LABELS` complete.
    """
    groups = {name: group.name for name, group in config.groupings.items()}
    labels = {}
    for name in names:
        if name in groups or name.startswith("GROUP"):
            said = groups.get(name, "Group")
            labels[name] = said if said.isascii() and len(said) <= LABEL else f"Grouping {name.removeprefix('GROUP')}"
        elif name.startswith("DOSE") and name[4:6].isdigit():
            labels[name] = f"Actual Treatment Dose, Infusion {int(name[4:6])}"
        else:
            labels[name] = LABELS.get(name, name)
    return labels
