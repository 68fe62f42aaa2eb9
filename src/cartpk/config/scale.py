"""What a trial of very many subjects is cut down to, and into how many jobs."""

from __future__ import annotations

from pydantic import Field

from cartpk.config.base import Model

__all__ = ["Scale"]


class Scale(Model):
    """Very many subjects: jobs of the fits, subjects that are shown one by one."""

    jobs: int = Field(
        1,
        ge=1,
        le=999,
        description="[choice] Jobs among which the subjects' fits are shared (Snakemake's scatter and gather); the "
        "results are the same for any number: byte for byte of closed-form models, but for rounding of others.",
    )
    subjects_shown: int = Field(
        500,
        ge=1,
        description="[choice] In a trial of more subjects, those shown one by one (lines and marks of figures, "
        "listings, pages of subjects, fitted curves, profiles of the likelihood) are a random sample of this many. "
        "Parameters, fits and summaries are of all; adsl.csv, adnca.csv and adpp.csv hold everybody.",
    )
    seed: int = Field(1, ge=0, description="[choice] Of that sample: the same seed draws the same subjects.")
