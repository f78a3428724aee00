"""Loads ``lexicon.toml``: titles, concepts, contexts, look-alike letters, emoji and protected words."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from kolclf.errors import RulesError


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
    return re.sub(r"([a-z])\1{2,}", r"\1", text)


def check_lexicon() -> None:
    """Raise ``RulesError`` if a group of the lexicon lacks a part.

    Raises
    ------
    RulesError
        Naming the group and the missing key.
    """
    wanted = {
        "titles": ["name", "example", "counter_example"],
        "contexts": ["name", "before", "after", "example", "counter_example"],
    }
    wanted["concepts"] = ["kind", "criterion", "name", "words", "example", "counter_example"]
    for table, keys in wanted.items():
        for group, body in lexicon()[table].items():
            for key in keys:
                if key not in body:
                    raise RulesError(f"lexicon.toml: [{table}.{group}] has no '{key}'; add it")
