"""What the header of a model file must hold: a check for each of its keys."""

import math
from collections.abc import Callable
from typing import Any

from kolclf.accounts import FIELDS
from kolclf.npz import UnfitError
from kolclf.scorer import CONCEPTS, Features

MAX_NGRAMS = 20
SPACES = frozenset(f"{field}{ending}" for field in FIELDS for ending in ("", CONCEPTS))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _are_numbers(values: Any, n: int) -> bool:
    return isinstance(values, list) and len(values) == n and all(map(_is_number, values))


def _is_plain(value: Any, depth: int = 4) -> bool:
    """Tell whether a value is text, a number, or nothing, or lists and tables of such, not nested deep."""
    if isinstance(value, (dict, list)):
        return depth > 0 and all(
            _is_plain(part, depth - 1) for part in (value.values() if isinstance(value, dict) else value)
        )
    return value is None or isinstance(value, (str, bool)) or _is_number(value)


def _are_labels(labels: Any) -> bool:
    return (
        isinstance(labels, list)
        and all(isinstance(label, str) and label.isprintable() for label in labels)
        and 1 < len(set(labels)) == len(labels)
    )


HEADER: dict[str, Callable[[Any], bool]] = {
    "classes": _are_labels,
    "labels": lambda labels: labels is None or _are_labels(labels),
    "weights": lambda weights: (
        isinstance(weights, dict) and set(FIELDS) <= weights.keys() <= SPACES and all(map(_is_number, weights.values()))
    ),
    "features": lambda features: (
        isinstance(features, dict)
        and features.keys() == set(Features._fields)
        and isinstance(features["use_stems"], bool)
        and type(features["ngrams"]) is int
        and 1 <= features["ngrams"] <= MAX_NGRAMS
    ),
    "policy": lambda policy: (
        isinstance(policy, list)
        and _are_numbers(policy[:3], 3)
        and all(_are_numbers(pair, 2) for pair in policy[3:5])
        and [_is_number(least) or least is None for least in policy[5:]] == [True]
    ),
    "info": lambda info: isinstance(info, dict) and _is_plain(info),
    "checksum": lambda checksum: isinstance(checksum, str),
}


def check_header(header: dict[str, Any]) -> None:
    """Check every value of a header.

    Raises
    ------
    UnfitError
        Naming the first that is wrong.
    """
    for key, holds in HEADER.items():
        if not holds(header.get(key)):
            raise UnfitError(f"its header holds a wrong '{key}'")
