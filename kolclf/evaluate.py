"""How right a model is on a labelled table: every account is answered each way, and the answers are counted."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

from kolclf.accounts import Accounts
from kolclf.arrays import Ints
from kolclf.data import accounts_of, columns_listed
from kolclf.decide import LABELS, Decision, Evidence, Policy, decide
from kolclf.errors import DataError
from kolclf.evaluation import (
    Agreement,
    ClassMetrics,
    Confusion,
    CoverageError,
    DataFacts,
    Evaluation,
    LearningCurve,
    Mistake,
    ModelFacts,
    SecondReading,
    Span,
)
from kolclf.evidence import Explanation
from kolclf.folds import account_groups
from kolclf.labelled import Labelled
from kolclf.metrics import Statistic, bootstrap, class_statistics, kappa_statistic, mean, statistics
from kolclf.outcomes import Bools, Outcomes, by_slice, coverage_error, outcomes, reliability, scored
from kolclf.placeholders import hide_personal
from kolclf.predictor import Predictor
from kolclf.rules import Verdict
from kolclf.scorer import Floats

SILENT = Verdict((), 0.0, 0.0, False)  # rules that say nothing
LEAST = 0.2  # log-odds; what adds less is no reason to look at a word
PACKAGES = ("kolclf", "scikit-learn", "PySastrawi", "numpy")


class Answered(NamedTuple):
    """The answers on one account: a decision for each way, the first of which is the answer, its reason, and the probabilities.

    ``ways`` begin with what ``kolclf predict`` does. ``p`` has shape (n_classes,), in the order of ``answer_classes``. ``by`` is
    what answered.
    """

    ways: Mapping[str, Decision]
    reason: str
    p: Floats
    by: Predictor

    @property
    def decision(self) -> Decision:
        """What ``kolclf predict`` answers."""
        return next(iter(self.ways.values()))


def answer_classes(predictor: Predictor) -> tuple[str, ...]:
    """Return what a predictor can answer, ``kol`` first."""
    scorer = predictor.scorer
    return LABELS if scorer is None or scorer.is_kol_model else scorer.classes


def answer(predictor: Predictor, accounts: Accounts) -> list[Answered]:
    """Answer accounts each way: by model and rules, by the model alone, and by the rules alone."""
    scorer = predictor.scorer
    if scorer is not None and not scorer.is_kol_model:
        p = scorer.predict_proba(scorer.transform(accounts))
        cells = zip(predictor.rows(accounts), p, strict=True)
        return [
            Answered({"model": Decision(label, label, None, source, False, "")}, reason, p, predictor)
            for (label, _, source, reason), p in cells
        ]
    found = []
    for each in predictor.answers(accounts):
        ways = {"rules": decide(Evidence(each.evidence.verdict), Policy())}
        if scorer is not None:
            ways = {"model+rules": each.decision, "model": _by_model_alone(predictor, each.evidence)} | ways
        p_kol = 0.5 if each.decision.p_kol is None else each.decision.p_kol
        found.append(Answered(ways, each.reason, np.array([p_kol, 1.0 - p_kol]), predictor))
    return found


def _by_model_alone(predictor: Predictor, evidence: Evidence) -> Decision:
    slope, offset = predictor.policy.model_alone
    policy = predictor.policy._replace(slope=slope, offset=offset)
    return decide(evidence._replace(verdict=SILENT), policy, predictor.half_width)


def evaluate(rows: Labelled, predictor: Predictor, name: str = "") -> Evaluation:
    """Tell how right a trained model is on a labelled table.

    Parameters
    ----------
    rows : Labelled
        With the marks ``slice``, ``label_2`` and ``promotes`` where the table has them.
    predictor : Predictor
        Model and rules; without a model, the rules alone.
    name : str
        Of the model, to be shown.

    Raises
    ------
    DataError
        If no row has a label that the model can answer.
    """
    scorer, accounts = predictor.scorer, accounts_of(rows.accounts)
    trained_on: int | None = 0
    if scorer is not None:
        known = np.isin(accounts.checksums(), scorer.trained_on)
        trained_on = int(known.sum()) if len(scorer.trained_on) else None
    model = ModelFacts(
        name, 0, answer_classes(predictor), predictor.max_error, dict(scorer.info) if scorer else {}, versions()
    )
    return summed_up(rows, answer(predictor, accounts), model, account_groups(rows), trained_on)


def versions() -> dict[str, str]:
    """Return the versions of the packages that figures depend on."""
    return {package: version(package) for package in PACKAGES}


def summed_up(
    rows: Labelled,
    answered: Sequence[Answered],
    model: ModelFacts,
    groups: Ints,
    trained_on: int | None,
    learning_curve: LearningCurve | None = None,
) -> Evaluation:
    """Count the answers on a labelled table.

    Raises
    ------
    DataError
        If no row has a label that the model can answer.
    """
    # tables are read in small letters, models need not be
    spelled = {label.casefold(): label for label in model.classes}
    rows = rows._replace(labels=[spelled.get(label, label) for label in rows.labels])
    decisions = [each.decision for each in answered]
    p = np.array([each.p for each in answered])
    found = outcomes(rows.labels, decisions, rows.marks.get("promotes", ()), model.classes, p)
    if not found.sides.any():
        seen = columns_listed(sorted(set(rows.labels)))
        raise DataError(
            f"{rows.table}: no row has a label that the model answers ({', '.join(model.classes)}); "
            f"its labels are {seen}; name another column with --label-column"
        )
    slices = rows.marks.get("slice", [])
    coverage, error = coverage_error(found)
    sides = found.part(found.sides)
    return Evaluation(
        data=DataFacts(
            rows.table,
            len(rows.labels),
            dict(Counter(rows.labels).most_common()),
            rows.repeated,
            rows.unlabelled,
            len(np.unique(groups)),
            trained_on,
        ),
        model=model,
        metrics=bootstrap(statistics(found), groups),
        classes=[
            ClassMetrics(label, rows.labels.count(label), **bootstrap(class_statistics(found, label), groups))
            for label in model.classes
        ],
        confusion=_confusion(found),
        reliability=reliability(scored(found)),
        coverage_error=CoverageError(
            coverage,
            error,
            float(sides.decided.mean()),
            float((sides.guesses != sides.labels)[sides.decided].mean()) if sides.decided.any() else float("nan"),
        ),
        slices=by_slice(found, slices) if any(slices) else {},
        ways=_ways(rows, answered, found, groups),
        causes=dict(Counter(decision.cause for decision in decisions if decision.cause).most_common()),
        mistakes=_mistakes(rows, answered, found),
        learning_curve=learning_curve,
        second_reading=_second_reading(rows, found, groups),
    )


def _ways(rows: Labelled, answered: Sequence[Answered], found: Outcomes, groups: Ints) -> dict[str, Any]:
    if found.classes != LABELS:
        return {"model": bootstrap(statistics(found), groups)}
    return {
        way: bootstrap(statistics(outcomes(rows.labels, [each.ways[way] for each in answered])), groups)
        for way in answered[0].ways
    }


def _confusion(found: Outcomes) -> Confusion:
    others = sorted(set(found.labels.tolist()) - set(found.classes))
    labels = (*(label for label in found.classes if label in found.labels), *others)
    answers = (*found.classes, "review") if found.classes == LABELS else found.classes
    given = np.where(found.decided, found.guesses, "review")
    counts = [[int(((found.labels == label) & (given == a)).sum()) for a in answers] for label in labels]
    return Confusion(labels, answers, np.array(counts))


def _mistakes(rows: Labelled, answered: Sequence[Answered], found: Outcomes) -> list[Mistake]:
    wrong = np.where(found.sides, found.guesses != found.labels, found.decided)
    surety = found.p.max(axis=1)
    at = np.flatnonzero(wrong)
    order = at[np.lexsort((-surety[at], ~found.decided[at]))].tolist()
    accounts = {row: _without_personal(rows.accounts[row]) for row in order}
    by: dict[int, list[int]] = defaultdict(list)  # what one predictor answered is explained at once
    for row in order:
        by[id(answered[row].by)].append(row)
    why: dict[int, Explanation] = {}
    for of in by.values():
        texts = accounts_of([accounts[row] for row in of])
        why.update(zip(of, answered[of[0]].by.explanations(texts), strict=True))
    return [_mistake(rows, row, answered[row], float(surety[row]), accounts[row], why[row]) for row in order]


def _without_personal(account: Mapping[str, str]) -> dict[str, str]:
    return {part: hide_personal(text) if part != "name" else text for part, text in account.items()}


def _mistake(
    rows: Labelled, row: int, answered: Answered, p: float, account: Mapping[str, str], why: Explanation
) -> Mistake:
    label, guess, _, source, _, cause = answered.decision
    sides = LABELS if why.criteria else (label, "")
    spans: dict[str, list[Span]] = {"name": [], "bio": [], "captions": []}
    for word in why.words:
        if abs(word.amount) >= LEAST and (side := sides[word.amount < 0]):
            spans[word.field].append(Span(word.start, word.end, side, abs(word.amount)))
    return Mistake(
        rows.numbers[row],
        account["bio"],
        account["captions"],
        rows.marks["slice"][row] if "slice" in rows.marks else "",
        rows.labels[row],
        label,
        guess,
        p,
        source,
        cause,
        answered.reason,
        spans["bio"],
        spans["captions"],
    )


def _second_reading(rows: Labelled, found: Outcomes, groups: Ints) -> SecondReading | None:
    second = np.array([label.lower() for label in rows.marks.get("label_2", [])], dtype=str)
    read_twice = second != ""
    if not read_twice.any():
        return None
    sides = found.sides & np.isin(second, found.classes)

    def agreement(one: Any, other: Any, on: Bools) -> Agreement | None:
        if not on.any():
            return None
        pair: dict[str, Statistic] = {
            "share": mean((one == other)[on], on[on]),
            "kappa": kappa_statistic(one[on], other[on]),
        }
        return Agreement(**bootstrap(pair, groups[on]))

    people = agreement(found.labels, second, read_twice)
    assert people is not None
    return SecondReading(
        int(read_twice.sum()),
        people,
        agreement(found.labels, second, sides),
        agreement(found.guesses, found.labels, sides),
        agreement(found.guesses, second, sides),
    )
