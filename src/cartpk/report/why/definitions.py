"""What every parameter is: formula, unit, CDISC code, source, method, and which samples its value rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from cartpk.adpp import DERIVED
from cartpk.core.nca import PARAMETERS
from cartpk.core.nca.parameters import SPONSOR
from cartpk.models import MODELS
from cartpk.models.cd7_dynamics import PARAMETERS as DYNAMICS
from cartpk.pharmacodynamics.parameters import PARAMETERS as PD_PARAMETERS
from cartpk.report.methods import methods
from cartpk.tables.parameters import LABELS, window_label
from cartpk.tables.printing import unit_text

if TYPE_CHECKING:
    import pandas as pd

    from cartpk.config import TrialConfig

__all__ = ["ROLES", "Definition", "definition", "definitions", "key_of", "role_of"]

ROLES: Final = {
    "peak": "the highest quantifiable sample after the infusion",
    "last": "the last quantifiable sample",
    "first": "the first quantifiable sample",
    "lag": "the samples up to the first quantifiable one",
    "window": "the samples from day 0 up to the end of the window, and the first one at or after it",
    "to_last": "the samples from day 0 up to the last quantifiable one",
    "to_blq": "the samples from day 0 up to the first BLQ sample after the last quantifiable one",
    "line": "the points of the terminal line",
    "line_and_area": "the samples up to the last quantifiable one, and the points of the terminal line",
    "rise": "the quantifiable samples up to the peak",
    "fall": "the quantifiable samples from the peak on, within the phase of contraction",
    "peak_and_28": "the peak, and the samples about day 28",
    "after_peak": "the samples after the peak",
    "detected": "all samples after the infusion",
    "fit": "every sample after the infusion; a BLQ one as an upper limit of the curve",
    "baseline": "the baseline sample",
    "nadir": "the lowest sample after the infusion",
    "change": "the baseline sample, and the lowest sample after the infusion",
    "highest": "the highest sample after the infusion",
    "rise_over_base": "the baseline sample, and the highest sample after the infusion",
    "profile": "all samples of the profile",
}
"""Which samples a value rests on: the rules that the page's script applies."""

_ROLE_OF: Final = {
    "CMAX": "peak", "TMAX": "peak", "CMAXD": "peak", "CMAXDW": "peak", "CMAXCELL": "peak",
    "CLST": "last", "TLST": "last", "TFST": "first", "TFDET": "first", "TLAG": "lag",
    "AUCLST": "to_last", "AUMCLST": "to_last", "MRTLST": "to_last", "AUCLSTD": "to_last", "AUCLSTDW": "to_last",
    "AUCALL": "to_blq",
    "AUCIFO": "line_and_area", "AUCIFP": "line_and_area", "AUCPEO": "line_and_area", "AUMCIFO": "line_and_area",
    "MRTIFO": "line_and_area",
    "LAMZ": "line", "LAMZHL": "line", "LAMZNPT": "line", "LAMZLL": "line", "LAMZUL": "line", "LAMZSPN": "line",
    "R2": "line", "R2ADJ": "line",
    "FOLDEXP": "rise", "GRWRATE": "rise", "DBLTIME": "rise", "GRWNPT": "rise", "CONHL": "fall", "CONNPT": "fall",
    "CMAXC28": "peak_and_28", "TBLQ": "after_peak", "TDET": "detected", "TDETUL": "detected",
    "PDBASE": "baseline", "PDTBASE": "baseline", "PDNADIR": "nadir", "PDTNADIR": "nadir",
    "PDCHGN": "change", "PDPCHGN": "change", "PDLOG10R": "change",
    "PDPEAK": "highest", "PDTPEAK": "highest", "PDFOLDPK": "rise_over_base",
}  # fmt: skip
_WINDOW: Final = re.compile(r"^AUC0_([\d.]+)D$")
_PER_DOSE: Final = re.compile(r"^AUCDW?([\d.]+)D$")
_AUCINT: Final = ("AUCINT", "CDISC SDTM Controlled Terminology 2025-03-25")

_METHODS: Final = {
    "window": "auc", "to_last": "auc", "to_blq": "auc", "line": "lambda-z", "line_and_area": "lambda-z",
}  # fmt: skip
"""Section of the methods by role; all other roles of the NCA are in ``peak``."""

_LINE: Final = ("nca.min_points", "nca.adj_r2_factor", "nca.r2_min", "nca.span_min", "nca.lambda_z_points")
_SETTINGS: Final = {
    "peak": ("nca.min_tmax_day", "nca.windows.peak_window_days"),
    "window": ("nca.auc_method", "nca.blq_rule", "nca.r2_min", "nca.span_min", "nca.windows"),
    "to_last": ("nca.auc_method", "nca.blq_rule"),
    "to_blq": ("nca.auc_method", "nca.blq_rule"),
    "line": _LINE,
    "line_and_area": ("nca.auc_method", "nca.blq_rule", *_LINE, "nca.max_extrap_pct"),
    "rise": ("nca.growth_min_points",),
    "fall": ("nca.contraction_days", "nca.contraction_min_points"),
    "after_peak": ("nca.tblq_confirm",),
    "detected": ("nca.persistence_limit",),
    "fit": ("models.fit", "models.method", "models.residual", "models.choice", "models.priors"),
    "baseline": ("pharmacodynamics.baseline", "pharmacodynamics.lymphodepletion_start_day"),
    "nadir": ("pharmacodynamics.nadir_until_day",),
    "change": ("pharmacodynamics.baseline", "pharmacodynamics.nadir_until_day"),
    "highest": ("pharmacodynamics.nadir_until_day",),
    "rise_over_base": ("pharmacodynamics.baseline", "pharmacodynamics.nadir_until_day"),
}
"""Settings that a value depends on, by role: paths, or the beginning of several."""


@dataclass(frozen=True)
class Definition:
    """What a parameter is.

    Attributes
    ----------
    key
        Category, method (models only) and code: :func:`key_of`.
    label, name
        As CDISC or the registry has it; as the tables print it (the same where they have no own word).
    formula, source
        In words and symbols; where the definition comes from.
    cdisc
        Code of the CDISC controlled terminology; "sponsor code" where there is none.
    unit
        Unit as printed; empty for a number without one.
    role
        Which samples the value rests on, a key of :data:`ROLES`.
    window
        End of the window of an area, days; None for all others.
    method
        Anchor of its section of the methods.
    settings
        Settings it depends on, with the values of this run.
    """

    key: str
    label: str
    name: str
    formula: str
    source: str
    cdisc: str
    unit: str
    role: str
    window: float | None
    method: str
    settings: tuple[tuple[str, str], ...]


def key_of(category: str, method: object, code: str) -> str:
    """Name of a definition: a model's quantities belong to that model.

    Examples
    --------
    >>> key_of("NCA", "LINEAR UP LOG DOWN METHOD", "AUCLST"), key_of("MODEL", "STEIN MAP M3", "HLBETA")
    ('NCA AUCLST', 'MODEL STEIN MAP M3 HLBETA')
    """
    model = f" {method}" if category == "MODEL" and isinstance(method, str) else ""
    return f"{category}{model} {code}"


def role_of(category: str, code: str) -> str:
    """Which samples a value rests on, a key of :data:`ROLES`.

    Examples
    --------
    >>> role_of("NCA", "AUC0_90D"), role_of("NCA", "LAMZHL"), role_of("MODEL", "DBLTIME"), role_of("NCA", "BMBLRAT")
    ('window', 'line', 'fit', 'profile')
    """
    if category == "MODEL":
        return "fit"
    if _WINDOW.match(code) or _PER_DOSE.match(code):
        return "window"
    return _ROLE_OF.get(code, "profile")


def definitions(adpp: pd.DataFrame, config: TrialConfig, settings: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Definition of every parameter of these rows, in their order.

    Parameters
    ----------
    adpp
        Parameter rows.
    config
        The trial.
    settings
        Every setting of the run with its value, as printed.
    """
    known = tuple(settings)
    sections = {section.key for section in methods(config)}
    rows = adpp.drop_duplicates(["PARCAT1", "PPANMETH", "PARAMCD"]).to_dict("records")
    found: dict[str, Definition] = {}
    for row in rows:
        category, method, code = str(row["PARCAT1"]), row["PPANMETH"], str(row["PARAMCD"])
        key = key_of(category, method, code)
        if key not in found:
            unit = unit_text(row["AVALU"]) if isinstance(row["AVALU"], str) else ""
            one = definition(category, method, code, str(row["PARAM"]), unit, known)
            if one.method not in sections:
                raise ValueError(f"{key}: there is no section {one.method!r} of the methods; there are: {sections}")
            found[key] = one
    return [asdict(one) for one in found.values()]


def definition(
    category: str, method: object, code: str, label: str, unit: str, settings: tuple[tuple[str, str], ...] = ()
) -> Definition:
    """What one parameter is, from the registry that made it.

    Raises
    ------
    ValueError
        No registry has the parameter.
    """
    role = role_of(category, code)
    formula, source, cdisc = _registered(category, method, code)
    window = _WINDOW.match(code) or _PER_DOSE.match(code)
    name = window_label(float(window[1])) if window and _WINDOW.match(code) else LABELS.get(code, label)
    wanted = _SETTINGS.get(role, ())
    return Definition(
        key=key_of(category, method, code),
        label=label,
        name=name if category == "NCA" else label,
        formula=formula,
        source=source,
        cdisc=cdisc,
        unit=unit,
        role=role,
        window=float(window[1]) if window else None,
        method=_section(category, code, role),
        settings=tuple(_of(settings, wanted)),
    )


def _of(settings: tuple[tuple[str, str], ...], wanted: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for path in wanted:
        yield from ((name, value) for name, value in settings if name == path or name.startswith(f"{path}."))


def _section(category: str, code: str, role: str) -> str:
    if category == "MODEL":
        return "models"
    if category == "PD":
        return "pd"
    if _derived(code) is not None:
        return "derived"
    return _METHODS.get(role, "peak")


def _derived(code: str) -> str | None:
    """Name in the registry of parameters that need more than a profile; None = is not there."""
    name = re.sub(r"^(AUCDW?)[\d.]+D$", r"\1<T>D", code)
    return name if name in DERIVED else None


def _registered(category: str, method: object, code: str) -> tuple[str, str, str]:
    """Formula, source and CDISC code from the registry of the parameter."""
    derived = _derived(code)
    if category == "NCA" and code in PARAMETERS:
        entry = PARAMETERS[code]
        return entry.formula, entry.source, entry.cdisc
    if category == "NCA" and _WINDOW.match(code):
        end = _WINDOW.match(code)[1]  # type: ignore[index]
        return f"area from day 0 to day {end} by the decision table of the methods", _AUCINT[1], _AUCINT[0]
    if category == "NCA" and derived is not None:
        own = DERIVED[derived]
        end = _PER_DOSE.match(code)[1] if _PER_DOSE.match(code) else ""  # type: ignore[index]
        return own.formula.replace("<T>", end), own.source, own.cdisc
    if category == "PD" and code in PD_PARAMETERS:
        pd = PD_PARAMETERS[code]
        return pd.definition, f"[{pd.source}]", SPONSOR
    if category == "MODEL":
        return _of_model(str(method), code)
    raise ValueError(f"no registry has the parameter {category} {code}")


_CD7_CURVE: Final = {
    "MNADIR": "lowest point of the fitted CD7+ curve after the infusion",
    "MTNADIR": "day of the lowest point of the fitted CD7+ curve",
}


def _of_model(method: str, code: str) -> tuple[str, str, str]:
    for model in MODELS.values():
        if method.partition(" ")[0].lower() == model.name:
            for entry in model.derived:
                if entry.paramcd == code:
                    return f"{entry.formula}; the curve: {model.equation}", model.source, SPONSOR
    for parameter in DYNAMICS:
        if parameter.paramcd == code:
            return f"parameter {parameter.symbol} of the model of CD7+ cells", "[sponsor definition]", SPONSOR
    if code in _CD7_CURVE:
        return _CD7_CURVE[code], "[sponsor definition]", SPONSOR
    raise ValueError(f"no kinetic model of the method {method!r} gives {code}; models: {', '.join(MODELS)}")
