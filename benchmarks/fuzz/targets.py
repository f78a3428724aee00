"""What is fuzzed: all that reads what a stranger wrote.

A target is given bytes. It may raise a ``KolclfError``, the one sentence a user sees; anything else that it raises is a finding.
"""

import json
import tempfile
import zipfile
from contextlib import suppress
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from kolclf import store, tables
from kolclf.accounts import read_account
from kolclf.data import as_text, cells_of, find_columns
from kolclf.model import KolClassifier
from kolclf.placeholders import hide_personal
from kolclf.predictor import Predictor
from kolclf.rules import Rules
from kolclf.rulesfile import read_rules_file
from kolclf.scorer import Scorer
from kolclf.tokens import changes, normalize
from kolclf.weights import weight_rows

ROOT = Path(__file__).parents[2]
HEAD = 128  # bytes before the content of an array
OF_WORKBOOK = ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
MEMORY = "/dev/shm"  # a folder that is none of a disk, where there is one
_folder = tempfile.TemporaryDirectory(prefix="kolclf-fuzz-", dir=MEMORY if Path(MEMORY).is_dir() else None)
FOLDER = Path(_folder.name)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _written(name: str, content: bytes) -> str:
    path = FOLDER / name
    path.write_bytes(content)
    return str(path)


def text(data: bytes) -> None:
    """Normalise any text twice, and hide what is personal in it."""
    given = _text(data)
    hide_personal(given)
    once = normalize(given)
    assert normalize(once) == once and once.isascii()
    assert [change.text for change in changes(given)][-1:] in ([], [once])


def account(data: bytes) -> None:
    """Answer an account of any name, bio and captions, by rules and model."""
    name, _, rest = _text(data).partition("\x1f")
    bio, _, captions = rest.partition("\x1f")
    predictor = Predictor(_model(), review=False)
    [answer] = predictor.answers(read_account(name, as_text(bio), as_text(captions)))
    assert answer.decision.label in ("kol", "influencer") and answer.reason.isprintable()


def rules(data: bytes) -> None:
    """Read a rules file, and judge an account by what it holds."""
    file = read_rules_file(_written("rules.toml", data))
    Rules(file.tables, file).check_examples()


def model(data: bytes) -> None:
    """Read a model file: any bytes, or a small model with a part, some of an array, or a key of its header replaced."""
    kind, (at, place), rest = data[:1], (data[1:3] + b"\0\0")[:2], data[3:]
    parts = dict(_parts())
    name = sorted(parts)[at % len(parts)]
    if kind == b"a":
        parts[name] = rest
    elif kind == b"b":
        start = HEAD + place
        parts[name] = (parts[name][:start] + rest + parts[name][start + len(rest) :])[: len(parts[name])]
    elif kind == b"c":
        header = json.loads(parts["header.npy"][HEAD:])
        with suppress(ValueError, RecursionError):
            header[sorted(header)[at % len(header)]] = json.loads(rest)
        parts["header.npy"] = _npy(json.dumps(header).encode())
    scorer = store.load_model(_written("model.npz", data if kind == b"P" else _zipped(parts)))
    Predictor(scorer).rows(read_account("dr. Rina", "dokter anak, RSUD Bogor | endorse DM", "spill skincare"))
    weight_rows(scorer)


def csv(data: bytes) -> None:
    """Read a CSV."""
    _read("a.csv", data)


def jsonl(data: bytes) -> None:
    """Read JSON lines."""
    _read("a.jsonl", data)


def parquet(data: bytes) -> None:
    """Read a Parquet file."""
    _read("a.parquet", data)


def xlsx(data: bytes) -> None:
    """Read a workbook: bytes as they are, or a sound one with a part of it replaced."""
    if data[:1] != b"P":
        name = OF_WORKBOOK[(data or b"\0")[0] % len(OF_WORKBOOK)]
        data = _zipped(_workbook() | {name: data[1:]})
    _read("a.xlsx", data)


def _read(name: str, data: bytes) -> None:
    table = tables.read_table(_written(name, data))
    columns = find_columns(table, {"bio": table.columns[0]} if table.columns else {})
    for row in table.rows:
        assert len(row) == len(table.columns)
        cells_of(row, columns)


# --- what targets start from


def _zipped(parts: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _npy(content: bytes) -> bytes:
    buffer = BytesIO()
    np.save(buffer, np.frombuffer(content, dtype=np.uint8))
    return buffer.getvalue()


def _unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def _small_model() -> bytes:
    accounts = [{"bio": "dokter anak, RSUD"}, {"bio": "content creator, endorse DM", "captions": "spill"}] * 5
    path = FOLDER / "small.npz"
    store.save_model(KolClassifier(cv=2).fit(accounts, ["kol", "influencer"] * 5).scorer_, path)
    return path.read_bytes()


@cache
def _parts() -> dict[str, bytes]:
    return _unzipped(_small_model())


@cache
def _model() -> Scorer:
    return store.load_model(ROOT / "models" / "default.npz")


@cache
def _workbook() -> dict[str, bytes]:
    return _unzipped(_as_xlsx())


def _as_xlsx() -> bytes:
    book, buffer = openpyxl.Workbook(), BytesIO()
    for row in [
        ["bio", "id", "born", "paid"],
        ["bidan | Alor", 1.5, datetime(2000, 1, 2), True],
        ["=1+1", None, "a\nb", "#N/A"],
    ]:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def _as_parquet() -> bytes:
    buffer = BytesIO()
    pq.write_table(pa.table({"bio": ["bidan | Alor", None], "n": [1, 2], "captions": [["a", "b"], []]}), buffer)
    return buffer.getvalue()


def seeds(target: str) -> list[bytes]:
    """Return what a target starts from."""
    cases = json.loads((ROOT / "tests" / "cases" / "text.json").read_text(encoding="utf-8"))
    texts = [case["original"].encode("utf-8", "surrogatepass") for case in cases]
    if target in ("text", "account"):
        return texts
    if target == "rules":
        written = (ROOT / "kolclf" / "rules.toml").read_text(encoding="utf-8")
        return [part.encode() for part in written.split("\n\n") if part.startswith("[")]
    if target == "model":
        header = json.loads(_parts()["header.npy"][HEAD:])
        keys = [b"c" + bytes([i, 0]) + json.dumps(header[key]).encode() for i, key in enumerate(sorted(header))]
        wholes = [b"a" + bytes([i, 0]) + content for i, (_, content) in enumerate(sorted(_parts().items()))]
        some = [b"b" + bytes([i, 0]) + end for i in range(12) for end in (b"\n", b" a", np.float64("nan").tobytes())]
        return [_small_model(), *keys, *wholes, *some]
    if target == "xlsx":
        return [_as_xlsx(), *(bytes([i]) + _workbook()[name] for i, name in enumerate(OF_WORKBOOK))]
    if target == "parquet":
        return [_as_parquet()]
    if target == "jsonl":
        return [
            b'{"bio": "bidan", "captions": ["a", {"b": [1.5, null]}]}\n{"id": true}\n',
            b'\xef\xbb\xbf{"bio": "\\ud83d"}',
        ]
    both = 'sep=;\nbio;id\n"bidan ""Alor""\r\n";1\n', 'id,bio,caption_1\r\n1,"a,b",c\r\n'
    return [content.encode(encoding) for content in both for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")]


TARGETS = {target.__name__: target for target in (text, account, rules, model, csv, jsonl, xlsx, parquet)}
