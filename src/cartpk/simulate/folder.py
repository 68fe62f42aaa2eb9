"""The files of a sample trial as text: data, truth and the README that says what they are."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cartpk.simulate.clinical_files import FILES, clinical_files, death_dates
from cartpk.simulate.population import CD7, CD7_CAR_NK, MARROW, POPULATIONS, TISSUE, Population
from cartpk.simulate.scenarios import MEANING, Scenario
from cartpk.simulate.sdtm import sdtm_files
from cartpk.simulate.tidy import tidy_files
from cartpk.simulate.trials import FIRST_DAY, GENERATOR, VirtualTrial

__all__ = ["csv_text", "sample_files"]

_CONTENT: Final = {
    "dm.csv": "SDTM DM: subjects",
    "ex.csv": "SDTM EX: infusions",
    "vs.csv": "SDTM VS: body weight",
    "pc.csv": "SDTM PC: CAR transgene by visit",
    "cp.csv": "SDTM CP: cell counts and percentages by visit",
    "measurements.csv": "one tidy table: CAR transgene and cells by visit",
    **{name: f"SDTM {name[:2].upper()}: {what}" for name, what in FILES.values()},
    **{f"{table}.csv": what for table, (_, what) in FILES.items()},
    "truth_clinical.csv": "true clinical course, latent severities, declared coefficients of exposure",
    "truth.csv": "true parameters, noise-free Cmax, Tmax and AUC, scenario, seed",
}


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV text with LF line ends; an empty cell is empty."""
    text: str = table.to_csv(index=False, lineterminator="\n")
    return text


def sample_files(trial: VirtualTrial) -> dict[str, str]:
    """File name -> text of everything in the trial's folder; the same seed gives the same bytes."""
    tables = sdtm_files(trial) if trial.design.layout == "sdtm" else tidy_files(trial)
    if "dm.csv" in tables:
        died = death_dates(trial)
        tables["dm.csv"] = tables["dm.csv"].assign(DTHDTC=died, DTHFL=died.map(lambda date: "Y" if date else ""))
    tables = {**tables, **clinical_files(trial), "truth.csv": trial.truth}
    texts = {name: csv_text(table) for name, table in tables.items()}
    return {**texts, "README.md": _readme(trial, tables)}


def _readme(trial: VirtualTrial, tables: dict[str, pd.DataFrame]) -> str:
    design = trial.design
    files = "\n".join(f"| `{name}` | {_CONTENT[name]} | {len(table)} |" for name, table in tables.items())
    return f"""# SYNTHETIC DATA: {design.trial}

Simulated by `{GENERATOR}`. No person, no laboratory and no date in this folder is real, and nothing here says
how the product behaves. Day 0 of the first subject is {FIRST_DAY} (fictional).

Made with seed {trial.seed}, byte for byte again with

```
cartpk simulate {design.trial} --seed {trial.seed} --out data/sample/{design.trial}
```

| file | what | rows |
|---|---|---|
{files}

{_subjects(trial)}

Planned numbers and dose levels follow the registry record; schedule, visit windows, limits of quantification,
drop-outs, dates, ages and weights are made up.

## Scenarios

{_scenarios(trial)}

## Where the numbers come from

{_sources(trial)}

In `truth.csv` times are days, rates 1/day, areas day*{design.assay.unit}, concentrations {design.assay.unit},
cells cells/uL. CMAX_TRUE, TMAX_TRUE and AUC0_*D_TRUE are those of the curve without measurement error.
"""


def _subjects(trial: VirtualTrial) -> str:
    arms = ", ".join(f"{arm.n} x {arm.label}" for arm in trial.design.arms)
    dose = "" if any(arm.dose for arm in trial.design.arms) else " The record states no dose, so none is simulated."
    note = f" {trial.design.note}" if trial.design.note else ""
    return f"{trial.design.subjects} subjects: {arms}.{note}{dose}"


def _scenarios(trial: VirtualTrial) -> str:
    s = trial.subjects
    rows = [
        f"| {scenario} | {', '.join(s.loc[s['SCENARIO'] == scenario, 'USUBJID'])} | {MEANING[Scenario(scenario)]} |"
        for scenario in s["SCENARIO"].unique()
        if scenario != Scenario.TYPICAL
    ]
    return "\n".join(["| scenario | subject | meaning |", "|---|---|---|", *rows])


def _sources(trial: VirtualTrial) -> str:
    design = trial.design
    used: list[Population] = [POPULATIONS[design.model]["moderate"]]
    used.append(CD7_CAR_NK if design.model == "car_nk" else CD7)
    if any(v.marrow for v in design.visits):
        used.append(MARROW)
    if any(v.tissue for v in design.visits):
        used.append(TISSUE)
    course = "ASSUMED: its dependence on exposure is declared in truth_clinical.csv (per SD of ln Cmax)"
    return "\n".join([*(f"- {p.name}: {p.source}." for p in used), f"- clinical course: {course}."])
