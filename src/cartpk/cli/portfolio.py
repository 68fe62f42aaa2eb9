"""``cartpk portfolio``: several trials side by side (the last rule of a portfolio's workflow)."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.command()
@click.argument("config", type=click.Path(path_type=Path), default=Path("config/portfolio.yaml"))
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Folder of all runs: each trial's is below it, and the portfolio's will be.",
)
def command(config: Path, results: Path) -> None:
    """Write report.html, figures and tables of the portfolio of CONFIG from runs of its trials."""
    from cartpk.config import load_portfolio
    from cartpk.portfolio import read_members, write_portfolio
    from cartpk.publication import refuse_identifiers

    portfolio, trials = load_portfolio(config)
    members = read_members(trials, results)
    for member in members:
        refuse_identifiers(member.config, results / member.id)
    folder = results / portfolio.portfolio.id
    many = write_portfolio(portfolio.portfolio, members, folder)
    click.echo(f"{len(members)} trials, {many} panels: {folder / 'report.html'}")
