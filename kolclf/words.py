"""What a raw word reads as, by the steps of ``text.py``, and whether it must be read with its neighbours; remembered."""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import chain, compress
from operator import not_
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints, gathered
from kolclf.letters import as_ascii
from kolclf.lexicon import listed, shorten_elongation
from kolclf.placeholders import PLATFORMS
from kolclf.text import BREAK, FOLDING, MAX_TOKEN, NAME_STEPS, STEPS
from kolclf.titles import bare_prefixes, title_parts, undotted_titles
from kolclf.wordtable import Words, WordTable

# What a word may have to do with its neighbours.
PLAIN, SIGN, JOINING, LETTERS, CONTEXT, PLATFORM, COLON, AT, STOP = range(9)
LINE = "\n"
OTHER = "?"  # what words that do not matter read as
Matters = Callable[[Sequence[str]], Sequence[bool]]
REMEMBERED = 1_000_000  # words; a stranger's file may hold any number of them

_OPENING, _CLOSING = b'"(#', b'.,!?:;)"'  # marks around a plain word
_PARTS, _WRITTEN, _NUMERIC = re.compile("[a-z]+"), re.compile("[A-Za-z]+"), re.compile("[0-9%+]")
_OPENED, _CLOSED = tuple("([{<"), tuple(")]}>")
_COUNTED = frozenset(listed("rp, idr, rb, rebu, ribu, k, jt, juta, m, miliar, wib, wita, wit, am, pm"))
_AT = frozenset({"at", "dot"})
_PLATFORMS = frozenset(name.split()[-1] for name in PLATFORMS.split("|"))


def _plain_tokens(words: Sequence[bytes]) -> list[str]:
    """Return what words of letters read as that have nothing to do with their neighbours, all read at once; "" of any other."""
    bare = [word.lstrip(_OPENING).rstrip(_CLOSING) for word in words]
    plain = [  # a hashtag with a capital may be several words
        letters if letters.isalpha() and len(letters) <= MAX_TOKEN and (letters.islower() or b"#" not in word) else b""
        for letters, word in zip(bare, words, strict=True)
    ]
    lowered = b"\n".join(plain).lower()
    spelled, joining = lowered.decode().split("\n"), _joining_words()
    tokens = spelled.copy()
    for number in _elongated(np.frombuffer(lowered, dtype=np.uint8)):
        tokens[number] = shorten_elongation(tokens[number])
    return [
        token if len(token) > 1 and word not in joining and token not in joining else ""
        for word, token in zip(spelled, tokens, strict=True)
    ]


def _elongated(letters: NDArray[np.uint8]) -> list[int]:
    """Return which of some lines have a letter three times in a row: a few, so a regular expression for all takes long."""
    triples = np.flatnonzero(
        (letters[2:] == letters[1:-1]) & (letters[2:] == letters[:-2]) & (letters[2:] != ord(LINE))
    )
    return list(np.unique(np.searchsorted(np.flatnonzero(letters == ord(LINE)), triples)))


def _read(word: str, is_name: bool) -> tuple[list[str], int]:
    """Return the tokens of any raw word, and what it has to do with its neighbours."""
    if word == LINE:
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
    if word.lower() == "at":
        return AT
    if (
        not _AT.isdisjoint(parts)
        or not bare_prefixes().isdisjoint(parts)
        or not undotted_titles().isdisjoint(_WRITTEN.findall(word))
        or ("." in word and not title_parts().isdisjoint(parts))
        or (word[-1:] in (":", "=") and not _PLATFORMS.isdisjoint(parts))
        or word.startswith(("-K", "(K)"))
        or word[-1:] == "@"
        or (parts and (word.startswith(_CLOSED) or word.endswith(_OPENED)))  # "nama( at )" and on
        or " " in word.strip()
    ):
        return CONTEXT
    if word[:1] in (":", "="):
        return COLON
    if tokens and all(map(_is_letter, tokens)):
        return LETTERS
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
        self._numbers: dict[tuple[int, ...], int] = {}  # by kind and codes: units that read alike have one number
        self._kinds, self._ends, self._flat = array("b"), array("q", [0]), array("q")
        self._tables = WordTable(), WordTable()  # of texts, of names
        self._lock, self._is_spoilt = Lock(), False

    @contextmanager
    def _growing(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except BaseException:  # an interrupt, as of a notebook's cell, may leave anything half-done
                self._is_spoilt = True
                raise

    def code(self, token: str) -> int:
        """Return the code of a token."""
        with self._growing():
            return self._code(token)

    def _code(self, token: str) -> int:
        code = self._codes.get(token)
        if code is None:
            code = len(self.tokens)
            self.tokens.append(token)  # first: an interrupt may come between, and no two tokens may share a code
            self._codes[token] = code
        return code

    def read(self, words: Words, is_name: bool) -> Ints:
        """Return the numbers of words."""
        with self._growing():
            return self._tables[is_name].numbers(words, partial(self._learn, is_name=is_name))

    def read_units(self, units: Sequence[bytes], is_name: bool) -> Ints:
        """Return the numbers of words that are read together, given as they are written, in UTF-8."""
        with self._growing():
            return self._tables[is_name].numbers_of(units, partial(self._learn, is_name=is_name))

    def kinds(self, numbers: Ints) -> NDArray[np.int8]:
        """Return what units have to do with their neighbours."""
        with self._lock:
            return np.frombuffer(self._kinds, dtype=np.int8)[numbers]

    def codes(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Return the codes of the tokens of units, one after another, and where those of each begin and end."""
        with self._lock:
            return gathered(np.frombuffer(self._flat, np.int64), np.frombuffer(self._ends, np.int64), numbers)

    def _learn(self, new: Sequence[bytes], is_name: bool) -> list[int]:
        """Read new units, and return their numbers; most are plain words that do not matter."""
        if not new:
            return []
        plain = _plain_tokens(new)
        rest = [_read(unit.decode(), is_name) for unit, token in zip(new, plain, strict=True) if not token]
        ignored = self._ignored([*plain, *chain.from_iterable(tokens for tokens, _ in rest)])
        other, odd = self._number(PLAIN, 1), iter(rest)
        numbers = [other if token in ignored and unit.isalpha() else -1 for unit, token in zip(new, plain, strict=True)]
        for place in [place for place, number in enumerate(numbers) if number < 0]:
            token, unit = plain[place], new[place]
            if not token:
                tokens, kind = next(odd)
                codes = [1 if token in ignored else self._code(token) for token in tokens]
                numbers[place] = self._number(kind, *codes)
                continue
            before, behind = not unit[:1].isalpha(), not unit[-1:].isalpha() or b"#" in unit
            code = 1 if token in ignored else self._code(token)
            numbers[place] = self._number(PLAIN, *(0,) * before, code, *(0,) * behind)
        return numbers

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
        """Whether so much is remembered that it is time to forget some, or for a new one; or reading broke off."""
        # a long word is not remembered, but what it reads as is kept, which may be many tokens
        return self._is_spoilt or max(sum(map(len, self._tables)), len(self.tokens), len(self._flat) // 4) > REMEMBERED

    def forget_others(self) -> None:
        """Forget the plain words that do not matter; most of them never come again."""
        with self._growing():
            of_others = [
                number
                for (kind, *codes), number in self._numbers.items()
                if kind == PLAIN and max(codes, default=0) < 2
            ]
            for table in self._tables:
                table.forget(np.array(of_others))


_vocabulary = Vocabulary()


def current_vocabulary() -> Vocabulary:
    """Return the vocabulary that all texts share, a new one when it is full: memory must not grow with a file."""
    global _vocabulary
    if _vocabulary.is_full:
        _vocabulary = Vocabulary()
    return _vocabulary
