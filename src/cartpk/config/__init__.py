"""A trial's configuration: typed model, reading with line numbers, generated documentation."""
from cartpk.config.trial import TrialConfig
__all__ = ["TrialConfig"]
