"""A built page as a reader has it: its tables with their printed cells, links, ids and data; numbers out of a text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "img", "br", "link", "input", "hr", "path", "wbr"})
SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(?![\w])")


@dataclass
class Table:
    """A table of the page: heads, and rows of (column, text); a heading between the rows is a row of one cell."""

    heads: list[str] = field(default_factory=list)
    rows: list[list[tuple[int, str]]] = field(default_factory=list)


class Page(HTMLParser):
    """The tables of the exhibits by the id of their article, all ids, all links within the page, the data block."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: dict[str, Table] = {}
        self.ids: list[str] = []
        self.links: list[str] = []
        self.files: list[str] = []
        self.elements: dict[str, str] = {}
        self._article: str | None = None
        self._cell: list[str] | None = None
        self._head = self._heading = False
        self._kept: str | None = None
        self._open: list[int] = []
        self.feed(text)
        self.data: dict[str, Any] = json.loads(self.elements["data"])
        self.behind: dict[str, Any] = json.loads(self.elements["behind"])

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            href = attributes.get("href", "")
            (self.links if href.startswith("#") else self.files).append(href)
        if tag in {"script", "template"} and attributes.get("id") in {"data", "behind"}:
            self._kept = attributes["id"]
            self.elements[self._kept] = ""
        if tag == "article":
            self._article = attributes["id"]
        if self._article is None:
            return
        if tag == "table":
            self.tables[self._article] = Table()
            self._open = []
        elif tag == "thead":
            self._head = True
        elif tag == "tr" and not self._head:
            self._heading = "heading" in (attributes.get("class") or "").split()
            self.tables[self._article].rows.append([])
            self._open = [left - 1 for left in self._open if left > 1]
        elif tag in {"th", "td"}:
            self._cell = []
            self._span = int(attributes.get("rowspan") or 1)

    def handle_endtag(self, tag):
        if tag in {"script", "template"}:
            self._kept = None
        if self._article is None:
            return
        table = self.tables.get(self._article)
        if tag == "article":
            self._article = None
        elif tag == "thead":
            self._head = False
        elif tag in {"th", "td"} and self._cell is not None and table is not None:
            text = " ".join("".join(self._cell).split())
            if self._head:
                table.heads.append(text)
            else:
                row = table.rows[-1]
                place = -1 if self._heading else len(row) + len(self._open)
                row.append((place, text))
                if self._span > 1:
                    self._spans = self._span
            self._cell = None
        elif tag == "tr" and not self._head and getattr(self, "_spans", 0):
            self._open.append(self._spans)
            self._spans = 0

    def handle_data(self, data):
        if self._kept is not None:
            self.elements[self._kept] += data
        if self._cell is not None:
            self._cell.append(data if data.strip() else " ")


def numbers(text: str) -> list[tuple[Decimal, Decimal]]:
    """Numbers printed in a text, each with half a unit of its last printed digit.

    >>> numbers("9.83 [0.01; 1,270,000] and 2.35 × 10⁹")[1:]
    [(Decimal('0.01'), Decimal('0.005')), (Decimal('1270000'), Decimal('0.5')), (Decimal('2.35E+9'), Decimal('5E+6'))]
    """
    found = []
    for match in NUMBER.finditer(text):
        mantissa, _, power = match[0].partition(" × 10")
        value = Decimal(mantissa.replace(",", ""))
        shift = int(power.translate(SUPERSCRIPT)) if power else 0
        half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1 + shift)
        found.append((value.scaleb(shift) if shift else value, half))
    return found


def equal(printed: tuple[Decimal, Decimal], held: str, digits: int = 3) -> bool:
    """Whether a printed number is the held one to the printed digits.

    An amount of more than ``digits`` digits before its point is rounded to that many significant ones: 32,700.

    >>> equal((Decimal("9.83"), Decimal("0.005")), "9.8342"), equal((Decimal("9.83"), Decimal("0.005")), "9.86")
    (True, False)
    >>> equal((Decimal("32700"), Decimal("0.5")), "32654.2"), equal((Decimal("32600"), Decimal("0.5")), "32654.2")
    (True, False)
    """
    value, half = printed
    exact = Decimal(held)
    if value and value == value.to_integral_value():
        zeros = len(str(int(abs(value)))) - len(str(int(abs(value))).rstrip("0"))
        allowed = max(half, Decimal(5).scaleb(min(zeros, max(value.adjusted() - digits + 1, 0)) - 1))
    else:
        allowed = half
    return abs(value - exact) <= allowed * Decimal("1.000000001")
