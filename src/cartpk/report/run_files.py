"""What a run left behind, as the page takes it: its tables, figures and printed tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from cartpk.report.figures import FigureBlock, read_figures
from cartpk.report.table_block import TableBlock
from cartpk.report.tables import read_tables
from cartpk.trial_data import TrialData, load

__all__ = ["RunFiles", "read_run"]


@dataclass(frozen=True)
class RunFiles:
    """What a run left behind, as the page takes it."""

    data: TrialData
    figures: tuple[FigureBlock, ...]
    tables: tuple[TableBlock, ...]


def read_run(
    results_dir: Path, figures: Sequence[str], singly: Callable[[Sequence[str]], Collection[str]] | None = None
) -> RunFiles:
    """Everything the page shows, read from the results folder.

    Parameters
    ----------
    results_dir
        ``results/<trial>``, tables and figures made.
    figures
        Ids of all figures that the run must have, in the order of the page.
    singly
        As :func:`cartpk.trial_data.load` has it.

    Raises
    ------
    FileNotFoundError
        Names the first file that is not there.
    """
    return RunFiles(load(results_dir, singly=singly), read_figures(results_dir, figures), read_tables(results_dir))
