"""The command that tells how right a model is, and how all commands read a labelled table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kolclf.app import command
from kolclf.errors import DataError
from kolclf.options import (
    BioColumn,
    CaptionsColumn,
    GroupColumn,
    IdColumn,
    LabelColumn,
    Lang,
    Language,
    MaxError,
    ModelFile,
    NameColumn,
    NoModel,
    Report,
    RulesFile,
    Where,
    given_columns,
)

if TYPE_CHECKING:
    from kolclf.evaluation import Evaluation
    from kolclf.labelled import Labelled
    from kolclf.model import KolClassifier
    from kolclf.scorer import Scorer

MARKS: dict[str, str | None] = {"slice": None, "label_2": None, "promotes": None}


def labelled_rows(
    path: str,
    given: dict[str, str],
    group_column: str | None,
    where: str | None,
    skip_unlabelled: bool = False,
    **marks: str | None,
) -> "Labelled":
    """Read a labelled table, and say which column was taken for what; ``marks`` are the columns of ``MARKS`` where given."""
    from kolclf.data import find_columns
    from kolclf.labelled import read_labelled
    from kolclf.render import say
    from kolclf.tables import read_table

    table = read_table(path)
    columns = find_columns(table, given, needs_label=True)
    rows = read_labelled(table, columns, group_column, where, MARKS | marks, skip_unlabelled)
    again = f"; {rows.repeated} rows tell of an account again and are left out" if rows.repeated else ""
    say(f"{path}: {columns.described(table.columns)}; label = {table.columns[columns.label]}{again}")
    return rows


def check_report(path: Path | None) -> None:
    """Raise before long work if its report could not be written.

    Raises
    ------
    DataError
        If it is a folder, or its folder is missing.
    KolclfError
        If what makes reports is not installed.
    """
    if path is None:
        return
    from kolclf import report  # noqa: F401 (tells what is not installed)

    if path.is_dir():
        raise DataError(f"{path}: is a folder; name a file in it with --report")
    if not path.absolute().parent.is_dir():
        raise DataError(f"{path}: its folder does not exist; make it, or choose another place with --report")


def write_report(found: "Evaluation", scorer: "Scorer | None", language: str, path: Path) -> None:
    """Write the report of an evaluation."""
    from kolclf.render import say
    from kolclf.report import render_report
    from kolclf.whole import write_whole

    with write_whole(path) as beside:
        beside.write_text(render_report(found, scorer, language), encoding="utf-8")
    say(f"wrote {path}")


@contextmanager
def naming(path: str, group_column: str | None) -> Iterator[None]:
    """Say of which table an error is."""
    try:
        yield
    except DataError as error:
        grouped = f" (grouped by '{group_column}')" if group_column else ""
        raise DataError(f"{path}: {error}{grouped}") from None


def held_out(
    rows: "Labelled", classifier: "KolClassifier", lang: Language, folds: int = 5, **options: Any
) -> "Evaluation":
    """Evaluate a training by its held-out folds, and show how far it is."""
    from kolclf.crossval import cross_validate
    from kolclf.render_evaluation import training

    with training() as progress:
        return cross_validate(rows, classifier, folds, language=lang.value, progress=progress, **options)


@command
def evaluate(
    labelled: Annotated[str, typer.Argument(help="Labelled table: bio, captions and a label in each row.")],
    model: ModelFile = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds",
            min=2,
            help="Train on this table: cut it into so many parts, and answer each by a model trained on the others.",
        ),
    ] = None,
    no_model: NoModel = False,
    rules: RulesFile = None,
    max_error: MaxError = 0.03,
    report: Report = None,
    as_json: Annotated[bool, typer.Option("--json", help="All that was found, as JSON to standard output.")] = False,
    where: Where = None,
    lang: Lang = Language.id,
    label_column: LabelColumn = None,
    second_label_column: Annotated[
        str | None,
        typer.Option(help="Column of a second person's label; by default label_2.", rich_help_panel="Columns"),
    ] = None,
    slice_column: Annotated[
        str | None,
        typer.Option(
            help="Column of the kind of account, to be counted apart; by default slice.", rich_help_panel="Columns"
        ),
    ] = None,
    group_column: GroupColumn = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
) -> None:
    """Tell how right a model is on a labelled table.

    The model given, or that of the package, answers every row that has a label. With --folds, models are trained on the table
    itself, as kolclf train does. Examples: kolclf evaluate labelled.csv --model mine.npz; kolclf evaluate labelled.csv --folds 5
    """
    from kolclf import render_evaluation as render
    from kolclf.predictor import open_predictor

    if folds and (model or no_model):
        raise typer.BadParameter("--folds trains models of its own; leave --model and --no-model out")
    check_report(report)
    given = given_columns(
        id_column=id_column,
        name_column=name_column,
        bio_column=bio_column,
        captions_column=captions_column,
        label_column=label_column,
    )
    marks = {"slice": slice_column, "label_2": second_label_column}
    predictor = open_predictor(model, no_model or bool(folds), rules, max_error=max_error, language=lang.value)
    rows = labelled_rows(labelled, given, group_column, where, skip_unlabelled=True, **marks)
    if folds:
        from kolclf.model import KolClassifier

        with naming(labelled, group_column):
            found = held_out(rows, KolClassifier(), lang, folds, rules=predictor.rules, max_error=max_error)
    else:
        from kolclf import evaluate as evaluating

        name = str(model) if model else "default" if predictor.scorer else "rules"
        found = evaluating.evaluate(rows, predictor, name)
    render.notices(found, lang.value)
    if as_json:
        from kolclf.evaluation import as_json as plain

        typer.echo(json.dumps(plain(found), indent=1))
    else:
        render.evaluation(found, lang.value)
    if report:
        write_report(found, predictor.scorer, lang.value, report)
