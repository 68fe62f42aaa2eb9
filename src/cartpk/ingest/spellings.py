"""Spellings: one unit or specimen, many ways to write it; exact conversions of counts per volume."""

from __future__ import annotations

import re
from typing import Final

from cartpk.ingest.text import key, plain

__all__ = ["NEEDS_DNA_MASS", "PER_UL", "canonical_specimen", "canonical_unit", "known_unit"]

_UNITS: Final[dict[str, tuple[str, ...]]] = {
    "copies/ug": (
        "copies/ug", "copies/μg", "copies/mcg", "copies/ug gDNA", "copies/μg gDNA", "copies/mcg gDNA", "copies/ug DNA",
        "copies/μg DNA", "copies/ug genomic DNA", "copies/μg genomic DNA", "DNA copies/ug", "DNA copies/μg",
        "copy/ug", "copy/μg", "拷贝/μg", "拷贝/ug", "拷贝/μgDNA", "拷贝数/μg", "拷贝数/μg DNA", "Kopien/ug",
        "Kopien/μg", "Kopien/ug DNA", "Kopien/μg DNA", "Kopien/μg gDNA",
    ),
    "copies/uL": ("copies/uL", "copies/μL", "DNA copies/uL", "拷贝/μL", "Kopien/uL", "Kopien/μL"),
    "copies/mL": ("copies/mL", "DNA copies/mL", "拷贝/mL", "Kopien/mL"),
    "cells/uL": (
        "cells/uL", "cells/μL", "cell/uL", "/uL", "/μL", "10^6/L", "10*6/L", "x10^6/L", "×10^6/L", "x10*6/L", "10E6/L",
        "1E6/L", "10⁶/L", "cells/mm3", "/mm3", "cells/mm^3", "个/μL", "个/uL", "细胞/μL",
        "Zellen/uL", "Zellen/μL",
    ),
    "10^9/L": ("10^9/L", "10*9/L", "x10^9/L", "×10^9/L", "x10*9/L", "10E9/L", "1E9/L", "10⁹/L"),
    "cells/mL": ("cells/mL", "cell/mL", "/mL", "10^3/L", "10*3/L"),
    "%": ("%", "percent", "pct", "％"),
}  # fmt: skip
"""Unit -> its spellings (BI-023). ``cells/uL`` is the CDISC unit 10^6/L."""

_SPECIMENS: Final[dict[str, tuple[str, ...]]] = {
    "BLOOD": ("BLOOD", "WHOLE BLOOD", "PERIPHERAL BLOOD", "PB", "外周血", "血液", "全血", "BLUT", "VOLLBLUT"),
    "BONE MARROW, LIQUID": ("BONE MARROW, LIQUID", "BONE MARROW", "BM", "BONE MARROW ASPIRATE", "骨髓", "KNOCHENMARK"),
    "CEREBROSPINAL FLUID": ("CEREBROSPINAL FLUID", "CSF", "脑脊液", "LIQUOR"),
    "PBMC": ("PBMC", "PERIPHERAL BLOOD MONONUCLEAR CELL", "PERIPHERAL BLOOD MONONUCLEAR CELLS"),
}
"""Specimen (CDISC) -> its spellings."""


def _spelling(text: str) -> str:
    """The key of a unit's spelling; the superscripts of 10⁶ are read before normalisation makes them 106."""
    return key(text.replace("⁶", "^6").replace("⁹", "^9"))


_CANONICAL: Final = {_spelling(s): unit for unit, spellings in _UNITS.items() for s in spellings}

_SPECIMEN_OF: Final = {key(s): specimen for specimen, spellings in _SPECIMENS.items() for s in spellings}

PER_UL: Final = {"cells/uL": 1.0, "10^9/L": 1000.0, "cells/mL": 0.001}
"""Counts per volume in cells/uL: the only conversions that need no further quantity (BI-076)."""

NEEDS_DNA_MASS: Final = re.compile(r"(?:dna)?copies/(?:\d*\.?\d*ng|(?:pcr)?reaction|rxn|well|test).*")


def canonical_unit(text: str) -> str:
    """The unit that this spelling means; an unknown one comes back as it is, with single spaces.

    >>> canonical_unit("copies/µg gDNA"), canonical_unit("10^6/L"), canonical_unit("pg/mL")
    ('copies/ug', 'cells/uL', 'pg/mL')
    """
    return _CANONICAL.get(_spelling(text), plain(text))


def known_unit(text: str) -> bool:
    """Whether this is a spelling of a unit that is converted or compared.

    >>> known_unit("copies/μg DNA"), known_unit("a.u.")
    (True, False)
    """
    return _spelling(text) in _CANONICAL


def canonical_specimen(text: str) -> str:
    """The CDISC specimen that this spelling means; an unknown one comes back in capitals.

    >>> canonical_specimen("peripheral blood"), canonical_specimen("Skin")
    ('BLOOD', 'SKIN')
    """
    return _SPECIMEN_OF.get(key(text), " ".join(text.split()).upper())
