"""Reads tables as streams of rows: CSV, XLSX, JSON lines and Parquet.

Cells are not interpreted, so that what comes in goes out unchanged.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kolclf.csvfile import read_csv
from kolclf.errors import DataError, KolclfError
from kolclf.rows import Row, Table, fitted, without_empty_end

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


def read_table(path: str) -> Table:
    """Open a table; ``-`` is standard input (CSV).

    Raises
    ------
    DataError
        If the file is missing, empty, damaged or of another kind; while iterating, naming the line.
    """
    if path == "-":
        content = sys.stdin.buffer.read()
        return read_csv("standard input", lambda: io.BytesIO(content))
    file = Path(path)
    if file.is_dir():
        raise DataError(f"{path}: is a folder; name a file in it")
    if not file.exists():
        raise DataError(f"{path}: no such file; check the path")
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise DataError(f"{path}: the ending '{file.suffix}' is unknown; use one of {', '.join(FORMATS)}")
    readers: dict[str, Callable[[str], Table]] = {"xlsx": _read_xlsx, "parquet": _read_parquet, "jsonl": _read_jsonl}
    try:
        if file.stat().st_size == 0:
            raise DataError(f"{path}: is empty; export it again with a header line and rows")
        return readers[kind](path) if kind in readers else read_csv(path, lambda: file.open("rb"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


# --- XLSX and Parquet


@contextmanager
def _blamed_on(path: str, kind: str) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into one sentence about that file."""
    try:
        yield
    except (KolclfError, GeneratorExit):
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise DataError(
            f"{path}: cannot be read as {kind} ({type(error).__name__}: {said}); open it and save it again"
        ) from None


def _read_xlsx(path: str) -> Table:
    from openpyxl import load_workbook  # noqa: PLC0415 (slow to import)

    with _blamed_on(path, "XLSX"), Path(path).open("rb") as opened:
        content = io.BytesIO(opened.read())  # openpyxl leaves a file open when it fails
        book = load_workbook(content, read_only=True, data_only=True)
        book.worksheets[0].reset_dimensions()  # what a file states of its size may be wrong
    rows = _xlsx_rows(path, book)
    header = next(rows, None)
    if header is None:
        raise DataError(f"{path}: its first sheet is empty; put the accounts there, with a header line")
    columns = without_empty_end([str(name).strip() for name in header])
    checked = (fitted(row, len(columns), path, f"row {number}") for number, row in enumerate(rows, 2))
    return Table(path, columns, checked)


def _xlsx_rows(path: str, book: Any) -> Iterator[Row]:
    """Yield the rows of the first sheet that hold anything."""
    try:
        with _blamed_on(path, "XLSX"):
            for cells in book.worksheets[0].iter_rows(values_only=True):
                row = ["" if cell is None else cell for cell in cells]
                if any(str(cell).strip() for cell in row):
                    yield row
    finally:
        book.close()


def _read_parquet(path: str) -> Table:
    import pyarrow.parquet as pq  # noqa: PLC0415 (slow to import)

    with _blamed_on(path, "Parquet"):
        file = pq.ParquetFile(path)
    schema = file.schema_arrow
    return Table(path, list(schema.names), _parquet_rows(path, file), schema=schema)


def _parquet_rows(path: str, file: Any) -> Iterator[Row]:
    with file, _blamed_on(path, "Parquet"):
        for batch in file.iter_batches(1024):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield list(row)


# --- JSON lines


def _read_jsonl(path: str) -> Table:
    columns: dict[str, None] = {}
    for record in _json_records(path):
        columns.update(dict.fromkeys(record))
    if not columns:
        raise DataError(f"{path}: is empty; write one JSON object a line")
    rows = ([record.get(name, "") for name in columns] for record in _json_records(path))
    return Table(path, list(columns), rows)


def _json_records(path: str) -> Iterator[dict[str, Any]]:
    number = 0
    with Path(path).open(encoding="utf-8-sig") as lines:
        try:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise DataError(
                            f"{path}, line {number}: holds no JSON object but {type(record).__name__}; "
                            "write one object a line"
                        )
                    yield record
        except UnicodeDecodeError:
            raise DataError(f"{path}, after line {number}: is not UTF-8; save it again as UTF-8") from None
        except (ValueError, RecursionError) as error:
            said = str(error)[:100]
            raise DataError(f"{path}, line {number}: is not valid JSON ({said}); write one object a line") from None
