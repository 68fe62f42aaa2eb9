"""The list of variables and of parameters that goes with the data sets: what a reviewer would look up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cartpk.exports.terminology import METHODS, SPECIMENS, UNITS, code_of, submitted_parameter, submitted_unit
from cartpk.exports.variables import LONG_NAMES, origin

if TYPE_CHECKING:
    from cartpk.exports.datasets import Made

__all__ = ["codes", "datasets", "parameters", "variables"]

_CODELISTS: Final = {
    "PPTESTCD": "PKPARMCD (C85839), extensible",
    "PPTEST": "PKPARM (C85493), extensible",
    "PPORRESU": "PKUNIT (C85494), extensible",
    "PPSTRESU": "PKUNIT (C85494), extensible",
    "PPSPEC": "SPECTYPE (C78734), extensible",
    "PCSPEC": "SPECTYPE (C78734), extensible",
    "PPANMETH": "PKANMET (C172330), extensible",
    "PPSTINT": "ISO 8601",
    "PPENINT": "ISO 8601",
}
"""Variable -> code list whose values it takes; flags are listed by their values."""

_SDTM: Final = {
    "DOMAIN": "PP.",
    "PPSEQ": "Number of the row within the subject.",
    "PPGRPID": "Analyte code / specimen / infusion: the rows of one profile.",
    "PPTESTCD": "CDISC code where the terminology has the parameter, else the sponsor's.",
    "PPTEST": "Name of PPTESTCD.",
    "PPCAT": "Analyte as printed.",
    "PPSCAT": "NON-COMPARTMENTAL.",
    "PPORRES": "AVALC of ADPP, else AVAL as the shortest text that reads back to the same number.",
    "PPORRESU": "AVALU of ADPP; 1/day is written /day.",
    "PPSTRESC": "As PPORRES: results are calculated in the standard unit.",
    "PPSTRESN": "AVAL of ADPP.",
    "PPSTRESU": "As PPORRESU.",
    "PPSTAT": "NOT DONE where there is no result.",
    "PPREASND": "Why there is no result.",
    "PPRFTDTC": "Start of the first infusion and the days from it to the infusion of the profile.",
    "RDOMAIN": "PP.",
    "IDVAR": "PPSEQ.",
    "IDVARVAL": "PPSEQ of the row.",
    "QNAM": "PPPARMCD, PPFLAG, PPPCTEXT, PPRFRLT, or a further piece of a text of more than 200 bytes.",
    "QLABEL": "Name of QNAM.",
    "QVAL": "PARAMCD, FLAG or PCTEXTR of ADPP; days from the first infusion to the infusion of the profile.",
    "QORIG": "DERIVED.",
    "QEVAL": "Empty: no evaluator.",
    "STUDYID": "Trial.",
    "USUBJID": "Subject.",
    "PPSPEC": "Specimen.",
    "PPANMETH": "Analysis method.",
    "PPSTINT": "Start of the interval, ISO 8601 duration.",
    "PPENINT": "End of the interval, ISO 8601 duration.",
}
"""Variable of the SDTM domains -> how it comes to be."""

_ADDED: Final = {
    "PARAMCD": "PCTESTCD.",
    "PARAM": "Analyte in its specimen and unit.",
    "STUDYID": "Trial.",
}
"""Variables that the export adds to a table of the run."""


def datasets(made: list[Made]) -> pd.DataFrame:
    """One row per data set: name, label, class, what a row is, keys, rows, variables."""
    return pd.DataFrame([
        {
            "DATASET": m.entry.name, "LABEL": m.entry.title, "CLASS": m.entry.model, "STRUCTURE": m.entry.structure,
            "KEYS": " ".join(m.entry.keys), "ROWS": len(m.table), "VARIABLES": len(m.table.columns),
        }
        for m in made
    ])  # fmt: skip


def variables(made: list[Made]) -> pd.DataFrame:
    """One row per data set and variable.

    Columns: DATASET, ORDER, VARIABLE, LABEL, TYPE (text, float), LENGTH (bytes of the longest text; 8 of a number),
    CODELIST, ORIGIN, DERIVATION.
    """
    return pd.DataFrame([row for m in made for row in _of_dataset(m)])


def _of_dataset(made: Made) -> list[dict[str, object]]:
    rows = []
    for order, name in enumerate(made.table.columns, 1):
        column = made.table[name]
        number = column.dtype.kind == "f"
        rows.append({
            "DATASET": made.entry.name,
            "ORDER": order,
            "VARIABLE": name,
            "LABEL": made.labels[name],
            "TYPE": "float" if number else "text",
            "LENGTH": 8 if number else max((len(text.encode()) for text in column), default=1) or 1,
            "CODELIST": _codelist(made, name),
            "ORIGIN": origin(name),
            "DERIVATION": _meaning(made, name),
        })  # fmt: skip
    return rows


def _codelist(made: Made, name: str) -> str:
    if name in _CODELISTS:
        return _CODELISTS[name]
    if made.entry.schema is None or name not in made.entry.schema.columns:
        return ""
    return ", ".join(made.entry.schema.columns[name].allowed or ())


def _meaning(made: Made, name: str) -> str:
    """What the schema says of a column; what the export says of its own."""
    schema, own = made.entry.schema, {new: old for old, new in LONG_NAMES.items()}.get(name, name)
    if schema is None:
        return _SDTM[name]
    if own in schema.columns:
        return schema.columns[own].description
    if name in _ADDED:
        return _ADDED[name]
    return "Value of a further grouping column of the config." if name.startswith("GROUP") else "Dose of a re-infusion."


def parameters(adpp: pd.DataFrame) -> pd.DataFrame:
    """One row per parameter of ADPP that stands in PP: its CDISC name and code, or that it is an extension.

    Columns: PARAMCD, PPSTINT, PPENINT, PPTESTCD, PPTEST, C_CODE, UNIT, UNIT_C_CODE, DERIVATION.
    """
    own = adpp[adpp["PARCAT1"] == "NCA"]
    rows = []
    for row in own.drop_duplicates(["PARAMCD", "AVALU"]).to_dict("records"):
        test, unit = submitted_parameter(row["PARAMCD"], row["PARAM"]), row["AVALU"]
        unit = submitted_unit(unit) if isinstance(unit, str) else ""
        rows.append({
            "PARAMCD": row["PARAMCD"],
            "PPSTINT": row["PPSTINT"],
            "PPENINT": row["PPENINT"],
            "PPTESTCD": test.code,
            "PPTEST": test.label,
            "C_CODE": test.cdisc,
            "UNIT": unit,
            "UNIT_C_CODE": code_of(unit, UNITS) if unit else "",
            "DERIVATION": test.derivation,
        })  # fmt: skip
    return pd.DataFrame(rows)


def codes(adpp: pd.DataFrame) -> pd.DataFrame:
    """One row per specimen and method in use: CODELIST, VALUE, C_CODE (or that it is an extension)."""
    own = adpp[adpp["PARCAT1"] == "NCA"]
    lists = (("PPSPEC", "SPECTYPE (C78734)", SPECIMENS), ("PPANMETH", "PKANMET (C172330)", METHODS))
    rows = [
        (name, value, code_of(value, terms))
        for column, name, terms in lists
        for value in sorted(own[column].dropna().unique())
    ]
    return pd.DataFrame(rows, columns=["CODELIST", "VALUE", "C_CODE"])
