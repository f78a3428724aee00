"""What a table is, whatever file it comes from: a header and a stream of rows."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from kolclf.errors import DataError

CHUNK = 1024  # rows that are answered at a time: the arrays of their words fit the cache of a core
Row = list[Any]


class CsvRow(list[Any]):
    """A row that remembers how it is written, in UTF-8: a CSV of the same delimiter can take it over as it stands."""

    __slots__ = ("written",)

    def __init__(self, cells: Row, written: bytes) -> None:
        super().__init__(cells)
        self.written = written


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


def chunks(table: Table, size: int) -> Iterator[list[Row]]:
    """Yield the rows of a table in lists of ``size``."""
    while chunk := list(islice(table.rows, size)):
        yield chunk


def without_empty_end(row: Row) -> Row:
    """Take the empty cells off the end of a row."""
    while row and row[-1] in ("", None):
        row.pop()
    return row


class BadRow(NamedTuple):
    """A piece of a file that cannot be read as a row."""

    line: int  # from 1; of a workbook, the row
    byte: int | None  # its place in the file, from 1; None in a workbook
    reason: str
    written: str  # the piece itself


Reject = Callable[[BadRow], None]


def refuse(path: str) -> Reject:
    """Return what takes no bad row of a file: it raises a DataError that names line and byte."""

    def raise_at(bad: BadRow) -> None:
        place = f"row {bad.line}" if bad.byte is None else f"line {bad.line}"
        what, _, advice = bad.reason.partition("; ")
        at = "" if bad.byte is None else f" (byte {bad.byte} of the file)"
        raise DataError(f"{path}, {place}: {what}{at}; {advice}")

    return raise_at


def misfit(row: Row, width: int) -> str | None:
    """Return why a row has no place under a header of ``width`` cells, if so."""
    if len(row) <= width or len(without_empty_end(row)) <= width:
        return None
    return (
        f"has {len(row)} cells but the header has {width}; "
        "put quotes around the cell that holds a delimiter, or name the column"
    )


def filled(row: Row, width: int) -> Row:
    """Return a row with empty cells at its end up to ``width``."""
    return row + [""] * (width - len(row))
