"""Finds phrases in the tokens of many texts at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints
from kolclf.tokens import Tokens

Forms = Callable[[Sequence[str]], list[str]]
MANY = 3000  # tokens from which it pays to make a tree of phrases
SOME = 100  # ... and to walk one that is there
SLOTS = 1 << 18  # of a table of the steps that the tree holds
_SEVERAL = -1  # steps on one slot
UNKNOWN = 0  # symbol of a token that no phrase holds, ``BREAK`` among them


class Spans(NamedTuple):
    """Tokens ``start`` to ``end`` (not included) are the phrase of that number."""

    start: Ints
    end: Ints
    phrase: Ints

    def taken(self, which: NDArray[np.bool_] | Ints) -> "Spans":
        """Return some of the spans."""
        return Spans(self.start[which], self.end[which], self.phrase[which])


class _Tree:
    """A tree of phrases, walked for all tokens at once."""

    def __init__(self, phrases: Sequence[str], forms: Forms) -> None:
        self._forms = forms
        self._known: tuple[list[str], Ints] = [], np.empty(0, dtype=np.int64)
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
        self._roots = np.array([children.get((0, symbol), 0) for symbol in range(self._width)], dtype=np.int64)
        steps = np.array([node * self._width + symbol for node, symbol in children], dtype=np.int64)
        order = np.argsort(steps)
        self._steps = np.append(steps[order], np.iinfo(np.int64).max)
        self._children = np.append(np.array(list(children.values()), dtype=np.int64)[order], 0)
        slots = self._steps[:-1] & (SLOTS - 1)
        self._places = np.full(SLOTS, len(slots), dtype=np.int32)
        self._places[slots] = np.arange(len(slots))
        self._places[np.flatnonzero(np.bincount(slots, minlength=SLOTS) > 1)] = _SEVERAL
        self._ends = np.full(len(children) + 1, -1)
        self._ends[list(ends)] = list(ends.values())

    def _read(self, words: list[str]) -> Ints:
        """Return the symbol of every word; of a list that has grown, read what is new."""
        seen, symbols = self._known
        if seen is not words:
            symbols = symbols[:0]
        if len(symbols) < len(words):
            new = [self._symbols.get(form, UNKNOWN) for form in self._forms(words[len(symbols) :])]
            symbols = np.append(symbols, np.array(new, dtype=np.int64))
            self._known = words, symbols
        return symbols

    def every(self, tokens: Tokens) -> Spans:
        """Return all phrases in the tokens, the short ones first."""
        symbols = self._read(tokens.vocabulary.tokens)[tokens.codes]
        node = self._roots[symbols]
        start = np.flatnonzero(node != 0)  # numpy finds what is true four times as fast as what is not 0
        node = node[start]
        found, length = [Spans(*np.empty((3, 0), dtype=np.int64))], 1
        while len(start):
            phrase = self._ends[node]
            whole = phrase >= 0
            found.append(Spans(start[whole], start[whole] + length, phrase[whole]))
            step = node * self._width + symbols[start + length]  # every text ends with a break
            at = self._places[step & (SLOTS - 1)].astype(np.int64)
            several = np.flatnonzero(at == _SEVERAL)
            at[several] = np.searchsorted(self._steps, step[several])
            alive = np.flatnonzero(self._steps[at] == step)
            start, node = start[alive], self._children[at[alive]]
            length += 1
        return Spans(*np.concatenate(found, axis=1))


def looked_up(tokens: Tokens, numbers: Mapping[str, int], longest: int, forms: Forms = list) -> Spans:
    """Return all numbered phrases of up to ``longest`` words in a few tokens, overlapping or not."""
    read = forms(tokens.words(0, len(tokens.codes)))
    found = [
        (start, end, numbers[run])
        for start in range(len(read))
        for end in range(start + 1, min(start + longest, len(read)) + 1)
        if (run := " ".join(read[start:end])) in numbers
    ]
    return Spans(*np.array(found, dtype=np.int64).reshape(-1, 3).T)


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
        self._longest = 1 + max(map(str.count, self.phrases, repeat(" ")), default=-1)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that the phrases are made of."""
        return frozenset(word for phrase in self.phrases for word in phrase.split(" "))

    @cached_property
    def _tree(self) -> _Tree:
        return _Tree(self.phrases, self._forms)

    def every(self, tokens: Tokens) -> Spans:
        """Return all phrases in the tokens, overlapping or not, in no order.

        >>> from kolclf.tokens import tokenize_all
        >>> index = PhraseIndex(["dokter", "dokter gigi"])
        >>> index.every(tokenize_all(["saya dokter gigi"]))
        Spans(start=array([1, 1]), end=array([2, 3]), phrase=array([0, 1]))
        """
        if len(tokens.codes) >= (SOME if "_tree" in vars(self) else MANY):
            return self._tree.every(tokens)
        return looked_up(tokens, self._numbers, self._longest, self._forms)

    def longest(self, tokens: Tokens) -> Spans:
        """Return phrases that do not overlap: from the left, the longest first.

        >>> from kolclf.tokens import tokenize_all
        >>> index = PhraseIndex(["dokter", "dokter gigi", "gigi"])
        >>> index.longest(tokenize_all(["saya dokter gigi"]))
        Spans(start=array([1]), end=array([3]), phrase=array([1]))
        """
        found = self.every(tokens)
        length = found.end - found.start
        found = found.taken(np.argsort(found.start * (self._longest + 1) - length))
        kept, taken_to = [], 0
        for number, (start, end) in enumerate(zip(found.start.tolist(), found.end.tolist(), strict=True)):
            if start >= taken_to:
                kept.append(number)
                taken_to = end
        return found.taken(np.array(kept, dtype=np.int64))
