"""Answers accounts: model and rules, the decision, and the reason."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import or_
from pathlib import Path
from typing import Any, Literal

import numpy as np

from kolclf.accounts import Accounts
from kolclf.concepts import words_of_concepts
from kolclf.data import accounts_of
from kolclf.decide import LABELS, MAX_ERROR, Evidence, Policy, decide
from kolclf.errors import KolclfError
from kolclf.evidence import COLUMNS, OTHER_COLUMNS, Explanation, cells, explained, explained_label
from kolclf.reasons import Answer, label_reason, leading_words, reason
from kolclf.rows import Row
from kolclf.rules import Rules, default_rules, load_rules
from kolclf.scorer import Rows, Scorer
from kolclf.spans import written
from kolclf.stem import remember
from kolclf.store import load_model

ANSWER = ("label", "p_kol", "source", "promotes", "reason")
OTHER_ANSWER = ("label", "p", "source", "reason")
NUMBERS = frozenset({"p_kol", "p", *(name for name in COLUMNS if name.startswith("criterion_"))})  # columns of numbers


@dataclass
class Predictor:
    """Answers accounts by a model, rules and a policy.

    Parameters
    ----------
    scorer : Scorer or None
        None answers by the rules alone.
    rules : Rules
    max_error : float
        Error that the decided rows may have, on held-out folds.
    review : bool
        False always answers ``kol`` or ``influencer``.
    language : {"id", "en"}
    explain : bool
        True adds columns with the evidence to ``rows``.
    """

    scorer: Scorer | None = None
    rules: Rules = field(default_factory=default_rules)
    max_error: float = MAX_ERROR
    review: bool = True
    language: str = "id"
    explain: bool = False

    def __post_init__(self) -> None:
        """Check the options and take over what the model knows.

        Raises
        ------
        KolclfError
            If the language is unknown, or the model is not one that ``load_model`` returned.
        """
        if self.language not in ("id", "en"):
            raise KolclfError(f"the language '{self.language}' is unknown; use 'id' or 'en'")
        if self.scorer is not None and not isinstance(self.scorer, Scorer):
            raise KolclfError(f"the model is {self.scorer!r}; give what kolclf.load_model returns, None or 'default'")
        self.policy = self.scorer.policy if self.scorer else Policy()
        self.half_width = self.policy.half_width(self.max_error)
        if self.scorer:
            remember(self.scorer.stems)

    def answers(self, accounts: Accounts) -> list[Answer]:
        """Return an answer for each account, in order (models of ``kol`` and ``influencer``, or none).

        Examples
        --------
        >>> from kolclf.accounts import read_account
        >>> [answer] = Predictor().answers(read_account("dr. Rina, Sp.A"))
        >>> answer.decision.label, answer.reason
        ('kol', 'KOL: memakai gelar dokter spesialis; memakai gelar dokter.')
        """
        return self._answers(accounts, self._transformed(accounts))

    def _transformed(self, accounts: Accounts) -> Rows | None:
        return self.scorer.transform(accounts) if self.scorer else None

    def _answers(self, accounts: Accounts, rows: Rows | None) -> list[Answer]:
        verdicts = self.rules.judge(accounts)
        if self.scorer is None or rows is None:
            return [self._answer(Evidence(verdict)) for verdict in verdicts]
        scores, known = self.scorer.decision_function(rows).tolist(), np.diff(rows.indptr).tolist()
        heads = self.scorer.answerable_scores(rows)
        answerable = [None] * len(accounts) if heads is None else heads.tolist()
        amounts = rows.values * self.scorer.coef[0][rows.columns]
        words = partial(leading_words, self.scorer, accounts, rows, amounts=amounts, language=self.language)
        evidence = zip(verdicts, scores, known, answerable, strict=True)
        return [self._answer(Evidence(*parts), partial(words, row)) for row, parts in enumerate(evidence)]

    def _answer(self, evidence: Evidence, words: Callable[..., Iterable[str]] = lambda sign: ()) -> Answer:
        decision = decide(evidence, self.policy, self.half_width, self.review)
        leading = words(sign=1 if decision.guess == LABELS[0] else -1)
        return Answer(evidence, decision, reason(decision, evidence.verdict, leading, self.language))

    def matters(self, tokens: Sequence[str]) -> list[bool]:
        """Tell of each token whether model, rules or lexicon know it."""
        known = self.scorer.knows(tokens) if self.scorer else [False] * len(tokens)
        return list(map(or_, known, map(self._words.__contains__, tokens)))

    @cached_property
    def _words(self) -> frozenset[str]:
        return words_of_concepts() | self.rules.words

    def explanations(self, accounts: Accounts) -> Iterator[Explanation]:
        """Yield an explanation for each account, in order.

        Examples
        --------
        >>> from kolclf.accounts import read_account
        >>> [why] = Predictor(language="en").explanations(read_account("Rina", "bidan, RSUD Alor"))
        >>> [(item.word, item.amount) for item in why.contributions], why.intercept
        ([('bidan', 2.6), ('RSUD', 0.9)], 0.0)
        >>> [(item.word, item.why) for item in why.ignored]
        [('Rina', 'name'), ('Alor', 'no_rule')]
        """
        scorer, rows = self.scorer, self._transformed(accounts)
        if scorer is not None and rows is not None and not scorer.is_kol_model:
            found = zip(self._labels(scorer, accounts, rows), written(accounts), strict=True)
            for row, (label, account) in enumerate(found):
                yield explained_label(*label, account, scorer, rows, row, self.language)
            return
        answered = zip(self._answers(accounts, rows), written(accounts), strict=True)
        for row, (answer, account) in enumerate(answered):
            yield explained(answer, account, scorer, rows, row, self.policy, self.half_width, self.language)

    def rows(self, accounts: Accounts) -> list[Row]:
        """Return the cells of the answer columns for each account."""
        if self.explain:
            return [_explained_cells(why) for why in self.explanations(accounts)]
        if self.scorer is not None and not self.scorer.is_kol_model:
            found = self._labels(self.scorer, accounts, self.scorer.transform(accounts))
            return [[self.scorer.classes[label], round(p, 4), "model", why] for label, p, why in found]
        return [_cells(answer) for answer in self.answers(accounts)]

    def _labels(self, scorer: Scorer, accounts: Accounts, rows: Rows) -> Iterator[tuple[int, float, str]]:
        """Yield the number of the label of each account, its probability and the reason."""
        amounts = [rows.values * scorer.coef_of(label)[rows.columns] for label in range(len(scorer.classes))]
        for row, p in enumerate(scorer.predict_proba(rows)):
            best = int(p.argmax())
            words = leading_words(scorer, accounts, rows, row, amounts[best], 1, self.language)
            yield best, float(p[best]), label_reason(scorer.classes[best], words, self.language)

    @property
    def answer_columns(self) -> tuple[str, ...]:
        """The columns that ``rows`` fills."""
        if self.scorer is None or self.scorer.is_kol_model:
            return ANSWER + COLUMNS if self.explain else ANSWER
        return OTHER_ANSWER + OTHER_COLUMNS if self.explain else OTHER_ANSWER


def _cells(answer: Answer) -> Row:
    decision = answer.decision
    return [decision.label, _rounded(decision.p_kol), decision.source, _yes_no(decision.promotes), answer.reason]


def _explained_cells(why: Explanation) -> Row:
    promotes = [] if why.promotes is None else [_yes_no(why.promotes)]
    return [why.label, _rounded(why.p), why.source, *promotes, why.reason, *cells(why)]


def _rounded(p: float | None) -> float | str:
    return "" if p is None else round(p, 4)


def _yes_no(mark: bool) -> str:
    return "yes" if mark else "no"


def predict(X: Any, model: Scorer | Literal["default"] | None = "default", **options: Any) -> list[dict[str, Any]]:
    """Answer accounts in one call.

    Parameters
    ----------
    X : DataFrame or sequence of dict, n_accounts rows
        With ``name``, ``bio`` and ``captions``.
    model : Scorer, None or "default"
        As ``load_model`` returns it; None answers by the rules alone.
    **options
        ``rules``, ``max_error``, ``review``, ``language`` and ``explain``, as in ``Predictor``.

    Returns
    -------
    list of dict
        ``label``, ``p_kol``, ``source``, ``promotes`` and ``reason`` of each account, in order; with ``explain`` also its
        evidence.

    Examples
    --------
    >>> predict([{"bio": "open endorse, rate card DM"}], model=None, language="en")[0]["reason"]
    'Influencer: offers a rate card; takes endorsements.'
    """
    predictor = Predictor(default_model() if isinstance(model, str) and model == "default" else model, **options)
    return [dict(zip(predictor.answer_columns, row, strict=True)) for row in predictor.rows(accounts_of(X))]


def default_model() -> Scorer | None:
    """Return the model of the package, or None where there is none."""
    packed = Path(__file__).with_name("default.npz")
    beside = Path(__file__).parents[1] / "models" / "default.npz"  # in a checkout
    path = next((place for place in (packed, beside) if place.exists()), None)
    return load_model(path) if path else None


def open_predictor(model: Path | None, no_model: bool = False, rules: Path | None = None, **options: Any) -> Predictor:
    """Return a predictor from files: the package's own model and rules where none are named.

    Raises
    ------
    ModelError, RulesError
        If a file cannot be used.
    """
    scorer = None if no_model else load_model(model) if model else default_model()
    return Predictor(scorer, load_rules(rules) if rules else default_rules(), **options)
