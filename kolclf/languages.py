"""Which language an account writes, by its function words: Indonesian, English, or both."""

from collections.abc import Sequence

import numpy as np

from kolclf.accounts import Accounts
from kolclf.arrays import Ints
from kolclf.lexicon import lexicon, listed
from kolclf.tokens import Tokens, tokenize_all

LANGUAGES = ("id", "en", "mixed", "unknown")
MIN_HITS = 3  # function words, below which nothing is said
PURE = 0.8  # share of the function words that one language has, from which the other does not count


def languages_of(accounts: Accounts) -> list[str]:
    """Return for every account ``id``, ``en``, ``mixed``, or ``unknown`` where there are too few words to tell by."""
    return _languages([texts.tokens for texts in accounts.fields.values()])


def language_of(text: str) -> str:
    """Return the language of one text.

    >>> language_of("Dokter gigi di Malang yang suka masak juga"), language_of("I love to cook for my kids"), language_of("bidan")
    ('id', 'en', 'unknown')
    """
    return _languages([tokenize_all([text])])[0]


def _languages(fields: Sequence[Tokens]) -> list[str]:
    in_id, in_en = (sum(_hits(field, language) for field in fields) for language in ("id", "en"))
    share = in_en / np.maximum(in_id + in_en, 1)
    conditions = [in_id + in_en < MIN_HITS, share >= PURE, share <= 1 - PURE]
    return [str(language) for language in np.select(conditions, ["unknown", "en", "id"], "mixed")]


def _hits(tokens: Tokens, language: str) -> Ints:
    """Return how many function words of a language each text holds."""
    known = frozenset(listed(lexicon()["languages"][language]["words"]))
    names = tokens.vocabulary.tokens
    is_known = np.zeros(len(names), dtype=bool)
    is_known[[code for code in np.unique(tokens.codes).tolist() if names[code] in known]] = True
    return np.bincount(tokens.rows()[is_known[tokens.codes]], minlength=len(tokens.indptr) - 1)
