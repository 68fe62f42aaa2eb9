"""One spoiled trial, read and analysed in this process: how it ends, and what must hold however it ends."""

from __future__ import annotations

import contextlib
import html
import importlib
import io
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd
from trials import Trial

from cartpk.cli.kinetics import analysed
from cartpk.config import TrialConfig, load, missing_files, problems
from cartpk.files import write_table
from cartpk.fits import derive_params_model
from cartpk.ingest import Intake, read_trial
from cartpk.ingest.text import identifier
from cartpk.pharmacodynamics import derive_pd
from cartpk.provenance import describe_file
from cartpk.report import provenance_of, read_run, render
from cartpk.roster import events, with_all_subjects
from cartpk.schemas import ADNCA, ADPD, ADSL, FINDINGS, checked, read_table
from cartpk.tables import csv_text, json_text, make_tables
from cartpk.tables.table import NoTable
from cartpk.trial_data import TrialData

SECONDS = 10
"""No input may take longer, in seconds of the processor: a machine that is busy elsewhere makes no hang."""


class ViolationError(AssertionError):
    """Something that must never happen did."""


class _Hang(BaseException):
    """The time is over."""


@contextlib.contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what takes the processor for longer than this."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise _Hang

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except _Hang:
        raise ViolationError(f"still running after {seconds} s of the processor") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def judged(trial: Trial, folder: Path, depth: str) -> str:
    """How this trial ends: config refused, file missing, stopped, listed (with findings), clean; with its depth.

    Parameters
    ----------
    trial
        The spoiled trial.
    folder
        Where its files are written; what lay there is removed.
    depth
        How far an accepted trial goes: ``intake``, ``analysis``, ``tables``, ``models`` or ``report``: every command
        of the workflow but the figures, through their files, to the page.

    Raises
    ------
    ViolationError
        A subject or record vanished, a refusal without a reason, or more than 10 seconds of the processor.
    """
    for old in folder.iterdir():
        old.unlink()
    for name, content in trial.files().items():
        (folder / name).write_bytes(content)
    path = folder / "trial.yaml"
    path.write_bytes(trial.config_text().encode("utf-8", "replace"))
    with limited():
        return _judged(trial, folder, path, depth)


def _judged(trial: Trial, folder: Path, path: Path, depth: str) -> str:
    found = problems(path)
    lines = path.read_bytes().count(b"\n") + 1
    if found:
        _hold(all(1 <= p.line <= lines + 1 and p.message and str(p) for p in found), "a problem without its line")
        return "config refused"
    config = load(path)
    if missing_files(config, path, folder):
        return "file missing"
    intake = read_trial(config, folder)
    if intake.stops:
        stopping = intake.findings[intake.findings["SEVERITY"] == "error"]
        _hold(len(stopping) > 0, "a trial that stops without an error")
        return "stopped"
    _check_intake(intake)
    _check_nothing_vanished(trial, config, intake)
    if depth == "report":
        _publish(config, intake, folder)
    elif depth != "intake":
        _analyse(config, intake, folder, depth)
    return "listed" if len(intake.findings) else "clean"


def _hold(condition: bool, said: str) -> None:
    if not condition:
        raise ViolationError(said)


def _check_intake(intake: Intake) -> None:
    """What the tables promise, whatever came in."""
    rows = pd.concat([intake.adnca, intake.adpd])
    used = rows["ANLFL"] == "Y"
    _hold(rows.loc[~used, "ANLRS"].notna().all(), "a record is not used and does not say why")
    _hold(rows.loc[used, "ANLRS"].isna().all(), "a record is used and has a reason against it")
    finite = np.isfinite(rows.loc[used, "AFRLT"].to_numpy(dtype=float))
    _hold(bool(finite.all()), "a record without a time is used")
    blq = rows["BLQFL"] == "Y"
    _hold((rows.loc[used & ~blq, "AVAL"] >= 0).all(), "a quantifiable record without its number")
    _hold((rows.loc[used & blq, "ALLOQ"] > 0).all(), "a BLQ record without its limit")
    _hold(set(rows["USUBJID"]) <= set(intake.adsl["USUBJID"]), "a record of a subject that is not listed")
    _hold(bool(intake.findings["MESSAGE"].str.len().gt(0).all()), "a finding without a message")


def _check_nothing_vanished(trial: Trial, config: TrialConfig, intake: Intake) -> None:
    """Subjects in = subjects out or listed; records in = records out or listed."""
    if not trial.rows_are_known or config.data.skip_rows or config.data.encoding is not None:
        return
    tidy = config.data.layout == "tidy"
    column = config.data.columns.subject if tidy else "USUBJID"
    findings = intake.findings
    listed = {identifier(str(text)) for name in ("USUBJID", "OLD") for text in findings[name].dropna()}
    known = set(intake.adsl["USUBJID"]) | listed
    rows = pd.concat([intake.adnca, intake.adpd])
    out = set(zip(rows["SRCFILE"], rows["SRCROW"].astype(int), strict=True))
    out |= {(f, int(n)) for f, n in zip(findings["FILE"], findings["ROW"].fillna(0), strict=True)}
    # findings that stand for many rows name their number
    many = findings[findings["RULE"].isin(["CP-020", "CP-004"])]["MESSAGE"]
    spare = sum(int(n) for text in many for n in re.findall(r"(\d+) rows?", text))
    missing = 0
    domains = config.data.domains
    samples = config.data.tables if tidy or domains is None else (*domains.pc, *domains.cp, *domains.lb)
    for file in config.data.files():
        line = 2
        for row in trial.rows.get(file, []) if file != config.data.corrections else []:
            subject = identifier(row.get(column) or "")
            empty = not "".join(row.values()).strip()
            _hold(subject in known or not subject or empty, f"the subject {subject!r} vanished")
            missing += file in samples and (file, line) not in out and not empty
            line += 1 + sum(len(re.findall("\r\n|\r|\n", text)) for text in row.values())
    _hold(missing <= spare, f"{missing} records vanished, {spare} are listed in sum")


def _analyse(config: TrialConfig, intake: Intake, folder: Path, depth: str) -> None:
    """The steps of the workflow, through their files."""
    read = {}
    for name, schema in (("adsl", ADSL), ("adnca", ADNCA), ("adpd", ADPD), ("findings", FINDINGS)):
        write_table(folder / f"{name}.csv", getattr(intake, name))
        read[name] = read_table(folder / f"{name}.csv", schema)
        _hold(len(read[name]) == len(getattr(intake, name)), f"{name}.csv has lost rows")
    adsl, adnca = read["adsl"], read["adnca"]
    ends = events(adsl)
    done = analysed(config, adnca, adsl, ends)
    adpp = with_all_subjects(done.adpp, adsl["USUBJID"], config.primary_analyte.code)
    if len(adpp):
        _hold(set(adsl["USUBJID"]) <= set(adpp["USUBJID"]), "a subject has no parameter row")
    none = adpp["AVAL"].isna() & adpp["PPREASND"].isna()
    _hold(not none.any(), f"no value and no reason: {sorted(adpp.loc[none, 'PARAMCD'].unique())[:5]}")
    _hold(bool(np.isfinite(adpp["AVAL"].dropna().to_numpy(dtype=float)).all()), "a parameter that is infinite")
    counts = derive_pd(read["adpd"], adsl, config.pharmacodynamics)
    if depth == "models":
        derive_params_model(adnca, "stein", "ls", subjects=adsl["USUBJID"], events=ends)
    if depth == "tables":
        findings = pd.concat([read["findings"], checked(done.findings, FINDINGS)])
        every = pd.concat([part for part in (adpp, counts.adpp_rows) if len(part)] or [adpp], ignore_index=True)
        empty = pd.DataFrame({"USUBJID": pd.Series(dtype="str")})
        data = TrialData(adsl, adnca, read["adpd"], every, empty, done.lambda_z, empty, counts.change, findings)
        made = make_tables(data, config)
        json_text(made)
        for table in made:
            if not isinstance(table.body, NoTable):
                csv_text(table.body)


def _publish(config: TrialConfig, intake: Intake, folder: Path) -> None:
    """The commands of the workflow, one after another, in the folder of the trial; then the page, without figures."""
    results = Path("results")
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        try:
            _call("ingest", "--out", str(results), "--findings", str(results / "work" / "findings_ingest.csv"))
            for name in ("kinetics", "models", "pd", "clinical", "tables"):
                _call(name, "--results", str(results))
            record = describe_file(Path("trial.yaml"), "trial.yaml")
            files = tuple(describe_file(Path(name), name) for name in config.files())
            page = render(
                config, read_run(results, []), provenance_of(config, record, files, "cartpk report trial.yaml")
            )
        finally:
            shutil.rmtree(results, ignore_errors=True)
    _hold("<script>alert(" not in page, "text of the data is part of the page's code")
    for subject in intake.adsl["USUBJID"]:
        _hold(html.escape(subject) in page or subject in page, f"the page does not name the subject {subject!r}")


def _call(name: str, *arguments: str) -> None:
    command = importlib.import_module(f"cartpk.cli.{name}").command
    command.main(["trial.yaml", *arguments], standalone_mode=False)
