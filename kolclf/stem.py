"""Stems of tokens, by Sastrawi."""

from collections.abc import Iterable, Mapping

from kolclf.meanings import protected_words
from kolclf.sastrawi import stem_word

_stems: dict[str, str] = {}


def remember(stems: Mapping[str, str]) -> None:
    """Take over stems that are known already, as a model file holds them: a few predictions then need no root words."""
    _stems.update(stems)


def stems(tokens: Iterable[str]) -> list[str]:
    """Return the stems of tokens.

    Titles, protected words of the lexicon and tokens with digits stay as they are.

    >>> stems(["memasak", "pengacara", "gelarspog"])
    ['masak', 'pengacara', 'gelarspog']
    """
    known, protected = _stems, protected_words()
    return [
        known[token]
        if token in known
        else token
        if token in protected or not token.isalpha() or token.startswith("gelar")
        else stem_word(token)
        for token in tokens
    ]


def stem(token: str) -> str:
    """Return the stem of one token.

    >>> stem("memasak")
    'masak'
    """
    return stems([token])[0]
