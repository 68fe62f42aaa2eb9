"""The facts of ``docs/validation`` as typed values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cartpk.validation.markers import MarkerError, marked

__all__ = ["Area", "Limit", "Oracle", "Pack", "PackError", "Qualification", "Requirement", "Step", "load_pack"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_NAMES: Final = ("requirements", "oracles", "limits", "performance", "release")
"""Files of the pack, without .yaml."""


class PackError(ValueError):
    """Everything in the pack that does not hold, one line each."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Sentence = Annotated[str, Field(min_length=8)]


class Requirement(_Entry):
    """What the software must do (URS), and how it does it (functional specification)."""

    id: str = Field(pattern=r"^URS-[A-Z0-9][A-Za-z0-9-]*$")
    text: _Sentence
    function: _Sentence
    where: tuple[str, ...] = Field(min_length=1)
    source: str = ""
    gap: str = ""
    """What is known to be missing; empty = nothing."""

    @property
    def specification(self) -> str:
        """Number of the function that answers this requirement: FS-101 answers URS-101."""
        return self.id.replace("URS-", "FS-", 1)


class Area(_Entry):
    """Requirements of one subject."""

    title: str
    source: str
    requirements: tuple[Requirement, ...] = Field(min_length=1)


class Oracle(_Entry):
    """An independent source of numbers, what is compared with it, and how near it must come."""

    id: str = Field(pattern=r"^OQ-\d{2}$")
    what: _Sentence
    source: _Sentence
    tolerance: _Sentence
    tests: tuple[str, ...] = Field(min_length=1)


class Limit(_Entry):
    """What the software does not do, and what follows from that."""

    text: _Sentence
    so: _Sentence


class Step(_Entry):
    """One step of a protocol or a checklist."""

    id: str
    do: _Sentence
    expect: str = ""


class Qualification(_Entry):
    """The template of a performance qualification on the user's own data."""

    purpose: _Sentence
    steps: tuple[Step, ...] = Field(min_length=1)


class Pack(_Entry):
    """The whole pack.

    Attributes
    ----------
    areas
        Requirements by subject, in the order of the file.
    tests
        Requirement -> test nodes that carry its marker; a requirement without tests has an empty tuple.
    oracles, limits, performance, release
        Operational qualification, known limits, performance qualification, checklist of a release.
    """

    areas: tuple[Area, ...]
    tests: dict[str, tuple[str, ...]]
    oracles: tuple[Oracle, ...]
    limits: tuple[Limit, ...]
    performance: Qualification
    release: tuple[Step, ...]

    def requirements(self) -> Iterator[Requirement]:
        """All requirements in the order of the pack."""
        for area in self.areas:
            yield from area.requirements

    def nodes(self) -> tuple[str, ...]:
        """Every test node that the pack names, once, sorted."""
        named = (node for nodes in self.tests.values() for node in nodes)
        return tuple(sorted({*named, *(node for oracle in self.oracles for node in oracle.tests)}))


def load_pack(root: Path, further: Sequence[tuple[Area, dict[str, tuple[str, ...]]]] = ()) -> Pack:
    """The pack of this project, checked.

    Parameters
    ----------
    root
        The project: the YAML files lie in ``docs/validation``, the tests that carry markers in ``tests``.
    further
        More areas with their tests: the requirements of trials.

    Raises
    ------
    PackError
        Where a file is missing or is not what it should be, a number is given twice, a marker names no requirement,
        a requirement has neither a test nor a gap, or a module that is named does not exist.
    """
    folder = root / "docs" / "validation"
    content = {name: _read(folder / f"{name}.yaml") for name in _NAMES}
    try:
        tests = marked(root)
    except MarkerError as error:
        raise PackError(str(error)) from None
    for _, nodes in further:
        tests |= nodes
    try:
        pack = Pack(
            areas=(*content["requirements"], *(area for area, _ in further)),
            tests=tests,
            **{name: content[name] for name in ("oracles", "limits", "performance", "release")},
        )
    except ValidationError as error:
        said = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise PackError(f"{folder}: the validation pack does not hold\n" + "\n".join(said)) from None
    if problems := list(_problems(pack)):
        raise PackError(f"{folder}: the validation pack does not hold\n" + "\n".join(problems))
    return pack.model_copy(update={"tests": {r.id: pack.tests.get(r.id, ()) for r in pack.requirements()}})


def _read(path: Path) -> Any:  # noqa: ANN401 - pydantic looks at what is in it
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise PackError(f"{path} is missing: the pack has {', '.join(f'{n}.yaml' for n in _NAMES)}") from None
    except yaml.YAMLError as error:
        raise PackError(f"{path} is not YAML: {error}") from None


def _is_module(name: str) -> bool:
    """Whether the package has this module; nothing is imported for the answer."""
    first, *parts = name.split(".")
    place = _PACKAGE.joinpath(*parts)
    return first == _PACKAGE.name and (place.with_suffix(".py").is_file() or (place / "__init__.py").is_file())


def _problems(pack: Pack) -> Iterator[str]:
    known = [r.id for r in pack.requirements()]
    yield from (f"{name} is given {n} times" for name, n in Counter(known).items() if n > 1)
    for name in sorted(pack.tests.keys() - known):
        yield f"{', '.join(pack.tests[name])}: the marker names {name}, which is no requirement"
    for requirement in pack.requirements():
        if not (pack.tests.get(requirement.id) or requirement.gap):
            yield f"{requirement.id} has neither a test that carries its marker nor a gap that says why"
        for module in requirement.where:
            if not _is_module(module):
                yield f"{requirement.id}: there is no module {module}"
