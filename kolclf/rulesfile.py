"""Reads a rules file: TOML of bounded size, the keys that a rule may have, and the line where each stands."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from kolclf.errors import RulesError

MAX_FILE = 1_000_000  # bytes
MAX_DOTS = 1_000  # in one line: tomllib takes more than their square for a dotted key
_KINDS: dict[type, str] = {str: "text", int: "a number", float: "a number", bool: "true or false", dict: "a table"}
REQUIRED: dict[str, type] = {
    "side": str,
    "weight": float,
    "criterion": str,
    "fields": str,
    "any": str,
    "why": dict,
    "example": str,
    "counter_example": str,
}
OPTIONAL: dict[str, type] = {"with": str, "unless": str, "promotes": bool}
LANGUAGES = ("id", "en")


class RulesFile(NamedTuple):
    """Rules as they are written: where, the tables by id, and the text in which lines are found."""

    path: str = "rules"
    tables: dict[str, Any] = {}  # noqa: RUF012 (never changed)
    text: str = ""

    def error(self, name: str, problem: str, key: str = "") -> RulesError:
        """Return the error that names the file, the line where it is known, and the rule."""
        line = line_of(self.text, name, key)
        place = f"{self.path}, line {line}" if line else self.path
        return RulesError(f"{place}: rule [{shown(name)}]: {problem}")

    def check_keys(self, name: str, body: Any) -> None:
        """Check that a rule is a table of the keys that a rule has, each of its kind.

        Raises
        ------
        RulesError
            Naming the first key that is missing, unknown or of another kind, and its line.
        """
        if not name.isprintable():
            raise self.error(name, "its id holds a character that cannot be shown; use letters and _")
        if not isinstance(body, dict):
            raise self.error(name, "is not a table; write [id] and its keys below it")
        for key in REQUIRED:
            if key not in body:
                raise self.error(name, f"lacks the key '{key}'; add it")
        for key, value in body.items():
            kind = REQUIRED.get(key) or OPTIONAL.get(key)
            if kind is None:
                known = ", ".join([*REQUIRED, *OPTIONAL])
                raise self.error(name, f"key '{shown(key)}' is unknown; use one of {known}", key)
            seen = _KINDS.get(type(value), "a list or a date")
            if seen != _KINDS[kind]:
                raise self.error(name, f"key '{key}' must be {_KINDS[kind]}, not {seen}", key)
        why = body["why"]
        if set(why) != set(LANGUAGES) or not all(isinstance(said, str) and said.strip() for said in why.values()):
            raise self.error(name, "why needs a sentence in 'id' and one in 'en', and nothing else", "why")
        if not all(said.isprintable() for said in why.values()):
            raise self.error(name, "why holds a line break or a character that cannot be shown; take it out", "why")


def shown(value: str) -> str:
    r"""Return what a file holds as it may stand in a message: short, and without what a terminal would obey.

    >>> shown("a\x1b[31m" + "b" * 60)
    'a\\x1b[31mbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...'
    """
    text = repr(value)[1:-1]
    return text if len(text) <= 43 else f"{text[:40]}..."


def line_of(text: str, name: str, key: str = "") -> int | None:
    r"""Return the line of a rule's key, else that of the rule, counted from 1; None where neither can be told.

    >>> line_of("[a]\nside = 1\n\n[b]\nside = 2", "b", "side")
    5
    """
    spelled = "|".join(re.escape(form) for form in (name, f'"{name}"', f"'{name}'"))
    head = re.compile(rf"\s*(?:\[\s*(?:{spelled})\s*\]|(?:{spelled})\s*[.=])")
    of_key = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]") if key else None
    found = None
    for number, line in enumerate(text.split("\n"), 1):
        if head.match(line):
            found = number
        elif found and line.lstrip().startswith("["):
            break
        elif found and of_key and of_key.match(line):
            return number
    return found


def read_rules_file(path: str | Path) -> RulesFile:
    """Read the tables of a rules file; what they hold is not checked yet.

    Raises
    ------
    RulesError
        If the file cannot be read, is not TOML in UTF-8, or is larger than anybody's rules.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise RulesError(f"{path}: is larger than {MAX_FILE:,} bytes; a rules file holds rules alone")
        text = content.decode("utf-8").replace("\r\n", "\n")
        for number, line in enumerate(text.split("\n"), 1):
            if line.count(".") > MAX_DOTS:
                raise RulesError(f"{path}, line {number}: holds more than {MAX_DOTS:,} dots; part the line")
        import tomllib  # noqa: PLC0415 (the rules of the package are read ahead)

        return RulesFile(str(path), tomllib.loads(text), text)
    except RecursionError:
        raise RulesError(
            f"{path}: cannot be read as a rules file (it is nested too deep); write [id] and keys"
        ) from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise RulesError(f"{path}: cannot be read as a rules file ({said}); it must be TOML in UTF-8") from None
