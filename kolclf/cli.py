"""The command line: data to standard output, everything else to standard error."""

import csv
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

import kolclf
from kolclf.errors import DataError, KolclfError
from kolclf.options import (
    Accounts,
    Bio,
    BioColumn,
    Caption,
    CaptionsColumn,
    IdColumn,
    Jobs,
    Lang,
    Language,
    MaxError,
    ModelFile,
    Name,
    NameColumn,
    NoModel,
    NoReview,
    Output,
    RulesFile,
    account_given,
    given_columns,
    is_single,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Register a command; an error of kolclf becomes one sentence and exit code 1."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
            sys.stdout.flush()
        except KolclfError as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from None
        except BrokenPipeError:  # the reader has gone, as in `kolclf predict ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except KeyboardInterrupt:
            typer.echo("Stopped; no file was changed.", err=True)
            raise typer.Exit(130) from None

    app.command()(run)
    return run


@command
def train(
    labelled: Annotated[str, typer.Argument(help="Labelled table: bio, captions and a label in each row.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Model file to write (.npz).")],
    label_column: Annotated[str | None, typer.Option(help="Column of the label.", rich_help_panel="Columns")] = None,
    group_column: Annotated[
        str | None,
        typer.Option(help="Rows of one group stay in one fold (an author, a batch).", rich_help_panel="Columns"),
    ] = None,
    where: Annotated[str | None, typer.Option(help="Use only rows with this cell: COLUMN=VALUE.")] = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
    stem: Annotated[bool, typer.Option("--stem/--no-stem", help="Stem words by Sastrawi.")] = True,
    min_df: Annotated[int, typer.Option(min=1, help="Keep only words that as many accounts use.")] = 2,
    seed: Annotated[int, typer.Option(help="Seeds the folds; the same seed gives the same file.")] = 0,
) -> None:
    """Train a model on a labelled table.

    Example: kolclf train data/profiles.csv -o models/mine.npz --group-column batch --where split=train
    """
    from kolclf import render
    from kolclf.data import find_columns
    from kolclf.labelled import read_labelled
    from kolclf.model import KolClassifier
    from kolclf.store import check_target, save_model
    from kolclf.tables import read_table

    check_target(output)
    table = read_table(labelled)
    given = given_columns(
        id_column=id_column,
        name_column=name_column,
        bio_column=bio_column,
        captions_column=captions_column,
        label_column=label_column,
    )
    columns = find_columns(table, given, needs_label=True)
    rows = read_labelled(table, columns, group_column, where)
    again = f"; {rows.repeated} rows tell of an account again and are left out" if rows.repeated else ""
    render.say(f"{labelled}: {columns.described(table.columns)}; label = {table.columns[columns.label]}{again}")
    with render.working("training"):
        model = KolClassifier(use_stems=stem, min_df=min_df, random_state=seed)
        try:
            model.fit(rows.accounts, rows.labels, groups=rows.groups)
        except DataError as error:
            grouped = f" (grouped by '{group_column}')" if group_column else ""
            raise DataError(f"{labelled}: {error}{grouped}") from None
    save_model(model.scorer_, output)
    render.trained(model.scorer_, str(output))


@command
def predict(
    accounts: Accounts = None,
    output: Output = "-",
    model: ModelFile = None,
    no_model: NoModel = False,
    rules: RulesFile = None,
    bio: Bio = None,
    caption: Caption = None,
    name: Name = None,
    max_error: MaxError = 0.03,
    no_review: NoReview = False,
    jobs: Jobs = None,
    lang: Lang = Language.id,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
) -> None:
    """Answer every account of a table, or one given by --bio, --caption and --name.

    Examples: kolclf predict accounts.xlsx -o result.xlsx; kolclf predict --bio "dr. Rina, Sp.A | RS Mitra Bogor"
    """
    from kolclf import render
    from kolclf.batch import output_columns, predict_table
    from kolclf.data import find_columns
    from kolclf.predictor import open_predictor
    from kolclf.tables import read_table
    from kolclf.writers import open_writer

    predictor = open_predictor(model, no_model, rules, max_error=max_error, review=not no_review, language=lang.value)
    if is_single(accounts, bio, caption, name):
        render.answer(predictor, account_given(name, bio, caption))
        return
    table = read_table(str(accounts))
    given = given_columns(
        id_column=id_column, name_column=name_column, bio_column=bio_column, captions_column=captions_column
    )
    columns = find_columns(table, given)
    header = output_columns(table.columns, predictor.answer_columns)
    render.say(f"{table.path}: {columns.described(table.columns)}")
    if clashes := [name for name in header[len(table.columns) :] if name not in predictor.answer_columns]:
        render.say(f"the input has columns of these names already, so ours are called {', '.join(clashes)}")
    numbers = header[len(table.columns) + 1 : len(table.columns) + 2]
    with (
        open_writer(output, header, table, numbers, render.say) as writer,
        render.counting(table, "accounts") as progress,
    ):
        summary = predict_table(table, columns, predictor, writer, progress, jobs)
    render.summary(summary, predictor, output)


@command
def explain(
    accounts: Accounts = None,
    row: Annotated[int | None, typer.Option("--row", min=1, help="Number of the account in the file, from 1.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="Id of the account in the file.")] = None,
    model: ModelFile = None,
    no_model: NoModel = False,
    rules: RulesFile = None,
    bio: Bio = None,
    caption: Caption = None,
    name: Name = None,
    steps: Annotated[bool, typer.Option("--steps", help="Show what each text step changed.")] = False,
    lang: Lang = Language.id,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
) -> None:
    """Show why one account is answered as it is: its words and rules, by criterion.

    Examples: kolclf explain accounts.csv --row 3; kolclf explain --bio "bukan dokter, cuma istri dokter" --steps
    """
    from kolclf import render
    from kolclf.data import cells_of, find_account, find_columns
    from kolclf.predictor import open_predictor
    from kolclf.tables import read_table

    if is_single(accounts, bio, caption, name):
        texts = {"name": name or "", "bio": bio or "", "captions": "\n".join(caption or [])}
    else:
        if (row is None) == (id is None):
            raise typer.BadParameter("say which account of the file: --row N or --id X")
        table = read_table(str(accounts))
        given = given_columns(
            id_column=id_column, name_column=name_column, bio_column=bio_column, captions_column=captions_column
        )
        columns = find_columns(table, given)
        texts = cells_of(find_account(table, columns, row, id), columns)
    predictor = open_predictor(model, no_model, rules, language=lang.value)
    if steps:
        render.steps(texts)
    render.explanation(predictor, account_given(texts["name"], texts["bio"], [texts["captions"]]))


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
        raise kolclf.ModelError(
            "the package holds no default model; train one with: kolclf train LABELLED.csv -o mine.npz, and name it with --model"
        )
    found = weight_rows(scorer, field)
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([Weight._fields, *found])
    else:
        render.weights(found, top)


@command
def rules(
    text: Annotated[str | None, typer.Argument(help="A bio to test; without it all rules are listed.")] = None,
    rules: RulesFile = None,
    lang: Lang = Language.id,
) -> None:
    """List the rules, or show which of them fire on a text.

    Example: kolclf rules "drg. Tio, Sp.Ort | klinik gigi Malang"
    """
    from kolclf import render
    from kolclf.predictor import open_predictor

    predictor = open_predictor(None, True, rules)
    render.rules(predictor.rules, lang.value) if text is None else render.fired(
        predictor.rules, account_given(None, text, None), lang.value
    )


@command
def export(
    model: Annotated[Path, typer.Argument(help="Model file.")],
    to: Annotated[Path, typer.Option("--to", help="File to write, ending in .joblib.")],
) -> None:
    """Write a model as a scikit-learn Pipeline with joblib.

    The file is a pickle: open it only where you trust its maker. Example: kolclf export models/mine.npz --to pipeline.joblib
    """
    import joblib

    from kolclf import render
    from kolclf.pipeline import to_pipeline
    from kolclf.store import load_model
    from kolclf.writers import write_whole

    if to.suffix != ".joblib":
        raise DataError(f"{to}: an exported pipeline ends in .joblib; choose such a name with --to")
    pipeline = to_pipeline(load_model(model))
    with write_whole(to) as path:
        joblib.dump(pipeline, path)
    render.say(
        f"wrote {to}, a pickle: loading it runs code, so open one only where you trust its maker; it needs kolclf"
    )


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kolclf {kolclf.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Tells KOLs (authority from a profession or expertise) from influencers (from presence online), and why."""
