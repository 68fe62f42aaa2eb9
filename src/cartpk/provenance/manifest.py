"""``manifest.json``: what ran, on what, with which settings, and what came out; sealed by its own hash."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from cartpk.provenance.program import lock, package_versions, runtime, source
from cartpk.provenance.records import FileRecord, sha256_text

__all__ = ["SEAL", "is_sealed", "manifest", "read_manifest", "seeds"]

SEAL: Final = "self_sha256"
"""Key of the manifest's hash of itself: of its text with zeros in the place of this hash."""

_OPEN: Final = "0" * 64


def manifest(
    *,
    trial: str,
    created: str,
    command: str,
    config: Mapping[str, Any],
    inputs: Iterable[FileRecord],
    outputs: Iterable[FileRecord],
    logs: Iterable[FileRecord] = (),
    rule_log: Mapping[str, Any] | None = None,
    started_by: str | None = None,
) -> str:
    """The text of ``manifest.json``.

    Parameters
    ----------
    trial
        Registry number.
    created
        Time of writing, ISO 8601 with offset: the only clock of a run.
    command
        Command line that wrote the manifest.
    config
        File name and hash of the trial's config, and every setting as resolved (``settings``).
    inputs, outputs, logs
        Records of files.
    rule_log
        File, number of entries and last hash of the chain.
    started_by
        Command line that started the whole run; None where the manifest was written by hand.
    """
    pinned = lock()
    content = {
        "manifest": 2,
        "trial": trial,
        "created": created,
        "command": command,
        "started_by": started_by,
        "cartpk": asdict(source()),
        **runtime(),
        "packages": package_versions(),
        "lock": None if pinned is None else asdict(pinned),
        "seeds": dict(seeds(config.get("settings", {}))),
        "config": dict(config),
        "rule_log": None if rule_log is None else dict(rule_log),
        "inputs": [asdict(record) for record in inputs],
        "outputs": [asdict(record) for record in outputs],
        "logs": [asdict(record) for record in logs],
        SEAL: _OPEN,
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return _with_seal(text, sha256_text(text))


def seeds(settings: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every seed among the settings, by its place.

    Examples
    --------
    >>> dict(seeds({"models": {"population": {"seed": 7, "model": "stein"}, "seed": None}}))
    {'models.population.seed': 7}
    """
    if isinstance(settings, Mapping):
        for key, value in settings.items():
            here = f"{path}.{key}" if path else str(key)
            if (key == "seed" or str(key).endswith("_seed")) and value is not None:
                yield here, value
            else:
                yield from seeds(value, here)
    elif isinstance(settings, (list, tuple)):
        for i, value in enumerate(settings):
            yield from seeds(value, f"{path}[{i}]")


def _with_seal(text: str, seal: str) -> str:
    """The text with this hash in the last line that holds one."""
    before, key, after = text.rpartition(f'"{SEAL}": "')
    return f"{before}{key}{seal}{after[len(_OPEN) :]}"


def is_sealed(text: str) -> bool:
    """Whether the manifest's text is the one that was written: every byte of it.

    Examples
    --------
    >>> text = manifest(trial="N", created="t", command="c", config={}, inputs=(), outputs=())
    >>> is_sealed(text), is_sealed(text.replace('"N"', '"M"')), is_sealed(text.replace("  ", " ", 1)), is_sealed("{}")
    (True, False, False, False)
    """
    _, key, after = text.rpartition(f'"{SEAL}": "')
    seal = after[: len(_OPEN)]
    return bool(key) and text == _with_seal(text, seal) and sha256_text(_with_seal(text, _OPEN)) == seal


def read_manifest(results: Path) -> tuple[str, dict[str, Any]]:
    """Text and content of a run's manifest.

    Raises
    ------
    FileNotFoundError
        The folder has none.
    ValueError
        It is no JSON any more.
    """
    path = results / "manifest.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: the run did not finish, or this is no folder results/<trial>")
    try:
        text = path.read_bytes().decode("utf-8")
        content = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path} is not the file that was written: it is no JSON any more ({error})") from error
    if not isinstance(content, dict) or "outputs" not in content:
        raise ValueError(f"{path} is not the file that was written: it holds no record of a run")
    return text, content
