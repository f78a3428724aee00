"""Texts to tokens, many at once: every distinct word is read once.

A text is cut at its spaces. Words that may belong together (the parts of a phone number, a title and the name beside it,
spaced-out letters) are read as one unit, all others alone, so that what a word reads as can be remembered.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints, rows_of
from kolclf.letters import doubtful, fix_encoding
from kolclf.text import NAME_STEPS, STEPS
from kolclf.titles import needed_words
from kolclf.words import (
    AT,
    COLON,
    CONTEXT,
    JOINING,
    LETTERS,
    LINE,
    PLATFORM,
    SIGN,
    STOP,
    Vocabulary,
    current_vocabulary,
)
from kolclf.wordtable import Words

_LINE = LINE.encode()
AFTER = 2  # words that a title or a platform is read with, and one before
SPACED_OUT = 4  # single letters in a row that are a word


class Tokens(NamedTuple):
    """The tokens of many texts as numbers.

    Text ``i`` is ``codes[indptr[i]:indptr[i + 1]]``, each the code of a token of the vocabulary. Code 0 is ``BREAK``: it parts
    the phrases of a text, stands at its end, and never at its start or twice in a row.
    """

    vocabulary: Vocabulary
    codes: Ints
    indptr: Ints

    def words(self, start: int, end: int) -> list[str]:
        """Return the tokens between two places."""
        tokens = self.vocabulary.tokens
        return [tokens[code] for code in self.codes[start:end].tolist()]

    def of(self, text: int) -> list[str]:
        """Return the tokens of one text."""
        return self.words(int(self.indptr[text]), int(self.indptr[text + 1]))[:-1]

    def rows(self) -> Ints:
        """Return the number of the text of every token."""
        return rows_of(self.indptr)


class Change(NamedTuple):
    """One step that changed a text: its name and the text after it."""

    step: str
    text: str


def _cut(texts: Sequence[str]) -> tuple[Words, Ints]:
    """Return the raw words of texts, and where the words of each text begin.

    Every line ends with the word ``LINE``. Words are UTF-8: one emoji would make every letter of a joined str four bytes long.
    """
    written = [f"{text}\n".encode("utf-8", "surrogatepass") for text in texts]
    for text in doubtful(written):
        written[text] = f"{fix_encoding(texts[text])}\n".encode()
    joined = b"".join(written).replace(_LINE, b" \n ")  # a space ends every word
    signs = np.frombuffer(joined, dtype=np.uint8)
    ends = np.flatnonzero(signs == ord(" "))
    starts = np.append(0, ends + 1)[:-1]
    lines = np.cumsum([0, *(text.count(_LINE) for text in written)])
    after_lines = np.append(0, np.flatnonzero(signs[starts] == ord(LINE)) + 1)
    return Words(joined, starts, ends - starts), after_lines[lines]


class _Units(NamedTuple):
    """Raw words that are read together: where each unit of every text begins among the words, and how many they are."""

    starts: Ints
    lengths: Ints


def _units(kinds: NDArray[np.int8]) -> _Units:
    """Cut words of these kinds, of which the last is ``STOP``, into units."""
    colon = np.flatnonzero(kinds == COLON)
    named = kinds[colon - 1] == PLATFORM  # "tik tok : name", "WA :0812"
    kinds[colon] = np.where(named, CONTEXT, JOINING)
    kinds[colon[named] - 1] = CONTEXT

    seen = np.flatnonzero(kinds != SIGN)
    is_letter = np.append(kinds[seen] == LETTERS, [False] * (SPACED_OUT - 1))
    in_a_row = np.logical_and.reduce([is_letter[place : len(seen) + place] for place in range(SPACED_OUT)])
    kinds[kinds == LETTERS] = JOINING
    # "d o t t t" may be part of an address
    kinds[seen[np.flatnonzero(in_a_row)[:, None] + np.arange(SPACED_OUT)]] = CONTEXT

    def further(places: Ints) -> Ints:
        """Return the next words that are no signs, or where a line ends the same again."""
        after = seen[np.searchsorted(seen, places + 1)]
        return np.where(kinds[after] == STOP, places, after)

    at = np.flatnonzero(kinds == AT)  # of an address or a handle only in brackets, or with "dot" close behind it
    near = further(at), further(further(at))
    kinds[at[(kinds[at + 1] == SIGN) | (kinds[near[0]] == CONTEXT) | (kinds[near[1]] == CONTEXT)]] = CONTEXT

    joining, context = np.flatnonzero(kinds == JOINING), np.flatnonzero(kinds == CONTEXT)
    following = further(joining)
    pairs = (kinds[following] == JOINING) & (following > joining)
    before = seen[np.searchsorted(seen, context) - 1]  # of the very first words, the last one
    first = np.where(kinds[before] == STOP, (before + 1) % len(kinds), before)
    last = context
    for _ in range(AFTER):
        last = further(last)
    # how many ranges of words to be joined begin before a word and end with it or after
    depth = np.zeros(len(kinds) + 1, dtype=np.int8)
    np.add.at(depth, np.append(joining[pairs], first) + 1, 1)
    np.add.at(depth, np.append(following[pairs], last) + 1, -1)
    starts = np.flatnonzero(np.cumsum(depth[:-1], dtype=np.int8) == 0)
    return _Units(starts, np.diff(starts, append=len(kinds)))


def _written(words: Words, units: _Units, which: Ints) -> list[bytes]:
    """Return units as they are written."""
    first = units.starts[which]
    last = first + units.lengths[which] - 1
    starts = words.starts[first]
    return Words(words.text, starts, words.starts[last] + words.lengths[last] - starts).of(np.arange(len(starts)))


def tokenize_all(texts: Sequence[str], is_name: bool = False, vocabulary: Vocabulary | None = None) -> Tokens:
    """Return the tokens of many texts; of display names, titles need no comma before them.

    What a text reads as does not depend on the others, nor on the vocabulary.

    >>> tokens = tokenize_all(["dr. Rina, Sp.A(K)", "", "kopi 2,5 juta"])
    >>> [tokens.of(i) for i in range(3)]
    [['gelardr', 'rina', '.', 'gelarspa'], [], ['kopi', 'xmoney']]
    """
    vocabulary = vocabulary or current_vocabulary()
    words, indptr = _cut(texts)
    numbers = vocabulary.read(words, is_name)
    units = _units(vocabulary.kinds(numbers))
    several = np.flatnonzero(units.lengths > 1)
    unit = numbers[units.starts]
    unit[several] = vocabulary.read_units(_written(words, units, several), is_name)
    codes, before = vocabulary.codes(unit)
    kept = codes != 0
    kept[1:] |= kept[:-1].copy()  # a break stays after a token, and not after a break
    indptr = np.append(0, np.cumsum(kept))[before[np.searchsorted(units.starts, indptr)]]
    return _without_unproven(texts, Tokens(vocabulary, codes[kept], indptr))


def _without_unproven(texts: Sequence[str], tokens: Tokens) -> Tokens:
    """Take back titles that count only beside certain words (``apt.`` is an apartment, too)."""
    for title, (token, needed) in needed_words().items():
        places = np.flatnonzero(tokens.codes == tokens.vocabulary.code(title))
        rows = np.searchsorted(tokens.indptr, places, side="right") - 1
        proven = {row: any(word in texts[row].lower() for word in needed) for row in set(rows.tolist())}
        unproven = [not proven[row] for row in rows.tolist()]
        tokens.codes[places[unproven]] = tokens.vocabulary.code(token)
    return tokens


# --- one text


def normalize(text: str, is_name: bool = False) -> str:
    """Return ``text`` as lower-case tokens parted by spaces, with ``.`` where a phrase ends.

    Pure, idempotent, and defined for every string.

    >>> normalize("𝗱𝗿. Rina, Sp.A(K) | Praktik RS Mitra 0812 0000 1234")
    'gelardr rina . gelarspa . praktik rs mitra xphone'
    >>> normalize("Spa murah, baru plg dr Bandung bangettt #KopiSusu")
    'spa murah . baru plg dr bandung banget . kopi susu'
    """
    return " ".join(tokenize_all([text], is_name).of(0))


def tokenize(text: str) -> list[str]:
    """Return the tokens of ``text``; the token ``.`` parts its phrases.

    >>> tokenize("Bidan | Alor")
    ['bidan', '.', 'alor']
    """
    return tokenize_all([text]).of(0)


def tokenize_name(name: str) -> list[str]:
    """Return the tokens of a display name, where titles need no comma before them.

    >>> tokenize_name("Rina Kartika SH MKn")
    ['rina', 'kartika', 'gelarsh', 'gelarmkn']
    """
    return tokenize_all([name], is_name=True).of(0)


def read_together(texts: Sequence[str], is_name: bool) -> list[list[str]]:
    r"""Return the units of texts as they are written: the words that are read together, one after another.

    Joined by spaces they are the text, with a space on either side of each line break.

    >>> read_together(["dr. Rina | kopi 2,5 juta", "halo\nkopi"], is_name=False)
    [['dr. Rina | kopi', '2,5 juta'], ['halo', '\n', 'kopi']]
    """
    words, indptr = _cut(texts)
    vocabulary = current_vocabulary()
    units = _units(vocabulary.kinds(vocabulary.read(words, is_name)))
    parts = _written(words, units, np.arange(len(units.starts)))
    ends = np.searchsorted(units.starts, indptr).tolist()
    return [
        [part.decode() for part in parts[first : last - 1]] for first, last in pairwise(ends)
    ]  # without the line's end


def changes(text: str, is_name: bool = False) -> Iterator[Change]:
    """Yield every step that changed ``text``, with what it made of it; the last is what ``normalize`` returns.

    >>> [change.step for change in changes("dr. Rina, Sp.A")]
    ['titles', 'lower-case', 'separators']
    """
    fixed = fix_encoding(text)
    if fixed != text:
        yield Change("encoding", fixed)
    [parts] = read_together([fixed], is_name)
    shown = " ".join(parts)
    for name, step in NAME_STEPS if is_name else STEPS:
        parts = [step(part) for part in parts]
        changed = normalize(text, is_name) if name == "separators" else " ".join(parts)
        if changed != shown:
            yield Change(name, changed)
        shown = changed
