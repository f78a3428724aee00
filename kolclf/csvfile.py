"""Reads CSV: any usual encoding, delimiter and line end; cells are not interpreted, and how a row is written is kept."""

import csv
import io
import itertools
import math
import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, TextIO

from kolclf.errors import DataError
from kolclf.rows import CsvRow, Row, Table, fitted, without_empty_end

LINES = 4096  # of a text that are read at once
_DELIMITERS = ",;\t|"

csv.field_size_limit(sys.maxsize)


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


def read_csv(path: str, source: Callable[[], BinaryIO]) -> Table:
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
    columns = without_empty_end([name.strip() for name in header])
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
            kept = _KeptLines(text)
            reader = csv.reader(itertools.chain.from_iterable(kept), delimiter=self._delimiter, strict=True)
            next(reader)
            while True:
                kept.forget(reader.line_num)
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
                    cells = CsvRow(fitted(row, width, self._path, place))
                    cells.written = kept.until(reader.line_num) if len(row) == width else None
                    yield cells


class _KeptLines:
    """The lines of a text in lists, and those that a reader has taken of late."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._lines = text, list[str]()
        self._first = self._done = 0  # number of the first line kept, and of those done with

    def __iter__(self) -> Iterator[list[str]]:
        while lines := list(itertools.islice(self._text, LINES)):
            self._lines = self._lines[self._done - self._first :] + lines
            self._first = self._done
            yield lines

    def forget(self, until: int) -> None:
        """Let go of the lines up to a number, counted from 1."""
        self._done = until

    def until(self, last: int) -> str:
        """Return the lines that have come since as they are written, without the end of the last."""
        return "".join(self._lines[self._done - self._first : last - self._first]).rstrip("\r\n")
