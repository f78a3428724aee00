"""What the tests share: a small model, and a way to run the command line."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kolclf import KolClassifier, load_model, save_model
from kolclf.cli import app

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def profiles():
    """Every 6th labelled profile, as dicts."""
    with (DATA / "profiles.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[::6]


@pytest.fixture(scope="session")
def model_path(profiles, tmp_path_factory):
    """A small model."""
    path = tmp_path_factory.mktemp("model") / "small.npz"
    save_model(KolClassifier().fit(profiles, [row["label"] for row in profiles]).scorer_, path)
    return path


@pytest.fixture(scope="session")
def scorer(model_path):
    return load_model(model_path)


@pytest.fixture
def run():
    """Runs a command in this process; ``stdout`` and ``stderr`` of the result are apart."""

    def invoke(*arguments, stdin=None):
        return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(part) for part in arguments], input=stdin)

    return invoke


@pytest.fixture
def table_file(tmp_path):
    """Writes a CSV of a header and rows, or of text or bytes as they are."""

    def write(content, *rows, name="akun.csv"):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([content, *rows])
        return path

    return write
