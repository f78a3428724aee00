"""What is written like an academic or professional title and is not in ``lexicon.toml``."""

import re
from collections.abc import Iterator, Sequence

from kolclf.letters import as_ascii
from kolclf.titles import read_titles

_PART = "[A-Z][A-Za-z]{0,4}"
_TITLE_LIKE = re.compile(rf"(?<![\w.@#/])(?:Sp|A\. ?Md|[SM]\. ?Tr|[SM])\. ?{_PART}(?:\. ?{_PART})?(?![\w@])")
_NEVER_A_NAME = ("Sp.", "A.Md.", "S.Tr.", "M.Tr.")  # "M.Ali" is one now and then
_KNOWN = re.compile("x, *gelar[a-z]+ *")
_ANY_SPECIALIST = "gelarspesialis"  # what an unknown "Sp.X" is read as


def unknown_titles(texts: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    """Return the accounts that write each title that the lexicon does not know, the most frequent title first.

    A title stands behind a comma or another title, or begins as no name does (``Sp.``, ``A.Md.``, ``S.Tr.``); one that might
    be the initial of a name (``S.Xyz``) must be written by two accounts.

    Parameters
    ----------
    texts : sequence of sequence of str
        The texts of each account.

    Examples
    --------
    >>> unknown_titles([["Rina, S.Xyz., M.Kes", "Sp.Qz"], ["Budi, S. Xyz"], ["M.Ali Akbar, M.Rizki"]])
    {'S.Xyz': [0, 1], 'Sp.Qz': [0]}
    """
    found: dict[str, list[int]] = {}
    for account, of_account in enumerate(texts):
        for title in dict.fromkeys(title for text in of_account for title in _titles_in(text)):
            found.setdefault(title, []).append(account)
    told = {title: who for title, who in found.items() if len(who) > 1 or title.startswith(_NEVER_A_NAME)}
    unknown = {title: who for title, who in told.items() if not _is_known(title)}
    return dict(sorted(unknown.items(), key=lambda item: -len(item[1])))


def _titles_in(text: str) -> Iterator[str]:
    """Yield what is written like a title where a title can stand."""
    last_end = -1
    for match in _TITLE_LIKE.finditer(as_ascii(text) if "." in text else ""):
        title = match[0].replace(" ", "")
        before = match.string[: match.start()].rstrip(" .")
        if before.endswith(",") or len(before) == last_end or title.startswith(_NEVER_A_NAME):
            last_end = match.end()
            yield title


def _is_known(title: str) -> bool:
    read = read_titles(f"x, {title}")
    return bool(_KNOWN.fullmatch(read)) and _ANY_SPECIALIST not in read
