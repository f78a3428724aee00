"""Accounts as they are read: the tokens of each field, and what they mean."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, overload
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints
from kolclf.concepts import TAKEN_BACK, Match, Matches, find_concepts, find_kinds_in_names
from kolclf.meanings import meanings
from kolclf.text import BREAK
from kolclf.tokens import Tokens, tokenize_all
from kolclf.words import Vocabulary, current_vocabulary

FIELDS = ("bio", "captions")


class Reading(NamedTuple):
    """One text as its tokens and what they mean."""

    tokens: list[str]
    concepts: list[Match]


class Texts(NamedTuple):
    """The tokens of many texts and what they mean; ``rows`` tells in which text each match stands."""

    tokens: Tokens
    matches: Matches
    rows: Ints

    def of(self, row: int) -> Reading:
        """Return one text, its matches counted from its own first token."""
        first, last = np.searchsorted(self.rows, [row, row + 1])
        shift = int(self.tokens.indptr[row])
        spans = zip(*(column[first:last].tolist() for column in self.matches), strict=True)
        return Reading(
            self.tokens.of(row),
            [Match(start - shift, end - shift, meanings()[meaning]) for start, end, meaning in spans],
        )

    def part(self, rows: slice) -> "Texts":
        """Return some texts that follow one another."""
        start, stop, _ = rows.indices(len(self.tokens.indptr) - 1)
        indptr = self.tokens.indptr[start : max(start, stop) + 1]
        first, last = np.searchsorted(self.rows, [start, stop])
        tokens = Tokens(self.tokens.vocabulary, self.tokens.codes[indptr[0] : indptr[-1]], indptr - indptr[0])
        spans = [column[first:last] for column in self.matches]
        matches = Matches(spans[0] - indptr[0], spans[1] - indptr[0], spans[2])
        return Texts(tokens, matches, self.rows[first:last] - start)


class Accounts(Sequence[Mapping[str, Reading]]):
    """Accounts that were read together; one of them is its fields by name, a slice is ``Accounts`` again.

    Parameters
    ----------
    fields : mapping of str to Texts
        ``bio`` and ``captions``.
    written : mapping of str to sequence of str
        Every account's ``name``, ``bio`` and ``captions`` as they were given.

    Examples
    --------
    >>> accounts = read_accounts(["", ""], ["bidan di Alor", "istri dr. Budi"], ["", ""])
    >>> len(accounts), accounts[1]["bio"].tokens, accounts[:1][0]["bio"].concepts[0].values
    (2, ['istri', 'xtitle', 'budi'], ('<nursing>', '<profession>'))
    """

    def __init__(self, fields: Mapping[str, Texts], written: Mapping[str, Sequence[str]]) -> None:
        self.fields, self.written = fields, written

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self.fields["bio"].tokens.indptr) - 1

    def checksums(self) -> NDArray[np.uint32]:
        """Return a number of each account's tokens (CRC-32), by which the same account is known again."""
        fields = [texts.tokens for texts in self.fields.values()]
        lines = (" ".join(token for tokens in fields for token in [*tokens.of(row), BREAK]) for row in range(len(self)))
        return np.array([crc32(line.encode()) for line in lines], dtype=np.uint32)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Reading]: ...
    @overload
    def __getitem__(self, index: slice) -> "Accounts": ...

    def __getitem__(self, index: int | slice) -> "Mapping[str, Reading] | Accounts":
        """Return one account, or some that follow one another."""
        if isinstance(index, slice):
            fields = {field: texts.part(index) for field, texts in self.fields.items()}
            return Accounts(fields, {part: texts[index] for part, texts in self.written.items()})
        row = range(len(self))[index]
        return {field: texts.of(row) for field, texts in self.fields.items()}


def read_texts(texts: Sequence[str], vocabulary: Vocabulary | None = None) -> Texts:
    """Read texts that are no field of an account."""
    tokens = tokenize_all(texts, vocabulary=vocabulary)
    matches = find_concepts(tokens)
    return Texts(tokens, matches, tokens.rows()[matches.start])


def read(text: str) -> Reading:
    """Read one text.

    >>> read("Bidan | Alor").concepts[0].values
    ('<nursing>', '<profession>')
    """
    return read_texts([text]).of(0)


def read_accounts(
    names: Sequence[str], bios: Sequence[str], captions: Sequence[str], vocabulary: Vocabulary | None = None
) -> Accounts:
    """Read accounts as their two fields, ``bio`` and ``captions``.

    Of a display name only titles and words for a kind of account are read, never a person's name; they join the bio.
    """
    vocabulary = vocabulary or current_vocabulary()
    n, both = len(bios), read_texts([*bios, *captions], vocabulary)
    in_bio, in_captions = both.part(slice(n)), both.part(slice(n, 2 * n))
    fields = {"bio": _with_names(names, in_bio) if any(names) else in_bio, "captions": in_captions}
    return Accounts(fields, {"name": names, "bio": bios, "captions": captions})


def read_account(name: str = "", bio: str = "", captions: str = "") -> Accounts:
    """Read one account.

    >>> read_account("dr. Rina Kartika", "ngopi")[0]["bio"].tokens
    ['gelardr', '.', 'ngopi']
    """
    return read_accounts([name], [bio], [captions])


def find_titles_in_names(tokens: Tokens) -> Matches:
    """Return the titles in display names, and what the names say of them ("dr. Cinta"); each counts as its first token."""
    found = find_concepts(tokens)
    firsts = [tokens.vocabulary.tokens[code] for code in tokens.codes[found.start].tolist()]
    titled = np.array([i for i, word in enumerate(firsts) if word.startswith(("gelar", TAKEN_BACK))], dtype=np.int64)
    return Matches(*(column[titled] for column in found))


def _with_names(names: Sequence[str], bios: Texts) -> Texts:
    """Put the titles of names before the bios, and what the names say of the kind of account behind them."""
    tokens = tokenize_all(names, is_name=True, vocabulary=bios.tokens.vocabulary)
    titles = find_titles_in_names(tokens)
    rows = tokens.rows()
    of_title, of_kind = rows[titles.start], find_kinds_in_names(tokens)

    # each title becomes a token at the head of its bio, and a break parts them from the rest
    head_rows = np.unique(of_title)
    inserted = np.bincount(of_title, minlength=len(names)) + np.isin(np.arange(len(names)), head_rows)
    at = np.append(of_title, head_rows)
    order = np.argsort(at, kind="stable")
    heads = np.append(tokens.codes[titles.start], np.zeros(len(head_rows), dtype=np.int64))
    joined = np.insert(bios.tokens.codes, bios.tokens.indptr[at[order]], heads[order])
    shift = np.append(0, np.cumsum(inserted))
    indptr = bios.tokens.indptr + shift
    starts = indptr[of_title] + np.arange(len(of_title)) - np.searchsorted(of_title, of_title)
    ends_of_kinds = indptr[of_kind.rows + 1] - 1
    moved = shift[bios.rows + 1]
    row = np.concatenate([of_title, bios.rows, of_kind.rows])
    start = np.concatenate([starts, bios.matches.start + moved, ends_of_kinds])
    end = np.concatenate([starts + 1, bios.matches.end + moved, ends_of_kinds])
    meaning = np.concatenate([titles.meaning, bios.matches.meaning, of_kind.meaning])
    order = np.argsort(row, kind="stable")
    return Texts(
        Tokens(tokens.vocabulary, joined, indptr), Matches(start[order], end[order], meaning[order]), row[order]
    )
