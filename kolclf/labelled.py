"""Reads labelled tables: accounts, their labels and groups, each account once."""

from typing import NamedTuple

from kolclf.data import Columns, as_text, cells_of, columns_listed
from kolclf.errors import DataError
from kolclf.rows import Table


class Labelled(NamedTuple):
    """Labelled accounts, their groups (None without a group column), and how many rows told of an account again."""

    accounts: list[dict[str, str]]
    labels: list[str]
    groups: list[str] | None
    repeated: int


def read_labelled(
    table: Table, columns: Columns, group_column: str | None = None, where: str | None = None
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

    Raises
    ------
    DataError
        If a row has no label, an id stands twice with different labels, or a column is missing.
    """
    at_group = _position(table, group_column) if group_column is not None else -1
    only, equals, wanted = (where or "").partition("=")
    if where is not None and not equals:
        raise DataError(f"--where '{where}': write COLUMN=VALUE, as in split=train")
    at_only = _position(table, only.strip()) if where is not None else -1
    accounts, labels, groups = [], [], []
    contents: set[tuple[str, ...]] = set()
    repeated = 0
    seen: dict[str, tuple[int, str]] = {}
    for number, row in enumerate(table.rows, 1):
        if at_only >= 0 and as_text(row[at_only]).strip() != wanted.strip():
            continue
        label = as_text(row[columns.label]).strip().lower()
        if not label:
            raise DataError(
                f"{table.path}, row {number}, column '{table.columns[columns.label]}': is empty; label the row or take it out"
            )
        if not label.isprintable():
            raise DataError(
                f"{table.path}, row {number}, column '{table.columns[columns.label]}': holds a line break or a control "
                "character; write the label in one line"
            )
        key = as_text(row[columns.id]) if columns.id >= 0 else ""
        first = seen.setdefault(key, (number, label)) if key else (number, label)
        if first[1] != label:
            raise DataError(
                f"{table.path}, rows {first[0]} and {number}: the same id with the labels "
                f"'{first[1]}' and '{label}'; keep one of them"
            )
        account = cells_of(row, columns)
        content = (label, *account.values())
        if (key and first[0] != number) or content in contents:
            repeated += 1
            continue
        contents.add(content)
        accounts.append(account)
        labels.append(label)
        groups.append(as_text(row[at_group]) if at_group >= 0 else "")
    if not accounts and where is not None:
        raise DataError(f"{table.path}: no row has that value in the column '{only}'; check --where")
    if not accounts:
        raise DataError(f"{table.path}: has a header but no rows; add labelled accounts")
    return Labelled(accounts, labels, groups if group_column is not None else None, repeated)


def _position(table: Table, column: str) -> int:
    if column not in table.columns:
        raise DataError(f"{table.path}: has no column '{column}'; its columns are {columns_listed(table.columns)}")
    return table.columns.index(column)
