"""Date-time columns on one axis: days from each subject's time zero."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.config.data import Time
from cartpk.ingest.findings import Findings
from cartpk.ingest.text import factored, taken, truths
from cartpk.ingest.times import DateReader, Stamp, Stamps

__all__ = ["Clock"]

_NOT_NAMED: Final = "none"
"""Word for a time that names no zone."""


class Clock:
    """Reads date-time cells by a trial's forms, and its policy for dates without a time of day.

    Parameters
    ----------
    date_only
        Time of day (``hh:mm``) given to such dates; None = they count in whole days.
    data_cut
        Date after which no sample can have been taken; None = not checked.
    forms
        Section ``time`` of the config: declared forms of dates and the site's time zone; None = ISO 8601 only.
    """

    def __init__(self, date_only: str | None, data_cut: str | None, forms: Time | None = None) -> None:
        settings = forms or Time()
        self._date_only = time.fromisoformat(date_only) if date_only else None
        self._cut = date.fromisoformat(data_cut) if data_cut else None
        self._reader = DateReader(settings)
        self._site = settings.site_timezone
        self._epoch = settings.excel_serial

    @property
    def resolution(self) -> str:
        """What a date without a time of day becomes."""
        return f"{self._date_only:%H:%M}" if self._date_only else "whole days"

    def read(self, text: str) -> Stamp:
        """The cell as a stamp, with the policy's time of day where it has none."""
        stamp = self._reader(text)
        if stamp.at is None or stamp.day is None:
            return stamp
        if self._cut is not None and stamp.day > self._cut:
            return Stamp(rule="BI-039")
        if stamp.clock:
            return stamp
        if self._date_only is None:
            return Stamp(stamp.at, rule="BI-032", day=stamp.day, serial=stamp.serial)
        wall = datetime.combine(stamp.day, self._date_only)
        return Stamp(self._reader.instant(wall), clock=True, rule="BI-032", day=stamp.day, serial=stamp.serial)

    def placed(self, samples: pd.DataFrame, zero: dict[str, Stamp], findings: Findings) -> pd.DataFrame:
        """The samples with ``AFRLT`` (days from their subject's time zero), ``TIMERULE``, ``ADTM`` only where valid.

        A column that mixes times with and without a zone cannot be put on one axis (CP-013).
        """
        if samples.empty:
            return samples
        nothing = Stamp()
        codes, cells = factored(samples["TIME"])
        subjects, ids = factored(samples["USUBJID"])
        stamps = [self.read(cell) for cell in cells]
        zeros = Stamps.of([zero.get(subject, nothing) for subject in ids])
        valid = np.array([stamp.at is not None for stamp in stamps], dtype=np.bool_)[codes]
        frame = samples.assign(
            AFRLT=Stamps.of(stamps)[codes].days_from(zeros[subjects]),
            TIMERULE=taken([stamp.rule for stamp in stamps], codes, samples.index),
            ADTM=samples["ADTM"] if valid.all() else samples["ADTM"].where(pd.Series(valid, index=samples.index)),
        )
        self.list_serials(frame, (stamps[code] for code in codes.tolist()), "TIME", findings)
        self._check_zones(frame["SRCFILE"], codes, stamps, zero, findings)
        return self._with_date_only_listed(frame, findings)

    def list_serials(self, rows: pd.DataFrame, stamps: Iterable[Stamp], field: str, findings: Findings) -> None:
        """List cells that were serial numbers of a spreadsheet, one finding per file."""
        if self._epoch is None:
            return
        these = rows[[s.serial for s in stamps]]
        for _, here in these.groupby("SRCFILE", sort=False):
            first = str(here[field].iloc[0])
            day = self._reader(first).day
            findings.add_files("BI-034", here, field=field, old=first, new=str(day), epoch=self._epoch)

    def _with_date_only_listed(self, frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
        """List dates without a time of day, one finding per subject and file: they are used, not refused."""
        bare = truths(frame["TIMERULE"], "BI-032".__eq__)
        if not bare.any():
            return frame
        for (subject, file), here in frame[bare].groupby(["USUBJID", "SRCFILE"], sort=False):
            findings.add(
                "BI-032",
                subject=str(subject),
                file=str(file),
                row=float(here["SRCROW"].iloc[0]),
                field="TIME",
                old=str(here["TIME"].iloc[0]),
                new=self.resolution,
                what=f"{len(here)} sample(s)",
            )
        return frame.assign(TIMERULE=frame["TIMERULE"].mask(bare, ""))

    def _check_zones(
        self,
        files: pd.Series[str],
        codes: NDArray[np.intp],
        stamps: list[Stamp],
        zero: dict[str, Stamp],
        findings: Findings,
    ) -> None:
        """Times with and without a zone in one column, or beside each other without a site's zone, stop the trial.

        ``stamps`` are the distinct ones, ``codes`` says which of them each row has.
        """
        timed = [stamp.zone for stamp in stamps if stamp.clock and stamp.at]
        given = [stamp.zone for stamp in zero.values() if stamp.clock]
        known = np.array([stamp.clock and stamp.at is not None for stamp in stamps], dtype=np.bool_)[codes]
        aware = known & np.array([stamp.zone != "" for stamp in stamps], dtype=np.bool_)[codes]
        of_file, names = factored(files)
        columns = [(int(known[of_file == i].sum()), int(aware[of_file == i].sum())) for i in range(len(names))]
        columns.append((len(given), sum(zone != "" for zone in given)))
        if not self._site:
            columns = [(sum(times for times, _ in columns), sum(zones for _, zones in columns))]
        for times, zones in columns:
            if 0 < zones < times:
                findings.add("CP-013", field="TIME", old=f"{zones} of {times} times name a zone")
        everywhere = {*timed, *given}
        words = {zone.replace(":", "") or f"{_NOT_NAMED} (read as {self._site})" for zone in everywhere}
        if len(words) > 1 and (self._site or all(everywhere)):
            findings.add("BI-037", field="TIME", old=", ".join(sorted(words)))
