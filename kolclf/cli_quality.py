"""The commands that look inside a model and at how good it and its data are."""

from typing import Annotated

import typer

from kolclf.app import command
from kolclf.errors import ModelError
from kolclf.options import Criterion, Lang, Language, ModelFile


@command
def weights(
    model: ModelFile = None,
    field: Annotated[str | None, typer.Option("--field", help="Only bio or captions.")] = None,
    criterion: Annotated[Criterion | None, typer.Option("--criterion", help="Only this criterion.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many of each side.")] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="All weights as CSV to standard output.")] = False,
    lang: Lang = Language.id,
) -> None:
    """List the words and concepts that weigh most in a model, and how many accounts of each label have them.

    Example: kolclf weights --field bio --top 30
    """
    from kolclf import render
    from kolclf.predictor import open_predictor
    from kolclf.weights import weight_rows

    scorer = open_predictor(model, False, None).scorer
    if scorer is None:
        raise ModelError(
            "the package holds no default model; train one with: kolclf train LABELLED.csv -o mine.npz, and name it with --model"
        )
    found = weight_rows(scorer, field, criterion)
    if as_csv:
        rows = [item.flat() for item in found]
        render.as_csv(rows, list(rows[0]))
    else:
        render.weights(found, top, lang.value)
