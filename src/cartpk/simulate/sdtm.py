"""A virtual trial as SDTM-like files: DM, EX, VS, PC and CP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.simulate.assay import printed
from cartpk.simulate.designs import Visit
from cartpk.simulate.schedule import DAY
from cartpk.simulate.trials import FIRST_DAY, VirtualTrial

__all__ = ["cp", "dm", "ex", "pc", "sdtm_files", "vs"]

LABORATORY = "SIMULATED LABORATORY"


def sdtm_files(trial: VirtualTrial) -> dict[str, pd.DataFrame]:
    """File name -> table, all cells text; an empty cell is SDTM's missing."""
    return {"dm.csv": dm(trial), "ex.csv": ex(trial), "vs.csv": vs(trial), "pc.csv": pc(trial), "cp.csv": cp(trial)}


def _stamp(minute: pd.Series, *, date: bool = False) -> pd.Series:
    """ISO 8601 date-time (or date) of minutes from midnight of the trial's first day."""
    moment = np.datetime64(FIRST_DAY, "m") + minute.to_numpy().astype("timedelta64[m]")
    return pd.Series(np.datetime_as_string(moment, unit="D" if date else "m"), index=minute.index)


def _study_day(minute: pd.Series, start: pd.Series) -> pd.Series:
    """SDTM study day: the day of the first infusion is 1, the day before it is -1; there is no day 0."""
    days = minute // DAY - start // DAY
    return days + (days >= 0)


def _number(value: pd.Series) -> list[str]:
    return ["" if np.isnan(v) else printed(v) for v in value]


def _numbered(domain: pd.DataFrame, name: str) -> list[int]:
    return [k + 1 for k in domain.groupby(name, sort=False).cumcount()]


def dm(trial: VirtualTrial) -> pd.DataFrame:
    """DM: one row per subject."""
    s = trial.subjects
    last = trial.kinetics.groupby("USUBJID")["MINUTE"].max().reindex(s["USUBJID"]).to_numpy()
    died = _stamp(s["START"] + (np.ceil(s["LAST"].where(s["DIED"], 0)) * DAY).astype("int64"), date=True)
    return pd.DataFrame(
        {
            "STUDYID": trial.design.trial,
            "DOMAIN": "DM",
            "USUBJID": s["USUBJID"],
            "SUBJID": s["USUBJID"].str[-2:],
            "RFSTDTC": _stamp(s["START"]),
            "RFENDTC": _stamp(s["START"] + last, date=True),
            "RFXSTDTC": _stamp(s["START"]),
            "RFXENDTC": _stamp(s["END"]),
            "DTHDTC": died.where(s["DIED"], ""),
            "DTHFL": np.where(s["DIED"], "Y", ""),
            "SITEID": "SIM",
            "AGE": s["AGE"],
            "AGEU": "YEARS",
            "SEX": s["SEX"],
            "ARMCD": s["ARMCD"],
            "ARM": s["ARM"],
            "ACTARMCD": s["ARMCD"],
            "ACTARM": s["ARM"],
        }
    )


def ex(trial: VirtualTrial) -> pd.DataFrame:
    """EX: one row per infusion; a trial whose record states no dose has EXDOSTXT instead of EXDOSE."""
    s = trial.subjects
    stated = s["DOSE"].notna()
    unit = "cells/kg" if trial.design.per_kg else "cells"
    return pd.DataFrame(
        {
            "STUDYID": trial.design.trial,
            "DOMAIN": "EX",
            "USUBJID": s["USUBJID"],
            "EXSEQ": 1,
            "EXTRT": trial.design.treatment,
            "EXDOSE": _number(s["DOSE"]),
            "EXDOSTXT": np.where(stated, "", "NOT STATED"),
            "EXDOSU": np.where(stated, unit, ""),
            "EXDOSFRM": "INJECTION, SUSPENSION",
            "EXDOSFRQ": "ONCE",
            "EXROUTE": "INTRAVENOUS",
            "VISITNUM": [v.day for v in trial.design.visits].index(0) + 1,
            "VISIT": "DAY 0",
            "VISITDY": 1,
            "EXSTDTC": _stamp(s["START"]),
            "EXENDTC": _stamp(s["END"]),
            "EXSTDY": 1,
            "EXENDY": 1,
        }
    )


def vs(trial: VirtualTrial) -> pd.DataFrame:
    """VS: body weight at screening, a week before the infusion."""
    s = trial.subjects
    weight = _number(s["WEIGHT"])
    return pd.DataFrame(
        {
            "STUDYID": trial.design.trial,
            "DOMAIN": "VS",
            "USUBJID": s["USUBJID"],
            "VSSEQ": 1,
            "VSTESTCD": "WEIGHT",
            "VSTEST": "Weight",
            "VSORRES": weight,
            "VSORRESU": "kg",
            "VSSTRESC": weight,
            "VSSTRESN": weight,
            "VSSTRESU": "kg",
            "VISIT": "DAY -7",
            "VISITDY": -7,
            "VSDTC": _stamp(s["START"] - 7 * DAY, date=True),
            "VSDY": -7,
        }
    )


def _timing(trial: VirtualTrial, samples: pd.DataFrame, prefix: str) -> dict[str, object]:
    """VISITNUM, VISIT, VISITDY, --DTC and --DY of every sample."""
    start = trial.subjects.set_index("USUBJID")["START"].reindex(samples["USUBJID"]).set_axis(samples.index)
    visits = _visits(trial, samples)
    minute = start + samples["MINUTE"]
    return {
        "VISITNUM": samples["VISIT"] + 1,
        "VISIT": [v.label for v in visits],
        "VISITDY": [int(v.day) + (v.day >= 0) for v in visits],
        f"{prefix}DTC": _stamp(minute).where(samples["DONE"], ""),
        f"{prefix}DY": _study_day(minute, start).astype(str).where(samples["DONE"], ""),
    }


def _time_points(trial: VirtualTrial, samples: pd.DataFrame) -> dict[str, object]:
    """PCTPT, PCTPTNUM (hours), PCELTM and PCTPTREF: several samples are planned for the day of the infusion only."""
    visits = [v if 0 <= v.day < 1 else None for v in _visits(trial, samples)]
    return {
        "PCTPT": ["" if v is None else v.timepoint for v in visits],
        "PCTPTNUM": ["" if v is None else str(round(24 * v.day)) for v in visits],
        "PCELTM": ["" if v is None else v.elapsed for v in visits],
        "PCTPTREF": ["" if v is None else "INFUSION" for v in visits],
    }


def _visits(trial: VirtualTrial, samples: pd.DataFrame) -> list[Visit]:
    return [trial.design.visits[k] for k in samples["VISIT"]]


def _result(samples: pd.DataFrame, prefix: str, unit: object) -> dict[str, object]:
    done = samples["DONE"]
    return {
        f"{prefix}ORRES": samples["RESULT"],
        f"{prefix}ORRESU": pd.Series(unit, index=samples.index).where(done, ""),
        f"{prefix}STRESC": samples["RESULT"],
        f"{prefix}STRESN": _number(samples["VALUE"]),
        f"{prefix}STRESU": pd.Series(unit, index=samples.index).where(done, ""),
        f"{prefix}STAT": np.where(done, "", "NOT DONE"),
        f"{prefix}REASND": np.where(done, "", "SAMPLE NOT TAKEN"),
    }


def pc(trial: VirtualTrial) -> pd.DataFrame:
    """PC: one row per planned kinetic sample; a result below the limit is text in PCORRES and empty in PCSTRESN."""
    s, spec = trial.kinetics, trial.design.assay
    return pd.DataFrame(
        {
            "STUDYID": trial.design.trial,
            "DOMAIN": "PC",
            "USUBJID": s["USUBJID"],
            "PCSEQ": _numbered(s, "USUBJID"),
            "PCTESTCD": spec.code,
            "PCTEST": spec.test,
            **_result(s, "PC", spec.unit),
            "PCNAM": LABORATORY,
            "PCSPEC": s["SPECIMEN"],
            "PCMETHOD": spec.method,
            "PCLLOQ": _number(s["LLOQ"]),
            **_timing(trial, s, "PC"),
            **_time_points(trial, s),
        }
    )


def cp(trial: VirtualTrial) -> pd.DataFrame:
    """CP: one row per planned count or percentage; CPTEST and CPSBMRKS together name the cells."""
    s = trial.cells
    panel = {m.name: m for m in trial.design.panel}
    measures = [panel[name] for name in s["NAME"]]
    return pd.DataFrame(
        {
            "STUDYID": trial.design.trial,
            "DOMAIN": "CP",
            "USUBJID": s["USUBJID"],
            "CPSEQ": _numbered(s, "USUBJID"),
            "CPTESTCD": [m.testcd for m in measures],
            "CPTEST": [m.test for m in measures],
            "CPSBMRKS": [m.markers for m in measures],
            **_result(s, "CP", [m.unit for m in measures]),
            "CPSPEC": s["SPECIMEN"],
            "CPMETHOD": "FLOW CYTOMETRY",
            "CPLLOQ": _number(s["LLOQ"]),
            **_timing(trial, s, "CP"),
        }
    )
