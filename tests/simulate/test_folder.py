"""cartpk.simulate.folder: the committed sample data are what their README says."""

from pathlib import Path

import pandas as pd
import pytest

from cartpk.config import load
from cartpk.simulate import DESIGNS, GENERATOR, sample_files, simulate_trial

pytestmark = pytest.mark.requirement("URS-111")

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"


@pytest.fixture(scope="module")
def made():
    return {name: sample_files(simulate_trial(design)) for name, design in DESIGNS.items()}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", DESIGNS)
def test_committed_files_are_made_again_byte_for_byte(made, name):
    folder = SAMPLE / name
    assert sorted(p.name for p in folder.iterdir()) == sorted(made[name])
    for file, text in made[name].items():
        assert (folder / file).read_bytes() == text.encode("utf-8"), f"{file} differs: run `make sample`"


def test_all_sample_data_stay_small():
    assert sum(p.stat().st_size for p in SAMPLE.rglob("*") if p.is_file()) < 1_000_000


@pytest.mark.parametrize("name", DESIGNS)
def test_readme_says_synthetic_seed_and_command(made, name):
    text, seed = made[name]["README.md"], DESIGNS[name].seed
    assert text.startswith("# SYNTHETIC DATA")
    assert f"cartpk simulate {name} --seed {seed} --out data/sample/{name}" in text
    assert GENERATOR in text
    assert "ASSUMED" in text
    for scenario in DESIGNS[name].scenarios.values():
        assert f"| {scenario} |" in text


@pytest.mark.parametrize("name", DESIGNS)
def test_truth_carries_seed_and_generator(name):
    truth = read(SAMPLE / name / "truth.csv")
    assert set(truth["SEED"]) == {str(DESIGNS[name].seed)}
    assert set(truth["GENERATOR"]) == {GENERATOR}
    for column in ("CMAX_TRUE", "TMAX_TRUE", "AUC0_28D_TRUE", "AUC0_90D_TRUE"):
        assert (truth[column].astype(float) >= 0).all()
    assert len(truth) == DESIGNS[name].subjects


@pytest.mark.parametrize("name", DESIGNS)
def test_every_analyte_and_measure_of_the_config_is_delivered(name):
    """And nothing else is: each delivered (test, specimen) belongs to exactly one entry of the config."""
    config = load(ROOT / "config" / "trials" / f"{name}.yaml")
    if config.data.layout == "tidy":
        rows = pd.concat([read(ROOT / f) for f in config.data.tables])
        test, specimen, unit = (rows[c] for c in ("ANALYTE", "SPECIMEN", "UNIT"))
    else:
        pc, cp = (
            pd.concat([read(ROOT / f) for f in part]) for part in (config.data.domains.pc, config.data.domains.cp)
        )
        test = pd.concat([pc["PCTESTCD"], (cp["CPTESTCD"] + " " + cp["CPSBMRKS"]).str.strip()])
        specimen, unit = pd.concat([pc["PCSPEC"], cp["CPSPEC"]]), pd.concat([pc["PCORRESU"], cp["CPORRESU"]])
    delivered = {d for d in zip(test, specimen, unit, strict=True) if d[2]}
    declared = [
        (name, entry.specimen, entry.unit)
        for entry in (*config.analytes, *config.pharmacodynamics.measures)
        for name in (entry.match or (entry.code,))
    ]
    assert len(declared) == len(set(declared))
    assert delivered == set(declared)
