"""The benchmark compares like with like, and its second opinion (a plain loop over subjects) agrees with cartpk."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cartpk.adpp import derive_params_nca
from cartpk.adpp.bare import BARE
from cartpk.config import load
from cartpk.ingest import read_trial
from cartpk.simulate import simulate_profiles

pytestmark = pytest.mark.requirement("URS-213", "URS-413")

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"


@pytest.fixture(scope="module")
def adnca() -> pd.DataFrame:
    return simulate_profiles("stein", 150, 7, missed=0.1, dropout=0.3).table


@pytest.fixture(autouse=True)
def _benchmarks_on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def test_the_analysts_loop_gives_every_value_of_cartpk_nca(adnca):
    import nca_engines

    engine = nca_engines.OTHERS["groupby.apply"]
    shuffled = engine.made(adnca).sample(frac=1.0, random_state=1)
    theirs = engine.run(shuffled).set_index(["ID", "PARAMCD"])["AVAL"]
    rows = derive_params_nca(adnca).astype({"USUBJID": "str", "PARAMCD": "str"})
    ours = rows.set_index(["USUBJID", "PARAMCD"])["AVAL"].dropna()
    assert set(rows["PARAMCD"]) == {*BARE, "AUC0_28D", "AUC0_90D"}
    theirs = theirs.dropna()
    missing = ours.index.difference(theirs.index).union(theirs.index.difference(ours.index))
    assert missing.empty
    np.testing.assert_allclose(theirs[ours.index], ours, rtol=1e-9, atol=1e-10)


def test_agreement_counts_and_names_conventions(adnca):
    import nca_agreement
    import nca_engines

    ours = nca_engines.CARTPK.read(nca_engines.CARTPK.run(adnca))
    n = len(ours)
    assert nca_agreement.agreement(adnca, ours, ours) == {code: {"agree": n} for code in nca_engines.COMPARED}
    theirs = ours.copy()
    theirs.iloc[0, theirs.columns.get_loc("CMAX")] *= 1.001
    lost = theirs["LAMZHL"].isna()
    theirs.loc[lost, "LAMZHL"] = 9.0
    found = nca_agreement.agreement(adnca, ours, theirs)
    assert found["CMAX"] == {"agree": n - 1, "otherwise": 1}
    assert found["LAMZHL"]["agree"] == n - lost.sum()
    assert found["LAMZHL"][nca_agreement.RISING] + found["LAMZHL"].get("otherwise", 0) == lost.sum()


def test_pairs_print_what_the_report_reads(adnca, tmp_path):
    import nca_section

    adnca[adnca["USUBJID"].isin(adnca["USUBJID"].unique()[:20])].to_csv(tmp_path / "p.csv", index=False)
    command = [sys.executable, str(BENCHMARKS / "nca_pairs.py"), str(tmp_path / "p.csv"), "groupby.apply"]
    done = subprocess.run([*command, "--seconds", "1"], capture_output=True, text=True, check=True)
    pair = {"engine": "groupby.apply", **json.loads(done.stdout)}
    assert (pair["subjects"], pair["agreement"]["CMAX"]) == (20, {"agree": 20})
    process = dict.fromkeys(
        ("cartpk_s", "pandas_s", "pandas_with_load_s", "ratio", "input_mb", "output_mb", "peak_mb", "pandas_peak_mb"),
        4.0,
    )
    found = {
        "pairs": [pair, {"engine": "pkpdutils", "not_measured": "no Python 3.13 was found"}],
        "r": [{"engine": "PKNCA", "not_measured": "Rscript was not found on the PATH"}],
        "process": {**process, "subjects": 9, "pairs": 5, "baseline_columns": "text", "peak_per_input": 9.0},
        "growth": [{"subjects": 1000, "seconds": 0.01}],
        "exponent": 0.9,
    }
    text = nca_section.section(found)
    assert "| groupby.apply (pandas " in text
    assert "pkpdutils: not measured: no Python 3.13 was found." in text
    assert "ratio 4.00 (at most 3: MISSED)" in text
    assert "9.0 times the input (at most 10: met)" in text


@pytest.mark.parametrize("layout", ["tidy", "sdtm"])
def test_the_trial_of_the_intake_benchmark_is_read_whole(tmp_path, layout):
    import intake

    config = intake.written(tmp_path, layout, 40)
    read = read_trial(load(config), tmp_path)
    assert not read.stops
    assert (len(read.adsl), len(read.adnca)) == (4, 40)
    assert (read.adnca["ANLFL"] == "Y").all()
    ((ours, theirs),) = intake.in_process(config, layout, 1)
    assert ours > 0
    assert theirs > 0


def test_the_intake_section_says_which_bars_are_met():
    import intake

    pair = {"layout": "tidy", "way": "in one process", "pairs": 5, "cartpk_s": 0.2, "bare_s": 0.1}
    rows = [(1_000, 9.0), (100_000, 2.0), (100_000, 4.0)]
    text = intake.section([{**pair, "rows": n, "ratio": ratio} for n, ratio in rows])
    assert "| tidy | 1,000 | in one process | 200 ms | 100 ms | 9.00 |  |" in text
    assert "| 2.00 | less than 3: met |" in text
    assert "| 4.00 | less than 3: MISSED |" in text


def test_the_readme_keeps_the_parts_that_were_not_measured(tmp_path, monkeypatch):
    import run

    readme = tmp_path / "README.md"
    monkeypatch.setattr(run, "README", readme)
    readme.write_text(run.written({"workflow": "one\n", "nca": "two\n"}), encoding="utf-8")
    text = run.written({"nca": "three\n"})
    assert "<!-- part workflow -->\none\n<!-- end -->" in text
    assert "<!-- part nca -->\nthree\n<!-- end -->" in text
    assert "two" not in text


def test_the_plain_process_runs_every_command_of_the_workflow():
    import plain

    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    asked = set(re.findall(r"\{params\.cartpk\} ([a-z]+) ", rules))
    assert asked - {"portfolio"} == {"ingest", *plain.LATER}
