"""A trial's configuration: typed settings, reading with line numbers, generated documentation."""

from cartpk.config.portfolio import PortfolioConfig
from cartpk.config.portfolio_reading import is_portfolio, load_portfolio
from cartpk.config.reading import load, missing_files, problems
from cartpk.config.trial import TrialConfig
from cartpk.config.yaml_text import ConfigError, Problem

__all__ = [
    "ConfigError",
    "PortfolioConfig",
    "Problem",
    "TrialConfig",
    "is_portfolio",
    "load",
    "load_portfolio",
    "missing_files",
    "problems",
]
