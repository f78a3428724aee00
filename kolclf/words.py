"""What a raw word reads as, by the steps of ``text.py``, and whether it must be read with its neighbours; remembered."""

import re
from array import array
from collections.abc import Sequence
from functools import cache
from itertools import repeat
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints, gathered
from kolclf.lexicon import ELONGATED, listed, shorten_elongation
from kolclf.text import BREAK, FOLDING, MAX_TOKEN, NAME_STEPS, PLATFORMS, STEPS, as_ascii
from kolclf.titles import bare_prefixes, title_parts

# What a word may have to do with its neighbours.
PLAIN, SIGN, JOINING, CONTEXT, PLATFORM, COLON, STOP = range(7)
LINE = "\n"
REMEMBERED = 300_000  # words; a stranger's file may hold any number of them

_PLAIN = re.compile(f'["(]*([A-Za-z]{{2,{MAX_TOKEN}}})([.,!?:;)"]*)')
_SMALL = re.compile(f"^[a-z]{{2,{MAX_TOKEN}}}$", re.M)
_PARTS, _NUMERIC = re.compile("[a-z]+"), re.compile("[0-9%+]")
_COUNTED = frozenset(listed("rp, idr, rb, rebu, ribu, k, jt, juta, m, miliar, wib, wita, wit, am, pm"))
_AT = frozenset({"at", "dot"})
_PLATFORMS = frozenset(name.split()[-1] for name in PLATFORMS.split("|"))


def _read(word: str, is_name: bool) -> tuple[tuple[str, ...], int]:
    """Return the tokens of a raw word, and what it has to do with its neighbours."""
    if plain := _PLAIN.fullmatch(word):
        letters = plain[1].lower()
        token = shorten_elongation(letters)
        if len(token) > 1 and letters not in _joining_words():
            opened = (BREAK,) if word[0] in '("' else ()
            return ((*opened, token, BREAK) if plain[2] else (*opened, token)), PLAIN
    if word == LINE:
        return (BREAK,), STOP
    text = ascii_word = as_ascii(word)
    for _, step in (NAME_STEPS if is_name else STEPS)[FOLDING:]:
        text = step(text)
    tokens = tuple(text.split())
    return tokens, _kind(ascii_word, tokens)


def _that_read_as_themselves(words: Sequence[str]) -> list[str]:
    """Return the words of small letters that no step changes."""
    found = _SMALL.findall("\n".join(words))
    lines = "\n".join(["", *found, ""])
    elongated = {
        lines[lines.rfind("\n", 0, match.start()) + 1 : lines.find("\n", match.end())]
        for match in ELONGATED.finditer(lines)
    }
    joining = _joining_words()
    return [word for word in found if word not in joining and word not in elongated]


@cache
def _joining_words() -> frozenset[str]:
    return _COUNTED | _AT | _PLATFORMS | title_parts() | bare_prefixes()


def _kind(word: str, tokens: tuple[str, ...]) -> int:
    """Tell what a raw word, read as ASCII, has to do with its neighbours."""
    parts = _PARTS.findall(word.lower())
    titled = "." in word or word != word.lower()
    if (
        not _AT.isdisjoint(parts)
        or not bare_prefixes().isdisjoint(parts)
        or (titled and not title_parts().isdisjoint(parts))
        or (word[-1:] in (":", "=") and not _PLATFORMS.isdisjoint(parts))
        or word.startswith("-K")
        or word == "@"
        or " " in word.strip()
    ):
        return CONTEXT
    if _NUMERIC.search(word) or not _COUNTED.isdisjoint(parts) or any(map(_is_letter, (*tokens[:1], *tokens[-1:]))):
        return JOINING
    if word[:1] in (":", "="):
        return COLON
    if not parts:
        return SIGN
    return PLAIN if _PLATFORMS.isdisjoint(parts) else PLATFORM


def _is_letter(token: str) -> bool:
    return len(token) == 1 and token != BREAK


class Vocabulary:
    """Numbers raw words and tokens in the order in which they are first read, and keeps what is known of them in arrays.

    Attributes
    ----------
    tokens : list of str
        Token of every code; it only ever grows. Code 0 is ``BREAK``.
    """

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self._codes: dict[str, int] = {}
        self._units: tuple[dict[str, int], dict[str, int]] = {}, {}  # of texts, of names
        self._kinds, self._ends, self._flat = array("b"), array("i", [0]), array("i")
        self._lock = Lock()
        self._code(BREAK)

    def code(self, token: str) -> int:
        """Return the code of a token."""
        with self._lock:
            return self._code(token)

    def _code(self, token: str) -> int:
        code = self._codes.setdefault(token, len(self.tokens))
        if code == len(self.tokens):
            self.tokens.append(token)
        return code

    def read(self, units: Sequence[str], is_name: bool) -> Ints:
        """Return the numbers of units."""
        with self._lock:
            known = self._units[is_name]
            numbers = np.fromiter(map(known.get, units, repeat(-1)), dtype=np.int32, count=len(units))
            places = np.flatnonzero(numbers < 0)
            new = [units[place] for place in places.tolist()]
            self._learn(known, list(dict.fromkeys(new)), is_name)
            numbers[places] = np.fromiter(map(known.__getitem__, new), dtype=np.int32, count=len(new))
            return numbers

    def kinds(self, numbers: Ints) -> NDArray[np.int8]:
        """Return what units have to do with their neighbours."""
        with self._lock:
            return np.frombuffer(self._kinds, dtype=np.int8)[numbers]

    def codes(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Return the codes of the tokens of units, one after another, and where those of each begin and end."""
        with self._lock:
            return gathered(np.frombuffer(self._flat, np.int32), np.frombuffer(self._ends, np.int32), numbers)

    def _learn(self, known: dict[str, int], new: Sequence[str], is_name: bool) -> None:
        """Read new units, each given once; most are plain words that read as themselves, and are taken over all at once."""
        themselves = _that_read_as_themselves(new)
        unknown = [word for word in themselves if word not in self._codes]
        self._codes.update(zip(unknown, range(len(self.tokens), len(self.tokens) + len(unknown)), strict=True))
        self.tokens += unknown
        first, start = len(self._kinds), len(self._flat)
        known.update(zip(themselves, range(first, first + len(themselves)), strict=True))
        self._flat.extend(map(self._codes.__getitem__, themselves))
        self._kinds.extend([PLAIN] * len(themselves))
        self._ends.extend(range(start + 1, start + 1 + len(themselves)))
        for unit in new:
            if unit not in known:
                tokens, kind = _read(unit, is_name)
                known[unit] = len(self._kinds)
                self._flat.extend(map(self._code, tokens))
                self._kinds.append(kind)
                self._ends.append(len(self._flat))

    @property
    def is_full(self) -> bool:
        """Whether so much is remembered that it is time for a new one."""
        return len(self._kinds) > REMEMBERED


_vocabulary = Vocabulary()


def current_vocabulary() -> Vocabulary:
    """Return the vocabulary that all texts share, a new one when it is full: memory must not grow with a file."""
    global _vocabulary
    if _vocabulary.is_full:
        _vocabulary = Vocabulary()
    return _vocabulary
