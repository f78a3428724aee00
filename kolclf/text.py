"""The steps from a raw word, or some that belong together, to tokens; each step has a name.

They leave lower-case ASCII tokens parted by spaces, and a lone ``.`` wherever a phrase ends (a line break, a comma, a pipe,
an emoji). What is personal or a number becomes a placeholder (``xphone``, ``xlink``, ...); a title becomes one token
(``Sp.OG(K)`` -> ``gelarspog``) before letter case is lost. The word tables are in ``lexicon.toml``; ``tokens.py`` says which
words are read together.
"""

import re
from collections.abc import Callable
from functools import cache, partial

from kolclf.letters import joined_letters, read_letters, repair
from kolclf.lexicon import lexicon, listed, shorten_elongation
from kolclf.placeholders import put_placeholders
from kolclf.titles import read_titles

BREAK = "."
MAX_TOKEN = 40  # letters; longer runs are not words and cost the stemmer dear


# --- 6 to 9

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+|(?<=[A-Za-z])(?=\d)")
_HASHTAG = re.compile(r"#(\w{1,200})")
_BETWEEN = re.compile(r"(?:^|(?<= ))[-/+]+(?= |$)")
_SPACES = re.compile("[ /&+_-]+")
_BREAKS = re.compile(r"[^a-z0-9 /&+_-][^a-z0-9]*")


def _hashtags(text: str) -> str:
    """Split hashtags into their words."""
    return _HASHTAG.sub(lambda match: f"\n{_CAMEL.sub(' ', match[1])}\n", text)


def _lower_case(text: str) -> str:
    return text.lower()


@cache
def _with_digits() -> frozenset[str]:
    return frozenset(listed(lexicon()["words"]["with_digits"]))


def _separators(text: str) -> str:
    """Keep tokens and the breaks between phrases."""
    text = _BREAKS.sub(f" {BREAK} ", _BETWEEN.sub("\n", text))
    tokens = shorten_elongation(joined_letters(_SPACES.sub(" ", text))).split()
    return " ".join(
        token[:MAX_TOKEN] if token.isalpha() or token == BREAK or token in _with_digits() else "xnumber"
        for token in tokens
    )


Step = tuple[str, Callable[[str], str]]
STEPS: list[Step] = [
    ("repair", repair),
    ("letters", read_letters),
    ("placeholders", put_placeholders),
    ("titles", read_titles),
    ("hashtags", _hashtags),
    ("lower-case", _lower_case),
    ("elongation", shorten_elongation),
    ("separators", _separators),
]
NAME_STEPS: list[Step] = [
    (name, partial(read_titles, is_name=True)) if step is read_titles else (name, step) for name, step in STEPS
]


FOLDING = 2  # steps after which a text is ASCII
