"""Writes tables: CSV, XLSX, JSON lines and Parquet, each whole or not at all."""

import csv
import json
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from kolclf.errors import DataError
from kolclf.rows import CsvRow, Row, Table
from kolclf.tables import FORMATS
from kolclf.whole import write_whole

_NESTED = frozenset({list, dict})
XLSX_CELL = 32_767  # characters, by the format
PARQUET_ROWS = 4096  # in one row group
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XLSX cannot hold them

# a control character may hide the sign behind it; wide signs are read as plain ones
_RUN = ("=", "+", "-", "@", *map(chr, range(32)), "\x7f", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")


class Writer(Protocol):
    """Takes rows of cells."""

    def write(self, rows: Sequence[Row], added: Sequence[Row]) -> None:
        """Write some rows of the input, each with the cells added to it behind it."""

    def close(self) -> None:
        """Finish the file."""


class _CsvWriter:
    def __init__(self, stream: BinaryIO, columns: list[str], like: Table, delimiter: str, safe: bool) -> None:
        self._safe = safe
        self._stream, self._delimiter, self._same = stream, delimiter, delimiter == like.delimiter
        self._stream.writelines(line + b"\n" for line in self._lines(disarmed([columns]) if safe else [columns]))

    def write(self, rows: Sequence[Row], added: Sequence[Row]) -> None:
        if self._safe:
            rows, added = disarmed(rows), disarmed(added)
        kept = [row.written if self._same and isinstance(row, CsvRow) else None for row in rows]
        others = iter(self._lines([_flat(row) for row, line in zip(rows, kept, strict=True) if line is None]))
        written = [next(others) if line is None else line for line in kept]
        mark = self._delimiter.encode() if added and added[0] else b""
        lines = [line + mark + cells + b"\n" for line, cells in zip(written, self._lines(added), strict=True)]
        self._stream.write(b"".join(lines))

    def _lines(self, rows: Iterable[Row]) -> list[bytes]:
        """Return rows as they are written, without line ends."""
        records = _Records()
        # only with this line end does csv put quotes around a lone CR
        csv.writer(records, delimiter=self._delimiter, lineterminator="\r\n").writerows(rows)
        return [record[:-2].encode("utf-8", "replace") for record in records]

    def close(self) -> None:
        self._stream.flush()


def _flat(row: Row) -> Row:
    return row if _NESTED.isdisjoint(map(type, row)) else [_as_text(c) if type(c) in _NESTED else c for c in row]


def disarmed(rows: Sequence[Row]) -> list[Row]:
    """Return rows with an apostrophe before what a spreadsheet would run; a row without such a cell stays as it is written."""
    return [[f"'{cell}" if _is_run(cell) else cell for cell in row] if any(map(_is_run, row)) else row for row in rows]


def _is_run(cell: Any) -> bool:
    return isinstance(cell, str) and cell.startswith(_RUN) and not _NUMBER.fullmatch(cell)


def print_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], excel_safe: bool) -> None:
    """Write rows to standard output, below a header."""
    lines = [list(columns), *([row[name] for name in columns] for row in rows)]
    csv.writer(sys.stdout, lineterminator="\n").writerows(disarmed(lines) if excel_safe else lines)


class _Records(list[str]):
    write = list.append


class _JsonlWriter:
    def __init__(self, stream: BinaryIO, columns: list[str]) -> None:
        self._stream, self._columns = stream, unique_names(columns)

    def write(self, rows: Sequence[Row], added: Sequence[Row]) -> None:
        records = (
            dict(zip(self._columns, [*row, *cells], strict=True)) for row, cells in zip(rows, added, strict=True)
        )
        self._stream.writelines(f"{_as_text(record)}\n".encode() for record in records)

    def close(self) -> None:
        self._stream.flush()


class _XlsxWriter:
    def __init__(self, path: Path, columns: list[str], warn: Callable[[str], None]) -> None:
        from openpyxl import Workbook  # noqa: PLC0415
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        self._path, self._book, self._cell, self._warn = path, Workbook(write_only=True), WriteOnlyCell, warn
        self._sheet = self._book.create_sheet("kolclf")
        self._number, self._saved = 0, False
        self.write([columns], [[]])

    def write(self, rows: Sequence[Row], added: Sequence[Row]) -> None:
        for row, cells in zip(rows, added, strict=True):
            self._number += 1
            self._sheet.append([self._text(value) if _is_text(value) else value for value in [*row, *cells]])

    def _text(self, value: Any) -> Any:
        text = _UNPRINTABLE.sub("", _as_text(value))
        if len(text) > XLSX_CELL:
            self._warn(
                f"row {self._number}: a cell of {len(text)} characters is cut to the {XLSX_CELL} that XLSX holds"
            )
        cell = self._cell(self._sheet, text[:XLSX_CELL])
        cell.data_type = "s"  # "=1+1" in a bio is text, never a formula
        cell.quotePrefix = text.startswith(_RUN)  # nor becomes one when somebody edits it
        return cell

    def close(self) -> None:
        self._saved = True
        self._book.save(self._path)

    def abandon(self) -> None:
        """Let go of an unfinished sheet, which openpyxl would complain about otherwise."""
        if not self._saved:
            self._sheet.close()
            self._sheet._writer.cleanup()  # its file in the system's folder, which it keeps until Python ends


def _is_text(value: Any) -> bool:
    """Tell whether XLSX must hold a value as text: also lists, bytes and times of a time zone, which it does not know."""
    return isinstance(value, (str, bytes, list, dict)) or getattr(value, "tzinfo", None) is not None


class _ParquetWriter:
    def __init__(self, path: Path, columns: list[str], schema: Any, numbers: Collection[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        kept = [field.type for field in schema or ()]
        added = [pa.float64() if name in numbers else pa.string() for name in columns[len(kept) :]]
        self._pa, self._rows = pa, list[Row]()
        self._schema = pa.schema(list(zip(unique_names(columns), kept + added, strict=True)))
        values = [t.value_type if pa.types.is_dictionary(t) else t for t in self._schema.types]
        strings = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
        self._is_text = [any(is_kind(t) for is_kind in strings) for t in values]
        self._writer = pq.ParquetWriter(path, self._schema)

    def write(self, rows: Sequence[Row], added: Sequence[Row]) -> None:
        for row, cells in zip(rows, added, strict=True):
            typed = zip([*row, *cells], self._is_text, strict=True)
            as_typed = [_as_text(v) if is_text and v is not None else None if v == "" else v for v, is_text in typed]
            self._rows.append(as_typed)
            if len(self._rows) == PARQUET_ROWS:
                self._flush()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [[]] * len(self._schema)
        arrays = [self._pa.array(column, type=kind) for column, kind in zip(columns, self._schema.types, strict=True)]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        self._flush()
        self._writer.close()


def unique_names(columns: Sequence[str]) -> list[str]:
    """Return column names of which none stands twice, as JSON and Parquet want them.

    >>> unique_names(["bio", "bio", "id"])
    ['bio', 'bio_2', 'id']
    """
    taken: list[str] = []
    columns = [_as_text(name) for name in columns]
    for name in columns:
        number, own = 2, name
        while own in taken or (own != name and own in columns):
            own, number = f"{name}_{number}", number + 1
        taken.append(own)
    return taken


def _as_text(cell: Any) -> str:
    """Return a cell as text; halves of characters, as cut-off exports hold them, become ``?``: no file can carry them."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    text = json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, (list, dict)) else str(cell)
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def open_writer(
    target: str,
    columns: list[str],
    like: Table,
    numbers: Collection[str] = (),
    warn: Callable[[str], None] = lambda message: None,
    excel_safe: bool = False,
) -> Iterator[Writer]:
    """Yield a writer for ``target``, its format by its ending; ``-`` is standard output, as CSV.

    A CSV speaks as the table that it was made from: the same delimiter, and a byte-order mark if the input was not plain
    UTF-8, so that the spreadsheet that wrote the input reads the output.

    Parameters
    ----------
    target : str
    columns : list of str
        Those of ``like``, and the added ones behind them.
    like : Table
        The input.
    numbers : collection of str
        Added columns that hold numbers; Parquet wants to know.
    warn : callable
        Told what a format cannot hold.
    excel_safe : bool
        Whether an apostrophe stands in a CSV before cells that a spreadsheet would run as a formula.
    """
    if target == "-":
        yield _CsvWriter(sys.stdout.buffer, columns, like, like.delimiter, excel_safe)
        return
    ending = Path(target).suffix.lower()
    kind = FORMATS.get(ending)
    if kind is None:
        raise DataError(f"{target}: the ending '{Path(target).suffix}' is unknown; use one of {', '.join(FORMATS)}")
    with write_whole(target) as path, ExitStack() as opened:
        writer: Writer
        if kind == "xlsx":
            writer = _XlsxWriter(path, columns, warn)
            opened.callback(writer.abandon)
        elif kind == "parquet":
            writer = _ParquetWriter(path, columns, like.schema, numbers)
        else:
            stream = opened.enter_context(path.open("wb"))
            stream.write(b"" if kind == "jsonl" or like.encoding == "utf-8" else BOM_UTF8)
            delimiter = "\t" if ending == ".tsv" else like.delimiter
            writer = (
                _CsvWriter(stream, columns, like, delimiter, excel_safe)
                if kind == "csv"
                else _JsonlWriter(stream, columns)
            )
        yield writer
        writer.close()
