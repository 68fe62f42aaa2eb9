"""What was measured, in what, how, with which limit: the words that every table of results carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartpk.clinical.tissue import in_tissue
from cartpk.tables.printing import unit_text

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["Assay", "assays", "gdna_note", "in_specimen", "profiled", "time_note"]

_GDNA = (
    "Copies per µg of genomic DNA relate to the DNA of all nucleated cells in the sample, which lymphodepletion "
    "changes: results of different days do not have the same base (Sci Rep 2020, PMC7578827)."
)


@dataclass(frozen=True, slots=True)
class Assay:
    """One analyte in one specimen: its profiles are never pooled with another's.

    Attributes
    ----------
    code, specimen
        ``PCTESTCD`` and ``PCSPEC``.
    label
        As printed in a column: analyte, specimen, method.
    sentence
        The same with unit and limits, for a footnote.
    units
        Units in the data.
    """

    code: str
    specimen: str
    label: str
    sentence: str
    units: tuple[str, ...]

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """Its rows of ADNCA, ADPP or a table with ADPP's keys."""
        code, specimen = ("PPCAT", "PPSPEC") if "PPCAT" in table else ("PCTESTCD", "PCSPEC")
        return table[table[code].eq(self.code) & table[specimen].eq(self.specimen)]


def assays(data: TrialData, config: TrialConfig) -> tuple[Assay, ...]:
    """Every analyte and specimen with samples, in the order of the config; blood before other specimens."""
    found = data.adnca[["PCTESTCD", "PCSPEC"]].drop_duplicates()
    order = {analyte.code: i for i, analyte in enumerate(config.analytes)}
    pairs = sorted(
        zip(found["PCTESTCD"], found["PCSPEC"], strict=True),
        key=lambda pair: (order.get(pair[0], len(order)), pair[1] != "BLOOD", pair[1]),
    )
    return tuple(_assay(data, config, code, specimen) for code, specimen in pairs)


def profiled(data: TrialData, config: TrialConfig) -> tuple[Assay, ...]:
    """The assays whose samples make a profile: all but those of tissue, which is biopsied once or twice."""
    return tuple(a for a in assays(data, config) if not in_tissue(a.specimen))


def _assay(data: TrialData, config: TrialConfig, code: str, specimen: str) -> Assay:
    rows = data.adnca[data.adnca["PCTESTCD"].eq(code) & data.adnca["PCSPEC"].eq(specimen)]
    analyte = next((a for a in config.analytes if a.code == code), None)
    label = analyte.label if analyte else str(rows["PCTEST"].iloc[0])
    stated = [analyte.method] if analyte and analyte.method else []
    methods = ", ".join(sorted(set(rows["PCMETHOD"].dropna())) or stated) or "method not stated"
    units = tuple(sorted(set(rows["AVALU"].dropna())))
    limits = sorted(set(rows["ALLOQ"].dropna()))
    shown = [limits[0], limits[-1]] if len(limits) > 1 else limits
    lloq = " to ".join(f"{limit:,g}" for limit in shown) or "not stated"
    what = in_specimen(label, specimen)
    unit = ", ".join(unit_text(u) for u in units)
    return Assay(code, specimen, f"{what}, {methods}", f"{what}: {methods}, {unit}, LLOQ {lloq}.", units)


def in_specimen(label: str, specimen: str) -> str:
    """What was measured in what; a label that names its specimen is left as it is.

    Examples
    --------
    >>> in_specimen("CAR transgene", "BONE MARROW, LIQUID"), in_specimen("CAR transgene in blood", "BLOOD")
    ('CAR transgene in bone marrow', 'CAR transgene in blood')
    """
    place = specimen.split(",", maxsplit=1)[0].lower()
    return label if place in label.lower() else f"{label} in {place}"


def gdna_note(units: tuple[str, ...]) -> tuple[str, ...]:
    """The caution on copies per µg of DNA, where that is the unit (Sci Rep 2020, PMC7578827)."""
    if not any(unit.replace("μ", "u").replace("µ", "u").startswith("copies/ug") for unit in units):
        return ()
    return (_GDNA,)


def time_note() -> str:
    """The time axis of all parameters."""
    return "Actual sampling times; time 0 = start of the first infusion; one day = 24 hours."
