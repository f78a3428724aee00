"""Reads CSV: any usual encoding, delimiter and line end; cells are not interpreted."""

import csv
import io
import itertools
import math
import re
import sys
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import BinaryIO, TextIO

from kolclf.errors import DataError
from kolclf.records import cut_records
from kolclf.rows import Row, Table, fitted, without_empty_end

BLOCK = 1 << 20  # bytes that are read at once
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
            reader = csv.reader(itertools.chain([line], text), delimiter=delimiter, strict=True)
            header, lines = next(reader), skipped + reader.line_num
        except csv.Error as error:
            place = f"line {skipped + 1}"
            raise DataError(f"{path}, {place}: the header cannot be read ({error}); check its quotes") from None
    columns = without_empty_end([name.strip() for name in header])
    reading = _Reading(path, source, encoding, delimiter)
    return Table(path, columns, reading.rows(len(columns), lines), delimiter, encoding, None, size, reading.position)


class _Reading:
    """The rows of a CSV on their way, and how far they have come."""

    def __init__(self, path: str, source: Callable[[], BinaryIO], encoding: str, delimiter: str) -> None:
        self._path, self._source, self._encoding, self._delimiter = path, source, encoding, delimiter
        self._stream: BinaryIO | None = None

    def position(self) -> float:
        """Return how many bytes have been read."""
        return float(self._stream.tell()) if self._stream and not self._stream.closed else math.inf

    def rows(self, width: int, line: int) -> Iterator[Row]:
        """Yield the rows behind the first lines."""
        with self._source() as stream:
            self._stream = stream
            text = io.TextIOWrapper(stream, encoding=self._encoding, newline="")
            head = [text.readline() for _ in range(line)]
            if self._encoding.startswith("utf-8"):
                text.detach()
                at = len("".join(head).encode()) + (len(BOM_UTF8) if self._encoding == "utf-8-sig" else 0)
                at, line = yield from self._plain_rows(stream, width, at, line)
                stream.seek(at)
                text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            yield from self._parsed_rows(text, width, line)

    def _plain_rows(self, stream: BinaryIO, width: int, at: int, line: int) -> Generator[Row, None, tuple[int, int]]:
        """Yield rows as long as all is written by the book, and return the place and the line that are not, or the end."""
        stream.seek(at)
        size, block, delimiter = BLOCK, b"", ord(self._delimiter)
        while True:
            more = stream.read(size)
            block += more if more or block[-1:] in (b"", b"\n") else b"\n"
            if not block:
                return at, line
            cut = cut_records(block, delimiter, width)
            if cut is None or (not cut.end and not more):
                return at, line
            yield from cut.rows
            line += len(re.findall(rb"\r\n?|\n", block[: cut.end]))
            at, block, size = at + cut.end, block[cut.end :], max(BLOCK, len(block) - cut.end)

    def _parsed_rows(self, text: TextIO, width: int, line: int) -> Iterator[Row]:
        """Yield the rows of a text as Python's csv module reads them."""
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        while True:
            place = f"line {line + reader.line_num + 1}"
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise DataError(
                    f"{self._path}, {place}: cannot be read ({error}); look for a quote that is not closed or doubled"
                ) from None
            if row:
                yield fitted(row, width, self._path, place)
