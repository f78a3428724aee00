"""From tables to accounts: which column is what, and what its cells say."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kolclf.accounts import Accounts, read_accounts
from kolclf.errors import DataError
from kolclf.placeholders import hide_personal
from kolclf.rows import Row, Table
from kolclf.words import Vocabulary

ALIASES = {
    "id": (
        "id",
        "username",
        "user_name",
        "handle",
        "account",
        "akun",
        "user",
        "screen_name",
        "profile",
        "url",
        "link",
        "nama_akun",
        "no",
    ),
    "name": (
        "name",
        "full_name",
        "fullname",
        "display_name",
        "displayname",
        "nama",
        "nickname",
        "nama_lengkap",
        "profile_name",
    ),
    "bio": (
        "bio",
        "biography",
        "description",
        "signature",
        "biografi",
        "deskripsi",
        "about",
        "profile_bio",
        "user_description",
        "bio_text",
    ),
    "captions": (
        "captions",
        "caption",
        "posts",
        "post",
        "recent_captions",
        "texts",
        "text",
        "tweets",
        "tweet",
        "keterangan",
        "konten",
    ),
    "label": ("label", "kelas", "class", "kategori", "category", "target", "y"),
}
LONG_NAME = 60  # characters that no name of a column has
MAX_TEXT = 50_000  # characters of a cell that are read; the cell itself comes back whole


class Columns(NamedTuple):
    """Where each part of an account stands in a row; -1 where it does not."""

    id: int
    name: int
    bio: int
    captions: tuple[int, ...]
    label: int

    def described(self, header: Sequence[str]) -> str:
        """Say in one line what was taken for what."""
        parts = [
            f"{part} = {_shown(header[at])}"
            for part, at in (("id", self.id), ("name", self.name), ("bio", self.bio))
            if at >= 0
        ]
        if self.captions:
            more = f" and {len(self.captions) - 12} more" if len(self.captions) > 12 else ""
            parts.append(f"captions = {', '.join(_shown(header[at]) for at in self.captions[:12])}{more}")
        return "; ".join(parts)


def find_columns(table: Table, given: Mapping[str, str], needs_label: bool = False) -> Columns:
    """Find the columns by the names given, else by alias.

    Parameters
    ----------
    table : Table
    given : mapping of str to str
        Column names by part (``id``, ``name``, ``bio``, ``captions``, ``label``); captions may list several, by comma.
    needs_label : bool
        Whether a label column must be there.

    Raises
    ------
    DataError
        If a given column is missing, or there is neither bio nor captions, or no label where one is needed.
    """
    header = [plain_name(name) for name in table.columns]

    def find(part: str) -> list[int]:
        if part in given:
            whole = given[part].strip()
            wanted = [whole] if whole in table.columns else [name.strip() for name in whole.split(",")]
            for name in wanted:
                if name not in table.columns:
                    raise DataError(
                        f"{table.path}: has no column '{name}'; its columns are {columns_listed(table.columns)}"
                    )
            return [table.columns.index(name) for name in wanted]
        found = [header.index(alias) for alias in ALIASES[part] if alias in header][:1]
        if part == "captions":
            numbered = [
                i
                for i, name in enumerate(header)
                if name.rstrip("0123456789").rstrip("_") in ALIASES[part] and name[-1:].isdigit()
            ]
            found += sorted(numbered, key=lambda i: int("".join(c for c in header[i] if c.isdigit())))
        return found

    name, bio, captions, label, key = (find(part) for part in ("name", "bio", "captions", "label", "id"))
    if not bio and not captions:
        raise DataError(
            f"{table.path}: no column holds a bio or captions; its columns are {columns_listed(table.columns)}; "
            "name one with --bio-column or --captions-column"
        )
    if needs_label and not label:
        raise DataError(
            f"{table.path}: no column holds labels; its columns are {columns_listed(table.columns)}; name one with --label-column"
        )

    def one(found: list[int]) -> int:
        return found[0] if found else -1

    return Columns(one(key), one(name), one(bio), tuple(captions), one(label))


def plain_name(name: str) -> str:
    """Return a column's name as it is compared.

    >>> plain_name("Nama Lengkap:")
    'nama_lengkap'
    """
    return name.strip(" .:*").lower().replace(" ", "_").replace("-", "_")


def columns_listed(columns: Sequence[str]) -> str:
    """Name columns in a sentence, unless they look like the account that a table without a header begins with."""
    if any(len(name) > LONG_NAME or hide_personal(name) != name for name in columns if not name.isidentifier()):
        return "not shown: its first line looks like an account, so write the names of the columns above it"
    shown = ", ".join(f"'{_shown(name)[:40]}'" for name in columns[:12])
    return shown + (f" and {len(columns) - 12} more" if len(columns) > 12 else "")


def as_text(cell: Any) -> str:
    r"""Return a cell as the text to read; a list, or a list written out, becomes lines.

    >>> as_text('["satu", "dua"]'), as_text(None), as_text(3.0)
    ('satu\ndua', '', '3')
    """
    if isinstance(cell, str):
        listed = _written_list(cell) if cell[:1] == "[" and cell.rstrip()[-1:] == "]" else None
        return (cell if listed is None else "\n".join(map(as_text, listed)))[:MAX_TEXT]
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell):
        return ""
    if isinstance(cell, (list, tuple)) or hasattr(cell, "tolist"):
        values = cell.tolist() if hasattr(cell, "tolist") else cell
        return "\n".join(map(as_text, _leaves(values)))[:MAX_TEXT] if isinstance(values, (list, tuple)) else str(values)
    if isinstance(cell, dict):
        return as_text(list(cell.values()))
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _leaves(values: Sequence[Any]) -> Iterator[Any]:
    """Yield what nested lists hold, in order, however deep they are."""
    open_lists = [iter(values)]
    while open_lists:
        for item in open_lists[-1]:
            if isinstance(item, (list, tuple, dict)):
                open_lists.append(iter(item.values() if isinstance(item, dict) else item))
                break
            yield item
        else:
            open_lists.pop()


def _written_list(cell: str) -> list[Any] | None:
    """Read a list written as JSON, or as Python prints it."""
    for parse in (json.loads, ast.literal_eval):
        try:
            value = parse(cell[: 4 * MAX_TEXT])
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if not isinstance(value, list):
            return None
        texts = [one for one in value if isinstance(one, (str, float)) or (isinstance(one, int) and abs(one) < 10**18)]
        return texts if texts or not value else None
    return None


def cells_of(row: Row, columns: Columns) -> dict[str, str]:
    """Return name, bio and captions of a row as text."""
    [name], [bio], [captions] = _texts(cells_in([row], columns))
    return {"name": name, "bio": bio, "captions": captions}


def cells_in(rows: Sequence[Row], columns: Columns) -> list[list[Any]]:
    """Return the cells of rows that are read, by column: name, bio, and each column of captions."""
    read = (columns.name, columns.bio, *(columns.captions or [-1]))
    return [[row[at] for row in rows] if at >= 0 else [""] * len(rows) for at in read]


def _texts(cells: Sequence[Sequence[Any]]) -> tuple[list[str], list[str], list[str]]:
    name, bio, *captions = (list(map(as_text, column)) for column in cells)
    lines = captions[0] if len(captions) == 1 else ["\n".join(filter(None, of)) for of in zip(*captions, strict=True)]
    return name, bio, lines


def accounts_in(cells: Sequence[Sequence[Any]], vocabulary: Vocabulary | None = None) -> Accounts:
    """Read the accounts that stand in cells, see ``cells_in``."""
    return read_accounts(*_texts(cells), vocabulary)


def accounts_of(X: Any) -> Accounts:
    """Read the accounts of a DataFrame or a sequence of dicts with ``name``, ``bio`` and ``captions``; missing ones are empty.

    Raises
    ------
    DataError
        If ``X`` is neither, or holds neither ``bio`` nor ``captions``.
    """
    if isinstance(X, Accounts):  # read already
        return X
    if hasattr(X, "columns") and hasattr(X, "__getitem__"):
        if len(X) and "bio" not in X.columns and "captions" not in X.columns:
            raise DataError(
                f"accounts have neither 'bio' nor 'captions'; columns are {columns_listed([str(c) for c in X.columns])}"
            )
        parts = [list(X[part]) if part in X.columns else [""] * len(X) for part in ("name", "bio", "captions")]
    elif isinstance(X, Sequence) and not isinstance(X, str) and all(isinstance(row, Mapping) for row in X):
        if X and not any("bio" in row or "captions" in row for row in X):
            raise DataError(
                f"accounts have neither 'bio' nor 'captions'; the first has {columns_listed([str(k) for k in X[0]])}"
            )
        parts = [[row.get(part) for row in X] for part in ("name", "bio", "captions")]
    else:
        raise DataError(
            f"accounts must be a DataFrame or a list of dicts with 'name', 'bio' and 'captions', not {type(X).__name__}"
        )
    names, bios, captions = ([as_text(cell) for cell in part] for part in parts)
    return read_accounts(names, bios, captions)


def _shown(name: str) -> str:
    """Return the name of a column as a terminal may be given it."""
    return name if name.isprintable() else repr(name)[1:-1]


def plain_id(key: str) -> str:
    """Return an id as it is compared: without its case and a leading ``@``.

    >>> plain_id(" @Rina_Fiksi")
    'rina_fiksi'
    """
    return key.strip().lstrip("@").casefold()


def find_account(table: Table, columns: Columns, number: int | None, key: str | None) -> Row:
    """Return the row of a number (from 1) or of an id.

    Raises
    ------
    DataError
        If there is no such row, or no id column to look in.
    """
    if key is not None and not plain_id(key):
        raise DataError(f"{table.path}: the id asked for is empty; name one, or use --row")
    if key is not None and columns.id < 0:
        raise DataError(f"{table.path}: has no id column; name one with --id-column, or use --row")
    count = 0
    for count, row in enumerate(table.rows, 1):
        if count == number or (key is not None and plain_id(as_text(row[columns.id])) == plain_id(key)):
            return row
    wanted = f"row {number}" if number is not None else "id as given"
    raise DataError(f"{table.path}: has no {wanted}; it has {count} rows")
