"""A trial's configuration: typed settings, reading with line numbers, generated documentation."""

from cartpk.config.portfolio import PortfolioConfig
from cartpk.config.portfolio_reading import is_portfolio, load_portfolio
from cartpk.config.reading import ConfigError, Problem, load, missing_files, problems
from cartpk.config.trial import TrialConfig

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
