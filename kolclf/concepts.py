"""From tokens to concepts: words and phrases of one meaning share a token.

``dokter gigi`` yields ``<dentist>`` and ``<profession>`` beside its own words, so that what is learnt (or ruled) about one
profession holds for its neighbours. A context takes a profession or title back: ``istri dokter`` yields ``<relative>`` instead.
The groups are in ``lexicon.toml``.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from kolclf.lexicon import lexicon, listed
from kolclf.text import BREAK, PLACEHOLDERS, tokenize, tokenize_name
from kolclf.titles import title_token

AUTHORITY = frozenset(
    {"title", "degree", "profession", "trade", "performer", "owner"}
)  # kinds that a context can take back
NEIGHBOURS = 3  # contexts on either side that are looked at: no more fit into the reach
REACH = 2  # tokens between a context and what it takes back, at most
_CONJUNCTIONS = frozenset(
    {"dan", "and", "tapi", "but", "yang", "juga", "sekaligus", "now", "sekarang", "kini", "xhandle"}
)


class Group(NamedTuple):
    """A group of words of one meaning."""

    id: str
    kind: str
    criterion: str
    name: dict[str, str]


class Match(NamedTuple):
    """Tokens ``start`` to ``end`` (not included) mean ``values``."""

    start: int
    end: int
    values: tuple[str, ...]


class PhraseIndex:
    """Finds phrases in a list of tokens.

    Parameters
    ----------
    phrases : iterable of (str, str)
        A phrase of tokens parted by spaces, and the value that it stands for.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._longest: dict[str, int] = {}
        for phrase, value in phrases:
            self._values.setdefault(phrase, []).append(value)
            first, length = phrase.split(" ", 1)[0], phrase.count(" ") + 1
            self._longest[first] = max(length, self._longest.get(first, 0))

    @property
    def single_words(self) -> set[str]:
        """Every phrase that is one token."""
        return {phrase for phrase in self._values if " " not in phrase}

    def at(self, tokens: list[str], start: int) -> Iterator[Match]:
        """Yield the matches that begin at ``start``, the longest first."""
        for length in range(min(self._longest.get(tokens[start], 0), len(tokens) - start), 0, -1):
            values = self._values.get(" ".join(tokens[start : start + length]))
            if values:
                yield Match(start, start + length, tuple(values))

    def longest(self, tokens: list[str]) -> list[Match]:
        """Return matches that do not overlap, the longest first at each token."""
        found, start = [], 0
        while start < len(tokens):
            match = next(self.at(tokens, start), None)
            if match:
                found.append(match)
            start = match.end if match else start + 1
        return found

    def every(self, tokens: list[str]) -> list[Match]:
        """Return all matches, overlapping or not."""
        return [match for start in range(len(tokens)) for match in self.at(tokens, start)]


def phrases(words: str) -> list[str]:
    """Normalise a comma-separated list as texts are; ``"content creator"`` also yields ``"contentcreator"``.

    >>> phrases("Dokter gigi, MUA")
    ['dokter gigi', 'mua', 'doktergigi']
    """
    spelled = [" ".join(part.split()) for part in " ".join(tokenize(words)).split(BREAK) if part.strip()]
    return spelled + [joined for phrase in spelled if " " in phrase and len(joined := phrase.replace(" ", "")) >= 8]


@cache
def groups() -> dict[str, Group]:
    """Return the groups of titles and concepts by their id."""
    tables = lexicon()
    titles = {i: Group(i, g.get("kind", "title"), "credibility", g["name"]) for i, g in tables["titles"].items()}
    return titles | {i: Group(i, g["kind"], g["criterion"], g["name"]) for i, g in tables["concepts"].items()}


@cache
def _index() -> PhraseIndex:
    tables = lexicon()
    pairs = []
    for group, body in tables["titles"].items():
        forms = listed(body.get("forms", "")) + listed(body.get("prefix", ""))
        pairs += [(token, group) for token in {title_token(form) for form in forms}]
    pairs += [("gelarspesialis", "specialist")]
    for group, body in tables["concepts"].items():
        pairs += [(phrase, group) for phrase in dict.fromkeys(phrases(body["words"]))]
    for context, body in tables["contexts"].items():
        for side in ("before", "after"):
            pairs += [(phrase, f"{side} {context}") for phrase in dict.fromkeys(phrases(body[side]))]
    return PhraseIndex(pairs)


@cache
def _name_index() -> PhraseIndex:
    tables = lexicon()["concepts"]
    return PhraseIndex((phrase, group) for group, body in tables.items() for phrase in phrases(body.get("in_name", "")))


@cache
def protected_words() -> frozenset[str]:
    """Return the words that are never stemmed: those of every group, places, brands, placeholders and emoji."""
    words = lexicon()["words"]
    listed_words = {word for key in ("places", "brands", "other") for word in phrases(words[key])}
    emoji = {f"emoji{name}" for name in lexicon()["emoji"]}
    return frozenset(listed_words | PLACEHOLDERS | emoji | set(listed(words["platforms"])) | _index().single_words)


def _taken_back(match: Match, contexts: list[Match], tokens: list[str]) -> str | None:
    """Return the context that takes ``match`` back, if one stands close enough in the same phrase."""
    at = bisect(contexts, match)
    for other in contexts[max(0, at - NEIGHBOURS) : at + NEIGHBOURS]:
        before = other.end <= match.start
        between = tokens[other.end : match.start] if before else tokens[match.end : other.start]
        if len(between) > REACH or BREAK in between or (before and not _CONJUNCTIONS.isdisjoint(between)):
            continue
        side = "before " if before else "after "
        if not before and between:
            continue  # what takes back from behind follows at once: "dokter cinta"
        for value in other.values:
            if value.startswith(side):
                return value.removeprefix(side)
    return None


def find_concepts(tokens: list[str]) -> list[Match]:
    """Return what the tokens of one text mean, in order.

    Parameters
    ----------
    tokens : list of str
        As ``tokenize`` returns them.

    Returns
    -------
    list of Match
        The values of each are concept tokens: the group's and its kind's, or that of the context that takes it back.

    Examples
    --------
    >>> find_concepts(tokenize("dokter gigi, suka vlog"))
    [Match(start=0, end=2, values=('<dentist>', '<profession>')), Match(start=4, end=5, values=('<feed_format>', '<format>'))]
    >>> find_concepts(tokenize("istri dokter gigi"))
    [Match(start=1, end=3, values=('<relative>',))]
    """
    found = _index().longest(tokens)
    contexts = [match for match in found if any(" " in value for value in match.values)]
    concepts = []
    for match in found:
        of = [groups()[value] for value in match.values if " " not in value]
        if not of:
            continue
        context = None
        if contexts and any(group.kind in AUTHORITY for group in of):
            context = _taken_back(match, contexts, tokens)
        names = (context,) if context else dict.fromkeys(name for group in of for name in (group.id, group.kind))
        concepts.append(match._replace(values=tuple(f"<{name}>" for name in names)))
    return concepts


def account_kind_in_name(name_tokens: list[str]) -> list[str]:
    """Return the concept tokens of the kind of account that a display name tells (``Toko``, ``Fanbase``), nothing else.

    >>> account_kind_in_name(tokenize("Fanbase Rina Bogor"))
    ['<fan>']
    """
    ids = [value for match in _name_index().longest(name_tokens) for value in match.values]
    return [f"<{name}>" for i in ids for name in dict.fromkeys((i, groups()[i].kind))]


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


class Reading(NamedTuple):
    """One text as its tokens and what they mean."""

    tokens: list[str]
    concepts: list[Match]


def read(text: str) -> Reading:
    """Read one text.

    >>> read("Bidan | Alor").concepts[0].values
    ('<nursing>', '<profession>')
    >>> read("istri dr. Budi").tokens
    ['istri', 'xtitle', 'budi']
    """
    return _read_tokens(tokenize(text))


def _read_tokens(tokens: list[str]) -> Reading:
    """Find the concepts; a title that a context takes back is no longer that title."""
    concepts = find_concepts(tokens)
    for match in concepts:
        if match.values[0] in _context_tokens() and tokens[match.start].startswith("gelar"):
            tokens[match.start] = "xtitle"
    return Reading(tokens, concepts)


@cache
def _context_tokens() -> frozenset[str]:
    return frozenset(f"<{name}>" for name in lexicon()["contexts"])


def read_account(name: str = "", bio: str = "", captions: str = "") -> dict[str, Reading]:
    """Read an account as its two fields, ``bio`` and ``captions``.

    Of the display name only titles and words for a kind of account are read, never a person's name; they join the bio.
    """
    in_bio = read(bio)
    return {"bio": _with_name(name, in_bio) if name else in_bio, "captions": read(captions)}


def _with_name(name: str, bio: Reading) -> Reading:
    """Put the titles of a name before the bio, and what the name says of them ("dr. Cinta") or of the kind of account."""
    tokens, found = _read_tokens(tokenize_name(name))
    of_titles = [match for match in found if tokens[match.start].startswith("gelar") or tokens[match.start] == "xtitle"]
    titles: list[str] = []
    concepts = []
    for match in of_titles:
        concepts.append(Match(len(titles), len(titles) + 1, match.values))
        titles.append(tokens[match.start])
    if titles:
        titles.append(BREAK)
    shift = len(titles)
    concepts += [Match(match.start + shift, match.end + shift, match.values) for match in bio.concepts]
    if kind := account_kind_in_name(tokens):
        concepts.append(Match(0, 0, tuple(kind)))
    return Reading([*titles, *bio.tokens], concepts)
