"""docs/input_rules.md: every check of what comes in, written from the registries that hold them."""

from __future__ import annotations

from typing import Final

from cartpk.adpp import PROFILE_RULES
from cartpk.ingest import RULES
from cartpk.rule import Rule

__all__ = ["ALL_RULES"]

ALL_RULES: Final[dict[str, Rule]] = {
    rule.id: rule for rule in sorted((*RULES.values(), *PROFILE_RULES.values()), key=lambda r: r.id)
}
"""Every rule by its identifier: of the intake, of profiles, of files that change."""
