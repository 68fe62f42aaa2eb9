"""What the entries of the registry are made of."""

from __future__ import annotations

from typing import Final

from cartpk.rule import Accepted, Rule, Scope
from cartpk.terms import Severity

__all__ = ["ERROR", "INFO", "WARNING", "Accepted", "Rule", "Scope"]

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
INFO: Final = Severity.INFO
