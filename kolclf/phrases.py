"""Finds phrases in the tokens of many texts at once."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints
from kolclf.tokens import Tokens

Forms = Callable[[Sequence[str]], list[str]]
MANY = 3000  # tokens from which a tree of phrases pays
SIEVE = 1 << 18  # slots of a table that tells cheaply of most steps that the tree does not hold them
UNKNOWN = 0  # symbol of a token that no phrase holds, ``BREAK`` among them


class Spans(NamedTuple):
    """Tokens ``start`` to ``end`` (not included) are the phrase of that number; ordered by start."""

    start: Ints
    end: Ints
    phrase: Ints

    def taken(self, which: NDArray[np.bool_] | Ints) -> "Spans":
        """Return some of the spans."""
        return Spans(self.start[which], self.end[which], self.phrase[which])


def _hashed(steps: Ints) -> Ints:
    return (steps * 0x9E3779B1 >> 16) & (SIEVE - 1)


class _Tree:
    """A tree of phrases, walked for all tokens at once."""

    def __init__(self, phrases: Sequence[str], forms: Forms) -> None:
        self._forms = forms
        self._known: tuple[list[str], Ints] = [], np.empty(0, dtype=np.int32)
        self._symbols: dict[str, int] = {}
        children: dict[tuple[int, int], int] = {}
        ends = {}
        for number, phrase in enumerate(phrases):
            node = 0
            for token in phrase.split(" "):
                step = (node, self._symbols.setdefault(token, len(self._symbols) + 1))
                node = children.setdefault(step, len(children) + 1)
            ends[node] = number
        self._width = len(self._symbols) + 1
        self._roots = np.array([children.get((0, symbol), 0) for symbol in range(self._width)], dtype=np.int32)
        steps = np.array([node * self._width + symbol for node, symbol in children], dtype=np.int64)
        order = np.argsort(steps)
        self._steps = np.append(steps[order], np.iinfo(np.int64).max)
        self._children = np.append(np.array(list(children.values()), dtype=np.int64)[order], 0)
        self._sieve = np.zeros(SIEVE, dtype=bool)
        self._sieve[_hashed(steps)] = True
        self._ends = np.full(len(children) + 1, -1)
        self._ends[list(ends)] = list(ends.values())

    def _symbols_of(self, words: list[str]) -> Ints:
        """Return the symbol of every word; of a list that has grown, only the new ones are looked up."""
        seen, symbols = self._known
        symbols = symbols[: len(words)] if seen is words else symbols[:0]
        if len(symbols) < len(words):
            new = [self._symbols.get(form, UNKNOWN) for form in self._forms(words[len(symbols) :])]
            symbols = np.append(symbols, np.array(new, dtype=np.int32))
            self._known = words, symbols
        return symbols

    def every(self, tokens: Tokens) -> Spans:
        """Return all phrases in the tokens."""
        symbols = self._symbols_of(tokens.vocabulary.tokens)[tokens.codes]
        node = self._roots[symbols]
        start = np.flatnonzero(node)
        node, symbols = node[start], np.append(symbols, UNKNOWN)
        found, length = [], 1
        while True:
            phrase = self._ends[node]
            whole = phrase >= 0
            found.append(Spans(start[whole], start[whole] + length, phrase[whole]))
            if not len(start):
                break
            step = node.astype(np.int64) * self._width + symbols[np.minimum(start + length, len(symbols) - 1)]
            likely = self._sieve[_hashed(step)]
            start, step = start[likely], step[likely]
            at = np.searchsorted(self._steps, step)
            alive = self._steps[at] == step
            start, node = start[alive], self._children[at[alive]]
            length += 1
        start, end, phrase = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Spans(start, end, phrase).taken(np.lexsort((end, start)))


class PhraseIndex:
    """Finds phrases in tokens: for a few tokens by looking up every run, for many by a tree.

    Parameters
    ----------
    phrases : iterable of str
        Tokens parted by spaces; none may hold ``BREAK``.
    forms : callable, optional
        Returns what tokens count as, where the phrases are of these forms.

    Attributes
    ----------
    phrases : list of str
        Each once, in the order given; spans number them.
    """

    def __init__(self, phrases: Iterable[str], forms: Forms = list) -> None:
        self.phrases = list(dict.fromkeys(phrases))
        self._forms = forms
        self._numbers = {phrase: number for number, phrase in enumerate(self.phrases)}
        self._longest = max((phrase.count(" ") + 1 for phrase in self.phrases), default=0)

    @cached_property
    def _tree(self) -> _Tree:
        return _Tree(self.phrases, self._forms)

    def every(self, tokens: Tokens) -> Spans:
        """Return all phrases in the tokens, overlapping or not.

        >>> from kolclf.tokens import tokenize_all
        >>> index = PhraseIndex(["dokter", "dokter gigi"])
        >>> index.every(tokenize_all(["saya dokter gigi"]))
        Spans(start=array([1, 1]), end=array([2, 3]), phrase=array([0, 1]))
        """
        if len(tokens.codes) >= MANY:
            return self._tree.every(tokens)
        forms = self._forms(tokens.words(0, len(tokens.codes)))
        found = [
            (start, end, self._numbers[run])
            for start in range(len(forms))
            for end in range(start + 1, min(start + self._longest, len(forms)) + 1)
            if (run := " ".join(forms[start:end])) in self._numbers
        ]
        return Spans(*np.array(found, dtype=np.int64).reshape(-1, 3).T)

    def longest(self, tokens: Tokens) -> Spans:
        """Return phrases that do not overlap: from the left, the longest first.

        >>> from kolclf.tokens import tokenize_all
        >>> index = PhraseIndex(["dokter", "dokter gigi", "gigi"])
        >>> index.longest(tokenize_all(["saya dokter gigi"]))
        Spans(start=array([1]), end=array([3]), phrase=array([1]))
        """
        found = self.every(tokens)
        found = found.taken(np.append(found.start[1:] != found.start[:-1], True)[: len(found.start)])
        kept, taken_to = [], 0
        for number, (start, end) in enumerate(zip(found.start.tolist(), found.end.tolist(), strict=True)):
            if start >= taken_to:
                kept.append(number)
                taken_to = end
        return found.taken(np.array(kept, dtype=np.int64))
