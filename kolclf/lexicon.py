"""Loads ``lexicon.toml``: titles, concepts, contexts, look-alike letters, emoji and protected words."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

ELONGATED = re.compile(r"([a-z])\1{2,}")


@cache
def lexicon() -> dict[str, Any]:
    """Return the tables of ``lexicon.toml``."""
    return tomllib.loads(files("kolclf").joinpath("lexicon.toml").read_text(encoding="utf-8"))


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
