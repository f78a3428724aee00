"""Where the tokens of a text stand in it, so that evidence can be shown as it was written.

Tokens remember nothing of the text that they came from; a text that is to be explained is read once more, unit by unit.
"""

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kolclf.accounts import Accounts, Reading, find_titles_in_names
from kolclf.concepts import find_kinds_in_names
from kolclf.letters import as_ascii, fix_encoding
from kolclf.meanings import meanings
from kolclf.placeholders import PLACEHOLDERS, find_placeholders
from kolclf.text import BREAK
from kolclf.titles import written_title
from kolclf.tokens import read_together, tokenize_all
from kolclf.words import current_vocabulary

AT_ONCE = 64  # accounts
LONGEST = 1000  # characters of a unit in which spellings are looked for; longer ones are no words
_END_OF_TITLE = re.compile(r"\.?(?: *\(k\)[a-z]{0,5}|-k[a-z]{1,5}\b)?")
_NUMBER = re.compile("[A-Za-z]*[0-9]+(?:[a-z]+|[A-Z]+)?")  # any other word with a digit
_AROUND = " \t\r|,;:=/&·•"  # what stands around a placeholder and is no part of it


Span = tuple[int, int]


class Place(NamedTuple):
    """Characters ``start`` to ``end`` (not included) of a field: ``name``, ``bio`` or ``captions``."""

    field: str
    start: int
    end: int


def locate(texts: Sequence[str], is_name: bool = False) -> list[list[Span]]:
    """Return the characters that each token of some texts came from.

    Words and titles are found exactly, any other token is what is left of its unit, and a break is empty. Spans come in order,
    and only the platform of a link (``youtube.com/...``) stands inside another.

    >>> text = "𝗱𝗿. Rina | #KopiSusu, WA 0812 0000 1234"
    >>> [text[start:end] for start, end in locate([text])[0]]
    ['𝗱𝗿.', 'Rina', '', 'Kopi', 'Susu', '', 'WA', '0812 0000 1234']
    """
    units = read_together(texts, is_name)
    vocabulary = current_vocabulary()
    codes, indptr = vocabulary.codes(
        vocabulary.read_units([unit.encode() for of_text in units for unit in of_text], is_name)
    )
    tokens, ends = [vocabulary.tokens[code] for code in codes.tolist()], pairwise(indptr.tolist())
    return [_located(of_text, [tokens[slice(*next(ends))] for _ in of_text]) for of_text in units]


def _located(units: Sequence[str], tokens: Sequence[list[str]]) -> list[Span]:
    """Return where the tokens of a text stand, by its units and the tokens of each."""
    found, at, before = list[Span](), 0, BREAK
    for unit, of_unit in zip(units, tokens, strict=True):
        if unit == "\n":
            at -= 1  # no space stands before it
        for token, (start, end) in zip(of_unit, _spans(unit, of_unit), strict=True):
            if token != BREAK or before != BREAK:
                found.append((at + start, at + end))
            before = token
        at += len(unit) + (unit != "\n")
    return found[:-1] if found and before == BREAK else found


def _spans(unit: str, tokens: list[str]) -> list[Span]:
    """Return where the tokens of a unit stand in it."""
    if not tokens or tokens == [BREAK]:
        return [(0, 0)] * len(tokens)
    word = unit.rstrip(".,!?:;")
    if tokens[0] == word.lower() and (len(tokens) == 1 or tokens[1:] == [BREAK]):  # most are such
        return [(0, len(word)), (len(word), len(word))][: len(tokens)]
    read = [
        (letter, place) for place, char in enumerate(unit) for letter in (char if char.isascii() else as_ascii(char))
    ]
    as_read = "".join(letter for letter, _ in read).replace("\\n", "  ")  # a line break written out
    origin = [*(place for _, place in read), len(unit)]
    blanked, hidden = find_placeholders(as_read)
    letters, waiting = blanked.lower(), deque(hidden)
    at, found = 0, list[Span | None]()
    for token, before in zip(tokens, ["", *tokens], strict=False):
        after_gap = bool(found) and found[-1] is None
        while waiting and waiting[0].start < at:
            waiting.popleft()
        if token == BREAK:
            span = None if after_gap else (at, at)
        elif token in PLACEHOLDERS:
            number = _NUMBER.search(blanked, at, at + LONGEST) if token == "xnumber" else None
            span = _trimmed(as_read, *waiting[0][1:]) if waiting and waiting[0].kind == token else None
            span = number.span() if number and not (span and span < number.span()) else span
        elif before == "xlink" and found[-1] and (platform := _find(token, as_read.lower()[:at], found[-1][0])):
            span = platform  # of a link its platform is kept
        else:
            span = _find(token, letters, at, as_word=after_gap)
        at = max(at, span[1]) if span else at
        found.append(span)
    spans = _filled(tokens, found, letters)
    return [(origin[start], origin[end - 1] + 1 if end > start else origin[start]) for start, end in spans]


def _filled(tokens: Sequence[str], found: Sequence[Span | None], letters: str) -> list[Span]:
    """Give the tokens that are not spelled out what lies between their neighbours; several in a row share it."""
    ends = [len(letters)]
    for span in reversed(found):
        ends.append(span[0] if span else ends[-1])
    spans, gap, reached = list[Span](), None, 0
    for token, span, end in zip(tokens, found, reversed(ends), strict=False):
        if span is None:
            gap = gap or _trimmed(letters, reached, end)
            span = (gap[0], gap[0]) if token == BREAK else gap
        else:
            gap = None
        reached = max(reached, span[1])
        spans.append(span)
    return spans


def _trimmed(letters: str, start: int, end: int) -> Span:
    inside = letters[start:end]
    start += len(inside) - len(inside.lstrip(_AROUND))
    return start, start + len(inside.lstrip(_AROUND).rstrip(f"{_AROUND}."))


def _find(token: str, letters: str, at: int, as_word: bool = False) -> Span | None:
    """Return where a token is spelled next, by its letters or with signs between them as titles are; best ``as_word``."""
    is_title = token.startswith("gelar")
    if not is_title and not as_word:
        start = letters.find(token, at)
        end = start + len(token)
        if start >= 0 and letters[end : end + 2] != 2 * letters[end - 1]:  # "bangettt" is "banget"
            return start, end
    spelled = re.sub("[^a-z0-9]", "", written_title(token).lower()) if is_title else token
    patterns = _spellings(spelled)[0 if is_title or as_word else 1 :]
    match = next(filter(None, (pattern.search(letters, at, at + LONGEST) for pattern in patterns)), None)
    if match is None:
        return None
    more = _END_OF_TITLE.match(letters, match.end()) if is_title else None
    return match.start(), more.end() if more else match.end()


@lru_cache(maxsize=1 << 14)
def _spellings(token: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a token, as a word and anywhere; letters may be repeated or have signs between them."""
    spelled = "[^a-z0-9]*".join(f"{letter}+" for letter in re.sub(r"(.)\1+", r"\1", token))
    return re.compile(f"(?<![a-z0-9]){spelled}(?![a-z0-9])"), re.compile(spelled)


class Written(NamedTuple):
    """An account as it was written, and where its tokens stand.

    ``tokens`` are those of the fields of ``Accounts``, where the titles of the name stand at the head of the bio, and those of
    the name itself. ``kinds`` are the words of the name that tell the kind of account.
    """

    read: Mapping[str, Reading]
    texts: dict[str, str]
    tokens: dict[str, list[tuple[str, Place]]]
    kinds: list[tuple[tuple[str, ...], Place]]

    def place(self, field: str, start: int, end: int, meant: Collection[str] = ()) -> Place:
        """Return where tokens ``start`` to ``end`` of a field stand; without any, where the name tells what is ``meant``."""
        if start == end:
            return next(
                (place for values, place in self.kinds if not set(values).isdisjoint(meant)), Place("name", 0, 0)
            )
        first, last = self.tokens[field][start][1], self.tokens[field][end - 1][1]
        return Place(first.field, first.start, last.end)

    def written(self, place: Place) -> str:
        """Return what stands in a place, in one line."""
        return " ".join(self.texts[place.field][place.start : place.end].split())


def written(accounts: Accounts) -> Iterator[Written]:
    """Yield each account as it was written, its mojibake undone.

    >>> from kolclf.accounts import read_account
    >>> [account] = written(read_account("Klinik drg. Tio", "scaling"))
    >>> account.place("bio", 0, 1), account.place("bio", 2, 3), account.kinds[0][1]
    (Place(field='name', start=7, end=11), Place(field='bio', start=0, end=7), Place(field='name', start=0, end=6))
    """
    for start in range(0, len(accounts), AT_ONCE):
        yield from _written(accounts[start : start + AT_ONCE])


def _written(accounts: Accounts) -> Iterator[Written]:
    texts = {part: [fix_encoding(text) for text in of_part] for part, of_part in accounts.written.items()}
    places = {
        part: [[Place(part, *span) for span in spans] for spans in locate(of_part, is_name=part == "name")]
        for part, of_part in texts.items()
    }
    names = tokenize_all(texts["name"], is_name=True)
    indptr, titles, of_kind = names.indptr.tolist(), find_titles_in_names(names), find_kinds_in_names(names)

    def in_name(row: int, start: int, end: int) -> Place:
        found = places["name"][row][start - indptr[row] : end - indptr[row]]
        return Place("name", found[0].start, found[-1].end)

    heads: dict[int, list[Place]] = defaultdict(list)
    of_titles = names.rows()[titles.start], titles.start, titles.end
    for row, start, end in zip(*(column.tolist() for column in of_titles), strict=True):
        heads[row].append(in_name(row, start, end))
    kinds: dict[int, list[tuple[tuple[str, ...], Place]]] = defaultdict(list)
    for row, meaning, start, end in zip(*(column.tolist() for column in of_kind), strict=True):
        kinds[row].append((meanings()[meaning], in_name(row, start, end)))
    for row in range(len(accounts)):
        account, bio = accounts[row], places["bio"][row]
        parted = [Place("name", head.end, head.end) for head in heads[row][-1:] if bio]
        tokens = {
            "name": zip(names.of(row), places["name"][row], strict=True),
            "bio": zip(account["bio"].tokens, [*heads[row], *parted, *bio], strict=True),
            "captions": zip(account["captions"].tokens, places["captions"][row], strict=True),
        }
        yield Written(
            account,
            {part: of_part[row] for part, of_part in texts.items()},
            {part: list(of_part) for part, of_part in tokens.items()},
            kinds[row],
        )
