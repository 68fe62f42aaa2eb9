"""What a newcomer's tables are taken for: everything that the config will say, and what only a person can know."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from cartpk.config.data import Columns, Data, Intake, Wide
from cartpk.draft.assays import Assay, assays_of, base_unit
from cartpk.draft.columns import Guess, guess_columns
from cartpk.draft.facts import Facts, date_form, facts_of, kind_of
from cartpk.draft.numbers import Style, Words, style_of, words_of
from cartpk.draft.results import Limit, Remark, conflicts, limit_of, remarks_of, tests_of, unit_said
from cartpk.draft.roles import header_of
from cartpk.draft.shapes import by_subject, wide_of
from cartpk.draft.sheets import Sheet
from cartpk.draft.times import Clock, clock_of
from cartpk.ingest.spellings import canonical_specimen
from cartpk.ingest.text import plain
from cartpk.ingest.wide import LINE, long_form

__all__ = ["Understanding", "intake_of", "product_cell", "stated_synthetic", "understand"]

_MADE: Final = {"value": "RESULT", "time": "TIME", "subject": "SUBJECT", "analyte": "TEST"}
_NK: Final = re.compile(r"(?<![a-z])CAR[-_ ]?NK", re.IGNORECASE)
_T: Final = re.compile(r"(?<![a-z])CAR[-_]?T(?![a-z])|(?<![a-z])CAR T[- ]?cell|CARTDNA", re.IGNORECASE)
_SYNTHETIC: Final = re.compile(r"simulat|synthetic|dummy|imaginary|模拟", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Understanding:
    """A tidy trial as it was understood.

    Attributes
    ----------
    guesses
        Column of each role, by role.
    wide
        As in ``data.wide``.
    columns
        As in ``data.columns``: role -> name, made-up ones of a wide table included.
    style, words, clock
        Numbers, words among the results, time axis.
    assays, limits, units_why
        Tests of the data; limit and origin of the unit of each, by code.
    spellings
        Unit as delivered -> the unit that it begins with (``intake.units``).
    conflicts
        Number of times with different results, and an example.
    remarks
        Remarks that may mean: no measurement.
    dates
        Column of dates -> how they are written.
    subjects, rows
        How many.
    cautions
        What a person must know beside the questions.
    """

    guesses: dict[str, Guess]
    wide: Wide | None
    columns: dict[str, str]
    style: Style
    words: Words
    clock: Clock
    assays: list[Assay]
    limits: dict[str, Limit]
    units_why: dict[str, str]
    spellings: dict[str, str]
    conflicts: tuple[int, str]
    remarks: list[Remark]
    dates: dict[str, str]
    subjects: int
    rows: int
    cautions: list[str]


def understand(sheets: list[Sheet]) -> Understanding:
    """What these tables of results are, taken together.

    Raises
    ------
    ValueError
        No column of subjects, times or results was found; the message says what was and what to do.
    """
    frame = pd.concat([s.frame for s in sheets], ignore_index=True).fillna("")
    facts = [facts_of(frame, str(name)) for name in frame.columns if name]
    wide = wide_of(facts)
    narrow = [f for f in facts if wide is None or f.name not in wide.columns]
    guesses = guess_columns(narrow, frame)
    wide = wide or by_subject(narrow, guesses)
    if wide is not None:
        # the results stand in the wide columns; none of them can be a column of something else
        guesses = {
            r: g for r, g in guesses.items() if r not in {"value", "unit", wide.names} and g.column not in wide.columns
        }
    cautions = _constant(guesses, frame)
    columns = {r: g.column for r, g in guesses.items() if r != "time_unit"}
    if wide is not None:
        for role in ("value", wide.names):
            columns[role] = _free_name(_MADE[role], frame)
    _check_found(columns, facts)
    rows = _rows(frame, wide, columns)
    style = style_of([facts_of(rows, n) for n in ("VALUE", "TIME", "LLOQ")] + _numbers(guesses, frame))
    words = words_of([facts_of(rows, "VALUE")], style)
    time_unit = facts_of(frame, guesses["time_unit"].column) if "time_unit" in guesses else None
    clock = clock_of(
        replace(facts_of(rows, "TIME"), name=columns["time"]), rows.rename(columns={"TIME": columns["time"]}),
        "VISIT" if "visit" in columns else None, time_unit,
    )  # fmt: skip
    said = [t for s in sheets for t in s.titles] + [str(c) for c in frame.columns]
    assays, units_why = _assays(rows, wide, columns, guesses, said)
    intake = intake_of(style, words)
    kinetic = [a for a in assays if a.role == "kinetic"]
    limits = {
        a.code: limit_of(_of(rows, a), intake, said if len(kinetic) == 1 else (), kinetic=a.role == "kinetic")
        for a in assays if a.role != "other"
    }  # fmt: skip
    product = rows[rows["TEST"].map(plain).isin([a.test.name for a in kinetic])]
    spellings = {plain(u): b for u in rows["UNIT"].drop_duplicates() if (b := base_unit(u))}
    return Understanding(
        guesses, wide, columns, style, words, clock, assays, limits, units_why, spellings,
        conflicts(product, intake), remarks_of(frame, columns.get("comment")), _dates(facts),
        int(rows["SUBJECT"].replace("", pd.NA).nunique()), len(rows), cautions,
    )  # fmt: skip


def intake_of(style: Style, words: Words) -> Intake:
    """Section ``intake`` as far as it is known."""
    default = Intake()
    return Intake.model_validate(
        {
            "decimal": style.decimal or ".",
            "thousands": style.thousands,
            "blq_tokens": (*default.blq_tokens, *words.blq),
            "not_detected_tokens": (*default.not_detected_tokens, *words.not_detected),
        }
    )


def _numbers(guesses: dict[str, Guess], frame: pd.DataFrame) -> list[Facts]:
    return [facts_of(frame, guesses[r].column) for r in ("dose", "weight", "age", "nominal_time") if r in guesses]


def _free_name(name: str, frame: pd.DataFrame) -> str:
    while name in frame.columns:
        name += "_"
    return name


def _check_found(columns: dict[str, str], facts: list[Facts]) -> None:
    named = {"subject": "who a row is about", "time": "when it was taken", "value": "the result"}
    missing = [f"{role} ({what})" for role, what in named.items() if role not in columns]
    if not missing:
        return
    dates = _dates(facts)
    hint = (
        " There are dates in " + ", ".join(f"{n} ({form})" for n, form in dates.items()) + ": a table of results needs "
        "days or hours from the infusion. Add a column with them (date of the sample minus date of the infusion)."
        if dates and "time" not in columns
        else " Give the column one of the names that cartpk knows (SUBJECT, TIME_DAY, VALUE) and try again."
    )
    found = ", ".join(f.name for f in facts)
    raise ValueError(f"no column was found for: {', '.join(missing)}. The columns are: {found}.{hint}")


def _rows(frame: pd.DataFrame, wide: Wide | None, columns: dict[str, str]) -> pd.DataFrame:
    """One row per result with names of our own."""
    data = Data(
        layout="tidy", tables=("x",), wide=wide,
        columns=Columns.model_validate({k: v for k, v in columns.items() if k in Columns.model_fields}),
    )  # fmt: skip
    long = long_form(frame, data)
    names = {"SUBJECT": "subject", "TIME": "time", "VALUE": "value", "UNIT": "unit", "LLOQ": "lloq", "BLQ": "blq",
             "TEST": "analyte", "SPECIMEN": "specimen", "METHOD": "method", "VISIT": "visit"}  # fmt: skip
    empty = pd.Series("", index=long.index, dtype="str")
    cells = {ours: long[columns[role]] if role in columns else empty for ours, role in names.items()}
    return pd.DataFrame({**cells, LINE: long[LINE]})


def _assays(
    rows: pd.DataFrame, wide: Wide | None, columns: dict[str, str], guesses: dict[str, Guess], said: list[str]
) -> tuple[list[Assay], dict[str, str]]:
    """The tests, each with its unit, and where the units come from."""
    tests, why = tests_of(rows), {}
    if wide is not None and wide.names == "analyte":
        tests = [replace(t, unit=t.unit or unit_said([t.name])[0]) for t in tests]
    elif len({(t.name, t.specimen) for t in tests}) == 1 and not tests[0].unit:
        own = [guesses["value"].column] if "value" in guesses else []
        unit, text = unit_said([*own, *said])
        why[tests[0].name] = f"from “{text}”" if unit else ""
        # a column that is called after its test names it better than nothing
        tests = [replace(t, unit=unit) for t in tests]
    assays = assays_of(tests)
    if wide is not None and wide.names == "analyte":
        assays = [replace(a, label=header_label(a.label)) for a in assays]
    origin = f"from the column {columns['unit']}" if "unit" in columns else "from its column's name"
    return assays, {a.code: why.get(a.test.name, origin) for a in assays}


def header_label(name: str) -> str:
    """A header without its unit.

    >>> header_label("CAR transgene (copies/ug)")
    'CAR transgene'
    """
    unit = header_of(name).unit
    return plain(name).split(unit)[0].rstrip(" ([,_") or name if unit else name


def _of(rows: pd.DataFrame, assay: Assay) -> pd.DataFrame:
    """The rows of this test."""
    same = rows[rows["TEST"].map(plain) == assay.test.name]
    specimen = same["SPECIMEN"].map(canonical_specimen)
    return same[(specimen == assay.test.specimen) | (specimen == "")]


def _constant(guesses: dict[str, Guess], frame: pd.DataFrame) -> list[str]:
    """Take out facts of a subject that differ between its rows, weights not in kg and ages not in years."""
    cautions = []
    subject = guesses.get("subject")
    for role in ("dose", "weight", "age", "sex"):
        if role not in guesses or subject is None:
            continue
        column = guesses[role].column
        given = frame[frame[column].map(kind_of) != "missing"]
        if not (given[[subject.column, column]].drop_duplicates().groupby(subject.column).size() <= 1).all():
            cautions.append(
                f"{column} differs between rows of one subject: it is not read as the {guesses[role].shown}."
            )
            del guesses[role]
    for role, (units, others, name) in _UNITS.items():
        if role not in guesses:
            continue
        header = header_of(guesses[role].column)
        unit = header.unit.casefold() or next((word for word in header.words if word in others), "")
        if unit and unit not in units:
            cautions.append(f"{guesses[role].column} is not in {name}: it is not read.")
            del guesses[role]
    return cautions


_UNITS: Final = {
    "weight": (frozenset({"kg", "公斤", "千克"}), frozenset({"lb", "lbs"}), "kg"),
    "age": (
        frozenset({"year", "years", "y", "yr", "yrs", "岁", "周岁"}),
        frozenset({"month", "months", "week", "weeks", "days"}),
        "years",
    ),
}
"""Fact of a subject -> units that it is read in, words of others, the unit's name."""


def _dates(facts: list[Facts]) -> dict[str, str]:
    """Columns of dates and how they are written."""
    return {f.name: date_form(f.of_kind("date")) for f in facts if f.given and f.share("date") > 0.7}


def product_cell(texts: Iterable[str]) -> tuple[str | None, str]:
    """T or NK where one of these texts names the product, and that text; None where none does or they disagree.

    >>> product_cell(["CAR-NK cells"]), product_cell(["CAR transgene"]), product_cell(["CAR-T拷贝数"])
    (('NK', 'CAR-NK cells'), (None, ''), ('T', 'CAR-T拷贝数'))
    """
    found: dict[str, str] = {}
    for text in texts:
        if _NK.search(text):
            found.setdefault("NK", text)
        elif _T.search(text):
            found.setdefault("T", text)
    return next(iter(found.items())) if len(found) == 1 else (None, "")


def stated_synthetic(texts: Iterable[str]) -> str:
    """The text that says that the data are simulated, or an empty one."""
    return next((t for t in texts if _SYNTHETIC.search(t) or re.fullmatch(r"SIM\w*-\d+", t)), "")
