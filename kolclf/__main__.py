"""Where the command begins, before anything large is loaded."""

import gc

from kolclf.interrupt import stop_at_once


def main() -> None:
    """Run the command line."""
    stop_at_once()
    gc.set_threshold(100_000)  # a start makes many objects and hardly a cycle
    from kolclf import cli  # noqa: F401 (its commands are those of the application)
    from kolclf.app import app

    app()


if __name__ == "__main__":
    main()
