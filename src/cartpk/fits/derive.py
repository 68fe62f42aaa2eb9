"""The verbs: ADNCA -> parameter rows of a kinetic model; one profile -> lmfit's own result."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from cartpk.core.estimation.individual import Method
from cartpk.core.estimation.likelihood import Residual
from cartpk.core.estimation.profiles import Profiles
from cartpk.fits.individual_diagnostics import profile_rows, sample_rows
from cartpk.fits.intake import Intake, one_of, read_profiles
from cartpk.fits.rows import adpp_rows, prediction_rows, summary_rows
from cartpk.models import KineticModel, PriorLike, get_model
from cartpk.models.fitting.individual import SIGMA_PRIOR, fit_model
from cartpk.models.fitting.model_fits import ModelFits

if TYPE_CHECKING:
    from lmfit.minimizer import MinimizerResult

__all__ = ["FitTables", "derive_params_model", "lmfit_result"]


@dataclass(frozen=True, eq=False)
class FitTables:
    """What a fit gives.

    Attributes
    ----------
    adpp
        One row per profile and quantity of the model (``PARCAT1`` MODEL).
    predictions
        One row per fitted profile and grid day: PRED with its approximate 95 % band.
    summary
        One row per profile: samples used, residual SD, convergence, bounds, -2LL, AIC, what went wrong.
    samples
        One row per fitted profile and sample: prediction and residual
        (:func:`cartpk.fits.individual_diagnostics.sample_rows`).
    profiles
        Profiles of the likelihood (:func:`cartpk.fits.individual_diagnostics.profile_rows`); empty unless asked for.
    """

    adpp: pd.DataFrame
    predictions: pd.DataFrame
    summary: pd.DataFrame
    samples: pd.DataFrame
    profiles: pd.DataFrame


def derive_params_model(
    adnca: pd.DataFrame,
    model: str | KineticModel = "stein",
    method: str | Method = Method.MAP,
    *,
    residual: str | Residual = Residual.NORMAL,
    priors: Mapping[str, PriorLike] | None = None,
    subjects: Iterable[str] = (),
    events: pd.DataFrame | None = None,
    polish: bool = True,
    profiles: bool = False,
    drawn: Collection[str] | None = None,
) -> FitTables:
    """Parameter rows, predicted curves and fit summary of one model for every profile of an ADNCA table.

    Parameters
    ----------
    adnca
        At least ``USUBJID AFRLT AVAL AVALU ALLOQ BLQFL``. ``PCTESTCD``, ``PCSPEC`` and ``ATPTREF`` separate profiles
        where present; with ``ATPTREF``, ``ARRLT`` (time from the profile's own infusion) takes the place of ``AFRLT``;
        rows with ``ANLFL`` N or ``NCAXFL`` Y are not used. Only times > 0 are fitted.
    model
        Name in :data:`cartpk.models.MODELS`, or a model.
    method
        ``map`` (censored likelihood with weak priors), ``ml`` (without priors), ``ls`` (least squares, BLQ = LLOQ/2).
    residual
        ``normal`` or ``student`` (t with 4 degrees of freedom), on the log scale.
    priors
        Symbol -> prior (``centre`` on the natural scale, ``sd`` on the log or logit scale, ``source``) in place of the
        model's own; ``sigma`` is the residual SD.
    subjects
        Everybody who must come out, also without a row in ``adnca``.
    events
        Re-infusions, transplants and deaths: ``USUBJID`` and ``AFRLT`` (days). Later samples of a profile that began
        before the event are not used.
    polish
        Whether lmfit runs once from each optimum.
    profiles
        Whether the profiles of the likelihood are drawn: about as much work as the fits.
    drawn
        Subjects with a predicted curve, rows of samples and profiles of the likelihood; None = all.

    Raises
    ------
    ValueError
        When a column is missing or a name is not known. Data that cannot be fitted are no error: the subject's rows
        carry the reason in ``PPREASND``.
    """
    chosen = get_model(model) if isinstance(model, str) else model
    how, shape = one_of(Method, method, "method"), one_of(Residual, residual, "residual")
    given = dict(priors or {})
    sigma_prior = given.pop("sigma", SIGMA_PRIOR)
    chosen = chosen.with_priors(given)
    intake = read_profiles(adnca, len(chosen.parameters), how, subjects=subjects, events=events)
    fits = None
    if intake.fitted.size:
        fits = fit_model(
            chosen,
            intake.profiles.take(intake.fitted),
            how,
            residual=shape,
            sigma_prior=sigma_prior,
            polish=polish,
        )
    label = f"{chosen.name.upper()} {how.upper()} {'LLOQ/2' if how is Method.LS else 'M3'}"
    label += " STUDENT" if shape is Residual.STUDENT else ""
    some, some_fits = (intake, fits) if drawn is None else _of(intake, fits, drawn)
    return FitTables(
        adpp=adpp_rows(intake, chosen, fits, label),
        predictions=prediction_rows(some, some_fits),
        summary=summary_rows(intake, chosen, fits, label),
        samples=sample_rows(some, some_fits),
        profiles=profile_rows(some, some_fits if profiles else None),
    )


def _of(intake: Intake, fits: ModelFits | None, subjects: Collection[str]) -> tuple[Intake, ModelFits | None]:
    """The profiles of these subjects and their fits, None where none of them is fitted."""
    mine = intake.keys["USUBJID"].isin(list(subjects)).to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(mine[intake.fitted])
    kept = intake.take(np.flatnonzero(mine))
    return kept, fits.take(rows) if fits is not None and rows.size else None


def lmfit_result(
    model: str | KineticModel,
    day: npt.ArrayLike,
    conc: npt.ArrayLike,
    lloq: npt.ArrayLike | None = None,
    *,
    method: str | Method = Method.MAP,
    residual: str | Residual = Residual.NORMAL,
    priors: Mapping[str, PriorLike] | None = None,
) -> MinimizerResult:
    """Result of lmfit for one profile, started at the best of the batched fits.

    Parameters
    ----------
    model, method, residual, priors
        As in :func:`derive_params_model`.
    day, conc
        Times (days) and results (assay units); nan = below ``lloq``.
    lloq
        Limits of quantification, one or one per sample; needed where a result is nan.

    Returns
    -------
    lmfit.minimizer.MinimizerResult
        Its parameters are the transformed ones (``phi_cmax`` = ln Cmax …, ``log_sigma``); ``residual`` holds the
        terms listed in :mod:`cartpk.core.estimation.polish`.

    Raises
    ------
    ValueError
        When no sample is quantified after time 0.
    """
    from cartpk.core.estimation.polish import lmfit_minimise, lmfit_parameters  # noqa: PLC0415 - lmfit costs 2 s

    chosen = get_model(model) if isinstance(model, str) else model
    how, shape = one_of(Method, method, "method"), one_of(Residual, residual, "residual")
    given = dict(priors or {})
    sigma_prior = given.pop("sigma", SIGMA_PRIOR)
    t = np.asarray(day, dtype=np.float64)
    y = np.asarray(conc, dtype=np.float64)
    limit = np.broadcast_to(np.asarray(np.nan if lloq is None else lloq, dtype=np.float64), t.shape)
    profiles = Profiles.from_long(np.zeros(t.size, dtype=np.intp), t, y, limit, np.isnan(y), n_profiles=1)
    if not profiles.n_observed[0]:
        msg = f"a fit needs at least one quantified result after time 0, found none among {t.size} samples"
        raise ValueError(msg)
    fits = fit_model(chosen.with_priors(given), profiles, how, residual=shape, sigma_prior=sigma_prior, polish=False)
    return lmfit_minimise(fits.problem, lmfit_parameters(fits.problem, fits.fits.x[0], chosen.symbols))
