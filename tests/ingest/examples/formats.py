"""Examples of formats: workbooks, sizes."""

import io
import re
import zipfile

import openpyxl

TABLE = {"data": {"tables": ["data.xlsx"]}}


def book(*, sheets=("PK",), merge=None, formula=False):
    """The tidy trial from a workbook; the same rows in each of these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)

    def text(content):
        for title in sheets:
            sheet = made.create_sheet(title)
            for line in content.splitlines():
                sheet.append(line.split(","))
            if merge:
                sheet.merge_cells(merge)
        stream = io.BytesIO()
        made.save(stream)
        raw = stream.getvalue()
        return with_saved_formula(raw) if formula else raw

    return text


def with_saved_formula(raw):
    """The workbook with the text 20400 of a cell as a formula that was saved with its value."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            part = old.read(item)
            if item.filename.endswith("sheet1.xml"):
                saved = b'<c r="E5"><f>2*10200</f><v>20400</v></c>'
                part = re.sub(rb'<c r="E5" t="inlineStr"><is><t>20400</t></is></c>', saved, part)
            new.writestr(item, part)
    return out.getvalue()


def read(t, settings=None, **kind):
    """The trial as this workbook; ``data.csv`` stands beside it and is not read."""
    holder = {}
    t.tidy(text=lambda s: holder.setdefault("raw", book(**kind)(s)) and s)
    return t.tidy(settings={"data": {**TABLE["data"], **(settings or {})}}, files={"data.xlsx": holder["raw"]})


EXAMPLES = {
    "CP-007": {
        "found": lambda t: t.tidy(settings={"data": {"max_file_mb": 0.001}}),
        "clean": lambda t: t.tidy(settings={"data": {"max_file_mb": 0.1}}),
    },
    "CP-008": {
        "found": lambda t: read(t, sheets=("PK", "old")),
        "clean": lambda t: read(t, {"sheets": {"tables": "PK"}}, sheets=("PK", "old")),
    },
    "CP-009": {
        "found": lambda t: read(t, formula=True),
        "clean": read,
    },
    "CP-080": {
        "found": lambda t: read(t, merge="A2:A9"),
        "clean": read,
    },
}
