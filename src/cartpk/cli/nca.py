"""``cartpk nca``: parameters of a bare table of profiles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from cartpk.adpp import Problem

__all__ = ["command"]

_METHODS = ("linear", "lin up/log down", "lin-log")
_RULES = (
    "first_keep_middle_drop_last_keep",
    "zero",
    "drop",
    "first_keep_middle_drop_last_drop",
    "before_tmax_keep_after_tmax_drop",
    "half_lloq_all",
    "first_zero_middle_half_lloq_last_zero",
)


class _Interval(click.ParamType[tuple[float, float]]):
    """Two days, ``0:28``."""

    name = "START:END"

    def convert(
        self, value: str | tuple[float, float], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """The two days as numbers."""
        if isinstance(value, tuple):
            return value
        try:
            start, end = (float(part) for part in value.split(":"))
        except ValueError:
            self.fail(f"{value!r}: two days are needed, e.g. 0:28", param, ctx)
        if start != 0 or not 0 < end < float("inf"):
            self.fail(f"{value!r}: allowed are intervals from 0 to a later day, e.g. 0:28", param, ctx)
        return start, end


EXAMPLES: Final = """\b
cartpk nca profiles.csv --out adpp.csv
cartpk nca profiles.csv --interval 0:28 --interval 0:180 --out adpp.csv"""


@click.command(name="nca", epilog=EXAMPLES)
@click.argument("profiles", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="ADPP table to write.")
@click.option("--auc-method", type=click.Choice(_METHODS), default="lin up/log down", show_default=True,
              help="Trapezoids between two samples.")  # fmt: skip
@click.option("--blq-rule", type=click.Choice(_RULES), default=_RULES[0], show_default=True,
              help="What a result below the limit counts as, by its place in the profile.")  # fmt: skip
@click.option("--after-last", type=click.Choice(("extrapolate", "triangle", "zero")), default="extrapolate",
              show_default=True, help="Interval areas beyond the last quantifiable sample.")  # fmt: skip
@click.option("--time-zero", type=click.Choice(("observed", "zero")), default="observed", show_default=True,
              help="Without a record at time 0: areas are not calculable, or 0 is assumed there.")  # fmt: skip
@click.option("--interval", "intervals", type=_Interval(), multiple=True, default=("0:28", "0:90"), show_default=True,
              help="Area over these days; may be given several times.")  # fmt: skip
def command(
    profiles: Path,
    out: Path,
    auc_method: str,
    blq_rule: str,
    after_last: str,
    time_zero: str,
    intervals: tuple[tuple[float, float], ...],
) -> None:
    """Cmax, Tmax, areas and lambda_z of the table PROFILES.

    PROFILES is a CSV file with USUBJID, AFRLT (days from infusion), AVAL (empty when BLQ), AVALU, ALLOQ and
    BLQFL (Y or N).
    """
    from cartpk.adpp import TableError, derive_params_nca  # pandas only when the command runs
    from cartpk.adpp.writing import csv_chunks
    from cartpk.core.nca import AfterLast, BlqRule, NcaSettings, TimeZero
    from cartpk.files import write_chunks
    from cartpk.terms import AucMethod

    settings = NcaSettings(
        auc_method=AucMethod(auc_method),
        blq_rule=BlqRule(blq_rule),
        after_last=AfterLast(after_last),
        time_zero=TimeZero(time_zero),
    )
    table = _read(profiles)
    try:
        rows = derive_params_nca(table, settings, tuple(dict.fromkeys(intervals)))
    except TableError as error:
        words = [_words(problem, table.index.to_numpy() + 2) for problem in error.problems]
        raise ValueError("\n  ".join([f"{profiles}: {len(words)} problem(s)", *words])) from None
    write_chunks(out, csv_chunks(rows))
    click.echo(f"{out} ({len(rows)} rows, {rows['USUBJID'].nunique()} subjects)")


def _read(path: Path) -> pd.DataFrame:
    """The table; text stays text (`001`, `NA`).

    Raises
    ------
    ValueError
        The file is not a table.
    """
    import pandas as pd

    keys = dict.fromkeys(("USUBJID", "PCTESTCD", "PCSPEC", "ATPTREF"), "str")
    few = dict.fromkeys(("AVALU", "BLQFL", "NCAXFL", "ANLFL", "BLQCLASS"), "category")
    try:
        table = pd.read_csv(
            path,
            dtype={**keys, **few},
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
            skip_blank_lines=False,  # so that line numbers stay right
        )
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path}: the file is empty") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not a CSV table in UTF-8: {error}") from None
    shifted = not isinstance(table.index, pd.RangeIndex)  # pandas takes surplus fields for an index
    if shifted:
        raise ValueError(f"{path}: not a CSV table: the rows have more fields than the header")
    if "USUBJID" in table and table["USUBJID"].isna().any():
        table = table[table.notna().any(axis=1)]
    return table


def _words(problem: Problem, lines: NDArray[np.int64]) -> str:
    """A problem with the lines of the file (the header is line 1)."""
    if not len(problem.rows):
        return f"column {problem.column}: found {problem.found}, allowed {problem.allowed}"
    first = ", ".join(str(lines[row]) for row in problem.rows[:5])
    more = f" and {len(problem.rows) - 5} more" if len(problem.rows) > 5 else ""
    return f"column {problem.column}, line {first}{more}: found {problem.found}, allowed {problem.allowed}"
