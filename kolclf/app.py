"""The application that the commands belong to, and the one place where an error becomes a sentence."""

import atexit
import functools
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import typer

from kolclf.errors import KolclfError
from kolclf.interrupt import raised, stop

atexit.register(gc.freeze)  # the end need not look for cycles

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Register a command; an error of kolclf becomes one sentence and exit code 1."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            with raised():
                function(*args, **kwargs)
                sys.stdout.flush()
        except KolclfError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from None
        except BrokenPipeError:  # the reader has gone, as in `kolclf predict ... | head`
            sys.stderr.flush()
            os._exit(0)
        except KeyboardInterrupt:
            with suppress(OSError, AttributeError):  # its reader may have gone, or it is closed
                sys.stderr.flush()
            stop()

    app.command()(run)
    return run
