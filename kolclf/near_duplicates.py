"""Which texts are one text written twice: a word changed, an emoji added, captions in another order.

MinHash in bands finds candidates in time that grows with the number of texts (Broder 1997; Leskovec, Rajaraman & Ullman 2020,
3.3 and 3.4); each candidate is then compared exactly, so no pair is joined by chance.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from kolclf.arrays import Ints, distinct
from kolclf.placeholders import PLACEHOLDERS
from kolclf.text import BREAK
from kolclf.tokens import tokenize_all

ALIKE = 0.7  # a text of eight words of which one is changed is like itself by 7/9
MIN_WORDS = 8
BANDS, ROWS = 20, 4  # find a pair of likeness 0.7 with a chance of 99.6 %, one of 0.8 of 99.998 %
_WINDOW = 4  # rows equal in a band with which a row is compared
_CHUNK = 8192  # texts, or pairs of them, at a time
_WORDS = (1 << 31) - 1  # numbers of words, the same in every process
_NO_WORD, _NO_WORDS = -1, PLACEHOLDERS | {BREAK}
_MIXER = np.uint64(0x9E3779B97F4A7C15)  # an odd number: the lowest of a band become one key


def near_duplicate_groups(texts: Sequence[str], alike: float = ALIKE, min_words: int = MIN_WORDS) -> Ints:
    """Return for every text the number of its group; texts that are nearly one text share a group.

    Texts are compared as sets of words, after letters are repaired and personal data hidden: letter case, emoji, fancy letters,
    punctuation, numbers and the order of captions do not count. Where a is like b and b like c, all three are of one group.

    A text of few words ("ibu rumah tangga") says too little to tell whether one account wrote it or two: it stays alone, even if
    another is the same.

    Parameters
    ----------
    texts : sequence of str, of length n_texts
    alike : float, default=0.7
        Of the distinct words of two texts, the share that both must have (Jaccard 1912).
    min_words : int, default=8
        Texts of fewer distinct words stay alone.

    Returns
    -------
    ndarray of int, of shape (n_texts,)
        Groups are numbered in the order of their first texts.

    Examples
    --------
    >>> bio = "Bidan desa di Alor, kelas ibu hamil tiap Selasa, dua anak satu kucing"
    >>> near_duplicate_groups([bio, "resep kue kering", bio.upper() + " 🌸", "resep kue kering"])
    array([0, 1, 0, 2])
    """
    return _groups(_distinct_words(texts), alike, min_words)


def same_account_groups(accounts: Sequence[Mapping[str, str]]) -> Ints:
    """Return for every account the number of its group: nearly one bio, nearly the same captions, or both together.

    So an account collected twice is found by its bio when its captions are other ones by now, or by its captions when its bio
    has changed. Accounts that are equal in name, bio and captions share a group however short they are; those without any text
    stay alone.

    Examples
    --------
    >>> same_account_groups([{"bio": "ibu rumah tangga", "captions": caption} for caption in ["masak", "masak", "jalan"]])
    array([0, 0, 1])
    """
    names, bios, captions = ([account.get(part, "") for account in accounts] for part in ("name", "bio", "captions"))
    of_bios, of_captions = _distinct_words(bios), _distinct_words(captions)
    written = [
        repr(parts) if "".join(parts[1:]).strip() else str(row)
        for row, parts in enumerate(zip(names, bios, captions, strict=True))
    ]
    equal = pd.factorize(np.array(written, dtype=object))[0]
    return joined_groups([*map(_groups, (of_bios, of_captions, of_bios.maximum(of_captions))), equal])


def joined_groups(groups: Sequence[Ints]) -> Ints:
    """Return groups that join what any of some groupings joins, each of shape (n,).

    >>> joined_groups([np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])])
    array([0, 0, 0, 1])
    """
    firsts = []
    for of in groups:
        _, first, inverse = np.unique(of, return_index=True, return_inverse=True)
        firsts.append(first[inverse])
    n = len(groups[0])
    return _linked(np.concatenate(firsts), np.tile(np.arange(n), len(groups)), n)


def _groups(words: Any, alike: float = ALIKE, min_words: int = MIN_WORDS) -> Ints:
    """Return the groups of the rows of a matrix of words."""
    sizes = np.diff(words.indptr)
    first, second = _candidates(words, np.flatnonzero(sizes >= max(min_words, 1)))
    found = [np.zeros(0, dtype=bool)]
    for start in range(0, len(first), _CHUNK):
        a, b = first[start : start + _CHUNK], second[start : start + _CHUNK]
        shared = np.asarray(words[a].multiply(words[b]).sum(axis=1)).ravel()
        found.append(shared >= alike * (sizes[a] + sizes[b] - shared))
    is_alike = np.concatenate(found)
    return _linked(first[is_alike], second[is_alike], len(sizes))


def _linked(first: Ints, second: Ints, n: int) -> Ints:
    """Return the groups of ``n`` texts of which some pairs are linked, numbered in the order of their first texts."""
    links = sp.coo_matrix((np.ones(len(first), dtype=bool), (first, second)), shape=(n, n))
    return pd.factorize(connected_components(links, directed=False)[1])[0]


def _distinct_words(texts: Sequence[str]) -> Any:
    """Return the words of every text by number, each once and in order, as a sparse matrix of ones."""
    numbers, lengths = [np.zeros(0, dtype=np.int32)], [np.zeros(1, dtype=np.int64)]
    for start in range(0, len(texts), _CHUNK):
        tokens = tokenize_all(texts[start : start + _CHUNK])
        used = np.flatnonzero(np.bincount(tokens.codes, minlength=1))
        names = [tokens.vocabulary.tokens[code] for code in used.tolist()]
        number_of = np.full(used.max(initial=0) + 1, _NO_WORD)
        number_of[used] = [
            _NO_WORD if name in _NO_WORDS or name.startswith("emoji") else crc32(name.encode()) % _WORDS
            for name in names
        ]
        number = number_of[tokens.codes]
        counted = number != _NO_WORD
        keys = distinct(tokens.rows()[counted] * _WORDS + number[counted])
        numbers.append((keys % _WORDS).astype(np.int32))
        lengths.append(np.bincount(keys // _WORDS, minlength=len(tokens.indptr) - 1))
    indices, indptr = np.concatenate(numbers), np.cumsum(np.concatenate(lengths))
    return sp.csr_matrix((np.ones(len(indices), dtype=np.int8), indices, indptr), shape=(len(texts), _WORDS))


def _candidates(words: Any, rows: Ints) -> tuple[Ints, Ints]:
    """Return pairs of rows that may be alike: of the rows equal in a band, each with the nearest few."""
    chosen, n = words[rows], words.shape[0]
    numbers, starts = chosen.indices.astype(np.uint32), chosen.indptr[:-1]
    random, found = np.random.default_rng(0), [np.zeros(0, dtype=np.int64)]
    for _ in range(BANDS if len(rows) else 0):
        keys = np.zeros(len(rows), dtype=np.uint64)
        for _ in range(ROWS):
            shuffled = numbers * (random.integers(1 << 32, dtype=np.uint32) | np.uint32(1))
            shuffled += random.integers(1 << 32, dtype=np.uint32)
            keys = keys * _MIXER + np.minimum.reduceat(shuffled, starts)
        order = np.argsort(keys, kind="stable")
        for step in range(1, min(_WINDOW, len(order) - 1) + 1):
            at = np.flatnonzero(keys[order[step:]] == keys[order[:-step]])
            found.append(rows[order[at]] * n + rows[order[at + step]])
    pairs = distinct(np.concatenate(found))
    return pairs // n, pairs % n
