"""Why: what each word, concept and rule adds to the log-odds, by the five criteria of the labelling guide."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kolclf.accounts import Reading
from kolclf.meanings import concept_name, criterion_of_feature
from kolclf.placeholders import PLACE
from kolclf.reasons import spoken
from kolclf.rules import CRITERIA, Hit, Verdict
from kolclf.scorer import Features, Floats, Rows, Scorer
from kolclf.spans import Place, Span, Written

CRITERION_NAMES = {
    "medium": {"id": "1 media", "en": "1 medium"},
    "credibility": {"id": "2 kredibilitas", "en": "2 credibility"},
    "area": {"id": "3 wilayah pengaruh", "en": "3 area of influence"},
    "daily_work": {"id": "4 keseharian", "en": "4 daily work"},
    "livelihood": {"id": "5 penghasilan", "en": "5 livelihood"},
    "other": {"id": "kata lain", "en": "other words"},
}
PERSONAL = {
    "xphone": {"id": "nomor telepon", "en": "phone number"},
    "xemail": {"id": "alamat email", "en": "e-mail address"},
    "xlink": {"id": "tautan", "en": "link"},
    "xhandle": {"id": "nama akun", "en": "handle"},
}
_HIDDEN = PERSONAL | {"xnumber": {"id": "angka", "en": "number"}}
_ANY_PLACE = {"id": "nama tempat, semuanya dihitung sama", "en": "a place; all places count alike"}


class Contribution(NamedTuple):
    """What one piece of evidence adds.

    Attributes
    ----------
    word : str
        As it was written, and in other words that mean the same; what is personal by its kind, as in ``[phone number]``.
    why : str
        What the words mean to the model, or why the rule counts them; empty for words that count as themselves.
    field : {"name", "bio", "captions"}
    start, end : int
        Characters of the field, where the words stand first.
    times : int
        How often they stand in the account's bio (with the titles of the name) or captions. A rule counts a field once.
    source : {"model", "rule"}
    feature : str
        What the model calls it (a stem, two stems, a concept), or the id of the rule.
    criterion : str
        One of the five, or ``other``.
    side : str
        Label that it speaks for; ``neither`` for rules that tell of an account that is no person to decide on.
    amount : float
        In log-odds for ``kol``; of a model with other labels what it adds to the score of the answer.
    """

    word: str
    why: str
    field: str
    start: int
    end: int
    times: int
    source: str
    feature: str
    criterion: str
    side: str
    amount: float


class Part(NamedTuple):
    """A contribution and the tokens that it comes from: all spans of its field; an empty span is words of the name."""

    contribution: Contribution
    field: str
    spans: Sequence[Span]


def model_parts(
    scorer: Scorer, rows: Rows, row: int, account: Written, coef: Floats, sides: tuple[str, str], language: str
) -> Iterator[Part]:
    """Yield what each known feature of one row adds; with the intercept they sum to its score.

    Parameters
    ----------
    scorer, rows, row
        The model, what ``scorer.transform`` made of some accounts, and the number of one.
    account : Written
        That account.
    coef : ndarray of shape (n_features,)
    sides : tuple of str
        Labels that positive and negative amounts speak for.
    language : {"id", "en"}
    """
    found = {field: _Found(scorer.features, reading) for field, reading in account.read.items()}
    of_row = slice(rows.indptr[row], rows.indptr[row + 1])
    columns = rows.columns[of_row]
    for column, amount in zip(columns.tolist(), (rows.values[of_row] * coef[columns]).tolist(), strict=True):
        field, feature = scorer.columns[column]
        spans, group = found[field].of(feature)
        tokens = [token for token, _ in account.tokens[field][slice(*spans[0])]]
        why = concept_name(feature, language) if group else _ANY_PLACE[language] if feature == PLACE else ""
        place = account.place(field, *spans[0], [feature])
        word = as_written(account, field, spans[0], place, language)
        if len(spans) > 1:
            places = (account.place(field, *span, [feature]) for span in spans)
            words = (as_written(account, field, *where, language) for where in zip(spans, places, strict=True))
            word = _each_once(words)
        criterion, side = criterion_of_feature(group or feature, " ".join(tokens)), sides[amount <= 0]
        times = len(spans)
        yield Part(Contribution(word, why, *place, times, "model", feature, criterion, side, amount), field, spans)


def rule_parts(verdict: Verdict, account: Written, language: str, scale: float = 1.0) -> Iterator[Part]:
    """Yield what each rule that fired adds to the log-odds for KOL, times ``scale``; rules for ``neither`` add nothing."""
    sign = {"kol": scale, "influencer": -scale, "neither": 0.0}
    for rule, field, start, end in verdict.hits:
        place = account.place(field, start, end, rule.any)
        word = as_written(account, field, (start, end), place, language)
        why, amount = rule.why[language], sign[rule.side] * rule.weight
        found = Contribution(word, why, *place, 1, "rule", rule.id, rule.criterion, rule.side, amount)
        yield Part(found, field, [(start, end)])


def _each_once(words: Iterable[str]) -> str:
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return ", ".join(found.values())


class _Found:
    """Where the features of a text stand among its tokens, and what group a concept stands for where it does so first."""

    def __init__(self, features: Features, reading: Reading) -> None:
        self._forms = features.forms(reading.tokens)
        self._starts: dict[str, list[int]] = defaultdict(list)
        for start, form in enumerate(self._forms):
            self._starts[form].append(start)
        self._concepts: dict[str, tuple[list[Span], str]] = {}
        for match in reading.concepts:
            for value in match.values:
                self._concepts.setdefault(value, ([], match.values[0]))[0].append((match.start, match.end))

    def of(self, feature: str) -> tuple[list[Span], str]:
        """Return the spans of a feature, and the group of a concept."""
        if feature in self._concepts:
            return self._concepts[feature]
        forms = feature.split(" ")
        ends = ((start, start + len(forms)) for start in self._starts[forms[0]])
        return [(start, end) for start, end in ends if self._forms[start:end] == forms], ""


def as_written(account: Written, field: str, span: Span, place: Place, language: str) -> str:
    """Return the tokens that stand in a place as they were written: numbers and what is personal by kind, of a name only them."""
    start, end = span
    tokens, around = (
        account.tokens[field][start:end],
        account.tokens[field][max(0, start - 1) : end],
    )  # a link is before its platform
    if place.field != "name" and _HIDDEN.keys().isdisjoint(token for token, _ in around):
        return account.written(place) or spoken([token for token, _ in tokens])
    said = [f"[{_HIDDEN[word][language]}]" if word in _HIDDEN else account.written(at) for word, at in tokens]
    return " ".join(said) or account.written(place)


def by_strength(contributions: Iterable[Contribution]) -> list[Contribution]:
    """Return contributions, those that add most first."""
    return sorted(contributions, key=lambda item: -abs(item.amount))


def explained_hit(hit: Hit, account: Written, language: str) -> str:
    """Return the words that fired a rule, and why they matter."""
    span = hit.start, hit.end
    word = as_written(account, hit.field, span, account.place(hit.field, *span, hit.rule.any), language)
    return (f"“{word}”: " if word else "") + hit.rule.why[language]


def by_criterion(contributions: Iterable[Contribution]) -> dict[str, float]:
    """Return the sum of contributions of each criterion, and of ``other`` words.

    >>> rule = Contribution("RS", "", "bio", 0, 2, 1, "rule", "hospital", "area", "kol", 0.5)
    >>> by_criterion([rule, rule])["area"]
    1.0
    """
    sums: dict[str, float] = defaultdict(float)
    for item in contributions:
        sums[item.criterion] += item.amount
    return {criterion: sums[criterion] for criterion in (*CRITERIA, "other")}
