"""Drafting, answering the questions, running what comes out."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from drafting import answered

from cartpk.cli.kinetics import analysed
from cartpk.config import TrialConfig, load, problems
from cartpk.draft import Draft, draft_config
from cartpk.ingest import Intake, read_trial
from cartpk.roster import events


@dataclass
class Run:
    """A drafted config with its answers, read and analysed."""

    draft: Draft
    text: str
    config: TrialConfig
    intake: Intake
    cmax: dict[str, float]


def cmax_of(config: TrialConfig, intake: Intake) -> dict[str, float]:
    """Cmax of each subject: primary analyte, its own specimen, first infusion."""
    primary = config.primary_analyte
    samples = intake.adnca[intake.adnca["PCTESTCD"] == primary.code]
    rows = analysed(config, samples, intake.adsl, events(intake.adsl)).adpp
    mine = rows[(rows["PARAMCD"] == "CMAX") & (rows["PPCAT"] == primary.code) & rows["AVAL"].notna()]
    mine = mine.drop_duplicates("USUBJID")
    return dict(zip(mine["USUBJID"].astype(str), mine["AVAL"].astype(float), strict=True))


def run(paths: list[Path], root: Path, folder: Path, answers: dict[str, object], **options: str) -> Run:
    """Draft a config of these files, answer its questions, read and analyse the trial."""
    draft, name, _ = draft_config(paths, root, **options)
    text = answered(draft, answers)
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    assert not problems(file), [str(p) for p in problems(file)]
    config = load(file)
    intake = read_trial(config, root)
    assert not intake.stops, intake.findings.loc[intake.findings["SEVERITY"] == "error", "MESSAGE"].tolist()
    return Run(draft, text, config, intake, cmax_of(config, intake))


@pytest.fixture
def drafted():
    """:func:`run`."""
    return run


@pytest.fixture
def cmax():
    """:func:`cmax_of`."""
    return cmax_of


@pytest.fixture
def newcomer(tmp_path):
    """``newcomer({"lab.csv": text}, answers)``: files in a folder of their own, drafted, answered, run there."""

    def work(files: dict[str, str | bytes], answers: dict[str, object] | None = None, **options: str) -> Run:
        for name, content in files.items():
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            (tmp_path / name).write_bytes(raw)
        return run([tmp_path / name for name in files], tmp_path, tmp_path, answers or {}, **options)

    return work
