"""The analysis of a trial: windows by the decision table, an analyst's decisions, parameters per dose, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from cartpk.adpp.adnca import ProfileTable, profile_table
from cartpk.adpp.assumptions import findings_of
from cartpk.adpp.decisions import Decisions
from cartpk.adpp.doses import DoseBasis, doses_of, normalised
from cartpk.adpp.events import all_events, event_days
from cartpk.adpp.manual import Placed, findings_of_decisions, place
from cartpk.adpp.points import points_of, with_samples_left_out
from cartpk.adpp.reinfusion import infusion_starts, with_baselines
from cartpk.adpp.rows import Column, adpp_rows, interval_label, registered, window_flag_bits
from cartpk.core.nca import (
    Flag,
    Group,
    NcaSettings,
    TrialResult,
    UnitRule,
    WindowSettings,
    calculate_trial,
    codes_of_group,
    interval_code,
)
from cartpk.core.nca.ragged import Bools, Floats, any_in
from cartpk.core.nca.windows import FLAGS
from cartpk.terms import BlqClass

__all__ = ["TrialParameters", "derive_params_trial"]


class TrialParameters(NamedTuple):
    """What the analysis of a trial gives back."""

    adpp: pd.DataFrame
    """Parameter rows (ADPP)."""
    lambda_z: pd.DataFrame
    """One row per profile and quantifiable sample: keys, AFRLT, ARRLT (days), AVAL, LZFL (Y = on the terminal line),
    INTERCEPT and SLOPE of ln AVAL = INTERCEPT + SLOPE * ARRLT."""
    findings: pd.DataFrame
    """What was moved, assumed, cut or decided by an analyst, one row per matter, in the columns of a finding."""
    adnca: pd.DataFrame
    """The samples as analysed: ``NCAXFL`` Y also where an analyst left one out."""


def derive_params_trial(
    adnca: pd.DataFrame,
    settings: NcaSettings | None = None,
    windows: WindowSettings | None = None,
    window_days: Sequence[float] = (28.0, 90.0),
    events: pd.DataFrame | None = None,
    *,
    decisions: Decisions | None = None,
    adsl: pd.DataFrame | None = None,
    dose_basis: DoseBasis | None = None,
    text: bool = True,
) -> TrialParameters:
    """Parameter rows of a trial: windows by the decision table, post-infusion results only, flags.

    Parameters
    ----------
    adnca
        As :func:`derive_params_nca`; ``PCTESTCD``, ``PCSPEC``, ``ATPTREF``, ``ARRLT``, ``NCAXFL``, ``ANLFL`` and
        ``BLQCLASS`` are used where they exist. A profile after a re-infusion gets the last result before it as its
        baseline, the profile before it ends with it.
    settings
        Choices of the analysis; ``time_zero`` and ``after_last`` have no meaning here.
    windows
        Limits of the decision table.
    window_days
        Windows 0..T, days.
    events
        Re-infusions, transplants and deaths: ``USUBJID`` and ``AFRLT``, days from the first infusion; further columns
        are ignored. The first one after a profile's own time 0 cuts it.
    decisions
        An analyst's decisions on samples.
    adsl
        Subjects with ``DOSEA``, ``DOSEU`` and ``WEIGHT``: with it there are parameters per dose.
    dose_basis
        Whether ``DOSEA`` is the whole dose or per kg; None: as ``DOSEU`` says.
    text
        Text columns of the result as ``str``; False: as categories, which is faster for a hundred thousand subjects.

    Raises
    ------
    ValueError
        Lists every problem of the tables.
    """
    choices, limits = settings or NcaSettings(), windows or WindowSettings()
    starts = infusion_starts(adnca)
    cuts = all_events(starts, events)
    placed = None
    if decisions is not None:
        given = profile_table(adnca)
        placed = place(decisions, adnca, given, event_days(given, cuts))
        adnca = _without(adnca, placed)
    table = profile_table(with_baselines(adnca, starts))
    event_day = event_days(table, cuts)
    include, exclude = (None, None) if placed is None else (placed.include, placed.exclude)
    marks = {"include": _padded(include, table), "exclude": _padded(exclude, table)}
    above = _above_rows(adnca, table)
    result = calculate_trial(table.profiles, choices, limits, window_days, event_day, above=above, **marks)
    columns = _trial_columns(result)
    columns = _with_flag(columns, _above_limit(above, table, event_day), Flag.ABOVE_ULOQ)
    if placed is not None:
        columns = _with_flag(columns, placed.left_out, Flag.NCA_MANUAL)
    if adsl is not None:
        columns += normalised(columns, doses_of(table, adsl, dose_basis))
    rows, points = adpp_rows(table, columns, choices), points_of(table, result.parameters, placed)
    if text:
        rows, points = _as_text(rows), _as_text(points)
    findings = [findings_of(table, result)]
    if placed is not None:
        points = with_samples_left_out(points, adnca, placed)
        findings.insert(0, findings_of_decisions(placed, table, result, choices.min_points))
    return TrialParameters(rows, points, pd.concat(findings, ignore_index=True), adnca)


def _trial_columns(result: TrialResult) -> list[Column]:
    """Every parameter of a trial in the order of the output."""
    standard, cell = codes_of_group(Group.STANDARD), codes_of_group(Group.CELL_THERAPY)
    columns = [registered(code, result.parameters) for code in standard]
    bits = window_flag_bits(FLAGS)
    by_line = np.isin(bits, [Flag.WINDOW, Flag.EXTRAPOLATED, Flag.NC_INCOMPLETE])
    chosen = result.parameters.flags["LAMZ"] & np.int32(Flag.LZ_MANUAL)
    columns += [
        Column(
            interval_code(0, end),
            interval_label(0, end),
            UnitRule.CONC_DAY,
            area.value,
            area.reason,
            # what lambda_z decides, an analyst's points decide
            bits[area.flag] | np.where(by_line[area.flag], chosen, 0).astype(np.int32),
            area.extrapolated_pct,
            (0, end),
        )
        for end, area in result.windows.items()
    ]
    return columns + [registered(code, result.parameters) for code in cell]


def _above_rows(adnca: pd.DataFrame, table: ProfileTable) -> Bools | None:
    """Rows of the table with a result above its upper limit; None where the table does not say."""
    if "BLQCLASS" not in adnca:
        return None
    return _padded(adnca["BLQCLASS"].astype("str").eq(BlqClass.ABOVE.value).to_numpy(dtype=np.bool_), table)


def _above_limit(rows: Bools | None, table: ProfileTable, event_day: Floats) -> Bools:
    """Profiles, shape (m,), with a post-infusion result above its upper limit, up to the event that cuts them."""
    p = table.profiles
    if rows is None:
        return np.zeros(len(p), dtype=np.bool_)
    last = np.repeat(np.where(np.isnan(event_day), np.inf, event_day), np.diff(p.offsets))
    return any_in(rows[p.row] & (p.day > 0) & (p.day <= last), p.offsets)


def _with_flag(columns: list[Column], profiles: Bools, flag: Flag) -> list[Column]:
    """The columns with this flag on these profiles, shape (m,)."""
    if not profiles.any():
        return columns
    bit = np.where(profiles, np.int32(flag), np.int32(0))
    return [replace(column, flags=bit if column.flags is None else column.flags | bit) for column in columns]


def _without(adnca: pd.DataFrame, placed: Placed) -> pd.DataFrame:
    """The samples with ``NCAXFL`` Y where an analyst left one out."""
    if not placed.out.any():
        return adnca
    before = adnca["NCAXFL"] if "NCAXFL" in adnca else pd.Series(index=adnca.index, dtype="str")
    return adnca.assign(NCAXFL=before.mask(placed.out, "Y"))


def _padded(marks: Bools | None, table: ProfileTable) -> Bools | None:
    """The marks with room for rows that were added to the table."""
    if marks is None:
        return None
    size = max(len(marks), 1 + int(table.profiles.row.max(initial=-1)))
    return np.append(marks, np.zeros(size - len(marks), dtype=np.bool_))


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    """The table with its categorical columns as text."""
    return rows.astype({c: "str" for c, dtype in rows.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)})
