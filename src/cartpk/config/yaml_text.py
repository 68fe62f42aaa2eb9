"""A configuration as a text: its YAML, whose settings know their lines, and what is wrong with it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

__all__ = ["ConfigError", "Location", "Problem", "duplicates", "key_of", "line_of", "nodes", "parsed"]

Location: TypeAlias = tuple[str | int, ...]
"""Names and places on the way to a setting."""

_MOST_LETTERS: Final = 1_000_000
_MOST_NODES: Final = 100_000
"""Limits of a configuration: a few lines of aliases can stand for more settings than a computer holds."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a configuration file.

    Attributes
    ----------
    file, line
        Where (line 1 = first line of the file).
    key
        Path of the setting, e.g. ``nca.windows.days[0]``; empty for the file as a whole.
    message
        What was found and what is allowed, in one sentence.
    suggestion
        How to mend it; may be empty.
    """

    file: str
    line: int
    key: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """One line a person can act on: ``file:line: key: message suggestion``."""
        parts = [f"{self.file}:{self.line}:", f"{self.key}:" if self.key else "", self.message, self.suggestion]
        return " ".join(part for part in parts if part)


class ConfigError(ValueError):
    """A trial's configuration cannot be used; carries every problem found."""

    def __init__(self, found: list[Problem]) -> None:
        self.problems = found
        super().__init__("the configuration cannot be used:\n" + "\n".join(f"  {p}" for p in found))


class _Loader(yaml.SafeLoader):
    """YAML's safe loader without dates: 2026-01-31 stays the text that somebody typed."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def nodes(path: Path) -> yaml.Node:
    """The file's settings, which know their lines; none for an empty file."""
    return yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_Loader) or yaml.MappingNode("", [])


def parsed(path: Path, file: str) -> tuple[yaml.MappingNode, Any] | Problem:
    """The file's nodes, which know their lines, and its values; or what is wrong with the file as a whole."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Problem(file, 1, "", "there is no such file.", _near_file(path))
    except (OSError, UnicodeDecodeError) as error:
        return Problem(file, 1, "", f"the file cannot be read: {error}.", "A configuration is a UTF-8 text file.")
    if len(text) > _MOST_LETTERS:
        said = f"the file has {len(text):,} letters; a configuration has at most {_MOST_LETTERS:,}."
        return Problem(file, 1, "", said, "Data belong into the files under data:.")
    try:
        root = yaml.compose(text, Loader=_Loader)
        if root is not None and _expanded(root) > _MOST_NODES:
            said = f"aliases (*name) make more than {_MOST_NODES:,} settings of it, or contain themselves."
            return Problem(file, 1, "", said, "Write the settings out.")
        values = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, see _Loader
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or "the text is not YAML"
        return Problem(file, line, "", f"{what}.", "Check indentation, colons and quotes near this line.")
    if not isinstance(root, yaml.MappingNode):
        return Problem(file, 1, "", "the file holds no settings.", "See config/README.md for all of them.")
    return root, values


def _expanded(root: yaml.Node) -> float:
    """Number of nodes once every alias is written out; infinite where one contains itself."""
    sizes: dict[int, float] = {}

    def size(node: yaml.Node) -> float:
        if id(node) not in sizes:
            sizes[id(node)] = math.inf  # until it is known: only a node that contains itself sees this
            inner = [n for pair in node.value for n in pair] if isinstance(node, yaml.MappingNode) else node.value
            sizes[id(node)] = 1.0 + (0.0 if isinstance(node, yaml.ScalarNode) else sum(map(size, inner)))
        return sizes[id(node)]

    return size(root)


def _near_file(path: Path) -> str:
    """A hint at files that could have been meant."""
    folder = path.parent if path.parent.is_dir() else Path("config/trials")
    names = sorted(str(p) for p in folder.glob("*.y*ml"))
    close = difflib.get_close_matches(str(path), names, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Files there: {', '.join(names)}." if names else ""


def duplicates(node: yaml.Node, file: str, at: str = "") -> Iterator[Problem]:
    """Keys that are given twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for i, child in enumerate(node.value):
            yield from duplicates(child, file, f"{at}[{i}]")
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = f"{at}.{key.value}" if at else str(key.value)
        if key.value in first:
            yield Problem(file, line, name, f"is given twice (first on line {first[key.value]}).", "Keep one of them.")
        first.setdefault(key.value, line)
        yield from duplicates(value, file, name)


def line_of(root: yaml.Node, location: Location) -> int:
    """Line of the setting, or of the nearest one above it that is in the file."""
    node, line = root, root.start_mark.line + 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            entry = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def key_of(location: Location) -> str:
    """Path of the setting as a person writes it, e.g. ``nca.windows.days[0]``."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text
