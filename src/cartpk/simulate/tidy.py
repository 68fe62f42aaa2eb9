"""A virtual trial as one tidy table: kinetics and cell counts under one another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cartpk.simulate.assay import printed
from cartpk.simulate.schedule import DAY
from cartpk.simulate.trials import VirtualTrial

__all__ = ["tidy_files"]

ORDER = ["SUBJECT", "VISIT", "NOMINAL_DAY", "TIME_DAY", "ANALYTE", "SPECIMEN", "METHOD", "RESULT", "UNIT", "LLOQ"]


def tidy_files(trial: VirtualTrial) -> dict[str, pd.DataFrame]:
    """File name -> table; the dose columns are there only where the trial's record states a dose."""
    design, panel = trial.design, {m.name: m for m in trial.design.panel}
    s = pd.concat([trial.kinetics.assign(SOURCE=0), trial.cells.assign(SOURCE=1)], ignore_index=True)
    s = s.sort_values(["SUBJECT", "VISIT", "SOURCE"], kind="stable", ignore_index=True)
    visits = [design.visits[k] for k in s["VISIT"]]
    cells = [panel.get(name) for name in s["NAME"]]
    table = pd.DataFrame(
        {
            "SUBJECT": s["USUBJID"],
            "VISIT": [v.label if v.day <= 0 or v.day >= 1 else f"{v.label} {v.timepoint}" for v in visits],
            "NOMINAL_DAY": [printed(round(v.day, 3)) for v in visits],
            "TIME_DAY": [
                printed(t) if d else "" for t, d in zip(np.round(s["MINUTE"] / DAY, 3), s["DONE"], strict=True)
            ],
            "ANALYTE": s["NAME"],
            "SPECIMEN": s["SPECIMEN"],
            "METHOD": [design.assay.method if m is None else "flow cytometry" for m in cells],
            "RESULT": s["RESULT"].where(s["DONE"], "NOT DONE"),
            "UNIT": [design.assay.unit if m is None else m.unit for m in cells],
            "LLOQ": [printed(x) for x in s["LLOQ"]],
        }
    )[ORDER]
    if design.per_kg:
        subject = trial.subjects.set_index("USUBJID").reindex(table["SUBJECT"])
        table["DOSE_CELLS_PER_KG"] = [printed(x) for x in subject["DOSE"]]
        table["WEIGHT_KG"] = [printed(x) for x in subject["WEIGHT"]]
    person = trial.subjects.set_index("USUBJID").reindex(table["SUBJECT"])
    table["AGE_YEARS"] = [printed(float(x)) for x in person["AGE"]]
    table["SEX"] = person["SEX"].to_numpy()
    table["COMMENT"] = np.where(s["DONE"], "", "sample not taken")
    return {"measurements.csv": table}
