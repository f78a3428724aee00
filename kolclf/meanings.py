"""What the words and phrases of ``lexicon.toml`` mean: groups, concept tokens, criteria.

A phrase stands for groups; a group yields two concept tokens, its own and that of its kind (``<dentist>``, ``<profession>``).
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import NamedTuple

from kolclf.arrays import Ints, Lists
from kolclf.lexicon import lexicon, listed, phrases_read_ahead
from kolclf.placeholders import PLACE, PLACEHOLDERS
from kolclf.text import BREAK
from kolclf.titles import title_token
from kolclf.tokens import tokenize_all


class Group(NamedTuple):
    """A group of words of one meaning."""

    id: str
    kind: str
    criterion: str
    name: dict[str, str]


def phrases_of(lists: Sequence[str]) -> list[list[str]]:
    """Normalise comma-separated lists as texts are; ``"content creator"`` also yields ``"contentcreator"``.

    >>> phrases_of(["Dokter gigi, MUA", "bidan"])
    [['dokter gigi', 'mua', 'doktergigi'], ['bidan']]
    """
    ahead = phrases_read_ahead()
    new = [words for words in dict.fromkeys(lists) if words not in ahead]
    known = dict(zip(new, read_phrases(new), strict=True)) if new else {}
    return [ahead[words].splitlines() if words in ahead else known[words] for words in lists]


def read_phrases(lists: Sequence[str]) -> list[list[str]]:
    """Normalise comma-separated lists, whether or not they were read ahead."""
    tokens, found = tokenize_all(lists), []
    for i in range(len(lists)):
        spelled = [phrase.strip() for phrase in f" {' '.join(tokens.of(i))} ".split(f" {BREAK} ") if phrase.strip()]
        joined = [short for phrase in spelled if " " in phrase and len(short := phrase.replace(" ", "")) >= 8]
        found.append(spelled + joined)
    return found


@cache
def groups() -> dict[str, Group]:
    """Return the groups of titles and concepts by their id."""
    tables = lexicon()
    titles = {i: Group(i, g.get("kind", "title"), "credibility", g["name"]) for i, g in tables["titles"].items()}
    return titles | {i: Group(i, g["kind"], g["criterion"], g["name"]) for i, g in tables["concepts"].items()}


def _with_values(pairs: Iterable[tuple[Sequence[str], str]]) -> dict[str, tuple[str, ...]]:
    """Return the values of every phrase."""
    found: dict[str, tuple[str, ...]] = {}
    for phrases, value in pairs:
        new = dict.fromkeys(phrases, (value,))
        found |= new | {phrase: (*found[phrase], value) for phrase in found.keys() & new.keys()}
    return found


@cache
def phrase_values() -> dict[str, tuple[str, ...]]:
    """Return what every phrase stands for: ids of groups, and ``before`` or ``after`` a context."""
    tables = lexicon()
    titles = {
        group: {title_token(form) for form in listed(body.get("forms", "")) + listed(body.get("prefix", ""))}
        for group, body in tables["titles"].items()
    }
    titles["specialist"].add("gelarspesialis")
    sides = {
        f"{side} {context}": body[side] for context, body in tables["contexts"].items() for side in ("before", "after")
    }
    written = {group: body["words"] for group, body in tables["concepts"].items()} | sides
    read = phrases_of(list(written.values()))
    pairs = [(sorted(tokens), group) for group, tokens in titles.items()]
    return _with_values([*pairs, *zip(read, written, strict=True)])


@cache
def meanings() -> list[tuple[str, ...]]:
    """Return every tuple of concept tokens that a span can mean; those of the contexts stand first."""
    contexts = [(f"<{name}>",) for name in lexicon()["contexts"]]
    stood_for = dict.fromkeys(chain(phrase_values().values(), name_phrase_values().values()))
    return list(dict.fromkeys([*contexts, *filter(None, map(meaning_of, stood_for))]))


@cache
def concepts() -> list[str]:
    """Return every concept token that a meaning holds."""
    return list(dict.fromkeys(concept for meaning in meanings() for concept in meaning))


@cache
def _concept_lists() -> Lists:
    numbers = {concept: number for number, concept in enumerate(concepts())}
    return Lists([[numbers[concept] for concept in meaning] for meaning in meanings()])


@cache
def known_concepts() -> frozenset[str]:
    """Return every concept token that a text can yield."""
    names = {name for group in groups().values() for name in (group.id, group.kind)} | set(lexicon()["contexts"])
    return frozenset(f"<{name}>" for name in names)


def concepts_of(meaning: Ints) -> tuple[Ints, Ints]:
    """Return the places of the concepts of some meanings in ``concepts()``, and beside each the place of its meaning."""
    return _concept_lists().of(meaning)


@cache
def meaning_of(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the concept tokens of what a phrase stands for."""
    of = [groups()[value] for value in values if " " not in value]
    return tuple(f"<{name}>" for name in dict.fromkeys(name for group in of for name in (group.id, group.kind)))


@cache
def name_phrase_values() -> dict[str, tuple[str, ...]]:
    """Return the groups of every phrase that tells the kind of account in a display name."""
    written = {group: body["in_name"] for group, body in lexicon()["concepts"].items() if "in_name" in body}
    return _with_values(zip(phrases_of(list(written.values())), written, strict=True))


@cache
def protected_words() -> frozenset[str]:
    """Return the words that are never stemmed, some phrases among them: of groups, places, brands, placeholders and emoji."""
    words = lexicon()["words"]
    listed_words = {word for of in phrases_of([words[key] for key in ("places", "brands", "other")]) for word in of}
    emoji = {f"emoji{name}" for name in lexicon()["emoji"]}
    return frozenset(listed_words | PLACEHOLDERS | emoji).union(listed(words["platforms"]), phrase_values())


def concept_name(concept: str, language: str) -> str:
    """Return what a concept token means, in words.

    >>> concept_name("<hospital>", "en"), concept_name("<profession>", "id"), concept_name("<denied>", "en")
    ('a hospital or clinic', 'profesi', 'the profession is denied')
    """
    name = concept.strip("<>")
    if name in groups():
        return groups()[name].name[language]
    tables = lexicon()
    return str((tables["contexts"].get(name) or {"name": tables["kinds"][name]})["name"][language])


@cache
def _criterion_of_phrase(phrase: str) -> str | None:
    """Return the criterion of a phrase of the lexicon that means something."""
    meant = meaning_of(phrase_values().get(phrase, ()))
    return criterion_of(meant[0]) if meant else None


def criterion_of_words(words: str) -> str | None:
    """Return the criterion of the first words of the lexicon among some words.

    >>> criterion_of_words("oleh dokter gigi"), criterion_of_words("hari ini")
    ('credibility', None)
    """
    tokens = words.split()
    spans = ((start, end) for start in range(len(tokens)) for end in range(len(tokens), start, -1))
    return next((of for start, end in spans if (of := _criterion_of_phrase(" ".join(tokens[start:end])))), None)


@lru_cache(maxsize=1 << 16)
def criterion_of_feature(feature: str, words: str) -> str:
    """Return the criterion of a feature that stands for some words, or ``other``.

    >>> criterion_of_feature("<dentist>", "drg"), criterion_of_feature("hari ini", "hari ini")
    ('credibility', 'other')
    """
    if feature.startswith("<"):
        return criterion_of(feature) or "other"
    return "area" if feature == PLACE else criterion_of_words(words) or "other"


def criterion_of(concept: str) -> str | None:
    """Return the criterion of a concept token, if its group has one.

    >>> criterion_of("<dentist>"), criterion_of("<relative>")
    ('credibility', 'credibility')
    """
    name = concept.strip("<>")
    if name in lexicon()["contexts"]:
        return "credibility"
    group = groups().get(name) or next((g for g in groups().values() if g.kind == name), None)
    return group.criterion if group else None
