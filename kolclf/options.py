"""The options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Language(StrEnum):
    """Language of reasons and tables."""

    id = "id"
    en = "en"


class OnBadRows(StrEnum):
    """What happens to rows that cannot be read."""

    fail = "fail"
    skip = "skip"


class Criterion(StrEnum):
    """The criteria that evidence is grouped by."""

    medium = "medium"
    credibility = "credibility"
    area = "area"
    daily_work = "daily_work"
    livelihood = "livelihood"
    other = "other"


Accounts = Annotated[
    str | None, typer.Argument(help="Table of accounts (.csv .tsv .xlsx .jsonl .parquet), or - for standard input.")
]
Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", help="Where to write the result; its ending sets the format; - is standard output, as CSV."
    ),
]
ModelFile = Annotated[
    Path | None, typer.Option("--model", "-m", help="Model file; without it the model of the package is used.")
]
NoModel = Annotated[bool, typer.Option("--no-model", help="Answer by the rules alone.")]
RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="Rules of your own (TOML), added to those of the package.")
]
Lang = Annotated[Language, typer.Option("--lang", help="Language of reasons, tables and reports.")]
MaxError = Annotated[
    float,
    typer.Option(
        "--max-error", min=0.0, max=0.5, help="Error that decided rows may have; less means more rows to review."
    ),
]
NoReview = Annotated[bool, typer.Option("--no-review", help="Always answer kol or influencer.")]
ExplainColumns = Annotated[
    bool,
    typer.Option("--explain", help="Add columns with the evidence: strongest words, and a sum for each criterion."),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, help="Processes that share a long table; by default one for each core."),
]
Bio = Annotated[str | None, typer.Option("--bio", help="One account's bio, instead of a file.")]
Caption = Annotated[
    list[str] | None, typer.Option("--caption", help="One account's caption; may be given several times.")
]
Name = Annotated[str | None, typer.Option("--name", help="One account's display name; only titles are read from it.")]
IdColumn = Annotated[
    str | None, typer.Option("--id-column", help="Column of the account's id.", rich_help_panel="Columns")
]
NameColumn = Annotated[
    str | None, typer.Option("--name-column", help="Column of the display name.", rich_help_panel="Columns")
]
BioColumn = Annotated[str | None, typer.Option("--bio-column", help="Column of the bio.", rich_help_panel="Columns")]
CaptionsColumn = Annotated[
    str | None,
    typer.Option("--captions-column", help="Column(s) of the captions, by comma.", rich_help_panel="Columns"),
]
LabelColumn = Annotated[str | None, typer.Option(help="Column of the label.", rich_help_panel="Columns")]
GroupColumn = Annotated[
    str | None,
    typer.Option(help="Rows of one group stay in one fold (an author, a batch).", rich_help_panel="Columns"),
]
Where = Annotated[str | None, typer.Option(help="Use only rows with this cell: COLUMN=VALUE.")]
Report = Annotated[
    Path | None, typer.Option("--report", help="Write how right it is as one HTML page, for people who were not there.")
]

OnBadRowsOption = Annotated[
    OnBadRows,
    typer.Option(
        "--on-bad-rows",
        help="Rows that cannot be read: stop and name the first, or leave them out and write them to OUTPUT.rejected.csv.",
    ),
]
ExcelSafe = Annotated[
    bool,
    typer.Option(
        "--excel-safe", help="In CSV, put ' before cells that a spreadsheet would run as a formula (= + - @)."
    ),
]
LogJson = Annotated[
    Path | None, typer.Option("--log-json", help="Write counts, seconds and memory of each chunk, as JSON lines.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it exists already.")]


def given_columns(**columns: str | None) -> dict[str, str]:
    """Return the column options that were given, by part of an account."""
    return {part.removesuffix("_column"): name for part, name in columns.items() if name is not None}


def is_single(accounts: str | None, bio: str | None, caption: list[str] | None, name: str | None) -> bool:
    """Tell whether one account was given by options rather than a file.

    Raises
    ------
    typer.BadParameter
        If both were given, or neither.
    """
    given = bio is not None or bool(caption) or name is not None
    if given == (accounts is not None):
        raise typer.BadParameter("give either a file of accounts, or one account by --bio, --caption or --name")
    return given


def account_given(name: str | None, bio: str | None, caption: list[str] | None) -> Any:
    """Read the account that was given by options."""
    from kolclf.accounts import read_account

    return read_account(name or "", bio or "", "\n".join(caption or []))
