"""The pages show what the program prints now."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kolclf import data, header, npz, rules, rulesfile, store, writers
from kolclf.cli import app

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "README.id.md"]


def session(page):
    """Return the commands of the first console block and what it shows below each."""
    block = re.search(r"```console\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)[1]
    parts = re.split(r"^\$ kolclf (.*)$", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def split(command):
    return [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', command)]


@pytest.mark.parametrize("page", PAGES)
def test_the_opening_session_is_what_is_printed(page, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for command, shown in session(page):
        result = CliRunner().invoke(app, split(command))
        printed = [line.rstrip() for line in result.output.splitlines()]
        assert [line for line in shown.splitlines() if line and line not in printed] == []
        assert result.exit_code == 0


@pytest.mark.parametrize("page", PAGES)
def test_the_limits_are_those_of_the_code(page):
    section = re.search(r"## (?:Limits|Batas)\n(.*?)\n## ", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)[1]
    numbers = [int(re.sub("[.,]", "", number)) for number in re.findall(r"\d[\d.,]*\d", section)]
    limits = [data.MAX_TEXT, writers.XLSX_CELL, npz.MAX_BYTES, npz.MAX_RATIO, store.MAX_FEATURES, header.MAX_NGRAMS]
    assert numbers == [*limits, rulesfile.MAX_FILE, rules.MAX_PHRASE, rules.MAX_WEIGHT]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_mentioned(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [
        name for command in app.registered_commands if f"kolclf {(name := command.callback.__name__)}" not in text
    ] == []
