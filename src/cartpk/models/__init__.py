"""Kinetic models: every file of this folder that defines ``MODEL`` is one (a new model = one new file)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cartpk.models.base import Derived, KineticModel, Parameter, Prior, PriorLike, Transform, Unit

__all__ = ["MODELS", "Derived", "KineticModel", "Parameter", "Prior", "PriorLike", "Transform", "Unit", "get_model"]


def _discover() -> Mapping[str, KineticModel]:
    found: dict[str, KineticModel] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda entry: entry.name):
        model = getattr(importlib.import_module(f"{__name__}.{info.name}"), "MODEL", None)
        if isinstance(model, KineticModel):
            found[model.name] = model
    return MappingProxyType(found)


MODELS: Final[Mapping[str, KineticModel]] = _discover()
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
