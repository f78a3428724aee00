"""From raw text to tokens, by ordered steps that each have a name.

``normalize`` leaves lower-case ASCII tokens parted by spaces, and a lone ``.`` wherever a phrase ends (a line break, a
comma, a pipe, an emoji). What is personal or a number becomes a placeholder (``xphone``, ``xlink``, ...); a title becomes
one token (``Sp.OG(K)`` -> ``gelarspog``) before letter case is lost. The word tables are in ``lexicon.toml``.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from kolclf.lexicon import lexicon, listed, shorten_elongation
from kolclf.titles import read_titles

BREAK = "."
PLACE = "xplace"  # what the model counts for any town or region
PLACEHOLDERS = frozenset(
    {PLACE, "xphone", "xemail", "xlink", "xhandle", "xmoney", "xpercent", "xtime", "xnumber", "xtitle"}
)
MAX_TOKEN = 40  # letters; longer runs are not words and cost the stemmer dear


class Change(NamedTuple):
    """One step that changed a text: its name and the text after it."""

    step: str
    text: str


# --- 1 repair

_INVISIBLE = [0xAD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
_INVISIBLE += [*range(0xFE00, 0xFE10), 0xFEFF, *range(0x1F3FB, 0x1F400), *range(0xE0000, 0xE01F0)]
_CONTROL = [*range(9), *range(11, 32), *range(127, 160)]
_UNSEEN = dict.fromkeys(_CONTROL, " ") | dict.fromkeys(_INVISIBLE)


def _repair(text: str) -> str:
    """Undo mojibake, HTML entities and written-out line breaks; drop what cannot be seen."""
    if not text.isascii():
        from ftfy import fix_encoding  # noqa: PLC0415 (slow to import, seldom needed)

        text = fix_encoding(text.encode("utf-8", "ignore").decode("utf-8"))
    if "&" in text:
        text = html.unescape(text)
    # "\\n" as two characters is what some scrapers write for a line break
    return text.replace("\\n", "\n").translate(_UNSEEN)


# --- 2 letters

_SPACED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f\u0561-\u0587]")


@cache
def _look_alikes(table: str) -> dict[int, str]:
    return {ord(seen): meant for meant, letters in lexicon()[table].items() for seen in letters}


def _as_latin(match: re.Match[str]) -> str:
    word = match[0]
    read = word if word.isascii() else word.translate(_look_alikes("foreign_letters"))
    return read if read.isascii() else word


def _letters(text: str) -> str:
    """Read fancy, spaced-out, accented and look-alike letters as plain ones."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_look_alikes("letters")))
        text = _single_indicators(text)
        if _FOREIGN.search(text):
            text = re.sub(r"\w+", _as_latin, text)
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _joined_letters(text)


def _joined_letters(text: str) -> str:
    """Read ``d o k t e r`` as a word."""
    return _SPACED_OUT.sub(lambda match: match[0].replace(" ", ""), text)


def _single_indicators(text: str) -> str:
    """Regional indicators come in pairs as flags; alone they are letters (``🇧 🇦 🇱 🇮``)."""
    return re.sub(
        r"(?<![\U0001F1E6-\U0001F1FF])[\U0001F1E6-\U0001F1FF](?![\U0001F1E6-\U0001F1FF])",
        lambda match: chr(ord(match[0]) - 0x1F1E6 + ord("a")),
        text,
    )


# --- 3 placeholders

_TOP_LEVEL = (
    "com|co|net|org|info|link|bio|page|shop|store|app|news|xyz|blog|site|web|online|studio|design|tv"
    "|id|ee|me|io|cc|ke|be|ly|gl|gg|my|sg"
)
_AMOUNT = r"\d(?:[\d.,]{0,14}\d)?"


def _link(match: re.Match[str]) -> str:
    host = match[0].lower().split("//")[-1].split("/")[0].split(".")
    return f" xlink {' '.join(part for part in host if part in _platforms())} "


@cache
def _platforms() -> frozenset[str]:
    return frozenset(listed(lexicon()["words"]["platforms"]))


_PLATFORM = "ig|instagram|tiktok|tik tok|tt|yt|youtube|twitter|line|telegram|tele|threads|fb|facebook"
_A_NAME = r"(?=[\w.]*[A-Za-z]{3})[\w.]{3,60}"
_PLACEHOLDERS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (
        re.compile(r"[<\[](phone|email|link|url|handle)[>\]]", re.I),
        lambda match: f" x{match[1].lower().replace('url', 'link')} ",
    ),
    (
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}(?:@| ?[(\[] ?at ?[)\]] ?)[\w-]{1,63}(?:\.[\w-]{2,24}){1,3}", re.I),
        " xemail ",
    ),
    (
        re.compile(
            r"(?<![\w.+-])[\w.+-]{1,64} ?[(\[]?\bat\b[)\]]? ?[\w-]{1,63} ?[(\[]?\bdot\b[)\]]? ?[a-z]{2,4}\b", re.I
        ),
        " xemail ",
    ),
    (re.compile(r"(?:https?://|www\.)[^\s|]{1,2000}", re.I), _link),
    (re.compile(rf"(?<![\w@.])(?:[\w-]{{2,63}}\.){{1,3}}(?:{_TOP_LEVEL})(?:/[^\s|]{{0,2000}}|(?![\w.]))", re.I), _link),
    # any short host with a path ("s.id/..."), but not titles in a row ("dr.rina/dr.budi", "s.kom/m.kom")
    (
        re.compile(
            r"(?<![\w@.])(?!(?:dr|drg|drh|prof|ir|ns|apt|ust|m|s)\.(?!id/))(?:[\w-]{1,63}\.){1,3}[a-z]{2,6}/[^\s|]{1,2000}"
        ),
        _link,
    ),
    (re.compile(r"(?<!\w)@[ .-]{0,3}\w[\w.]{0,60}"), " xhandle "),
    (re.compile(rf"\b({_PLATFORM}) ?[:=] ?(?=[\w.]*[\d_.]\w){_A_NAME}", re.I), r" \1 xhandle "),
    (re.compile(rf"\b({_PLATFORM}) ?[:=] ?{_A_NAME}(?= *(?:$|[\n|,;•·)]))", re.I), r" \1 xhandle "),
    (re.compile(r"(?<![\w#])(?!#)(?:\w{1,40}_\w[\w.]{0,40}|_\w[\w.]{0,40}|\w{2,40}_(?!\w))"), " xhandle "),
    (
        re.compile(
            rf"\b(?:rp|idr)\.? ?{_AMOUNT}(?: ?(?:rb|ribu|k|jt|juta|m|miliar)\b)?"
            rf"|\b{_AMOUNT} ?(?:rb|rebu|ribu|jt|juta|miliar)\b",
            re.I,
        ),
        " xmoney ",
    ),
    (re.compile(rf"{_AMOUNT} ?%"), " xpercent "),
    (re.compile(r"(?<![\d.])[0-2]?\d[.:][0-5]\d(?![.\d]\d)(?!\d)(?: ?(?:wib|wita|wit|am|pm)\b)?", re.I), " xtime "),
    (re.compile(r"(?<!\d)[0-3]?\d([-./])[01]?\d\1(?:19|20)\d\d(?!\d)"), " xnumber "),
    (re.compile(r"(?<!\w)(?:\+ ?|\(\+?62\) ?|\(0)\d?(?:[ .()-]{0,2}\d){7,14}(?!\d)"), " xphone "),
    (re.compile(r"(?<!\w)(?:62|0)\d?(?:[ .()-]{0,2}\d){8,14}(?!\d)"), " xphone "),
]


def _placeholders(text: str) -> str:
    """Replace links, addresses, phone numbers, handles, money, shares and times by their kind."""
    for pattern, kind in _PLACEHOLDERS:
        text = pattern.sub(kind, text)
    return text


# --- 5 to 9

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+|(?<=[A-Za-z])(?=\d)")
_HASHTAG = re.compile(r"#(\w{1,200})")
_JOINER = re.compile(r"(?<=[^ ])['’`´](?=\w)")
_BETWEEN = re.compile(r" [-/–—+]+ ")
_BREAKS = re.compile(r"[^a-z0-9 /&+_-][^a-z0-9]*")


def _hashtags(text: str) -> str:
    """Split hashtags into their words."""
    return _HASHTAG.sub(lambda match: f"\n{_CAMEL.sub(' ', match[1])}\n", text)


@cache
def _emoji_names() -> dict[int, str]:
    return {ord(sign): f"\nemoji{name}\n" for name, signs in lexicon()["emoji"].items() for sign in signs}


def _emoji(text: str) -> str:
    """Name the emoji that say something."""
    return text if text.isascii() else text.translate(_emoji_names())


def _lower_case(text: str) -> str:
    return text.lower()


@cache
def _with_digits() -> frozenset[str]:
    return frozenset(listed(lexicon()["words"]["with_digits"]))


def _separators(text: str) -> str:
    """Keep tokens and the breaks between phrases."""
    text = _BREAKS.sub(f" {BREAK} ", _BETWEEN.sub("\n", _JOINER.sub("", text)))
    tokens = shorten_elongation(_joined_letters(re.sub("[ /&+_-]+", " ", text))).split()
    kept: list[str] = []
    for token in tokens:
        if token == BREAK and (not kept or kept[-1] == BREAK):
            continue
        known = token in _with_digits() or not any(c.isdigit() for c in token)
        kept.append(token[:MAX_TOKEN] if known else "xnumber")
    return " ".join(kept[:-1] if kept and kept[-1] == BREAK else kept)


_STEPS: list[tuple[str, Callable[[str], str]]] = [
    ("repair", _repair),
    ("letters", _letters),
    ("placeholders", _placeholders),
    ("titles", read_titles),
    ("hashtags", _hashtags),
    ("emoji", _emoji),
    ("lower-case", _lower_case),
    ("elongation", shorten_elongation),
    ("separators", _separators),
]


def changes(text: str, is_name: bool = False) -> Iterator[Change]:
    """Yield every step that changed ``text``, with what it made of it; in a name, titles need no comma before them.

    >>> [change.step for change in changes("dr. Rina, Sp.A")]
    ['titles', 'lower-case', 'separators']
    """
    for name, step in _STEPS:
        changed = read_titles(text, is_name) if step is read_titles else step(text)
        if changed != text:
            yield Change(name, changed)
        text = changed


def normalize(text: str, is_name: bool = False) -> str:
    """Return ``text`` as lower-case tokens parted by spaces, with ``.`` where a phrase ends.

    Pure, idempotent, and defined for every string.

    >>> normalize("𝗱𝗿. Rina, Sp.A(K) | Praktik RS Mitra 0812 0000 1234")
    'gelardr rina . gelarspa . praktik rs mitra xphone'
    >>> normalize("Spa murah, baru plg dr Bandung bangettt #KopiSusu")
    'spa murah . baru plg dr bandung banget . kopi susu'
    """
    for change in changes(text, is_name):
        text = change.text
    return text


def tokenize(text: str) -> list[str]:
    """Return the tokens of ``text``; the token ``.`` parts its phrases.

    >>> tokenize("Bidan | Alor")
    ['bidan', '.', 'alor']
    """
    return normalize(text).split()


def tokenize_name(name: str) -> list[str]:
    """Return the tokens of a display name, where titles need no comma before them.

    >>> tokenize_name("Rina Kartika SH MKn")
    ['rina', 'kartika', 'gelarsh', 'gelarmkn']
    """
    return normalize(name, is_name=True).split()
