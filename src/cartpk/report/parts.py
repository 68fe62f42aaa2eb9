"""Further parts of the page: each brings its template, style, script and data; the frame knows none of them.

A part is one :class:`PagePart` in a module of its own folder and one line in ``PARTS``. Its files stand beside its
module::

    report/<part>/__init__.py   PART = PagePart("<part>", Path(__file__).parent, ...)
    report/<part>/*.html.j2     what the frame includes in one of its slots
    report/<part>/*.css, *.js   joined to those of the frame, in the order named

Its script runs within the page's one script after the frame's own; it finds the data at ``cartpk.data[key]``, the
run's tables at ``cartpk.table(name)``, the frame's events at ``cartpk.on`` (``scripts/core.js`` says which).
"""

from __future__ import annotations

from typing import Final

from cartpk.report import subjects, why
from cartpk.report.page_part import PagePart

__all__ = ["PARTS", "PagePart"]

PARTS: Final[tuple[PagePart, ...]] = (subjects.PART, why.PART)
"""Every further part, in the order of the page."""
