"""What a table is, whatever file it comes from: a header and a stream of rows."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from kolclf.errors import DataError

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


def without_empty_end(row: Row) -> Row:
    """Take the empty cells off the end of a row."""
    while row and row[-1] in ("", None):
        row.pop()
    return row


def fitted(row: Row, width: int, path: str, place: str) -> Row:
    """Return a row of ``width`` cells; a shorter one is filled up, a longer one refused."""
    if len(row) > width and len(without_empty_end(row)) > width:
        raise DataError(
            f"{path}, {place}: has {len(row)} cells but the header has {width}; "
            "put quotes around the cell that holds a delimiter, or name the column"
        )
    return row + [""] * (width - len(row))
