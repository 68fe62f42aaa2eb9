"""The sample trial as a run leaves it, without the workflow and without figures, with two subjects made harder."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cartpk.cli import cli
from cartpk.config import TrialConfig, load
from cartpk.files import write_text
from cartpk.provenance import describe_file
from cartpk.report import provenance_of, read_run, render

ROOT = Path(__file__).resolve().parents[2]
TRIAL = "NCT06871644"
AGAIN, AFTER = "SIM644-05", 45
"""The subject that is infused a second time, and the day of it."""
OUTSIDE = "SIM644-18"
"""The subject whose infusion is not on record."""
NEVER = "SIM644-07"
"""The subject in whom nothing was ever quantifiable."""
CONFIG = f"config/trials/{TRIAL}.yaml"


_MADE: dict[str, Path] = {}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the sample trial; made once, whatever tests ask for it."""
    if "sample" not in _MADE:
        _MADE["sample"] = make(tmp_path_factory.mktemp("sample") / "project")
    return _MADE["sample"]


def make(folder: Path) -> Path:
    """Results of the sample trial in a new folder: everything that the page reads, and the page itself."""
    (folder / "config").mkdir(parents=True)
    shutil.copytree(ROOT / "config" / "trials", folder / "config" / "trials")
    shutil.copytree(ROOT / "data" / "sample" / TRIAL, folder / "data" / "sample" / TRIAL)
    _harder(folder / "data" / "sample" / TRIAL / "ex.csv")
    results = folder / "results" / TRIAL
    with contextlib.chdir(folder):
        place = f"results/{TRIAL}"
        _call("ingest", CONFIG, "--out", place, "--findings", f"{place}/work/findings_ingest.csv")
        for command in ("kinetics", "models", "pd", "clinical", "tables"):
            _call(command, CONFIG, "--results", place)
        config = load(CONFIG)
        write_text(results / "report.html", page(config, Path(place)))
    return results


def page(config: TrialConfig, results: Path) -> str:
    """The page of these results without a figure."""
    record = describe_file(Path(CONFIG), CONFIG)
    inputs = tuple(describe_file(Path(name), name) for name in config.files())
    return render(config, read_run(results, []), provenance_of(config, record, inputs, "cartpk report"))


def _call(*arguments: str) -> None:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, (arguments, done.output, done.exception)


def _harder(file: Path) -> None:
    """One subject is infused again; the infusion of another is not on record."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    (first,) = [row for row in rows if row["USUBJID"] == AGAIN]
    later = dt.timedelta(days=AFTER)
    again = {**first, "EXSEQ": "2", "VISIT": "", "VISITNUM": "", "VISITDY": "", "EXSTDY": "", "EXENDY": ""}
    for name in ("EXSTDTC", "EXENDTC"):
        again[name] = (dt.datetime.fromisoformat(first[name]) + later).isoformat(timespec="minutes")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(first), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in [*rows, again] if row["USUBJID"] != OUTSIDE)
    file.write_text(text.getvalue(), encoding="utf-8")
