"""Sentences that several figures print: what was measured, of whom, how BLQ was handled."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from cartpk.figures.samples import ABOVE_MARK, after_event, lloq_lines, printed_unit, what

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.config.pharmacodynamics import PdMeasure
    from cartpk.config.trial import Analyte
    from cartpk.trial_data import TrialData

__all__ = [
    "OPEN_MARKS",
    "above_limit",
    "assay",
    "blasts_apart",
    "counted",
    "gdna_caveat",
    "methods",
    "outside_windows",
    "small_print",
    "subjects_shown",
    "undrawn",
    "wrapped",
]

_GDNA = (
    "Copies per µg of genomic DNA relate to the DNA of all nucleated cells in the sample. Lymphodepletion changes that "
    "amount, so results of different days do not have the same base (Sci Rep 2020, PMC7578827)."
)
OPEN_MARKS = "Open marks: below the LLOQ, drawn at half of it."
_CHARACTERS_PER_INCH = 12.5


def counted(n: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "subject"), counted(0, "subject"), counted(2, "analysis", "analyses")
    ('1 subject', '0 subjects', '2 analyses')
    """
    return f"{n} {one if n == 1 else many or one + 's'}"


def wrapped(text: str, inches: float, size: float = 10.0) -> str:
    r"""The text's lines broken so that they fit so many inches in letters of this size (points).

    Examples
    --------
    >>> wrapped("Geometric mean, CAR transgene in blood (copies/µg gDNA)", 3.0)
    'Geometric mean, CAR transgene in\nblood (copies/µg gDNA)'
    """
    text = text.replace(" × ", "\u00a0×\u00a0")  # 2.5 × 10⁷ stays on one line
    most = max(8, int(inches * _CHARACTERS_PER_INCH * 10 / size))
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, most, break_long_words=False)]
    return "\n".join(lines).replace("\u00a0", " ")


def assay(analyte: Analyte, samples: pd.DataFrame) -> str:
    """What was measured, in what, how, with which limit; ends with a full stop."""
    limits = ", ".join(lloq_lines(samples)["LABEL"]) or "LLOQ not stated"
    full = ", ".join(sorted({printed_unit(unit) for unit in samples["AVALU"].dropna().unique()}))
    return f"{what(analyte.label, analyte.specimen)} ({methods(samples, analyte.method)}, {full}); {limits}."


def methods(rows: pd.DataFrame, configured: str | None = None) -> str:
    """Assay methods of the rows in running text; the configured one, or words that say it is not known, without any.

    Examples
    --------
    >>> import pandas as pd
    >>> methods(pd.DataFrame({"PCMETHOD": ["FLOW CYTOMETRY", "qPCR"]}))
    'flow cytometry, qPCR'
    """
    known = rows["PCMETHOD"].dropna().unique()
    # CDISC terms are in capitals; qPCR and ELISA are names
    words = sorted({text.lower() if text.isupper() and " " in text else text for text in known})
    return ", ".join(words) or configured or "method not stated"


def subjects_shown(n: int, data: TrialData) -> str:
    """Whom a figure shows, as a sentence.

    A subject with one usable result is in; the analysis sets are defined by the intake (``PKFL``, ``PDFL`` of ADSL).
    """
    return f"Subjects with at least one usable result: {n} of {len(data.adsl)}."


def small_print(config: TrialConfig) -> str:
    """Lower right corner of every picture: synthetic or not, trial, data cut."""
    parts = ["Synthetic data"] if config.report.synthetic else []
    parts += [config.trial.id]
    parts += [f"data cut {config.report.data_cut}"] if config.report.data_cut else []
    return " · ".join(parts)


def gdna_caveat(samples: pd.DataFrame) -> tuple[str, ...]:
    """The caution on copies per µg of DNA, where that is the unit (Sci Rep 2020, PMC7578827)."""
    if not any(re.search(r"cop(y|ies)\s*/\s*[uµμn]g", unit) for unit in samples["AVALU"].dropna().unique()):
        return ()
    return (_GDNA,)


def blasts_apart(measures: Sequence[PdMeasure]) -> str:
    """Whether blasts can be among the cells of these counts."""
    unnamed = [m.label for m in measures if m.population == "UNSPECIFIED"]
    if not unnamed:
        return "Blasts are not in this figure."
    return f"The data do not name the population of {', '.join(unnamed)}: blasts may be among them."


def above_limit(samples: pd.DataFrame) -> tuple[str, ...]:
    """What the triangles are, where a result lies above its upper limit of quantification."""
    n = int(samples["RESULT"].eq(ABOVE_MARK).sum())
    if not n:
        return ()
    return (
        (
            f"Above the upper limit of quantification: {counted(n, 'result')}, drawn at that limit (as triangles where "
            "marks are drawn); the truth is higher, and means and medians that take the limit are lower bounds."
        ),
    )


def undrawn(samples: pd.DataFrame) -> tuple[str, ...]:
    """How many results a log axis has no place for, where there are any."""
    missing = int(samples["DRAWN"].isna().sum())
    if not missing:
        return ()
    return (
        f"Not drawn, having no place on a log axis: {counted(missing, 'result')} of 0 or BLQ without a known LLOQ.",
    )


def outside_windows(samples: pd.DataFrame, inside: pd.Series[bool]) -> tuple[str, ...]:
    """How many results a by-visit summary leaves out, where there are any."""
    after = after_event(samples)
    why = {
        "without a nominal day or outside its window": int((~inside & ~after).sum()),
        "after re-infusion, HSCT or death": int(after.sum()),
    }
    said = [f"{counted(n, 'result')} {reason}" for reason, n in why.items() if n]
    return (f"Left out of the summary by visit: {', '.join(said)}.",) if said else ()
