"""What people see: tables and progress by rich. Data goes to standard output, all else to standard error."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kolclf.accounts import Accounts
from kolclf.explain import CRITERION_NAMES, explained_hit
from kolclf.predictor import Predictor
from kolclf.rows import Table as RowTable
from kolclf.rules import Rules
from kolclf.scorer import Scorer
from kolclf.spans import written

if TYPE_CHECKING:  # a single answer does not wait for them
    from kolclf.batch import Summary
    from kolclf.weights import Weight

SIDE_STYLE = {"kol": "green", "influencer": "magenta", "review": "yellow", "neither": "yellow"}
HEAD = {
    "criterion": {"id": "kriteria", "en": "criterion"},
    "evidence": {"id": "bukti", "en": "evidence"},
    "field": {"id": "kolom", "en": "field"},
    "source": {"id": "sumber", "en": "source"},
    "amount": {"id": "bobot", "en": "log-odds"},
    "weight": {"id": "bobot", "en": "weight"},
    "accounts": {"id": "n", "en": "n"},
    "others": {"id": "n lain", "en": "others"},
    "words": {"id": "kata", "en": "words"},
    "ignored": {"id": "tidak dikenal, diabaikan", "en": "unknown, ignored"},
    "review_first": {"id": "tinjau dulu", "en": "review first"},
    "sum": {"id": "jumlah log-odds", "en": "sum of log-odds"},
    "offset": {"id": "titik awal", "en": "base"},
    "row": {"id": "baris {}", "en": "row {}"},
    "mark": {"id": "tanda", "en": "mark"},
    "rows": {"id": "{} baris", "en": "{} rows"},
    "rejected": {
        "id": "{} baris tidak terbaca dan dilewati, alasannya ada di {}",
        "en": "{} rows could not be read and are left out; see why in {}",
    },
    "written": {"id": "{} baris ditulis ke {}", "en": "{} rows written to {}"},
}
# What would move the cursor, change colours or turn the direction of writing, each to one harmless character.
HARMLESS = (
    {code: 0x2400 + code for code in range(32)}
    | dict.fromkeys([*range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
    | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
    | dict.fromkeys([9, 13, 0x85, 0x2028, 0x2029], 32)
    | {10: 10}
)


def harmless(text: str) -> str:
    r"""Return a stranger's text as a terminal may show it: each character that could do more than be seen is replaced by one.

    >>> harmless("\x1b[2Jbidan\u202e")
    '␛[2Jbidan�'
    """
    return text.translate(HARMLESS)


def out() -> Console:
    """Return what writes to standard output."""
    return Console(highlight=False, emoji=False)


def err() -> Console:
    """Return what writes to standard error."""
    return Console(stderr=True, highlight=False, emoji=False)


def say(message: str) -> None:
    """Print one line to standard error, as it is."""
    err().print(harmless(message), markup=False, emoji=False, soft_wrap=True)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is going on, where somebody looks."""
    with err().status(what):
        yield


@contextmanager
def counting(table: RowTable, what: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many rows are done, with a bar where the size is known, where somebody looks."""
    from rich.progress import BarColumn, Progress, TimeElapsedColumn  # noqa: PLC0415 (one answer does not wait for it)

    shown = ("[progress.description]{task.description}", BarColumn(), "{task.fields[done]}", TimeElapsedColumn())
    console = err()
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=table.size, done="")
        yield lambda done: progress.update(task, completed=table.position(), done=f"{done:,}")


def plain_table(*headers: str, **options: Any) -> Table:
    """Return an empty table without lines."""
    table = Table(box=None, pad_edge=False, header_style="bold", **options)
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def trained(scorer: Scorer, path: str) -> None:
    """Say what was trained on what."""
    info = scorer.info
    counted = ", ".join(f"{n} {label}" for label, n in sorted(info["labels"].items()))
    say(f"trained on {counted}; C = {info['C']:g} by {info['folds']} folds, {info['features']:,} features")
    aside = {label: n for label, n in info["labels"].items() if label not in scorer.classes}
    if aside:
        used = "they teach when to abstain" if scorer.answerable else "too few to learn when to abstain from"
        say(f"set aside: {', '.join(f'{n} {label}' for label, n in sorted(aside.items()))}; {used}")
    if len(scorer.policy.held_out_p):
        right = (scorer.policy.held_out_p > 0.5) == scorer.policy.held_out_is_kol
        say(f"held-out folds: {right.mean():.1%} of {len(right)} right before any review, model and rules together")
    say(f"wrote {path}")


def summary(result: "Summary", predictor: Predictor, output: str) -> None:
    """Show the counts of a file and what to review first."""
    console, language = err(), predictor.language
    table = plain_table("label", "n", "%")
    table.columns[1].justify = table.columns[2].justify = "right"
    marks = {"promotes": result.promotes} if "promotes" in predictor.answer_columns else {}
    for title, counts in (
        ("", result.labels),
        (HEAD["source"][language], result.sources),
        (HEAD["mark"][language], marks),
    ):
        if title and counts:
            table.add_row(f"[bold]{title}[/]")
        for name, n in sorted(counts.items(), key=lambda item: -item[1]):
            table.add_row(
                f"[{SIDE_STYLE.get(name, 'none')}]{escape(name)}[/]", str(n), f"{n / max(result.rows, 1):.0%}"
            )
    console.print(table)
    if result.review_first:
        first = plain_table(HEAD["review_first"][language], "")
        for row, why in result.review_first:
            first.add_row(HEAD["row"][language].format(row), escape(why))
        console.print(first)
    say(HEAD["rows" if output == "-" else "written"][language].format(result.rows, output))


def weights(found: "Sequence[Weight]", top: int, language: str) -> None:
    """Show the heaviest features of each side, and how many training accounts of its label and of others have them."""
    by_side: dict[str, list[Weight]] = {}
    for item in found:
        by_side.setdefault(item.label, []).append(item)
    heads = [HEAD[key][language] for key in ("field", "weight", "accounts", "others", "criterion", "words")]
    for label, items in by_side.items():
        table = plain_table(label, *heads, expand=True)
        table.columns[-1].ratio = 1
        for number, column in enumerate(table.columns):
            column.no_wrap, column.overflow = True, "ellipsis"
            column.justify = "right" if 2 <= number <= 4 else "left"
        for item in items[:top]:
            ours = item.documents.get(label)
            table.add_row(
                escape(item.feature),
                item.field,
                f"{item.weight:.2f}",
                *("" if n is None else str(n) for n in (ours, ours and sum(item.documents.values()) - ours)),
                CRITERION_NAMES[item.criterion][language],
                escape(", ".join(item.forms)),
            )
        out().print(table, "")


def rules(all_rules: Rules, language: str) -> None:
    """List the rules."""
    table = plain_table("id", "", "", HEAD["criterion"][language], "")
    for rule in all_rules.rules:
        table.add_row(
            escape(rule.id),
            f"[{SIDE_STYLE[rule.side]}]{rule.side}[/]",
            f"{rule.weight:g}",
            CRITERION_NAMES[rule.criterion][language],
            escape(rule.why[language]),
        )
    out().print(table)


def fired(all_rules: Rules, account: Accounts, language: str) -> None:
    """Show which rules fire on an account."""
    [verdict] = all_rules.judge(account)
    as_written = next(written(account))
    table = plain_table("id", "", "", HEAD["evidence"][language])
    for hit in verdict.hits:
        table.add_row(
            escape(hit.rule.id),
            f"[{SIDE_STYLE[hit.rule.side]}]{hit.rule.side}[/]",
            f"{hit.rule.weight:g}",
            escape(harmless(explained_hit(hit, as_written, language))),
        )
    out().print(table)
    out().print(f"{HEAD['sum'][language]} {verdict.log_odds:+.2f}")
