"""Which labels are probably wrong: those that models which had not seen the row speak against."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.arrays import Ints
from kolclf.errors import DataError
from kolclf.folds import taught
from kolclf.model import KolClassifier
from kolclf.scorer import Floats

MIN_ROWS = 10  # of a label, from which others can be judged by it


class Suspicion(NamedTuple):
    """A row whose label is less likely than another one.

    ``p_label`` and ``p_suggested`` are the held-out probabilities of the two. ``is_clear``: the row looks as much like the
    suggested label as rows that have it do on average.
    """

    row: int
    label: str
    suggested: str
    p_label: float
    p_suggested: float
    is_clear: bool


def suspicious_labels(
    accounts: Sequence[Mapping[str, str]], labels: Sequence[str], groups: Ints, random_state: int = 0
) -> list[Suspicion]:
    """Return the rows whose labels are probably wrong, the surest first.

    Labels of fewer than ``MIN_ROWS`` rows are left out, and where both ``kol`` and ``influencer`` are there, all others are: what
    is ``neither`` or ``unsure`` is too varied for a row to be told from it.

    Parameters
    ----------
    accounts : sequence of dict, of length n_rows
    labels : sequence of str, of length n_rows
    groups : ndarray of int, of shape (n_rows,)
        Rows of one group never judge one another.
    random_state : int
        Seeds the folds.

    Raises
    ------
    DataError
        If fewer than two labels have enough rows, or the groups cannot be parted.
    """
    counts = Counter(labels)
    rows = np.array([row for row, label in enumerate(labels) if counts[label] >= MIN_ROWS], dtype=np.int64)
    kept = np.array(labels, dtype=str)[rows]
    if len(set(kept.tolist())) < 2:
        raise DataError(f"labels can be judged where two of them have at least {MIN_ROWS} rows each")
    rows, kept = rows[taught(kept)], kept[taught(kept)]
    together = groups[rows] if len(np.unique(groups[rows])) < len(rows) else None  # folds are made faster without
    model = KolClassifier(random_state=random_state).fit([accounts[row] for row in rows], kept, together)
    return [found._replace(row=int(rows[found.row])) for found in ranked(model.held_out_proba_, model.classes_, kept)]


def ranked(p: Floats, classes: NDArray[np.str_], labels: NDArray[np.str_]) -> list[Suspicion]:
    """Return the rows in which another label is likelier than their own, by the distance between the two.

    Confident learning (Northcutt, Jiang & Chuang 2021): a row is clear if the likeliest label of those whose probability reaches
    the mean that it has among its own rows is not the row's; rows come by normalised margin. Rows in which another label is
    likelier without that are told, too, since as many wrong labels are among them.

    Parameters
    ----------
    p : ndarray of shape (n_rows, n_classes)
        Held-out probabilities.
    classes : ndarray of str, of shape (n_classes,)
        In alphabetical order.
    labels : ndarray of str, of shape (n_rows,)

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])
    >>> [(s.row, s.suggested, s.is_clear) for s in ranked(p, np.array(["a", "b"]), np.array(["a", "b", "b", "b"]))]
    [(1, 'a', False)]
    """
    own, rows = np.searchsorted(classes, labels), np.arange(len(labels))
    usual = np.array([p[own == label, label].mean() for label in range(len(classes))])
    other = np.where(own[:, None] == np.arange(len(classes)), -np.inf, p).argmax(axis=1)
    likeliest = np.where(p >= usual, p, -np.inf).argmax(axis=1)
    is_clear = (p >= usual)[rows, other] & (likeliest == other)
    margin = p[rows, own] - p[rows, other]
    return [
        Suspicion(
            row,
            str(labels[row]),
            str(classes[other[row]]),
            float(p[row, own[row]]),
            float(p[row, other[row]]),
            bool(is_clear[row]),
        )
        for row in np.argsort(margin, kind="stable").tolist()
        if margin[row] < 0
    ]
