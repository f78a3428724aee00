"""Why: what each word and rule adds, grouped by the five criteria, and one sentence for a table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kolclf.accounts import Accounts, Reading
from kolclf.decide import Decision
from kolclf.meanings import concept_name, criterion_of_feature
from kolclf.placeholders import PLACEHOLDERS
from kolclf.rules import CRITERIA, Hit, Verdict
from kolclf.scorer import Floats, Rows, Scorer
from kolclf.stem import stem
from kolclf.text import BREAK
from kolclf.titles import written_title

CRITERION_NAMES = {
    "medium": {"id": "1 media", "en": "1 medium"},
    "credibility": {"id": "2 kredibilitas", "en": "2 credibility"},
    "area": {"id": "3 wilayah pengaruh", "en": "3 area of influence"},
    "daily_work": {"id": "4 keseharian", "en": "4 daily work"},
    "livelihood": {"id": "5 penghasilan", "en": "5 livelihood"},
    "other": {"id": "kata lain", "en": "other words"},
}
_TEXT = {
    "kol": {"id": "KOL", "en": "KOL"},
    "influencer": {"id": "Influencer", "en": "Influencer"},
    "review": {"id": "Perlu ditinjau", "en": "Review"},
    "words": {"id": "kata seperti {}", "en": "words such as {}"},
    "guess": {"id": "condong {}", "en": "leans {}"},
    "too_little": {"id": "teks terlalu sedikit untuk menilai", "en": "too little text to judge by"},
    "not_answerable": {
        "id": "tidak jelas menunjukkan profesi maupun kegiatan kreator",
        "en": "shows neither a profession nor creator activity clearly",
    },
    "unsure": {"id": "buktinya lemah atau bercampur", "en": "the evidence is weak or mixed"},
    "conflict": {"id": "model condong {}, aturan condong {}", "en": "the model leans {}, the rules lean {}"},
    "claimed": {
        "id": "gelar diklaim, belum diverifikasi, dan ada promosi",
        "en": "title claimed, not verified, and promotion shows",
    },
    "nothing": {"id": "kata-katanya lebih khas {}", "en": "its words are more typical of {}s"},
    "label": {"id": "mirip contoh berlabel {}", "en": "resembles the rows labelled {}"},
}


class Contribution(NamedTuple):
    """What one piece of evidence adds to the log-odds for KOL (or for the predicted class of another model)."""

    word: str
    field: str
    source: str
    criterion: str
    amount: float


def model_contributions(
    scorer: Scorer, account: Accounts, scale: float = 1.0, language: str = "id"
) -> list[Contribution]:
    """Return what each known feature of one account adds, the strongest first.

    With the intercept they sum to the model's log-odds, times ``scale``.
    """
    return _contributions(scorer, account, scale * scorer.coef[0], language)


def class_contributions(scorer: Scorer, account: Accounts, best: int, language: str = "id") -> list[Contribution]:
    """Return what each known feature adds to the score of the class ``best``, the strongest first."""
    return _contributions(scorer, account, scorer.coef_of(best), language)


def _contributions(scorer: Scorer, account: Accounts, coef: Floats, language: str) -> list[Contribution]:
    rows = scorer.transform(account)
    return list(strongest(scorer, account, rows, 0, rows.values * coef[rows.columns], language))


def strongest(
    scorer: Scorer, accounts: Accounts, rows: Rows, row: int, amounts: Floats, language: str, sign: int = 0
) -> Iterator[Contribution]:
    """Yield what the features of one row add, the strongest first; with a sign, only what speaks for that side.

    ``amounts`` tells what each value of ``rows`` adds.
    """
    first, last = rows.indptr[row], rows.indptr[row + 1]
    of_row = amounts[first:last]
    order = np.argsort(-np.abs(of_row) if not sign else -sign * of_row, kind="stable")
    for place in order.tolist():
        amount = float(of_row[place])
        if amount * sign < 0:
            return
        field, feature = scorer.columns[rows.columns[first + place]]
        tokens = accounts.fields[field].tokens
        words = tokens.words(rows.start[first + place], rows.end[first + place])
        shown = _shown(words)
        if feature.startswith("<"):
            shown = f"“{shown or feature}” ({concept_name(feature, language)})"
        yield Contribution(shown, field, "model", criterion_of_feature(feature, " ".join(words)), amount)


def rule_contributions(
    verdict: Verdict, account: Accounts, language: str = "id", scale: float = 1.0
) -> list[Contribution]:
    """Return what each rule that fired adds to the log-odds for KOL, the strongest first."""
    sign = {"kol": scale, "influencer": -scale, "neither": 0.0}
    found = [
        Contribution(
            explained_hit(hit, account[0], language),
            hit.field,
            "rule",
            hit.rule.criterion,
            sign[hit.rule.side] * hit.rule.weight,
        )
        for hit in verdict.hits
    ]
    return sorted(found, key=lambda item: -abs(item.amount))


def by_criterion(contributions: Sequence[Contribution]) -> dict[str, float]:
    """Return the sum of contributions of each criterion, and of ``other`` words.

    >>> by_criterion([Contribution("rs", "bio", "model", "area", 0.5)])["area"]
    0.5
    """
    sums: dict[str, float] = defaultdict(float)
    for item in contributions:
        sums[item.criterion] += item.amount
    return {criterion: sums[criterion] for criterion in (*CRITERIA, "other")}


def reason(decision: Decision, verdict: Verdict, words: Iterable[Contribution] = (), language: str = "id") -> str:
    """Return the reason of an answer as one short sentence.

    Examples
    --------
    >>> from kolclf.accounts import read_account
    >>> from kolclf.rules import default_rules
    >>> [verdict] = default_rules().judge(read_account(bio="Bidan desa di Alor"))
    >>> reason(Decision("kol", "kol", 0.9, "rules", False, ""), verdict)
    'KOL: menyebut profesi perawat atau bidan.'
    """

    def say(key: str) -> str:
        return _TEXT[key][language]

    side = decision.guess
    why = _rule_reasons(verdict, side, language)
    if decision.cause == "account_kind":
        why = _rule_reasons(verdict, "neither", language)
    elif decision.cause == "conflict":
        leans = ("kol", "influencer") if verdict.log_odds < 0 else ("influencer", "kol")
        why = [say("conflict").format(*leans), *_rule_reasons(verdict, leans[1], language)[:1]]
    elif decision.cause == "too_little":
        why = [say("too_little")]
    elif decision.cause:
        why = [say(decision.cause), *([say("guess").format(say(side)) + f" ({why[0]})"] if why else [])]
    elif not why:
        sign = 1 if side == "kol" else -1
        shown = _leading_words(item for item in words if item.amount * sign > 0)
        why = [say("words").format(shown)] if shown else [say("nothing").format(say(side))]
    if decision.label == "kol" and decision.promotes and any(hit.rule.id.endswith("_title") for hit in verdict.hits):
        why.append(say("claimed"))
    return f"{say(decision.label)}: {'; '.join(why)}."


def label_reason(label: str, words: Iterable[Contribution], language: str = "id") -> str:
    """Return the reason of an answer of a model with other labels."""
    shown = _leading_words(item for item in words if item.amount > 0)
    return f"{_TEXT['label'][language].format(label)}{': ' if shown else ''}{shown}."


def _leading_words(words: Iterable[Contribution], most: int = 3) -> str:
    """Return the words that add most, quoted, without placeholders."""
    shown: dict[str, str] = {}  # a word is named once, though it may count as itself and as a concept
    for item in words:
        word = item.word.split("”")[0].removeprefix("“")
        if PLACEHOLDERS.isdisjoint(word.split()):
            shown.setdefault(word, item.word if item.word.startswith("“") else f"“{item.word}”")
        if len(shown) == most:
            break
    return ", ".join(shown.values())


def _rule_reasons(verdict: Verdict, side: str, language: str, most: int = 2) -> list[str]:
    hits = sorted(
        (hit for hit in verdict.hits if hit.rule.side == side and hit.rule.weight > 0), key=lambda hit: -hit.rule.weight
    )
    return list(dict.fromkeys(hit.rule.why[language] for hit in hits))[:most]


def explained_hit(hit: Hit, account: Mapping[str, Reading], language: str) -> str:
    """Return the words that fired a rule, as a person would write them, and why they matter."""
    words = _shown(account[hit.field].tokens[hit.start : hit.end])
    return (f"“{words}”: " if words else "") + hit.rule.why[language]


def _shown(tokens: Sequence[str]) -> str:
    return " ".join(map(written_title, tokens))


def ignored_words(scorer: Scorer, account: Accounts) -> list[str]:
    """Return the tokens of one account that neither model nor lexicon knows."""
    known = {feature for _, feature in scorer.columns}
    tokens = dict.fromkeys(token for reading in account[0].values() for token in reading.tokens)
    return [token for token in tokens if token != BREAK and token not in known and stem(token) not in known]
