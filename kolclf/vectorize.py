"""Accounts to sparse counts, and counts to TF-IDF, for training."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from kolclf.concepts import Reading
from kolclf.errors import DataError
from kolclf.scorer import Features, OfSpace, Space
from kolclf.stem import stem

Account = Mapping[str, Reading]


class Counts(NamedTuple):
    """The features of one space, in order, and how often each account has them (n_accounts, n_features)."""

    names: NDArray[np.object_]
    matrix: Any


def count(accounts: Sequence[Account], features: Features, spaces: Sequence[str]) -> dict[str, Counts]:
    """Count the features of every account, by space."""
    return {name: _count(accounts, OfSpace(name, features)) for name in spaces}


def _count(accounts: Sequence[Account], analyzer: OfSpace) -> Counts:
    counter = CountVectorizer(analyzer=analyzer)
    try:
        matrix = counter.fit_transform(accounts)
    except ValueError:  # no feature at all in this space
        return Counts(np.empty(0, dtype=object), sp.csr_matrix(np.empty((len(accounts), 0), dtype=np.int64)))
    return Counts(counter.get_feature_names_out(), matrix)


def weigh(
    counts: Mapping[str, Counts], weights: Mapping[str, float], train: NDArray[np.int64], min_df: int
) -> tuple[dict[str, Space], Any]:
    """Return the spaces as learnt from the rows ``train``, and the joined TF-IDF matrix of all rows.

    Raises
    ------
    DataError
        If no feature occurs in ``min_df`` of these rows.
    """
    spaces, parts = {}, []
    for name, (names, matrix) in counts.items():
        kept = np.flatnonzero(np.asarray((matrix[train] > 0).sum(axis=0)).ravel() >= min_df)
        idf = np.empty(0)
        if len(kept):
            columns = matrix[:, kept]
            tfidf = TfidfTransformer(sublinear_tf=True).fit(columns[train])
            idf = tfidf.idf_
            parts.append(tfidf.transform(columns) * weights[name])
        spaces[name] = Space({feature: i for i, feature in enumerate(names[kept])}, idf, weights[name])
    if not parts:
        raise DataError(
            f"no word occurs in {min_df} accounts; give more labelled accounts with text, or a lower min_df"
        )
    return spaces, sp.hstack(parts, format="csr")


def kept_stems(accounts: Sequence[Account], spaces: Mapping[str, Space], min_df: int) -> dict[str, str]:
    """Return the stems of the tokens that as many accounts use and that the vocabulary knows."""
    used = Counter(
        token for account in accounts for token in {t for reading in account.values() for t in reading.tokens}
    )
    known = {feature for space in spaces.values() for feature in space.vocabulary}
    return {token: stem(token) for token, n in sorted(used.items()) if n >= min_df and stem(token) in known}
