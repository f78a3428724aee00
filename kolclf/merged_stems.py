"""Which stems merge words that stand for different labels, as "pengacara" and "acara" would be one to a stemmer."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import false_discovery_control, hypergeom

from kolclf.accounts import Accounts
from kolclf.arrays import Ints, distinct
from kolclf.scorer import Floats
from kolclf.stem import stems
from kolclf.text import BREAK

MIN_ACCOUNTS = 5  # that use a word
MAX_FALSE = 0.05  # share of the stems told that may be told by chance


class MergedStem(NamedTuple):
    """A stem, how many accounts of each label use each of its words, and the words that lean to a label, by word."""

    stem: str
    counts: dict[str, dict[str, int]]
    leans: dict[str, str]
    p_value: float


def merged_stems(accounts: Accounts, labels: Sequence[str], min_accounts: int = MIN_ACCOUNTS) -> list[MergedStem]:
    """Return the stems of which one word leans to a label and the others away from it, the surest first.

    Each word of a stem is held against its other words: does a label use it more often than chance would have it (Fisher's
    exact test, one-sided), while the others are used less by that label than words are on the whole? Stems are told at a false
    discovery rate of 5 % (Benjamini & Hochberg 1995).

    Parameters
    ----------
    accounts : Accounts
    labels : sequence of str, of length n_accounts
        Accounts whose label is empty do not count.
    min_accounts : int
        Words that fewer accounts use are left out.

    Examples
    --------
    >>> from kolclf.accounts import read_accounts
    >>> bios = ["menulis"] * 20 + ["tertulis"] * 20
    >>> [found] = merged_stems(read_accounts([""] * 40, bios, [""] * 40), ["kol"] * 20 + ["influencer"] * 20)
    >>> found.stem, found.leans
    ('tulis', {'menulis': 'kol', 'tertulis': 'influencer'})
    """
    names = sorted({label for label in labels if label})
    label_of = np.array([names.index(label) if label else -1 for label in labels], dtype=np.int64)
    words, counts = _used(accounts, label_of, len(names), min_accounts)
    usual = counts.sum(axis=0) / max(counts.sum(), 1)
    by_stem: dict[str, list[int]] = defaultdict(list)
    for number, stem in enumerate(stems(words)):
        by_stem[stem].append(number)
    merging = {stem: numbers for stem, numbers in by_stem.items() if len(numbers) > 1}
    if not merging:
        return []
    of_words = {stem: counts[numbers] for stem, numbers in merging.items()}
    p_values = false_discovery_control([_p_value(of, usual) for of in of_words.values()])
    found = []
    for (stem, numbers), of, p_value in zip(merging.items(), of_words.values(), p_values.tolist(), strict=True):
        if p_value <= MAX_FALSE:
            order = np.argsort(-of.sum(axis=1), kind="stable").tolist()
            leans = (of / of.sum(axis=1, keepdims=True) / usual).argmax(axis=1)
            found.append(
                MergedStem(
                    stem,
                    {words[numbers[i]]: dict(zip(names, of[i].tolist(), strict=True)) for i in order},
                    {words[numbers[i]]: names[leans[i]] for i in order},
                    p_value,
                )
            )
    return sorted(found, key=lambda merged: merged.p_value)


def _used(accounts: Accounts, label_of: Ints, n: int, min_accounts: int) -> tuple[list[str], Ints]:
    """Return the words that so many accounts use, and how many of each label do, of shape (n_words, n)."""
    fields = [texts.tokens for texts in accounts.fields.values()]  # of one vocabulary, as they were read together
    names = fields[0].vocabulary.tokens
    pairs = distinct(np.concatenate([field.rows() * len(names) + field.codes for field in fields]))
    label = label_of[pairs // len(names)]
    counts = np.bincount((pairs % len(names) * n + label)[label >= 0], minlength=len(names) * n)
    counts = counts.reshape(len(names), n)
    kept = [code for code in np.flatnonzero(counts.sum(axis=1) >= min_accounts).tolist() if names[code] != BREAK]
    return [names[code] for code in kept], counts[kept]


def _p_value(counts: Ints, usual: Floats) -> float:
    """Return the chance of the strangest word of one stem, times the number of words and labels tried."""
    words, labels = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    total, others = counts.sum(), labels - counts
    is_opposite = (counts > usual * words) & (others < usual * others.sum(axis=1, keepdims=True))
    p_values = np.where(is_opposite, hypergeom.sf(counts - 1, total, labels, words), 1.0)
    return min(1.0, float(p_values.min()) * counts.size)
