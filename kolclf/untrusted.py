"""Texts that anybody may have written, made fit to be shown: what is invisible can be seen, what is long is cut."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kolclf.evaluation import Span

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # categories of Unicode
MOST_STACKED = 4


def visible(text: str) -> str:
    """Return a text whose control, direction and other invisible characters are written by their number; joiners of emoji stay.

    Of signs that are stacked on one letter only the first are kept.

    >>> visible("dokter" + chr(0x202E) + "netsila" + chr(0))
    'dokter⟨U+202E⟩netsila⟨U+0000⟩'
    >>> len(visible("a" + 1000 * chr(0x301)))
    6
    """
    found, stacked = [], 0
    for char in text:
        category = unicodedata.category(char)
        stacked = stacked + 1 if category in ("Mn", "Me") else 0
        if stacked > MOST_STACKED:
            found += ["…"] if stacked == MOST_STACKED + 1 else []
        else:
            found.append(f"⟨U+{ord(char):04X}⟩" if category in INVISIBLE and char not in "\n\t\u200d" else char)
    return "".join(found)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters.

    >>> shortened("dokter gigi", 6)
    'dokter…'
    """
    return text if len(text) <= most else f"{text[:most]}…"


class Piece(NamedTuple):
    """A piece of a text, and the label that it speaks for (empty for none)."""

    text: str
    side: str


def pieces(text: str, spans: Sequence[Span], most: int) -> Iterator[Piece]:
    """Cut the head of a text where evidence begins and ends; where it overlaps, the side of most weight counts.

    >>> list(pieces("dokter cinta", [Span(0, 6, "kol", 1.0), Span(0, 12, "influencer", 2.5)], most=100))
    [Piece(text='dokter cinta', side='influencer')]
    """
    text = text[:most]
    edges = {0, len(text), *(min(edge, len(text)) for span in spans for edge in span[:2])}
    before = Piece("", "")
    for start, end in pairwise(sorted(edges)):
        amounts: dict[str, float] = defaultdict(float)
        for first, last, side, amount in spans:
            if first <= start and end <= last:
                amounts[side] += abs(amount)
        piece = Piece(text[start:end], max(amounts, key=lambda side: amounts[side], default=""))
        if before.text and piece.side != before.side:
            yield before
            before = piece
        else:
            before = Piece(before.text + piece.text, piece.side)
    yield before
