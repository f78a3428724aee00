"""Writes ``models/answers.sha256``: checksums of what the default model answers to the tables of ``data/`` (``make model``)."""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from profiles import ROOT

from kolclf.cli import app

CHECKSUMS = ROOT / "models" / "answers.sha256"
TABLES = ("demo_accounts.csv", "profiles.csv")


def checksums() -> str:
    """Return a line for each table, as ``sha256sum`` writes it."""
    with TemporaryDirectory() as folder:
        for table in TABLES:
            options = ["--model", str(ROOT / "models" / "default.npz"), "-o", str(Path(folder) / table)]
            app(["predict", str(ROOT / "data" / table), *options], standalone_mode=False)
        return "".join(f"{sha256((Path(folder) / table).read_bytes()).hexdigest()}  {table}\n" for table in TABLES)


if __name__ == "__main__":
    CHECKSUMS.write_text(checksums(), encoding="ascii", newline="\n")
