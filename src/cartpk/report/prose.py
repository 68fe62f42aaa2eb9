"""What the text of the page is made of: sections of sentences, numbers as a sentence has them, anchors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Grid", "Section", "anchor", "days", "enumeration", "number", "paragraphs", "plural"]


@dataclass(frozen=True)
class Grid:
    """A small table within the text: its caption, heads and rows of printed cells; ``folded`` until it is opened."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class Section:
    """One section of the methods.

    Attributes
    ----------
    key
        Anchor within the page, a slug.
    title
        Heading.
    paragraphs
        Sentences, as plain text.
    steps
        Rules applied in this order.
    grids
        Tables below the text.
    """

    key: str
    title: str
    paragraphs: tuple[str, ...]
    steps: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()


def paragraphs(text: str) -> tuple[str, ...]:
    r"""The paragraphs of a text: parted by blank lines, each on one line, empty ones left out.

    Examples
    --------
    >>> paragraphs("One sentence\nover two lines.\n\nAnother.")
    ('One sentence over two lines.', 'Another.')
    """
    return tuple(" ".join(block.split()) for block in re.split(r"\n\s*\n", text) if block.strip())


def number(value: float) -> str:
    """A setting as a reader writes it: no spare zeros, powers of ten where they are shorter.

    Examples
    --------
    >>> number(28.0), number(0.9), number(2.5e7), number(1e8), number(90000.0)
    ('28', '0.9', '2.5e7', '1e8', '90000')
    """
    if value and (abs(value) >= 1e6 or abs(value) < 1e-4):
        mantissa, _, exponent = f"{value:e}".partition("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.10g}"


def days(value: float) -> str:
    """A time in days with its unit, singular where it is one.

    Examples
    --------
    >>> days(28.0), days(1), days(0.5)
    ('28 days', '1 day', '0.5 days')
    """
    return f"{number(value)} {'day' if value == 1 else 'days'}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A count with its noun.

    Examples
    --------
    >>> plural(1, "subject"), plural(3, "subject"), plural(0, "analysis", "analyses")
    ('1 subject', '3 subjects', '0 analyses')
    """
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def enumeration(parts: Iterable[str], last: str = "and") -> str:
    """Words of a list as a sentence has them.

    Examples
    --------
    >>> enumeration(["CR", "CRi", "PR"]), enumeration(["CR"]), enumeration([])
    ('CR, CRi and PR', 'CR', '')
    """
    words = list(parts)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def anchor(kind: str, exhibit_id: str) -> str:
    """Anchor of an exhibit within the page: letters, digits and hyphens only.

    Examples
    --------
    >>> anchor("figure", "f_14_2_3")
    'figure-f-14-2-3'
    """
    return f"{kind}-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in exhibit_id)
