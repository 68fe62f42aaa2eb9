"""Which tests the data hold: kinetics of the product, CD7+ and other cell counts, and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from cartpk.ingest.spellings import PER_UL, canonical_specimen, canonical_unit, known_unit
from cartpk.ingest.text import plain

__all__ = ["Assay", "Test", "assays_of", "base_unit"]


@dataclass(frozen=True, slots=True)
class Test:
    """One test of the data: a name in one specimen and one unit; each may be empty.

    ``domain`` is that of SDTM, or empty; ``code`` the code of its test.
    """

    name: str
    specimen: str = ""
    unit: str = ""
    method: str = ""
    domain: str = ""
    code: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Assay:
    """A test as an entry of the config.

    Attributes
    ----------
    test
        What the data have.
    code, label
        As in the config.
    role
        ``kinetic``, ``measure`` or ``other`` (not declared).
    kind, population, marker, parent
        Of a measure.
    why
        Of a test that is not declared.
    """

    test: Test
    code: str
    label: str
    role: str
    kind: str = ""
    population: str = ""
    marker: str = ""
    parent: str = ""
    why: str = ""


_PRODUCT: Final = re.compile(
    r"transgene|vector|\bvcn\b|拷贝|嵌合|\bcar[- ]?(?:t|nk)\b|^car\b(?![- ]?$)|\bcar ?\+ ?(?:t|cells)|\bcar[- ]?dna",
    re.IGNORECASE,
)
_POPULATIONS: Final = (
    ("CAR_NK", re.compile(r"nk.*car ?\+|car ?\+.*nk|car[- ]nk", re.IGNORECASE)),
    ("BLAST", re.compile(r"blast|leuk|tumou?r|\b[bt]-?all\b|原始|幼稚|白血病", re.IGNORECASE)),
    ("NORMAL_NK", re.compile(r"\bnk|natural killer|cd56", re.IGNORECASE)),
    ("NORMAL_T", re.compile(r"\bt[- ]?(?:cell|lymph)|\bcd[348]\b|t细胞|t淋巴", re.IGNORECASE)),
    ("B", re.compile(r"\bb[- ]?(?:cell|lymph)|\bcd(?:19|20)\b|b细胞|b淋巴", re.IGNORECASE)),
    ("LYMPHOCYTES", re.compile(r"lymphocyte|淋巴细胞|\blym\b", re.IGNORECASE)),
)
_DOSE: Final = re.compile(r"dose|dosing.*|.* dose", re.IGNORECASE)
_MARKER: Final = re.compile(r"CD7 ?(?P<sign>[+-])")
_PARENT: Final = re.compile(r"(?: of |/|占)(?P<parent>[^/()]+?) *$", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"(?P<unit>[^(]+?) *\(.*\)")
_SPECIMEN_CODES: Final = {"BONE MARROW, LIQUID": "BM", "BLOOD": "BL", "CEREBROSPINAL FLUID": "CS"}


def base_unit(unit: str) -> str:
    """The known unit that a text in words begins with, or an empty text.

    >>> base_unit("cells/uL (unit inferred)"), base_unit("cells (estimated)")
    ('cells/uL', '')
    """
    match = _BRACKETS.fullmatch(plain(unit))
    return canonical_unit(match["unit"]) if match and known_unit(match["unit"]) and not known_unit(unit) else ""


def assays_of(tests: Iterable[Test]) -> list[Assay]:
    """An entry for every test, in the order of the data; codes differ.

    Tests of the product's cells are kinetics. Where no name says so, all tests that are no cell counts are; with a
    test that says so, further ones are counts (per volume or percent) or not declared.

    Raises
    ------
    ValueError
        No test is one of the product's cells.
    """
    every = list(tests)
    named = [t for t in every if _is_product(t)]
    entries = [_entry(t, named, every) for t in every]
    if not any(e.role == "kinetic" for e in entries):
        names = ", ".join(t.name for t in every)
        raise ValueError(
            f"none of the tests is one of the product's cells: {names}. It is known by CAR, transgene or vector in "
            "its name, or by a unit of copies; give it such a name."
        )
    return _coded(entries)


def _unit(test: Test) -> str:
    return base_unit(test.unit) or canonical_unit(test.unit)


def _is_product(test: Test) -> bool:
    if test.domain:
        return test.domain == "pc"
    counts_nk = _POPULATIONS[0][1].search(test.name) and "CAR-NK" not in test.name.upper()
    return _unit(test).startswith("copies/") or (bool(_PRODUCT.search(test.name)) and not counts_nk)


def _entry(test: Test, named: list[Test], every: list[Test]) -> Assay:
    unit, label = _unit(test), test.name or "CAR transgene"
    same = [t for t in every if t.name == test.name]
    if len(same) > 1 and test.specimen and len({t.specimen for t in same}) > 1:
        label = f"{label} in {canonical_specimen(test.specimen).lower()}"
    counts = unit in PER_UL or unit == "%"
    if _DOSE.fullmatch(test.name):
        return Assay(test, "", label, "other", why="doses, no results")
    if test in named or (not named and (not counts or len(every) == 1)):
        return Assay(test, "", label, "kinetic")
    if not counts:
        return Assay(test, "", label, "other", why=f"in {unit or 'no unit'}: neither the product nor a cell count")
    found = _MARKER.search(label)
    bare = re.sub(r" CD7[+-]$", "", test.name) if test.domain else test.name
    parent = _PARENT.search(bare)
    cells = bare[: parent.start()] if parent and unit == "%" else bare
    population = next((name for name, form in _POPULATIONS if form.search(cells)), "UNSPECIFIED")
    if unit == "%" and parent is None:
        return Assay(test, "", label, "other", why="percent of what? say so as parent:")
    return Assay(
        test, "", label, "measure",
        kind="percent" if unit == "%" else "absolute",
        population=population,
        marker=f"CD7{found['sign']}" if found else "",
        parent=parent["parent"].strip().lower() if parent and unit == "%" else "",
    )  # fmt: skip


def _coded(entries: list[Assay]) -> list[Assay]:
    """The entries with codes: up to eight capitals and figures, each once."""
    used: set[str] = set()
    out = []
    for entry in entries:
        base = _code(entry)
        code, n = base, 1
        while code in used:
            n += 1
            code = f"{base[: 8 - len(str(n))]}{n}"
        used.add(code)
        out.append(replace(entry, code=code))
    return out


def _code(entry: Assay) -> str:
    test = entry.test
    sign = {"+": "P", "-": "N"}.get(entry.marker[-1:], "")
    name = test.code or test.name.split("(")[0]
    spelt = re.sub(r"(?<=\w)[+-](?=\s|$)", lambda m: "P" if m[0] == "+" else "N", plain(name).upper())
    letters = re.sub("[^A-Z0-9]", "", spelt.replace("TRANSGENE", "T"))
    letters = letters if letters[:1].isalpha() else "CAR"
    specimen = canonical_specimen(test.specimen)
    ending = sign if test.code else ""
    if entry.label != test.name and test.specimen:
        ending += _SPECIMEN_CODES.get(specimen, re.sub("[^A-Z]", "", specimen)[:2])
    if entry.kind == "percent" and not test.code:
        ending += "PCT"
    return letters[: 8 - len(ending)] + ending
