"""What a raw word reads as, by the steps of ``text.py``, and whether it must be read with its neighbours; remembered."""

import re
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, compress, repeat
from operator import not_
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints, gathered
from kolclf.letters import as_ascii
from kolclf.lexicon import listed, shorten_elongation
from kolclf.placeholders import PLATFORMS
from kolclf.text import BREAK, FOLDING, MAX_TOKEN, NAME_STEPS, STEPS
from kolclf.titles import bare_prefixes, title_parts

# What a word may have to do with its neighbours.
PLAIN, SIGN, JOINING, CONTEXT, PLATFORM, COLON, STOP = range(7)
LINE = b"\n"
OTHER = "?"  # what words that do not matter read as
Matters = Callable[[Sequence[str]], Sequence[bool]]
REMEMBERED = 300_000  # words; a stranger's file may hold any number of them

_PLAIN = re.compile(rb'^((["(]*)([A-Za-z]{2,%d})([.,!?:;)"]*))$' % MAX_TOKEN, re.M)
_PARTS, _NUMERIC = re.compile("[a-z]+"), re.compile("[0-9%+]")
_COUNTED = frozenset(listed("rp, idr, rb, rebu, ribu, k, jt, juta, m, miliar, wib, wita, wit, am, pm"))
_AT = frozenset({"at", "dot"})
_PLATFORMS = frozenset(name.split()[-1] for name in PLATFORMS.split("|"))


class _Plain(NamedTuple):
    """Raw words of letters: the token of each, and whether a break stands before it and behind it."""

    units: list[bytes]
    tokens: list[str]
    breaks: list[tuple[bool, bool]]


def _plain_words(words: Sequence[bytes]) -> _Plain:
    """Return the words that are letters with marks around them and have nothing to do with their neighbours, all read at once."""
    found = _PLAIN.findall(b"\n".join(words))
    lowered = b"\n".join([letters for _, _, letters, _ in found]).lower().decode()
    spelled, tokens, joining = lowered.split("\n"), shorten_elongation(lowered).split("\n"), _joining_words()
    kept = [len(token) > 1 and word not in joining for word, token in zip(spelled, tokens, strict=True)]
    return _Plain(
        list(compress([unit for unit, _, _, _ in found], kept)),
        list(compress(tokens, kept)),
        list(compress([(opened != b"", closed != b"") for _, opened, _, closed in found], kept)),
    )


def _read(word: str, is_name: bool) -> tuple[list[str], int]:
    """Return the tokens of any raw word, and what it has to do with its neighbours."""
    if word == LINE.decode():
        return [BREAK], STOP
    text = ascii_word = as_ascii(word)
    for _, step in (NAME_STEPS if is_name else STEPS)[FOLDING:]:
        text = step(text)
    tokens = text.split()
    return tokens, _kind(ascii_word, tokens)


@cache
def _joining_words() -> frozenset[str]:
    return _COUNTED | _AT | _PLATFORMS | title_parts() | bare_prefixes()


def _kind(word: str, tokens: Sequence[str]) -> int:
    """Tell what a raw word, read as ASCII, has to do with its neighbours."""
    parts = _PARTS.findall(word.lower())
    titled = "." in word or word != word.lower()
    if (
        not _AT.isdisjoint(parts)
        or not bare_prefixes().isdisjoint(parts)
        or (titled and not title_parts().isdisjoint(parts))
        or (word[-1:] in (":", "=") and not _PLATFORMS.isdisjoint(parts))
        or word.startswith("-K")
        or word[-1:] == "@"
        or " " in word.strip()
    ):
        return CONTEXT
    if word[:1] in (":", "="):
        return COLON
    if _NUMERIC.search(word) or not _COUNTED.isdisjoint(parts) or any(map(_is_letter, (*tokens[:1], *tokens[-1:]))):
        return JOINING
    if not parts:
        return SIGN
    return PLAIN if _PLATFORMS.isdisjoint(parts) else PLATFORM


def _is_letter(token: str) -> bool:
    return len(token) == 1 and token != BREAK


class Vocabulary:
    """Numbers raw words and tokens in the order in which they are first read, and keeps what is known of them in arrays.

    Parameters
    ----------
    matters : callable, optional
        Tells of some tokens of letters which of them anybody asks for; all others then read as ``OTHER``. Most distinct words
        of a large table are rare ones that nothing knows.

    Attributes
    ----------
    tokens : list of str
        Token of every code; it only ever grows. Code 0 is ``BREAK``, code 1 is ``OTHER``.
    """

    def __init__(self, matters: Matters | None = None) -> None:
        self.tokens = [BREAK, OTHER]
        self._matters = matters
        self._codes = {BREAK: 0}  # no text reads as OTHER
        self._units: tuple[dict[bytes, int], ...] = {}, {}  # of texts, of names
        self._numbers: dict[tuple[int, ...], int] = {}  # by kind and codes: units that read alike have one number
        self._kinds, self._ends, self._flat = array("b"), array("i", [0]), array("i")
        self._lock = Lock()

    def code(self, token: str) -> int:
        """Return the code of a token."""
        with self._lock:
            return self._code(token)

    def _code(self, token: str) -> int:
        code = self._codes.setdefault(token, len(self.tokens))
        if code == len(self.tokens):
            self.tokens.append(token)
        return code

    def read(self, units: Sequence[bytes], is_name: bool) -> Ints:
        """Return the numbers of units, given in UTF-8."""
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

    def _learn(self, known: dict[bytes, int], new: Sequence[bytes], is_name: bool) -> None:
        """Read new units, each given once; most are plain words."""
        plain = _plain_words(new)
        alone = frozenset(plain.units)
        rest = [(unit, *_read(unit.decode(), is_name)) for unit in new if unit not in alone]
        ignored = self._ignored([*plain.tokens, *chain.from_iterable(tokens for _, tokens, _ in rest)])
        codes = [1 if token in ignored else self._code(token) for token in plain.tokens]
        known.update(zip(plain.units, map(self._plain_number, codes, plain.breaks), strict=True))
        for unit, tokens, kind in rest:
            known[unit] = self._number(kind, *(1 if token in ignored else self._code(token) for token in tokens))

    def _plain_number(self, code: int, breaks: tuple[bool, bool]) -> int:
        before, behind = breaks
        if before:
            return self._number(PLAIN, 0, code, 0) if behind else self._number(PLAIN, 0, code)
        return self._number(PLAIN, code, 0) if behind else self._number(PLAIN, code)

    def _number(self, kind: int, *codes: int) -> int:
        """Return the number of all units of a kind that read as tokens of these codes."""
        number = self._numbers.setdefault((kind, *codes), len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(kind)
            self._flat.extend(codes)
            self._ends.append(len(self._flat))
        return number

    def _ignored(self, tokens: Sequence[str]) -> frozenset[str]:
        """Return the tokens, read for the first time, that do not matter."""
        if self._matters is None:
            return frozenset()
        asked = [token for token in tokens if token not in self._codes and token.isalpha()]
        return frozenset(compress(asked, map(not_, self._matters(asked))))

    @property
    def is_full(self) -> bool:
        """Whether so much is remembered that it is time to forget some, or for a new one."""
        return sum(map(len, self._units)) > REMEMBERED

    def forget_others(self) -> None:
        """Forget the plain words that do not matter; most of them never come again."""
        with self._lock:
            others = {
                number
                for (kind, *codes), number in self._numbers.items()
                if kind == PLAIN and max(codes, default=0) < 2
            }
            self._units = tuple(
                {unit: number for unit, number in known.items() if number not in others} for known in self._units
            )


_vocabulary = Vocabulary()


def current_vocabulary() -> Vocabulary:
    """Return the vocabulary that all texts share, a new one when it is full: memory must not grow with a file."""
    global _vocabulary
    if _vocabulary.is_full:
        _vocabulary = Vocabulary()
    return _vocabulary
