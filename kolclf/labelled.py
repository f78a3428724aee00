"""Reads labelled tables: accounts, their labels and groups, each account once."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kolclf.data import Columns, as_text, cells_of, columns_listed, plain_name
from kolclf.errors import DataError
from kolclf.rows import Row, Table


class Labelled(NamedTuple):
    """Labelled accounts, their groups (None without a group column), and how many rows told of an account again.

    ``numbers`` are the rows of the table, from 1; ``ids`` are empty where there is none; ``marks`` are cells by mark;
    ``unlabelled`` rows were left out of the ``table``.
    """

    accounts: list[dict[str, str]]
    labels: list[str]
    groups: list[str] | None
    repeated: int
    numbers: list[int]
    ids: list[str]
    marks: dict[str, list[str]]
    unlabelled: int
    table: str


class LabelledRow(NamedTuple):
    """A row of a labelled table: its number from 1, its id and label (empty where there is none), account, and all cells."""

    number: int
    id: str
    label: str
    account: dict[str, str]
    cells: Row


def read_labelled(
    table: Table,
    columns: Columns,
    group_column: str | None = None,
    where: str | None = None,
    marks: Mapping[str, str | None] | None = None,
    skip_unlabelled: bool = False,
) -> Labelled:
    """Read a labelled table whole; an account that stands twice, by id or by its text, counts once.

    Parameters
    ----------
    table, columns
        The input and where its parts stand.
    group_column : str, optional
        Where the groups stand.
    where : str, optional
        ``"column=value"``: only these rows are read.
    marks : mapping of str to str or None, optional
        What else to read: the column by mark; for None, that of the mark's own name if there is one.
    skip_unlabelled : bool
        Leave rows without a label out instead of refusing them.

    Raises
    ------
    DataError
        If a row has no label and is not to be skipped, an id stands twice with different labels, or a column is missing.
    """
    at_group = position(table, group_column) if group_column is not None else -1
    at_marks = _marks(table, marks or {})
    found = Labelled(
        [], [], None if group_column is None else [], 0, [], [], {mark: [] for mark in at_marks}, 0, table.path
    )
    contents: set[tuple[str, ...]] = set()
    repeated = unlabelled = 0
    seen: dict[str, tuple[int, str]] = {}
    for number, key, label, account, row in each_row(table, columns, where):
        if not label and skip_unlabelled:
            unlabelled += 1
            continue
        if not label:
            raise DataError(
                f"{table.path}, row {number}, column '{table.columns[columns.label]}': is empty; label the row or take it out"
            )
        if not label.isprintable():
            raise DataError(
                f"{table.path}, row {number}, column '{table.columns[columns.label]}': holds a line break or a control "
                "character; write the label in one line"
            )
        first = seen.setdefault(key, (number, label)) if key else (number, label)
        if first[1] != label:
            raise DataError(
                f"{table.path}, rows {first[0]} and {number}: the same id with the labels "
                f"'{first[1]}' and '{label}'; keep one of them"
            )
        content = (label, *account.values())
        if (key and first[0] != number) or content in contents:
            repeated += 1
            continue
        contents.add(content)
        found.accounts.append(account)
        found.labels.append(label)
        found.numbers.append(number)
        found.ids.append(key)
        if found.groups is not None:
            found.groups.append(as_text(row[at_group]))
        for mark, at in at_marks.items():
            found.marks[mark].append(as_text(row[at]).strip())
    if not found.accounts and unlabelled:
        raise DataError(
            f"{table.path}: no row has a label in the column '{table.columns[columns.label]}'; label some, "
            "or name another column with --label-column"
        )
    return found._replace(repeated=repeated, unlabelled=unlabelled)


def each_row(table: Table, columns: Columns, where: str | None = None) -> Iterator[LabelledRow]:
    """Yield the rows of a labelled table as they stand, whatever is wrong with them.

    Raises
    ------
    DataError
        If there is no row, or ``where`` is not ``"column=value"`` of a column of the table.
    """
    only, equals, wanted = (where or "").partition("=")
    if where is not None and not equals:
        raise DataError(f"--where '{where}': write COLUMN=VALUE, as in split=train")
    at_only, number, chosen = position(table, only.strip()) if where is not None else -1, 0, 0
    for number, row in enumerate(table.rows, 1):
        if at_only < 0 or as_text(row[at_only]).strip() == wanted.strip():
            chosen += 1
            key = as_text(row[columns.id]) if columns.id >= 0 else ""
            yield LabelledRow(number, key, as_text(row[columns.label]).strip().lower(), cells_of(row, columns), row)
    if not number:
        raise DataError(f"{table.path}: has a header but no rows; add labelled accounts")
    if not chosen:
        raise DataError(f"{table.path}: no row has that value in the column '{only}'; check --where")


def _marks(table: Table, marks: Mapping[str, str | None]) -> dict[str, int]:
    header = [plain_name(name) for name in table.columns]
    own = {mark: header.index(mark) for mark in marks if mark in header}
    return own | {mark: position(table, column) for mark, column in marks.items() if column is not None}


def position(table: Table, column: str) -> int:
    """Return where a column stands.

    Raises
    ------
    DataError
        If the table has none of that name.
    """
    if column not in table.columns:
        raise DataError(f"{table.path}: has no column '{column}'; its columns are {columns_listed(table.columns)}")
    return table.columns.index(column)
