"""Accounts to sparse counts, once, and counts to the TF-IDF of each fold, for training."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from kolclf.accounts import Accounts, Texts
from kolclf.arrays import Ints, distinct, rows_of
from kolclf.errors import DataError
from kolclf.meanings import concepts, concepts_of
from kolclf.scorer import CONCEPTS, Features, Floats, Space, field_of, tfidf
from kolclf.stem import stems
from kolclf.text import BREAK


class Counts(NamedTuple):
    """The features of one space, in alphabetical order, and how often each account has them (n_accounts, n_features)."""

    names: list[str]
    matrix: Any


def count(accounts: Accounts, features: Features, spaces: Sequence[str], min_df: int = 1) -> dict[str, Counts]:
    """Count the features of every account, by space, as ``CountVectorizer(analyzer=OfSpace(...), min_df=min_df)`` does."""
    found = {}
    for name in spaces:
        texts = accounts.fields[field_of(name)]
        parts = [_concepts(texts)] if name.endswith(CONCEPTS) else _words(texts, features, min_df)
        names = [feature for part in parts for feature in part.names]
        matrix = sp.hstack([part.matrix for part in parts], format="csr")
        kept = np.flatnonzero(np.bincount(matrix.indices, minlength=len(names)) >= min_df).tolist()
        order = sorted(kept, key=names.__getitem__)
        matrix = matrix[:, order]
        matrix.sort_indices()  # sums run in one order, whatever was read before: the same data, the same bytes
        found[name] = Counts([names[column] for column in order], matrix)
    return found


def _summed(rows: Ints, columns: Ints, texts: Texts, width: int) -> Any:
    """Return the matrix of how often each row has each column."""
    shape = (len(texts.tokens.indptr) - 1, width)
    return sp.csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)


def _concepts(texts: Texts) -> Counts:
    at, columns = concepts_of(texts.matches.meaning)
    return Counts(concepts(), _summed(texts.rows[at], columns, texts, len(concepts())))


def _words(texts: Texts, features: Features, min_df: int) -> list[Counts]:
    """Return the runs of tokens by length; where a run is too rare, so is every longer one that begins with it."""
    tokens = texts.tokens.vocabulary.tokens
    used = np.flatnonzero(np.bincount(texts.tokens.codes, minlength=1)).tolist()
    forms = features.forms([tokens[code] for code in used])
    names = list(dict.fromkeys([BREAK, *forms]))
    numbers = {name: number for number, name in enumerate(names)}
    number_of = np.zeros(len(tokens), dtype=np.int64)
    number_of[used] = [numbers[form] for form in forms]
    codes = number_of[texts.tokens.codes]
    rows, runs, at = texts.tokens.rows(), np.zeros_like(codes), np.flatnonzero(codes)
    shorter, found = [""], []
    for length in range(1, features.ngrams + 1):
        # by hashing, where np.unique would sort
        columns, keys = pd.factorize(runs[at] * len(names) + codes[at + length - 1])
        matrix = _summed(rows[at], columns, texts, len(keys))
        kept = np.bincount(matrix.indices, minlength=len(keys)) >= min_df
        shorter = [f"{shorter[key // len(names)]} {names[key % len(names)]}".lstrip() for key in keys[kept].tolist()]
        found.append(Counts(shorter, matrix[:, kept]))
        at, columns = at[kept[columns]], columns[kept[columns]]
        runs[at] = (np.cumsum(kept) - 1)[columns]
        at = at[codes[at + length] != 0]  # a text ends with a break, so no run leaves it
    return found


def weigh(
    counts: Mapping[str, Counts], weights: Mapping[str, float], train: Ints, min_df: int
) -> tuple[dict[str, Floats], Any]:
    """Return the idf of each space as learnt from the rows ``train``, and the joined TF-IDF matrix of all rows.

    The idf is ``log((1 + n) / (1 + df)) + 1`` as scikit-learn smooths it, and 0 for features of fewer than ``min_df`` of
    these rows, which have no column in the matrix.

    Raises
    ------
    DataError
        If no feature occurs in ``min_df`` of these rows.
    """
    idf, parts = {}, []
    for name, (names, matrix) in counts.items():
        df = np.bincount(matrix[train].indices, minlength=len(names))
        idf[name] = np.where(df >= min_df, np.log((1 + len(train)) / (1 + df)) + 1, 0.0)
        of_counts = idf[name][matrix.indices]
        values = tfidf(rows_of(matrix.indptr), matrix.data, of_counts, np.full(matrix.shape[0], weights[name]))
        weighed = sp.csr_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)
        parts.append(weighed[:, np.flatnonzero(idf[name])])
    if not any(of.any() for of in idf.values()):
        raise DataError(
            f"no word occurs in {min_df} accounts; give more labelled accounts with text, or a lower min_df"
        )
    return idf, sp.hstack(parts, format="csr")


def learnt_spaces(
    counts: Mapping[str, Counts], weights: Mapping[str, float], idf: Mapping[str, Floats]
) -> dict[str, Space]:
    """Return the spaces of the features that have an idf."""
    spaces = {}
    for name, (names, _) in counts.items():
        kept = np.flatnonzero(idf[name])
        spaces[name] = Space({names[c]: i for i, c in enumerate(kept.tolist())}, idf[name][kept], weights[name])
    return spaces


def kept_stems(accounts: Accounts, spaces: Mapping[str, Space], min_df: int) -> dict[str, str]:
    """Return the stems of the tokens that as many accounts use and that the vocabulary knows."""
    fields = [texts.tokens for texts in accounts.fields.values()]  # of one vocabulary, as they were read together
    tokens = fields[0].vocabulary.tokens
    of_accounts = distinct(np.concatenate([field.rows() * len(tokens) + field.codes for field in fields]))
    used = np.bincount(of_accounts % len(tokens), minlength=1)
    often = sorted(tokens[code] for code in np.flatnonzero(used >= min_df).tolist() if tokens[code] != BREAK)
    known = {feature for space in spaces.values() for feature in space.vocabulary}
    return {token: of for token, of in zip(often, stems(often), strict=True) if of in known}
