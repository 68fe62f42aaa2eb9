"""Every setting marked as a choice, with the value that was used, and every fact that the record leaves open."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from cartpk.config import TrialConfig
from cartpk.report.prose import Grid, Section, number, paragraphs

__all__ = ["choices", "printed", "settings"]

_MARK = "[choice]"


def settings(model: BaseModel, at: str = "") -> Iterator[tuple[str, object, str]]:
    """Path, value and description of every setting below this section, in the order of the model.

    Lists of sections are numbered from 1 as a reader counts: ``analytes[1].lloq``.
    """
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        path = f"{at}.{name}" if at else name
        items = value if isinstance(value, tuple) else ()
        if isinstance(value, BaseModel):
            yield from settings(value, path)
        elif items and all(isinstance(item, BaseModel) for item in items):
            for i, item in enumerate(items, start=1):
                yield from settings(item, f"{path}[{i}]")
        else:
            yield path, value, field.description or ""


def printed(value: object) -> str:
    """A setting's value as the YAML would have it.

    Examples
    --------
    >>> printed((28.0, 90.0)), printed({28.0: 2.0}), printed(None), printed(True), printed("zero")
    ('28, 90', '28: 2', 'null', 'true', 'zero')
    >>> printed(("One sentence.", "Another."))
    'One sentence. · Another.'
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (tuple, list)):
        # sentences are set apart by more than a comma
        apart = " · " if any(isinstance(v, str) and v.endswith(".") for v in value) else ", "
        return apart.join(printed(v) for v in value) or "none"
    if isinstance(value, BaseModel):
        parts = ((name, getattr(value, name)) for name in type(value).model_fields)
        return "; ".join(f"{name} {printed(part)}" for name, part in parts)
    if isinstance(value, dict):
        apart = " · " if any(isinstance(v, BaseModel) for v in value.values()) else ", "
        return apart.join(f"{printed(k)}: {printed(v)}" for k, v in value.items()) or "none"
    return str(value)


def choices(config: TrialConfig) -> Section:
    """The settings that are this project's choice, with their values in this run."""
    rows = tuple(
        (path, printed(value), description.removeprefix(_MARK).strip())
        for path, value, description in settings(config)
        if description.startswith(_MARK)
    )
    return Section(
        "choices",
        "Choices without an outside source",
        paragraphs("""
        These settings are choices of the software or of this trial's config, not of a guideline. They are listed with
        the values that were used.
        """),
        grids=(Grid("Choices and the values used", ("Setting", "Value", "Meaning"), rows),),
    )
