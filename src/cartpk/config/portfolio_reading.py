"""Reading a portfolio's YAML and those of its trials: every problem at once, with its line."""

from __future__ import annotations

from pathlib import Path

import yaml

from cartpk.config.portfolio import PortfolioConfig
from cartpk.config.reading import ConfigError, Location, Problem, _key, _line, _loaded, _Loader, _read
from cartpk.config.trial import TrialConfig

__all__ = ["is_portfolio", "load_portfolio"]


def load_portfolio(path: Path | str) -> tuple[PortfolioConfig, dict[str, TrialConfig]]:
    """The portfolio of this YAML file, and its trials by the names of their files.

    Raises
    ------
    ConfigError
        Lists every problem of the portfolio, else of all its trials, each with its line.
    """
    file = Path(path)
    config = _loaded(file, PortfolioConfig)
    trials: dict[str, TrialConfig] = {}
    found: list[Problem] = []
    named: dict[str, str] = {}
    nodes = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=_Loader) or yaml.MappingNode("", [])

    def problem(location: Location, said: str, mend: str) -> Problem:
        return Problem(str(path), _line(nodes, location), _key(location), said, mend)

    for i, name in enumerate(config.portfolio.trials):
        trial, theirs = _read(Path(name), TrialConfig)
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
        root = yaml.compose(Path(path).read_text(encoding="utf-8-sig"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return False
    keys = {key.value for key, _ in root.value} if isinstance(root, yaml.MappingNode) else set()
    return "portfolio" in keys and "trial" not in keys
