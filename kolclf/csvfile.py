"""Reads CSV: any usual encoding, delimiter and line end; cells are not interpreted."""

import csv
import io
import itertools
import math
import re
import sys
from codecs import BOM_UTF8, iterdecode
from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import BinaryIO

from kolclf.errors import DataError
from kolclf.records import cut_records
from kolclf.rows import BadRow, CsvRow, Reject, Row, Table, filled, misfit, refuse, without_empty_end

BLOCK = 1 << 20  # bytes that are read at once
# ... to try an encoding; more than 128 KB of text would be taken from the system, page by page, each time
PIECE = 1 << 15
_DELIMITERS = ",;\t|"
_WRONG = re.compile("[\udc80-\udcff]")  # how "surrogateescape" reads a byte that is not UTF-8

csv.field_size_limit(sys.maxsize)


def _encoding_of(path: str, stream: BinaryIO) -> tuple[str, str]:
    """Return the encoding of a stream, by byte-order mark, else UTF-8, else Windows-1252, and how to take wrong bytes."""
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
        try:
            deque(_decoded(stream, encoding), maxlen=0)
            return encoding, "strict"
        except UnicodeDecodeError as error:
            at = stream.tell() - len(error.object) + error.start
            reason = f"byte 0x{error.object[error.start]:02x} has no meaning; byte {at + 1} of the file"
        finally:
            stream.seek(0)
        if encoding == "utf-8-sig" or (encoding == "utf-8" and _is_mixed(stream)):
            return encoding, "surrogateescape"
    raise DataError(f"{path}: is neither UTF-8, UTF-16 nor Windows-1252 ({reason}); save it again as 'CSV UTF-8'")


def _decoded(stream: BinaryIO, encoding: str, errors: str = "strict") -> Iterator[str]:
    """Return the text of a stream in pieces; a text stream hands on 8 KB at a time, and takes many times as long."""
    stream.seek(0)
    return iterdecode(iter(partial(stream.read, PIECE), b""), encoding, errors)


def _is_mixed(stream: BinaryIO) -> bool:
    """Tell whether a stream is UTF-8 but for a few bytes: read as Windows-1252, all its other letters would be spoilt."""
    wrong = others = 0
    for block in _decoded(stream, "utf-8", "replace"):
        found = block.count("\ufffd")
        wrong, others = wrong + found, others + sum(not c.isascii() for c in block) - found
    stream.seek(0)
    return others > 4 * wrong


def _delimiter_of(line: str) -> str:
    """Return the delimiter that parts a header line into most cells."""
    return max(_DELIMITERS, key=lambda mark: (len(next(csv.reader([line], delimiter=mark), [])), mark == ","))


def _said(error: csv.Error) -> str:
    return str(error).replace("\t", "tab")


def read_csv(path: str, source: Callable[[], BinaryIO], reject: Reject | None = None) -> Table:
    """Read the header of a CSV; its rows open ``source`` anew when they are asked for, and close it.

    A row that cannot be read is given to ``reject``, and reading goes on behind it: a row of too many cells or with wrong bytes
    is left out alone; of one with a spoilt quote, the lines up to that in which the spoilt cell begins.
    """
    with source() as stream:
        size = float(stream.seek(0, io.SEEK_END))
        stream.seek(0)
        encoding, errors = _encoding_of(path, stream)
        text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
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
            raise DataError(f"{path}, {place}: the header cannot be read ({_said(error)}); check its quotes") from None
    columns = without_empty_end([name.strip() for name in header])
    if _WRONG.search("".join(columns)):
        raise DataError(f"{path}, line {lines}: the header holds bytes that are not UTF-8; mend those characters")
    reading = _Reading(path, source, encoding, errors, delimiter, reject or refuse(path))
    return Table(path, columns, reading.rows(len(columns), lines), delimiter, encoding, None, size, reading.position)


class _Reading:
    """The rows of a CSV on their way, and how far they have come."""

    def __init__(
        self, path: str, source: Callable[[], BinaryIO], encoding: str, errors: str, delimiter: str, reject: Reject
    ) -> None:
        self._path, self._source, self._encoding, self._errors = path, source, encoding, errors
        self._delimiter, self._reject = delimiter, reject
        cell = rf'(?:"(?:[^"]++|"")*+"|(?!")[^{re.escape(delimiter)}\r\n]*+)'
        self._cells = re.compile(rf"(?:{cell}{re.escape(delimiter)})*+")
        self._stream: BinaryIO | None = None

    def position(self) -> float:
        """Return how many bytes have been read."""
        return float(self._stream.tell()) if self._stream and not self._stream.closed else math.inf

    def rows(self, width: int, line: int) -> Iterator[Row]:
        """Yield the rows behind the first lines."""
        with self._source() as stream:
            self._stream = stream
            at = len(BOM_UTF8) if self._encoding == "utf-8-sig" else 0
            at += 2 if self._encoding == "utf-16" else 0
            bytewise = self._encoding.removesuffix("-sig")
            if self._encoding == "utf-16":
                bytewise = "utf-16-le" if stream.read(1) == b"\xff" else "utf-16-be"
            head = _Lines(stream, at, 0, bytewise, self._errors)
            for _ in range(line):
                next(head)
            at, line = head.at, head.line
            while True:
                if bytewise == "utf-8":
                    at, line = yield from self._plain_rows(stream, width, at, line)
                lines = _Lines(stream, at, line, bytewise, self._errors)
                yield from self._parsed_rows(lines, width, at + BLOCK if bytewise == "utf-8" else math.inf)
                if lines.at == at:
                    return
                at, line = lines.at, lines.line

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
            if cut is None or (not cut.end and not more) or not self._reads(block[: cut.end]):
                return at, line
            yield from cut.rows
            line += _line_ends(block[: cut.end])
            at, block, size = at + cut.end, block[cut.end :], max(BLOCK, len(block) - cut.end)

    def _reads(self, block: bytes) -> bool:
        """Tell whether a block has no wrong bytes."""
        if self._errors == "strict":  # the whole file was tried
            return True
        try:
            block.decode()
        except UnicodeDecodeError:
            return False
        return True

    def _parsed_rows(self, lines: "_Lines", width: int, until: float) -> Iterator[Row]:
        """Yield rows as Python's csv module reads them, up to the first that ends at ``until`` bytes or behind."""
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while lines.at < until:
            at, line = lines.begin()
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                written = lines.rewound(self._bad_lines(lines.record))
                why = f"cannot be read ({_said(error)}); look for a quote that is not closed or doubled"
                self._reject(BadRow(line, at, why, written))
                reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
                continue
            if not row:
                continue
            written = "".join(lines.record)
            if wrong := self._errors != "strict" and _WRONG.search(written):
                before = written[: wrong.start()]
                here = line + len(re.findall(r"\r\n?|\n", before))
                byte = f"byte 0x{ord(wrong[0]) - 0xDC00:02x}"
                why = f"{byte} is not UTF-8 as the rest is; mend that character"
                self._reject(BadRow(here, at + len(before.encode(*lines.coding)), why, written))
            elif misfitting := misfit(row, width):
                self._reject(BadRow(line, at, misfitting, written))
            elif len(row) == width:
                yield CsvRow(row, written.rstrip("\r\n").encode())
            else:
                yield filled(row, width)

    def _bad_lines(self, record: list[str]) -> int:
        """Return how many lines of a record to leave out: up to that in which its bad cell begins."""
        good = self._cells.match("".join(record))
        end, count = good.end() if good else 0, 0
        while count < len(record) - 1 and end >= len(record[count]):
            end, count = end - len(record[count]), count + 1
        return count + 1


def _line_ends(block: bytes) -> int:
    alone = block.count(b"\r") - block.count(b"\r\n") if b"\r" in block else 0
    return block.count(b"\n") + alone


class _Lines:
    """The lines of a stream, with the place of each; those of a record can be read again."""

    def __init__(self, stream: BinaryIO, at: int, line: int, encoding: str, errors: str) -> None:
        stream.seek(at)
        self.at, self.line, self.coding = at, line, (encoding, errors)
        self.record: list[str] = []
        self._again: deque[str] = deque()
        self._text = _text_of(stream, encoding, errors)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._text)
        self.record.append(line)
        self.at, self.line = self.at + len(line.encode(*self.coding)), self.line + 1
        return line

    def begin(self) -> tuple[int, int]:
        """Begin a record, and return its first byte and line, from 1."""
        self.record = []
        return self.at + 1, self.line + 1

    def rewound(self, count: int) -> str:
        """Return the first lines of the record; the others will be read again."""
        again = self.record[count:]
        self._again.extendleft(reversed(again))
        self.at, self.line = self.at - len("".join(again).encode(*self.coding)), self.line - len(again)
        return "".join(self.record[:count])


def _text_of(stream: BinaryIO, encoding: str, errors: str) -> Iterator[str]:
    """Yield the lines of a stream, and leave it open."""
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    try:
        for line in text:  # noqa: UP028 ("yield from" would close the stream with us)
            yield line
    finally:
        if not stream.closed:
            text.detach()
