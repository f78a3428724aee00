"""Reads tables as streams of rows: CSV, XLSX, JSON lines and Parquet.

Cells are not interpreted, so that what comes in goes out unchanged.
"""

import csv
import io
import itertools
import json
import math
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from kolclf.errors import DataError, KolclfError

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
    delimiter: str = ","
    encoding: str = "utf-8"
    schema: Any = None  # of a Parquet file
    size: float | None = None  # in the unit of position(); None where it cannot be known
    position: Callable[[], float] = lambda: 0.0  # how much has been read


def read_table(path: str) -> Table:
    """Open a table; ``-`` is standard input (CSV).

    Raises
    ------
    DataError
        If the file is missing, empty, damaged or of another kind; while iterating, naming the line.
    """
    if path == "-":
        content = sys.stdin.buffer.read()
        return _read_csv("standard input", lambda: io.BytesIO(content))
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
        return readers[kind](path) if kind in readers else _read_csv(path, lambda: file.open("rb"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


# --- CSV


def _encoding_of(path: str, stream: BinaryIO) -> str:
    """Return the encoding in which the whole stream reads: by byte-order mark, else UTF-8, else Windows-1252."""
    start = stream.read(4)
    if start.startswith(b"PK\x03\x04"):
        raise DataError(f"{path}: holds a workbook, not CSV; give it as a file that ends in .xlsx")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    elif len(start) == 4 and start[0] and not start[1] and start[2] and not start[3]:
        tried = ["utf-16-le"]
    else:
        tried = ["utf-8-sig"] if start.startswith(b"\xef\xbb\xbf") else ["utf-8", "cp1252"]
    for encoding in tried:
        stream.seek(0)
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        try:
            deque(iter(partial(text.read, 1 << 20), ""), maxlen=0)
            return encoding
        except UnicodeDecodeError as error:
            reason = f"byte 0x{error.object[error.start]:02x} has no meaning"
        except UnicodeError as error:  # a UTF-16 stream that ends too early
            reason = str(error)
        finally:
            text.detach()
            stream.seek(0)
        if encoding == "utf-8":
            _refuse_mixed(path, stream)
    raise DataError(f"{path}: is neither UTF-8, UTF-16 nor Windows-1252 ({reason}); save it again as 'CSV UTF-8'")


def _refuse_mixed(path: str, stream: BinaryIO) -> None:
    """Raise if a file is UTF-8 but for a few bytes: read as Windows-1252, all its other letters would be spoilt."""
    start = stream.read(1 << 20).decode("utf-8", "replace")
    wrong = start.count("\ufffd")
    if sum(not c.isascii() for c in start) - wrong <= 4 * wrong:
        return
    stream.seek(0)
    for number, line in enumerate(stream, 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = f"byte {error.start + 1} (0x{line[error.start]:02x})"
            raise DataError(f"{path}, line {number}: {byte} is not UTF-8 as the rest is; mend that character") from None


def _delimiter_of(line: str) -> str:
    """Return the delimiter that parts a header line into most cells."""
    return max(_DELIMITERS, key=lambda mark: (len(next(csv.reader([line], delimiter=mark), [])), mark == ","))


def _read_csv(path: str, source: Callable[[], BinaryIO]) -> Table:
    """Read the header of a CSV; its rows open ``source`` anew when they are asked for, and close it."""
    with source() as stream:
        size = float(stream.seek(0, io.SEEK_END))
        stream.seek(0)
        encoding = _encoding_of(path, stream)
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        line, skipped, delimiter = text.readline(), 0, ""
        while line and (not line.strip("\r\n\t ,;|") or re.fullmatch(r"sep=[,;\t|]\s*", line)):
            delimiter = line[4] if line.startswith("sep=") else ""  # Excel writes its delimiter in a line of its own
            line, skipped = text.readline(), skipped + 1
        if not line:
            raise DataError(f"{path}: is empty; export it again with a header line and rows")
        delimiter = delimiter or _delimiter_of(line)
        try:
            header = next(csv.reader(itertools.chain([line], text), delimiter=delimiter, strict=True))
        except csv.Error as error:
            place = f"line {skipped + 1}"
            raise DataError(f"{path}, {place}: the header cannot be read ({error}); check its quotes") from None
    columns = _without_empty_end([name.strip() for name in header])
    reading = _Reading(path, source, encoding, delimiter, skipped)
    return Table(path, columns, reading.rows(len(columns)), delimiter, encoding, None, size, reading.position)


class _Reading:
    """The rows of a CSV on their way, and how far they have come."""

    def __init__(self, path: str, source: Callable[[], BinaryIO], encoding: str, delimiter: str, skipped: int) -> None:
        self._path, self._source, self._encoding = path, source, encoding
        self._delimiter, self._skipped = delimiter, skipped
        self._stream: BinaryIO | None = None

    def position(self) -> float:
        """Return how many bytes have been read."""
        return float(self._stream.tell()) if self._stream and not self._stream.closed else math.inf

    def rows(self, width: int) -> Iterator[Row]:
        with self._source() as self._stream:
            text = io.TextIOWrapper(self._stream, encoding=self._encoding, newline="")
            for _ in range(self._skipped):
                text.readline()
            reader = csv.reader(text, delimiter=self._delimiter, strict=True)
            next(reader)
            while True:
                place = f"line {self._skipped + reader.line_num + 1}"
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise DataError(
                        f"{self._path}, {place}: cannot be read ({error}); look for a quote that is not closed"
                    ) from None
                if row:
                    yield _fitted(row, width, self._path, place)


def _without_empty_end(row: Row) -> Row:
    while row and row[-1] in ("", None):
        row.pop()
    return row


def _fitted(row: Row, width: int, path: str, place: str) -> Row:
    """Return a row of ``width`` cells; a shorter one is filled up, a longer one refused."""
    if len(row) > width and len(_without_empty_end(row)) > width:
        raise DataError(
            f"{path}, {place}: has {len(row)} cells but the header has {width}; "
            "put quotes around the cell that holds a delimiter, or name the column"
        )
    return row + [""] * (width - len(row))


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
    columns = _without_empty_end([str(name).strip() for name in header])
    fitted = (_fitted(row, len(columns), path, f"row {number}") for number, row in enumerate(rows, 2))
    return Table(path, columns, fitted)


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
