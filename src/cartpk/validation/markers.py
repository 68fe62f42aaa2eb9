"""Which tests show which requirement: read from the markers of the tests, without importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["MarkerError", "marked"]


class MarkerError(ValueError):
    """A marker whose requirements cannot be read from the source."""


def marked(root: Path) -> dict[str, tuple[str, ...]]:
    """Requirement -> test nodes that carry its marker, in the order of the files and of the tests in them.

    ``@pytest.mark.requirement("URS-101", "URS-102")`` marks a test or a class, ``pytestmark = ...`` a whole file.

    Parameters
    ----------
    root
        The project: its tests lie in ``tests/``.

    Raises
    ------
    MarkerError
        Where a marker holds anything but numbers of requirements in quotation marks, with file and line.
    """
    found: dict[str, list[str]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        source = path.read_bytes()
        if b"mark.requirement" not in source:
            continue
        file = path.relative_to(root).as_posix()
        for name, marker in _markers(ast.parse(source).body):
            node = f"{file}::{name}" if name else file
            for requirement in _requirements(marker, file):
                found.setdefault(requirement, []).append(node)
    return {requirement: tuple(nodes) for requirement, nodes in sorted(found.items())}


def _markers(body: list[ast.stmt], above: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Every marker below these statements, with the test it stands at (empty: the whole file)."""
    for statement in body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
        ):
            yield from ((above, marker) for marker in _calls(statement.value))
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            name = f"{above}::{statement.name}" if above else statement.name
            yield from ((name, marker) for decorator in statement.decorator_list for marker in _calls(decorator))
            if isinstance(statement, ast.ClassDef):
                yield from _markers(statement.body, name)


def _calls(value: ast.expr) -> Iterator[ast.Call]:
    """The markers of requirements in an expression: alone, or in a list of markers."""
    for part in ast.walk(value):
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("mark.requirement"):
            yield part


def _requirements(marker: ast.Call, file: str) -> Iterator[str]:
    """The numbers that a marker holds."""
    for argument in marker.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise MarkerError(
                f"{file}:{argument.lineno}: a marker of requirements holds their numbers in quotation marks, "
                f"not {ast.unparse(argument)}"
            )
        yield argument.value
