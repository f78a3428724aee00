"""Reads the TOML files of the package ahead (``make read-ahead``): a prediction starts in a third of the time.

A file that has been edited since is read anew at every start, so what is read ahead can be old but never wrong.
"""

import json
import tomllib
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

from kolclf.lexicon import READ_AHEAD
from kolclf.meanings import read_phrases
from kolclf.rules import PHRASE_KEYS, without_concepts

NAMES = ("lexicon.toml", "rules.toml")


def read_ahead() -> dict[str, Any]:
    """Return the tables of both files with a checksum of each, and the phrases of every list of words in them."""
    written = {name: files("kolclf").joinpath(name).read_bytes() for name in NAMES}
    lexicon, rules = (tomllib.loads(content.decode()) for content in written.values())
    lists = [words for body in lexicon["concepts"].values() for words in (body["words"], body.get("in_name", ""))]
    lists += [body[side] for body in lexicon["contexts"].values() for side in ("before", "after")]
    lists += [lexicon["words"][key] for key in ("places", "brands", "other")]
    lists += [without_concepts(body.get(key, "")) for body in rules.values() for key in PHRASE_KEYS]
    lists = sorted(set(lists))
    return {
        "tables": {
            name: [zlib.crc32(content), tables]
            for (name, content), tables in zip(written.items(), (lexicon, rules), strict=True)
        },
        "phrases": dict(zip(lists, map("\n".join, read_phrases(lists)), strict=True)),
    }


if __name__ == "__main__":
    text = json.dumps(read_ahead(), separators=(",", ":"))  # in ASCII, which is read in two thirds of the time
    Path(__file__).with_name(READ_AHEAD).write_text(text + "\n", encoding="utf-8")
