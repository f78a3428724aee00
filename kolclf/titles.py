"""Reads academic and professional titles, before letter case is lost: ``Sp.OG(K)`` becomes the token ``gelarspog``.

A title may be written with dots, with dots and spaces, without dots, or in capitals. Forms that also are words or initials
(``dr``, ``SH``, ``apt.``) count only where a title can stand.
"""

import re
from functools import cache
from typing import NamedTuple

from kolclf.lexicon import lexicon, listed, shorten_elongation

LONGEST = 4  # words of a title: "S.Tr.Keb", "A.Md.Keb", "M.Psi.Psikolog"

# A run of words parted by dots, "M Kes", "dr Rina", or one capitalised word.
_FIRST_OF_TWO = ("Sp", "Amd", "AMd", "S", "M")
_TITLE_SHAPED = re.compile(
    r"(?<![\w.@#/])(?:[A-Za-z]{1,9}\.(?: ?[A-Za-z]{1,9}\.){0,8}(?: ?[A-Za-z]{1,9}(?![A-Za-z]))?"
    rf"|dr(?= [A-Z])|(?:{'|'.join(_FIRST_OF_TWO)}) [A-Z][A-Za-z]{{0,6}}(?![\w.])|[A-Z][A-Za-z]{{1,11}}(?![\w.]))"
)
_WORD = re.compile("[A-Za-z]+")
_SUBSPECIALTY = re.compile(r"(?<![a-z])(gelarsp[a-z]*) *(?:\(K\)[A-Za-z]{0,5}|-K[A-Za-z]{1,5}\b)", re.I)


class _Titles(NamedTuple):
    """The titles of the lexicon by the way they are written."""

    dotted: dict[str, str]  # "sp.og" -> "gelarspog"
    compact: dict[str, str]  # "SpOG" -> "gelarspog"
    capitals: dict[str, str]  # "SPOG" -> "gelarspog"
    prefix: dict[str, str]  # "dr" -> "gelardr", "Dr" -> "gelardoktor"
    bare: frozenset[str]  # prefixes that may stand without a dot
    needs: dict[str, list[str]]  # token -> words, one of which must be in the text


@cache
def title_token(form: str) -> str:
    """Return the token of a title as the lexicon writes it.

    >>> title_token("Sp.OG"), title_token("dr."), title_token("Dr.")
    ('gelarspog', 'gelardr', 'gelardoktor')
    """
    return (
        "gelardoktor" if form.rstrip(".") == "Dr" else "gelar" + shorten_elongation(re.sub("[^a-z]", "", form.lower()))
    )


@cache
def _titles() -> _Titles:
    titles = lexicon()["titles"].values()
    forms = [form for group in titles for form in listed(group.get("forms", ""))]
    prefixes = [(form, group) for group in titles for form in listed(group.get("prefix", ""))]
    compact = {form.replace(".", ""): title_token(form) for form in forms}
    return _Titles(
        dotted={form.lower().rstrip("."): title_token(form) for form in forms if "." in form.rstrip(".")},
        compact=compact,
        capitals={form.upper(): token for form, token in compact.items() if len(form) > 3 and not form.isupper()},
        prefix={form.rstrip("."): title_token(form) for form, _ in prefixes},
        bare=frozenset(form for form, _ in prefixes if not form.endswith(".")),
        needs={title_token(form): listed(group["needs"]) for form, group in prefixes if "needs" in group},
    )


@cache
def _written() -> dict[str, str]:
    titles = lexicon()["titles"].values()
    forms = [form for group in titles for form in listed(f"{group.get('forms', '')}, {group.get('prefix', '')}")]
    return {title_token(form): form for form in reversed(forms)}


def written_title(token: str) -> str:
    """Return a token as a person would write it: a title as the lexicon does, any other as it is.

    >>> written_title("gelarspog"), written_title("dokter")
    ('Sp.OG', 'dokter')
    """
    return _written().get(token, "gelar" if token == "xtitle" else token)


@cache
def places() -> frozenset[str]:
    """Return the names of towns, islands and regions that the lexicon knows, as tokens."""
    return frozenset(listed(lexicon()["words"]["places"]))


@cache
def bare_prefixes() -> frozenset[str]:
    """Return the titles that may stand before a name without a dot, in small letters."""
    return frozenset(form.lower() for form in _titles().bare)


@cache
def title_parts() -> frozenset[str]:
    """Return every word, in small letters, that is a title or a part of one: ``sp`` and ``og`` of ``Sp.OG``."""
    titles = _titles()
    parts = {part for form in titles.dotted for part in form.split(".")}
    return frozenset(parts | {form.lower() for form in (*titles.compact, *titles.prefix)} - {""})


@cache
def undotted_titles() -> frozenset[str]:
    """Return every word that is a title, or begins one, where no dot is written: ``SpOG``, and ``Sp`` of ``Sp OG``."""
    titles = _titles()
    return frozenset({*titles.compact, *titles.capitals, *_FIRST_OF_TWO})


@cache
def needed_words() -> dict[str, tuple[str, list[str]]]:
    """Return the tokens of titles that count only beside certain words: how they read otherwise, and these words."""
    written = {title_token(form): form for form in _titles().prefix}
    return {token: (written[token].lower(), words) for token, words in _titles().needs.items()}


class _Reader:
    """Reads the titles of one text; it remembers where the last one ended, since titles come in rows."""

    def __init__(self, text: str, is_name: bool) -> None:
        self.text, self.is_name = text, is_name
        self.last_end = -1

    def __call__(self, match: re.Match[str]) -> str:
        """Return what a title-shaped run reads as."""
        base, run = match.start(), match[0]
        words = [(word[0], base + word.start(), base + word.end()) for word in _WORD.finditer(run)]
        read, copied, i = "", base, 0
        while i < len(words):
            for n in range(min(LONGEST, len(words) - i), 0, -1):
                (_, start, _), (_, _, end) = words[i], words[i + n - 1]
                token = self._token([word for word, _, _ in words[i : i + n]], start, end)
                if token:
                    read += f"{self.text[copied:start]} {token} "
                    copied = self.last_end = end + (self.text[end : end + 1] == ".")
                    i += n - 1
                    break
            i += 1
        return read + self.text[copied : match.end()]

    def _token(self, words: list[str], start: int, end: int) -> str | None:
        """Return the token of the title that ``words`` spell, if they can be one here."""
        titles = _titles()
        joined = "".join(words)
        if len(words) > 1 and "." in self.text[start:end]:
            specialist = words[0] in ("Sp", "SP") and len(words) == 2 and words[1][0].isupper()
            return titles.dotted.get(".".join(words).lower()) or ("gelarspesialis" if specialist else None)
        if len(words) == 1 and (token := self._prefix(joined, start, end)):
            return token
        if joined in titles.compact and (len(joined) > 2 or self._after_credential(start)):
            return titles.compact[joined]
        return titles.capitals.get(joined) if self._after_credential(start) else None

    def _prefix(self, word: str, start: int, end: int) -> str | None:
        """Return the token of a title that stands before a name."""
        titles = _titles()
        spelled = next((form for form in (word, word.lower(), word.capitalize()) if form in titles.prefix), None)
        if spelled is None:
            return None
        token = titles.prefix[spelled]
        following = re.match(r"\.?[^\w\n]*(\w+)", self.text[end : end + 40])
        name_follows = following is None or not following[1][0].islower()
        if self.text[end : end + 1] == ".":
            return token if name_follows or self._starts_phrase(start) else None
        place_follows = following is not None and following[1].lower() in places()
        bare = spelled in titles.bare and following is not None and name_follows and not place_follows
        return token if bare and self._starts_phrase(start) else None

    def _before(self, start: int) -> str:
        """Return the end of what stands before a place, without spaces."""
        return self.text[max(0, start - 20) : start].rstrip(" ")

    def _starts_phrase(self, start: int) -> bool:
        return not self._before(start)[-1:].isalnum()

    def _after_credential(self, start: int) -> bool:
        """Tell whether a comma or another title stands before, or a name where there need be neither."""
        before = self._before(start)
        after_title = self.last_end >= 0 and not self.text[self.last_end : start].strip(" .,&")
        return before.endswith(",") or after_title or (self.is_name and bool(before))


def read_titles(text: str, is_name: bool = False) -> str:
    """Turn each academic or professional title into one token; in a name they need no comma before them.

    >>> read_titles("dr. Rina, Sp.A").split()
    ['gelardr', 'Rina,', 'gelarspa']
    """
    return _SUBSPECIALTY.sub(r"\1 ", _TITLE_SHAPED.sub(_Reader(text, is_name), text))
