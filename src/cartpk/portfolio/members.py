"""The trials of a portfolio: their settings and the tables of their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cartpk import trial_data
from cartpk.provenance import sha256_file

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["FILES", "Member", "read_members"]

FILES: Final = ("adsl.csv", "adnca.csv", "work/adpp_nca.csv", "work/adpp_pd.csv")
"""Files of a run that a portfolio reads."""


@dataclass(frozen=True, eq=False)
class Member:
    """One trial of a portfolio.

    Attributes
    ----------
    file, config
        Its configuration.
    data
        Tables of its run; only those of :data:`FILES` are filled.
    hashes
        SHA-256 of these files.
    """

    file: str
    config: TrialConfig
    data: TrialData
    hashes: Mapping[str, str]

    @property
    def id(self) -> str:
        """Registry number."""
        return self.config.trial.id


def read_members(trials: Mapping[str, TrialConfig], results: Path) -> list[Member]:
    """Every trial with the tables of its run.

    Parameters
    ----------
    trials
        Name of the configuration file -> trial, in the order of printing.
    results
        Folder of all runs; each trial's is below it, by its registry number.

    Raises
    ------
    FileNotFoundError
        A run is not there: says which, and how to make it.
    """
    found = []
    for file, config in trials.items():
        folder = results / config.trial.id
        absent = [name for name in FILES if not (folder / name).is_file()]
        if absent:
            raise FileNotFoundError(
                f"{folder} lacks {', '.join(absent)}: run `snakemake --cores 4 --configfile {file}` first"
            )
        hashes = {name: sha256_file(folder / name) for name in FILES}
        found.append(Member(file, config, trial_data.load(folder, only=FILES), hashes))
    return found
