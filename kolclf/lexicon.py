"""Loads ``lexicon.toml``: titles, concepts, contexts, look-alike letters, emoji and protected words."""

import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any

ELONGATED = re.compile(r"([a-z])\1{2,}")


READ_AHEAD = "read_ahead.json"


@cache
def _ahead() -> dict[str, Any]:
    """Return what ``read_ahead.py`` has made of the TOML files, so that a start need not wait for it; empty if there is none."""
    file = Path(__file__).with_name(READ_AHEAD)
    return json.loads(file.read_bytes()) if file.is_file() else {"tables": {}, "phrases": {}}


@cache
def tables_of(name: str) -> tuple[dict[str, Any], bool]:
    """Return the tables of a TOML file of the package, and whether the file is as it was when it was read ahead."""
    content = Path(__file__).with_name(name).read_bytes()
    checksum, tables = _ahead()["tables"].get(name, (None, {}))
    if checksum == zlib.crc32(content):
        return tables, True
    import tomllib  # noqa: PLC0415 (what is read ahead does not wait for it)

    return tomllib.loads(content.decode()), False


def phrases_read_ahead() -> dict[str, str]:
    """Return the phrases of lists of words, a line each, by the list; none if the lexicon has been edited since."""
    phrases: dict[str, str] = _ahead()["phrases"] if tables_of("lexicon.toml")[1] else {}
    return phrases


def lexicon() -> dict[str, Any]:
    """Return the tables of ``lexicon.toml``."""
    return tables_of("lexicon.toml")[0]


def listed(words: str) -> list[str]:
    """Split a comma-separated list of the lexicon.

    >>> listed("dokter gigi, bidan")
    ['dokter gigi', 'bidan']
    """
    return [word for part in words.split(",") if (word := " ".join(part.split()))]


def shorten_elongation(text: str) -> str:
    """Shorten small letters written three or more times.

    >>> shorten_elongation("bangettt")
    'banget'
    """
    return ELONGATED.sub(r"\1", text) if ELONGATED.search(text) else text
