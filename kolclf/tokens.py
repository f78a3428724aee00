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
from kolclf.letters import fix_encoding
from kolclf.text import NAME_STEPS, STEPS
from kolclf.titles import needed_words
from kolclf.words import (
    COLON,
    CONTEXT,
    JOINING,
    LINE,
    PLATFORM,
    SIGN,
    STOP,
    Vocabulary,
    current_vocabulary,
)

AFTER = 2  # words that a title or a platform is read with, and one before
COLUMNAR = 1000  # texts from which Arrow pays


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


def _cut(texts: Sequence[str]) -> tuple[list[bytes], Ints, Ints]:
    """Return distinct raw words, the place of each word of every text among them, and where the texts begin.

    Every line ends with the word ``LINE``. Words are UTF-8: one emoji would make every letter of a joined str four bytes long.
    """
    written = [f"{text}\n".encode("utf-8", "replace") for text in texts]
    joined = b"".join(written).replace(LINE, b" \n ")  # a space ends every word
    if len(texts) >= COLUMNAR:
        words, at = _distinct(joined)
    else:
        places: dict[bytes, int] = {}
        cut = [places.setdefault(word, len(places)) for word in joined.split(b" ")[:-1]]
        words, at = list(places), np.array(cut, dtype=np.int32)
    lines = np.cumsum([0, *(text.count(LINE) for text in written)])
    ends = np.flatnonzero(at == words.index(LINE)) + 1 if texts else np.empty(0, dtype=np.int64)
    return words, at, np.append(0, ends)[lines]


def _distinct(joined: bytes) -> tuple[list[bytes], Ints]:
    """Return the distinct words of a text in which a space ends every word, and the place of each word among them."""
    import pyarrow as pa  # noqa: PLC0415 (pays from some hundred texts on)

    # by buffers both ways: a word is all up to and with its space, so nothing is copied
    ends = np.append(0, np.flatnonzero(np.frombuffer(joined, dtype=np.uint8) == ord(" ")) + 1)
    column = pa.Array.from_buffers(
        pa.large_binary(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(joined)]
    ).dictionary_encode()
    at = np.frombuffer(column.indices.buffers()[1], dtype=np.int32)[: len(column)]
    return column.dictionary.buffers()[2].to_pybytes().split(b" ")[:-1], at


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

    def neighbour(places: Ints, step: int) -> Ints:
        """Return the next words that are no signs."""
        places = places + step
        while len(signs := np.flatnonzero(kinds[places] == SIGN)):
            places[signs] += step
        return places

    joining, context = np.flatnonzero(kinds == JOINING), np.flatnonzero(kinds == CONTEXT)
    following = neighbour(joining, 1)
    pairs = kinds[following] == JOINING
    first, last = neighbour(context, -1), context
    first = np.where(kinds[first] == STOP, context, first)
    for _ in range(AFTER):
        further = neighbour(last, 1)
        last = np.where(kinds[further] == STOP, last, further)
    # how many ranges of words to be joined begin before a word and end with it or after
    depth = np.zeros(len(kinds) + 1, dtype=np.int8)
    np.add.at(depth, np.append(joining[pairs], first) + 1, 1)
    np.add.at(depth, np.append(following[pairs], last) + 1, -1)
    starts = np.flatnonzero(np.cumsum(depth[:-1], dtype=np.int8) == 0)
    return _Units(starts, np.diff(starts, append=len(kinds)))


def _written(words: Sequence[bytes], at: Ints, units: _Units, which: Ints) -> list[bytes]:
    """Return units as they are written."""
    spans = zip(units.starts[which].tolist(), units.lengths[which].tolist(), strict=True)
    return [b" ".join([words[place] for place in at[start : start + length].tolist()]) for start, length in spans]


def tokenize_all(texts: Sequence[str], is_name: bool = False, vocabulary: Vocabulary | None = None) -> Tokens:
    """Return the tokens of many texts; of display names, titles need no comma before them.

    What a text reads as does not depend on the others, nor on the vocabulary.

    >>> tokens = tokenize_all(["dr. Rina, Sp.A(K)", "", "kopi 2,5 juta"])
    >>> [tokens.of(i) for i in range(3)]
    [['gelardr', 'rina', '.', 'gelarspa'], [], ['kopi', 'xmoney']]
    """
    vocabulary = vocabulary or current_vocabulary()
    texts = [fix_encoding(text) for text in texts]
    words, at, indptr = _cut(texts)
    numbers = vocabulary.read(words, is_name)
    units = _units(vocabulary.kinds(numbers)[at])
    several = np.flatnonzero(units.lengths > 1)
    unit = numbers[at[units.starts]]
    unit[several] = vocabulary.read(_written(words, at, units, several), is_name)
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
    words, at, indptr = _cut(texts)
    vocabulary = current_vocabulary()
    units = _units(vocabulary.kinds(vocabulary.read(words, is_name))[at])
    parts = _written(words, at, units, np.arange(len(units.starts)))
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
