"""What is kept of a training: data only, and how it scores.

A row of TF-IDF weights times a vector of coefficients, as in scikit-learn, but in numpy alone: no scikit-learn object is kept,
so a model file cannot run code, does not rot with versions, and one prediction starts fast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.accounts import Accounts, Reading
from kolclf.arrays import Ints, counted
from kolclf.decide import Policy
from kolclf.meanings import concepts, concepts_of
from kolclf.phrases import MANY, PhraseIndex, Spans, looked_up
from kolclf.placeholders import PLACE
from kolclf.stem import stems
from kolclf.text import BREAK
from kolclf.titles import places
from kolclf.tokens import Tokens

Floats = NDArray[np.float64]


CONCEPTS = "_concepts"  # ending of a space that holds the concept tokens of a field


class Features(NamedTuple):
    """Turns the tokens of a text into features; the analyser of the vectoriser, picklable.

    Attributes
    ----------
    use_stems : bool
        Stem the tokens.
    ngrams : int
        Longest run of tokens that counts as one feature.
    """

    use_stems: bool = True
    ngrams: int = 2

    def __call__(self, reading: Reading) -> list[str]:
        """Return the features of one text, with repeats.

        >>> Features()(Reading(["dokter", ".", "masakan", "padang"], []))
        ['dokter', 'masakan', 'xplace', 'masakan xplace']
        """
        tokens = self.forms(reading.tokens)
        features = [token for token in tokens if token != BREAK]
        for n in range(2, self.ngrams + 1):
            grams = zip(*(tokens[i:] for i in range(n)), strict=False)
            features += [" ".join(gram) for gram in grams if BREAK not in gram]
        return features

    def forms(self, tokens: Sequence[str]) -> list[str]:
        """Return tokens as they count: stems, and one form for all places, since where a person lives must not matter.

        >>> Features().forms(["masakan", "padang"])
        ['masakan', 'xplace']
        """
        return list(map(_form_of_places().get, tokens, stems(tokens) if self.use_stems else tokens))


@cache
def _form_of_places() -> dict[str, str]:
    return dict.fromkeys(places(), PLACE)


def field_of(space: str) -> str:
    """Return the field that a space is of.

    >>> field_of("bio_concepts")
    'bio'
    """
    return space.removesuffix(CONCEPTS)


class OfSpace(NamedTuple):
    """The features of one space of an account; the analyser that scikit-learn's vectorisers are given."""

    name: str
    features: Features

    def __call__(self, account: Mapping[str, Reading]) -> list[str]:
        """Return the features of the space, with repeats."""
        reading = account[field_of(self.name)]
        if self.name.endswith(CONCEPTS):
            return [value for match in reading.concepts for value in match.values]
        return self.features(reading)


class Space(NamedTuple):
    """The words or the concepts of one field: their columns, idf (n_features,) and the weight of the space."""

    vocabulary: dict[str, int]
    idf: Floats
    weight: float


class Usage(NamedTuple):
    """How the training accounts use the features.

    ``documents`` has shape (n_features, n_labels): how many accounts of each of the ``labels`` have a feature. ``forms`` are by
    feature the words in which accounts have it first, the most frequent first, parted by tabs; none that fewer than ``min_df``
    accounts use so.
    """

    labels: tuple[str, ...]
    documents: Ints
    forms: tuple[str, ...]


class Rows(NamedTuple):
    """TF-IDF rows in compressed form; ``columns`` run over the spaces one after another.

    ``row`` is the number of the row of every value; ``start`` and ``end`` tell by which tokens of its field an account has a
    feature, where it does so first.
    """

    indptr: Ints
    row: Ints
    columns: Ints
    values: Floats
    start: Ints
    end: Ints


def tfidf(rows: Ints, counts: Ints, idf: Floats, weights: Floats) -> Floats:
    """Return the TF-IDF of counts in rows: ``1 + log(count)`` times idf, then row ``i`` scaled to the length ``weights[i]``."""
    values: Floats = (1.0 + np.log(counts)) * idf
    length = np.sqrt(np.bincount(rows, weights=values * values, minlength=len(weights)))
    scale: Floats = weights / np.where(length, length, 1.0)
    return values * scale[rows]


def probabilities(scores: Floats) -> Floats:
    """Return the probabilities of all classes, (n_rows, n_classes), from log-odds of the second or from scores of each.

    >>> probabilities(np.array([0.0, 100.0])).round(2)
    array([[0.5, 0.5],
           [0. , 1. ]])
    """
    if scores.ndim == 1:
        scores = np.stack([np.zeros_like(scores), scores], axis=1)
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Scorer:
    """A trained linear model as plain data.

    Attributes
    ----------
    classes : tuple of str
        In alphabetical order; scores with two classes are for the second.
    spaces : dict of str to Space
        Words and concepts by field, in the order of the columns.
    coef : ndarray of shape (1 or n_classes, n_features)
    intercept : ndarray of shape (1 or n_classes,)
    features : Features
    stems : dict
        Stem of every training token in the vocabulary.
    answerable : tuple of (ndarray of shape (n_features,), float) or None
        Second head: can this account be decided at all?
    policy : Policy
    info : dict
        Versions, counts and figures of the training.
    usage : Usage or None
        None where it is not known, as in model files of format 2.
    trained_on : ndarray of uint32
        ``Accounts.checksums`` of the training rows, in order of size; empty where they are not known.
    """

    classes: tuple[str, ...]
    spaces: Mapping[str, Space]
    coef: Floats
    intercept: Floats
    features: Features = field(default_factory=Features)
    stems: Mapping[str, str] = field(default_factory=dict)
    answerable: tuple[Floats, float] | None = None
    policy: Policy = field(default_factory=Policy)
    info: Mapping[str, Any] = field(default_factory=dict)
    usage: Usage | None = None
    trained_on: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))

    @property
    def is_kol_model(self) -> bool:
        """Whether rules and policy apply."""
        return self.classes == ("influencer", "kol")

    @cached_property
    def _words(self) -> PhraseIndex:
        """Return what finds the words of all fields."""
        spaces = [space for name, space in self.spaces.items() if not name.endswith(CONCEPTS)]
        return PhraseIndex((word for space in spaces for word in space.vocabulary), self.features.forms)

    def knows(self, tokens: Sequence[str]) -> list[bool]:
        """Tell of each token whether it is in a feature of the model."""
        return list(map(self._words.words.__contains__, self.features.forms(tokens)))

    @cached_property
    def _columns(self) -> dict[str, Ints]:
        """Return by space of words the column of every phrase; -1 for none."""
        phrases = self._words.phrases
        return {name: _places(phrases, space) for name, space in self.spaces.items() if not name.endswith(CONCEPTS)}

    @cached_property
    def _concept_columns(self) -> dict[str, Ints]:
        return {name: _places(concepts(), space) for name, space in self.spaces.items() if name.endswith(CONCEPTS)}

    def _found(self, tokens: Tokens, name: str) -> Spans:
        """Return the words of a space in tokens, by column; the first few do not wait for what finds those of all fields."""
        if "_words" not in vars(self) and len(tokens.codes) < MANY:
            return looked_up(tokens, self.spaces[name].vocabulary, self.features.ngrams, self.features.forms)
        start, end, found = self._words.every(tokens)
        return Spans(start, end, self._columns[name][found])

    def transform(self, accounts: Accounts) -> Rows:
        """Return the TF-IDF rows of accounts."""
        spaces = list(self.spaces.values())
        sizes = [len(space.idf) for space in spaces]
        parts, offset = [], 0
        for name, size in zip(self.spaces, sizes, strict=True):
            texts = accounts.fields[field_of(name)]
            if name.endswith(CONCEPTS):
                at, found = concepts_of(texts.matches.meaning)
                start, end, rows = texts.matches.start[at], texts.matches.end[at], texts.rows[at]
                columns = self._concept_columns[name][found]
            else:
                start, end, columns = self._found(texts.tokens, name)
                rows = texts.tokens.rows()[start]
            known = np.flatnonzero(columns >= 0)
            parts.append((rows[known], columns[known] + offset, start[known], end[known]))
            offset += size
        rows, columns, start, end = map(np.concatenate, zip(*parts, strict=True))
        first, counts = counted(rows * offset + columns)
        rows, columns = rows[first], columns[first]
        space_of = np.repeat(np.arange(len(spaces)), sizes)
        weights = np.tile([space.weight for space in spaces], len(accounts))
        values = tfidf(rows * len(spaces) + space_of[columns], counts, self.idf[columns], weights)
        indptr = np.append(0, np.cumsum(np.bincount(rows, minlength=len(accounts))))
        return Rows(indptr, rows, columns, values, start[first], end[first])

    def decision_function(self, rows: Rows) -> Floats:
        """Return log-odds, of shape (n_rows,) for two classes, else scores of shape (n_rows, n_classes)."""
        scores = np.stack([_dot(rows, coef) + b for coef, b in zip(self.coef, self.intercept, strict=True)], axis=1)
        return scores[:, 0] if len(self.classes) == 2 else scores

    def predict_proba(self, rows: Rows) -> Floats:
        """Return probabilities of shape (n_rows, n_classes)."""
        return probabilities(self.decision_function(rows))

    def answerable_scores(self, rows: Rows) -> Floats | None:
        """Return the scores of the second head, of shape (n_rows,), if there is one."""
        return None if self.answerable is None else _dot(rows, self.answerable[0]) + self.answerable[1]

    def coef_of(self, label: int) -> Floats:
        """Return the coefficients that speak for a class; of two classes, those of the second with their sign turned."""
        coef: Floats = self.coef[label] if len(self.classes) > 2 else self.coef[0] * (1 if label else -1)
        return coef

    def intercept_of(self, label: int) -> float:
        """Return the intercept that goes with ``coef_of``."""
        return float(self.intercept[label] if len(self.classes) > 2 else self.intercept[0] * (1 if label else -1))

    @cached_property
    def idf(self) -> Floats:
        """Idf of every column."""
        return np.concatenate([space.idf for space in self.spaces.values()])

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        """Field and feature of every column."""
        of_spaces = [zip(repeat(field_of(name)), space.vocabulary) for name, space in self.spaces.items()]
        return list(chain.from_iterable(of_spaces))

    def feature_names(self) -> list[str]:
        """Return the names of all columns, ``field:feature``."""
        return [f"{field}:{feature}" for field, feature in self.columns]


def _places(values: Sequence[str], space: Space) -> Ints:
    return np.array(list(map(space.vocabulary.get, values, repeat(-1))), dtype=np.int64)


def _dot(rows: Rows, coef: Floats) -> Floats:
    sums = np.bincount(rows.row, weights=rows.values * coef[rows.columns], minlength=len(rows.indptr) - 1)
    return sums.astype(np.float64)
