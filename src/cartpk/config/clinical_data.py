"""Where the clinical tables lie and how their columns are called: response, safety, antibodies, therapies.

Both ways in (``layout: sdtm`` and ``tidy``) read them in the same way: a column that the map does not name has its
SDTM name, or cartpk's own in capitals.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pydantic import Field, field_validator, model_validator

from cartpk.config.base import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["VOCABULARIES", "ClinicalFiles", "ClinicalTable", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The columns of one clinical table.

    Attributes
    ----------
    domain
        The SDTM domain whose names are the defaults.
    columns
        cartpk's name -> the names that are looked for, the first one there counts.
    required
        Names without which the file cannot be used.
    """

    domain: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]


def _vocabulary(domain: str, required: tuple[str, ...], **own: str | tuple[str, ...]) -> Vocabulary:
    """The table's own columns, with subject and sequence; ``--`` stands for the domain's prefix."""
    named = {"subject": "USUBJID", **own, "sequence": "--SEQ"}
    lists = {name: (c,) if isinstance(c, str) else c for name, c in named.items()}
    columns = {name: tuple(c.replace("--", domain) for c in cells) for name, cells in lists.items()}
    return Vocabulary(domain, MappingProxyType(columns), ("subject", *required))


_POINT: Final = {"date": "--DTC", "day": "--DY", "visit": "VISIT", "visit_day": "VISITDY", "status": "--STAT"}
_SPAN: Final = {"start_date": "--STDTC", "end_date": "--ENDTC", "start_day": "--STDY", "end_day": "--ENDY"}
_TEST: Final = {"test": "--TESTCD", "test_name": "--TEST"}
_VALUE: Final = {"value": ("--STRESN", "--STRESC", "--ORRES"), "unit": ("--STRESU", "--ORRESU")}
_TREATMENT: Final = {"treatment": "--TRT", "decoded": "--DECOD", "category": "--CAT", "indication": "--INDC"}

VOCABULARIES: Final[Mapping[str, Vocabulary]] = MappingProxyType(
    {
        "responses": _vocabulary(
            "RS", ("response",), **_TEST, response=("--STRESC", "--ORRES"), response_original="--ORRES",
            criteria="--CAT", site="--LOC", evaluator="--EVAL", **_POINT,
        ),
        "adverse_events": _vocabulary(
            "AE", ("term",), term="--TERM", decoded="--DECOD", system=("--SOC", "--BODSYS"), grade="--TOXGR",
            scale="--SCALE", category="--CAT", serious="--SER", related="--REL", action="--ACN", outcome="--OUT",
            death="--SDTH", dlt="--DLT", **_SPAN,
        ),
        "antibodies": _vocabulary(
            "IS", ("result",), **_TEST, result=("--STRESC", "--ORRES"), result_original="--ORRES", titre="--TITRE",
            baseline="--BLFL", specimen="--SPEC", **_POINT,
        ),
        "medications": _vocabulary("CM", ("treatment",), **_TREATMENT, dose="--DOSE", dose_unit="--DOSU", **_SPAN),
        "procedures": _vocabulary("PR", ("treatment",), **_TREATMENT, **_SPAN),
        "disposition": _vocabulary(
            "DS", ("term",), term=("--DECOD", "--TERM"), term_original="--TERM", category="--CAT",
            date="--STDTC", day="--STDY",
        ),
        "criss": _vocabulary("QS", ("test", "value"), **_TEST, **_VALUE, **_POINT),
        "tumour_cd7": _vocabulary(
            "CP", ("test", "value"), **_TEST, **_VALUE, method="--METHOD", specimen="--SPEC", **_POINT
        ),
        "laboratory": _vocabulary(
            "LB", ("test", "value"), **_TEST, **_VALUE, category="--CAT", specimen="--SPEC",
            low=("--STNRLO", "--ORNRLO"), high=("--STNRHI", "--ORNRHI"), indicator="--NRIND", grade="--TOXGR",
            toxicity="--TOX", **_POINT,
        ),
    }
)  # fmt: skip
"""Clinical table -> its columns."""


class ClinicalTable(Model):
    """Files of one clinical table and its column map."""

    files: tuple[str, ...] = Field(
        (), description="CSV files, read one after another; empty = not delivered (a file with a header only = none)."
    )
    columns: dict[str, str] = Field(
        {},
        description="cartpk's name -> the file's column; a name that is not given has its SDTM column, "
        "else its own name in capitals (docs/clinical_tables.md lists them).",
    )


class ClinicalFiles(Model):
    """Response, safety, antibody, therapy and disposition data, in either layout."""

    responses: ClinicalTable = Field(default_factory=ClinicalTable, description="RS: response assessments.")
    adverse_events: ClinicalTable = Field(
        default_factory=ClinicalTable, description="AE: adverse events, with grade, grading scale and DLT flag."
    )
    antibodies: ClinicalTable = Field(default_factory=ClinicalTable, description="IS: anti-drug antibodies.")
    medications: ClinicalTable = Field(
        default_factory=ClinicalTable, description="CM: tocilizumab, steroids, new anti-cancer therapy."
    )
    procedures: ClinicalTable = Field(default_factory=ClinicalTable, description="PR: procedures, HSCT above all.")
    disposition: ClinicalTable = Field(
        default_factory=ClinicalTable, description="DS: last contact, death, withdrawal, completion."
    )
    criss: ClinicalTable = Field(
        default_factory=ClinicalTable, description="QS or any other: components of the ACR-CRISS, one row each."
    )
    tumour_cd7: ClinicalTable = Field(
        default_factory=ClinicalTable, description="CP or any other: CD7 on tumour cells, % positive and MFI."
    )
    laboratory: ClinicalTable = Field(
        default_factory=ClinicalTable,
        description="LB: safety laboratory, with reference range, indicator or toxicity grade.",
    )

    @model_validator(mode="after")
    def _columns_are_known(self) -> ClinicalFiles:
        for name, table in self.tables():
            known = VOCABULARIES[name].columns
            unknown = [c for c in table.columns if c not in known]
            if unknown:
                raise ValueError(f"{name} has no column {', '.join(unknown)}; it has: {', '.join(known)}")
        return self

    @field_validator("*", mode="before")
    @classmethod
    def _files_alone(cls, value: object) -> object:
        """A list of files stands for a table without a column map."""
        return {"files": value} if isinstance(value, list | tuple) else value

    def tables(self) -> Iterator[tuple[str, ClinicalTable]]:
        """Name and settings of every clinical table, in order."""
        for name in VOCABULARIES:
            yield name, getattr(self, name)

    def files(self) -> tuple[str, ...]:
        """Every file, in reading order."""
        return tuple(file for _, table in self.tables() for file in table.files)
