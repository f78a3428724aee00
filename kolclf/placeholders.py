"""What is personal in a text, or a number, and the placeholder that stands for it (``xphone``, ``xlink``, ...)."""

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from typing import NamedTuple

from kolclf.letters import fix_encoding, plain_digits, plain_letters
from kolclf.lexicon import lexicon, listed

PLACE = "xplace"  # what the model counts for any town or region
PLACEHOLDERS = frozenset(
    {PLACE, "xphone", "xemail", "xlink", "xhandle", "xmoney", "xpercent", "xtime", "xnumber", "xtitle"}
)
_TOP_LEVEL = (
    "com|co|net|org|info|link|bio|page|shop|store|app|news|xyz|blog|site|web|online|studio|design|tv"
    "|dev|asia|biz|id|ee|me|io|ai|cc|ke|be|ly|gl|gg|my|sg"
)
_AMOUNT = r"\d(?:[\d.,]{0,14}\d)?"
_LOCAL = r"[\w.+&'%-]"  # of an e-mail address
_AT = r"(?:@|%40| ?[(\[{<] ?(?:at|@) ?[)\]}>] ?)"
_DOT = r"(?:\.| ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?)"
_SIGN = "[ /&+_-]{1,6}"  # what stands between spelled-out parts of an address, and is a space later
_NEW = rf"(?!(?:{'|'.join(sorted(PLACEHOLDERS))}|gelar[a-z]+)\b)"  # a word that is no placeholder or title already
_DIGITS = frozenset("0123456789")
_MAIL = "gmail|ymail|yahoo|hotmail|outlook|icloud|rocketmail|protonmail"
_PATH = r"[/\\][^\s|]{0,2000}"


def _link(match: re.Match[str]) -> str:
    host = match[0].lower().split("//")[-1].split("/")[0].split(".")
    return f" xlink {' '.join(part for part in host if part in _platforms())} "


@cache
def _platforms() -> frozenset[str]:
    return frozenset(listed(lexicon()["words"]["platforms"]))


PLATFORMS = "ig|instagram|tiktok|tik tok|tt|yt|youtube|twitter|line|telegram|tele|threads|fb|facebook|snapchat|username|linktree"
_A_NAME = r"(?=[\w.]*[A-Za-z]{3})[\w.]{3,60}"
# What a placeholder has at least one of, how it is written, and its kind.
_PLACEHOLDERS: list[tuple[Collection[str], str, str | Callable[[re.Match[str]], str]]] = [
    (
        {*"<["},
        r"(?i)[<\[](phone|email|link|url|handle)[>\]]",
        lambda match: f" x{match[1].lower().replace('url', 'link')} ",
    ),
    (
        {*"@%([{<"},
        rf"(?i)(?<!{_LOCAL}){_LOCAL}{{1,64}}{_AT}[\w-]{{1,63}}"
        rf"(?:(?:{_DOT}[\w-]{{2,24}}){{1,3}}|{_SIGN}dot{_SIGN}[a-z]{{2,4}}(?![a-z_]))",
        " xemail ",
    ),
    (
        {"dot"},
        rf"(?i)(?<!{_LOCAL}){_NEW}(?=[.+&'%-]{{0,64}}\w){_LOCAL}{{1,64}}(?:{_SIGN})?[(\[]?\bat\b[)\]]?(?:{_SIGN})?"
        rf"{_NEW}[\w-]{{1,63}}(?:{_SIGN})?[(\[]?\bdot\b[)\]]?(?:{_SIGN})?[a-z]{{2,4}}(?![a-z_])",
        " xemail ",
    ),
    (
        {*"@"},
        rf"(?i)(?<!{_LOCAL}){_LOCAL}{{1,64}} ?@ ?(?:{_MAIL})\b(?:[.,](?:com|co|id)\b){{0,2}}",
        " xemail ",
    ),
    ({*"/."}, r"(?i)(?:(?:h\w\wps?|ftp)://|www\.)[^\s|]{1,2000}", _link),
    ({*"."}, rf"(?i)(?<![\w@.])(?:[\w-]{{2,63}}\.){{1,3}}(?:{_TOP_LEVEL})(?:{_PATH}|(?!\w|\.\w))", _link),
    # any short host with a path ("s.id/..."), but not titles in a row ("dr.rina/dr.budi", "s.kom/m.kom")
    (
        {*"."},
        r"(?<![\w@.])(?!(?:dr|drg|drh|prof|ir|ns|apt|ust|m|s)\.(?!id/))(?:[\w-]{1,63}\.){1,3}[a-z]{2,6}/[^\s|]{1,2000}",
        _link,
    ),
    (
        {".", "dot"},
        rf"(?i)(?<![\w@.])s\.id/[^\s|]{{1,2000}}"
        rf"|(?<![\w@]){_NEW}[\w-]{{2,63}}(?:(?!\.){_DOT}|{_SIGN}dot{_SIGN})(?:{_TOP_LEVEL})(?![a-z_])(?:{_PATH})?",
        " xlink ",
    ),
    (
        {*"@([{<"},
        r"(?i)(?:(?<!\w)@[ .-]{0,3}|(?<=\w)@(?=[\w.]{0,60}[a-z]{3})|[(\[{<] ?at ?[)\]}>] ?)"
        r"\w[\w.]{0,60}(?:-\w[\w.]{0,60}){0,3}",
        " xhandle ",
    ),
    ({*":="}, rf"(?i)\b({PLATFORMS}) ?[:=] ?(?=[\w.]*(?:\d|[_.]\w)){_A_NAME}", r" \1 xhandle "),
    (
        {*":="},
        rf"(?i)\b({PLATFORMS}) ?[:=] ?{_A_NAME}(?= *(?:$|[\n|,;)\]}}\"'!?]|\.(?:\s|$)))",
        r" \1 xhandle ",
    ),
    ({*"_"}, r"(?<![\w#])(?!#)(?:\w{1,40}_\w[\w.]{0,40}|_\w[\w.]{0,40}|\w{2,40}_(?!\w))", " xhandle "),
    (
        _DIGITS,
        rf"(?i)\b(?:rp|idr)\.? ?{_AMOUNT}(?: ?(?:rb|ribu|k|jt|juta|m|miliar)\b)?"
        rf"|\b{_AMOUNT} ?(?:rb|rebu|ribu|jt|juta|miliar)\b",
        " xmoney ",
    ),
    ({*"%"}, rf"{_AMOUNT} ?%", " xpercent "),
    (
        _DIGITS,
        r"(?i)(?<![\d.])[0-2]?\d[.:][0-5]\d(?![.\d]\d)(?!\d)(?: ?(?:wib|wita|wit|am|pm)\b)?",
        " xtime ",
    ),
    (_DIGITS, r"(?<!\d)[0-3]?\d([-./])[01]?\d\1(?:19|20)\d\d(?!\d)", " xnumber "),
    (_DIGITS, r"(?<!\w)(?:\+ ?|\(\+?62\) ?|\(0)\d?(?:[ .()|/-]{0,2}\d){7,14}(?!\d)", " xphone "),
    (_DIGITS, r"(?<!\w)(?:62|0)\d?(?:[ .()|/-]{0,2}\d){8,14}(?!\d)", " xphone "),
]


_compiled = cache(re.compile)  # when first looked for; one account has few of their signs


def _signs(text: str) -> set[str]:
    """Return what tells which placeholders an ASCII text may hold."""
    return {*text, "dot"} if "dot" in text.lower() else set(text)


def _likely(text: str) -> Iterator[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]:
    """Yield how the placeholders that an ASCII text may hold are written, and their kinds."""
    signs = _signs(text)
    for needed, pattern, kind in _PLACEHOLDERS:
        if not signs.isdisjoint(needed):
            yield _compiled(pattern), kind


def put_placeholders(text: str) -> str:
    """Replace links, addresses, phone numbers, handles, money, shares and times in an ASCII text by their kind."""
    for pattern, kind in _likely(text):
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

    for pattern, kind in _likely(text):
        text = pattern.sub(partial(blank, kind=kind), text)
    return text, sorted(found, key=lambda item: item.start)


_HIDDEN = re.compile(r" *\bx(phone|email|link|handle)\b *")
_DIALLED = re.compile(r"(?<!\w)(?:\+?62|[0O])(?:[ ./()-]{0,2}[\dO]){8,13}(?!\w)")  # what is read as other numbers
_SEEN = {" xmoney ", " xpercent ", " xtime ", " xnumber "}


def hide_personal(text: str) -> str:
    """Return a text for people to read: links, addresses, telephone numbers and handles are hidden, all else stays.

    >>> hide_personal("dr. Rina 🩺 jam 08.00, WA 0812-0000-1234 @rina_fiksi")
    'dr. Rina 🩺 jam 08.00, WA <phone> <handle>'
    """
    read = plain_digits(plain_letters(fix_encoding(text)))
    for _, pattern, kind in _PLACEHOLDERS:
        if kind not in _SEEN:
            read = _compiled(pattern).sub(kind, read)
    read = _DIALLED.sub(" xphone ", read)
    return _HIDDEN.sub(r" <\1> ", read).replace("  ", " ").strip() if _HIDDEN.search(read) else text
