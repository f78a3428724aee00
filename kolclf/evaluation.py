"""What an evaluation finds: plain data, made by ``evaluate``, shown by ``render_evaluation`` and ``report``."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Z = 1.959964  # two-sided 95 % of the normal distribution
FEW_GROUPS = 30  # fewer give intervals that are too narrow (Cameron, Gelbach & Miller 2008)


class Share(NamedTuple):
    """``hits`` of ``n``."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share itself; not a number where there is nothing to count."""
        return self.hits / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Bounds of the 95 % interval (Wilson 1927).

        >>> [round(bound, 3) for bound in Share(9, 10).interval]
        [0.596, 0.982]
        """
        if not self.n:
            return 0.0, 1.0
        p, z2 = self.value, Z * Z
        middle = p + z2 / (2 * self.n)
        half = Z * float(np.sqrt(p * (1 - p) / self.n + z2 / (4 * self.n**2)))
        scale = 1 + z2 / self.n
        return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)

    def __str__(self) -> str:
        """Write the share as tables of this project do.

        >>> print(Share(9, 10))
        0.900 (9 of 10; 0.60-0.98)
        """
        low, high = self.interval
        return f"{self.value:.3f} ({self.hits} of {self.n}; {low:.2f}-{high:.2f})" if self.n else "none"


class Estimate(NamedTuple):
    """A statistic over ``n`` rows and the bounds of its 95 % bootstrap interval; not a number where it has no meaning."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        """Write the estimate as tables of this project do.

        >>> print(Estimate(0.02, 0.0, 0.05, 100))
        0.020 (0.000-0.050, bootstrap)
        """
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f}, bootstrap)"


class ClassMetrics(NamedTuple):
    """How right the first guess is for one label; ``n`` rows have it."""

    label: str
    n: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


class Confusion(NamedTuple):
    """Rows of the table by true label and by answer.

    ``labels`` are the true labels: those that can be answered first, then others (``neither``, ``unsure``). ``answers`` are
    ``kol``, ``influencer`` and ``review``, or the labels of another model. ``counts`` has shape (n_labels, n_answers).
    """

    labels: tuple[str, ...]
    answers: tuple[str, ...]
    counts: NDArray[np.int64]


class Bin(NamedTuple):
    """Rows of like probability, between ``low`` and ``high``: their mean probability, and the share of them that is so."""

    low: float
    high: float
    p: float
    share: Share


class CoverageError(NamedTuple):
    """Error by coverage, from the surest row alone to all rows, and where the model stands on the way.

    ``coverage`` and ``error`` have shape (n_rows,): share of rows decided, and share of those that is wrong.
    ``at_coverage`` and ``at_error`` are those of the answers as they were given, ``review`` and all; models of other labels
    decide every row. They may lie beside the curve, since not only the probability sends a row to review.
    """

    coverage: NDArray[np.float64]
    error: NDArray[np.float64]
    at_coverage: float
    at_error: float


class CurvePoint(NamedTuple):
    """``accuracy`` of first guesses after training on ``n_labels`` labelled rows (mean over the folds)."""

    n_labels: int
    accuracy: Estimate


class LearningCurve(NamedTuple):
    """What more labels brought, and what twice as many are expected to bring.

    ``points`` go from few labels to all. ``gain`` is the accuracy expected of ``next_n_labels``, less that of all labels: 0.01
    is one point of a hundred. Its ``low`` and ``high`` may lie below 0: then more labels may bring nothing.
    """

    points: list[CurvePoint]
    next_n_labels: int
    gain: Estimate


class Agreement(NamedTuple):
    """Agreement of two readings: the ``share`` of rows read alike, and Cohen's kappa (beyond chance)."""

    share: Estimate
    kappa: Estimate


class SecondReading(NamedTuple):
    """Agreement on ``n`` rows with a second label (``label_2``).

    ``people``: the two labels, whatever they are. The others are over rows that both labels call one of the model's:
    ``people_sides`` the two labels, ``model_first`` and ``model_second`` the model's first guess and each of them; None without
    such rows.
    """

    n: int
    people: Agreement
    people_sides: Agreement | None
    model_first: Agreement | None
    model_second: Agreement | None


class Span(NamedTuple):
    """Evidence in a text: characters ``start`` to ``end`` (not included), the label it speaks for, and how much it adds."""

    start: int
    end: int
    side: str
    amount: float


class Mistake(NamedTuple):
    """A row worth reading again: decided against its label, or decided though it is neither, or guessed wrong and held back.

    ``row`` counts the accounts of the table from 1. Telephone numbers, addresses, handles and links in ``bio`` and
    ``captions`` are hidden, and there is no name. ``p`` is the probability of ``guess``; ``cause`` is why it was held back, as in
    ``Decision`` (empty where it was decided). ``bio_spans`` and ``captions_spans`` are the evidence in these texts, as they stand
    here; spans may overlap.
    """

    row: int
    bio: str
    captions: str
    slice: str
    label: str
    answer: str
    guess: str
    p: float
    source: str
    cause: str
    reason: str
    bio_spans: Sequence[Span] = ()
    captions_spans: Sequence[Span] = ()


class DataFacts(NamedTuple):
    """What was evaluated on.

    ``labels`` counts rows by label; ``repeated`` rows told of an account again and ``unlabelled`` ones had no label: they are
    left out. ``groups`` are the sets of rows that were kept together (one account, one text, one cell of the group column).
    ``trained_on`` of the rows were already used to train the model, so they look better than new ones (None: not known).
    """

    table: str
    n: int
    labels: dict[str, int]
    repeated: int
    unlabelled: int
    groups: int
    trained_on: int | None

    @property
    def few_groups(self) -> bool:
        """Whether rows were kept together in so few groups that intervals are too narrow."""
        return self.groups < min(FEW_GROUPS, self.n)


class ModelFacts(NamedTuple):
    """What was evaluated.

    ``folds`` is 0 where a trained model answered, else the number of folds that a model was trained without, each in turn.
    ``name`` is the model file, ``default`` for the one of the package, ``rules`` without a model, or empty with folds.
    ``info`` is what the model file says of its training (of one of the folds, with folds). ``versions`` are those of packages.
    """

    name: str
    folds: int
    classes: tuple[str, ...]
    max_error: float
    info: dict[str, object]
    versions: dict[str, str]


class Evaluation(NamedTuple):
    """All that is known of how right a model is on a labelled table.

    Attributes
    ----------
    data, model
        What was evaluated on what.
    metrics : dict of str to Estimate
        Over rows of the model's labels, as if it had to answer: ``accuracy``, ``macro_f1``, ``auc``, ``log_loss``, ``brier``,
        ``calibration_error``. With ``review``: ``coverage`` (share decided), ``decided_accuracy`` (share of those that is
        right), ``held_back`` (share of rows of other labels that went to review). ``promotes``: the mark is right, where the
        table has it. Those without any row are left out.
    classes : list of ClassMetrics
    confusion : Confusion
    reliability : list of Bin
        By the probability of KOL; by that of the guess for models of other labels. Empty bins are left out.
    coverage_error : CoverageError
    slices : dict of str to dict of str to Share
        By slice: ``forced`` (as ``accuracy``), ``coverage``, ``decided`` (as ``decided_accuracy``), ``held back``, ``promotes``.
    ways : dict of str to dict of str to Estimate
        ``model+rules``, ``model`` and ``rules``, each with metrics as above; only one of them where there is no other.
    causes : dict of str to int
        How many rows went to review, by cause.
    mistakes : list of Mistake
        Those decided first, and of these the surest first.
    learning_curve : LearningCurve or None
        Only with folds, and where there are enough labels.
    second_reading : SecondReading or None
        Where there is a column ``label_2``.
    """

    data: DataFacts
    model: ModelFacts
    metrics: dict[str, Estimate]
    classes: list[ClassMetrics]
    confusion: Confusion
    reliability: list[Bin]
    coverage_error: CoverageError
    slices: dict[str, dict[str, Share]]
    ways: dict[str, dict[str, Estimate]]
    causes: dict[str, int]
    mistakes: list[Mistake]
    learning_curve: LearningCurve | None
    second_reading: SecondReading | None


def as_json(value: Any) -> Any:
    """Return a part of an evaluation, or all of it, as what JSON knows; what is not a number becomes None.

    >>> as_json([Share(1, 1), float("nan")])  # doctest: +ELLIPSIS
    [{'hits': 1, 'n': 1, 'value': 1.0, 'low': 0.20654..., 'high': 1.0}, None]
    """
    if isinstance(value, Share):
        low, high = value.interval
        return as_json({**value._asdict(), "value": value.value, "low": low, "high": high})
    if hasattr(value, "_asdict"):
        return as_json(value._asdict())
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    if hasattr(value, "tolist"):
        return as_json(value.tolist())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
