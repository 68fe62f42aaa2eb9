"""Rules of files: encodings, delimiters, headers, columns."""

from __future__ import annotations

from typing import Final

from cartpk.ingest.rules.base import ERROR, INFO, WARNING, Rule

__all__ = ["RULES"]

RULES: Final = (
    Rule(
        "CP-001", "FILE_MISSING", ERROR, "trial", "file not found",
        "there is no file {file}{meant}",
        "Paths are read from the folder in which the command is started.",
        "Correct the path under data: in the config, or bring the file.",
        "tables: [dtaa.csv]",
    ),
    Rule(
        "CP-002", "FILE_FORMAT", ERROR, "file", "file format not readable",
        "files ending in “{old}” cannot be read; readable are {allowed}",
        "Formats are told by the ending of the name.",
        "Save the table as CSV (UTF-8).",
        "data.docx",
    ),
    Rule(
        "CP-003", "ENCODING_UNKNOWN", ERROR, "file", "text encoding not known",
        "the text cannot be decoded: {found}",
        "A wrong guess would change letters and units without a trace.",
        "Save the file as UTF-8, or name its encoding: data.encoding in the config, --encoding of `cartpk new` "
        "(cp1252 in Western Europe, cp1250 in Central Europe, gb18030 in China).",
        "a Latin-1 file with “µ”",
    ),
    Rule(
        "CP-004", "EMPTY_ROWS", INFO, "file", "rows without a single cell",
        "{count} without content",
        "They are passed over.",
        "Nothing to do.",
        "a line of commas",
    ),
    Rule(
        "CP-005", "EXCLUSION_COLUMN", ERROR, "trial", "column of an exclusion not found",
        "an entry of data.exclude looks at the column {field}, which no file has{meant}",
        "An exclusion that is not applied would let rows in that are declared not to be measurements.",
        "Correct data.exclude in the config.",
        "data.exclude on a column NOTES that no file has",
    ),
    Rule(
        "CP-006", "EXCLUSION_UNUSED", WARNING, "trial", "exclusion that fits no row",
        "an entry of data.exclude ({field} {old}) fits no row",
        "Either the data have changed or the text is misspelt.",
        "Correct or remove the entry of data.exclude.",
        "data.exclude: equals: “20401”, which stands nowhere",
    ),
    Rule(
        "CP-007", "FILE_TOO_LARGE", ERROR, "file", "file beyond the size limit",
        "the file is too large: {found}",
        "A small packed file can hold more than the machine can.",
        "Raise data.max_file_mb in the config where the size is as it should be, or split the file.",
    ),
    Rule(
        "CP-008", "SHEET_UNKNOWN", ERROR, "file", "sheet of a workbook not known",
        "it is not known which sheet to read: {found}",
        "The sheets of a workbook are tables of their own.",
        "Name the sheet under data.sheets in the config, or save it as a file of its own.",
    ),
    Rule(
        "CP-009", "FORMULAS", INFO, "file", "formulas in a workbook",
        "the sheet has {old}, the first in {first}",
        "The values that were saved with them are read; nothing is calculated again.",
        "Nothing to do; saving the sheet as values makes it certain.",
    ),
    Rule(
        "CP-080", "MERGED_CELLS", ERROR, "file", "merged cells below the header",
        "cells are merged: {found}",
        "Only the first of merged cells holds the value, the others are empty.",
        "Take them apart in the workbook and repeat the value in every cell.",
    ),
    Rule(
        "BI-085", "ENCODING", INFO, "file", "file that is not UTF-8",
        "the file was read as {encoding}",
        "It is not UTF-8; every byte could be decoded.",
        "Nothing to do; naming it under data.encoding makes it certain.",
        "a file saved as GB18030",
    ),
    Rule(
        "BI-086", "MOJIBAKE", ERROR, "file", "text destroyed by a wrong encoding",
        "the file holds text that a wrong encoding has destroyed: {found}",
        "What stood there cannot be recovered from this file.",
        "Export the file again from its source, as UTF-8.",
        "“锟斤拷”",
    ),
    Rule(
        "BI-087", "RAGGED_ROWS", ERROR, "file", "rows of different length",
        "the rows do not have the same number of cells: {found}",
        "Cells would end up under the wrong header.",
        "Quote cells that hold the delimiter, and remove notes below the table.",
        "a row “S-04,1” in a table of eight columns",
    ),
    Rule(
        "BI-088", "HEADER_NOT_FIRST", ERROR, "file", "header not in the first line, or of merged cells",
        "{found}",
        "Every column needs its name in a cell of its own, above it; lines above the header are no data.",
        "Set data.skip_rows: {skip}, or remove the lines above the header; take merged cells apart.",
        "“Table 1” above the header",
    ),
    Rule(
        "BI-089", "COLUMN_MISSING", ERROR, "file", "column not found, or found twice",
        "{found}",
        "It is not known from which column to read.",
        "Correct data.columns in the config, or the header of the file.",
        "“SUBJCT” for “SUBJECT”",
    ),
    Rule(
        "BI-090", "FILE_EMPTY", ERROR, "file", "file without data",
        "there are no data: {found}",
        "An empty transfer is an error, not a trial without results.",
        "Ask for the file again.",
        "a header and nothing below it",
    ),
    Rule(
        "BI-094", "EXTRA_COLUMNS", INFO, "file", "columns that are not read",
        "the columns {old} are not read",
        "They are neither in the column map nor in an exclusion.",
        "Name them under data.columns if they are needed.",
        "a column SOURCE",
    ),
)  # fmt: skip
