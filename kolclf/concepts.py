"""Finds what tokens mean: words and phrases of one meaning share a concept token.

``dokter gigi`` yields ``<dentist>`` and ``<profession>`` beside its own words, so that what is learnt (or ruled) about one
profession holds for its neighbours. A context takes a profession or title back: ``istri dokter`` yields ``<relative>`` instead.
The groups are in ``lexicon.toml``.
"""

from bisect import bisect
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints
from kolclf.lexicon import lexicon
from kolclf.meanings import groups, meaning_of, meanings, name_phrase_values, phrase_values
from kolclf.phrases import PhraseIndex, Spans
from kolclf.text import BREAK
from kolclf.tokens import Tokens

AUTHORITY = frozenset(
    {"title", "degree", "profession", "trade", "performer", "owner"}
)  # kinds that a context can take back
NEIGHBOURS = 3  # contexts on either side that are looked at: no more fit into the reach
REACH = 2  # tokens between a context and what it takes back, at most
_CONJUNCTIONS = frozenset(
    {"dan", "and", "tapi", "but", "yang", "juga", "sekaligus", "now", "sekarang", "kini", "xhandle"}
)
TAKEN_BACK = "xtitle"  # a title that a context takes back is no longer that title


class Match(NamedTuple):
    """Tokens ``start`` to ``end`` (not included) mean ``values``."""

    start: int
    end: int
    values: tuple[str, ...]


class Matches(NamedTuple):
    """What the tokens of many texts mean: spans of tokens, and the place of their values in ``meanings()``."""

    start: Ints
    end: Ints
    meaning: Ints


class _Lexicon(NamedTuple):
    """The phrases of the lexicon by number: what they mean (-1: nothing), and their part with contexts."""

    phrases: PhraseIndex
    meaning: Ints
    is_authority: NDArray[np.bool_]
    is_context: NDArray[np.bool_]


def _numbered(stood_for: Iterable[tuple[str, ...]]) -> Ints:
    places = {values: number for number, values in enumerate(meanings())}
    return np.array([places.get(meaning_of(values), -1) for values in stood_for], dtype=np.int64)


@cache
def _is_authority(value: str) -> bool:
    return value in groups() and groups()[value].kind in AUTHORITY


@cache
def _lexicon() -> _Lexicon:
    phrases = phrase_values()
    # what many phrases stand for is looked at once
    places = {values: number for number, values in enumerate(dict.fromkeys(phrases.values()))}
    place = np.array(list(map(places.__getitem__, phrases.values())), dtype=np.int64)
    return _Lexicon(
        PhraseIndex(phrases),
        _numbered(places)[place],
        np.array([any(map(_is_authority, values)) for values in places])[place],
        np.array([" " in "".join(values) for values in places])[place],
    )


@cache
def _name_lexicon() -> tuple[PhraseIndex, Ints]:
    return PhraseIndex(name_phrase_values()), _numbered(name_phrase_values().values())


def words_of_concepts() -> frozenset[str]:
    """Return the words of all phrases that are looked for, and those that part a context from what it takes back."""
    return _lexicon().phrases.words | _name_lexicon()[0].words | _CONJUNCTIONS


# --- contexts


def _taken_back(found: Spans, tokens: Tokens) -> dict[int, int]:
    """Return the numbers of spans that a context close by in the same phrase takes back, and what they mean instead."""
    lexicon_ = _lexicon()
    contexts = found.taken(lexicon_.is_context[found.phrase])
    if not len(contexts.start):
        return {}
    authority = np.flatnonzero(lexicon_.is_authority[found.phrase])
    after = np.searchsorted(contexts.start, found.end[authority])
    before = np.searchsorted(contexts.start, found.start[authority]) - 1
    follows = contexts.start[np.minimum(after, len(contexts.start) - 1)] == found.end[authority]
    precedes = (before >= 0) & (found.start[authority] - contexts.end[before] <= REACH)
    spans = list(zip(contexts.start.tolist(), contexts.end.tolist(), strict=True))
    taken = {}
    for number in authority[follows | precedes].tolist():
        start, end = int(found.start[number]), int(found.end[number])
        at = bisect(spans, (start, end))
        for other in range(max(0, at - NEIGHBOURS), min(len(spans), at + NEIGHBOURS)):
            context = _context(spans[other], int(contexts.phrase[other]), start, end, tokens)
            if context is not None:
                taken[number] = context
                break
    return taken


def _context(span: tuple[int, int], phrase: int, start: int, end: int, tokens: Tokens) -> int | None:
    """Return the context that the span of a phrase takes tokens ``start`` to ``end`` back to, if it does."""
    before = span[1] <= start
    gap = tokens.codes[span[1] : start] if before else tokens.codes[end : span[0]]
    if len(gap) > REACH or (not before and len(gap)):
        return None  # what takes back from behind follows at once: "dokter cinta"
    between = {tokens.vocabulary.tokens[code] for code in gap.tolist()}
    if BREAK in between or (before and not _CONJUNCTIONS.isdisjoint(between)):
        return None
    side = "before " if before else "after "
    values = phrase_values()[_lexicon().phrases.phrases[phrase]]
    names = [value.removeprefix(side) for value in values if value.startswith(side)]
    return list(lexicon()["contexts"]).index(names[0]) if names else None


def find_concepts(tokens: Tokens) -> Matches:
    """Return what tokens mean, in order; titles that a context takes back become ``xtitle`` in place.

    Examples
    --------
    >>> from kolclf.tokens import tokenize_all
    >>> tokens = tokenize_all(["dokter gigi, suka vlog", "istri dokter gigi"])
    >>> found = find_concepts(tokens)
    >>> found.start, [meanings()[number] for number in found.meaning.tolist()]
    (array([0, 4, 7]), [('<dentist>', '<profession>'), ('<feed_format>', '<format>'), ('<relative>',)])
    """
    lexicon_ = _lexicon()
    found = lexicon_.phrases.longest(tokens)
    meaning = lexicon_.meaning[found.phrase]
    taken = _taken_back(found, tokens)
    numbers = np.array(list(taken), dtype=np.int64)
    meaning[numbers] = list(taken.values())
    places = [place for place in found.start[numbers].tolist() if tokens.words(place, place + 1)[0].startswith("gelar")]
    tokens.codes[places] = tokens.vocabulary.code(TAKEN_BACK)
    meant = meaning >= 0
    return Matches(found.start[meant], found.end[meant], meaning[meant])


class Kinds(NamedTuple):
    """The kinds of account that names tell: the number of the name, the meaning, and the tokens that tell it."""

    rows: Ints
    meaning: Ints
    start: Ints
    end: Ints


def find_kinds_in_names(tokens: Tokens) -> Kinds:
    """Return the kinds of account that display names tell (``Toko``, ``Fanbase``), and nothing else of them.

    >>> from kolclf.tokens import tokenize_all
    >>> kinds = find_kinds_in_names(tokenize_all(["Rina", "Fanbase Rina Bogor"], is_name=True))
    >>> kinds.rows, [meanings()[number] for number in kinds.meaning.tolist()]
    (array([1]), [('<fan>',)])
    """
    index, meaning = _name_lexicon()
    found = index.longest(tokens)
    return Kinds(tokens.rows()[found.start], meaning[found.phrase], found.start, found.end)
