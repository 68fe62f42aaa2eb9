"""Copies per ug of DNA as copies per cell and as CAR+ cells per volume: derived, only from declared facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import used_rows
from cartpk.adpp.derived import DERIVED
from cartpk.adpp.events import after_event

__all__ = ["CellFacts", "CellReason", "CellTables", "derive_cells"]

_PROFILE: Final = ["USUBJID", "PPCAT", "PPSPEC", "ATPTREF"]
_UG_PER_PG: Final = 1e-6
_COUNT_UNIT: Final = "cells/uL"


class CellReason(StrEnum):
    """Why a sample, or a profile, has no cells per volume."""

    BLQ = "below the limit of quantification"
    NO_COUNT = "no cell count near enough"
    COUNT_BLQ = "a cell count is below its limit of quantification"
    COUNT_UNIT = "a cell count is not in cells/uL"
    PEAK_WITHOUT_COUNT = "the sample of Cmax has no cell count"
    NO_SAMPLE = "no post-infusion result"


@dataclass(frozen=True, slots=True)
class CellFacts:
    """What the config declares.

    Attributes
    ----------
    genome_pg
        DNA of one genome, pg.
    vcn
        Copies per CAR+ cell; None = not declared.
    counts
        Analyte -> measures (counts in cells/uL) whose sum is the nucleated cells.
    window_days
        Farthest that sample and count may lie apart, days.
    """

    genome_pg: float
    vcn: float | None = None
    counts: Mapping[str, Sequence[str]] | None = None
    window_days: float = 1.0


@dataclass(frozen=True, eq=False)
class CellTables:
    """Derived quantities of analytes in copies/ug."""

    samples: pd.DataFrame
    """One row per used sample (:data:`cartpk.schemas.DERIVED_UNITS`)."""
    adpp: pd.DataFrame
    """CMAXCELL of each profile; CMAXCUL and TMAXCUL where counts are declared (:data:`cartpk.schemas.ADPP`)."""


def derive_cells(
    adnca: pd.DataFrame, adpd: pd.DataFrame, adpp: pd.DataFrame, facts: CellFacts, events: pd.DataFrame | None = None
) -> CellTables:
    """Copies per cell, and CAR+ cells/uL = copies/ug x genome_pg x 10^-6 x nucleated cells/uL / VCN.

    Parameters
    ----------
    adnca, adpd
        Samples and cell counts, as :mod:`cartpk.schemas` has them.
    adpp
        Parameter rows of the profiles: CMAX and TMAX are read.
    facts
        What the config declares.
    events
        Re-infusions, transplants and deaths: ``USUBJID`` and ``AFRLT``, days; a peak is looked for before them.
    """
    from cartpk.schemas import ADPP, DERIVED_UNITS, checked  # noqa: PLC0415 - `cartpk nca` starts without pandera

    used = adnca[used_rows(adnca)]
    dna = used[used["AVALU"].map(_is_per_ug).astype(bool)]
    rows = dna.rename(columns={"PCTESTCD": "PPCAT", "PCSPEC": "PPSPEC"}).reset_index(drop=True)
    blq = rows["BLQFL"].eq("Y")
    per_cell = facts.genome_pg * _UG_PER_PG
    rows = rows.assign(
        GENOMEPG=facts.genome_pg, COPCELL=(rows["AVAL"] * per_cell).where(~blq), VCN=facts.vcn, DTYPE="DERIVED"
    )
    counted = _with_counts(rows, adpd, facts)
    cells = counted["COPCELL"] * counted["COUNT"] / (facts.vcn or np.nan)
    counted = counted.assign(
        CELLSUL=cells, REASND=pd.Series(str(CellReason.BLQ), index=rows.index).where(blq, counted["REASND"])
    )
    made = counted.reindex(columns=list(DERIVED_UNITS.columns))
    made = made.sort_values([*_PROFILE, "AFRLT"], kind="stable", ignore_index=True)
    parameters = [*_copies(adpp, set(rows["PPCAT"]), facts), *_volumes(made, adpp, facts, events)]
    return CellTables(checked(made, DERIVED_UNITS), checked(pd.DataFrame(parameters, columns=list(ADPP.columns)), ADPP))


def _is_per_ug(unit: object) -> bool:
    return str(unit).replace("µ", "u").replace("μ", "u").replace(" ", "").lower() in {"copies/ug", "copies/ugdna"}


def _with_counts(rows: pd.DataFrame, adpd: pd.DataFrame, facts: CellFacts) -> pd.DataFrame:
    """The samples with ``COUNT`` (sum of the declared counts), ``COUNTOF``, ``COUNTDIF`` and why there is none."""
    counts = facts.counts or {}
    rows = rows.assign(
        COUNT=np.nan, COUNTOF=rows["PPCAT"].map({a: " + ".join(m) for a, m in counts.items()}), COUNTDIF=np.nan,
        REASND=pd.Series(index=rows.index, dtype="str"),
    )  # fmt: skip
    usable = adpd[adpd["ANLFL"].eq("Y") & adpd["AFRLT"].notna()]
    for analyte, measures in counts.items():
        own = rows["PPCAT"].eq(analyte)
        total, apart = pd.Series(0.0, index=rows.index[own]), pd.Series(0.0, index=rows.index[own])
        reason = pd.Series(index=rows.index[own], dtype="str")
        for measure in measures:
            count, away, why = _nearest(rows[own], usable[usable["PARAMCD"].eq(measure)], facts.window_days)
            total, apart, reason = total + count, apart.combine(away.abs(), max), reason.fillna(why)
        rows.loc[own, "COUNT"] = total.where(reason.isna())
        rows.loc[own, "COUNTDIF"] = apart.where(reason.isna())
        rows.loc[own, "REASND"] = reason
    return rows


def _nearest(
    rows: pd.DataFrame, counts: pd.DataFrame, window: float
) -> tuple[pd.Series[float], pd.Series[float], pd.Series[str]]:
    """Count nearest to each sample, how far it lies, and why it cannot be used; the earlier of two equally near."""
    left = rows[["USUBJID", "AFRLT"]].assign(AT=rows.index)
    right = counts[["USUBJID", "AFRLT", "AVAL", "AVALU", "BLQFL"]].rename(columns={"AFRLT": "CDAY"})
    both = left.merge(right, on="USUBJID")
    both = both.assign(APART=both["CDAY"] - both["AFRLT"])
    near = both[both["APART"].abs() <= window + 1e-9]
    order = near.assign(AWAY=near["APART"].abs().round(9)).sort_values(["AT", "AWAY", "CDAY"], kind="stable")
    best = order.drop_duplicates("AT").set_index("AT").reindex(rows.index)
    cases = {
        CellReason.NO_COUNT: best["CDAY"].isna(),
        CellReason.COUNT_BLQ: best["BLQFL"].eq("Y"),
        CellReason.COUNT_UNIT: best["AVALU"].ne(_COUNT_UNIT),
    }
    masks = [mask.to_numpy(dtype=np.bool_) for mask in cases.values()]
    why = pd.Series(np.select(masks, [str(r) for r in cases], ""), index=rows.index, dtype="str")
    return best["AVAL"].astype("float64"), best["APART"].astype("float64"), why.where(why != "")


def _copies(adpp: pd.DataFrame, analytes: set[str], facts: CellFacts) -> list[dict[str, object]]:
    """CMAXCELL: Cmax of each profile per cell, with its flags and reason."""
    own = adpp[adpp["PARAMCD"].eq("CMAX") & adpp["PPCAT"].isin(analytes)]
    per_cell = facts.genome_pg * _UG_PER_PG
    entry = DERIVED["CMAXCELL"]
    return [
        {name: row[name] for name in (*_PROFILE, "PPREASND", "FLAG")}
        | {"PARCAT1": "NCA", "PARAMCD": entry.code, "PARAM": entry.label, "AVALU": entry.unit}
        | {"AVAL": row["AVAL"] * per_cell, "PPANMETH": f"DERIVED: CMAX X {facts.genome_pg:g} PG DNA PER GENOME X 1E-6"}
        for _, row in own.iterrows()
    ]


def _volumes(
    samples: pd.DataFrame, adpp: pd.DataFrame, facts: CellFacts, events: pd.DataFrame | None
) -> list[dict[str, object]]:
    """CMAXCUL and TMAXCUL of each profile whose counts are declared."""
    counts = facts.counts or {}
    after = samples[samples["PPCAT"].isin(counts) & (samples["ARRLT"] > 0)]
    by_profile = dict(iter(after[~after_event(after, events)].groupby(_PROFILE, sort=True)))
    records: list[dict[str, object]] = []
    for _, row in adpp[adpp["PARAMCD"].eq("CMAX") & adpp["PPCAT"].isin(counts)].iterrows():
        key = tuple(row[name] for name in _PROFILE)
        value, day, why = _peak(by_profile.get(key), row)
        method = (
            f"DERIVED: COPIES/UG X {facts.genome_pg:g} PG X 1E-6 X ({' + '.join(counts[row['PPCAT']])}) "
            f"/ VCN {facts.vcn:g}"
        )
        for code, number in (("CMAXCUL", value), ("TMAXCUL", day)):
            entry = DERIVED[code]
            reason = why if np.isnan(number) and why else str(CellReason.BLQ) if np.isnan(number) else None
            made = {"PARAMCD": code, "PARAM": entry.label, "AVALU": entry.unit, "PPANMETH": method}
            records.append(
                dict(zip(_PROFILE, key, strict=True)) | made | {"PARCAT1": "NCA", "AVAL": number, "PPREASND": reason}
            )
    return records


def _peak(own: pd.DataFrame | None, cmax: pd.Series) -> tuple[float, float, str | None]:
    """Largest number of cells, its day, and why there is none."""
    nan = float("nan")
    if pd.isna(cmax["AVAL"]):
        return nan, nan, str(cmax["PPREASND"])
    if own is None or own.empty:
        return nan, nan, str(CellReason.NO_SAMPLE)
    quantified = own[own["BLQFL"].ne("Y")]
    if quantified.empty:
        return 0.0, nan, None
    top = quantified.iloc[int(quantified["AVAL"].to_numpy().argmax())]
    if pd.isna(top["CELLSUL"]):
        return nan, nan, f"{CellReason.PEAK_WITHOUT_COUNT}: {top['REASND']}"
    best = quantified.iloc[int(np.nanargmax(quantified["CELLSUL"].to_numpy()))]
    return float(best["CELLSUL"]), float(best["ARRLT"]), None
