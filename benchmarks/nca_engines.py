"""The engines that are compared: each takes its table and gives back its table.

An engine has a name, ``made`` (the bare table of profiles in the form it takes; not timed), ``run`` (table in, table
out; timed) and ``read`` (its values under our names; not timed). All are asked for the same analysis: linear up/log
down, BLQ as 0 before the first and after the last quantifiable sample and left out between them, lambda_z by the best
adjusted R2 with a factor of 1e-4 and without Tmax, areas 0-28 d and 0-90 d extended by lambda_z.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import linregress

COMPARED = ("CMAX", "AUCLST", "AUC0_28D", "LAMZHL")
WINDOWS = (28.0, 90.0)


@dataclass(frozen=True)
class Engine:
    """One way from a table of profiles to a table of parameters."""

    name: str
    package: str
    made: Callable[[pd.DataFrame], pd.DataFrame]
    run: Callable[[pd.DataFrame], Any]
    read: Callable[[Any], pd.DataFrame]

    @property
    def version(self) -> str | None:
        """Installed version; None where the package is missing."""
        return metadata.version(self.package) if find_spec(self.package) else None


def _as_is(adnca: pd.DataFrame) -> pd.DataFrame:
    return adnca


def _run_cartpk(adnca: pd.DataFrame) -> Any:
    from cartpk.adpp import derive_params_nca

    return derive_params_nca(adnca)


def _read_cartpk(adpp: pd.DataFrame) -> pd.DataFrame:
    rows = adpp[adpp["PARAMCD"].isin(COMPARED)]
    return _wide(rows.astype({"USUBJID": str, "PARAMCD": str}), "USUBJID")


def _wide(rows: pd.DataFrame, subject: str) -> pd.DataFrame:
    """One row per subject, one column per parameter."""
    return rows.set_index([subject, "PARAMCD"])["AVAL"].unstack()  # noqa: PD010 - keys are unique


def _zeros(adnca: pd.DataFrame) -> pd.DataFrame:
    """The columns general tools know: subject, time, value with BLQ as 0, limit."""
    return pd.DataFrame(
        {
            "ID": adnca["USUBJID"],
            "TIME": adnca["AFRLT"],
            "DV": adnca["AVAL"].where(adnca["BLQFL"] == "N", 0.0),
            "LLOQ": adnca["ALLOQ"],
        }
    )


def _run_pkpdutils(table: pd.DataFrame) -> Any:
    from pkpdutils import Timecourses, nca
    from pkpdutils.nca import AUCMethod, BLQRules, NCAOptions

    options = NCAOptions(
        auc_method=AUCMethod.LINEAR_LOG,
        blq=BLQRules.ich_m13a(),  # 0 before and after, left out between: the same rule
        partial_aucs={f"AUC0_{end:g}D": (0.0, end) for end in WINDOWS},
    )
    batch = Timecourses.from_dataframe(
        table, sample=["ID"], time="TIME", value="DV", lloq="LLOQ", time_unit="day", unit="1/ug"
    )
    return nca(batch, options=options).to_dataframe()


def _read_pkpdutils(result: pd.DataFrame) -> pd.DataFrame:
    names = {"cmax": "CMAX", "auc_last": "AUCLST", "thalf": "LAMZHL", "AUC0_28D": "AUC0_28D"}
    return result.set_index("ID").rename(columns=names)[[*names.values()]]


def _openpkflow_table(adnca: pd.DataFrame) -> pd.DataFrame:
    """As it asks for: BLQ handled by the caller, here left out between quantifiable samples; dose and route given."""
    table = _zeros(adnca).assign(DOSE=1.0, ROUTE="oral")
    seen = table[table["DV"] > 0].groupby("ID")["TIME"].agg(["min", "max"]).reindex(table["ID"]).to_numpy()
    time = table["TIME"].to_numpy()
    return table[(table["DV"] > 0) | ~((time > seen[:, 0]) & (time < seen[:, 1]))]


def _run_openpkflow(table: pd.DataFrame) -> Any:
    from openpkflow.nca import NCAStudy

    study = NCAStudy(
        table,
        auc_method="linear_up_log_down",
        blq_method="zero",
        subject_col="ID",
        time_col="TIME",
        conc_col="DV",
        dose_col="DOSE",
        route_col="ROUTE",
    )
    return study.analyze().to_dataframe()


def _read_openpkflow(result: pd.DataFrame) -> pd.DataFrame:
    names = {"Cmax": "CMAX", "AUClast": "AUCLST", "half_life": "LAMZHL"}
    return result.set_index("subject").rename(columns=names)[[*names.values()]].astype(float)


def _areas(t: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Area and first moment of each segment, linear up/log down."""
    dt, c1, c2 = np.diff(t), c[:-1], c[1:]
    log = (c2 < c1) & (c2 > 0)
    x = np.log(np.where(log, c2, 1.0) / np.where(log, c1, 2.0))
    auc = np.where(log, dt * (c2 - c1) / x, dt * (c1 + c2) / 2)
    aumc = np.where(
        log, dt * (t[1:] * c2 - t[:-1] * c1) / x - dt**2 * (c2 - c1) / x**2, dt * (t[:-1] * c1 + t[1:] * c2) / 2
    )
    return auc, aumc


Line = Callable[[np.ndarray, np.ndarray], tuple[float, float, float, float]]


def _line(t: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """Slope, intercept, R2 and adjusted R2 of a straight line, by scipy.stats.linregress."""
    n, fit = len(t), linregress(t, y)
    r2 = fit.rvalue**2
    return fit.slope, fit.intercept, r2, 1 - (1 - r2) * (n - 1) / (n - 2)


def _line_polyfit(t: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """The same by numpy.polyfit."""
    n = len(t)
    slope, intercept = np.polyfit(t, y, 1)
    r2 = 1 - ((y - intercept - slope * t) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    return slope, intercept, r2, 1 - (1 - r2) * (n - 1) / (n - 2)


def _line_sums(t: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """The same by sums: what is left when every call of a library is taken out."""
    n, dt, dy = len(t), t - t.mean(), y - y.mean()
    slope = (dt @ dy) / (dt @ dt)
    r2 = (dt @ dy) ** 2 / ((dt @ dt) * (dy @ dy))
    return slope, y.mean() - slope * t.mean(), r2, 1 - (1 - r2) * (n - 1) / (n - 2)


def _window(t: np.ndarray, c: np.ndarray, end: float, lz: float) -> float:
    """Area from 0 to ``end``."""
    tlast, clast = t[-1], c[-1]
    if end > tlast:
        return _areas(t, c)[0].sum() + clast * (1 - np.exp(-lz * (end - tlast))) / lz
    k = np.searchsorted(t, end)
    if t[k] != end:
        part, c1, c2 = (end - t[k - 1]) / (t[k] - t[k - 1]), c[k - 1], c[k]
        at_end = c1 * (c2 / c1) ** part if 0 < c2 < c1 else c1 + part * (c2 - c1)
        t, c = np.append(t[:k], end), np.append(c[:k], at_end)
    return _areas(t[: k + 1], c[: k + 1])[0].sum()


def _one_subject(samples: pd.DataFrame, line: Line = _line) -> pd.Series:
    """What an analyst writes for one subject: the parameters of ``cartpk nca``, without reasons and flags."""
    samples = samples.sort_values("TIME")
    t, c = samples["TIME"].to_numpy(), samples["DV"].to_numpy()
    out: dict[str, float] = {"CMAX": c.max()}
    seen = np.flatnonzero(c > 0)
    if len(seen) == 0:
        return pd.Series(out | {"AUCLST": 0.0, "AUCALL": 0.0} | {f"AUC0_{end:g}D": 0.0 for end in WINDOWS})
    first, last, top = seen[0], seen[-1], c.argmax()
    keep = (c > 0) | (np.arange(len(c)) < first) | (np.arange(len(c)) > last)
    inside = keep & (np.arange(len(c)) <= last)
    tk, ck = t[inside], c[inside]
    tlast, clast = t[last], c[last]
    out |= {"TMAX": t[top], "TLST": tlast, "CLST": clast, "TFST": t[first]}
    auc, aumc = (part.sum() for part in _areas(tk, ck))
    triangle = (t[last + 1] - tlast) * clast / 2 if last + 1 < len(t) else 0.0
    out |= {"AUCLST": auc, "AUCALL": auc + triangle, "AUMCLST": aumc, "MRTLST": aumc / auc if auc > 0 else np.nan}
    after = seen[seen > top]
    y = np.log(c[after])
    lines = [(n, *line(t[after[-n:]], y[-n:])) for n in range(3, len(after) + 1)]
    best = max((found[4] for found in lines), default=np.nan)
    good = [found for found in lines if found[1] < 0 and found[4] > best - 1e-4]
    lz = np.nan
    if good:
        n, slope, intercept, r2, r2adj = good[-1]
        lz = -slope
        predicted = np.exp(intercept + slope * tlast)
        aucinf, aumcinf = auc + clast / lz, aumc + clast * tlast / lz + clast / lz**2
        out |= {"LAMZ": lz, "LAMZHL": np.log(2) / lz, "LAMZNPT": n, "LAMZLL": t[after[-n]], "LAMZUL": tlast}
        out |= {"R2": r2, "R2ADJ": r2adj, "AUCIFO": aucinf, "AUCIFP": auc + predicted / lz}
        out |= {"AUCPEO": 100 * (1 - auc / aucinf), "AUMCIFO": aumcinf, "MRTIFO": aumcinf / aucinf}
    return pd.Series(out | {f"AUC0_{end:g}D": _window(tk, ck, end, lz) for end in WINDOWS})


def _run_groupby(table: pd.DataFrame, line: Line = _line) -> Any:
    """Group by subject, apply, and make the long table of parameters."""
    wide = table.groupby("ID", sort=True)[["TIME", "DV"]].apply(_one_subject, line=line)
    long = wide if isinstance(wide, pd.Series) else wide.stack()  # noqa: PD013 - the index is the key
    return long.rename_axis(["ID", "PARAMCD"]).rename("AVAL").reset_index()


def _read_groupby(result: pd.DataFrame) -> pd.DataFrame:
    return _wide(result, "ID")[list(COMPARED)]


CARTPK = Engine("cartpk", "cartpk", _as_is, _run_cartpk, _read_cartpk)

OTHERS: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine("pkpdutils", "pkpdutils", _zeros, _run_pkpdutils, _read_pkpdutils),
        Engine("openpkflow", "openpkflow", _openpkflow_table, _run_openpkflow, _read_openpkflow),
        Engine("groupby.apply", "pandas", _zeros, _run_groupby, _read_groupby),
        Engine("groupby.apply-polyfit", "pandas", _zeros, partial(_run_groupby, line=_line_polyfit), _read_groupby),
        Engine("groupby.apply-sums", "pandas", _zeros, partial(_run_groupby, line=_line_sums), _read_groupby),
    )
}
"""Whom cartpk is compared with, by name."""
