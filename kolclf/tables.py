"""Reads tables as streams of rows: CSV, XLSX, JSON lines and Parquet.

Cells are not interpreted, so that what comes in goes out unchanged.
"""

import io
import json
import sys
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from kolclf.csvfile import read_csv
from kolclf.errors import DataError, KolclfError
from kolclf.rows import BadRow, Reject, Row, Table, filled, misfit, refuse, without_empty_end

XLSX_ROWS = 1_048_576  # the most that the format has
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


def read_table(path: str, reject: Reject | None = None) -> Table:
    """Open a table; ``-`` is standard input (CSV).

    Parameters
    ----------
    path : str
    reject : callable, optional
        Given each row that cannot be read, while iterating; without it, the first one raises.

    Raises
    ------
    DataError
        If the file is missing, empty, damaged or of another kind; while iterating, naming the line.
    """
    if path == "-":
        content = sys.stdin.buffer.read()
        return read_csv("standard input", lambda: io.BytesIO(content), reject)
    file = Path(path)
    kind = FORMATS.get(file.suffix.lower())
    readers: dict[str, Callable[[str, Reject | None], Table]] = {
        "xlsx": _read_xlsx,
        "parquet": _read_parquet,
        "jsonl": _read_jsonl,
    }
    try:
        if file.is_dir():
            raise DataError(f"{path}: is a folder; name a file in it")
        if not file.exists():
            raise DataError(f"{path}: no such file; check the path")
        if kind is None:
            raise DataError(f"{path}: the ending '{file.suffix}' is unknown; use one of {', '.join(FORMATS)}")
        if file.stat().st_size == 0:
            raise DataError(f"{path}: is empty; export it again with a header line and rows")
        return readers[kind](path, reject) if kind in readers else read_csv(path, lambda: file.open("rb"), reject)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check its name and permissions") from None


# --- XLSX and Parquet


@contextmanager
def _blamed_on(path: str, kind: str, rows: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into one sentence about that file."""
    try:
        yield
    except (KolclfError, GeneratorExit):
        raise
    except Exception as error:
        # only the kind of error: what a library says of a cell may repeat it
        after = f" after row {rows()}" if rows() else ""
        raise DataError(
            f"{path}: cannot be read as {kind}{after} ({type(error).__name__}; the file ends at byte "
            f"{Path(path).stat().st_size}); open it and save it again, or copy it anew"
        ) from None


def _read_xlsx(path: str, reject: Reject | None) -> Table:
    from openpyxl import load_workbook  # noqa: PLC0415 (slow to import)

    with _blamed_on(path, "XLSX"), Path(path).open("rb") as opened:
        content = io.BytesIO(opened.read())  # openpyxl leaves a file open when it fails
        book = load_workbook(content, read_only=True, data_only=True)
        book.worksheets[0].reset_dimensions()  # what a file states of its size may be wrong
        _check_row_numbers(path, content, book.worksheets[0]._worksheet_path)
    rows = _xlsx_rows(path, book)
    _, header = next(rows, (0, None))
    if header is None:
        raise DataError(f"{path}: its first sheet is empty; put the accounts there, with a header line")
    columns = without_empty_end([str(name).strip() for name in header])
    return Table(path, columns, _fitting(rows, len(columns), reject or refuse(path)))


def _check_row_numbers(path: str, content: BinaryIO, sheet: str) -> None:
    """Raise where a row does not stand behind the one that it follows: openpyxl would leave it out without a word."""
    last = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal last
        if name.rpartition(":")[2] != "row":
            return
        number = int(float(attributes["r"])) if "r" in attributes else last + 1
        if number > XLSX_ROWS:  # openpyxl would count up to it
            raise DataError(
                f"{path}: after row {last} states more rows than the {XLSX_ROWS:,} of a sheet; open it and save it again"
            )
        if number <= last:
            raise DataError(f"{path}: row {number} stands behind row {last}; open it and save it again")
        last = number

    parser = ParserCreate()
    parser.StartElementHandler = begin
    with ZipFile(content) as parts, parts.open(sheet) as xml:
        parser.ParseFile(xml)


def _fitting(rows: Iterator[tuple[int, Row]], width: int, reject: Reject) -> Iterator[Row]:
    for number, row in rows:
        if why := misfit(row, width):
            reject(BadRow(number, None, why, json.dumps(row, ensure_ascii=False, default=str)))
        else:
            yield filled(row, width)


def _xlsx_rows(path: str, book: Any) -> Iterator[tuple[int, Row]]:
    """Yield the rows of the first sheet from the first to the last that hold anything, and their numbers."""
    number = last = 0
    try:
        with _blamed_on(path, "XLSX", lambda: number):
            for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
                row = ["" if cell is None else cell for cell in cells]
                if any(str(cell).strip() for cell in row):
                    yield from ((blank, []) for blank in range(last + 1, number) if last)
                    yield number, row
                    last = number
    finally:
        book.close()


def _read_parquet(path: str, reject: Reject | None) -> Table:
    import pyarrow.parquet as pq  # noqa: PLC0415 (slow to import)

    with _blamed_on(path, "Parquet"):
        file = pq.ParquetFile(path)
    schema = file.schema_arrow
    return Table(path, list(schema.names), _parquet_rows(path, file), schema=schema)


def _parquet_rows(path: str, file: Any) -> Iterator[Row]:
    number = 0
    with file, _blamed_on(path, "Parquet", lambda: number):
        for batch in file.iter_batches(1024):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield list(row)
            number += len(batch)
        if number != (stated := file.metadata.num_rows):  # pyarrow reads what a damaged list of row groups leaves
            raise DataError(
                f"{path}: ends after row {number}, but states {stated} rows; export it again, or copy it anew"
            )


# --- JSON lines


def _read_jsonl(path: str, reject: Reject | None) -> Table:
    columns: dict[str, None] = {}
    for record in _json_records(path, (lambda bad: None) if reject else refuse(path)):
        columns.update(dict.fromkeys(record))
    if not columns:
        deque(_json_records(path, refuse(path)), maxlen=0)  # where no line can be read, the first is told
        raise DataError(f"{path}: is empty; write one JSON object a line")
    rows = ([record.get(name, "") for name in columns] for record in _json_records(path, reject or refuse(path)))
    return Table(path, list(columns), rows)


def _json_records(path: str, reject: Reject) -> Iterator[dict[str, Any]]:
    at = 1
    with Path(path).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip() not in (b"", BOM_UTF8):
                record, why = _json_record(line)
                if record is None:
                    reject(BadRow(number, at, why, line.decode("utf-8", "replace")))
                else:
                    yield record
            at += len(line)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs; of a key that stands twice, one cell would be lost."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key stands twice")
    return record


_OBJECTS = json.JSONDecoder(object_pairs_hook=_without_twins)


def _json_record(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """Return the object that stands in a line, or why there is none."""
    try:
        record = _OBJECTS.decode(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return None, f"byte 0x{line[error.start]:02x} is not UTF-8; save the file again as UTF-8"
    except (ValueError, RecursionError) as error:
        return None, f"is not valid JSON ({str(error)[:100]}); write one object a line"
    if isinstance(record, dict):
        return record, ""
    return None, f"holds no JSON object but {type(record).__name__}; write one object a line"
