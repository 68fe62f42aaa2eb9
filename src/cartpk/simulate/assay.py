"""What a laboratory makes of a true value: error, four significant digits, a limit of quantification."""

from __future__ import annotations

import numpy as np

from cartpk.core.estimation.profiles import BoolArray, FloatArray

__all__ = ["four_digits", "measured", "printed", "results"]


def four_digits(value: FloatArray) -> FloatArray:
    """Values rounded to 4 significant digits, as a laboratory sends them.

    Examples
    --------
    >>> four_digits(np.array([24318.7, 0.123456, 0.0]))
    array([2.432e+04, 1.235e-01, 0.000e+00])
    """
    value = np.asarray(value, dtype=np.float64)
    return np.array([float(f"{v:.3e}") for v in value.ravel()]).reshape(value.shape)


def printed(value: float) -> str:
    """The number as text, never in exponent form.

    Examples
    --------
    >>> printed(24320.0), printed(0.1235), printed(2.5e7)
    ('24320', '0.1235', '25000000')
    """
    return np.format_float_positional(value, trim="-")


def measured(true: FloatArray, noise: FloatArray, residual_sd: float) -> FloatArray:
    """True values with a log-normal measurement error; ``noise`` holds standard normals of the same shape."""
    value: FloatArray = true * np.exp(residual_sd * noise)
    return value


def results(value: FloatArray, lloq: float, blq: str) -> tuple[FloatArray, BoolArray, list[str]]:
    """Value (nan where BLQ), whether it is BLQ, and the text the laboratory sends, all flat.

    Parameters
    ----------
    value
        Measured values, (n,).
    lloq
        Lower limit of quantification.
    blq
        Text of a result below it; ``{lloq}`` stands for the limit.

    Examples
    --------
    >>> results(np.array([1234.56, 3.0]), 50.0, "<{lloq}")[2]
    ['1235', '<50']
    """
    rounded = four_digits(value)
    below: BoolArray = rounded < lloq
    token = blq.format(lloq=printed(lloq))
    text = [token if low else printed(v) for low, v in zip(below, rounded, strict=True)]
    return np.where(below, np.nan, rounded), below, text
