"""``cartpk docs``: write the pages that are generated from the code."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command", "generated"]


def generated(root: Path | str = ".") -> dict[str, str]:
    """Path (from the project's root) -> text of every generated page; the trials are those under ``root``."""
    from cartpk.cli import COMMANDS, cli
    from cartpk.config.documentation import markdown as config_readme
    from cartpk.pages.clinical_tables import clinical_page
    from cartpk.pages.commands import commands_page
    from cartpk.pages.input_rules import input_rules_page
    from cartpk.pages.parameters import parameters_page
    from cartpk.pages.trials import trials_page
    from cartpk.validation.listing import validation_page

    return {
        "config/README.md": config_readme(),
        "docs/clinical_tables.md": clinical_page(),
        "docs/commands.md": commands_page(cli, COMMANDS),
        "docs/input_rules.md": input_rules_page(),
        "docs/parameters.md": parameters_page(),
        "docs/trials.md": trials_page(root),
        "docs/validation.md": validation_page(root),
    }


@click.command()
@click.option(
    "--root", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(), help="Project root."
)
def command(root: Path) -> None:
    """Write config/README.md and the generated pages of docs/ from the registries."""
    for name, text in generated(root).items():
        (root / name).write_text(text, encoding="utf-8")
        click.echo(name)
