"""Chunks in, chunks out, in order: the whole way from a table of accounts to a table of answers."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from kolclf.concepts import Reading
from kolclf.data import Columns, account_of, accounts_of, chunks
from kolclf.decide import MAX_ERROR, Decision, Evidence, Policy, decide
from kolclf.errors import KolclfError
from kolclf.explain import Contribution, class_contributions, label_reason, model_contributions, reason
from kolclf.rules import Rules, default_rules, load_rules
from kolclf.scorer import Scorer
from kolclf.stem import remember
from kolclf.store import load_model
from kolclf.tables import Row, Table
from kolclf.writers import Writer

CHUNK = 1000
REVIEW_FIRST = 5  # rows that the summary names
ANSWER = ("label", "p_kol", "source", "promotes", "reason")
OTHER_ANSWER = ("label", "p", "source", "reason")


class Answer(NamedTuple):
    """The answer on one account, with all that led to it."""

    account: dict[str, Reading]
    evidence: Evidence
    decision: Decision
    reason: str


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
    """

    scorer: Scorer | None = None
    rules: Rules = field(default_factory=default_rules)
    max_error: float = MAX_ERROR
    review: bool = True
    language: str = "id"

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

    def answers(self, accounts: Sequence[dict[str, Reading]]) -> list[Answer]:
        """Return an answer for each account, in order (models of ``kol`` and ``influencer``, or none).

        Examples
        --------
        >>> from kolclf.concepts import read_account
        >>> [answer] = Predictor().answers([read_account("dr. Rina, Sp.A")])
        >>> answer.decision.label, answer.reason
        ('kol', 'KOL: memakai gelar dokter spesialis; memakai gelar dokter.')
        """
        verdicts = [self.rules.judge(account) for account in accounts]
        if self.scorer is None:
            evidence = [Evidence(verdict) for verdict in verdicts]
        else:
            rows = self.scorer.transform(accounts)
            scores, known = self.scorer.decision_function(rows).tolist(), np.diff(rows.indptr).tolist()
            heads = self.scorer.answerable_scores(rows)
            answerable = [None] * len(accounts) if heads is None else heads.tolist()
            evidence = [Evidence(*parts) for parts in zip(verdicts, scores, known, answerable, strict=True)]
        return [self._answer(account, item) for account, item in zip(accounts, evidence, strict=True)]

    def _answer(self, account: dict[str, Reading], evidence: Evidence) -> Answer:
        decision = decide(evidence, self.policy, self.half_width, self.review)
        words: list[Contribution] = []
        if (
            self.scorer
            and not decision.cause
            and not any(hit.rule.side == decision.guess for hit in evidence.verdict.hits)
        ):
            words = model_contributions(self.scorer, account, language=self.language)
        return Answer(account, evidence, decision, reason(decision, evidence.verdict, words, self.language))

    def rows(self, accounts: Sequence[dict[str, Reading]]) -> list[Row]:
        """Return the cells of the answer columns for each account."""
        if self.scorer is not None and not self.scorer.is_kol_model:
            return self._other_rows(self.scorer, accounts)
        return [_cells(answer) for answer in self.answers(accounts)]

    def _other_rows(self, scorer: Scorer, accounts: Sequence[dict[str, Reading]]) -> list[Row]:
        rows = scorer.transform(accounts)
        result: list[Row] = []
        for account, p in zip(accounts, scorer.predict_proba(rows), strict=True):
            best = int(p.argmax())
            label = scorer.classes[best]
            words = class_contributions(scorer, account, best, self.language)
            result.append([label, round(float(p[best]), 4), "model", label_reason(label, words, self.language)])
        return result

    @property
    def answer_columns(self) -> tuple[str, ...]:
        """The columns that ``rows`` fills."""
        return ANSWER if self.scorer is None or self.scorer.is_kol_model else OTHER_ANSWER


def _cells(answer: Answer) -> Row:
    decision = answer.decision
    p = "" if decision.p_kol is None else round(decision.p_kol, 4)
    return [decision.label, p, decision.source, "yes" if decision.promotes else "no", answer.reason]


class Summary(NamedTuple):
    """Counts over a file, and the rows to look at first."""

    rows: int
    labels: Counter[str]
    sources: Counter[str]
    promotes: int
    review_first: list[tuple[int, str]]  # row number and reason of the closest calls; ids may be handles


def predict(X: Any, model: Scorer | Literal["default"] | None = "default", **options: Any) -> list[dict[str, Any]]:
    """Answer accounts in one call.

    Parameters
    ----------
    X : DataFrame or sequence of dict, n_accounts rows
        With ``name``, ``bio`` and ``captions``.
    model : Scorer, None or "default"
        As ``load_model`` returns it; None answers by the rules alone.
    **options
        ``rules``, ``max_error``, ``review`` and ``language``, as in ``Predictor``.

    Returns
    -------
    list of dict
        ``label``, ``p_kol``, ``source``, ``promotes`` and ``reason`` of each account, in order.

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


def output_columns(columns: Sequence[str], added: Sequence[str]) -> list[str]:
    """Return the header of a result; an added name that the input has already gets an ending of its own.

    >>> output_columns(["bio", "label"], ["label", "reason"])
    ['bio', 'label', 'label_kolclf', 'reason']
    """
    taken = list(columns)
    for name in added:
        unique = name if name not in taken else f"{name}_kolclf"
        while unique in taken:
            unique += "_"
        taken.append(unique)
    return taken


def predict_table(
    table: Table,
    columns: Columns,
    predictor: Predictor,
    writer: Writer,
    progress: Callable[[int], None] = lambda rows: None,
) -> Summary:
    """Answer every row of a table and write it, in order, with the answer behind it.

    Parameters
    ----------
    table, columns
        The input and where its parts stand.
    predictor : Predictor
    writer : Writer
        Takes the rows of the input with the answer columns added.
    progress : callable
        Called with the number of rows done after each chunk.
    """
    labels: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    rows = promotes = 0
    closest: list[tuple[float, int, str]] = []
    for chunk in chunks(table, CHUNK):
        for row, cells in zip(chunk, predictor.rows([account_of(row, columns) for row in chunk]), strict=True):
            rows += 1
            writer.write([*row, *cells])
            answer = dict(zip(predictor.answer_columns, cells, strict=True))
            labels[answer["label"]] += 1
            sources[answer["source"]] += 1
            promotes += answer.get("promotes") == "yes"
            if "p_kol" in answer and answer["label"] == "review":
                closest.append((abs(float(answer["p_kol"] or 0.0) - 0.5), rows, answer["reason"]))
        closest = sorted(closest)[:REVIEW_FIRST]
        progress(rows)
    return Summary(rows, labels, sources, promotes, [(row, why) for _, row, why in closest])
