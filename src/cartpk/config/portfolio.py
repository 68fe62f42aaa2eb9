"""The portfolio: several trials side by side, each described by its own configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from cartpk.config.base import Model, Positive

__all__ = ["Portfolio", "PortfolioConfig"]

Quantity = Literal["cmax", "auc", "persistence", "cd7_nadir"]


class Portfolio(Model, defer_build=True):
    """What is put side by side."""

    id: str = Field(
        "portfolio", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", description="Names the results folder, `results/<id>`."
    )
    title: str | None = Field(None, description="Heading; null = the numbers of the trials.")
    trials: tuple[str, ...] = Field(
        min_length=1, description="Configuration files of the trials, in the order of printing."
    )
    quantities: tuple[Quantity, ...] = Field(
        ("cmax", "auc", "persistence", "cd7_nadir"), min_length=1, description="What is shown, in this order."
    )
    windows_days: tuple[Positive, ...] = Field(
        (28.0, 90.0), description="Ends of the windows 0..T of auc, days; a trial without the window is named so."
    )
    level_pct: float = Field(
        95.0, gt=50, lt=100, description="[choice] Confidence level of geometric means and medians, %."
    )
    published: bool = Field(
        True,
        description="true = published values of marketed CAR-T products are drawn as lines where their unit is the "
        "panel's; each with its source.",
    )
    notes: tuple[str, ...] = Field((), description="What a reader must know; printed on the page.")

    @field_validator("trials")
    @classmethod
    def _named_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"a trial stands twice: {', '.join(twice)}")
        return names


class PortfolioConfig(Model, defer_build=True):
    """The configuration of a portfolio."""

    portfolio: Portfolio
