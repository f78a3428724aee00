"""What people see: tables and progress by rich. Data goes to standard output, all else to standard error."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TimeElapsedColumn
from rich.table import Table

from kolclf.accounts import Accounts
from kolclf.batch import Summary
from kolclf.decide import scales
from kolclf.explain import (
    CRITERION_NAMES,
    Contribution,
    Weight,
    by_criterion,
    class_contributions,
    explained_hit,
    ignored_words,
    label_reason,
    model_contributions,
    rule_contributions,
)
from kolclf.predictor import Answer, Predictor
from kolclf.rows import Table as RowTable
from kolclf.rules import Rules
from kolclf.scorer import Scorer
from kolclf.tokens import changes

BAR = 20  # characters
SIDE_STYLE = {"kol": "green", "influencer": "magenta", "review": "yellow", "neither": "yellow"}
_HEAD = {
    "criterion": {"id": "kriteria", "en": "criterion"},
    "evidence": {"id": "bukti", "en": "evidence"},
    "field": {"id": "kolom", "en": "field"},
    "source": {"id": "sumber", "en": "source"},
    "amount": {"id": "bobot", "en": "log-odds"},
    "ignored": {"id": "tidak dikenal, diabaikan", "en": "unknown, ignored"},
    "review_first": {"id": "tinjau dulu", "en": "review first"},
    "sum": {"id": "jumlah log-odds", "en": "sum of log-odds"},
    "offset": {"id": "titik awal", "en": "base"},
    "row": {"id": "baris {}", "en": "row {}"},
    "mark": {"id": "tanda", "en": "mark"},
    "rows": {"id": "{} baris", "en": "{} rows"},
    "written": {"id": "{} baris ditulis ke {}", "en": "{} rows written to {}"},
}


def _out() -> Console:
    return Console(highlight=False, emoji=False)


def _err() -> Console:
    return Console(stderr=True, highlight=False, emoji=False)


def say(message: str) -> None:
    """Print one line to standard error, as it is."""
    _err().print(message, markup=False, emoji=False, soft_wrap=True)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is going on, where somebody looks."""
    with _err().status(what):
        yield


@contextmanager
def counting(table: RowTable, what: str) -> Iterator[Callable[[int], None]]:
    """Yield a function that shows how many rows are done, with a bar where the size is known, where somebody looks."""
    shown = ("[progress.description]{task.description}", BarColumn(), "{task.fields[done]}", TimeElapsedColumn())
    console = _err()
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=table.size, done="")
        yield lambda done: progress.update(task, completed=table.position(), done=f"{done:,}")


def _table(*headers: str, **options: Any) -> Table:
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


def summary(result: Summary, predictor: Predictor, output: str) -> None:
    """Show the counts of a file and what to review first."""
    console, language = _err(), predictor.language
    table = _table("label", "n", "%")
    table.columns[1].justify = table.columns[2].justify = "right"
    marks = {"promotes": result.promotes} if "promotes" in predictor.answer_columns else {}
    for title, counts in (
        ("", result.labels),
        (_HEAD["source"][language], result.sources),
        (_HEAD["mark"][language], marks),
    ):
        if title and counts:
            table.add_row(f"[bold]{title}[/]")
        for name, n in sorted(counts.items(), key=lambda item: -item[1]):
            table.add_row(
                f"[{SIDE_STYLE.get(name, 'none')}]{escape(name)}[/]", str(n), f"{n / max(result.rows, 1):.0%}"
            )
    console.print(table)
    if result.review_first:
        first = _table(_HEAD["review_first"][language], "")
        for row, why in result.review_first:
            first.add_row(_HEAD["row"][language].format(row), escape(why))
        console.print(first)
    say(_HEAD["rows" if output == "-" else "written"][language].format(result.rows, output))


def answer(predictor: Predictor, account: Accounts) -> None:
    """Show the answer on one account, its reasons by criterion below it."""
    if "promotes" not in predictor.answer_columns:
        [(label, p, _, why)] = predictor.rows(account)
        _out().print(f"[bold]{escape(label)}[/]  p = {p:.2f}\n{escape(why)}")
        return
    [found] = predictor.answers(account)
    _headline(found)
    _criteria(_contributions(predictor, found, account), predictor.language, with_words=True)


def _headline(found: Answer) -> None:
    decision = found.decision
    p = "" if decision.p_kol is None else f"  p_kol = {decision.p_kol:.2f}"
    style = SIDE_STYLE[decision.label]
    _out().print(
        f"[bold {style}]{decision.label}[/]{p}  source = {decision.source}  promotes = {'yes' if decision.promotes else 'no'}"
    )
    _out().print(escape(found.reason), soft_wrap=True)


def _contributions(predictor: Predictor, found: Answer, account: Accounts) -> list[Contribution]:
    model_scale, rules_scale, _ = scales(predictor.policy, found.decision.source)
    parts = rule_contributions(found.evidence.verdict, account, predictor.language, rules_scale)
    if predictor.scorer is not None and model_scale:
        parts += model_contributions(predictor.scorer, account, scale=model_scale, language=predictor.language)
    return parts


def _criteria(parts: Sequence[Contribution], language: str, with_words: bool) -> None:
    sums = by_criterion(parts)
    widest = max(map(abs, sums.values()), default=0.0) or 1.0
    table = _table(_HEAD["criterion"][language], "", _HEAD["amount"][language])
    table.columns[2].justify = "right"
    if with_words:
        table.add_column(_HEAD["evidence"][language], overflow="fold")
    for criterion, amount in sums.items():
        words = [item.word for item in parts if item.criterion == criterion and item.amount * amount > 0][:3]
        if not words and not amount:
            continue
        style = SIDE_STYLE["kol" if amount > 0 else "influencer"]
        bar = "█" * max(1, round(BAR * abs(amount) / widest))
        cells = [CRITERION_NAMES[criterion][language], f"[{style}]{bar}[/]", f"{amount:+.2f}"]
        table.add_row(*cells, *([escape("; ".join(words))] if with_words else []))
    _out().print(table)


def explanation(predictor: Predictor, account: Accounts) -> None:
    """Show one account's answer, its criteria, and every word and rule behind them."""
    language = predictor.language
    scorer = predictor.scorer
    if scorer is not None and not scorer.is_kol_model:
        best = int(scorer.predict_proba(scorer.transform(account))[0].argmax())
        parts = class_contributions(scorer, account, best, language)
        _out().print(escape(label_reason(scorer.classes[best], parts, language)))
        _evidence(parts, language)
        return
    [found] = predictor.answers(account)
    parts = _contributions(predictor, found, account)
    _headline(found)
    _criteria(parts, language, with_words=False)
    _evidence(parts, language)
    model_scale, _, offset = scales(predictor.policy, found.decision.source)
    if scorer is not None and model_scale:
        offset += model_scale * float(scorer.intercept[0])
        ignored = ignored_words(scorer, account)
        if ignored:
            _out().print(f"{_HEAD['ignored'][language]}: {escape(', '.join(ignored[:30]))}")
    total = offset + sum(part.amount for part in parts)
    _out().print(f"{_HEAD['offset'][language]} {offset:+.2f}; {_HEAD['sum'][language]} {total:+.2f}")


def _evidence(parts: Sequence[Contribution], language: str, most: int = 25) -> None:
    table = _table(*(_HEAD[key][language] for key in ("amount", "evidence", "field", "source", "criterion")))
    table.columns[0].justify = "right"
    for item in sorted(parts, key=lambda item: -abs(item.amount))[:most]:
        style = SIDE_STYLE["kol" if item.amount > 0 else "influencer"]
        table.add_row(
            f"[{style}]{item.amount:+.2f}[/]",
            escape(item.word),
            item.field,
            item.source,
            CRITERION_NAMES[item.criterion][language],
        )
    _out().print(table)


def steps(texts: Mapping[str, str]) -> None:
    """Show what each text step made of each field."""
    for field, text in texts.items():
        if not text:
            continue
        table = _table(field, escape(repr(text)[1:-1]))
        for change in changes(text, is_name=field == "name"):
            table.add_row(change.step, escape(repr(change.text)[1:-1]))
        _out().print(table)


def weights(found: Sequence[Weight], top: int) -> None:
    """Show the heaviest features of each side."""
    by_side: dict[str, list[Weight]] = {}
    for item in sorted(found, key=lambda item: -item.weight):
        by_side.setdefault(item.label, []).append(item)
    for label, items in by_side.items():
        table = _table(label, "field", "weight", "words", "criterion")
        table.columns[2].justify = "right"
        for item in items[:top]:
            table.add_row(escape(item.feature), item.field, f"{item.weight:.2f}", escape(item.words), item.criterion)
        _out().print(table, "")


def rules(all_rules: Rules, language: str) -> None:
    """List the rules."""
    table = _table("id", "", "", _HEAD["criterion"][language], "")
    for rule in all_rules.rules:
        table.add_row(
            escape(rule.id),
            f"[{SIDE_STYLE[rule.side]}]{rule.side}[/]",
            f"{rule.weight:g}",
            CRITERION_NAMES[rule.criterion][language],
            escape(rule.why[language]),
        )
    _out().print(table)


def fired(all_rules: Rules, account: Accounts, language: str) -> None:
    """Show which rules fire on an account."""
    [verdict] = all_rules.judge(account)
    table = _table("id", "", "", _HEAD["evidence"][language])
    for hit in verdict.hits:
        table.add_row(
            escape(hit.rule.id),
            f"[{SIDE_STYLE[hit.rule.side]}]{hit.rule.side}[/]",
            f"{hit.rule.weight:g}",
            escape(explained_hit(hit, account[0], language)),
        )
    _out().print(table)
    _out().print(f"{_HEAD['sum'][language]} {verdict.log_odds:+.2f}")
