"""How an evaluation is put into words, in Indonesian and English, on screen and in the report."""

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def wording(language: str) -> Any:
    """Return the texts of ``report.toml`` in one language.

    >>> wording("en")["classes"]["precision"]
    'precision'
    """

    def of(table: Mapping[str, Any]) -> Any:
        return table[language] if "en" in table else {name: of(part) for name, part in table.items()}

    return of(tomllib.loads(files("kolclf").joinpath("report.toml").read_text(encoding="utf-8")))


def number(value: float, digits: int, language: str) -> str:
    """Write a number as the language does; a dash for what is not a number.

    >>> number(1234.5, 1, "en"), number(1234.5, 1, "id"), number(-0.001, 2, "en"), number(math.nan, 1, "en")
    ('1,234.5', '1.234,5', '0.00', '–')
    """
    if math.isnan(value):
        return "–"
    written = f"{value:z,.{digits}f}"
    return written if language == "en" else written.translate(str.maketrans(",.", ".,"))


def of_100(share: float, language: str) -> str:
    """Write a share as so many of 100; 0 and 100 are said only where it is none or all.

    >>> of_100(0.937, "en"), of_100(0.9976, "id"), of_100(1.0, "id")
    ('94', '99,8', '100')
    """
    if round(share, 9) not in (0, 1) and (share < 0.005 or share >= 0.995):
        return number(min(max(100 * share, 0.1), 99.9), 1, language)
    return number(100 * share, 0, language)


def percent(share: float, digits: int, language: str) -> str:
    """Write a share in percent; without digits as ``of_100`` does.

    >>> percent(0.9376, 1, "en"), percent(0.9376, 0, "id")
    ('93.8 %', '94%')
    """
    written = number(100 * share, digits, language) if digits else of_100(share, language)
    return written + ("%" if language == "id" else " %")
