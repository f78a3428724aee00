"""Which accounts are held out together: groups of what is one account, and folds that keep them whole."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from kolclf.arrays import Ints
from kolclf.data import plain_id
from kolclf.decide import LABELS
from kolclf.errors import DataError
from kolclf.labelled import Labelled
from kolclf.near_duplicates import joined_groups, same_account_groups

Labels = NDArray[np.str_]


def account_groups(rows: Labelled) -> Ints:
    """Return for each row the number of its group, from 0: one id, nearly one text, or one cell of the group column.

    Ids are compared without their case and a leading ``@``; an empty id or cell joins nothing.
    """
    ids = [plain_id(key) for key in rows.ids]
    return joined_groups([same_account_groups(rows.accounts), _equal(ids), _equal(rows.groups or ids)])


def _equal(cells: list[str]) -> Ints:
    return np.asarray(pd.factorize(np.array([cell or row for row, cell in enumerate(cells)], dtype=object))[0])


def groups_to_keep(rows: Labelled) -> ArrayLike | None:
    """Return what ``KolClassifier.fit`` needs as groups: those of the group column, or of accounts where these join more rows."""
    groups = account_groups(rows)
    n = len(rows.accounts) if rows.groups is None else len(set(rows.groups))
    return rows.groups if len(np.unique(groups)) == n else groups


def taught(labels: Labels) -> NDArray[np.bool_]:
    """Tell which rows teach what to answer: all, or those of ``kol`` and ``influencer`` where both are there."""
    return np.isin(labels, LABELS) if set(LABELS) <= set(labels.tolist()) else np.ones(len(labels), dtype=bool)


def parted(labels: Labels, trained: NDArray[np.bool_], n: int, groups: ArrayLike | None, seed: int) -> list[Any]:
    """Return train and test rows of each of ``n`` folds, or of fewer where there are fewer groups.

    Labels are spread evenly; rows that are not ``trained`` are spread as well, unless they are too few.

    Raises
    ------
    DataError
        If a fold would lack a label.
    """
    aside = "set aside" if (~trained).sum() >= n else labels[trained][0]
    spread = np.where(trained, labels, aside)
    if groups is None:
        return list(StratifiedKFold(n, shuffle=True, random_state=seed).split(spread, spread))
    groups = np.asarray(groups)
    n = min(n, len(np.unique(groups)))
    splitter = StratifiedGroupKFold(max(n, 2), shuffle=True, random_state=seed)
    folds = list(splitter.split(spread, spread, groups)) if n > 1 else []
    classes = set(labels[trained].tolist())
    whole = all(classes <= set(labels[train].tolist()) and trained[test].any() for train, test in folds)
    if not folds or not whole:
        raise DataError(
            "rows of one group, one id or nearly one text are held out together, and so cannot be parted into folds that all "
            "hold every label; add more accounts, or give smaller groups"
        )
    return folds
