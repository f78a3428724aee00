"""A dict from words to numbers that is asked for all words of many texts at once, without a step of Python for each."""

from collections.abc import Callable, Sequence
from os import urandom
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints

LONGEST = 15  # bytes of a word that is kept as two numbers of eight bytes; the last byte is its length
KEPT = 100  # bytes of a longer word that is remembered; more of them are seldom met again
_SLOTS = 1 << 14  # at least
_LENGTH_AT = np.uint64(56)
_FIRST_BYTES = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)  # masks, by size
_NO_WORD = np.uint64(255) << _LENGTH_AT  # no word is of this length
Part = NDArray[np.uint64]


class Words(NamedTuple):
    """Words of a text in UTF-8: where each begins, and how many bytes it has."""

    text: bytes
    starts: Ints
    lengths: Ints

    def of(self, places: Ints) -> list[bytes]:
        """Return some of the words as they are written."""
        starts = self.starts[places]
        spans = zip(starts.tolist(), (starts + self.lengths[places]).tolist(), strict=True)
        return [self.text[start:end] for start, end in spans]

    def parts(self) -> tuple[Part, Part]:
        """Return each word as two numbers; of one longer than ``LONGEST`` they tell only its beginning."""
        eights = np.ndarray(len(self.text) + 1, dtype="<u8", buffer=self.text + bytes(8), strides=(1,))
        head = eights[self.starts] & _FIRST_BYTES[np.minimum(self.lengths, 8)]
        tail = self.lengths.astype(np.uint64) << _LENGTH_AT
        longer = np.flatnonzero(self.lengths > 8)
        tail[longer] |= eights[self.starts[longer] + 8] & _FIRST_BYTES[np.minimum(self.lengths[longer] - 8, 7)]
        return head, tail


class WordTable:
    """Remembers a number for every word; a hash table in arrays.

    Two words stand on one slot only by chance, whatever a file holds: the factors of the hash are drawn at random. Nothing
    depends on them, not even the order in which words are asked for, which is that of the text.
    """

    def __init__(self) -> None:
        self._factors = [np.uint64(int.from_bytes(urandom(8)) | 1) for _ in range(3)]
        self._slots = np.zeros(_SLOTS, dtype=np.int32)  # the place of a word in the arrays below; 0 for none
        self._head, self._tail = np.zeros(_SLOTS // 2, dtype=np.uint64), np.full(_SLOTS // 2, _NO_WORD)
        self._numbers = np.zeros(_SLOTS // 2, dtype=np.int64)
        self._end = 1  # of the places in use
        self._long: dict[bytes, int] = {}

    def __len__(self) -> int:
        """Return how many words are remembered."""
        return self._end - 1 + len(self._long)

    def numbers(self, words: Words, read: Callable[[list[bytes]], Sequence[int]]) -> Ints:
        """Return the number of every word; ``read`` gives those of words not seen before, each asked for once."""
        head, tail = words.parts()
        places, is_long = self._find(head, tail), words.lengths > LONGEST
        unknown, long = np.flatnonzero((places == 0) & ~is_long), np.flatnonzero(is_long)
        new, of_new = self._distinct(head[unknown], tail[unknown])
        new = unknown[new]
        numbers = read(words.of(new))
        self._add(head[new], tail[new], np.array(numbers, dtype=np.int64))
        places[unknown] = self._end - len(new) + of_new
        found = self._numbers[places]
        found[long] = self.numbers_of(words.of(long), read)
        return found

    def numbers_of(self, words: Sequence[bytes], read: Callable[[list[bytes]], Sequence[int]]) -> Ints:
        """Return the numbers of words of any length, which are kept as they are written."""
        new = [word for word in dict.fromkeys(words) if word not in self._long]
        number_of = dict(zip(new, read(new), strict=True))
        self._long |= {word: number for word, number in number_of.items() if len(word) <= KEPT}
        return np.array([number_of[word] if word in number_of else self._long[word] for word in words], dtype=np.int64)

    def forget(self, numbers: Ints) -> None:
        """Forget the words of some numbers."""
        kept = np.append(0, np.flatnonzero(~np.isin(self._numbers[1 : self._end], numbers)) + 1)
        self._end = len(kept)
        self._resize(kept)
        forgotten = set(numbers.tolist())
        self._long = {word: number for word, number in self._long.items() if number not in forgotten}

    def _first_slots(self, head: Part, tail: Part) -> Ints:
        mixed = head * self._factors[0]
        mixed ^= mixed >> np.uint64(32)
        mixed += tail
        mixed *= self._factors[1]
        mixed ^= mixed >> np.uint64(32)
        mixed *= self._factors[2]
        mixed >>= np.uint64(65 - len(self._slots).bit_length())
        return mixed.view(np.int64)

    @staticmethod
    def _distinct(head: Part, tail: Part) -> tuple[Ints, Ints]:
        """Return where each distinct word stands first, in order, and of every word the number of that one among them."""
        order = np.lexsort((tail, head))
        head, tail = head[order], tail[order]
        is_first = np.append(True, (head[1:] != head[:-1]) | (tail[1:] != tail[:-1]))[: len(order)]
        first = order[is_first]
        ascending = np.argsort(first)
        rank = np.empty(len(first), dtype=np.int64)
        rank[ascending] = np.arange(len(first))
        number = np.empty(len(order), dtype=np.int64)
        number[order] = rank[np.cumsum(is_first) - 1]
        return first[ascending], number

    def _are(self, places: Ints, head: Part, tail: Part) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = (self._head[places] == head) & (self._tail[places] == tail)
        return same

    def _find(self, head: Part, tail: Part) -> Ints:
        """Return the place of each word, 0 for one not seen before."""
        slots = self._first_slots(head, tail)
        places = self._slots[slots].astype(np.int64)  # numpy takes indices of another size slowly
        left = np.flatnonzero(~self._are(places, head, tail) & (places > 0))
        while len(left):  # another word stands there: look at the next slot
            slots[left] = (slots[left] + 1) & (len(self._slots) - 1)
            places[left] = found = self._slots[slots[left]]
            left = left[~self._are(found, head[left], tail[left]) & (found > 0)]
        return places

    def _add(self, head: Part, tail: Part, numbers: Ints) -> None:
        """Take in words not seen before."""
        begin, self._end = self._end, self._end + len(numbers)
        if self._end > len(self._numbers):
            self._resize(np.arange(begin))
        self._head[begin : self._end], self._tail[begin : self._end] = head, tail
        self._numbers[begin : self._end] = numbers
        self._put(np.arange(begin, self._end, dtype=np.int32))

    def _resize(self, kept: Ints) -> None:
        """Make room for the places in use, and put the words of some of them on slots anew."""
        room = max(_SLOTS // 2, 1 << self._end.bit_length())
        spare = np.zeros(room - len(kept), dtype=np.int64)
        self._head = np.append(self._head[kept], spare.view(np.uint64))
        self._tail = np.append(self._tail[kept], spare.view(np.uint64))
        self._numbers = np.append(self._numbers[kept], spare)
        self._slots = np.zeros(2 * room, dtype=np.int32)
        self._put(np.arange(1, len(kept), dtype=np.int32))

    def _put(self, places: Ints) -> None:
        """Put words on slots."""
        slots = self._first_slots(self._head[places], self._tail[places])
        while len(places):
            free = np.flatnonzero(self._slots[slots] == 0)
            self._slots[slots[free]] = places[free]  # of several that want one slot, one gets it
            left = self._slots[slots] != places
            places, slots = places[left], (slots[left] + 1) & (len(self._slots) - 1)
