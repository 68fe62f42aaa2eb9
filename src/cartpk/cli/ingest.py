"""``cartpk ingest``: raw files -> adsl.csv, adnca.csv, adpd.csv, findings.csv."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.ingest import Intake

__all__ = ["INPUTS", "STOPPED", "command", "refuse_changed", "summary"]

STOPPED: Final = "findings_stopped.csv"
"""Name of the findings of a trial that cannot be computed: no rule of the workflow takes it for findings.csv."""

INPUTS: Final = "work/inputs.json"
"""Name of the hashes of the files as they were read, below the results."""

_LISTED: Final = 3
"""Errors of one rule printed on the console; the file has all of them."""


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the results.")
@click.option(
    "--findings",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the findings go; default OUT/findings.csv.",
)
def command(config: Path, out: Path, findings: Path | None) -> None:
    """Read the raw files of the trial CONFIG.yaml into typed tables and list everything that was found in them.

    The paths of the config start from the folder in which the command is started.
    """
    from cartpk.config import load
    from cartpk.files import write_published, write_table, write_text
    from cartpk.ingest import read_trial
    from cartpk.provenance import canonical_json, hashes
    from cartpk.publication import without_dates

    trial = load(config)
    before = hashes(trial.files())
    intake = read_trial(trial, Path())
    refuse_changed(before, hashes(trial.files()))
    found = without_dates(intake.findings, trial)
    if intake.stops:
        write_published(out / STOPPED, found)
        errors = intake.findings[intake.findings["SEVERITY"] == "error"]
        click.echo(f"cartpk: the data of {config} cannot be analysed: {_count(len(errors), 'error')}.", err=True)
        click.echo("\n".join(_lines(errors)), err=True)
        click.echo(
            f"All findings: {out / STOPPED}; with subjects and cells on the screen: cartpk check {config}", err=True
        )
        raise SystemExit(1)
    for name in ("adsl", "adnca", "adpd"):
        write_table(out / f"{name}.csv", without_dates(getattr(intake, name), trial))
    for name, table in intake.clinical.tables():
        write_table(out / "work" / f"{name}.csv", without_dates(table, trial))
    write_table(findings or out / "findings.csv", found)
    write_text(out / INPUTS, canonical_json(before) + "\n")
    (out / STOPPED).unlink(missing_ok=True)
    click.echo(summary(intake))


def refuse_changed(read: dict[str, str], now: dict[str, str]) -> None:
    """Stop where an input file is not what was read.

    Raises
    ------
    click.ClickException
        Names every file that changed (BI-093).
    """
    from cartpk.ingest.changes import list_changed
    from cartpk.ingest.findings import Findings

    findings = Findings()
    list_changed(read, now, findings)
    if findings.stops:
        raise click.ClickException("an input file changed during the run.\n" + "\n".join(_lines(findings.table())))


def summary(intake: Intake) -> str:
    """What came in, in a few lines: subjects, samples, what is not used, findings by severity and rule."""
    adsl = intake.adsl
    kinetics, counts, out = ((adsl["PKFL"] == "Y").sum(), (adsl["PDFL"] == "Y").sum(), adsl["EXCLRS"].notna().sum())
    parts = [
        f"{_count(len(adsl), 'subject')}: {kinetics} with kinetics, {counts} with cell counts, {out} excluded",
    ]
    for label, table in (("kinetic sample", intake.adnca), ("cell count", intake.adpd)):
        used = table["ANLFL"] == "Y"
        blq = (used & (table["BLQFL"] == "Y")).sum()
        parts.append(f"{_count(len(table), label)}: {used.sum()} used ({blq} BLQ), {(~used).sum()} not used")
    findings = intake.findings
    severities = Counter(findings["SEVERITY"])
    each = ", ".join(_count(severities[s], s) for s in ("error", "warning", "info") if severities[s])
    parts.append(f"{_count(len(findings), 'finding')}: {each or 'none'}")
    parts += _lines(findings[findings["SEVERITY"] == "error"])
    return "\n".join(parts)


def _lines(errors: pd.DataFrame) -> list[str]:
    """Each error as a sentence with its remedy: of every rule the first ones in full, the others counted.

    These lines go into a log: what is on a subject is told by file and line, never by subject and result.
    """
    from cartpk.ingest import RULES

    lines: list[str] = []
    for rule, here in errors.groupby("RULE", sort=True):
        for row in here.head(_LISTED).to_dict("records"):
            told = row["MESSAGE"]
            if isinstance(row["USUBJID"], str):
                place = "a subject" if not isinstance(row["FILE"], str) else row["FILE"]
                line = f", line {row['ROW']:.0f}" if row["ROW"] == row["ROW"] else ""
                told = f"{place}{line}: {RULES[str(rule)].reason}."
            lines.append(f"  {rule}  {told}" + (f" {row['SUGGESTION']}" if isinstance(row["SUGGESTION"], str) else ""))
        if len(here) > _LISTED:
            lines.append(f"  {rule}  ... and {_count(len(here) - _LISTED, 'more error')} of this kind")
    return lines


def _count(number: int, noun: str) -> str:
    if noun == "info":
        return f"{number} info"
    return f"{number} {noun}" + ("" if number == 1 else "s")
