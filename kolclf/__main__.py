"""Where the command begins, before anything large is loaded."""

import gc
import os

from kolclf.interrupt import stop_at_once


def main() -> None:
    """Run the command line."""
    stop_at_once()
    # threads of numpy would have nothing to do here, and wait for it by counting, on a core that others could use
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000)  # a start makes many objects and hardly a cycle
    from kolclf import cli  # noqa: F401 (its commands are those of the application)
    from kolclf.app import app

    app()


if __name__ == "__main__":
    main()
