"""Reads the arrays of an ``.npz`` that a stranger may have made: sizes are checked before memory is taken, nothing is run."""

import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 1_000_000_000  # of the file, and of all its arrays unpacked
MAX_RATIO = 50  # of unpacked to packed bytes; words and weights shrink to a half or a third
MAX_DIRECTORY = 65_536  # bytes that list the parts of the file
MAX_HEADER = 1_000  # bytes that tell an array's shape
_END = struct.Struct("<4s4H2LH")  # of a zip file: signature, ..., size and place of the directory, length of a comment


class UnfitError(ValueError):
    """What is wrong with a file, in some words about "its ..."."""


class Npz:
    """The arrays of an open file."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        entries = archive.infolist()
        self._entries = {entry.filename.removesuffix(".npy"): entry for entry in entries}
        if len(self._entries) < len(entries):
            raise UnfitError("it holds an array twice")
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MAX_BYTES:
            raise UnfitError(f"its arrays would take more than {MAX_BYTES:,} bytes")
        if unpacked > MAX_RATIO * archive.start_dir:
            raise UnfitError(f"its arrays would take more than {MAX_RATIO} times the bytes of the file")
        if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
            raise UnfitError("it is packed in a way that kolclf never uses")
        _check_that_none_overlap(entries, archive.start_dir)

    @property
    def names(self) -> set[str]:
        """The names of all arrays."""
        return set(self._entries)

    def array(self, name: str, kind: str, dimensions: int, most: int = MAX_BYTES) -> NDArray[Any]:
        """Return an array of a kind (``"<f8"``) and number of dimensions; it cannot be written to.

        Raises
        ------
        UnfitError
            If it is missing, of another kind, of more than ``most`` bytes, or of another size than it states.
        """
        if name not in self._entries:
            raise UnfitError(f"it lacks the array '{name}'")
        entry = self._entries[name]
        if entry.file_size > most:
            raise UnfitError(f"its array '{name}' is larger than {most:,} bytes")
        with self._archive.open(entry) as part, warnings.catch_warnings(action="error"):
            if np.lib.format.read_magic(part) != (1, 0):
                raise UnfitError(f"its array '{name}' is of another version")
            shape, by_column, dtype = np.lib.format.read_array_header_1_0(part, max_header_size=MAX_HEADER)
            if dtype.str != kind or len(shape) != dimensions:
                raise UnfitError(f"its array '{name}' is of another kind")
            if min(shape) < 0 or part.tell() + math.prod(shape) * dtype.itemsize != entry.file_size:
                raise UnfitError(f"its array '{name}' is of another size than it states")
            content = part.read()
        return np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if by_column else "C")


@contextmanager
def open_npz(path: str | Path) -> Iterator[Npz]:
    """Open a file whose list of parts is sound.

    Raises
    ------
    UnfitError, zipfile.BadZipFile, OSError
        If it is not.
    """
    with Path(path).open("rb") as file:
        _check_end(file)
        with ZipFile(file) as archive:
            yield Npz(archive)


def _check_end(file: BinaryIO) -> None:
    """Check the end of a zip file, before zipfile reads as long a list of parts as it states."""
    size = file.seek(0, 2)
    if size > MAX_BYTES:
        raise UnfitError(f"it is larger than {MAX_BYTES:,} bytes")
    file.seek(max(0, size - _END.size - 20))
    tail = file.read(_END.size + 20)
    if len(tail) < _END.size or tail[: -_END.size].startswith(b"PK\x06\x07"):  # only a file of 4 GB needs the long form
        raise UnfitError("it is no .npz")
    signature, *_, directory, _, comment = _END.unpack(tail[-_END.size :])
    if signature != b"PK\x05\x06" or comment:
        raise UnfitError("its end is missing")
    if directory > MAX_DIRECTORY:
        raise UnfitError("it has more parts than a model has")


def _check_that_none_overlap(entries: list[ZipInfo], end: int) -> None:
    starts = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    for (start, size), (following, _) in pairwise([*starts, (end, 0)]):
        if start < 0 or start + 30 + size > following:  # 30 bytes stand before the name of a part
            raise UnfitError("its parts overlap")
