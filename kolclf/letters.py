"""The first steps of a text: its encoding, its stray signs, and all its letters as ASCII."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import distinct
from kolclf.lexicon import lexicon

MARKS = 30  # above one letter, as in the Stream-Safe Text Format (UAX 15); sorting more of them takes their square
REMEMBERED = 64  # characters of a run that is kept in memory; longer ones seldom come again

# Every letter that mojibake can hold but plain text seldom does; without one, there is nothing to undo.
_DOUBTFUL_LETTERS = (
    "\x80-\x9f\xa2-\xa8\xaa\xac\xaf-\xb6\xb8-\xba\xbc-\xbe\xc0-\u052f\u2020\u2021\u2030\u20a0-\u20bf\u2116\u2200-\u22ff"
    "\u2310\u2500-\u259f\u25ca\ud800-\udfff\uf8ff\ufb01\ufb02\ufffd"
)
_DOUBTFUL = re.compile(f"[{_DOUBTFUL_LETTERS}]")


def fix_encoding(text: str) -> str:
    """Undo mojibake, and drop halves of characters."""
    if text.isascii() or not _DOUBTFUL.search(text):
        return text
    import ftfy  # noqa: PLC0415 (slow to import, seldom needed)

    return ftfy.fix_encoding(text.encode("utf-8", "ignore").decode("utf-8"))


@cache
def _is_doubtful() -> NDArray[np.bool_]:
    found = np.zeros(1 << 16, dtype=bool)  # by character
    for first, last in re.findall("(.)(?:-(.))?", _DOUBTFUL_LETTERS, re.DOTALL):
        found[ord(first) : ord(last or first) + 1] = True
    return found


def doubtful(texts: Sequence[bytes]) -> list[int]:
    """Return which of many texts, in UTF-8, ``fix_encoding`` would look into.

    >>> doubtful(["caf\u00c3\u00a9".encode(), "\u2022 kopi 🙏".encode(), b"teh"])
    [0]
    """
    joined = np.frombuffer(b"".join(texts), dtype=np.uint8)
    first = np.flatnonzero((joined >= 0xC2) & (joined < 0xF0))  # of the two or three bytes of a character
    lead, second, third = (joined[np.minimum(first + i, len(joined) - 1)].astype(np.int64) for i in range(3))
    longer = (lead & 0x0F) << 12 | (second & 0x3F) << 6 | third & 0x3F
    character = np.where(lead < 0xE0, (lead & 0x1F) << 6 | second & 0x3F, longer)
    at = first[_is_doubtful()[character]]
    found: list[int] = distinct(np.searchsorted(np.cumsum(list(map(len, texts))), at, side="right")).tolist()
    return found


# --- 2 repair and 3 letters: from here on a text is ASCII

_CONTROL = dict.fromkeys([*range(9), *range(11, 32), 127], " ")
_INVISIBLE = [0xAD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
_INVISIBLE += [*range(0xFE00, 0xFE10), 0xFEFF, *range(0x1F3FB, 0x1F400), *range(0xE0000, 0xE01F0)]
_UNSEEN = dict.fromkeys(range(0x80, 0xA0), " ") | dict.fromkeys(_INVISIBLE) | dict.fromkeys(map(ord, "’‘´ʼ"), "'")
_FOREIGN = re.compile("[^\x00-\x7f]+")
_DASHES = "".join(map(chr, [*range(0x2010, 0x2016), 0x2212]))  # as copied telephone numbers hold
_DASH = re.compile(f"(?<=[0-9])[{_DASHES}](?=[0-9])")
_SPACES = re.compile("  +")
_APOSTROPHE = re.compile(r"(?<=[^ ])['`](?=\w)")
_RUN, _LONG_RUN = (re.compile(rf"([a-z])\1{{{n},}}", re.I) for n in (2, 3))
# what is spelled out of an address, "dottt commm"
_SPELLED_OUT = re.compile(r"\b(?:a++t++|d++o++t++)\b|(?<=\bdot)[^a-z0-9\n]{1,6}[a-z]++", re.I)
_HUGE_REFERENCE = re.compile("&#[0-9]{100,};?")  # int() refuses thousands of digits
_SPACED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")


def repair(text: str) -> str:
    """Undo HTML entities and line breaks written out; drop control characters, and spaces that follow another."""
    if "&" in text:
        import html  # noqa: PLC0415 (brings the names of all entities)

        text = html.unescape(_HUGE_REFERENCE.sub("\ufffd", text))
    # "\\n" as two characters is what some scrapers write for a line break
    text = text.replace("\\n", "\n")
    text = text if text.isprintable() else text.translate(_CONTROL)
    return _SPACES.sub(" ", text) if "  " in text else text  # "name  at  host" reads as with one


@cache
def _look_alikes(table: str) -> dict[int, str]:
    return {ord(seen): meant for meant, letters in lexicon()[table].items() for seen in letters}


@cache
def _emoji_names() -> dict[int, str]:
    return {ord(sign): f"\nemoji{name}\n" for name, signs in lexicon()["emoji"].items() for sign in signs}


@lru_cache(maxsize=16_384)
def _as_ascii(run: str) -> str:
    """Read a run of other characters: fancy, accented and look-alike letters as plain ones, emoji by name, others as breaks."""
    run = _composed(run.translate(_UNSEEN).translate(_look_alikes("letters")))
    run = re.sub(r"[^\W\x00-\x7f]+", _as_latin, _single_indicators(run))
    run = "".join(c for c in unicodedata.normalize("NFKD", run) if not unicodedata.combining(c))
    return "".join(c if c.isascii() else "|" for c in run.translate(_emoji_names()))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text if len(text) <= MARKS or text.isascii() else _with_few_marks(text))


def _with_few_marks(run: str) -> str:
    """Drop what is more than ``MARKS`` combining marks in a row."""
    kept, marks = [], 0
    for c in run:
        marks = marks + 1 if unicodedata.combining(unicodedata.normalize("NFKD", c)[0]) else 0
        if marks <= MARKS:
            kept.append(c)
    return "".join(kept)


def _as_latin(match: re.Match[str]) -> str:
    read = match[0].translate(_look_alikes("foreign_letters"))
    return read if read.isascii() else match[0]


def _single_indicators(text: str) -> str:
    """Regional indicators come in pairs as flags; alone they are letters (``🇧 🇦 🇱 🇮``)."""
    return re.sub(
        r"(?<![\U0001F1E6-\U0001F1FF])[\U0001F1E6-\U0001F1FF](?![\U0001F1E6-\U0001F1FF])",
        lambda match: chr(ord(match[0]) - 0x1F1E6 + ord("a")),
        text,
    )


def _read_run(match: re.Match[str]) -> str:
    return _as_ascii(match[0]) if len(match[0]) <= REMEMBERED else _as_ascii.__wrapped__(match[0])


def read_letters(text: str) -> str:
    """Read all characters as ASCII, spaced-out letters as a word, a word with an apostrophe as without, "dottt" as "dot"."""
    if not text.isascii():
        text = _SPACES.sub(" ", _FOREIGN.sub(_read_run, _DASH.sub("-", text)))
    if "'" in text or "`" in text:
        text = _APOSTROPHE.sub("", text)
    text = joined_letters(text)
    if not _RUN.search(text):
        return text
    text = _LONG_RUN.sub(r"\1", text)  # but for "www"
    for _ in range(2):  # first "dottt", then what follows "dot"
        text = _SPELLED_OUT.sub(lambda match: _RUN.sub(r"\1", match[0]), text)
    return text


def joined_letters(text: str) -> str:
    """Read ``d o k t e r`` as a word."""
    if text.count(" ") < 3:
        return text
    return _SPACED_OUT.sub(lambda match: match[0].replace(" ", ""), text)


def plain_letters(text: str) -> str:
    """Return a text with fancy letters as plain ones and without invisible signs; emoji and accents stay.

    >>> plain_letters("𝗱𝗿. Rina 🩺 caf\u00e9")
    'dr. Rina 🩺 café'
    """
    return _SPACES.sub(" ", _composed(repair(text).translate(_UNSEEN).translate(_look_alikes("letters"))))


_BETWEEN_DIGITS = {0x20E3: None} | dict.fromkeys(map(ord, _DASHES), "-")


def plain_digits(text: str) -> str:
    """Return a text with the digits of all scripts and of keys as 0 to 9, and any dash as a hyphen.

    >>> plain_digits("\u0660\u0668\u0661\u0662\u20130\ufe0f\u20e3")
    '0812-0️'
    """
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() else c for c in text.translate(_BETWEEN_DIGITS))


def as_ascii(text: str) -> str:
    """Return the ASCII that a text reads as, before anything else is done to it.

    >>> as_ascii("𝗱𝗿. Rina"), as_ascii("caf\u00e9")
    ('dr. Rina', 'cafe')
    """
    return read_letters(repair(text))
