"""ADNCA -> ADPP: the bare analysis of a table of profiles, and the analysis of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable, profile_table
from cartpk.adpp.assumptions import findings_of
from cartpk.adpp.points import points_of
from cartpk.adpp.rows import Column, adpp_rows, window_flag_bits
from cartpk.core.nca import (
    PARAMETERS,
    Group,
    NcaResult,
    NcaSettings,
    UnitRule,
    WindowSettings,
    calculate,
    calculate_trial,
    codes_of_group,
    interval_code,
)
from cartpk.core.nca.ragged import Floats, max_in
from cartpk.core.nca.windows import FLAGS

__all__ = ["TrialParameters", "derive_params_nca", "derive_params_trial", "lambda_z_points"]

BARE: Final = (
    "CMAX", "TMAX", "TLST", "CLST", "TFST", "AUCLST", "AUCALL", "AUCIFO", "AUCIFP", "AUCPEO", "AUMCLST", "AUMCIFO",
    "MRTLST", "MRTIFO", "LAMZ", "LAMZHL", "LAMZNPT", "LAMZLL", "LAMZUL", "R2", "R2ADJ",
)  # fmt: skip
"""Parameters of ``cartpk nca``, beside the interval areas."""


class TrialParameters(NamedTuple):
    """What the analysis of a trial gives back."""

    adpp: pd.DataFrame
    """Parameter rows (ADPP)."""
    lambda_z: pd.DataFrame
    """Quantifiable samples, the points of the terminal line among them, and the line (:func:`lambda_z_points`)."""
    findings: pd.DataFrame
    """What was moved, assumed or cut, one row per profile and matter, in the columns of a finding."""


def derive_params_nca(
    adnca: pd.DataFrame,
    settings: NcaSettings | None = None,
    intervals: Sequence[tuple[float, float]] = ((0.0, 28.0), (0.0, 90.0)),
    *,
    codes: Sequence[str] = BARE,
) -> pd.DataFrame:
    """Parameter rows of a bare table of profiles (``cartpk nca``).

    Parameters
    ----------
    adnca
        USUBJID, AFRLT (days), AVAL, AVALU, ALLOQ, BLQFL; rows in any order.
    settings
        Choices of the analysis.
    intervals
        (0, end) in days, one area each under ``settings.after_last``.
    codes
        Parameters wanted.

    Returns
    -------
    DataFrame
        ADPP rows, one per profile and parameter; every subject of the table is there.

    Raises
    ------
    ValueError
        Lists every problem of the table; or an interval or code is not known.
    """
    choices = settings or NcaSettings()
    table = profile_table(adnca)
    result = calculate(table.profiles, choices, intervals, codes=codes)
    columns = [_registered(code, result) for code in codes]
    columns += [
        Column(
            name,
            _interval_label(start, end),
            UnitRule.CONC_DAY,
            result.value[name],
            result.reasons[name],
            extrapolated_pct=result.extrapolated_pct[name],
            interval=(start, end),
        )
        for name, (start, end) in {interval_code(*interval): interval for interval in intervals}.items()
    ]
    return adpp_rows(table, columns, choices.auc_method)


def derive_params_trial(
    adnca: pd.DataFrame,
    settings: NcaSettings | None = None,
    windows: WindowSettings | None = None,
    window_days: Sequence[float] = (28.0, 90.0),
    events: pd.DataFrame | None = None,
    *,
    text: bool = True,
) -> TrialParameters:
    """Parameter rows of a trial: windows by the decision table, post-infusion results only, flags.

    Parameters
    ----------
    adnca
        As :func:`derive_params_nca`; ``PCTESTCD``, ``PCSPEC``, ``ATPTREF``, ``ARRLT``, ``NCAXFL``, ``ANLFL`` and
        ``BLQCLASS`` are used where they exist.
    settings
        Choices of the analysis; ``time_zero`` and ``after_last`` have no meaning here.
    windows
        Limits of the decision table.
    window_days
        Windows 0..T, days.
    events
        Re-infusions, transplants and deaths: ``USUBJID`` and ``AFRLT``, days from the first infusion; further columns
        are ignored. The first one after a profile's own time 0 cuts it.
    text
        Text columns of the result as ``str``; False: as categories, which is faster for a hundred thousand subjects.

    Raises
    ------
    ValueError
        Lists every problem of the tables.
    """
    choices, limits = settings or NcaSettings(), windows or WindowSettings()
    table = profile_table(adnca)
    result = calculate_trial(table.profiles, choices, limits, window_days, _event_days(table, events))
    standard, cell = codes_of_group(Group.STANDARD), codes_of_group(Group.CELL_THERAPY)
    columns = [_registered(code, result.parameters) for code in standard]
    bits = window_flag_bits(FLAGS)
    columns += [
        Column(
            interval_code(0, end),
            _interval_label(0, end),
            UnitRule.CONC_DAY,
            area.value,
            area.reason,
            bits[area.flag],
            area.extrapolated_pct,
            (0, end),
        )
        for end, area in result.windows.items()
    ]
    columns += [_registered(code, result.parameters) for code in cell]
    rows, points = adpp_rows(table, columns, choices.auc_method), points_of(table, result.parameters)
    if text:
        rows, points = _as_text(rows), _as_text(points)
    return TrialParameters(rows, points, findings_of(table, result))


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    """The table with its categorical columns as text."""
    return rows.astype({c: "str" for c, dtype in rows.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)})


def lambda_z_points(
    adnca: pd.DataFrame, settings: NcaSettings | None = None, events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Points and line of lambda_z of each profile of a trial.

    Parameters
    ----------
    adnca, settings, events
        As :func:`derive_params_trial`.

    Returns
    -------
    DataFrame
        One row per profile and quantifiable sample: keys, AFRLT, ARRLT (days), AVAL, LZFL (Y = used), INTERCEPT and
        SLOPE of ln AVAL = INTERCEPT + SLOPE * ARRLT.
    """
    table = profile_table(adnca)
    result = calculate_trial(table.profiles, settings, None, (), _event_days(table, events), codes=("LAMZ",))
    return _as_text(points_of(table, result.parameters))


def _registered(code: str, result: NcaResult) -> Column:
    """The column of a parameter of the registry."""
    entry = PARAMETERS[code]
    return Column(code, entry.label, entry.unit, result.value[code], result.reasons[code], result.flags.get(code))


def _interval_label(start: float, end: float) -> str:
    """Label of an interval area: CDISC's AUCINT with its days."""
    return f"AUC from T1 to T2, day {start:g} to {end:g}"


def _event_days(table: ProfileTable, events: pd.DataFrame | None) -> Floats:
    """Day of the first event after each profile's own time 0, shape (m,); NaN where there is none."""
    if events is None or events.empty:
        return np.full(len(table.profiles), np.nan)
    missing = [c for c in ("USUBJID", "AFRLT") if c not in events]
    if missing:
        raise ValueError(f"events: no column {', '.join(missing)}; allowed are USUBJID and AFRLT (days)")
    day = pd.to_numeric(events["AFRLT"], errors="coerce").to_numpy(dtype=np.float64)
    if np.isnan(day).any():
        raise ValueError(f"events: AFRLT of row {int(np.argmax(np.isnan(day)))} is not a number of days")
    subjects = table.labels["USUBJID"]
    own = pd.Index(subjects.categories).get_indexer(pd.Index(events["USUBJID"].astype("str")))
    order = np.argsort(own, kind="stable")
    start = np.searchsorted(own[order], np.arange(len(subjects.categories) + 1))
    # every event of the subject beside every profile of the subject
    of_subject = np.diff(start)[subjects.codes]
    offsets = np.append(0, np.cumsum(of_subject))
    at = np.repeat(start[subjects.codes] - offsets[:-1], of_subject) + np.arange(offsets[-1])
    own_day = day[order][at] - np.repeat(table.shift, of_subject)
    first = -max_in(np.where(own_day > 0, -own_day, -np.inf), offsets)
    return np.where(np.isinf(first), np.nan, first)
