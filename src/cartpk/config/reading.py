"""Reading a trial's YAML: every problem at once, with its line, what was found, what is allowed, how to mend it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from cartpk.config.portfolio import PortfolioConfig
from cartpk.config.trial import TrialConfig

__all__ = ["ConfigError", "Problem", "load", "missing_files", "problems"]

Location = tuple[str | int, ...]
Settings = TypeVar("Settings", bound=BaseModel)

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


def load(path: Path | str) -> TrialConfig:
    """The trial of this YAML file.

    Raises
    ------
    ConfigError
        Lists every problem with its line; also where the file is missing or is not YAML.
    """
    return _loaded(Path(path), TrialConfig)


def _loaded(path: Path, model: type[Settings]) -> Settings:
    config, found = _read(path, model)
    if config is None or found:
        raise ConfigError(found)
    return config


def problems(path: Path | str) -> list[Problem]:
    """Every problem of this YAML file, in the order of its lines; empty = the configuration can be used."""
    return _read(Path(path), TrialConfig)[1]


def _read(path: Path, model: type[Settings]) -> tuple[Settings | None, list[Problem]]:
    file = str(path)
    parsed = _parsed(path, file)
    if isinstance(parsed, Problem):
        return None, [parsed]
    root, values = parsed
    if stranger := _other_kind(root, model, file):
        return None, [stranger]
    found = [*_duplicates(root, file)]
    try:
        return model.model_validate(values), found
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(e) for e in error.errors()]
        inner = {e["loc"][:1] for e in errors if len(e["loc"]) > 1}
        # a list whose items are wrong counts as too short: that echo says nothing new
        errors = [e for e in errors if not (e["type"] == "too_short" and e["loc"] in inner)]
        found += [_problem(e, root, file, model) for e in errors]
    return None, sorted(found, key=lambda p: p.line)


def _parsed(path: Path, file: str) -> tuple[yaml.MappingNode, Any] | Problem:
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


def _other_kind(root: yaml.MappingNode, model: type[BaseModel], file: str) -> Problem | None:
    """What is wrong where a portfolio is given for a trial, or the reverse."""
    lines = {key.value: key.start_mark.line + 1 for key, _ in root.value}
    if model is TrialConfig and "portfolio" in lines and "trial" not in lines:
        said = "this is the configuration of a portfolio, where that of one trial is needed."
        return Problem(file, lines["portfolio"], "portfolio", said, "Name one of its trials.")
    if model is PortfolioConfig and "trial" in lines and "portfolio" not in lines:
        said = "this is the configuration of a trial, where that of a portfolio is needed."
        return Problem(file, lines["trial"], "trial", said, "Name it in portfolio.trials of a portfolio.")
    return None


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


def _duplicates(node: yaml.Node, file: str, at: str = "") -> Iterator[Problem]:
    """Keys that are given twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for i, child in enumerate(node.value):
            yield from _duplicates(child, file, f"{at}[{i}]")
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = f"{at}.{key.value}" if at else str(key.value)
        if key.value in first:
            yield Problem(file, line, name, f"is given twice (first on line {first[key.value]}).", "Keep one of them.")
        first.setdefault(key.value, line)
        yield from _duplicates(value, file, name)


def _line(root: yaml.Node, location: Location) -> int:
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


def _section(location: Location, model: type[BaseModel]) -> type[BaseModel] | None:
    """The section (pydantic model) that holds the setting at this location."""
    for step in location:
        if isinstance(step, int) or step not in model.model_fields:
            continue
        inner = _models_in(model.model_fields[step].annotation)
        if inner is None:
            return None
        model = inner
    return model


def _models_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - annotations are of any type
    """The pydantic model inside ``X | None``, ``tuple[X, ...]`` or ``dict[str, X]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_models_in, get_args(annotation)) if m is not None), None)


def _key(location: Location) -> str:
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


_PLAIN: Final[dict[str, str]] = {
    "float_parsing": "a number",
    "float_type": "a number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text (put it in quotes)",
    "tuple_type": "a list, e.g. [a, b]",
    "dict_type": "a section of key: value lines",
    "model_type": "a section of key: value lines",
    "model_attributes_type": "a section of key: value lines",
}


def _problem(error: dict[str, Any], root: yaml.Node, file: str, model: type[BaseModel]) -> Problem:
    """One pydantic error as a sentence."""
    location: Location = tuple(s for s in error["loc"] if s != "[key]")
    message, suggestion = _sentence(error, location, model)
    return Problem(file, _line(root, location), _key(location), message, suggestion)


_BOUNDS: Final = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def _sentence(error: dict[str, Any], location: Location, model: type[BaseModel]) -> tuple[str, str]:
    """What was found and allowed, and how to mend it."""
    context, value = error.get("ctx") or {}, error.get("input")
    match error["type"]:
        case "missing":
            return "is missing; it has no default.", _help(location, model)
        case "extra_forbidden":
            return "there is no such setting.", _did_you_mean(location, model)
        case "literal_error":
            options = [o.strip("' ") for o in context["expected"].replace(" or ", ", ").split(",")]
            found = "is left open (null)" if value is None else f"found {value!r}"
            return f"{found}; allowed: {', '.join(options)}.", _close(str(value), options)
        case "value_error":
            said = f"{error['msg'].removeprefix('Value error, ')}."
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            limit = next(f"{_BOUNDS[k]} {v:g}" for k, v in context.items() if k in _BOUNDS)
            said = f"found {value!r}; allowed: {limit}."
        case "string_pattern_mismatch":
            said = f"found {value!r}; it must match {context['pattern']}."
        case kind if kind in _PLAIN:
            said = f"found {_short(value)}; allowed: {_PLAIN[kind]}."
        case _:
            said = f"found {_short(value)}: {error['msg']}."
    return said, _help(location, model)


def _short(value: object, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _close(found: str, options: list[str]) -> str:
    match = difflib.get_close_matches(found.lower(), options, n=1, cutoff=0.5)
    return f"Did you mean {match[0]}?" if match else ""


def _did_you_mean(location: Location, model: type[BaseModel]) -> str:
    """The setting of the same section whose name is nearest, or one of that name in another section."""
    wrong, section = str(location[-1]), _section(location[:-1], model)
    if section is None:
        return ""
    names = list(section.model_fields)
    match = difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
    if match:
        return f"Did you mean {match[0]}?"
    elsewhere = [path for path in _all_keys(model) if path.split(".")[-1] == wrong]
    if elsewhere:
        return f"Did you mean {elsewhere[0]}?"
    return f"Settings here: {', '.join(names)}."


def _all_keys(model: type[BaseModel], at: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{at}.{name}" if at else name
        yield path
        inner = _models_in(field.annotation)
        if inner is not None and get_origin(field.annotation) is not Literal:
            yield from _all_keys(inner, path)


def _help(location: Location, model: type[BaseModel]) -> str:
    """The setting's own description."""
    section = _section(location[:-1], model) if location else None
    names: list[Hashable] = [s for s in location if not isinstance(s, int)]
    if section is None or not names or names[-1] not in section.model_fields:
        return ""
    description = section.model_fields[str(names[-1])].description
    return f"({description.removeprefix('[choice] ')})" if description else ""


def missing_files(config: TrialConfig, path: Path | str, root: Path | str = ".") -> list[Problem]:
    """Every input file that the configuration names and that is not there, with the line that names it.

    Parameters
    ----------
    config, path
        The trial and the file that it was read from.
    root
        Folder that the data files are relative to.
    """
    nodes = yaml.compose(Path(path).read_text(encoding="utf-8-sig"), Loader=_Loader) or yaml.MappingNode("", [])
    named: list[tuple[Location, str]] = [(("data", "tables", i), f) for i, f in enumerate(config.data.tables)]
    named += [(("data", "infusions", i), f) for i, f in enumerate(config.data.infusions)]
    if config.data.domains is not None:
        for domain, files in config.data.domains:
            if domain == "treatment":  # names of products, no files
                continue
            named += [(("data", "domains", domain, i), f) for i, f in enumerate(files)]
    for table, entry in config.data.clinical.tables():
        named += [(("data", "clinical", table, "files", i), f) for i, f in enumerate(entry.files)]
    named += [(("data", "corrections"), f) for f in (config.data.corrections,) if f is not None]
    named += [(("nca", "lambda_z_points"), f) for f in config.nca.files()]
    found = []
    for location, name in named:
        file = Path(root) / name
        if not file.is_file():
            near = sorted(p.name for p in file.parent.iterdir()) if file.parent.is_dir() else []
            hint = _close(file.name, near) or (
                f"Files there: {', '.join(near)}." if near else "There is no such folder."
            )
            found.append(Problem(str(path), _line(nodes, location), _key(location), f"there is no file {name}.", hint))
    return found
