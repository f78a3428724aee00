"""Keeps the rows that cannot be read in a file of their own, with the reason of each."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kolclf.rows import BadRow
from kolclf.whole import write_whole


class Rejected:
    """Takes bad rows, counts them and writes them down."""

    def __init__(self, path: str) -> None:
        self.path, self.count = path, 0
        self._writer: Any = None

    def __call__(self, bad: BadRow) -> None:
        """Take a bad row."""
        self.count += 1
        if self._writer:
            self._writer.writerow(bad)

    @contextmanager
    def written(self) -> Iterator[None]:
        """Write what is taken meanwhile: its line, its byte, the reason and the row itself, as CSV."""
        with write_whole(self.path) as beside:
            with beside.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                self._writer = csv.writer(file, lineterminator="\n")
                self._writer.writerow(("line", "byte", "reason", "row"))
                yield
            self._writer = None
