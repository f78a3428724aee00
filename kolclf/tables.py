"""Reads tables as streams of rows: CSV, XLSX, JSON lines and Parquet.

Cells are not interpreted, so that what comes in goes out unchanged.
"""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

from kolclf.errors import DataError

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_DELIMITERS = ",;\t|"
Row = list[Any]

csv.field_size_limit(sys.maxsize)


class Table(NamedTuple):
    """An open table: its header, its rows, and how its file is written."""

    path: str
    columns: list[str]
    rows: Iterator[Row]
    format: str
    delimiter: str = ","
    encoding: str = "utf-8"
    schema: Any = None  # of a Parquet file


def read_table(path: str) -> Table:
    """Open a table; ``-`` is standard input (CSV).

    Raises
    ------
    DataError
        If the file is missing, empty, damaged or of another kind; while iterating, naming the line.
    """
    if path == "-":
        return _read_csv("standard input", io.BytesIO(sys.stdin.buffer.read()))
    file = Path(path)
    if file.is_dir():
        raise DataError(f"{path}: is a folder; name a file in it")
    if not file.exists():
        raise DataError(f"{path}: no such file; check the path")
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise DataError(f"{path}: the ending '{file.suffix}' is unknown; use one of {', '.join(FORMATS)}")
    try:
        if file.stat().st_size == 0:
            raise DataError(f"{path}: is empty; export it again with a header line and rows")
        if kind == "xlsx":
            return _read_xlsx(path)
        if kind == "parquet":
            return _read_parquet(path)
        if kind == "jsonl":
            return _read_jsonl(path)
        return _read_csv(path, file.open("rb"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


def _encoding_of(path: str, stream: BinaryIO) -> str:
    """Return the encoding of the whole stream: by byte-order mark, else UTF-8, else Windows-1252."""
    start = stream.read(4)
    stream.seek(0)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if len(start) == 4 and start[0] and not start[1] and not start[3]:
        return "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        try:
            while text.read(1 << 20):
                pass
            return encoding
        except UnicodeDecodeError as error:
            reason = f"byte 0x{error.object[error.start]:02x}"
        finally:
            text.detach()
            stream.seek(0)
    raise DataError(
        f"{path}: is neither UTF-8, UTF-16 nor Windows-1252 ({reason} has no meaning); save it again as 'CSV UTF-8'"
    )


def _delimiter_of(line: str) -> str:
    """Return the delimiter that parts a header line into most cells."""
    return max(_DELIMITERS, key=lambda mark: (len(next(csv.reader([line], delimiter=mark), [])), mark == ","))


def _read_csv(path: str, stream: BinaryIO) -> Table:
    encoding = _encoding_of(path, stream)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    header_line = ""
    while not header_line.strip("\r\n\t ,;"):
        if not (header_line := text.readline()):
            raise DataError(f"{path}: is empty; export it again with a header line and rows")
    delimiter = _delimiter_of(header_line)
    reader = csv.reader(_after(header_line, text), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(reader)]
    except csv.Error as error:
        raise DataError(f"{path}, line 1: the header cannot be read ({error}); check its quotes") from None
    while columns and not columns[-1]:
        columns.pop()
    return Table(path, columns, _csv_rows(path, reader, len(columns)), "csv", delimiter, encoding)


def _after(first: str, rest: TextIO) -> Iterator[str]:
    yield first
    yield from rest


def _csv_rows(path: str, reader: Any, width: int) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                f"{path}, line {line}: cannot be read ({error}); look for a quote that is not closed"
            ) from None
        if not row:
            continue
        while len(row) > width and not row[-1]:
            row.pop()
        if len(row) > width:
            raise DataError(
                f"{path}, line {line}: has {len(row)} cells but the header has {width}; "
                "put quotes around the cell that holds a delimiter"
            )
        yield row + [""] * (width - len(row))


def _read_xlsx(path: str) -> Table:
    from openpyxl import load_workbook  # noqa: PLC0415 (slow to import)

    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
        rows = ([("" if cell is None else cell) for cell in row] for row in sheet.iter_rows(values_only=True))
        header = next((row for row in rows if any(str(cell).strip() for cell in row)), [])
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise DataError(
            f"{path}: cannot be read as XLSX ({type(error).__name__}: {error}); open it and save it again"
        ) from None
    columns = [str(name).strip() for name in header]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise DataError(f"{path}: its first sheet is empty; put the accounts on the first sheet, with a header line")
    width = len(columns)
    full = (row for row in rows if any(str(cell).strip() for cell in row))
    return Table(path, columns, ((row + [""] * width)[:width] for row in full), "xlsx")


def _read_parquet(path: str) -> Table:
    import pyarrow as pa  # noqa: PLC0415 (slow to import)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise DataError(f"{path}: cannot be read as Parquet ({error}); write it again") from None
    rows = (
        list(row)
        for batch in file.iter_batches(1024)
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    )
    return Table(path, list(file.schema_arrow.names), rows, "parquet", schema=file.schema_arrow)


def _read_jsonl(path: str) -> Table:
    columns: dict[str, None] = {}
    for _, record in _json_records(path):
        columns.update(dict.fromkeys(record))
    if not columns:
        raise DataError(f"{path}: is empty; write one JSON object a line")
    return Table(
        path, list(columns), ([record.get(name, "") for name in columns] for _, record in _json_records(path)), "jsonl"
    )


def _json_records(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with Path(path).open(encoding="utf-8-sig") as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise DataError(
                            f"{path}, line {number}: holds no JSON object but {type(record).__name__}; write one object a line"
                        )
                    yield number, record
        except (json.JSONDecodeError, RecursionError) as error:
            raise DataError(f"{path}, line {number}: is not valid JSON ({error}); write one object a line") from None
        except UnicodeDecodeError:
            raise DataError(f"{path}, after line {number}: is not UTF-8; save it again as UTF-8") from None
