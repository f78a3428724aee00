"""The commands that look inside a model and at how good it and its data are."""

import csv
import sys
from typing import Annotated

import typer

from kolclf.app import command
from kolclf.errors import ModelError
from kolclf.options import ModelFile


@command
def weights(
    model: ModelFile = None,
    field: Annotated[str | None, typer.Option("--field", help="Only bio or captions.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many of each side.")] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="All weights as CSV to standard output.")] = False,
) -> None:
    """List the words and concepts that weigh most in a model.

    Example: kolclf weights --field bio --top 30
    """
    from kolclf import render
    from kolclf.explain import Weight, weight_rows
    from kolclf.predictor import open_predictor

    scorer = open_predictor(model, False, None).scorer
    if scorer is None:
        raise ModelError(
            "the package holds no default model; train one with: kolclf train LABELLED.csv -o mine.npz, and name it with --model"
        )
    found = weight_rows(scorer, field)
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([Weight._fields, *found])
    else:
        render.weights(found, top)
