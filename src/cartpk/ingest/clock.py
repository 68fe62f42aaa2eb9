"""Date-time columns on one axis: days from each subject's time zero."""

from __future__ import annotations

from datetime import datetime, time

import numpy as np
import pandas as pd

from cartpk.ingest.findings import Findings
from cartpk.ingest.text import mapped_together
from cartpk.ingest.times import Stamp, days_between, read_stamp

__all__ = ["Clock"]


class Clock:
    """Reads date-time cells by a trial's policy for dates without a time of day.

    Parameters
    ----------
    date_only
        Time of day (``hh:mm``) given to such dates; None = they count in whole days.
    data_cut
        Date after which no sample can have been taken; None = not checked.
    """

    def __init__(self, date_only: str | None, data_cut: str | None) -> None:
        self._date_only = time.fromisoformat(date_only) if date_only else None
        self._cut = datetime.fromisoformat(f"{data_cut}T23:59:59") if data_cut else None

    @property
    def resolution(self) -> str:
        """What a date without a time of day becomes."""
        return f"{self._date_only:%H:%M}" if self._date_only else "whole days"

    def read(self, text: str) -> Stamp:
        """The cell as a stamp, with the policy's time of day where it has none."""
        stamp = read_stamp(text)
        if stamp.at is None:
            return stamp
        if self._cut is not None and stamp.at > self._cut:
            return Stamp(rule="BI-039")
        if not stamp.clock and self._date_only is not None:
            return Stamp(datetime.combine(stamp.at.date(), self._date_only), clock=True, rule="BI-032")
        return stamp if stamp.clock else Stamp(stamp.at, rule="BI-032")

    def placed(self, samples: pd.DataFrame, zero: dict[str, Stamp], findings: Findings) -> pd.DataFrame:
        """The samples with ``AFRLT`` (days from their subject's time zero), ``TIMERULE``, ``ADTM`` only where valid.

        A column that mixes times with and without a zone cannot be put on one axis (CP-013).
        """
        if samples.empty:
            return samples
        nothing = Stamp()

        def place(subject: str, cell: str) -> tuple[Stamp, float]:
            stamp = self.read(cell)
            return stamp, days_between(zero.get(subject, nothing), stamp)

        pairs = mapped_together([samples["USUBJID"], samples["TIME"]], place)
        stamps = [stamp for stamp, _ in pairs]
        valid = np.array([s.at is not None for s in stamps])
        frame = samples.assign(
            AFRLT=[day for _, day in pairs],
            TIMERULE=pd.Series([s.rule for s in stamps], index=samples.index, dtype="str"),
            ADTM=samples["ADTM"].where(pd.Series(valid, index=samples.index)),
        )
        self._check_zones(frame, stamps, zero, findings)
        return self._with_date_only_listed(frame, findings)

    def _with_date_only_listed(self, frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
        """List dates without a time of day, one finding per subject and file: they are used, not refused."""
        bare = frame["TIMERULE"] == "BI-032"
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

    @staticmethod
    def _check_zones(frame: pd.DataFrame, stamps: list[Stamp], zero: dict[str, Stamp], findings: Findings) -> None:
        with_clock = [s for s in (*stamps, *zero.values()) if s.at is not None and s.clock]
        aware = sum(s.aware for s in with_clock)
        if 0 < aware < len(with_clock):
            findings.add("CP-013", field="TIME", old=f"{aware} of {len(with_clock)} times name a zone")
        text = frame["TIME"].str.extract(r"(Z|[+-]\d{2}:?\d{2})$", expand=False).dropna()
        offsets = sorted(set(text[frame.loc[text.index, "TIME"].str.contains("T")].str.replace(":", "")))
        if len(offsets) > 1:
            findings.add("BI-037", field="TIME", old=", ".join(offsets))
