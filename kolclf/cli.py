"""The command line: data to standard output, everything else to standard error."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

import kolclf
from kolclf.app import app, command
from kolclf.errors import DataError
from kolclf.options import (
    Accounts,
    Bio,
    BioColumn,
    Caption,
    CaptionsColumn,
    ExcelSafe,
    ExplainColumns,
    Force,
    GroupColumn,
    IdColumn,
    Jobs,
    LabelColumn,
    Lang,
    Language,
    LogJson,
    MaxError,
    ModelFile,
    Name,
    NameColumn,
    NoModel,
    NoReview,
    OnBadRows,
    OnBadRowsOption,
    Output,
    Report,
    RulesFile,
    Where,
    account_given,
    given_columns,
    is_single,
)


@command
def train(
    labelled: Annotated[str, typer.Argument(help="Labelled table: bio, captions and a label in each row.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Model file to write (.npz).")],
    report: Report = None,
    lang: Lang = Language.id,
    label_column: LabelColumn = None,
    group_column: GroupColumn = None,
    where: Where = None,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
    stem: Annotated[bool, typer.Option("--stem/--no-stem", help="Stem words by Sastrawi.")] = True,
    min_df: Annotated[int, typer.Option(min=1, help="Keep only words that as many accounts use.")] = 2,
    seed: Annotated[int, typer.Option(help="Seeds the folds; the same seed gives the same file.")] = 0,
    force: Force = False,
) -> None:
    """Train a model on a labelled table.

    With --report it is also told how right such a model is, by held-out folds.
    Example: kolclf train data/profiles.csv -o models/mine.npz --group-column batch --where split=train
    """
    from kolclf import render
    from kolclf.cli_evaluate import check_report, held_out, labelled_rows, naming, write_report
    from kolclf.folds import groups_to_keep
    from kolclf.model import KolClassifier
    from kolclf.store import check_target, save_model
    from kolclf.whole import check_new

    check_target(output)
    check_new(output, force)
    check_report(report)
    given = given_columns(
        id_column=id_column,
        name_column=name_column,
        bio_column=bio_column,
        captions_column=captions_column,
        label_column=label_column,
    )
    rows = labelled_rows(labelled, given, group_column, where)
    model = KolClassifier(use_stems=stem, min_df=min_df, random_state=seed)
    with render.working("training"), naming(labelled, group_column):
        model.fit(rows.accounts, rows.labels, groups=groups_to_keep(rows))
    save_model(model.scorer_, output)
    render.trained(model.scorer_, str(output))
    if report:
        with naming(labelled, group_column):
            found = held_out(rows, model, lang=lang)
        facts = found.model._replace(name=str(output), info=dict(model.scorer_.info))
        write_report(found._replace(model=facts), model.scorer_, lang.value, report)


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
    explain: ExplainColumns = False,
    jobs: Jobs = None,
    on_bad_rows: OnBadRowsOption = OnBadRows.fail,
    excel_safe: ExcelSafe = False,
    log_json: LogJson = None,
    lang: Lang = Language.id,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
) -> None:
    """Answer every account of a table, or one given by --bio, --caption and --name.

    Examples: kolclf predict accounts.xlsx -o result.xlsx; kolclf predict --bio "dr. Rina, Sp.A | RS Mitra Bogor"

    --explain adds evidence_kol and evidence_influencer, the words that speak most for each side, as they were written, with
    what they add, and criterion_medium, criterion_credibility, criterion_area, criterion_daily_work and criterion_livelihood, the
    sums by criterion. All are in log-odds for KOL: plus speaks for kol, minus for influencer; 0.7 doubles the odds, 2.2 makes
    them nine times as high. A model of other labels adds evidence_for and evidence_against, for its answer.
    """
    from kolclf import render, render_account
    from kolclf.predictor import NUMBERS, open_predictor

    options = {"max_error": max_error, "review": not no_review, "language": lang.value, "explain": explain}
    predictor = open_predictor(model, no_model, rules, **options)
    if is_single(accounts, bio, caption, name):
        show = render_account.explanation if explain else render_account.answer
        show(next(predictor.explanations(account_given(name, bio, caption))), lang.value)
        return
    from kolclf.batch import output_columns, predict_table  # what follows is for tables
    from kolclf.data import find_columns
    from kolclf.events import events
    from kolclf.rejected import Rejected
    from kolclf.tables import read_table
    from kolclf.writers import open_writer

    if on_bad_rows is OnBadRows.skip and output == "-":
        raise typer.BadParameter("--on-bad-rows skip writes the rejected rows beside the result; name one with -o")
    rejected = Rejected(f"{output}.rejected.csv") if on_bad_rows is OnBadRows.skip else None
    table = read_table(str(accounts), rejected)
    given = given_columns(
        id_column=id_column, name_column=name_column, bio_column=bio_column, captions_column=captions_column
    )
    columns = find_columns(table, given)
    header = output_columns(table.columns, predictor.answer_columns)
    render.say(f"{table.path}: {columns.described(table.columns)}")
    named = list(zip(header[len(table.columns) :], predictor.answer_columns, strict=True))
    if clashes := [name for name, own in named if name != own]:
        render.say(f"the input has columns of these names already, so ours are called {', '.join(clashes)}")
    numbers = [name for name, own in named if own in NUMBERS]
    with (
        rejected.written() if rejected else nullcontext(),
        open_writer(output, header, table, numbers, render.say, excel_safe) as writer,
        render.counting(table, "accounts") as progress,
        events(log_json) as log,
    ):
        summary = predict_table(table, columns, predictor, writer, progress, jobs, log)
    render.summary(summary, predictor, output)
    if rejected:
        render.say(render.HEAD["rejected"][lang.value].format(rejected.count, rejected.path))


@command
def explain(
    accounts: Accounts = None,
    row: Annotated[int | None, typer.Option("--row", min=1, help="Number of the account in the file, from 1.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="Id of the account in the file.")] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Everything as JSON; of a file without --row or --id, a line for each account."),
    ] = False,
    model: ModelFile = None,
    no_model: NoModel = False,
    rules: RulesFile = None,
    bio: Bio = None,
    caption: Caption = None,
    name: Name = None,
    max_error: MaxError = 0.03,
    no_review: NoReview = False,
    steps: Annotated[bool, typer.Option("--steps", help="Show what each text step changed.")] = False,
    lang: Lang = Language.id,
    id_column: IdColumn = None,
    name_column: NameColumn = None,
    bio_column: BioColumn = None,
    captions_column: CaptionsColumn = None,
) -> None:
    """Show why one account is answered as it is: its words and rules, by criterion.

    Examples: kolclf explain accounts.csv --row 3; kolclf explain --bio "bukan dokter, cuma istri dokter" --steps

    Each word, concept and rule stands with what it adds to the log-odds for KOL. In the JSON, intercept and the amounts of all
    contributions sum to log_odds, and so do intercept and the words, among which the contributions are shared out; p_kol is
    1 / (1 + exp(-log_odds)), and null where there was nothing to score. Its keys: label, p_kol, source, promotes, reason,
    log_odds, intercept; guess and cause (behind a review); criteria (sums); model and rules (what each says alone: log_odds,
    p_kol); limits (what goes to review: low, high, answerable, min_answerable); contributions (word, why, field, start, end,
    times, source, feature, criterion, side, amount); words (word, field, start, end, amount); ignored (word, field, start, end,
    why); texts (name, bio, captions: start and end count their characters). Lines of a whole file begin with row. A model of
    other labels has p for p_kol, and null where a key is of KOLs alone.
    """
    from kolclf import render_account
    from kolclf.data import cells_of, find_account, find_columns
    from kolclf.predictor import open_predictor
    from kolclf.tables import read_table

    is_one = is_single(accounts, bio, caption, name)
    if not is_one and (row is None) == (id is None) and not (as_json and row is None):
        raise typer.BadParameter("say which account of the file: --row N or --id X, or --json for all of them")
    predictor = open_predictor(model, no_model, rules, max_error=max_error, review=not no_review, language=lang.value)
    texts = {"name": name or "", "bio": bio or "", "captions": "\n".join(caption or [])}
    if not is_one:
        table = read_table(str(accounts))
        given = given_columns(
            id_column=id_column, name_column=name_column, bio_column=bio_column, captions_column=captions_column
        )
        columns = find_columns(table, given)
        if row is None and id is None:
            render_account.json_lines(predictor, table, columns)
            return
        texts = cells_of(find_account(table, columns, row, id), columns)
    [why] = predictor.explanations(account_given(texts["name"], texts["bio"], [texts["captions"]]))
    if as_json:
        typer.echo(render_account.as_json(why, indent=2))
        return
    if steps:
        render_account.steps(texts)
    render_account.explanation(why, lang.value)


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
    force: Force = False,
) -> None:
    """Write a model as a scikit-learn Pipeline with joblib.

    The file is a pickle: open it only where you trust its maker. Example: kolclf export models/mine.npz --to pipeline.joblib
    """
    from kolclf import render
    from kolclf.pipeline import write_pipeline
    from kolclf.store import load_model
    from kolclf.whole import check_new

    if to.suffix != ".joblib":
        raise DataError(f"{to}: an exported pipeline ends in .joblib; choose such a name with --to")
    check_new(to, force)
    write_pipeline(load_model(model), to)
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


from kolclf import cli_evaluate, cli_quality  # noqa: E402, F401 (their commands come last)
