"""``cartpk validate``: the validation pack as one page."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.option("--junit", "junits", multiple=True, type=click.Path(path_type=Path),
              help="What pytest --junitxml wrote; several are parts of one run; without it nothing ran.")  # fmt: skip
@click.option("--root", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(),
              help="Project root: docs/validation, config/trials and the tests lie below it.")  # fmt: skip
@click.option(
    "--lock", type=click.Path(path_type=Path), help="Lock to check against; default: requirements.lock there."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("build/validation.html"),
              show_default=True, help="Page to write.")  # fmt: skip
def command(junits: tuple[Path, ...], root: Path, lock: Path | None, out: Path) -> None:
    """Join requirements, tests and their results, the installation check and the protocols to one page.

    A requirement is covered when every test named for it ran and passed; the page begins with those that are not.
    """
    from cartpk.files import write_text
    from cartpk.provenance import locked, source
    from cartpk.validation import Verdict, load_pack, matrix
    from cartpk.validation.installation import installation
    from cartpk.validation.junit import joined, read_junit
    from cartpk.validation.nodes import missing
    from cartpk.validation.page import render
    from cartpk.validation.trials import trial_areas

    lock = lock or root / "requirements.lock"
    pack = load_pack(root, trial_areas(root))
    if gone := missing(pack.nodes(), root):
        raise ValueError(
            "requirements of trials or oracles.yaml name tests that are not there:\n  " + "\n  ".join(gone)
        )
    run = joined([read_junit(path) for path in junits]) if junits else None
    write_text(out, render(pack, run, installation(lock), source(), list(locked(lock))))
    rows = matrix(pack, run)
    for verdict in Verdict:
        if names := [row.requirement.id for row in rows if row.verdict is verdict]:
            few = f": {', '.join(names)}" if verdict is not Verdict.PASSED and len(names) <= 30 else ""
            click.echo(f"{len(names):4} {verdict}{few}")
    click.echo(out)
