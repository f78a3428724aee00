"""What is kept of a training: data only, and how it scores.

A row of TF-IDF weights times a vector of coefficients, as in scikit-learn, but in numpy alone: no scikit-learn object is kept,
so a model file cannot run code, does not rot with versions, and one prediction starts fast.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kolclf.concepts import Reading
from kolclf.decide import Policy
from kolclf.stem import stem
from kolclf.text import BREAK, PLACE
from kolclf.titles import places

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
        known_places = places()
        return [PLACE if token in known_places else stem(token) if self.use_stems else token for token in tokens]


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


class Rows(NamedTuple):
    """TF-IDF rows in compressed form; ``columns`` run over the spaces one after another."""

    indptr: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Floats


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

    @property
    def is_kol_model(self) -> bool:
        """Whether rules and policy apply."""
        return self.classes == ("influencer", "kol")

    def transform(self, accounts: Sequence[Mapping[str, Reading]]) -> Rows:
        """Return the TF-IDF rows of accounts, each read by ``read_account``.

        Counts are damped to ``1 + log(count)``, weighted by idf, and each space is scaled to length 1, then by its weight.
        """
        indptr, columns, values, length = [0], [], [], 0
        for account in accounts:
            offset = 0
            for name, space in self.spaces.items():
                counts = Counter(OfSpace(name, self.features)(account))
                known = sorted((space.vocabulary[f], n) for f, n in counts.items() if f in space.vocabulary)
                if known:
                    at = np.array([column for column, _ in known])
                    row = (1.0 + np.log([n for _, n in known])) * space.idf[at]
                    length += len(at)
                    columns.append(at + offset)
                    values.append(row / np.sqrt(row @ row) * space.weight)
                offset += len(space.idf)
            indptr.append(length)
        return Rows(
            np.array(indptr), np.concatenate(columns or [np.empty(0, int)]), np.concatenate(values or [np.empty(0)])
        )

    def decision_function(self, rows: Rows) -> Floats:
        """Return log-odds, of shape (n_rows,) for two classes, else scores of shape (n_rows, n_classes)."""
        scores = np.stack([_dot(rows, coef) + b for coef, b in zip(self.coef, self.intercept, strict=True)], axis=1)
        return scores[:, 0] if len(self.classes) == 2 else scores

    def predict_proba(self, rows: Rows) -> Floats:
        """Return probabilities of shape (n_rows, n_classes)."""
        scores = self.decision_function(rows)
        if scores.ndim == 1:
            scores = np.stack([np.zeros_like(scores), scores], axis=1)
        exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))

    def answerable_scores(self, rows: Rows) -> Floats | None:
        """Return the scores of the second head, of shape (n_rows,), if there is one."""
        return None if self.answerable is None else _dot(rows, self.answerable[0]) + self.answerable[1]

    def feature_names(self) -> list[str]:
        """Return the names of all columns, ``field:feature``."""
        return [f"{field_of(name)}:{feature}" for name, space in self.spaces.items() for feature in space.vocabulary]


def _dot(rows: Rows, coef: Floats) -> Floats:
    of_row = np.repeat(np.arange(len(rows.indptr) - 1), np.diff(rows.indptr))
    sums = np.bincount(of_row, weights=rows.values * coef[rows.columns], minlength=len(rows.indptr) - 1)
    return sums.astype(np.float64)
