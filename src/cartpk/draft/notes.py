"""What is said beside a drafted config: what was understood, what nothing is made of, what could go wrong."""

from __future__ import annotations

from typing import Final

from cartpk.draft.facts import shown_list
from cartpk.draft.sheets import Sheet
from cartpk.draft.understanding import Understanding

__all__ = ["doubts", "is_adam", "not_read", "notes", "one"]

_ADAM: Final = {"USUBJID", "AFRLT", "AVAL"}


def is_adam(sheets: list[Sheet]) -> bool:
    """Whether all tables are ADaM tables of concentrations (ADNCA, ADPC)."""
    return all(set(s.frame.columns).issuperset(_ADAM) and s.header_rows == 1 for s in sheets)


def one(names: str) -> str:
    """What one column of a wide table is of, in words."""
    return {"time": "time", "subject": "subject", "analyte": "test"}[names]


def notes(found: Understanding) -> list[tuple[str, str]]:
    """What else was understood, for the screen."""
    clock = found.clock
    notes = [("times", f"{clock.unit}s ({clock.unit_why})" if clock.unit else f"days or hours? {clock.unit_why}")]
    mark = {".": "point", ",": "comma", None: "not clear"}[found.style.decimal]
    thousands = {
        None: "",
        ",": ", thousands with a comma",
        ".": ", thousands with a point",
        " ": ", thousands with a space",
    }
    notes.append(("numbers", f"decimal {mark}{thousands[found.style.thousands]} ({found.style.why})"))
    if words := (*found.words.known, *found.words.blq, *found.words.not_detected):
        notes.append(("words", f"{shown_list(words, 6)}: not a number, and understood"))
    for assay in found.assays:
        kind = {"kinetic": "the product", "measure": "cell count", "other": "not read"}[assay.role]
        known = assay.test.specimen not in {"", "BLOOD", "NA"}
        where = f" in {assay.test.specimen.lower()}" if known else ""
        notes.append((kind, f"{assay.test.name or assay.label}{where}, {assay.test.unit or 'unit not stated'}"))
    if found.wide is not None:
        notes.append(("shape", f"one column per {one(found.wide.names)}: {shown_list(found.wide.columns)}"))
    forms: dict[str, list[str]] = {}
    for name, form in found.dates.items():
        forms.setdefault(form, []).append(name)
    notes += [("dates", f"{shown_list(names)}: {form}; not used, the times count") for form, names in forms.items()]
    return notes


def not_read(sheets: list[Sheet], found: Understanding) -> list[tuple[str, str]]:
    """The columns that nothing is made of; an ADaM table's are known by the standard, and most are not needed."""
    if is_adam(sheets):
        return []
    # a unit or a limit that is the same in all rows went into the analytes
    used = {*found.columns.values(), *found.dates, *(g.column for g in found.guesses.values())}
    used |= {*(found.wide.columns if found.wide else ()), *(r.column for r in found.remarks)}
    names = dict.fromkeys(str(n) for s in sheets for n in s.frame.columns if n and n not in used)
    return [("not read", f"{shown_list(names, 8)}; name it under data.columns if it is needed")] if names else []


def doubts(sheets: list[Sheet], infusions: list[Sheet], found: Understanding) -> list[str]:
    """What could go wrong and no question covers."""
    doubts = []
    if found.clock.strange:
        doubts.append(
            f"times that are neither a number nor a day: {shown_list(found.clock.strange)}; these rows are listed."
        )
    for sheet in (*sheets, *infusions):
        used = sorted(set(found.columns.values()) & set(sheet.twice))
        if sheet.twice:
            names = ", ".join(used or sheet.twice)
            doubts.append(
                f"{sheet.shown}: {names} stands twice in the header; rename one of them, or nothing can be read."
            )
        same = (sheet.skip_rows, sheet.header_rows, sheet.encoding) == (
            sheets[0].skip_rows, sheets[0].header_rows, sheets[0].encoding
        )  # fmt: skip
        if not same:
            doubts.append(
                f"{sheet.shown}: its header is in another line than that of {sheets[0].file}; make them alike."
            )
        absent = [c for r, c in found.columns.items() if c not in sheet.frame.columns and r in found.guesses]
        if absent and sheet in sheets:
            doubts.append(f"{sheet.shown}: has no column {', '.join(absent)}, which {sheets[0].file} has.")
    return doubts
