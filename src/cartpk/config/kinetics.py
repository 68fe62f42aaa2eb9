"""Non-compartmental analysis and the rules by which an area may be reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cartpk.config.base import Model, Positive
from cartpk.terms import AucMethod

if TYPE_CHECKING:
    from cartpk.core.nca import NcaSettings, WindowSettings

__all__ = ["Marrow", "Nca", "Windows"]


class Windows(Model):
    """AUC0-T and the rules by which it may be reported (decision table)."""

    days: tuple[Positive, ...] = Field((28.0, 90.0), description="Window ends T of AUC0-T, days.")
    endpoint_in_record: bool | None = Field(None, description="Whether the record names these windows as endpoints.")
    tolerance_days: dict[float, float] = Field(
        {28.0: 2.0, 90.0: 7.0}, description="[choice] A last sample this near before T counts as at T, days."
    )
    default_tolerance_days: float = Field(2.0, ge=0, description="[choice] The same for windows not named above, days.")
    max_extrap_pct: float = Field(20.0, gt=0, le=100, description="Largest part of AUC0-T after the last sample, %.")
    peak_window_days: tuple[float, float] | None = Field(
        (7.0, 14.0), description="[choice] A profile without a sample here has no AUC; null = no such rule (CAR-NK)."
    )
    min_results: int = Field(3, ge=1, description="[choice] Fewest post-infusion results (a BLQ counts) for an AUC.")
    blq_confirm: int = Field(1, ge=1, le=3, description="[choice] Consecutive BLQ that end a profile before T-w.")
    first_blq_after_last: Literal["zero", "half_lloq"] = Field(
        "zero", description="[choice] Value given to the first BLQ after the last quantifiable sample."
    )
    all_blq: Literal["zero", "nc"] = Field("zero", description="[choice] AUC of a profile that is BLQ throughout.")

    def settings(self) -> WindowSettings:
        """The limits of the decision table as :mod:`cartpk.core.nca` takes them."""
        from cartpk.core.nca import AllBlq, BlqImputation, WindowSettings  # noqa: PLC0415 - loads the whole analysis

        return WindowSettings(
            tolerance_days=self.tolerance_days,
            default_tolerance_days=self.default_tolerance_days,
            max_extrap_pct=self.max_extrap_pct,
            min_results=self.min_results,
            peak_window_days=self.peak_window_days,
            blq_confirm=self.blq_confirm,
            blq_imputation=BlqImputation(self.first_blq_after_last),
            all_blq=AllBlq(self.all_blq),
        )


class Marrow(Model):
    """Bone marrow beside blood."""

    window_days: float = Field(
        3.0, ge=0, description="[choice] A marrow sample is set against the nearest blood sample this near, days."
    )
    pairs: dict[str, str] = Field(
        {},
        description="Marrow analyte -> blood analyte; a marrow analyte not named here is set against the only blood "
        "analyte of its method and unit.",
    )


class Nca(Model):
    """Non-compartmental analysis."""

    auc_method: Literal["linear", "lin up/log down", "lin-log"] = Field(
        "lin up/log down", description="Trapezoidal rule."
    )
    blq_rule: Literal[
        "first_keep_middle_drop_last_keep",
        "zero",
        "drop",
        "first_keep_middle_drop_last_drop",
        "before_tmax_keep_after_tmax_drop",
        "half_lloq_all",
        "first_zero_middle_half_lloq_last_zero",
    ] = Field(
        "first_keep_middle_drop_last_keep",
        description="What a BLQ is in the areas (0 before, dropped between, 0 after).",
    )
    min_points: int = Field(3, ge=3, description="Fewest points of lambda_z.")
    r2_min: float = Field(0.9, ge=0, le=1, description="r2 from which lambda_z may carry an area to the window's end.")
    span_min: float = Field(2.0, ge=0, description="Half-lives that its points must span for the same.")
    adj_r2_factor: float = Field(
        1e-4, ge=0, description="lambda_z takes the most points whose adjusted r2 is within this of the best window's."
    )
    max_extrap_pct: float = Field(
        20.0,
        gt=0,
        le=100,
        description="An AUC to infinity with more than this % extrapolated is flagged, never deleted.",
    )
    min_tmax_day: float = Field(1.0, ge=0, description="[choice] A Tmax earlier than this is flagged EARLY_TMAX, days.")
    tblq_confirm: int = Field(1, ge=1, le=2, description="[choice] Consecutive BLQ samples that make the time to BLQ.")
    growth_min_points: int = Field(
        2, ge=2, description="[choice] Quantifiable samples up to Tmax that the rate of expansion needs."
    )
    contraction_days: float = Field(
        21.0, gt=0, description="[choice] Samples up to this many days after Tmax give the contraction half-life, days."
    )
    contraction_min_points: int = Field(
        3, ge=3, description="[choice] Quantifiable samples from Tmax on that the contraction half-life needs."
    )
    persistence_limit: Literal["lloq", "lod"] = Field(
        "lloq", description="[choice] Persistence lasts to the last quantifiable (lloq) or last detected (lod) sample."
    )
    lambda_z_points: str | None = Field(
        None,
        description="Signed CSV of an analyst's decisions on samples (USUBJID, AFRLT in days, ACTION include | exclude "
        "| exclude_sample, WHO, WHEN as YYYY-MM-DD, WHY; PPCAT, PPSPEC, ATPTREF where a subject has several profiles); "
        "null = all points are chosen automatically.",
    )
    lambda_z_points_tolerance_days: float = Field(
        0.05, ge=0, description="[choice] A row of that file is on the nearest sample this near to its AFRLT, days."
    )
    marrow: Marrow = Field(default_factory=Marrow, description="Ratio of bone marrow to blood.")
    genome_pg: Positive | None = Field(
        None, description="DNA of one cell's genome, pg: copies/ug become copies/cell (derived); null = they do not."
    )
    nucleated_cells: dict[str, tuple[str, ...]] = Field(
        {},
        description="Analyte in copies/ug -> cell counts (measures in cells/uL) that add up to the cells its DNA comes "
        "from (whole blood: leukocytes; mononuclear cells: lymphocytes and monocytes): with genome_pg and "
        "product.vcn_copies_per_cell they give CAR+ cells/uL (derived); empty = none.",
    )
    count_window_days: float = Field(
        1.0, ge=0, description="[choice] A sample is set against the nearest cell count this near, days."
    )
    windows: Windows = Field(default_factory=Windows, description="AUC0-T.")

    def files(self) -> tuple[str, ...]:
        """Input files that this section names."""
        return () if self.lambda_z_points is None else (self.lambda_z_points,)

    def settings(self) -> NcaSettings:
        """The choices of the non-compartmental analysis as :mod:`cartpk.core.nca` takes them."""
        from cartpk.core.nca import BlqRule, CellTherapySettings, NcaSettings  # noqa: PLC0415 - loads the whole analysis

        return NcaSettings(
            auc_method=AucMethod(self.auc_method),
            blq_rule=BlqRule(self.blq_rule),
            min_points=self.min_points,
            adj_r2_factor=self.adj_r2_factor,
            r2_min=self.r2_min,
            span_min=self.span_min,
            max_extrap_pct=self.max_extrap_pct,
            cell_therapy=CellTherapySettings(
                min_tmax_day=self.min_tmax_day,
                growth_min_points=self.growth_min_points,
                contraction_days=self.contraction_days,
                contraction_min_points=self.contraction_min_points,
                blq_confirm=self.tblq_confirm,
                persistence_by_detection=self.persistence_limit == "lod",
            ),
        )
