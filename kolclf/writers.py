"""Writes tables: CSV, XLSX, JSON lines and Parquet, each whole or not at all."""

import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TextIO

from kolclf.errors import DataError
from kolclf.tables import FORMATS, Row, Table


class Writer(Protocol):
    """Takes rows one by one."""

    def write(self, row: Row) -> None:
        """Write one row of cells."""

    def close(self) -> None:
        """Finish the file."""


class _CsvWriter:
    def __init__(self, stream: TextIO, columns: list[str], delimiter: str) -> None:
        self._stream = stream
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        self._writer.writerow(columns)

    def write(self, row: Row) -> None:
        self._writer.writerow([_as_text(cell) if isinstance(cell, (list, dict)) else cell for cell in row])

    def close(self) -> None:
        self._stream.flush()


class _JsonlWriter:
    def __init__(self, stream: TextIO, columns: list[str]) -> None:
        self._stream, self._columns = stream, columns

    def write(self, row: Row) -> None:
        self._stream.write(
            json.dumps(dict(zip(self._columns, row, strict=True)), ensure_ascii=False, default=str) + "\n"
        )

    def close(self) -> None:
        self._stream.flush()


class _XlsxWriter:
    def __init__(self, path: Path, columns: list[str]) -> None:
        from openpyxl import Workbook  # noqa: PLC0415
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

        self._path, self._book, self._cell, self._illegal = (
            path,
            Workbook(write_only=True),
            WriteOnlyCell,
            ILLEGAL_CHARACTERS_RE,
        )
        self._sheet = self._book.create_sheet("kolclf")
        self.write(columns)

    def write(self, row: Row) -> None:
        cells = []
        for value in row:
            value = _as_text(value) if isinstance(value, (list, dict)) else value
            text = isinstance(value, str)
            cell = self._cell(self._sheet, self._illegal.sub("", value)[:32767] if text else value)
            if text:
                cell.data_type = "s"  # "=1+1" in a bio is text, never a formula
            cells.append(cell)
        self._sheet.append(cells)

    def close(self) -> None:
        self._book.save(self._path)


class _ParquetWriter:
    def __init__(self, path: Path, columns: list[str], schema: Any) -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        kept = {field.name: field.type for field in schema or ()}
        types = {name: kept.get(name, pa.float64() if name.startswith("p_") else pa.string()) for name in columns}
        self._schema, self._table, self._rows = pa.schema(types.items()), pa.Table, list[Row]()
        self._writer = pq.ParquetWriter(path, self._schema)

    def write(self, row: Row) -> None:
        as_typed = [
            _as_text(v) if str(t) == "string" and v is not None else (None if v == "" else v)
            for v, t in zip(row, self._schema.types, strict=True)
        ]
        self._rows.append(as_typed)
        if len(self._rows) == 4096:
            self._flush()

    def _flush(self) -> None:
        columns = [[row[i] for row in self._rows] for i in range(len(self._schema))]
        self._writer.write_table(
            self._table.from_arrays(
                [_array(c, t) for c, t in zip(columns, self._schema.types, strict=True)], schema=self._schema
            )
        )
        self._rows.clear()

    def close(self) -> None:
        self._flush()
        self._writer.close()


def _array(values: list[Any], kind: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    return pa.array(values, type=kind)


def _as_text(cell: Any) -> str:
    return (
        cell
        if isinstance(cell, str)
        else json.dumps(cell, ensure_ascii=False)
        if isinstance(cell, (list, dict))
        else str(cell)
    )


@contextmanager
def write_whole(target: str | Path) -> Iterator[Path]:
    """Yield a path beside ``target`` to write to; it takes the target's place only when all went well.

    Raises
    ------
    DataError
        If the folder is missing or cannot be written to.
    """
    target = Path(target)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        yield Path(name)
        Path(name).replace(target)
    except OSError as error:
        raise DataError(
            f"{target}: cannot be written ({error.strerror or error}); choose another place with -o"
        ) from None
    finally:
        with suppress(OSError, NameError):
            Path(name).unlink()


@contextmanager
def open_writer(target: str, columns: list[str], like: Table) -> Iterator[Writer]:
    """Yield a writer for ``target``, its format by its ending; ``-`` is standard output, as CSV.

    A CSV speaks as the table that it was made from: the same delimiter, and a byte-order mark if the input was not plain UTF-8,
    so that the spreadsheet that wrote the input reads the output.
    """
    if target == "-":
        yield _CsvWriter(sys.stdout, columns, like.delimiter)
        return
    kind = FORMATS.get(Path(target).suffix.lower())
    if kind is None:
        raise DataError(f"{target}: the ending '{Path(target).suffix}' is unknown; use one of {', '.join(FORMATS)}")
    with write_whole(target) as path:
        writer: Writer
        if kind == "xlsx":
            writer = _XlsxWriter(path, columns)
            yield writer
            writer.close()
        elif kind == "parquet":
            writer = _ParquetWriter(path, columns, like.schema)
            yield writer
            writer.close()
        else:
            encoding = "utf-8" if kind == "jsonl" or like.encoding == "utf-8" else "utf-8-sig"
            with path.open("w", encoding=encoding, newline="", errors="surrogatepass") as stream:
                delimiter = "\t" if Path(target).suffix.lower() == ".tsv" else like.delimiter
                writer = _CsvWriter(stream, columns, delimiter) if kind == "csv" else _JsonlWriter(stream, columns)
                yield writer
                writer.close()
