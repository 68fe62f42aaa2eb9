"""A trial's configuration: typed settings, reading with line numbers, generated documentation."""

from cartpk.config.reading import ConfigError, Problem, load, missing_files, problems
from cartpk.config.trial import TrialConfig

__all__ = ["ConfigError", "Problem", "TrialConfig", "load", "missing_files", "problems"]
