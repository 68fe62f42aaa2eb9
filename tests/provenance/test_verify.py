"""`cartpk verify`: one flipped byte in any file of a run is found, and named."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cartpk import provenance as pv
from cartpk.cli.verify import command
from cartpk.provenance import chain as rl
from cartpk.provenance.manifest import is_sealed

FINDINGS = "RULE,SEVERITY,SCOPE,USUBJID,FILE,ROW,FIELD,OLD,NEW,MESSAGE,SUGGESTION\n"
FOUND = (
    "BI-006,info,row,01,data/pc.csv,4.0,PCORRES,NA,,no result,\n"
    "CP-042,info,column,,data/pc.csv,2.0,UNIT,cells/mL,cells/uL,converted,\n"
    "NCA_C0_ASSUMED,info,profile,01,,,,,0,assumed,\n"
    "CP-209,info,row,02,data/pc.csv,9.0,,,,excluded by A. Analyst,\n"
    "BI-040,warning,row,02,data/pc.csv,8.0,VISIT,33.8,,late,\n"
)
FILES = {
    "work/findings.csv": FINDINGS + FOUND,
    "adnca.csv": (
        "USUBJID,AVAL,ANLFL,ANLRS,SRCFILE,SRCROW\n01,1,Y,,data/pc.csv,3.0\n01,,N,no result,data/pc.csv,4.0\n"
        "02,,N,repeat,data/pc.csv,7.0\n02,5,N,decision,data/pc.csv,9.0\n"
    ),
    "adsl.csv": "USUBJID,EXCLRS\n01,\n02,\n03,no infusion\n",
    "report.html": "<!doctype html><p>低于 1.5e8</p>\n",
    "figures/f_1.png": "\x89PNG picture",
    "log/ingest.log": "3 subjects\n",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A finished run with its manifest, below a project with its inputs."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"data/pc.csv": "USUBJID,VALUE\n01,1\n", "trial.yaml": "trial: {id: T}\n"}.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    results = Path("results/T")
    for name, text in FILES.items():
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text(text, encoding="utf-8")
    log = pv.rule_log(results, "T")
    (results / pv.LOG).write_text(log, encoding="utf-8")
    text = pv.manifest(
        trial="T", created="2030-01-01T00:00:00+00:00", command="c",
        config={"file": "trial.yaml", "sha256": pv.sha256_file(Path("trial.yaml")), "settings": {}},
        inputs=(pv.describe_file(Path("data/pc.csv"), "data/pc.csv"),),
        outputs=pv.result_files(results), logs=pv.log_files(results), rule_log=rl.head(log),
    )  # fmt: skip
    (results / "manifest.json").write_text(text, encoding="utf-8")
    return results


def said(run, *more):
    done = CliRunner().invoke(command, [str(run), *more])
    return done.exit_code, done.output


def test_an_untouched_run_holds(run):
    code, text = said(run)
    assert code == 0, text
    assert "everything is as it was written on 2030-01-01T00:00:00+00:00" in text
    assert "6 files, 2 inputs, 7 entries" in text


@pytest.mark.requirement("URS-704")
@pytest.mark.parametrize("name", [*FILES, "rule_log.jsonl", "manifest.json", "../../data/pc.csv", "../../trial.yaml"])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_flipped_bit_in_any_file_is_found_and_the_file_named(run, name, place):
    path = run / name
    raw = bytearray(path.read_bytes())
    at = {"first": 0, "middle": len(raw) // 2, "last": len(raw) - 1}[place]
    raw[at] ^= 1
    path.write_bytes(raw)
    done = CliRunner().invoke(command, [str(run)])
    said = done.output + str(done.exception or "")
    assert done.exit_code == 1
    assert Path(name).name in said


@pytest.mark.requirement("URS-704")
def test_every_single_byte_of_the_manifest_counts(run):
    text = (run / "manifest.json").read_text(encoding="utf-8")
    assert is_sealed(text)
    for at in range(len(text)):
        changed = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
        assert not is_sealed(changed), at
    assert not is_sealed(text + "\n")
    assert not is_sealed(text[:-1])


@pytest.mark.requirement("URS-704")
def test_what_is_missing_and_what_is_extra_is_named(run):
    (run / "figures" / "f_1.png").unlink()
    (run / "figures" / "f_2.png").write_text("of another run", encoding="utf-8")
    code, text = said(run)
    assert code == 1
    assert "missing  figures/f_1.png" in text
    assert "extra    figures/f_2.png" in text


def test_a_longer_table_is_told_with_its_rows(run):
    with (run / "adsl.csv").open("a", encoding="utf-8") as stream:
        stream.write("04,\n")
    _, text = said(run)
    assert "3 rows then, 4 now" in text


def test_a_run_without_its_inputs_can_be_looked_at_alone(run):
    shutil.rmtree("data")
    assert "missing  data/pc.csv" in said(run)[1]
    code, text = said(run, "--without-inputs")
    assert code == 0
    assert "the inputs not looked at" in text


def test_a_folder_without_a_manifest_gets_a_sentence(tmp_path):
    done = CliRunner().invoke(command, [str(tmp_path)])
    assert isinstance(done.exception, FileNotFoundError)
    assert "the run did not finish" in str(done.exception)


@pytest.mark.requirement("URS-705")
def test_the_log_has_one_entry_per_finding_and_per_unused_record(run):
    entries = [json.loads(line) for line in (run / pv.LOG).read_text(encoding="utf-8").splitlines()]
    kinds = [(entry["kind"], entry.get("rule"), entry.get("row")) for entry in entries[1:]]
    assert kinds == [
        ("exclusion", "BI-006", 4),
        ("conversion", "CP-042", 2),
        ("imputation", "NCA_C0_ASSUMED", None),
        ("decision", "CP-209", 9),
        ("note", "BI-040", 8),
        ("exclusion", None, 7),
        ("exclusion", None, None),
    ]
    assert entries[1]["reason"] == "no result"
    assert entries[7]["usubjid"] == "03"
    assert entries[7]["reason"] == "no infusion"


@pytest.mark.requirement("URS-705")
@settings(max_examples=40)
@given(data=st.data())
def test_no_line_of_the_chain_can_be_changed_removed_added_or_moved(data):
    entries = data.draw(st.lists(st.dictionaries(st.sampled_from(["a", "b", "行"]), st.text(max_size=4)), min_size=2))
    text = rl.chained(entries)
    assert rl.breaks(text) == ()
    lines = [line.rstrip("\n") + "\n" for line in text.removesuffix("\n").split("\n")]
    at = data.draw(st.integers(0, len(lines) - 1))
    what = data.draw(st.sampled_from(["remove", "repeat", "move", "change"]))
    if what == "remove":
        del lines[at]
    elif what == "repeat":
        lines.insert(at, lines[at])
    elif what == "move":
        lines.insert((at + 1) % len(lines), lines.pop(at))
    else:
        lines[at] = lines[at].replace("{", "{ ", 1)
    changed = "".join(lines)
    # the end of the chain is held by the manifest
    assert changed == text or rl.breaks(changed) or rl.head(changed) != rl.head(text)


def test_every_rule_of_the_program_that_assumes_or_decides_is_known():
    from cartpk.adpp.decision_rules import DECISION_RULES
    from cartpk.adpp.profile_rules import PROFILE_RULES
    from cartpk.ingest.rules import RULES
    from cartpk.report.exclusions import DECIDED

    known = {*RULES, *PROFILE_RULES, *DECISION_RULES, "NCA_C0_ASSUMED", "NCA_C0_MOVED"}
    assert known >= rl._IMPUTATIONS | rl._DECISIONS
    row = {"SEVERITY": "info", "SCOPE": "row", "NEW": ""}
    decided = {rule for rule in known if rl.kind_of({**row, "RULE": rule}) is rl.Kind.DECISION}
    assert decided == DECIDED
