"""``cartpk iq``: installation qualification of this machine against the lock."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from cartpk.validation.installation import Check

__all__ = ["command"]

EXAMPLES: Final = """\b
cartpk iq
cartpk iq --out iq.json
cartpk iq --against iq.json    what has changed since"""


@click.command(epilog=EXAMPLES)
@click.option("--lock", type=click.Path(path_type=Path), default=Path("requirements.lock"), show_default=True,
              envvar="CARTPK_LOCK", help="Lock of the release that was to be installed (or CARTPK_LOCK).")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the record of this check as JSON.")
@click.option("--against", type=click.Path(path_type=Path), help="An earlier record: say what has changed since.")
@click.option("--all", "every", is_flag=True, help="Print every check, not only those that tell something.")
def command(lock: Path, out: Path | None, against: Path | None, *, every: bool) -> None:
    """Say whether this installation is the one that the lock describes; exit status 1 where it is not.

    Looks at the interpreter, at the version of every locked package, at every installed file against the hash its
    wheel declares, at the platform, and at two closed forms computed through the engine.
    """
    from cartpk.files import write_text
    from cartpk.validation.installation import changed_since, holds, installation, record

    checks = installation(lock)
    _show(checks, every=every)
    kept = record(lock, checks)
    changed = changed_since(_earlier(against), kept) if against else ()
    if against:
        click.echo("\nSince the earlier record:\n" + "\n".join(f"  {line}" for line in changed or ("nothing changed",)))
    if out:
        write_text(out, json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    failed = sum(check.passed is False for check in checks)
    click.echo(f"\n{'PASS' if holds(checks) else 'FAIL'}: {len(checks)} checks, {failed} failed, against {lock}")
    if failed or changed:
        sys.exit(1)


def _show(checks: tuple[Check, ...], *, every: bool) -> None:
    quiet = {"package", "files"}
    for check in checks:
        if every or check.passed is False or check.group not in quiet:
            expected = f" (expected {check.expected})" if check.expected and check.passed is False else ""
            sign = {True: "ok  ", False: "FAIL", None: "    "}[check.passed]
            click.echo(f"{sign} {check.group}: {check.name}: {check.found}{expected}")
    if not every:
        for group in sorted(quiet):
            mine = [check for check in checks if check.group == group]
            good = sum(check.passed is not False for check in mine)
            click.echo(f"{'ok  ' if good == len(mine) else 'FAIL'} {group}: {good} of {len(mine)} as locked")


def _earlier(path: Path) -> dict[str, object]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ValueError(f"{path} is not there: it is made with cartpk iq --out {path}") from None
    except ValueError:
        raise ValueError(f"{path} is no JSON: it is not a record of cartpk iq --out") from None
    if not isinstance(kept, dict) or kept.get("iq") != 1:
        raise ValueError(f"{path} is no record of cartpk iq --out")
    return kept
