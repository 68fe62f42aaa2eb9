"""cartpk.simulate.tidy: one table as an analyst keeps it."""

import pytest

from cartpk.simulate import DESIGNS, simulate_trial
from cartpk.simulate.tidy import tidy_files

TIDY = [name for name, design in DESIGNS.items() if design.layout == "tidy"]


@pytest.mark.parametrize("name", TIDY)
def test_table_holds_kinetics_and_cells(name):
    trial = simulate_trial(DESIGNS[name])
    table = tidy_files(trial)["measurements.csv"]
    assert len(table) == len(trial.kinetics) + len(trial.cells)
    assert table["SUBJECT"].nunique() == trial.design.subjects
    assert (table["RESULT"] == "<50").any()
    assert (table["RESULT"] == "NOT DONE").any()
    not_done = table["RESULT"] == "NOT DONE"
    assert (table["TIME_DAY"] == "").tolist() == not_done.tolist()
    assert (table.loc[~not_done, "TIME_DAY"].astype(float) > -9).all()
    assert ("DOSE_CELLS_PER_KG" in table) == ("WEIGHT_KG" in table) == trial.design.per_kg
    assert not table.duplicated(["SUBJECT", "VISIT", "ANALYTE", "SPECIMEN"]).any()
