"""The commands that look inside a model and at how good it and its data are."""

from typing import Annotated

import typer

from kolclf.app import command
from kolclf.errors import ModelError
from kolclf.options import (
    BioColumn,
    CaptionsColumn,
    Criterion,
    ExcelSafe,
    GroupColumn,
    IdColumn,
    LabelColumn,
    Lang,
    Language,
    ModelFile,
    NameColumn,
    Where,
    given_columns,
)


@command
def weights(
    model: ModelFile = None,
    field: Annotated[str | None, typer.Option("--field", help="Only bio or captions.")] = None,
    criterion: Annotated[Criterion | None, typer.Option("--criterion", help="Only this criterion.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many of each side.")] = 20,
    as_csv: Annotated[bool, typer.Option("--csv", help="All weights as CSV to standard output.")] = False,
    excel_safe: ExcelSafe = False,
    lang: Lang = Language.id,
) -> None:
    """List the words and concepts that weigh most in a model, and how many accounts of each label have them.

    Example: kolclf weights --field bio --top 30
    """
    from kolclf import render
    from kolclf.predictor import open_predictor
    from kolclf.weights import weight_rows
    from kolclf.writers import print_csv

    scorer = open_predictor(model, False, None).scorer
    if scorer is None:
        raise ModelError(
            "the package holds no default model; train one with: kolclf train LABELLED.csv -o mine.npz, and name it with --model"
        )
    found = weight_rows(scorer, field, criterion)
    if as_csv:
        rows = [item.flat() for item in found]
        print_csv(rows, list(rows[0]), excel_safe)
    else:
        render.weights(found, top, lang.value)


@command
def check(
    labelled: Annotated[str, typer.Argument(help="Labelled table: bio, captions and a label in each row.")],
    top: Annotated[int, typer.Option("--top", min=1, help="How many of each kind.")] = 5,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row a finding as CSV to standard output.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All that was found as JSON to standard output.")] = False,
    excel_safe: ExcelSafe = False,
    lang: Lang = Language.id,
    label_column: LabelColumn = None,
    group_column: GroupColumn = None,
    where: Where = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
    seed: Annotated[int, typer.Option(help="Seeds the folds by which labels are judged.")] = 0,
) -> None:
    """Check a labelled table before training: labels that look wrong, duplicates, personal data, gaps, languages, words.

    Nothing is changed. Examples: kolclf check labelled.csv; kolclf check labelled.csv --csv > findings.csv
    """
    from kolclf import render, render_check
    from kolclf.check import check_table
    from kolclf.data import find_columns
    from kolclf.tables import read_table

    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json")
    table = read_table(labelled)
    given = given_columns(
        id_column=id_column,
        name_column=name_column,
        bio_column=bio_column,
        captions_column=captions_column,
        label_column=label_column,
    )
    columns = find_columns(table, given, needs_label=True)
    render.say(f"{labelled}: {columns.described(table.columns)}; label = {table.columns[columns.label]}")
    with render.working("checking"):
        found = check_table(table, columns, group_column, where, seed)
    if as_csv:
        render_check.check_csv(found, lang.value, excel_safe)
    elif as_json:
        render_check.check_json(found, lang.value)
    else:
        render_check.check(found, top, lang.value)
