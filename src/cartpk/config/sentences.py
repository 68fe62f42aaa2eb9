"""What pydantic finds in a configuration, as sentences: what was found, what is allowed, how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterator
from typing import Any, Final, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel

from cartpk.config.yaml_text import Location, Problem, key_of, line_of

__all__ = ["nearest", "problem_of"]

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
_BOUNDS: Final = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def problem_of(error: dict[str, Any], root: yaml.Node, file: str, model: type[BaseModel]) -> Problem:
    """One pydantic error as a sentence."""
    location: Location = tuple(s for s in error["loc"] if s != "[key]")
    message, suggestion = _sentence(error, location, model)
    return Problem(file, line_of(root, location), key_of(location), message, suggestion)


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
            return f"{found}; allowed: {', '.join(options)}.", nearest(str(value), options)
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


def nearest(found: str, options: list[str]) -> str:
    """The question whether the option that is nearest was meant; empty where none is near."""
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
