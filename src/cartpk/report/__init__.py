"""The page: one self-contained HTML file that says what was measured, what came out and how sure one may be.

A section of the page is a module that turns tables and settings into plain values; a template
of ``templates/`` prints them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cartpk.report.figures import read_figures
from cartpk.report.page import RunFiles, render
from cartpk.report.tables import read_tables
from cartpk.report.trace import Provenance, trace
from cartpk.trial_data import load

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

__all__ = ["Provenance", "RunFiles", "read_run", "render", "trace"]


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
