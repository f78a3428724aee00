"""Why: what each word and rule adds, grouped by the five criteria, and one sentence for a table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kolclf.concepts import Reading, concept_name, criterion_of, find_concepts
from kolclf.decide import Decision
from kolclf.errors import DataError
from kolclf.rules import CRITERIA, Hit, Verdict
from kolclf.scorer import Scorer, field_of
from kolclf.stem import stem
from kolclf.text import BREAK, PLACE, PLACEHOLDERS
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
    scorer: Scorer, account: Mapping[str, Reading], class_index: int = 0, scale: float = 1.0, language: str = "id"
) -> list[Contribution]:
    """Return what each known feature of an account adds, the strongest first.

    With the intercept they sum to the model's log-odds, times ``scale``.
    """
    rows = scorer.transform([account])
    names = _column_names(scorer, account)
    found = []
    for column, value in zip(rows.columns.tolist(), rows.values.tolist(), strict=True):
        field, feature, word = names[column]
        amount = scale * value * float(scorer.coef[class_index, column])
        shown = _shown(word.split())
        if feature.startswith("<"):
            shown = f"“{shown}” ({concept_name(feature, language)})"
        found.append(Contribution(shown, field, "model", _criterion_of_feature(feature, word), amount))
    return sorted(found, key=lambda item: -abs(item.amount))


def class_contributions(
    scorer: Scorer, account: Mapping[str, Reading], best: int, language: str = "id"
) -> list[Contribution]:
    """Return what each known feature adds to the score of the class ``best``, the strongest first."""
    if len(scorer.classes) > 2:
        return model_contributions(scorer, account, best, language=language)
    return model_contributions(scorer, account, scale=1.0 if best else -1.0, language=language)


def rule_contributions(
    verdict: Verdict, account: Mapping[str, Reading], language: str = "id", scale: float = 1.0
) -> list[Contribution]:
    """Return what each rule that fired adds to the log-odds for KOL, the strongest first."""
    sign = {"kol": scale, "influencer": -scale, "neither": 0.0}
    found = [
        Contribution(
            explained_hit(hit, account, language),
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


def reason(decision: Decision, verdict: Verdict, words: Sequence[Contribution] = (), language: str = "id") -> str:
    """Return the reason of an answer as one short sentence.

    Examples
    --------
    >>> from kolclf.concepts import read_account
    >>> from kolclf.rules import default_rules
    >>> verdict = default_rules().judge(read_account(bio="Bidan desa di Alor"))
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
        shown = _leading_words([item for item in words if item.amount * sign > 0])
        why = [say("words").format(shown)] if shown else [say("nothing").format(say(side))]
    if decision.label == "kol" and decision.promotes and any(hit.rule.id.endswith("_title") for hit in verdict.hits):
        why.append(say("claimed"))
    return f"{say(decision.label)}: {'; '.join(why)}."


def label_reason(label: str, words: Sequence[Contribution], language: str = "id") -> str:
    """Return the reason of an answer of a model with other labels."""
    shown = _leading_words([item for item in words if item.amount > 0])
    return f"{_TEXT['label'][language].format(label)}{': ' if shown else ''}{shown}."


def _leading_words(words: Sequence[Contribution], most: int = 3) -> str:
    """Return the words that add most, quoted, without placeholders."""
    shown: dict[str, str] = {}  # a word is named once, though it may count as itself and as a concept
    for item in words:
        word = item.word.split("”")[0].removeprefix("“")
        if PLACEHOLDERS.isdisjoint(word.split()):
            shown.setdefault(word, item.word if item.word.startswith("“") else f"“{item.word}”")
    return ", ".join(list(shown.values())[:most])


def _rule_reasons(verdict: Verdict, side: str, language: str, most: int = 2) -> list[str]:
    hits = sorted(
        (hit for hit in verdict.hits if hit.rule.side == side and hit.rule.weight > 0), key=lambda hit: -hit.rule.weight
    )
    return list(dict.fromkeys(hit.rule.why[language] for hit in hits))[:most]


def explained_hit(hit: Hit, account: Mapping[str, Reading], language: str) -> str:
    """Return the words that fired a rule, as a person would write them, and why they matter."""
    words = _shown(account[hit.field].tokens[hit.start : hit.end])
    return (f"“{words}”: " if words else "") + hit.rule.why[language]


def _column_names(scorer: Scorer, account: Mapping[str, Reading]) -> dict[int, tuple[str, str, str]]:
    """Return field, feature and the words behind it for every column that the account uses."""
    names, offset = {}, 0
    for name, space in scorer.spaces.items():
        field = field_of(name)
        tokens, concepts = account[field]
        words: dict[str, str] = {}
        if field != name:
            for match in concepts:
                for value in match.values:
                    words.setdefault(value, " ".join(tokens[match.start : match.end]) or value)
        else:
            forms = scorer.features.forms(tokens)
            for n in range(scorer.features.ngrams, 0, -1):
                for i in range(len(tokens) - n + 1):
                    words.setdefault(" ".join(forms[i : i + n]), " ".join(tokens[i : i + n]))
        for feature, word in words.items():
            if feature in space.vocabulary:
                names[space.vocabulary[feature] + offset] = (field, feature, word)
        offset += len(space.idf)
    return names


def _shown(tokens: Sequence[str]) -> str:
    return " ".join(map(written_title, tokens))


def _criterion_of_feature(feature: str, word: str) -> str:
    if feature.startswith("<"):
        return criterion_of(feature) or "other"
    if feature == PLACE:
        return "area"
    values = [value for match in find_concepts(word.split()) for value in match.values]
    return next((criterion for value in values if (criterion := criterion_of(value))), "other")


def ignored_words(scorer: Scorer, account: Mapping[str, Reading]) -> list[str]:
    """Return the tokens that neither model nor lexicon knows."""
    known = {feature for space in scorer.spaces.values() for feature in space.vocabulary}
    return list(
        dict.fromkeys(
            token
            for reading in account.values()
            for token in reading.tokens
            if token != BREAK and token not in known and stem(token) not in known
        )
    )


class Weight(NamedTuple):
    """One feature of a model: the label that it speaks for, and how strongly (idf times coefficient, never negative)."""

    label: str
    feature: str
    field: str
    weight: float
    words: str
    criterion: str


def weight_rows(scorer: Scorer, only: str | None = None) -> list[Weight]:
    """Return every feature, of one field or all, with the label that it speaks for and the training words of its stem.

    Raises
    ------
    DataError
        If the model has no such field.
    """
    fields = dict.fromkeys(map(field_of, scorer.spaces))
    if only is not None and only not in fields:
        raise DataError(f"the model has no field '{only}'; its fields are {', '.join(fields)}")
    words: dict[str, list[str]] = defaultdict(list)
    for token, its_stem in scorer.stems.items():
        words[its_stem].append(token)
    binary, found, offset = len(scorer.classes) == 2, [], 0
    for name, space in scorer.spaces.items():
        for feature, column in space.vocabulary.items() if only in (None, field_of(name)) else ():
            scores = scorer.coef[:, column + offset] * space.idf[column]
            best = int(scores[0] > 0) if binary else int(scores.argmax())
            weight = abs(float(scores[0 if binary else best]))
            criterion = _criterion_of_feature(feature, feature)
            found.append(
                Weight(scorer.classes[best], feature, field_of(name), weight, " ".join(words[feature]), criterion)
            )
        offset += len(space.idf)
    return found
