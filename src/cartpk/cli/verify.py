"""``cartpk verify``: whether a run is still what its manifest says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from cartpk.provenance import Verified

__all__ = ["command", "told"]

EXAMPLES: Final = """\b
cartpk verify results/NCT06871644
cartpk verify results/NCT06871644 --without-inputs"""


@click.command(epilog=EXAMPLES)
@click.argument("results", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--without-inputs", is_flag=True, help="The data files are not at hand: look at the results folder alone."
)
def command(results: Path, without_inputs: bool) -> None:
    """Compute every hash of the run in RESULTS (results/<trial>) again and name what changed, is missing or is extra.

    Looked at are all files of the folder with their logs (hidden ones apart: they are the workflow's own), the data
    files and the config (their names start from the folder in which the command is started), the manifest itself and
    the chain of the rule log. Exit status 1 where something does not hold.
    """
    from cartpk.provenance import verify

    done = verify(results, None if without_inputs else Path())
    click.echo("\n".join(told(results, done, without_inputs=without_inputs)))
    if done.differences:
        raise SystemExit(1)


def told(results: Path, done: Verified, *, without_inputs: bool = False) -> list[str]:
    """What was looked at and what does not hold, in lines."""
    inputs = "the inputs not looked at" if without_inputs else f"{done.inputs} inputs"
    looked = f"{done.outputs} files, {inputs}, {done.entries} entries of the rule log"
    if not done.differences:
        return [f"{results}: everything is as it was written on {done.created} ({looked})."]
    n = len(done.differences)
    count = "1 difference" if n == 1 else f"{n} differences"
    lines = [f"{results}: {count} from what was written on {done.created} ({looked}):"]
    width = max(len(d.file) for d in done.differences)
    lines += [f"  {d.state:<7}  {d.file:<{width}}  {d.detail}" for d in done.differences]
    return [*lines, "Run the workflow again, or find out who changed them before a number is used."]
