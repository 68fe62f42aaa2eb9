"""Several trials side by side: what was measured alike stands in one panel, everything else apart, and says why."""

from cartpk.portfolio.members import FILES, Member, read_members
from cartpk.portfolio.panels import Panel, panels
from cartpk.portfolio.write import write_portfolio

__all__ = ["FILES", "Member", "Panel", "panels", "read_members", "write_portfolio"]
