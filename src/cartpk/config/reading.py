"""Reading a trial's YAML: every problem at once, with its line, what was found, what is allowed, how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from cartpk.config.portfolio import PortfolioConfig
from cartpk.config.sentences import nearest, problem_of
from cartpk.config.trial import TrialConfig
from cartpk.config.yaml_text import ConfigError, Location, Problem, duplicates, key_of, line_of, nodes, parsed

__all__ = ["load", "loaded", "missing_files", "problems", "read"]

Settings = TypeVar("Settings", bound=BaseModel)


def load(path: Path | str) -> TrialConfig:
    """The trial of this YAML file.

    Raises
    ------
    ConfigError
        Lists every problem with its line; also where the file is missing or is not YAML.
    """
    return loaded(Path(path), TrialConfig)


def loaded(path: Path, model: type[Settings]) -> Settings:
    """The settings of this file as this model has them.

    Raises
    ------
    ConfigError
        As :func:`load`.
    """
    config, found = read(path, model)
    if config is None or found:
        raise ConfigError(found)
    return config


def problems(path: Path | str) -> list[Problem]:
    """Every problem of this YAML file, in the order of its lines; empty = the configuration can be used."""
    return read(Path(path), TrialConfig)[1]


def read(path: Path, model: type[Settings]) -> tuple[Settings | None, list[Problem]]:
    """The settings of this file as this model has them, None where they cannot be used; every problem."""
    file = str(path)
    content = parsed(path, file)
    if isinstance(content, Problem):
        return None, [content]
    root, values = content
    if stranger := _other_kind(root, model, file):
        return None, [stranger]
    found = [*duplicates(root, file)]
    try:
        return model.model_validate(values), found
    except ValidationError as error:
        errors: list[dict[str, Any]] = [dict(e) for e in error.errors()]
        inner = {e["loc"][:1] for e in errors if len(e["loc"]) > 1}
        # a list whose items are wrong counts as too short: that echo says nothing new
        errors = [e for e in errors if not (e["type"] == "too_short" and e["loc"] in inner)]
        found += [problem_of(e, root, file, model) for e in errors]
    return None, sorted(found, key=lambda p: p.line)


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


def missing_files(config: TrialConfig, path: Path | str, root: Path | str = ".") -> list[Problem]:
    """Every input file that the configuration names and that is not there, with the line that names it.

    Parameters
    ----------
    config, path
        The trial and the file that it was read from.
    root
        Folder that the data files are relative to.
    """
    lines = nodes(Path(path))
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
            hint = nearest(file.name, near) or (
                f"Files there: {', '.join(near)}." if near else "There is no such folder."
            )
            found.append(
                Problem(str(path), line_of(lines, location), key_of(location), f"there is no file {name}.", hint)
            )
    return found
