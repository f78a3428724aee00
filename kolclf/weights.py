"""What a model learnt, feature by feature: its weight, the words behind it, and the training accounts that have it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.accounts import Accounts
from kolclf.arrays import Ints, counted
from kolclf.errors import DataError
from kolclf.meanings import criterion_of_feature
from kolclf.rows import CHUNK
from kolclf.scorer import Scorer, Usage, field_of
from kolclf.titles import written_title

MOST_FORMS = 5
_MIXER = np.uint64(0x9E3779B97F4A7C15)  # an odd number: the codes of a run become one key


def usage(scorer: Scorer, accounts: Accounts, labels: NDArray[np.str_], min_df: int) -> Usage:
    """Return how accounts of some labels, one each, use the features of a model."""
    names, label_of = np.unique(labels, return_inverse=True)
    n, width = len(names), len(scorer.columns)
    tokens = {field: accounts.fields[field].tokens for field in _fields(scorer)}
    codes = np.concatenate([of.codes for of in tokens.values()])
    begins = dict(zip(tokens, np.cumsum([0, *(len(of.codes) for of in tokens.values())]).tolist(), strict=False))
    sizes = [len(space.idf) for space in scorer.spaces.values()]
    documents, parts = np.zeros(width * n, dtype=np.int64), []
    for first in range(0, len(accounts), CHUNK):
        rows = scorer.transform(accounts[first : first + CHUNK])
        cells = rows.columns * n + label_of[first + rows.row]
        firsts, times = counted(cells)
        documents[cells[firsts]] += times
        moved = [begins[field_of(name)] + tokens[field_of(name)].indptr[first] for name in scorer.spaces]
        start = rows.start + np.repeat(moved, sizes)[rows.columns]
        parts.append((rows.columns.astype(np.int32), start, (rows.end - rows.start).astype(np.int16)))
    columns, start, length = map(np.concatenate, zip(*parts, strict=True))
    words = next(iter(tokens.values())).vocabulary.tokens  # all fields have one vocabulary
    forms: list[list[tuple[int, str]]] = [[] for _ in range(width)]
    for at, count in zip(*_runs(columns, codes, start, length, min_df), strict=True):
        run = codes[start[at] : start[at] + length[at]].tolist()
        text = " ".join(written_title(words[code]) for code in run)
        if text:  # a display name tells the kind of account by words that are not kept
            forms[columns[at]].append((-count, text))
    return Usage(
        tuple(names.tolist()),
        documents.reshape(width, n),
        tuple("\t".join(text for _, text in sorted(of)[:MOST_FORMS]) for of in forms),
    )


def _runs(columns: Ints, codes: Ints, start: Ints, length: Ints, min_df: int) -> tuple[list[int], list[int]]:
    """Return where each run of codes of a column stands first and how often it does, if ``min_df`` times or more."""
    keys = columns.astype(np.uint64)
    for step in range(length.max(initial=0)):
        inside = length > step
        keys[inside] = keys[inside] * _MIXER + codes[start[inside] + step].astype(np.uint64)
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    often = counts >= min_df
    return first[often].tolist(), counts[often].tolist()


def _fields(scorer: Scorer) -> list[str]:
    return list(dict.fromkeys(map(field_of, scorer.spaces)))


class Weight(NamedTuple):
    """One feature of a model.

    Attributes
    ----------
    label : str
        The label that it speaks for.
    feature : str
        A stem, a run of stems, or a concept of the lexicon (``<dentist>``).
    field : str
        ``bio`` or ``captions``.
    stem : str
        The stem or the run of stems; empty for a concept.
    forms : tuple of str
        The words as accounts wrote them, the most frequent first.
    weight : float
        idf times coefficient, never negative: what the feature would add to the log-odds if it stood alone in its field.
    documents : dict of str to int
        How many training accounts of each label have the feature; empty where that is not known.
    criterion : str
        One of the five, or ``other``.
    """

    label: str
    feature: str
    field: str
    stem: str
    forms: tuple[str, ...]
    weight: float
    documents: dict[str, int]
    criterion: str

    def flat(self) -> dict[str, Any]:
        """Return the feature as one row of a tidy table, where the counts have a column each (``n_kol``)."""
        row = self._asdict() | {"forms": ", ".join(self.forms)}
        counts = row.pop("documents")
        return row | {f"n_{label}": n for label, n in counts.items()}


def weight_rows(scorer: Scorer, only: str | None = None, criterion: str | None = None) -> list[Weight]:
    """Return the features of a model, the heaviest first.

    Parameters
    ----------
    scorer : Scorer
    only : str, optional
        One field.
    criterion : str, optional
        One criterion, or ``other``.

    Raises
    ------
    DataError
        If the model has no such field, or no feature is left.
    """
    if only is not None and only not in _fields(scorer):
        raise DataError(f"the model has no field '{only}'; its fields are {', '.join(_fields(scorer))}")
    found = [item for item in _weights(scorer) if only in (None, item.field) and criterion in (None, item.criterion)]
    if not found:
        raise DataError(f"no feature has the criterion '{criterion}'; ask for another one, or for all")
    return sorted(found, key=lambda item: -item.weight)


def _weights(scorer: Scorer) -> Iterator[Weight]:
    used = scorer.usage or _only_stems(scorer)
    scores = scorer.coef * scorer.idf
    best = (scores[0] > 0).astype(int) if len(scores) == 1 else scores.argmax(axis=0)
    heights = np.abs(scores[0] if len(scores) == 1 else scores.max(axis=0))
    columns = zip(scorer.columns, best.tolist(), heights.tolist(), used.documents.tolist(), used.forms, strict=True)
    for (field, feature), label, weight, counts, forms in columns:
        documents = dict(zip(used.labels, counts, strict=True))
        stem = "" if feature.startswith("<") else feature
        criterion = criterion_of_feature(feature, feature)
        words = tuple(filter(None, forms.split("\t")))
        yield Weight(scorer.classes[label], feature, field, stem, words, weight, documents, criterion)


def _only_stems(scorer: Scorer) -> Usage:
    """Return what is known without a usage: the words of each stem."""
    words: dict[str, list[str]] = defaultdict(list)
    for token, stem in scorer.stems.items():
        words[stem].append(token)
    forms = tuple("\t".join(words.get(feature, ())) for _, feature in scorer.columns)
    return Usage((), np.empty((len(forms), 0), dtype=np.int64), forms)
