"""Classes of tumour CD7; exposure against response and safety."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cartpk.config.base import Model, Positive

__all__ = ["Cd7Classes", "ExposureResponse"]


class Cd7Classes(Model):
    """Classes of CD7 on tumour cells; every number is the registry record's."""

    full_above_pct: float = Field(80.0, description="Full and dim: more than this % of the tumour cells are CD7+.")
    partial_pct: tuple[float, float] = Field((20.0, 80.0), description="Partial: CD7+ tumour cells in this range, %.")
    dim_log10: Positive = Field(
        1.0, description="Dim: MFI of the tumour cells lower than that of normal T cells by at least this many log10."
    )
    similar_log10: Positive | None = Field(
        None,
        description="Full: MFI of the tumour cells within this many log10 of normal T cells; null = the record does "
        "not say what similar means, and no result is called full.",
    )


class ExposureResponse(Model):
    """Exposure against response, safety and survival."""

    show: bool = Field(True, description="Whether tables and figures of exposure against response are made.")
    exposures: tuple[Literal["CMAX", "TLST", "AUC"], ...] = Field(
        ("CMAX", "AUC", "TLST"), description="Exposure measures; AUC = one for each of nca.windows.days."
    )
    tumour_cd7: bool = Field(
        False, description="true = CD7 of tumour cells is correlated with safety and response, as a record may ask."
    )
    crs_from_grade: int = Field(
        2, ge=1, le=5, description="[choice] CRS of this maximum grade or higher is the event of the regression."
    )
    landmark_day: Positive = Field(
        28.0,
        description="[choice] Times to events are counted from this day, of those still without one; for an area over "
        "a longer window from the window's end, so that exposure is known before the time begins.",
    )
    min_events: int = Field(
        5, ge=2, description="[choice] Fewer events, or fewer subjects without, than this: no regression, a list."
    )
