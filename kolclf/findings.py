"""What a finding about a labelled table is, and the findings that one row alone gives."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from kolclf.data import Columns, as_text
from kolclf.labelled import LabelledRow
from kolclf.letters import fix_encoding
from kolclf.rows import Table
from kolclf.tokens import tokenize_all

_PERSONAL = {"xphone": "phone", "xemail": "email"}
_MASKED = re.compile(r"[<\[](?:phone|email)[>\]]|\bx(?:phone|email)\b", re.I)
_LETTER = re.compile(r"[^\W\d_]|@")
_SPOILT = re.compile("[\ufeff\ufffd]")


class Finding(NamedTuple):
    """Something to look at.

    Attributes
    ----------
    kind : str
        A table of ``check.toml``, which puts it into words.
    rows : tuple of int
        Rows of the table, from 1; empty where it is about the table as a whole.
    facts : dict
        What was seen: never a telephone number, an e-mail address or an id.
    """

    kind: str
    rows: tuple[int, ...]
    facts: Mapping[str, Any]


def is_blank(row: LabelledRow) -> bool:
    """Tell whether no cell of a row holds anything."""
    return not any(as_text(cell).strip() for cell in row.cells)


def has_text(row: LabelledRow) -> bool:
    """Tell whether a row has a bio or captions."""
    return bool(row.account["bio"].strip() or row.account["captions"].strip())


def row_findings(rows: Sequence[LabelledRow], table: Table, columns: Columns) -> Iterator[Finding]:
    """Yield what is wrong with single rows, and with cells of one column."""
    blank = tuple(row.number for row in rows if is_blank(row))
    if blank:
        yield Finding("blank", blank, {"n": len(blank)})
    rows = [row for row in rows if not is_blank(row)]
    label_column = table.columns[columns.label]
    for row in rows:
        if not row.label:
            yield Finding("unlabelled", (row.number,), {"column": label_column})
        if not has_text(row):
            yield Finding("empty", (row.number,), {})
    yield from _empty_fields(rows, table, columns)
    for at, column in enumerate(table.columns):
        if at != columns.id:
            is_of_account = at in (columns.name, columns.bio, *columns.captions, columns.label)
            yield from _of_column(rows, at, column, is_of_account)


def _empty_fields(rows: Sequence[LabelledRow], table: Table, columns: Columns) -> Iterator[Finding]:
    parts = {"bio": [columns.bio], "captions": [*columns.captions]}
    for part, places in parts.items():
        empty = sum(not row.account[part].strip() for row in rows)
        names = ", ".join(table.columns[at] for at in places if at >= 0)
        if names and empty:
            yield Finding("empty_field", (), {"column": names, "n": empty, "of": len(rows)})


def _of_column(rows: Sequence[LabelledRow], at: int, column: str, is_of_account: bool) -> Iterator[Finding]:
    """Yield the cells of a column that tell a telephone number or an address, or whose letters are spoilt."""
    texts = [as_text(row.cells[at]) for row in rows]
    # a bare number beside an account is a count or the number of a post
    asked = [text if is_of_account or _LETTER.search(text) else "" for text in texts]
    tokens = tokenize_all([_MASKED.sub(" ", text) for text in asked])
    told: dict[int, list[str]] = {}
    for token, what in _PERSONAL.items():
        for place in np.unique(tokens.rows()[tokens.codes == tokens.vocabulary.code(token)]).tolist():
            told.setdefault(place, []).append(what)
    for place in sorted(told):
        yield Finding("personal", (rows[place].number,), {"column": column, "what": " ".join(told[place])})
    for row, text in zip(rows, texts, strict=True):
        if is_of_account and (_SPOILT.search(text) or fix_encoding(text) != text):
            yield Finding("letters", (row.number,), {"column": column})
