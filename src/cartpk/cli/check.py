"""``cartpk check``: every problem of a trial's configuration and data at once; nothing is written."""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig
    from cartpk.ingest import Intake

__all__ = ["command", "finding_lines"]

_LIMIT: Final = 20
"""Findings of one rule that are printed without --all."""
_HEADINGS: Final = {
    "error": "Errors (what is named is left out; an error of a file or the trial stops it)",
    "warning": "Warnings (kept as delivered, to be looked at)",
    "info": "Notes (conversions and readings)",
}
_WORDS: Final = {"error": "error", "warning": "warning", "info": "note"}

EXAMPLES: Final = """\b
cartpk check config/trials/lab.yaml
cartpk check config/trials/lab.yaml --all"""


@click.command(epilog=EXAMPLES)
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--all", "everything", is_flag=True, help="Also list notes (conversions, readings), and every row of a rule."
)
def command(config: Path, everything: bool) -> None:
    """List every problem of CONFIG (a trial's YAML) and of its data files; exit status 1 where the trial stops."""
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
    from cartpk.publication import IDENTIFIER_RULE, TEXT_RULE

    trial = load(config)
    intake = read_trial(trial, Path())
    findings = intake.findings if intake.stops else _with_decisions(trial, intake)
    shown = findings if everything else findings[findings["SEVERITY"] != "info"]
    click.echo(f"{config}: the configuration is in order.")
    for line in finding_lines(shown, most=None if everything else _LIMIT):
        click.echo(line)
    click.echo("")
    click.echo(_summary(findings, intake.adsl, stops=intake.stops))
    if len(shown) < len(findings):
        click.echo("`--all` lists the notes: which columns are not read, how units and numbers were taken.")
    own = sorted({IDENTIFIER_RULE, TEXT_RULE} & set(findings["RULE"]))
    if own and not trial.data.pseudonymised:
        click.echo(f"Tables, figures and report would not be written: see {', '.join(own)}.")
    sys.exit(1 if intake.stops else 0)


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


def finding_lines(findings: pd.DataFrame, *, most: int | None = _LIMIT) -> list[str]:
    """The findings as a person reads them: by severity, then by rule; what and where of each, what to do once.

    Parameters
    ----------
    findings
        As :data:`cartpk.schemas.FINDINGS` has them.
    most
        Findings of one rule that are shown; None = all.
    """
    lines: list[str] = []
    for severity in ("error", "warning", "info"):
        here = findings[findings["SEVERITY"] == severity]
        if here.empty:
            continue
        lines += ["", f"{_HEADINGS[severity]}: {_count(len(here), _WORDS[severity])}"]
        for rule, rows in here.groupby("RULE", sort=True):
            lines.append(f"  {rule}, {_count(len(rows), 'time')}")
            shown = rows if most is None else rows.head(most)
            lines += [f"    {_told(row)}" for row in shown.to_dict("records")]
            if len(rows) > len(shown):
                lines.append(f"    ... and {len(rows) - len(shown)} more (--all shows them)")
            mend = dict.fromkeys(text for text in shown["SUGGESTION"] if isinstance(text, str))
            lines += [f"    -> {text}" for text in mend]
    return lines


def _told(finding: Mapping[Hashable, Any]) -> str:
    """What was found and where; a finding of the intake says itself where."""
    file, line, subject, message = (finding[name] for name in ("FILE", "ROW", "USUBJID", "MESSAGE"))
    if not isinstance(file, str) or message.startswith(file):
        return str(message)
    places = [
        file,
        "" if math.isnan(line) else f"line {line:.0f}",
        f"subject {subject}" if isinstance(subject, str) else "",
    ]
    return f"{', '.join(place for place in places if place)}: {message}"


def _summary(findings: pd.DataFrame, adsl: pd.DataFrame, *, stops: bool) -> str:
    """How many subjects and findings, and whether the trial can be run."""
    n = {severity: int((findings["SEVERITY"] == severity).sum()) for severity in _HEADINGS}
    out = int(adsl["EXCLRS"].notna().sum())
    verdict = (
        "The trial cannot be run until the errors that stop it are mended."
        if stops
        else "The trial can be run; what the errors name is left out."
        if n["error"]
        else "The trial can be run."
    )
    counts = ", ".join(_count(number, _WORDS[severity]) for severity, number in n.items())
    return f"{_count(len(adsl), 'subject')}, {out} of them excluded; {counts}. {verdict}"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")
