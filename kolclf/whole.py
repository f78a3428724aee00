"""Writes a file whole or not at all: beside its target first, then in the target's place."""

import glob
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kolclf.errors import DataError

try:
    import fcntl
except ImportError:  # Windows: what a killed run leaves stays there
    fcntl = None  # type: ignore[assignment]

_MARK = ".kolclf-"  # in the names of files that are being written
_locked: set[int] = set()  # handles of those of this process


def _let_go() -> None:
    """Close what the process that forked this one writes: a lock lasts as long as any process has the file open."""
    for handle in _locked:
        os.close(handle)
    _locked.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def check_new(path: str | Path, force: bool) -> None:
    """Raise, before any long work, if a file is there that nobody asked to replace.

    Raises
    ------
    DataError
        If ``path`` exists and ``force`` is false.
    """
    if not force and Path(path).exists():
        raise DataError(f"{path}: exists already; choose another name, or replace it with --force")


def unwritable(path: str | Path, error: OSError, option: str = "-o") -> DataError:
    """Return what is to be raised where a file cannot be written."""
    return DataError(f"{path}: cannot be written ({error.strerror or error}); choose another place with {option}")


@contextmanager
def write_whole(target: str | Path) -> Iterator[Path]:
    """Yield a path beside ``target`` to write to; it takes the target's place only when all went well.

    A run that is killed leaves a hidden file, which the next one for the same target deletes. A lock tells whether a file
    is still being written: unlike a process number it holds between containers and machines, and cannot be taken by another.

    Raises
    ------
    DataError
        If the folder is missing or cannot be written to, or there is no room.
    """
    place = Path(os.path.realpath(target))
    beside: Path | None = None
    handle = -1
    try:
        _sweep(place)
        handle, beside = _opened_beside(place)
        if handle >= 0:
            _locked.add(handle)
        beside.chmod(_mode(place))
        yield beside
        with beside.open("rb+") as written:
            os.fsync(written.fileno())  # else a power cut could leave the name without the content
        beside.replace(place)
    except OSError as error:
        raise unwritable(target, error) from None
    finally:
        if beside:
            with suppress(OSError):
                beside.unlink()
        if handle >= 0:
            _locked.discard(handle)
            os.close(handle)


def _opened_beside(place: Path) -> tuple[int, Path]:
    """Make a hidden file, and lock it where that can be done."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{place.name}{_MARK}", suffix=place.suffix, dir=place.parent)
        if fcntl is None:
            os.close(handle)  # Windows renames no open file
            return -1, Path(name)
        with suppress(OSError):  # not every network drive has locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:  # else another run swept it away before it was locked
            return handle, Path(name)
        os.close(handle)


def _sweep(place: Path) -> None:
    """Delete what killed runs left beside a target."""
    if fcntl is None:
        return
    for stray in place.parent.glob(f".{glob.escape(place.name + _MARK)}*"):
        with suppress(OSError), stray.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stray.unlink()


def _mode(place: Path) -> int:
    """Return the rights of the file that is replaced, else those of any new file."""
    if place.exists():
        return stat.S_IMODE(place.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
