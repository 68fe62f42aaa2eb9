"""What the exhibits of bone marrow beside blood share: the pairs of samples, their names, their rules in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cartpk.tables.assays import in_specimen
from cartpk.tables.table import NoTable

if TYPE_CHECKING:
    from cartpk.config import TrialConfig
    from cartpk.trial_data import TrialData

__all__ = ["SOURCE", "no_pairs", "pair_label", "pairing_note"]

SOURCE: Final = "work/marrow_ratio.csv"


def pair_label(marrow: str, blood: str, config: TrialConfig) -> str:
    """What was measured in marrow, over what in blood."""
    known = {analyte.code: in_specimen(analyte.label, analyte.specimen) for analyte in config.analytes}
    return f"{known.get(marrow, marrow)} / {known.get(blood, blood)}"


def pairing_note(config: TrialConfig) -> str:
    """Which blood sample a marrow sample is set against."""
    return (
        "A marrow sample is set against the nearest blood sample of the same subject and infusion, at most "
        f"{config.nca.marrow.window_days:g} days away; of two equally near, the earlier one."
    )


def no_pairs(data: TrialData, config: TrialConfig) -> NoTable | None:
    """Why there is nothing to show; None where there is."""
    if not data.marrow_ratio.empty:
        return None
    if not config.marrow_pairs:
        return NoTable("The trial's data hold no bone marrow that could be set against blood.")
    return NoTable("No usable bone marrow sample was taken after infusion.")
