"""SAS7BDAT tables: every column as text, exactly."""

from __future__ import annotations

from pathlib import Path

from cartpk.ingest.findings import Findings
from cartpk.ingest.grids import Columns, check_size
from cartpk.ingest.request import Request, UnreadableError
from cartpk.ingest.sas_values import writer

__all__ = ["read_sas7bdat"]


def read_sas7bdat(path: Path, request: Request, findings: Findings) -> Columns:  # noqa: ARG001
    """Columns of a SAS7BDAT table; its first record has line 2, as if its names stood in line 1.

    Dates and times become ISO 8601 by their formats, special missing values ``.A`` ... ``.Z`` and ``._`` stay texts,
    the ordinary missing value an empty one.

    Raises
    ------
    UnreadableError
        The file is damaged, not decodable or, unpacked, beyond the size limit.
    """
    import pyreadstat  # noqa: PLC0415

    check_size(path.stat().st_size, request)
    try:
        _, about = pyreadstat.read_sas7bdat(path, metadataonly=True, encoding=request.encoding)
        width = sum(about.variable_storage_width.values())
        check_size((about.number_rows or 0) * width, request)
        cells, about = pyreadstat.read_sas7bdat(
            path,
            encoding=request.encoding,
            user_missing=True,
            disable_datetime_conversion=True,
            output_format="dict",
        )
    except UnreadableError:
        raise
    except UnicodeDecodeError as error:
        raise UnreadableError("CP-003", f"a text cannot be decoded ({error.reason})") from error
    # the library says what is wrong in a text only, by one kind of error or another
    except Exception as error:
        if "encoding" in str(error).lower() or "convert" in str(error).lower():
            raise UnreadableError("CP-003", str(error)) from error
        raise UnreadableError("BI-090", f"the SAS table is damaged or encrypted ({error})") from error
    formats, kinds = about.original_variable_types, about.readstat_variable_types
    texts = [_texts(c, kinds[name] != "string", formats.get(name), request.decimal) for name, c in cells.items()]
    return Columns(list(cells), texts)


def _texts(column: list[object], numeric: bool, sas_format: str | None, decimal: str) -> list[str]:
    """The column as texts; a letter among numbers is a special missing value."""
    write = writer(sas_format, decimal)

    def text(value: object) -> str:
        if isinstance(value, str):
            return f".{value}" if numeric else value.rstrip("\x00 ")
        if value is None:
            return ""
        return write(float(value)) if isinstance(value, float | int) else str(value)

    known = {value: text(value) for value in dict.fromkeys(column)}
    return [known[value] for value in column]
