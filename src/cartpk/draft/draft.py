"""From files to a draft: which table is which, and the layout that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cartpk.draft.columns import guess_columns
from cartpk.draft.order import Draft, Order
from cartpk.draft.sdtm import domain_of, sdtm_page
from cartpk.draft.sections import trial_id
from cartpk.draft.sheets import Sheet, read_sheets
from cartpk.draft.tidy import tidy_page
from cartpk.draft.understanding import understand

__all__ = ["draft_config"]

_DERIVED: Final = {
    "PPTESTCD": "parameters that were calculated already (PP, ADPP: it has PPTESTCD)",
    "CNSR": "times to an event (ADTTE: it has CNSR)",
}


def draft_config(
    paths: Sequence[Path],
    root: Path,
    *,
    command: str = "cartpk new",
    name: str | None = None,
    cell: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
) -> tuple[Draft, str, list[Sheet]]:
    """The drafted config of these files, the trial's name, and the files as they were read.

    Parameters
    ----------
    paths
        The files.
    root
        Folder that the paths of the config start from.
    command
        The command line, for the head of the config.
    name, cell
        The trial's name and the product's cells (T or NK), where they were given.
    sheet
        The sheet of a workbook that is wanted; None = all of them.
    encoding
        Encoding of the text files, where it was given; None = found out.

    Raises
    ------
    ValueError
        A file cannot be read, or no column of subjects, times or results was found.
    """
    read = [read_sheets(path, root, sheet, encoding) for path in paths]
    sheets = [s for tables, _ in read for s in tables]
    left_out = [text for _, texts in read for text in texts]
    domains = {s.shown: domain_of(s) for s in sheets}
    study, why = _name(sheets, name)
    order = Order(command, study, why, cell)
    if {"pc", "ex", "dm"} & set(domains.values()):
        return sdtm_page(order, sheets, domains, left_out), study, sheets
    samples, infusions, cautions = _sorted(sheets)
    found = understand(samples)
    for table in infusions:
        given = guess_columns(table.facts(), table.frame)
        found.columns.update({r: given[r].column for r in ("dose", "dose_unit") if r in given})
    return tidy_page(order, samples, infusions, found, [*left_out, *cautions]), study, sheets


def _name(sheets: list[Sheet], given: str | None) -> tuple[str, str]:
    if given is not None:
        return given, "as you named it"
    studies = {str(s) for sheet in sheets if "STUDYID" in sheet.frame for s in sheet.frame["STUDYID"].unique() if s}
    studies -= {"NA"}
    if len(studies) == 1:
        return trial_id(studies.pop() + "."), "from STUDYID"
    return trial_id(Path(sheets[0].file).name), "from the file's name"


def _derived(sheet: Sheet) -> str | None:
    """What a table holds that an analysis has made of samples, by the variables that CDISC keeps for it."""
    for variable, said in _DERIVED.items():
        if variable in sheet.frame:
            return f"it holds {said}"
    return None


def _sorted(sheets: list[Sheet]) -> tuple[list[Sheet], list[Sheet], list[str]]:
    """Tables of results, tables of infusions, and what to say of tables that are neither."""
    samples, infusions, cautions = [], [], []
    for sheet in sheets:
        if derived := _derived(sheet):
            cautions.append(f"{sheet.shown}: {derived}, no samples: it is not read.")
            continue
        roles = guess_columns(sheet.facts(), sheet.frame)
        if len(sheets) > 1 and "value" not in roles and {"subject", "time", "dose"} <= roles.keys():
            infusions.append(sheet)
        elif len(sheets) > 1 and "value" not in roles and "time" not in roles:
            facts = [g.column for r, g in roles.items() if r in {"dose", "weight", "age", "sex", "group"}]
            add = "it as a column" if len(facts) == 1 else "them as columns"
            use = f"; to use {', '.join(facts)}, add {add} to the table of results." if facts else ": it is not read."
            cautions.append(f"{sheet.shown}: no results and no times{use}")
        else:
            samples.append(sheet)
    if not samples:
        found = " ".join(cautions)
        raise ValueError(
            f"none of the files has results: a column of results (VALUE, result, 结果 ...) is needed. {found}".rstrip()
        )
    several = [s for s in samples if s.sheet is not None]
    if len(several) > 1:
        raise ValueError(
            f"several sheets have results: {', '.join(str(s.sheet) for s in several)}. Choose one with --sheet NAME, "
            "or save each as a CSV file of its own and name these files."
        )
    names = {r: g.column for r, g in guess_columns(samples[0].facts(), samples[0].frame).items()}
    for sheet in infusions:
        other = {r: g.column for r, g in guess_columns(sheet.facts(), sheet.frame).items()}
        cautions += [
            f"{sheet.shown}: call its column {other[r]} {names[r]}, as in {samples[0].shown}."
            for r in ("subject", "time") if names.get(r, other[r]) != other[r]
        ]  # fmt: skip
    return samples, infusions, cautions
