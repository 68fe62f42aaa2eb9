"""Drafting, answering the questions, running what comes out."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from cartpk.cli.kinetics import analysed
from cartpk.config import TrialConfig, load, problems
from cartpk.draft import Draft, draft_config
from cartpk.ingest import Intake, read_trial
from cartpk.roster import events

UNCOMMENT = "UNCOMMENT"
"""Answer: take the # out of the line of the answer, and of the list under it."""


def answered(draft: Draft, answers: dict[str, object]) -> str:
    """The config with the lines of these answers filled in; every answer must belong to a question."""
    unasked = answers.keys() - {q.key for q in draft.questions}
    assert not unasked, f"never asked: {unasked}; asked were {[q.key for q in draft.questions]}"
    lines = draft.text.split("\n")
    for question in draft.questions:
        if question.key not in answers:
            continue
        at, answer = question.line - 1, answers[question.key]
        name = question.key.split(".")[-1]
        if answer is UNCOMMENT:
            while re.match(r" *# ", lines[at]) and (name in lines[at] or "- {" in lines[at]):
                lines[at] = lines[at].replace("# ", "", 1)
                at += 1
        else:
            assert re.match(rf" *(# )?{name}: ", lines[at]), f"line {at + 1} is no place for {name}: {lines[at]}"
            indent = re.match(" *", lines[at]).group()
            lines[at] = f"{indent}{name}: {answer}"
    return "\n".join(lines)


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
