"""``cartpk check``: every problem of a trial's configuration and data at once; nothing is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.ingest import Intake

__all__ = ["command", "finding_line"]

_LIMIT = 20


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--all", "everything", is_flag=True, help="Also list notes (conversions, readings), and every row of a rule."
)
def command(config: Path, everything: bool) -> None:
    """List every problem of CONFIG (a trial's YAML) and of its data files; exit status 1 on an error."""
    from cartpk.config import load, missing_files, problems

    found = problems(config)
    if not found:
        found = missing_files(load(config), config)
    for problem in found:
        click.echo(str(problem))
    if found:
        click.echo(f"\n{_count(len(found), 'problem')} in the configuration; the data were not looked at.")
        sys.exit(1)
    from cartpk.ingest import read_trial

    trial = load(config)
    intake = read_trial(trial, Path())
    findings = intake.findings if intake.stops else _with_decisions(trial, intake)
    _print_findings(findings, everything=everything)
    errors = int((findings["SEVERITY"] == "error").sum())
    click.echo(f"{config}: the configuration is in order.")
    click.echo(_summary(findings, len(intake.adsl), stops=intake.stops))
    sys.exit(1 if errors else 0)


def _with_decisions(trial: TrialConfig, intake: Intake) -> pd.DataFrame:
    """The findings, with those on an analyst's decisions where the trial has any."""
    from cartpk.cli.kinetics import analysed
    from cartpk.roster import events
    from cartpk.schemas import FINDINGS, checked

    if trial.nca.lambda_z_points is None:
        return intake.findings
    import pandas as pd

    found = analysed(trial, intake.adnca, intake.adsl, events(intake.adsl)).findings
    own = checked(found[found["FILE"].eq(trial.nca.lambda_z_points)], FINDINGS)
    return pd.concat([part for part in (intake.findings, own) if len(part)] or [own], ignore_index=True)


def finding_line(row: pd.Series[str]) -> str:
    """One finding as a sentence: severity, rule, file:row, subject, what, how to mend it."""
    place = "" if _none(row["FILE"]) else str(row["FILE"]) + ("" if _none(row["ROW"]) else f":{float(row['ROW']):.0f}")
    who = "" if _none(row["USUBJID"]) else f"subject {row['USUBJID']}"
    mend = "" if _none(row["SUGGESTION"]) else str(row["SUGGESTION"])
    parts = [f"{row['SEVERITY']} {row['RULE']}", place, who, " ".join(p for p in (str(row["MESSAGE"]), mend) if p)]
    return "  ".join(part for part in parts if part)


def _none(value: object) -> bool:
    return value is None or value != value or value == ""  # noqa: PLR0124 - NaN is the value that differs from itself


def _print_findings(findings: pd.DataFrame, *, everything: bool) -> None:
    shown = findings if everything else findings[findings["SEVERITY"] != "info"]
    for rule, rows in shown.groupby("RULE", sort=False):
        most = len(rows) if everything else _LIMIT
        for _, row in rows.head(most).iterrows():
            click.echo(finding_line(row))
        if len(rows) > most:
            click.echo(f"  ... and {len(rows) - most} more of {rule} (see them with --all)")
    if len(shown):
        click.echo("")


def _summary(findings: pd.DataFrame, subjects: int, *, stops: bool) -> str:
    n = {s: int((findings["SEVERITY"] == s).sum()) for s in ("error", "warning", "info")}
    verdict = (
        "The trial cannot be run until the errors at trial level are mended." if stops else "The trial can be run."
    )
    return (
        f"{_count(subjects, 'subject')}: {_count(n['error'], 'error')}, {_count(n['warning'], 'warning')}, "
        f"{_count(n['info'], 'note')}. {verdict}"
    )


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")
