"""How complete the data of a run are, counted from its tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cartpk.config import TrialConfig
from cartpk.models import get_model
from cartpk.once_per_trial import once_per_trial
from cartpk.report.prose import number, plural
from cartpk.report.subjects.words import flag_words
from cartpk.tables.assays import in_specimen
from cartpk.terms import AucFlag
from cartpk.trial_data import TrialData

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tile", "completeness", "flag_counts", "in_analysis", "primary_parameters", "window_code"]


_SHORT: Final = {
    AucFlag.COMPLETE: "sampled to the end",
    AucFlag.COMPLETE_BLQ: "BLQ before the end",
    AucFlag.EXTRAPOLATED: "extrapolated",
    AucFlag.NC_INCOMPLETE: "follow-up too short",
    "R2_LOW": "poor line (R²)",
    "SPAN_SHORT": "short line (span)",
}
"""Flag -> its words where there is little room."""


@dataclass(frozen=True)
class Tile:
    """One count: what it counts, the count, and what lies behind it, in parts."""

    label: str
    value: str
    detail: tuple[str, ...]


def completeness(data: TrialData, config: TrialConfig) -> tuple[Tile, ...]:
    """Subjects, samples, BLQ, reported areas and half-lives, fits, findings."""
    tiles = [_subjects(data, config), *_samples(data, config)]
    rows = primary_parameters(data, config)
    tiles += [_reported(rows, window_code(end), f"AUC0-{number(end)}d reported") for end in config.nca.windows.days]
    tiles.append(_reported(rows, "LAMZHL", "Terminal half-life"))
    tiles += _fits(data, config)
    tiles.append(_findings(data))
    return tuple(tiles)


def window_code(end: float) -> str:
    """PARAMCD of the area over the window 0 to ``end``, days.

    Examples
    --------
    >>> window_code(28.0)
    'AUC0_28D'
    """
    return f"AUC0_{number(end)}D"


def in_analysis(data: TrialData) -> pd.DataFrame:
    """The subjects (rows of ADSL) without a reason for exclusion."""
    return data.adsl[data.adsl["EXCLRS"].isna()]


@once_per_trial
def primary_parameters(data: TrialData, config: TrialConfig) -> pd.DataFrame:
    """Cmax, areas and half-lives of the primary analyte's first profile, of the subjects in the analysis."""
    analyte = config.primary_analyte
    codes = ["CMAX", "LAMZHL", *map(window_code, config.nca.windows.days)]
    adpp = data.adpp[data.adpp["PARCAT1"].eq("NCA") & data.adpp["PARAMCD"].isin(codes)]
    first = adpp["ATPTREF"].isna() | (adpp["ATPTREF"] == "INFUSION 1")
    wanted = (adpp["PPCAT"] == analyte.code) & (adpp["PPSPEC"] == analyte.specimen)
    return adpp[wanted & first & adpp["USUBJID"].isin(in_analysis(data)["USUBJID"])]


def flag_counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many rows carry each flag, most frequent first; equal counts by name."""
    flags = rows["FLAG"].dropna().str.split(";").explode()
    counts = flags[flags != ""].value_counts()
    return {str(flag): int(n) for flag, n in sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))}


def _subjects(data: TrialData, config: TrialConfig) -> Tile:
    total, used = len(data.adsl), len(in_analysis(data))
    planned = (f"{config.trial.planned_n} planned",) if config.trial.planned_n else ()
    return Tile("Subjects in the analysis", f"{used} of {total}", (*planned, f"{total - used} left out"))


def _samples(data: TrialData, config: TrialConfig) -> tuple[Tile, Tile]:
    """Kinetic samples used, and the part of the post-infusion results that is BLQ (primary analyte)."""
    analyte = config.primary_analyte
    samples = data.adnca[(data.adnca["PCTESTCD"] == analyte.code) & (data.adnca["PCSPEC"] == analyte.specimen)]
    used = samples[samples["ANLFL"] == "Y"]
    reasons = samples.loc[samples["ANLFL"] != "Y", "ANLRS"].fillna("reason not given").value_counts()
    why = tuple(f"{n} × {reason}" for reason, n in sorted(reasons.items(), key=lambda item: str(item[0])))
    after = used[used["AFRLT"] > 0]
    below = int((after["BLQFL"] == "Y").sum())
    share = f"{100 * below / len(after):.1f} %" if len(after) else "no result"
    return (
        Tile(f"{analyte.label}: samples used", f"{len(used)} of {len(samples)}", why or ("none left out",)),
        Tile("Below the limit (BLQ)", share, (f"{below} of {plural(len(after), 'post-infusion result')}",)),
    )


def _reported(rows: pd.DataFrame, code: str, label: str) -> Tile:
    own = rows[rows["PARAMCD"] == code]
    flags = tuple(f"{n} × {_SHORT.get(flag) or flag_words(flag)}" for flag, n in flag_counts(own).items())
    return Tile(label, f"{int(own['AVAL'].notna().sum())} of {len(own)}", flags or ("no flag",))


def _fits(data: TrialData, config: TrialConfig) -> Iterator[Tile]:
    """Fits that converged: those of one analyte and specimen are never counted with another's."""
    fits = data.fits
    labels = {analyte.code: analyte.label for analyte in config.analytes}
    if fits.empty:
        return
    # a subject without a sample has a row without an assay
    assays = fits[["PPCAT", "PPSPEC"]].dropna().drop_duplicates()
    for code, specimen in sorted(assays.itertuples(index=False), key=lambda a: (a[1] != "BLOOD", a)):
        own = fits[(fits["PPCAT"] == code) & (fits["PPSPEC"] == specimen)]
        name = "Model fits converged"
        if len(assays) > 1:
            name += f", {in_specimen(labels.get(str(code), str(code)), str(specimen))}"
        tried = own[own["CONVERGED"].notna()]
        models = tuple(get_model(model).label for model in sorted(set(tried["MODEL"])))
        # "0 of 18 converged" would blame the fits where there were too few samples to try one
        value = f"{int((tried['CONVERGED'] == 'Y').sum())} of {len(own)}" if len(tried) else "none tried"
        yield Tile(name, value, (*models, *_not_fitted(own[own["CONVERGED"].isna()])))


def _not_fitted(fits: pd.DataFrame) -> Iterator[str]:
    """Why profiles have no fit, each reason with their number; what a reason says of one profile is left out."""
    reasons = fits["MESSAGE"].fillna("could not be fitted").astype(str).str.split(":").str[0]
    for reason, n in sorted(reasons.value_counts().items(), key=lambda item: (-int(item[1]), str(item[0]))):
        yield f"{n} × {reason}"


def _findings(data: TrialData) -> Tile:
    counts = data.findings["SEVERITY"].value_counts()
    error, warning, info = (int(counts.get(name, 0)) for name in ("error", "warning", "info"))
    return Tile("Findings", plural(error, "error"), (plural(warning, "warning"), plural(info, "note")))
