"""Reading a portfolio's YAML and those of its trials: every problem at once, with its line."""

from __future__ import annotations

from pathlib import Path

import yaml

from cartpk.config.portfolio import PortfolioConfig
from cartpk.config.reading import loaded, read
from cartpk.config.trial import TrialConfig
from cartpk.config.yaml_text import ConfigError, Location, Problem, key_of, line_of, nodes

__all__ = ["is_portfolio", "load_portfolio"]


def load_portfolio(path: Path | str) -> tuple[PortfolioConfig, dict[str, TrialConfig]]:
    """The portfolio of this YAML file, and its trials by the names of their files.

    Raises
    ------
    ConfigError
        Lists every problem of the portfolio, else of all its trials, each with its line.
    """
    file = Path(path)
    config = loaded(file, PortfolioConfig)
    trials: dict[str, TrialConfig] = {}
    found: list[Problem] = []
    named: dict[str, str] = {}
    lines = nodes(file)

    def problem(location: Location, said: str, mend: str) -> Problem:
        return Problem(str(path), line_of(lines, location), key_of(location), said, mend)

    for i, name in enumerate(config.portfolio.trials):
        trial, theirs = read(Path(name), TrialConfig)
        found += theirs
        if trial is None:
            continue
        if trial.trial.id in named:
            said = f"{name} is trial {trial.trial.id}, and so is {named[trial.trial.id]}."
            found.append(problem(("portfolio", "trials", i), said, "Keep one of them."))
        trials[name] = trial
        named.setdefault(trial.trial.id, name)
    if config.portfolio.id in named:
        said = f"{config.portfolio.id} is the results folder of {named[config.portfolio.id]}."
        found.append(problem(("portfolio", "id"), said, "Choose another id."))
    if found:
        raise ConfigError(found)
    return config, trials


def is_portfolio(path: Path | str) -> bool:
    """Whether this YAML file is a portfolio's: it has a section ``portfolio`` and none ``trial``."""
    try:
        root = nodes(Path(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return False
    keys = {key.value for key, _ in root.value} if isinstance(root, yaml.MappingNode) else set()
    return "portfolio" in keys and "trial" not in keys
