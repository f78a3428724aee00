"""The steps from a raw word, or some that belong together, to tokens; each step has a name.

They leave lower-case ASCII tokens parted by spaces, and a lone ``.`` wherever a phrase ends (a line break, a comma, a pipe,
an emoji). What is personal or a number becomes a placeholder (``xphone``, ``xlink``, ...); a title becomes one token
(``Sp.OG(K)`` -> ``gelarspog``) before letter case is lost. The word tables are in ``lexicon.toml``; ``tokens.py`` says which
words are read together.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import NamedTuple

from kolclf.lexicon import lexicon, listed, shorten_elongation
from kolclf.titles import read_titles

BREAK = "."
PLACE = "xplace"  # what the model counts for any town or region
PLACEHOLDERS = frozenset(
    {PLACE, "xphone", "xemail", "xlink", "xhandle", "xmoney", "xpercent", "xtime", "xnumber", "xtitle"}
)
MAX_TOKEN = 40  # letters; longer runs are not words and cost the stemmer dear


# --- 1 encoding

# Every letter that mojibake can hold but plain text seldom does; without one, there is nothing to undo.
_DOUBTFUL = re.compile(
    "[\x80-\x9f\xa2-\xa8\xaa\xac\xaf-\xb6\xb8-\xba\xbc-\xbe\xc0-\u052f\u2020\u2021\u2030\u20a0-\u20bf\u2116\u2200-\u22ff"
    "\u2310\u2500-\u259f\u25ca\ud800-\udfff\uf8ff\ufb01\ufb02\ufffd]"
)


def fix_encoding(text: str) -> str:
    """Undo mojibake, and drop halves of characters."""
    if text.isascii() or not _DOUBTFUL.search(text):
        return text
    import ftfy  # noqa: PLC0415 (slow to import, seldom needed)

    return ftfy.fix_encoding(text.encode("utf-8", "ignore").decode("utf-8"))


# --- 2 repair and 3 letters: from here on a text is ASCII

_CONTROL = dict.fromkeys([*range(9), *range(11, 32), 127], " ")
_INVISIBLE = [0xAD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
_INVISIBLE += [*range(0xFE00, 0xFE10), 0xFEFF, *range(0x1F3FB, 0x1F400), *range(0xE0000, 0xE01F0)]
_UNSEEN = dict.fromkeys(range(0x80, 0xA0), " ") | dict.fromkeys(_INVISIBLE) | dict.fromkeys(map(ord, "’‘´ʼ"), "'")
_FOREIGN = re.compile("[^\x00-\x7f]+")
_SPACED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")


def _repair(text: str) -> str:
    """Undo HTML entities and line breaks written out; drop control characters."""
    if "&" in text:
        text = html.unescape(text)
    # "\\n" as two characters is what some scrapers write for a line break
    text = text.replace("\\n", "\n")
    return text if text.isprintable() else text.translate(_CONTROL)


@cache
def _look_alikes(table: str) -> dict[int, str]:
    return {ord(seen): meant for meant, letters in lexicon()[table].items() for seen in letters}


@cache
def _emoji_names() -> dict[int, str]:
    return {ord(sign): f"\nemoji{name}\n" for name, signs in lexicon()["emoji"].items() for sign in signs}


@lru_cache(maxsize=1 << 14)
def _as_ascii(run: str) -> str:
    """Read a run of other characters: fancy, accented and look-alike letters as plain ones, emoji by name, others as breaks."""
    run = unicodedata.normalize("NFKC", run.translate(_UNSEEN).translate(_look_alikes("letters")))
    run = re.sub(r"[^\W\x00-\x7f]+", _as_latin, _single_indicators(run))
    run = "".join(c for c in unicodedata.normalize("NFKD", run) if not unicodedata.combining(c))
    return "".join(c if c.isascii() else "|" for c in run.translate(_emoji_names()))


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


def _letters(text: str) -> str:
    """Read all characters as ASCII, and spaced-out letters as a word."""
    if not text.isascii():
        text = _FOREIGN.sub(lambda match: _as_ascii(match[0]), text)
    return _joined_letters(text)


def _joined_letters(text: str) -> str:
    """Read ``d o k t e r`` as a word."""
    if text.count(" ") < 3:
        return text
    return _SPACED_OUT.sub(lambda match: match[0].replace(" ", ""), text)


# --- 4 placeholders

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


PLATFORMS = "ig|instagram|tiktok|tik tok|tt|yt|youtube|twitter|line|telegram|tele|threads|fb|facebook"
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
    (re.compile(rf"\b({PLATFORMS}) ?[:=] ?(?=[\w.]*[\d_.]\w){_A_NAME}", re.I), r" \1 xhandle "),
    (re.compile(rf"\b({PLATFORMS}) ?[:=] ?{_A_NAME}(?= *(?:$|[\n|,;)]))", re.I), r" \1 xhandle "),
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


_HINTS = re.compile(r"[\d@_.:=<\[%]|\bat\b", re.I)  # what every placeholder has at least one of


def _placeholders(text: str) -> str:
    """Replace links, addresses, phone numbers, handles, money, shares and times by their kind."""
    if not _HINTS.search(text):
        return text
    for pattern, kind in _PLACEHOLDERS:
        text = pattern.sub(kind, text)
    return text


class Placeholder(NamedTuple):
    """What becomes a placeholder of a kind: characters ``start`` to ``end`` (not included) of a text."""

    kind: str
    start: int
    end: int


def find_placeholders(text: str) -> tuple[str, list[Placeholder]]:
    """Return an ASCII text with all that becomes a placeholder blanked out, and what was, in order.

    >>> find_placeholders("WA 0812 0000 1234")
    ('WA               ', [Placeholder(kind='xphone', start=3, end=17)])
    """
    found = []

    def blank(match: re.Match[str], kind: str | Callable[[re.Match[str]], str]) -> str:
        kept = match.end(1) if isinstance(kind, str) and r"\1" in kind else match.start()  # "ig: name" keeps "ig"
        words = (match.expand(kind) if isinstance(kind, str) else kind(match)).split()
        found.append(Placeholder(next(word for word in words if word in PLACEHOLDERS), kept, match.end()))
        return match.string[match.start() : kept] + " " * (match.end() - kept)

    for pattern, kind in _PLACEHOLDERS if _HINTS.search(text) else ():
        text = pattern.sub(partial(blank, kind=kind), text)
    return text, sorted(found, key=lambda item: item.start)


# --- 6 to 9

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+|(?<=[A-Za-z])(?=\d)")
_HASHTAG = re.compile(r"#(\w{1,200})")
_JOINER = re.compile(r"(?<=[^ ])['`](?=\w)")
_BETWEEN = re.compile(r"(?:^|(?<= ))[-/+]+(?= |$)")
_SPACES = re.compile("[ /&+_-]+")
_BREAKS = re.compile(r"[^a-z0-9 /&+_-][^a-z0-9]*")


def _hashtags(text: str) -> str:
    """Split hashtags into their words."""
    return _HASHTAG.sub(lambda match: f"\n{_CAMEL.sub(' ', match[1])}\n", text)


def _lower_case(text: str) -> str:
    return text.lower()


@cache
def _with_digits() -> frozenset[str]:
    return frozenset(listed(lexicon()["words"]["with_digits"]))


def _separators(text: str) -> str:
    """Keep tokens and the breaks between phrases."""
    text = _BREAKS.sub(f" {BREAK} ", _BETWEEN.sub("\n", _JOINER.sub("", text)))
    tokens = shorten_elongation(_joined_letters(_SPACES.sub(" ", text))).split()
    return " ".join(
        token[:MAX_TOKEN] if token.isalpha() or token == BREAK or token in _with_digits() else "xnumber"
        for token in tokens
    )


Step = tuple[str, Callable[[str], str]]
STEPS: list[Step] = [
    ("repair", _repair),
    ("letters", _letters),
    ("placeholders", _placeholders),
    ("titles", read_titles),
    ("hashtags", _hashtags),
    ("lower-case", _lower_case),
    ("elongation", shorten_elongation),
    ("separators", _separators),
]
NAME_STEPS: list[Step] = [
    (name, partial(read_titles, is_name=True)) if step is read_titles else (name, step) for name, step in STEPS
]


FOLDING = 2  # steps after which a text is ASCII


def as_ascii(text: str) -> str:
    """Return the ASCII that a text reads as, before anything else is done to it.

    >>> as_ascii("𝗱𝗿. Rina"), as_ascii("caf\u00e9")
    ('dr. Rina', 'cafe')
    """
    return _letters(_repair(text))
