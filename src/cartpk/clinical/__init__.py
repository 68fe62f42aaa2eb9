"""Response, survival, safety and exposure-response: tables of a run in, one derived table out.

A derivation is one module with a function ``derive(data, config)``, its entry in :mod:`cartpk.clinical.registry` and
its schema in :mod:`cartpk.schemas.derived`. Nothing is printed here, and nothing is read or written.
"""

from cartpk.clinical.registry import DERIVATIONS, Derivation, derive_all, required_files

__all__ = ["DERIVATIONS", "Derivation", "derive_all", "required_files"]
