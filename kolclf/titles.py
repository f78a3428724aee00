"""Reads academic and professional titles, before letter case is lost: ``Sp.OG(K)`` becomes the token ``gelarspog``.

A title may be written with dots, with dots and spaces, without dots, or in capitals. Forms that also are words or initials
(``dr``, ``SH``, ``apt.``) count only where a title can stand.
"""

import re
from functools import cache
from typing import NamedTuple

from kolclf.lexicon import lexicon, listed

# A run of dotted words, "dr Rina" without a dot, "M Kes", or one capitalised word.
_TITLE_SHAPED = re.compile(
    r"(?<![\w.@#/])(?:[A-Za-z]{1,9}\.(?: ?[A-Za-z]{1,9}\.){0,8}(?: ?[A-Za-z]{1,9}(?![A-Za-z]))?"
    r"|(?:dr|Dr|DR|Prof)(?= [A-Z])|(?:Sp|Amd|AMd|S|M) [A-Z][A-Za-z]{0,6}(?![\w.])|[A-Z][A-Za-z]{1,8}(?![\w.]))"
)
_SUBSPECIALTY = re.compile(r"(gelarsp[a-z]*) *(?:\(K\)[A-Za-z]{0,5}|-K[A-Za-z]{1,5}\b)", re.I)


class _Titles(NamedTuple):
    dotted: dict[str, str]  # "sp.og" -> "gelarspog"
    compact: dict[str, str]  # "SpOG" -> "gelarspog"
    prefix: dict[str, str]  # "dr" -> "gelardr", "Dr" -> "gelardoktor"
    needs: dict[str, list[str]]


def title_token(form: str) -> str:
    """Return the token of a title as the lexicon writes it.

    >>> title_token("Sp.OG"), title_token("dr."), title_token("Dr.")
    ('gelarspog', 'gelardr', 'gelardoktor')
    """
    return "gelardoktor" if form == "Dr." else "gelar" + re.sub("[^a-z]", "", form.lower())


@cache
def _titles() -> _Titles:
    dotted, compact, prefix, needs = {}, {}, {}, {}
    for group in lexicon()["titles"].values():
        for form in listed(group.get("forms", "")):
            if "." in form.rstrip("."):
                dotted[form.lower().rstrip(".")] = title_token(form)
            compact[form.replace(".", "")] = title_token(form)
        for form in listed(group.get("prefix", "")):
            prefix[form.rstrip(".")] = title_token(form)
            if "needs" in group:
                needs[title_token(form)] = listed(group["needs"])
    upper = {form.upper(): token for form, token in compact.items() if len(form) > 2}
    return _Titles(dotted, upper | compact, prefix, needs)


@cache
def _places() -> frozenset[str]:
    return frozenset(listed(lexicon()["words"]["places"]))


class _TitleReader:
    """Reads the titles of one text; a class since each title looks at what stands before it."""

    def __init__(self, text: str, is_name: bool) -> None:
        self.text, self.is_name = text, is_name
        self.end = -1  # where the title before this one ended

    def __call__(self, match: re.Match[str]) -> str:
        shape = match[0]
        if "." in shape:
            return self._dotted(match)
        if " " not in shape and shape in ("dr", "Dr", "DR", "Prof"):
            following = re.match(r" (\w+)", self.text[match.end() :])
            known_place = following and following[1].lower() in _places()
            return (
                shape
                if known_place or not self._starts_phrase(match.start())
                else self._found(match.end(), self._prefix(shape))
            )
        joined = shape.replace(" ", "")
        token = _titles().compact.get(joined)
        as_listed = token is not None and (not joined.isupper() or joined.replace(" ", "") in _exact_capitals())
        if token and ((as_listed and len(joined) > 2) or self._among_titles(match.start())):
            return self._found(match.end(), token)
        return shape

    def _dotted(self, match: re.Match[str]) -> str:
        words = list(re.finditer("[A-Za-z]+", match[0]))
        read, i, copied = "", 0, 0
        while i < len(words):
            for n in range(min(4, len(words) - i), 0, -1):
                start, end = words[i].start(), words[i + n - 1].end()
                token = self._title_of([word[0] for word in words[i : i + n]], match, start, end)
                if token:
                    end += match[0][end : end + 1] == "."
                    read, copied = (
                        read + match[0][copied:start] + f" {self._found(match.start() + end, token).strip()} ",
                        end,
                    )
                    i += n - 1
                    break
            i += 1
        return read + match[0][copied:]

    def _title_of(self, parts: list[str], match: re.Match[str], start: int, end: int) -> str | None:
        if len(parts) > 1:
            known = _titles().dotted.get(".".join(parts).lower())
            # an unlisted specialist ("Sp.Xyz") is still a specialist
            return known or (
                "gelarspesialis" if len(parts) == 2 and parts[0] in ("Sp", "SP") and parts[1][0].isupper() else None
            )
        word, dotted = parts[0], match[0][end : end + 1] == "."
        token = self._prefix(word)
        if not token:
            compact = (
                _titles().compact.get(word) if len(word) > 2 or self._among_titles(match.start() + start) else None
            )
            return (
                compact
                if compact and (dotted or self._among_titles(match.start() + start)) and word[0].isupper()
                else None
            )
        following = re.match(r"\.?\W*(\w)", self.text[match.start() + end :])
        named = following is None or not following[1].islower() or self._starts_phrase(match.start() + start)
        wanted = _titles().needs.get(token, [])
        needed = not wanted or any(word in self.text.lower() for word in wanted)
        return token if dotted and named and needed else None

    def _prefix(self, word: str) -> str | None:
        prefix = _titles().prefix
        return prefix.get(word) or prefix.get(word.lower()) or prefix.get(word.capitalize())

    def _found(self, end: int, token: str | None) -> str:
        self.end = end
        return f" {token} "

    def _starts_phrase(self, start: int) -> bool:
        before = self.text[max(0, start - 20) : start].rstrip(" ")
        return not before or not before[-1].isalnum()

    def _among_titles(self, start: int) -> bool:
        before = self.text[max(0, start - 20) : start].rstrip(" ")
        after_title = self.end >= 0 and not self.text[self.end : start].strip(" .,&")
        return before.endswith(",") or after_title or (self.is_name and bool(before))


@cache
def _exact_capitals() -> frozenset[str]:
    forms = (form.replace(".", "") for group in lexicon()["titles"].values() for form in listed(group.get("forms", "")))
    return frozenset(form for form in forms if form.isupper())


def read_titles(text: str, is_name: bool = False) -> str:
    """Turn each academic or professional title into one token."""
    return _SUBSPECIALTY.sub(r"\1 ", _TITLE_SHAPED.sub(_TitleReader(text, is_name), text))
