"""What people see of one account: its answer, the criteria and evidence behind it, and what the text steps made of it."""

from collections.abc import Mapping, Sequence

from rich.markup import escape

from kolclf.accounts import Accounts
from kolclf.decide import scales
from kolclf.explain import (
    CRITERION_NAMES,
    Contribution,
    by_criterion,
    class_contributions,
    ignored_words,
    label_reason,
    model_contributions,
    rule_contributions,
)
from kolclf.predictor import Answer, Predictor
from kolclf.render import HEAD, SIDE_STYLE, out, plain_table
from kolclf.tokens import changes

BAR = 20  # characters


def answer(predictor: Predictor, account: Accounts) -> None:
    """Show the answer on one account, its reasons by criterion below it."""
    if "promotes" not in predictor.answer_columns:
        [(label, p, _, why)] = predictor.rows(account)
        out().print(f"[bold]{escape(label)}[/]  p = {p:.2f}\n{escape(why)}")
        return
    [found] = predictor.answers(account)
    _headline(found)
    _criteria(_contributions(predictor, found, account), predictor.language, with_words=True)


def _headline(found: Answer) -> None:
    decision = found.decision
    p = "" if decision.p_kol is None else f"  p_kol = {decision.p_kol:.2f}"
    style = SIDE_STYLE[decision.label]
    out().print(
        f"[bold {style}]{decision.label}[/]{p}  source = {decision.source}  promotes = {'yes' if decision.promotes else 'no'}"
    )
    out().print(escape(found.reason), soft_wrap=True)


def _contributions(predictor: Predictor, found: Answer, account: Accounts) -> list[Contribution]:
    model_scale, rules_scale, _ = scales(predictor.policy, found.decision.source)
    parts = rule_contributions(found.evidence.verdict, account, predictor.language, rules_scale)
    if predictor.scorer is not None and model_scale:
        parts += model_contributions(predictor.scorer, account, scale=model_scale, language=predictor.language)
    return parts


def _criteria(parts: Sequence[Contribution], language: str, with_words: bool) -> None:
    sums = by_criterion(parts)
    widest = max(map(abs, sums.values()), default=0.0) or 1.0
    table = plain_table(HEAD["criterion"][language], "", HEAD["amount"][language])
    table.columns[2].justify = "right"
    if with_words:
        table.add_column(HEAD["evidence"][language], overflow="fold")
    for criterion, amount in sums.items():
        words = [item.word for item in parts if item.criterion == criterion and item.amount * amount > 0][:3]
        if not words and not amount:
            continue
        style = SIDE_STYLE["kol" if amount > 0 else "influencer"]
        bar = "█" * max(1, round(BAR * abs(amount) / widest))
        cells = [CRITERION_NAMES[criterion][language], f"[{style}]{bar}[/]", f"{amount:+.2f}"]
        table.add_row(*cells, *([escape("; ".join(words))] if with_words else []))
    out().print(table)


def explanation(predictor: Predictor, account: Accounts) -> None:
    """Show one account's answer, its criteria, and every word and rule behind them."""
    language = predictor.language
    scorer = predictor.scorer
    if scorer is not None and not scorer.is_kol_model:
        best = int(scorer.predict_proba(scorer.transform(account))[0].argmax())
        parts = class_contributions(scorer, account, best, language)
        out().print(escape(label_reason(scorer.classes[best], parts, language)))
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
            out().print(f"{HEAD['ignored'][language]}: {escape(', '.join(ignored[:30]))}")
    total = offset + sum(part.amount for part in parts)
    out().print(f"{HEAD['offset'][language]} {offset:+.2f}; {HEAD['sum'][language]} {total:+.2f}")


def _evidence(parts: Sequence[Contribution], language: str, most: int = 25) -> None:
    table = plain_table(*(HEAD[key][language] for key in ("amount", "evidence", "field", "source", "criterion")))
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
    out().print(table)


def steps(texts: Mapping[str, str]) -> None:
    """Show what each text step made of each field."""
    for field, text in texts.items():
        if not text:
            continue
        table = plain_table(field, escape(repr(text)[1:-1]))
        for change in changes(text, is_name=field == "name"):
            table.add_row(change.step, escape(repr(change.text)[1:-1]))
        out().print(table)
