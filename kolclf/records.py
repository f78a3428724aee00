"""Cuts CSV that is written by the book into rows, a block at once; anything odd is left to Python's csv module."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints
from kolclf.rows import CsvRow

_QUOTE, _LINE, _RETURN = b'"\n\r'
Bytes = NDArray[np.uint8]


class Records(NamedTuple):
    """The whole records at the head of a block, and where the last of them ends."""

    rows: Iterator[CsvRow]
    end: int


def cut_records(block: bytes, delimiter: int, width: int) -> Records | None:
    r"""Return the whole records of ``width`` cells at the head of a block of UTF-8.

    Parameters
    ----------
    block : bytes
        Begins with a record; its last record may be cut off.
    delimiter : int
        The byte between cells.
    width : int
        Cells of a record.

    Returns
    -------
    Records or None
        None where anything is not by the book: a record of more or fewer cells or of none, a quote that neither begins nor
        ends a cell nor is doubled within one, a carriage return alone at the end of a line.

    Examples
    --------
    >>> rows, end = cut_records(b'1,"a ""b"", c"\n2,', ord(","), 2)
    >>> list(rows), end
    ([['1', 'a "b", c']], 15)
    >>> cut_records(b'1,5" pipe\n', ord(","), 2)
    """
    codes = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    marks = _outside(np.flatnonzero((codes == delimiter) | (codes == _LINE)), quotes)
    is_line = codes[marks] == _LINE
    lines = marks[is_line]
    if not _is_by_the_book(codes, quotes, delimiter):
        return None
    if not len(lines):
        return Records(iter(()), 0)
    end = int(lines[-1]) + 1
    whole = int(np.searchsorted(marks, end))
    marks, is_line = marks[:whole], is_line[:whole]
    last = np.arange(len(marks)) % width == width - 1
    sizes = np.diff(lines, prepend=-1) - 1 - (codes[lines - 1] == _RETURN)
    if len(marks) % width or (is_line != last).any() or (width == 1 and (sizes == 0).any()):
        return None
    return Records(_rows(block, codes, marks, quotes[quotes < end], width), end)


def _outside(places: Ints, quotes: Ints) -> Ints:
    """Return the places that do not stand between quotes."""
    found: Ints = places[np.searchsorted(quotes, places) % 2 == 0]
    return found


def _is_by_the_book(codes: Bytes, quotes: Ints, delimiter: int) -> bool:
    """Tell whether quotes stand around whole cells only, and no line ends with a carriage return alone."""
    opening, closing, returns = quotes[::2], quotes[1::2], _outside(np.flatnonzero(codes == _RETURN), quotes)
    closing, returns = closing[closing + 1 < len(codes)], returns[returns + 1 < len(codes)]
    before, after = codes[opening - 1], codes[closing + 1]
    fits_before = (opening == 0) | (before == delimiter) | (before == _LINE) | (before == _QUOTE)
    fits_after = (after == delimiter) | (after == _LINE) | (after == _QUOTE) | (after == _RETURN)
    return bool(fits_before.all() and fits_after.all() and (codes[returns + 1] == _LINE).all())


def _rows(block: bytes, codes: Bytes, marks: Ints, quotes: Ints, width: int) -> Iterator[CsvRow]:
    starts, ends = np.append(0, marks[:-1] + 1), marks.copy()
    first_of_line = starts[::width].tolist()
    ends[width - 1 :: width] -= codes[ends[width - 1 :: width] - 1] == _RETURN
    end_of_line = ends[width - 1 :: width].tolist()
    quoted = codes[starts] == _QUOTE
    starts, ends = starts + quoted, ends - quoted
    cells = [block[start:end].decode() for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    doubled = quotes[2::2][quotes[1:-1:2] + 1 == quotes[2::2]]
    for place in np.unique(np.searchsorted(marks, doubled)).tolist():
        cells[place] = cells[place].replace('""', '"')
    for number, (start, end) in enumerate(zip(first_of_line, end_of_line, strict=True)):
        yield CsvRow(cells[number * width : (number + 1) * width], block[start:end])
