"""Model file <-> memory: one ``.npz`` of plain arrays and a JSON header, never a pickle."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kolclf.decide import Policy
from kolclf.errors import ModelError
from kolclf.scorer import Features, Scorer, Space, Usage
from kolclf.writers import write_whole

FORMAT = 3  # 2 is the same without the usage of the features
Arrays = dict[str, NDArray[Any]]


def save_model(scorer: Scorer, path: str | Path) -> None:
    """Write a model as one file; the same model gives the same bytes.

    Raises
    ------
    ModelError
        If the name does not end in ``.npz``.
    DataError
        If the place cannot be written to.
    """
    check_target(path)
    arrays: Arrays = {
        "coef": scorer.coef,
        "intercept": scorer.intercept,
        "stems": _lines(f"{token} {stem}" for token, stem in scorer.stems.items()),
        "held_out_p": scorer.policy.held_out_p,
        "held_out_is_kol": scorer.policy.held_out_is_kol,
        "trained_on": scorer.trained_on,
    }
    if scorer.usage is not None:
        arrays |= {"documents": scorer.usage.documents, "forms": _lines(map("\t".join, scorer.usage.forms))}
    if scorer.answerable is not None:
        arrays |= {"answerable": np.append(*scorer.answerable)}
    for name, space in scorer.spaces.items():
        arrays |= {f"vocabulary_{name}": _lines(space.vocabulary), f"idf_{name}": space.idf}
    header = {
        "format": FORMAT,
        "classes": scorer.classes,
        "weights": {name: space.weight for name, space in scorer.spaces.items()},
        "features": scorer.features._asdict(),
        "policy": [
            *scorer.policy[:5],
            None if np.isneginf(scorer.policy.min_answerable) else scorer.policy.min_answerable,
        ],
        "info": dict(scorer.info),
        "labels": scorer.usage and scorer.usage.labels,
        "checksum": _checksum(arrays),
    }
    buffer = BytesIO()
    parts: dict[str, Any] = {"header": _lines([json.dumps(header, ensure_ascii=False)]), **arrays}
    np.savez_compressed(buffer, **parts)
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
    """Read a model file. Nothing in it is run.

    The checksum finds damage; it is no signature and does not tell who made the file.

    Raises
    ------
    ModelError
        If the file is missing, damaged, of another kind, or of a newer format.
    """
    try:
        with np.load(BytesIO(Path(path).read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("header").tobytes())
        if header["format"] > FORMAT:
            raise ModelError(
                f"{path}: is of format {header['format']}, this kolclf reads up to {FORMAT}; update kolclf"
            )
        if header["format"] < 2:
            raise ModelError(f"{path}: is of format {header['format']}, made by an older kolclf; train it again")
        if header["checksum"] != _checksum(arrays):
            raise ModelError(f"{path}: is damaged (its checksum differs); copy or train it again")
        return _scorer(header, arrays)
    except FileNotFoundError:
        raise ModelError(f"{path}: no such model file; train one with: kolclf train LABELLED.csv -o {path}") from None
    except ModelError:
        raise
    except Exception as error:  # a damaged file can fail in as many ways as it has bytes
        raise ModelError(
            f"{path}: is no kolclf model, or is damaged ({type(error).__name__}); train it again"
        ) from None


def _scorer(header: dict[str, Any], arrays: Arrays) -> Scorer:
    spaces = {}
    for name, weight in header["weights"].items():
        vocabulary = {feature: column for column, feature in enumerate(_read_lines(arrays[f"vocabulary_{name}"]))}
        spaces[name] = Space(vocabulary, arrays[f"idf_{name}"], weight)
    width = sum(len(space.idf) for space in spaces.values())
    rows = 1 if len(header["classes"]) == 2 else len(header["classes"])
    fits = (
        len(header["classes"]) >= 2 and arrays["coef"].shape == (rows, width) and arrays["intercept"].shape == (rows,)
    )
    if not fits or any(len(space.vocabulary) != len(space.idf) for space in spaces.values()):
        raise ValueError("its parts do not fit together")
    head = arrays.get("answerable")
    slope, rules_slope, offset, model_alone, rules_alone, least = header["policy"]
    return Scorer(
        classes=tuple(header["classes"]),
        spaces=spaces,
        coef=arrays["coef"],
        intercept=arrays["intercept"],
        features=Features(**header["features"]),
        stems=dict(line.split(" ", 1) for line in _read_lines(arrays["stems"])),
        answerable=None if head is None else (head[:-1], float(head[-1])),
        policy=Policy(
            slope=slope,
            rules_slope=rules_slope,
            offset=offset,
            model_alone=tuple(model_alone),
            rules_alone=tuple(rules_alone),
            min_answerable=-np.inf if least is None else least,
            held_out_p=arrays["held_out_p"],
            held_out_is_kol=arrays["held_out_is_kol"],
        ),
        info=header["info"],
        usage=_usage(header, arrays, width),
        trained_on=arrays.get("trained_on", np.empty(0, dtype=np.uint32)),
    )


def _usage(header: dict[str, Any], arrays: Arrays, width: int) -> Usage | None:
    if "documents" not in arrays:
        return None
    labels, documents = tuple(header["labels"]), arrays["documents"]
    forms = tuple(tuple(filter(None, line.split("\t"))) for line in _read_lines(arrays["forms"]))
    if documents.shape != (width, len(labels)) or len(forms) != width:
        raise ValueError("its parts do not fit together")
    return Usage(labels, documents, forms)


def _lines(lines: Any) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def _read_lines(array: NDArray[Any]) -> list[str]:
    return array.tobytes().decode().split("\n") if array.size else []


def _checksum(arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
