"""Identifiers that look like a person's own: names, national and hospital numbers, telephone numbers, dates of birth.

Nobody can tell from its letters alone whether an identifier is a pseudonym. What looks like a person's own is listed,
masked, and stops the publication (:mod:`cartpk.publication`) until somebody says that it is none.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["looks_like", "masked", "number_within"]

_NOT_A_NAME: Final = frozenset(
    re.findall(
        "[a-z]+",
        "subject subjects patient patients pt participant volunteer donor control case study trial site centre center "
        "cohort group arm dose level healthy normal product cart car blood marrow sample test dummy virtual synthetic "
        "simulated individual person id no number screening part phase stage day week month visit",
    )
)
"""Words that stand in pseudonyms."""
_NOT_A_HAN_NAME: Final = re.compile("患者|受试|病例|对照|健康|编号|样本|志愿|组")

_SHORT_CODE: Final = re.compile(r"[A-Za-z]{0,2}[-_]?[0-9]{1,5}")
"""Most pseudonyms; a digit is in no name, and five digits are a person's own number only behind a longer word."""
_WORD: Final = r"[A-Z](?:[a-z'’]+|[A-Z'’]+)(?:-[A-Z]?[a-z]+)?"
_PATTERNS: Final = (
    ("a national identity number", re.compile(r".*(?<!\d)\d{17}[\dXx](?![\dXx]).*|\d{15}|\d{3}-\d{2}-\d{4}")),
    ("a health service number", re.compile(r"\d{3}[ -]\d{3}[ -]\d{4}")),
    ("a telephone number", re.compile(r"(?:\+?86[ -]?)?1[3-9]\d{9}|\+\d[\d ()-]{7,}")),
    ("an e-mail address", re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")),
    (
        "a hospital number",
        re.compile(r"(?:MRN|UHID|HOSP(?:ITAL)?|(?:住院|病案|病历|门诊|就诊|登记)号?)[\W_]*[A-Z]*\d{5,}", re.IGNORECASE),
    ),
    (
        "a date of birth",
        re.compile(r"(?:19|20)\d{2}([-./年]?)(?:0?[1-9]|1[0-2])(?:\1|月)(?:0?[1-9]|[12]\d|3[01])日?|"
                   r"(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|1[0-2])\2(?:19|20)\d{2}"),
    ),
)  # fmt: skip
_NAMES: Final = (
    re.compile(rf"{_WORD}(?:,? +{_WORD}){{1,3}}"),
    re.compile(r"[A-Z]\. ?[A-Z][a-z]+(?:-[A-Z][a-z]+)?|[A-Z][a-z]+,? [A-Z]\."),
    re.compile(r"[A-Z][a-z]{1,5}[A-Z][a-z]{1,9}"),
)
_WITHIN: Final = (
    ("a national identity number", re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")),
    ("a telephone number", re.compile(r"(?<![\d.A-Za-z])(?:\+?86[ -]?)?1[3-9]\d{9}(?![\d.])")),
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")),
    (
        "a hospital number",
        re.compile(r"(?:\bMRN|\bUHID|(?:住院|病案|病历|门诊|就诊|登记)号?)[\W_]*[A-Z]*\d{5,}", re.IGNORECASE),
    ),
)  # fmt: skip
"""What is looked for within a longer text: only what no term, drug or result looks like. Names are not: in title case
a term is written as a name is."""
_OWN_SCRIPT: Final = re.compile("[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{2,6}[·•][\u4e00-\u9fff]+|[\uac00-\ud7a3]{2,4}")


def looks_like(identifier: str) -> str | None:
    """What of a person's own an identifier looks like, in words; None = it looks like a pseudonym.

    Examples
    --------
    >>> looks_like("110101199003071234"), looks_like("Li Ming"), looks_like("张三"), looks_like("1990-03-07")
    ('a national identity number', "a person's name", "a person's name", 'a date of birth')
    >>> looks_like("S-001"), looks_like("01-701-1015"), looks_like("Patient Two"), looks_like("1001")
    (None, None, None, None)
    """
    if _SHORT_CODE.fullmatch(identifier):
        return None
    for what, pattern in _PATTERNS:
        if pattern.fullmatch(identifier):
            return what
    return "a person's name" if _is_name(identifier) else None


def number_within(text: str) -> tuple[str, str] | None:
    """What of a person's own a text holds, in words, and the very characters; None = nothing of the kind.

    Examples
    --------
    >>> number_within("Rash; call 13800138000"), number_within("住院号:0012345 发热")
    (('a telephone number', '13800138000'), ('a hospital number', '住院号:0012345'))
    >>> number_within("Febrile Neutropenia"), number_within("2024-05-08"), number_within("12345678")
    (None, None, None)
    """
    if text.isalpha():
        return None
    for what, pattern in _WITHIN:
        if found := pattern.search(text):
            return what, found.group()
    return None


def _is_name(identifier: str) -> bool:
    if _OWN_SCRIPT.fullmatch(identifier):
        return not _NOT_A_HAN_NAME.search(identifier)
    if not any(pattern.fullmatch(identifier) for pattern in _NAMES):
        return False
    words = re.findall("[A-Z]+(?![a-z])|[A-Z][a-z]+", identifier)
    return not any(word.casefold() in _NOT_A_NAME for word in words)


def masked(identifier: str) -> str:
    """The identifier, of which only the first character can be read.

    Examples
    --------
    >>> masked("110101199003071234")
    '1*****************'
    """
    return identifier[:1] + "*" * (len(identifier) - 1)
