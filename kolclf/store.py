"""Model file <-> memory: one ``.npz`` of plain arrays and a JSON header, never a pickle."""

import hashlib
import json
import re
from collections.abc import Iterable
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kolclf.decide import Policy
from kolclf.errors import ModelError
from kolclf.header import check_header
from kolclf.npz import Npz, UnfitError, open_npz
from kolclf.scorer import CONCEPTS, Features, Scorer, Space, Usage
from kolclf.whole import write_whole

# Formats that can be read, and the one that is written; 2 has neither usage nor checksums of rows, 3 no checksum of its header.
OLDEST, FORMAT = 2, 4
MAX_FEATURES = 5_000_000
MAX_HEADER = 1_000_000  # bytes
Arrays = dict[str, NDArray[Any]]
Kind = tuple[str, int]  # of an array: its type and number of dimensions

# What a file holds beside its header.
_TEXT, _NUMBERS = ("|u1", 1), ("<f8", 1)
ALWAYS: dict[str, Kind] = {
    "coef": ("<f8", 2),
    "intercept": _NUMBERS,
    "stems": _TEXT,
    "held_out_p": _NUMBERS,
    "held_out_is_kol": ("|b1", 1),
}
SOMETIMES: dict[str, Kind] = {
    "answerable": _NUMBERS,
    "trained_on": ("<u4", 1),
    "documents": ("<i8", 2),
    "forms": _TEXT,
}
OF_SPACE: dict[str, Kind] = {"vocabulary": _TEXT, "idf": _NUMBERS}


def _kinds(spaces: Iterable[str]) -> dict[str, Kind]:
    return ALWAYS | {f"{part}_{space}": kind for space in spaces for part, kind in OF_SPACE.items()}


def save_model(scorer: Scorer, path: str | Path) -> None:
    """Write a model as one file; the same model gives the same bytes.

    Raises
    ------
    ModelError
        If the name does not end in ``.npz``, or the model holds what no model file may.
    DataError
        If the place cannot be written to.
    """
    check_target(path)
    parts: Arrays = {
        "coef": scorer.coef,
        "intercept": scorer.intercept,
        "stems": _lines(f"{token} {stem}" for token, stem in scorer.stems.items()),
        "held_out_p": scorer.policy.held_out_p,
        "held_out_is_kol": scorer.policy.held_out_is_kol,
        "trained_on": scorer.trained_on,
    }
    if scorer.usage is not None:
        parts |= {"documents": scorer.usage.documents, "forms": _lines(scorer.usage.forms)}
    if scorer.answerable is not None:
        parts |= {"answerable": np.append(*scorer.answerable)}
    for name, space in scorer.spaces.items():
        parts |= {f"vocabulary_{name}": _lines(space.vocabulary), f"idf_{name}": space.idf}
    kinds = _kinds(scorer.spaces) | SOMETIMES
    arrays = {name: np.ascontiguousarray(array, dtype=kinds[name][0]) for name, array in parts.items()}
    header = {
        "format": FORMAT,
        "classes": list(scorer.classes),
        "weights": {name: space.weight for name, space in scorer.spaces.items()},
        "features": scorer.features._asdict(),
        "policy": [
            *scorer.policy[:3],
            *map(list, scorer.policy[3:5]),
            None if np.isneginf(scorer.policy.min_answerable) else scorer.policy.min_answerable,
        ],
        "info": dict(scorer.info),
        "labels": list(scorer.usage.labels) if scorer.usage else None,
        "checksum": "",
    }
    try:
        check_header(header)
        _scorer(header, arrays)
    except UnfitError as error:
        raise ModelError(f"{path}: this model cannot be kept ({error}); train it anew") from None
    header["checksum"] = _checksum(header, arrays)
    buffer = BytesIO()
    written: dict[str, Any] = {"header": _lines([json.dumps(header, ensure_ascii=False)]), **arrays}
    np.savez_compressed(buffer, **written)
    with write_whole(path) as beside:
        beside.write_bytes(buffer.getvalue())


def check_target(path: str | Path) -> None:
    """Raise before a long training if its model could not be written to ``path``.

    Raises
    ------
    ModelError
        If the name does not end in ``.npz`` or its folder is missing.
    """
    if Path(path).suffix != ".npz":
        raise ModelError(f"{path}: a model file ends in .npz; choose such a name with -o")
    if not Path(path).absolute().parent.is_dir():
        raise ModelError(f"{path}: its folder does not exist; make it, or choose another place with -o")


def load_model(path: str | Path) -> Scorer:
    """Read a model file. Nothing in it is run, and no more memory is taken than its arrays may have.

    The checksum finds damage; it is no signature and does not tell who made the file.

    Raises
    ------
    ModelError
        If the file is missing, damaged, of another kind, or of a newer format.
    """
    try:
        with open_npz(path) as file:
            header = _header(file, path)
            wanted = _kinds(header["weights"]) | {name: SOMETIMES[name] for name in SOMETIMES.keys() & file.names}
            if unknown := file.names - wanted.keys() - {"header"}:
                raise UnfitError(f"it holds an array {min(unknown)[:40]!a} that no model has")
            arrays = {name: file.array(name, *kind) for name, kind in wanted.items()}
        if header["checksum"] != _checksum(header, arrays):
            raise ModelError(f"{path}: is damaged (its checksum differs); copy or train it again")
        return _scorer(header, arrays)
    except FileNotFoundError:
        raise ModelError(f"{path}: no such model file; train one with: kolclf train LABELLED.csv -o {path}") from None
    except ModelError:
        raise
    except Exception as error:  # a damaged file can fail in as many ways as it has bytes
        said = error if isinstance(error, UnfitError) else type(error).__name__
        raise ModelError(f"{path}: is no kolclf model, or is damaged ({said}); train it again") from None


def _header(file: Npz, path: str | Path) -> dict[str, Any]:
    header: Any = json.loads(file.array("header", *_TEXT, most=MAX_HEADER).tobytes())
    number = header.get("format") if isinstance(header, dict) else None
    if not isinstance(number, int):
        raise UnfitError("its header names no format")
    if number > FORMAT:
        raise ModelError(f"{path}: is of format {number}, this kolclf reads up to {FORMAT}; update kolclf")
    if number < OLDEST:
        raise ModelError(f"{path}: is of format {number}, made by an older kolclf; train it again")
    check_header(header)
    return dict(header)


# --- the arrays

_FEATURE = rb"[a-z0-9]++(?: [a-z0-9]++){0,%d}+"
_CONCEPT, _STEM = rb"<[a-z0-9_]++>", rb"[a-z0-9]++ [a-z0-9]++"
_FORMS = rb"(?:[A-Za-z0-9.]++(?:[ \t][A-Za-z0-9.]++)*+)?+"


def _scorer(header: dict[str, Any], arrays: Arrays) -> Scorer:
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise UnfitError(f"its array '{name}' holds a number that is not finite")
    spaces = {}
    for name, weight in header["weights"].items():
        form = _CONCEPT if name.endswith(CONCEPTS) else _FEATURE % (header["features"]["ngrams"] - 1)
        lines = _read_lines(f"vocabulary_{name}", arrays, form)
        spaces[name] = Space(dict(zip(lines, count(), strict=False)), arrays[f"idf_{name}"], weight)
    width = sum(len(space.idf) for space in spaces.values())
    rows = 1 if len(header["classes"]) == 2 else len(header["classes"])
    held_out_p, held_out_is_kol = arrays["held_out_p"], arrays["held_out_is_kol"]
    head = arrays.get("answerable")
    fits = [
        all(len(space.vocabulary) == len(space.idf) for space in spaces.values()),
        arrays["coef"].shape == (rows, width),
        arrays["intercept"].shape == (rows,),
        head is None or head.shape == (width + 1,),
        held_out_p.shape == held_out_is_kol.shape,
        bool(((held_out_p >= 0) & (held_out_p <= 1)).all() and (held_out_is_kol.view(np.uint8) <= 1).all()),
    ]
    if not all(fits):
        raise UnfitError("its arrays do not fit together")
    slope, rules_slope, offset, model_alone, rules_alone, least = header["policy"]
    return Scorer(
        classes=tuple(header["classes"]),
        spaces=spaces,
        coef=arrays["coef"],
        intercept=arrays["intercept"],
        features=Features(**header["features"]),
        stems=dict(line.split(" ") for line in _read_lines("stems", arrays, _STEM)),
        answerable=None if head is None else (head[:-1], float(head[-1])),
        policy=Policy(
            slope=slope,
            rules_slope=rules_slope,
            offset=offset,
            model_alone=tuple(model_alone),
            rules_alone=tuple(rules_alone),
            min_answerable=-np.inf if least is None else least,
            held_out_p=held_out_p,
            held_out_is_kol=held_out_is_kol,
        ),
        info=header["info"],
        usage=_usage(header, arrays, width),
        trained_on=arrays.get("trained_on", np.empty(0, dtype=np.uint32)),
    )


def _usage(header: dict[str, Any], arrays: Arrays, width: int) -> Usage | None:
    if "documents" not in arrays:
        return None
    labels, documents = tuple(header["labels"] or ()), arrays["documents"]
    forms = tuple(_read_lines("forms", arrays, _FORMS) or [""])
    if documents.shape != (width, len(labels)) or len(forms) != width or (documents < 0).any():
        raise UnfitError("its arrays do not fit together")
    return Usage(labels, documents, forms)


def _lines(lines: Any) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def _read_lines(name: str, arrays: Arrays, form: bytes) -> list[str]:
    """Return the lines of an array, each of a form."""
    content = arrays[name].tobytes()
    if content.count(b"\n") >= MAX_FEATURES:
        raise UnfitError(f"its array '{name}' holds more than {MAX_FEATURES:,} lines")
    if content and not re.fullmatch(rb"%b(?:\n%b)*+" % (form, form), content):
        raise UnfitError(f"its array '{name}' holds what is no word")
    return content.decode().split("\n") if content else []


def _checksum(header: dict[str, Any], arrays: Arrays) -> str:
    digest = hashlib.sha256()
    if header["format"] not in (2, 3):
        rest = {key: value for key, value in header.items() if key != "checksum"}
        digest.update(json.dumps(rest).encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
