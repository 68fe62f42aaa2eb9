"""The samples as an analyst names them: by subject, profile and time."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cartpk.adpp.adnca import ProfileTable, used_rows
from cartpk.adpp.decisions import Decision
from cartpk.core.nca.ragged import Bools, Floats, Indices

__all__ = ["Fault", "Place", "Samples"]

_PROFILE: Final = (("PPCAT", "PCTESTCD"), ("PPSPEC", "PCSPEC"), ("ATPTREF", "ATPTREF"))
_SLACK: Final = 1e-9
"""days; what two ways of writing one time may differ by."""


class Fault(NamedTuple):
    """A row that does not hold: the check and its details."""

    rule: str
    details: dict[str, str]


class Place(NamedTuple):
    """Where a decision belongs."""

    key: tuple[str, ...]
    """Subject, analyte and specimen, as far as the row names them."""
    rows: Indices
    """Rows of the ADNCA it is on; none where it is on no sample."""
    fault: Fault | None


@dataclass(frozen=True, eq=False)
class Samples:
    """What is known of each row of the ADNCA."""

    subject: pd.Series[str]
    keys: pd.DataFrame
    """Columns of :data:`_PROFILE` that the table has."""
    afrlt: Floats
    day: Floats
    """Days from the row's own infusion."""
    used: Bools
    blq: Bools
    event: Floats
    """Day of the event that cuts the row's profile, from its own infusion."""
    adnca: pd.DataFrame

    @classmethod
    def of(cls, adnca: pd.DataFrame, table: ProfileTable, event_day: Floats) -> Samples:
        """The rows of this table."""
        afrlt = pd.to_numeric(adnca["AFRLT"], errors="coerce").to_numpy(dtype=np.float64)
        own = adnca["ARRLT"] if "ATPTREF" in adnca and "ARRLT" in adnca else adnca["AFRLT"]
        day = pd.to_numeric(own, errors="coerce").to_numpy(dtype=np.float64)
        profiles = table.profiles
        event = np.full(len(adnca), np.nan)
        event[profiles.row] = np.repeat(event_day, np.diff(profiles.offsets))
        names = [column for _, column in _PROFILE if column in adnca]
        return cls(
            adnca["USUBJID"].astype("str").reset_index(drop=True),
            adnca[names].astype("str").reset_index(drop=True),
            afrlt,
            np.where(np.isnan(day), afrlt, day),
            used_rows(adnca),
            adnca["BLQFL"].astype("str").eq("Y").to_numpy(dtype=np.bool_),
            event,
            adnca,
        )

    def locate(self, row: Decision, tolerance: float) -> Place:
        """The sample a decision is on: of the profile it names, the nearest in time."""
        none = np.empty(0, dtype=np.intp)
        subject = row.cells["USUBJID"]
        here = self.subject.eq(subject).to_numpy(dtype=np.bool_)
        if not here.any():
            close = difflib.get_close_matches(subject, sorted(set(self.subject)), n=1)
            near = f" Did you mean {close[0]}?" if close else ""
            return Place((subject,), none, Fault("NCA_LZ_SUBJECT", {"old": subject, "near": near}))
        known = self._profiles(here)
        for name, column in _PROFILE:
            if row.cells[name] and column in self.keys:
                here = here & self.keys[column].eq(row.cells[name]).to_numpy(dtype=np.bool_)
        assays = set(self._assays[here].tolist())
        if len(assays) != 1:
            return Place((subject,), none, Fault("NCA_LZ_PROFILE", {"known": known}))
        key = (subject, *assays.pop())
        if np.isnan(row.day):
            return Place(key, none, Fault("NCA_LZ_NOT_A_DAY", {"old": row.cells["AFRLT"]}))
        return self._nearest(row, key, np.flatnonzero(here & ~np.isnan(self.afrlt)), tolerance)

    @cached_property
    def _assays(self) -> NDArray[np.object_]:
        """Analyte and specimen of each row, shape (n,), as far as the table has them."""
        names = [name for name in ("PCTESTCD", "PCSPEC") if name in self.keys]
        out = np.empty(len(self.keys), dtype=object)
        out[:] = [tuple(row) for row in self.keys[names].itertuples(index=False, name=None)]
        return out

    def _profiles(self, here: Bools) -> str:
        rows = self.keys[here].drop_duplicates().to_numpy(dtype=object)
        return "; ".join(sorted(" ".join(map(str, row)) for row in rows)) or "no profiles told apart"

    def _nearest(self, row: Decision, key: tuple[str, ...], rows: Indices, tolerance: float) -> Place:
        none = np.empty(0, dtype=np.intp)
        away = np.abs(self.afrlt[rows] - row.day)
        closest = away.min(initial=np.inf)
        if closest > tolerance + _SLACK:
            nearest = f"{self.afrlt[rows[away.argmin()]]:g}" if len(rows) else "- (none)"
            details = {"old": row.cells["AFRLT"], "tolerance": f"{tolerance:g}", "nearest": nearest}
            return Place(key, none, Fault("NCA_LZ_TIME", details))
        found = rows[away <= closest + _SLACK]
        used = found[self.used[found]]
        if not len(used):
            return Place(key, found[:1], None)
        results = self.adnca.iloc[used][[c for c in ("AVAL", "BLQFL", "AVALU", "ATPTREF") if c in self.adnca]]
        if len(results.drop_duplicates()) > 1:
            return Place(key, none, Fault("NCA_LZ_SEVERAL", {"old": str(len(used))}))
        return Place(key, used, None)

    def unused(self, at: int) -> str | None:
        """Why the analysis does not use a row; None where it does."""
        if not self.used[at]:
            reason = self.adnca["ANLRS"].iloc[at] if "ANLRS" in self.adnca else None
            return reason if isinstance(reason, str) else "excluded"
        if self.day[at] > self.event[at]:
            return f"it was taken after the event on day {self.event[at]:g} that ends the profile"
        return None

    def described(self, row: Decision, rows: Indices) -> dict[str, str]:
        """The words of an applied decision."""
        at = int(rows[0])
        value = "BLQ" if self.blq[at] else f"{float(self.adnca['AVAL'].iloc[at]):g} {self.adnca['AVALU'].iloc[at]}"
        cells = row.cells
        words = {"who": cells["WHO"], "when": cells["WHEN"], "why": cells["WHY"]}
        return words | {
            "action": cells["ACTION"].lower(),
            "day": f"{self.afrlt[at]:g}",
            "value": value,
            "new": cells["ACTION"].lower(),
        }
