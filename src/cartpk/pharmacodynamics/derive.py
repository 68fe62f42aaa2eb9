"""ADPD -> changes from baseline and PD parameter rows, for every subject that came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cartpk.config.pharmacodynamics import PdMeasure, Pharmacodynamics
from cartpk.pharmacodynamics.parameters import PARAMETERS, Outcome
from cartpk.pharmacodynamics.profiles import BASELINE_RULES, PdProfile, PdReason, PdValue
from cartpk.schemas import ADPP, PD_CHANGE, checked

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

__all__ = ["PdTables", "derive_pd"]

SERIES: Final = ["USUBJID", "PARAMCD", "PCSPEC"]
FIRST_PROFILE: Final = "INFUSION 1"
BEFORE: Final = frozenset({"PDBASE", "PDTBASE"})
"""Parameters that look at no sample after infusion."""


@dataclass(frozen=True, eq=False)
class PdTables:
    """What the CD7 counts become.

    Attributes
    ----------
    change
        One row per delivered measurement, as :data:`cartpk.schemas.PD_CHANGE` has it.
    adpp_rows
        One row per subject, measure and parameter (``PARCAT1`` PD), as :data:`cartpk.schemas.ADPP` has it.
    """

    change: pd.DataFrame
    adpp_rows: pd.DataFrame


def derive_pd(adpd: pd.DataFrame, adsl: pd.DataFrame, settings: Pharmacodynamics) -> PdTables:
    """Changes from baseline and PD parameters of every subject.

    Parameters
    ----------
    adpd, adsl
        Measurements and subjects, as :mod:`cartpk.schemas` has them.
    settings
        Section ``pharmacodynamics`` of the config: measures, baseline rule, end of the search for the nadir.

    Returns
    -------
    PdTables
        Every subject of ``adsl`` has a row for every parameter of every measure, with a value or a reason; without
        measures in the config both tables are empty.

    Raises
    ------
    ValueError
        A measurement's subject is not in ``adsl``, its measure is not in the config, or it is not what the config says.
    """
    _check(adpd, adsl, settings)
    change = _with_change(adpd, settings)
    used = change[
        change["ANLFL"].eq("Y") & change["AFRLT"].notna() & (change["AVAL"].notna() | change["BLQFL"].eq("Y"))
    ]
    series = dict(iter(used.groupby(SERIES, sort=False)))
    subjects = adsl.sort_values(["COHORTN", "USUBJID"], kind="stable").to_dict("records")
    rows = [
        row
        for measure in settings.measures
        for subject in subjects
        for row in _parameter_rows(
            series.get((subject["USUBJID"], measure.code, measure.specimen)), subject, measure, settings
        )
    ]
    return PdTables(checked(change, PD_CHANGE), checked(pd.DataFrame(rows, columns=list(ADPP.columns)), ADPP))


def _check(adpd: pd.DataFrame, adsl: pd.DataFrame, settings: Pharmacodynamics) -> None:
    strangers = sorted(set(adpd["USUBJID"]) - set(adsl["USUBJID"]))
    if strangers:
        raise ValueError(f"derive_pd: adpd has subjects that adsl does not: {', '.join(strangers[:5])}")
    known = {measure.code: measure for measure in settings.measures}
    for row in adpd[["PARAMCD", "POPULATION", "MARKER"]].drop_duplicates().to_dict("records"):
        code, marker = row["PARAMCD"], None if pd.isna(row["MARKER"]) else row["MARKER"]
        if code not in known:
            raise ValueError(f"derive_pd: measure {code!r} is not in the config; it has {', '.join(known) or 'none'}")
        measure = known[code]
        if (row["POPULATION"], marker) != (measure.population, measure.marker):
            raise ValueError(
                f"derive_pd: {code} holds {row['POPULATION']} {marker}, the config says {measure.population} "
                f"{measure.marker}: populations never merge"
            )


def _baseline_limit(settings: Pharmacodynamics) -> float | PdReason:
    """Last day on which a sample can be the baseline, or why there is none."""
    if settings.baseline is None:
        return PdReason.UNDECLARED
    if settings.baseline == "before_infusion":
        return 0.0
    return PdReason.NO_LD_DAY if settings.lymphodepletion_start_day is None else settings.lymphodepletion_start_day


def _with_change(adpd: pd.DataFrame, settings: Pharmacodynamics) -> pd.DataFrame:
    """ADPD sorted by series and time, with baseline, changes and reasons."""
    t = adpd.sort_values([*SERIES, "AFRLT"], kind="stable").reset_index(drop=True)
    blq = t["BLQFL"].eq("Y")
    usable = t["ANLFL"].eq("Y") & t["AFRLT"].notna() & (t["AVAL"].notna() | blq)
    limit = _baseline_limit(settings)
    before = usable & t["AFRLT"].le(-np.inf if isinstance(limit, PdReason) else limit)
    last = t.loc[before].groupby(SERIES, sort=False).tail(1)
    t["ABLFL"] = np.where(t.index.isin(last.index), "Y", "N")
    base = last[[*SERIES, "AVAL", "AVALC", "AFRLT", "BLQFL", "AVALU"]].rename(
        columns={"AVAL": "BASE", "AVALC": "BASEC", "AFRLT": "_BDAY", "BLQFL": "_BBLQ", "AVALU": "_BUNIT"}
    )
    t = t.merge(base, on=SERIES, how="left", validate="many_to_one")
    reason = _change_reason(t, usable, limit)
    value = t["AVAL"].where(~blq, 0.0)
    free = reason.isna() | reason.eq(str(PdReason.BASELINE_ZERO))
    t["CHG"] = (value - t["BASE"]).where(free)
    t["PCHG"] = (100.0 * ((value - t["BASE"]) / t["BASE"].where(t["BASE"] > 0))).where(reason.isna())
    low = value.mask(value < t["ALLOQ"], t["ALLOQ"])
    fold = (t["BASE"].where(t["BASE"] > 0) / low.where(low > 0)).where(reason.isna())
    t["LOG10R"] = np.log10(fold)
    t["LOG10RC"] = _text(np.where(t["LOG10R"].notna() & (value < low), ">=", ""), t.index)
    t["CHGREASN"] = reason.where(reason.notna() | t["LOG10R"].notna(), str(PdReason.NO_LIMIT))
    return t.drop(columns=["_BDAY", "_BBLQ", "_BUNIT"])


def _change_reason(t: pd.DataFrame, usable: pd.Series[bool], limit: float | PdReason) -> pd.Series[str]:
    """Why a row has no change; missing = it has one. The first reason that holds is given."""
    ordered: list[tuple[pd.Series[bool], PdReason]] = [
        (t["ANLFL"].ne("Y"), PdReason.NOT_USED),
        (~usable, PdReason.NO_RESULT),
    ]
    if isinstance(limit, PdReason):
        ordered.append((usable, limit))
    ordered += [
        (t["_BDAY"].isna(), PdReason.NO_BASELINE),
        (t["ABLFL"].eq("Y") | t["AFRLT"].le(t["_BDAY"]), PdReason.NOT_AFTER),
        (t["AVALU"].ne(t["_BUNIT"]), PdReason.UNITS),
        (t["_BBLQ"].eq("Y"), PdReason.BASELINE_BLQ),
        (t["BASE"].eq(0.0), PdReason.BASELINE_ZERO),
    ]
    return _text(np.select([holds for holds, _ in ordered], [str(why) for _, why in ordered], default=""), t.index)


def _text(values: NDArray[np.str_], index: pd.Index) -> pd.Series[str]:
    """A text column in which '' is missing."""
    column = pd.Series(values, index=index, dtype="str")
    return column.where(column.ne(""))


def _parameter_rows(
    rows: pd.DataFrame | None, subject: dict[Hashable, Any], measure: PdMeasure, settings: Pharmacodynamics
) -> Iterator[dict[str, object]]:
    """All parameter rows of one subject and measure; ``rows`` are its usable results, None = there are none."""
    until = np.nanmin([subject["EVENTDY"], np.inf if settings.nadir_until_day is None else settings.nadir_until_day])
    unit = measure.unit if rows is None else str(rows["AVALU"].iloc[0])
    failure = _failure(rows, subject)
    profile = None if rows is None or failure else _profile(rows, settings, float(until))
    for entry in PARAMETERS.values():
        if not entry.is_of(measure.marker, measure.population):
            continue
        outcome: Outcome | str = failure or PdReason.NO_DATA if profile is None else entry.function(profile)
        value = outcome if isinstance(outcome, PdValue) else None
        searched = entry.code not in BEFORE
        yield {
            "USUBJID": subject["USUBJID"],
            "PARCAT1": "PD",
            "PARAMCD": entry.code,
            "PARAM": entry.label,
            "AVAL": value.value if value else np.nan,
            "AVALU": entry.unit(unit),
            "PPSTINT": "P0D" if searched else None,
            "PPENINT": f"P{until:g}D" if searched and np.isfinite(until) else None,
            "PPANMETH": BASELINE_RULES[settings.baseline],
            "PPREASND": None if value else str(outcome),
            "PPCAT": measure.code,
            "PPSPEC": measure.specimen,
            "ATPTREF": FIRST_PROFILE,
            "FLAG": str(value.flag) if value and value.flag else None,
            "AVALC": value.text if value else None,
        }


def _failure(rows: pd.DataFrame | None, subject: dict[Hashable, Any]) -> str | None:
    """Why nothing at all can be derived for this subject and measure."""
    if isinstance(subject["EXCLRS"], str) and subject["EXCLRS"]:
        return subject["EXCLRS"]
    if rows is not None and len(set(rows["AVALU"])) > 1:
        return str(PdReason.UNITS)
    return None


def _profile(rows: pd.DataFrame, settings: Pharmacodynamics, until: float) -> PdProfile:
    blq = rows["BLQFL"].eq("Y").to_numpy()
    at = np.flatnonzero(rows["ABLFL"].eq("Y").to_numpy())
    limit = _baseline_limit(settings)
    missing = limit if isinstance(limit, PdReason) else PdReason.NO_BASELINE
    return PdProfile(
        day=rows["AFRLT"].to_numpy(dtype=np.float64),
        value=np.where(blq, 0.0, rows["AVAL"].to_numpy(dtype=np.float64)),
        blq=blq,
        lloq=rows["ALLOQ"].to_numpy(dtype=np.float64),
        baseline=int(at[0]) if at.size else missing,
        until=until,
    )
