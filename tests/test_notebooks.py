"""The notebooks run from any folder of the checkout, and what is committed is what comes out."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from execute import NOTEBOOKS, executed

ROOT = Path(__file__).parents[1]
PLACE = re.compile(r"(?<![\w.])/(?:home|root|tmp|usr|opt|Users|private)/|\b[A-Z]:\\\\")
MOST_BYTES = 500_000


def cells(notebook):
    """Return the cells with their outputs; of figures only that they are there, since fonts and versions draw them apart."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).update({mime: "" for mime in output.get("data", {}) if mime.startswith("image/")})
    return notebook.cells


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")  # the kernel's own libraries warn
def test_a_notebook_gives_what_is_committed(path):
    committed, now = nbformat.read(path, as_version=4), executed(path, ROOT)  # `make notebooks` runs beside the file
    assert committed.metadata == now.metadata
    for cell, cell_now in zip(cells(committed), cells(now), strict=True):
        assert cell == cell_now


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_fit_to_be_read(path):
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 3
    texts = [text for output in outputs for mime, text in output.get("data", {}).items() if mime.startswith("text/")]
    texts += [output.text for output in outputs if output.output_type == "stream"]
    assert [place for text in texts if (place := PLACE.search(json.dumps(text)))] == []
    assert path.stat().st_size < MOST_BYTES
