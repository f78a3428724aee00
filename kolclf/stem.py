"""Stems of Indonesian words, by Sastrawi, each distinct token once in a process."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from kolclf.concepts import protected_words
from kolclf.errors import KolclfError

_stems: dict[str, str] = {}


def refuse_old_sastrawi() -> None:
    """Raise if the package ``Sastrawi`` 1.0.1 of 2016 is installed: it hides PySastrawi and is 100 times slower.

    Raises
    ------
    KolclfError
        With the commands that mend the installation.
    """
    try:
        found = version("Sastrawi")
    except PackageNotFoundError:
        return
    raise KolclfError(
        f"the package Sastrawi {found} is installed and hides PySastrawi, which kolclf needs; "
        "run: pip uninstall -y Sastrawi PySastrawi && pip install 'PySastrawi>=1.2.1'"
    )


@cache
def _sastrawi() -> Any:
    refuse_old_sastrawi()
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory  # noqa: PLC0415 (reads its dictionary; seldom needed)

    return StemmerFactory().create_stemmer()


def remember(stems: Mapping[str, str]) -> None:
    """Take over stems that are known already, as a model file holds them."""
    _stems.update(stems)


def stem(token: str) -> str:
    """Return the stem of one token.

    Titles, protected words of the lexicon and tokens with digits stay as they are.

    >>> stem("memasak"), stem("pengacara"), stem("gelarspog")
    ('masak', 'pengacara', 'gelarspog')
    """
    known = _stems.get(token)
    if known is None:
        plain = token.isalpha() and token not in protected_words() and not token.startswith("gelar")
        known = _stems[token] = _sastrawi().stem(token) if plain else token
    return known
