import ast
from importlib import import_module
from pathlib import Path

import pytest

import kolclf

PACKAGE = Path(kolclf.__file__).parent
FLOW = [
    ["errors"],
    ["arrays", "lexicon", "sastrawi", "rows", "rulesfile", "npz", "evaluation", "wording", "whole", "interrupt"],
    ["rejected", "events", "titles", "records", "untrusted", "figures", "letters", "wordtable"],
    ["placeholders", "csvfile"],
    ["text"],
    ["words", "unknown_titles"],
    ["tokens"],
    ["phrases", "near_duplicates"],
    ["meanings"],
    ["concepts"],
    ["accounts"],
    ["stem", "rules", "tables", "languages", "spans"],
    ["decide", "writers", "read_ahead"],
    ["scorer", "data"],
    ["header"],
    ["store", "calibrate", "pipeline", "labelled", "vectorize", "weights", "outcomes", "merged_stems"],
    ["reasons", "folds", "metrics", "findings"],
    ["explain"],
    ["evidence"],
    ["model"],
    ["predictor", "suspicious"],
    ["batch", "check"],
    ["render", "options", "evaluate", "app"],
    ["render_account", "render_check", "crossval", "render_evaluation", "report"],
    ["cli_quality", "cli_evaluate"],
    ["cli"],
    ["__main__"],
]
RANK = {name: rank for rank, names in enumerate(FLOW) for name in names}


def imports(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("kolclf."):
            yield node.module.removeprefix("kolclf.").split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module == "kolclf":
            yield from (name.name for name in node.names)


def test_every_module_has_its_place():
    assert {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} == set(RANK)


@pytest.mark.parametrize("module", RANK)
def test_imports_point_along_the_flow(module):
    assert [name for name in imports(module) if RANK[name] >= RANK[module]] == []


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_rooms_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_public_names():
    assert kolclf.__all__ == sorted(kolclf.__all__, key=lambda name: (not name[0].isupper(), name))
    assert all(
        getattr(kolclf, name) is getattr(import_module(kolclf._HOMES.get(name, "kolclf.errors")), name)
        for name in kolclf.__all__
    )


def test_an_unknown_name_says_so():
    with pytest.raises(AttributeError, match="has no attribute 'KolClasifier'"):
        kolclf.KolClasifier  # noqa: B018
