"""Special functions of scipy, loaded at their first use: that takes a fifth of a second, which most commands spare.

>>> from cartpk.core import special
>>> round(float(special.stdtrit(10.0, 0.975)), 3)
2.228
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.special import (
        betainc,
        chdtrc,
        exp1,
        gammainc,
        gammaln,
        log_ndtr,
        ndtri,
        ndtri_exp,
        stdtrit,
    )

__all__ = ["betainc", "chdtrc", "exp1", "gammainc", "gammaln", "log_ndtr", "ndtri", "ndtri_exp", "stdtrit"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from scipy import special  # noqa: PLC0415 - see above

    globals().update({known: getattr(special, known) for known in __all__})
    return globals()[name]
