"""Kinetic models: every file of this folder that defines ``MODEL`` is one (a new model = one new file)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Final

from cartpk.models.base import Derived, KineticModel
from cartpk.models.parameter import Parameter, Prior, PriorLike, Transform, Unit

__all__ = ["MODELS", "Derived", "KineticModel", "Parameter", "Prior", "PriorLike", "Transform", "Unit", "get_model"]


class _Models(Mapping[str, KineticModel]):
    """Name of a model, which is that of its file -> the model; a file is loaded when it is first asked for."""

    def __init__(self) -> None:
        self._files = frozenset(info.name for info in pkgutil.iter_modules(__path__))

    def __getitem__(self, name: str) -> KineticModel:
        model = getattr(importlib.import_module(f"{__name__}.{name}"), "MODEL", None) if name in self._files else None
        if not isinstance(model, KineticModel):
            raise KeyError(name)
        return model

    def __iter__(self) -> Iterator[str]:
        return (name for name in sorted(self._files) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


MODELS: Final[Mapping[str, KineticModel]] = _Models()
"""Name -> model, sorted by file name."""


def get_model(name: str) -> KineticModel:
    """Return the model of this name; ``-`` and ``_`` are the same.

    Raises
    ------
    ValueError
        When there is no such model; the message lists those there are.

    Examples
    --------
    >>> get_model("stein").symbols
    ('cmax', 'tmax', 'rho', 'alpha', 'fb', 'beta')
    """
    key = name.strip().lower().replace("-", "_")
    if key not in MODELS:
        msg = f"no kinetic model named {name!r}; allowed: {', '.join(MODELS)}"
        raise ValueError(msg)
    return MODELS[key]
