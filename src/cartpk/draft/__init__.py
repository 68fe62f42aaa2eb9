"""A first config for a newcomer's files: what was understood, and what only a person can know as questions."""

from __future__ import annotations

from cartpk.draft.draft import draft_config
from cartpk.draft.order import Draft
from cartpk.draft.page import Question
from cartpk.draft.sheets import Sheet

__all__ = ["Draft", "Question", "Sheet", "draft_config"]
