"""Where the command begins, before anything large is loaded."""

from kolclf.interrupt import stop_at_once


def main() -> None:
    """Run the command line."""
    stop_at_once()
    from kolclf import cli  # noqa: F401 (its commands are those of the application)
    from kolclf.app import app

    app()


if __name__ == "__main__":
    main()
