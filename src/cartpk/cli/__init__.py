"""The command line: one module per command, imported only when it is called.

Every command reads, makes one call, writes. An expected failure (:class:`ValueError`, a missing file) ends in one
sentence and exit status 1, never in a traceback; ``CARTPK_DEBUG=1`` shows the traceback to developers.
"""

from __future__ import annotations

import copy
import errno
import functools
import importlib
import os
import sys
from typing import Any, Final

import click

__all__ = ["COMMANDS", "main"]

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    # a library that adds up a long vector in as many parts as there are cores gives other last digits on another
    # machine; it reads this when numpy is loaded, which no import above does
    os.environ[_name] = "1"

COMMANDS: Final[dict[str, str]] = {
    "run": "Run the whole workflow on a trial.",
    "new": "Look at your own files and write a first config for them.",
    "check": "List every problem of a trial's config and data at once.",
    "nca": "Cmax, Tmax, AUC, lambda_z ... of a bare table of profiles.",
    "fit": "Fit a kinetic model to one subject at a time.",
    "population": "Fit a kinetic model to all subjects of a trial together.",
    "predict": "What a population fit lets one expect of further subjects.",
    "plan": "Which visits of a sampling schedule inform which parameter.",
    "verify": "Whether a run is still what it was when it was written.",
    "trace": "The path of one value, from the row of a file to the report.",
    "simulate": "Make a virtual trial with known truth.",
    "ingest": "Workflow: raw files -> ADSL, ADNCA, ADPD, findings.",
    "kinetics": "Workflow: non-compartmental parameters of a trial.",
    "models": "Workflow: kinetic models of a trial.",
    "pd": "Workflow: CD7+ cell counts of a trial.",
    "clinical": "Workflow: time to event and other derived clinical tables.",
    "tables": "Workflow: all parameters and the printed tables.",
    "figure": "Workflow: one figure.",
    "export": "Workflow: data sets, workbook, PDF and slides for other tools.",
    "portfolio": "Workflow: several trials side by side.",
    "report": "Workflow: the page.",
    "manifest": "Workflow: the rule log and the hashes of everything that went in and came out.",
    "iq": "Whether this installation is the locked one.",
    "validate": "Developers: requirements, tests and results on one page.",
    "docs": "Developers: write the generated pages.",
}
"""Command -> its one-line help; the command ``x`` is ``cartpk.cli.x:command``."""

_JOBS: Final = frozenset(
    {"ingest", "kinetics", "models", "pd", "clinical", "tables", "figure", "report", "export", "manifest"}
)
"""Rules of the workflow: they start from whole files only, and what they write is sealed (:mod:`cartpk.runs.seals`)."""


class LazyGroup(click.Group):
    """A click group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the commands in the order of the registry."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cartpk.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return _sealed(command, cmd_name) if cmd_name in _JOBS else command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


def _sealed(command: click.Command, name: str) -> click.Command:
    """The command, with what it reads looked at before and what it writes sealed after."""
    inner = command.callback
    if inner is None:
        return command

    @functools.wraps(inner)
    def callback(**values: Any) -> object:  # noqa: ANN401 - the command's own parameters
        from cartpk.runs.seals import sealed

        with sealed(values.get("results") or values["out"], name):
            return inner(**values)

    own = copy.copy(command)
    own.callback = callback
    return own


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="cartpk")
def cli() -> None:
    """Cellular kinetics of CAR-T and CAR-NK therapies.

    Your own table: `cartpk new lab.csv`. The sample trial: `cartpk run`. `cartpk COMMAND --help` has examples.

    Exit status: 0 done; 1 a failure that one sentence explains, or what was looked at does not hold; 2 the command line
    was not understood.
    """


def main() -> None:
    """Run the command line; an expected failure is one sentence on stderr and exit status 1."""
    try:
        cli(prog_name="cartpk")
    except (ValueError, OSError) as error:
        if os.environ.get("CARTPK_DEBUG"):
            raise
        click.echo(f"cartpk: {_told(error)}", err=True)
        sys.exit(1)


def _told(error: Exception) -> str:
    """The error as a sentence; a full disk is not the file's fault."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"{error.strerror}: the disk is full. Nothing half-written was left; make room and start again."
    return str(error)
