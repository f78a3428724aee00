"""What is read ahead of the TOML files is what they say, and an edited file is never answered from it."""

import json
import zlib

import pytest

from kolclf import lexicon
from kolclf.meanings import phrases_of, read_phrases
from kolclf.read_ahead import read_ahead


def test_the_file_is_what_would_be_read_now():
    assert json.loads(json.dumps(read_ahead())) == lexicon._ahead(), "run: make read-ahead"


@pytest.fixture
def edited(monkeypatch):
    """Changes the checksums, as an edit of a TOML file would."""
    ahead = lexicon._ahead()
    changed = {name: [zlib.crc32(b"other"), {"old": {}}] for name in ahead["tables"]}
    monkeypatch.setattr(lexicon, "_ahead", lambda: {"tables": changed, "phrases": {"bidan": "old"}})
    lexicon.tables_of.cache_clear()
    yield
    lexicon.tables_of.cache_clear()


@pytest.mark.usefixtures("edited")
def test_an_edited_file_is_read_anew():
    assert "old" not in lexicon.lexicon() and "titles" in lexicon.lexicon()
    assert phrases_of(["bidan"]) == read_phrases(["bidan"]) == [["bidan"]]
