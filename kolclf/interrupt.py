"""Ctrl-C: one sentence and exit code 130 from the first moment, not only once a command is at work."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

CODE = 130  # as shells have it


def stop(*_: object) -> NoReturn:
    """End at once: an orderly end would wait for the chunks that other processes have in hand. They end with us."""
    try:
        if sys.stderr is not None:  # else 2 may be another file
            os.write(2, b"Stopped; no file is left half-written.\n")
    finally:
        os._exit(CODE)


def stop_at_once() -> None:
    """Let Ctrl-C end the process as long as nothing has to be cleared away; where it is ignored it stays so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)


def _raise_once(*_: object) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one would cut the clearing short
    raise KeyboardInterrupt


@contextmanager
def raised() -> Iterator[None]:
    """Let Ctrl-C raise a KeyboardInterrupt meanwhile, so that half-written files are cleared away."""
    before = signal.getsignal(signal.SIGINT)
    if before is not stop:
        yield
        return
    signal.signal(signal.SIGINT, _raise_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, stop)
