"""Whether a run is what its manifest says: every hash computed again, the chain of the rule log, the inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cartpk.provenance.chain import LOG, breaks, head, rule_log
from cartpk.provenance.manifest import is_sealed, read_manifest
from cartpk.provenance.records import describe_file, log_files, result_files, sha256_file

__all__ = ["Difference", "State", "Verified", "verify"]


class State(StrEnum):
    """What is wrong with a file."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"
    BROKEN = "broken"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the manifest says.

    Attributes
    ----------
    state
        What it is.
    file
        Name of the file as the manifest has it.
    detail
        What was found and what was written, as a sentence.
    """

    state: State
    file: str
    detail: str


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what does not hold.

    Attributes
    ----------
    trial, created
        As the manifest says.
    outputs, inputs, entries
        Files and entries of the rule log that were looked at.
    differences
        What does not hold, by file; empty = everything holds.
    """

    trial: str
    created: str
    outputs: int
    inputs: int
    entries: int
    differences: tuple[Difference, ...]


def verify(results: Path, inputs_from: Path | None = Path()) -> Verified:
    """The run in this folder against its manifest.

    Parameters
    ----------
    results
        ``results/<trial>``.
    inputs_from
        Folder that the names of the inputs start from; None = the inputs are not at hand and not looked at.

    Raises
    ------
    FileNotFoundError
        There is no manifest.
    ValueError
        The manifest cannot be read any more.
    """
    text, content = read_manifest(results)
    found: list[Difference] = []
    if not is_sealed(text):
        found.append(Difference(State.CHANGED, "manifest.json", "its text does not have the hash that it says it has"))
    outputs = _records(content, "outputs")
    logs = _records(content, "logs")
    present = {r.path: r.sha256 for r in (*result_files(results), *log_files(results))}
    found += _compared(outputs | logs, present, results)
    entries, broken = _chain(results, content)
    found += broken
    inputs = _inputs(content) if inputs_from is not None else {}
    if inputs_from is not None:
        here = {name: sha256_file(inputs_from / name) for name in inputs if (inputs_from / name).is_file()}
        found += _compared(inputs, here, inputs_from)
    return Verified(
        str(content.get("trial")), str(content.get("created")), len(outputs), len(inputs), entries, tuple(found)
    )


def _records(content: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    listed = content.get(name)
    rows: Iterable[Any] = listed if isinstance(listed, list) else ()
    return {str(r["path"]): r for r in rows if isinstance(r, dict) and "path" in r}


def _inputs(content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Records of the data files and of the config."""
    config = content.get("config")
    own = {str(config["file"]): config} if isinstance(config, dict) and "file" in config else {}
    return {**own, **_records(content, "inputs")}


def _compared(
    written: Mapping[str, Mapping[str, Any]], present: Mapping[str, str], folder: Path
) -> Iterator[Difference]:
    for name in sorted(written.keys() | present.keys()):
        if name not in present:
            yield Difference(State.MISSING, name, "the manifest lists it, and it is not there")
        elif name not in written:
            yield Difference(State.EXTRA, name, "the run did not write it, or an earlier run left it")
        elif written[name].get("sha256") != present[name]:
            yield Difference(State.CHANGED, name, _detail(written[name], folder / name))


def _detail(written: Mapping[str, Any], path: Path) -> str:
    now = describe_file(path, path.name)
    said = [f"SHA-256 {str(written.get('sha256'))[:12]} when it was written, {now.sha256[:12]} now"]
    for key, unit in (("size", "bytes"), ("rows", "rows"), ("columns", "columns")):
        old, new = written.get(key), getattr(now, key)
        if old is not None and old != new:
            said.append(f"{old} {unit} then, {new} now")
    return "; ".join(said)


def _chain(results: Path, content: Mapping[str, Any]) -> tuple[int, list[Difference]]:
    """Entries of the rule log, and where it is not what the tables of the run give."""
    path, written = results / LOG, content.get("rule_log")
    if not path.is_file():
        return 0, []  # a missing file is told with the others
    text = path.read_bytes().decode("utf-8", errors="replace")
    found = [Difference(State.BROKEN, LOG, f"line {broken.line}: {broken.what}") for broken in breaks(text)[:3]]
    if isinstance(written, dict) and head(text) != written:
        found.append(Difference(State.BROKEN, LOG, "its last line is not the one that the manifest names"))
    try:
        again = rule_log(results, str(content.get("trial")))
    except (ValueError, KeyError) as error:
        found.append(Difference(State.BROKEN, LOG, f"the tables it was made from cannot be read any more ({error})"))
    else:
        if again != text and not found:
            found.append(Difference(State.BROKEN, LOG, "the tables of the run give another log"))
    return max(0, head(text)["lines"] - 1), found
