"""A figure's drawing in fewer letters: what matplotlib writes for editing is not needed on a page."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

__all__ = ["slim"]

_ABOUT: Final = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_PLACES: Final = re.compile(r'(?<= )(d|x|y|transform)="([^"]*)"')
_LETTER, _BARE = re.compile(" ?([A-Za-z]) ?"), r"\1"
_DECIMALS: Final = re.compile(r"(?<![\d.])-?[1-9]\d*\.\d+")
_ID: Final = re.compile(r' id="([^"]*)"')
_NAMED: Final = re.compile(r'(?<=[("]#)[^")]+')
_STYLE: Final = re.compile(r' style="([^"]*)"')
_BARE_GROUP: Final = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>", re.DOTALL)


def slim(drawing: str) -> str:
    """The same drawing in fewer letters.

    No words about it, no name that nothing asks for, short names for the rest, a style that stands often written once,
    no group that says nothing, places to a tenth of a point, no spare blanks. Without a ``style`` element styles stay
    in place.

    Examples
    --------
    >>> slim('<svg> <!-- a --> <g id="line"> <path d="M 10.1234 0.5 L 2 -3.96 " style="fill: none"/> </g> </svg>')
    '<svg><path d="M10.1 0.5L2 -4" style="fill:none"/></svg>'
    """
    short = re.sub(r">\s+<", "><", _PLACES.sub(_place, _ABOUT.sub("", drawing))).strip()
    lean, left = _styled(_named(short)).replace(" xlink:href=", " href="), 1
    while left:
        lean, left = _BARE_GROUP.subn(r"\1", lean)
    return lean


def _place(found: re.Match[str]) -> str:
    value = _DECIMALS.sub(lambda number: f"{round(float(number[0]), 1):g}", " ".join(found[2].split()))
    return f'{found[1]}="{_LETTER.sub(_BARE, value) if found[1] == "d" else value}"'


def _named(drawing: str) -> str:
    """The drawing with short names, and only those that something asks for."""
    short = {name: f"n{place}" for place, name in enumerate(dict.fromkeys(_NAMED.findall(drawing)))}
    kept = _ID.sub(lambda found: f' id="{short[found[1]]}"' if found[1] in short else "", drawing)
    return _NAMED.sub(lambda found: short[found[0]], kept)


def _styled(drawing: str) -> str:
    """The drawing with its frequent styles as classes."""
    tight = _STYLE.sub(lambda found: f' style="{re.sub("([:;]) ", _BARE, found[1])}"', drawing)
    if "</style>" not in tight:
        return tight
    often = [style for style, times in Counter(_STYLE.findall(tight)).most_common() if times > 2]
    names = {style: f"s{place}" for place, style in enumerate(often)}
    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    classed = _STYLE.sub(lambda f: f' class="{names[f[1]]}"' if f[1] in names else f[0], tight)
    return classed.replace("</style>", f"{rules}</style>", 1)
