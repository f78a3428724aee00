"""Lists of numbers of different lengths, one after another in an array; ``indptr`` tells where each begins and ends."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]


def rows_of(indptr: Ints) -> Ints:
    """Return for each element the number of the list that holds it.

    >>> rows_of(np.array([0, 2, 2, 3]))
    array([0, 0, 2])
    """
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def distinct(numbers: Ints) -> Ints:
    """Return each number once, in order; by sorting, where ``np.unique`` hashes, and takes forty times as long.

    >>> distinct(np.array([3, 1, 3]))
    array([1, 3])
    """
    ordered = np.sort(numbers)
    found: Ints = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found


def counted(keys: Ints) -> tuple[Ints, Ints]:
    """Return where each distinct key stands first, by key in order, and how often it stands.

    >>> counted(np.array([7, 3, 7]))
    (array([1, 0]), array([1, 2]))
    """
    # key and place in one number: a plain sort of numbers is many times faster than one that keeps equal keys in order
    bits = len(keys).bit_length()
    packed = np.sort(keys << bits | np.arange(len(keys)))
    ordered = packed >> bits
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(keys)])
    return packed[firsts] & ((1 << bits) - 1), np.diff(firsts, append=len(keys))


def gathered(flat: Ints, indptr: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Return the lists of some numbers, one after another, and where each of them begins and ends.

    >>> gathered(np.array([7, 8, 9]), np.array([0, 2, 3]), np.array([1, 0]))
    (array([9, 7, 8]), array([0, 1, 3]))
    """
    starts = indptr[numbers]
    ends = np.append(0, np.cumsum(indptr[numbers + 1] - starts)).astype(indptr.dtype)
    return flat[np.repeat(starts - ends[:-1], np.diff(ends)) + np.arange(ends[-1], dtype=indptr.dtype)], ends


class Lists:
    """Lists of numbers by number."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self._indptr = np.cumsum([0, *map(len, lists)])
        self._flat = np.array([number for of in lists for number in of], dtype=np.int64)

    @classmethod
    def inverted(cls, lists: Sequence[Sequence[int]], n: int) -> "Lists":
        """Return for each of ``n`` numbers the places of the lists that hold it."""
        holders: list[list[int]] = [[] for _ in range(n)]
        for place, of in enumerate(lists):
            for number in of:
                holders[number].append(place)
        return cls(holders)

    def of(self, numbers: Ints) -> tuple[Ints, Ints]:
        """Return the lists of some numbers one after another, and beside each element the place of its number in ``numbers``."""
        found, indptr = gathered(self._flat, self._indptr, numbers)
        return rows_of(indptr), found
