"""``cartpk new``: a first config for your own files, with what only you can know left as questions."""

from __future__ import annotations

import os
import shlex
import textwrap
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cartpk.draft import Draft, Sheet

__all__ = ["command"]

_WIDTH: Final = 96
_MOST: Final = 14
"""Lines of one kind of note that are shown."""

EXAMPLES: Final = """\b
cartpk new lab.csv
cartpk new samples.csv doses.csv --id MY-1 --cell T
cartpk new lab.xlsx --sheet Results
cartpk new lab.csv --encoding cp1252"""


@click.command(epilog=EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Config to write; default: config/trials/NAME.yaml.")  # fmt: skip
@click.option("--id", "name", help="Name of the trial and of its results folder; default: from the data.")
@click.option("--cell", type=click.Choice(("T", "NK")), help="The product's cells, where the data do not say.")
@click.option("--sheet", help="Sheet of a workbook; default: every sheet that is a table.")
@click.option("--encoding", help="Encoding of text files that are not UTF-8, e.g. cp1252 (Windows, Western Europe).")
@click.option("--force", is_flag=True, help="Overwrite a config that is there already.")
def command(
    files: tuple[Path, ...],
    out: Path | None,
    name: str | None,
    cell: str | None,
    sheet: str | None,
    encoding: str | None,
    *,
    force: bool,
) -> None:
    """Look at FILES, show what they are taken for, and write a first config for them.

    FILES are the tables of one trial: results, and where you have them infusions (or SDTM domains, or an ADaM table).
    Nothing is guessed silently: behind every setting stands where it comes from, and what the files do not say is
    a question in the config.
    """
    from cartpk.draft import draft_config
    from cartpk.draft.sections import trial_id
    from cartpk.files import write_text

    if name is not None and trial_id(name + ".") != name:
        raise ValueError(f"--id {name}: use letters, figures, points, - and _, e.g. --id {trial_id(name + '.')}.")
    root = Path()
    words = ["cartpk new", *(shlex.quote(Path(os.path.relpath(f)).as_posix()) for f in files)]
    draft, study, sheets = draft_config(
        files, root, command=" ".join(words), name=name, cell=cell, sheet=sheet, encoding=encoding
    )
    target = out or Path("config/trials") / f"{study}.yaml"
    if target.exists() and not force:
        raise ValueError(f"{target} is there already: give another name with --out, or --force to overwrite it.")
    _show(draft, sheets)
    write_text(target, draft.text)
    _end(draft, target)


def _show(draft: Draft, sheets: list[Sheet]) -> None:
    """What was understood, as tables."""
    for sheet in sheets:
        above = f", {_count(sheet.skip_rows, 'line')} above the header" if sheet.skip_rows else ""
        names = f", header of {sheet.header_rows} rows" if sheet.header_rows > 1 else ""
        click.echo(f"{sheet.shown}: {_count(len(sheet.frame), 'row')}, {sheet.written}{above}{names}")
    click.echo(f"\n{_count(draft.subjects, 'subject')}. The columns are taken for:\n")
    rows = [(g.shown, g.column, g.sure, g.why) for g in draft.guesses]
    _table(("what", "column", "how sure", "what is in it"), rows)
    also = [(g.shown, ", ".join(g.also)) for g in draft.guesses if g.also]
    if also:
        click.echo("\nOther columns that could be meant:\n")
        _table((), [(shown, columns) for shown, columns in also])
    click.echo("\nFurther:\n")
    _table(
        (), [*draft.notes[:_MOST], *([("...", f"{len(draft.notes) - _MOST} more")] if len(draft.notes) > _MOST else [])]
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Aligned columns; the last one is cut at the edge of the screen."""
    every = [head, *rows] if head else list(rows)
    caps = (26, 24, 9)
    widths = [min(max(_wide(row[i]) for row in every), caps[i]) for i in range(len(every[0]) - 1)]
    for row in every:
        cells = [_padded(_cut(cell, width), width) for cell, width in zip(row[:-1], widths, strict=True)]
        room = _WIDTH - 2 - sum(widths) - 2 * len(widths)
        click.echo(("  " + "  ".join([*cells, _cut(row[-1], room)])).rstrip())


def _wide(text: str) -> int:
    """Columns of the screen that the text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, width: int) -> str:
    if _wide(text) <= width:
        return text
    while _wide(text) > width - 1:
        text = text[:-1]
    return f"{text}…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _wide(text))


def _end(draft: Draft, target: Path) -> None:
    """Questions with their lines, cautions, what to do next."""
    if draft.cautions:
        click.echo("\nPlease look at this:\n")
        for caution in draft.cautions:
            click.echo(textwrap.fill(caution, _WIDTH, initial_indent="  - ", subsequent_indent="    "))
    click.echo(f"\nWritten: {target}")
    needed = sum(q.needed for q in draft.questions)
    if draft.questions:
        asked = _count(len(draft.questions), "question")
        must = "" if not needed else f", {needed} of them needed for the run" if needed < len(draft.questions) else ""
        click.echo(f"\n{asked} left for you{must}; the answer goes to the line that is named:\n")
        for q in draft.questions:
            wish = "" if q.needed else " (may be left)"
            first = f"  {q.number}. line {q.line}, {q.key.split('.')[-1]}{wish}: "
            text = textwrap.wrap(first + q.text, _WIDTH, subsequent_indent="     ", break_long_words=False)
            click.echo("\n".join(text))
    else:
        click.echo("\nNothing is left open.")
    path = shlex.quote(str(target))
    click.echo(f"\nThen:\n\n  cartpk check {path}\n  cartpk run {path}")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" + ("" if n == 1 else "s")
