"""Methods of the non-compartmental analysis, in sentences that hold the settings of the run."""

from __future__ import annotations

from typing import Final

from cartpk.config import TrialConfig
from cartpk.core.nca import PARAMETERS
from cartpk.report.prose import Grid, Section, days, enumeration, number, paragraphs, plural
from cartpk.terms import AucFlag

__all__ = ["BLQ_RULES", "blq", "peak", "terminal_phase", "window_areas"]

BLQ_RULES: Final = {
    "first_keep_middle_drop_last_keep": (
        "0 before the first and after the last quantifiable sample, and is left out between them"
    ),
    "zero": "0 throughout",
    "drop": "no value and is left out throughout",
    "first_keep_middle_drop_last_drop": "0 before the first quantifiable sample, and is left out afterwards",
    "before_tmax_keep_after_tmax_drop": "0 before Tmax, and is left out from Tmax on",
    "half_lloq_all": "half of the sample's own LLOQ throughout, also for Cmax and Tlast",
    "first_zero_middle_half_lloq_last_zero": (
        "0 before the first and after the last quantifiable sample, and as half of the sample's own LLOQ between them"
    ),
}
"""``nca.blq_rule`` -> what a BLQ result counts as in the areas."""

_LIMITS: Final = {"lloq": "quantification", "lod": "detection"}
_TRAPEZOIDS: Final = {
    "linear": "the linear trapezoidal rule throughout",
    "lin up/log down": (
        "the linear trapezoidal rule where the concentration rises or is level and the logarithmic rule where it falls"
    ),
    "lin-log": "the linear trapezoidal rule up to Tmax and the logarithmic rule after it, linear where a value is 0",
}


def peak(config: TrialConfig) -> Section:
    """Cmax, Tmax and the other numbers read off the samples."""
    nca = config.nca
    window, confirm = nca.windows.peak_window_days, nca.tblq_confirm
    sampled = (
        "No peak window is set for this product: no profile is judged by whether it was sampled there."
        if window is None
        else f"""A profile without a sample from day {number(window[0])} to day {number(window[1])} is flagged
        PEAK_NOT_SAMPLED: its Cmax may understate the peak."""
    )
    early = (
        f"""A Tmax before day {number(nca.min_tmax_day)} is flagged EARLY_TMAX: the sample was taken so soon after the
        infusion that its result may not be expansion. The value is kept."""
        if nca.min_tmax_day > 0
        else "No Tmax is flagged as early: for this product the first sample may be the peak."
    )
    below = "the first BLQ sample" if confirm == 1 else f"the first of {confirm} BLQ samples in a row"
    text = f"""
    Cmax is the highest quantifiable result after the infusion and Tmax its actual time; of equal results the first one
    counts. Clast and Tlast are the last quantifiable result and its actual time. Pre-infusion results are not part of
    these parameters. A profile that is BLQ throughout has a Cmax and a Clast of 0 and no Tmax.

    {early} {sampled}

    The rate of expansion is the slope of ln C over the quantifiable samples up to and with Tmax, at least
    {nca.growth_min_points} of them; the contraction half-life comes from those up to {days(nca.contraction_days)} after
    Tmax, at least {nca.contraction_min_points} of them.

    The time to BLQ is the actual time of {below} after Tmax. Persistence lasts to the last sample at or above the limit
    of {_LIMITS[nca.persistence_limit]}; the first sample after it bounds it from above, and without one it is censored.
    """
    return Section("peak", "Peak, expansion and persistence", paragraphs(text), grids=(_definitions(),))


def _definitions() -> Grid:
    """Every parameter of the registry, as it defines itself."""
    rows = tuple((p.code, p.label, p.formula, p.source) for p in PARAMETERS.values())
    return Grid("Definitions of all parameters", ("PARAMCD", "Parameter", "Definition", "Name from"), rows, folded=True)


def blq(config: TrialConfig) -> Section:
    """Results below the limit of quantification, in areas and figures."""
    intake = config.intake
    low = "taken as BLQ" if intake.below_lloq == "blq" else "kept as a number"
    limit = "The number in a text such as <50 is the LLOQ of its row where the row has none."
    never = (
        """A profile that is BLQ throughout the window has an area of 0, counted in n, mean and median; geometric
        statistics leave it out and state the number of values above 0."""
        if config.nca.windows.all_blq == "zero"
        else "A profile that is BLQ throughout has no area; it is counted and listed."
    )
    text = f"""
    A BLQ result is a measurement, not a missing value. Every sample is classed as quantifiable, not quantifiable or not
    detected, by its own LLOQ. A number below its LLOQ that carries no flag is {low}.
    {limit if intake.lloq_from_token else ""}

    In non-compartmental analysis a BLQ result counts as {BLQ_RULES[config.nca.blq_rule]}. {never}

    In figures a BLQ result is an open mark, never 0 on a logarithmic axis.
    """
    return Section("blq", "Results below the limit of quantification (BLQ)", paragraphs(text))


def window_areas(config: TrialConfig) -> Section:
    """Areas over the windows: the trapezoid and the decision table, every limit as set."""
    rule = config.nca.windows
    ends = enumeration(f"AUC0-{number(t)}d" for t in rule.days)
    several = len(rule.days) > 1
    these, one, this_is = (
        ("these windows", "endpoints", "they are") if several else ("this window", "an endpoint", "it is")
    )
    in_record = {
        True: f"The registry record names {these} as {one}.",
        False: f"The registry record does not name {these} as {one}: {this_is} a choice of this analysis.",
        None: f"The config does not say whether the registry record names {these}.",
    }[rule.endpoint_in_record]
    reach = enumeration(f"{days(_tolerance(config, t))} at day {number(t)}" for t in rule.days)
    text = f"""
    {ends} {"is" if len(rule.days) == 1 else "are"} computed by {_TRAPEZOIDS[config.nca.auc_method]}, on actual times,
    from time zero to exactly the end of the window. {in_record} The value at time zero is the result at time zero;
    failing that the last pre-infusion result; failing that 0.

    Whether the area over a window 0 to T may be reported is decided by the rules below, in this order. The visit window
    w is {reach}. The extrapolated part is the area from the last sample to T in percent of the whole; its limit is
    {number(rule.max_extrap_pct)} %, compared unrounded. No published rule is known to us that says when an area over a
    fixed window may be reported: these rules are a choice, and every limit in them is a setting.
    """
    return Section("auc", "Areas under the curve", paragraphs(text), steps=_steps(config), grids=(_flags(config),))


def _tolerance(config: TrialConfig, window: float) -> float:
    rule = config.nca.windows
    return rule.tolerance_days.get(window, rule.default_tolerance_days)


def _steps(config: TrialConfig) -> tuple[str, ...]:
    rule, flag = config.nca.windows, AucFlag
    limit = number(rule.max_extrap_pct)
    window = rule.peak_window_days
    nowhere = "" if window is None else f", or none from day {number(window[0])} to day {number(window[1])}"
    end = "0" if rule.first_blq_after_last == "zero" else "half of the sample's LLOQ"
    value = "the area is 0" if rule.all_blq == "zero" else "the area is not reported"
    below = "a BLQ result" if rule.blq_confirm == 1 else f"{rule.blq_confirm} BLQ results in a row"
    sooner = "" if rule.blq_confirm == 1 else " (one is enough where the last sample lies at or after T − w)"
    return paragraphs(f"""
    The profile is cut at the first re-infusion, stem-cell transplantation or death; a sample at the time of the event
    is kept, later ones are never used.

    Conflicting results at one time without a rule for them: {flag.NC_DUPLICATE}.

    No post-infusion result: {flag.NC_SPARSE}. All post-infusion results BLQ: {flag.ALL_BLQ}, {value}, if the last one
    lies at or after T − w or an event ended the profile; otherwise {flag.NC_INCOMPLETE}.

    Event before T: {flag.NC_EVENT}, unless the kept results end with {below} and at most {limit} % of the area lie
    after the last quantifiable one: {flag.COMPLETE_BLQ}.

    Fewer than {plural(rule.min_results, "post-infusion result")} (a BLQ result counts){nowhere}: {flag.NC_SPARSE}.

    A quantifiable sample at or after T: the value at T is interpolated, {flag.COMPLETE}.

    The last quantifiable sample is followed by {below}{sooner}: a straight line to {end} at the first BLQ result, 0
    afterwards, {flag.COMPLETE_BLQ}. Should more than {limit} % of the area lie after the last quantifiable sample, or
    the BLQ results be too few: {flag.NC_INCOMPLETE}.

    The last sample lies within w before T and is quantifiable: continued to T by lambda_z where that is valid, else at
    the last value, {flag.WINDOW}; above {limit} %: {flag.NC_INCOMPLETE}.

    The last sample lies before T − w and is quantifiable: continued by a valid lambda_z if the extrapolated part is at
    most {limit} %, {flag.EXTRAPOLATED}; otherwise {flag.NC_INCOMPLETE}, and only the area to the last quantifiable
    sample is given.
    """)


def _flags(config: TrialConfig) -> Grid:
    """What each flag means and whether its areas enter the primary summary."""
    all_blq = "yes, as 0" if config.nca.windows.all_blq == "zero" else "no: counted and listed"
    yes, sensitivity, no = "yes", "no: sensitivity summary", "no: counted and listed with the reason"
    rows = (
        (AucFlag.COMPLETE, "sampled through T", yes),
        (AucFlag.COMPLETE_BLQ, "fell below the limit before T", yes),
        (AucFlag.WINDOW, "last sample within the visit window of T", yes),
        (AucFlag.ALL_BLQ, "never quantifiable", all_blq),
        (AucFlag.EXTRAPOLATED, "extended by lambda_z within the limit", sensitivity),
        (AucFlag.NC_INCOMPLETE, "follow-up ends too early", no),
        (AucFlag.NC_SPARSE, "too few samples, or the peak was not sampled", no),
        (AucFlag.NC_EVENT, "re-infusion, transplantation or death before T", no),
        (AucFlag.NC_DUPLICATE, "conflicting results at one time", no),
    )
    return Grid(
        "Flags of the areas",
        ("Flag", "What it says of the profile", "In the primary summary"),
        tuple((str(flag), meaning, use) for flag, meaning, use in rows),
    )


def terminal_phase(config: TrialConfig) -> Section:
    """lambda_z and the half-life."""
    nca = config.nca
    text = f"""
    lambda_z is the slope of a log-linear regression through the last quantifiable samples after Tmax, at least
    {nca.min_points} of them, the sample of Tmax left out. Of all such sets the one with the most points whose adjusted
    R² lies within {number(nca.adj_r2_factor)} of the best is taken. The half-life is ln 2 / lambda_z.

    lambda_z may extend an area only where R² is at least {number(nca.r2_min)} and its points span at least
    {number(nca.span_min)} half-lives. Below these limits lambda_z and the half-life are reported and flagged, never
    deleted; the number of points and the adjusted R² stand beside them.

    {_decisions(config)}

    The decline of CAR cells has more than one phase. The terminal half-life therefore depends on how long a subject was
    followed, and is read together with the time of the last quantifiable sample.
    """
    return Section("lambda-z", "Terminal phase", paragraphs(text))


def _decisions(config: TrialConfig) -> str:
    """Who chooses the points."""
    file = config.nca.lambda_z_points
    if file is None:
        return "All points are chosen automatically."
    near = days(config.nca.lambda_z_points_tolerance_days)
    return f"""
    An analyst's decisions are read from the signed file {file}: a sample named there for inclusion is a point, and
    its profile has no others; one named for exclusion is no point; one left out of the analysis is no part of any
    parameter. A row without who, when and why, or without a sample within {near} of its time, is not applied, nor is
    any other row on that profile. Every row is a finding; what it changes is flagged LZ_MANUAL or NCA_MANUAL and listed
    with its signature.
    """
