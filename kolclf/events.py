"""Tells how a long run goes: one line of JSON a chunk, with counts, seconds and memory, and nothing of what was read."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kolclf.whole import unwritable

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

Log = Callable[..., None]


@contextmanager
def events(path: Path | None) -> Iterator[Log]:
    """Yield what writes an event to a file at once, with seconds since the start and memory; without a path it does nothing."""
    if path is None:
        yield lambda **counts: None
        return
    started = time.monotonic()
    try:
        file = path.open("wb", buffering=0)
    except OSError as error:
        raise unwritable(path, error, "--log-json") from None
    with file:

        def log(**counts: Any) -> None:
            event = {"event": "chunk", **counts, "seconds": round(time.monotonic() - started, 3), "peak_mb": _peak()}
            try:
                file.write(f"{json.dumps(event)}\n".encode())
            except OSError as error:
                raise unwritable(path, error, "--log-json") from None

        yield log


def _peak() -> float | None:
    """Return the most memory that this process has had, in megabytes, where the system tells."""
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
