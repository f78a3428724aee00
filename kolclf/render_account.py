"""What people see of one account: its answer, its texts with the evidence marked, the criteria, and what the text steps did."""

import json
import sys
from collections.abc import Mapping, Sequence
from itertools import count

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kolclf.data import Columns, accounts_in, cells_in
from kolclf.errors import DataError
from kolclf.evidence import SMALLEST, Explanation, as_dict
from kolclf.explain import CRITERION_NAMES, Contribution, by_criterion
from kolclf.predictor import Predictor
from kolclf.render import HARMLESS, HEAD, SIDE_STYLE, counting, harmless, out, plain_table
from kolclf.rows import CHUNK, chunks
from kolclf.rows import Table as RowTable
from kolclf.tokens import changes

BAR = 20  # characters
MARKED, STRONG = 0.1, 0.5  # log-odds from which words are marked, and bold
MOST = 6  # contributions of a criterion that are listed
WIDEST = 40  # characters of the words of one contribution that are shown
LONGEST = 3000  # characters of a text that are shown
_ESCAPED = {code: f"\\u{code:04x}" for code in HARMLESS if code > 31}  # JSON escapes the others
_SAY = {
    "name": {"id": "nama", "en": "name"},
    "bio": {"id": "bio", "en": "bio"},
    "captions": {"id": "caption", "en": "captions"},
    "model": {"id": "model", "en": "model"},
    "rule": {"id": "aturan", "en": "rule"},
    "towards": {"id": "mengarah ke {}", "en": "speaks for {}"},
    "disagree": {
        "id": "Model dan aturan berbeda pendapat: model sendiri p_kol = {:.2f}, aturan sendiri p_kol = {:.2f}.",
        "en": "Model and rules disagree: the model alone p_kol = {:.2f}, the rules alone p_kol = {:.2f}.",
    },
    "not_counted": {"id": "Model terlalu ragu, jadi tidak dihitung.", "en": "The model is too unsure to count."},
    "unsure": {
        "id": "p_kol {:.2f} ada di rentang abu-abu {:.2f} sampai {:.2f}, jadi perlu ditinjau.",
        "en": "p_kol {:.2f} lies in the band from {:.2f} to {:.2f} that goes to review.",
    },
    "not_answerable": {
        "id": "Mirip akun yang orang pun sulit memutuskan: kejelasan {:+.2f}, perlu {:+.2f}.",
        "en": "It is like accounts that people could not decide either: clarity {:+.2f}, {:+.2f} is needed.",
    },
    "meaning": {"id": "arti", "en": "meaning"},
    "neither": {"id": "bukan akun perorangan", "en": "no person's account"},
    "more": {"id": "{} lainnya", "en": "{} more"},
    "small": {"id": "{} yang kecil", "en": "{} small ones"},
    "cut": {"id": " … ({} karakter lagi)", "en": " … ({} more characters)"},
    "sum": {
        "id": "titik awal {:+.2f}; bersama semua bobot di atas log-odds {:+.2f}",
        "en": "base {:+.2f}; with all weights above log-odds {:+.2f}",
    },
    "unknown": {"id": "tidak dikenal model", "en": "unknown to the model"},
    "no_rule": {"id": "tidak ada di aturan mana pun", "en": "in no rule"},
    "personal": {"id": "isinya disembunyikan, hanya jenisnya dihitung", "en": "hidden, only their kind counts"},
    "number": {"id": "angka, nilainya tidak dibaca", "en": "numbers, whose value is not read"},
    "name_unread": {
        "id": "dari nama hanya gelar dan jenis akun yang dibaca",
        "en": "of names only titles and kinds are read",
    },
    "ignored": {"id": "diabaikan", "en": "ignored"},
}


def answer(why: Explanation, language: str) -> None:
    """Show the answer on one account, its reasons by criterion below it."""
    _headline(why)
    if why.criteria is not None:
        _criteria(why, why.criteria, language, with_words=True)


def explanation(why: Explanation, language: str) -> None:
    """Show one account's answer, its texts, its criteria, every word and rule behind them, and what was ignored."""
    _headline(why)
    _texts(why, language)
    if why.criteria is None:
        table = _evidence_table(language)
        _add(table, why.contributions, language)
        out().print("", table, sep="\n")
    else:
        out().print()
        _criteria(why, why.criteria, language, with_words=False)
        _evidence(why, language)
    p = "" if why.p is None else f", {'p' if why.criteria is None else 'p_kol'} = {why.p:.3f}"
    out().print(_SAY["sum"][language].format(why.intercept, why.log_odds) + p)
    if why.limits and why.cause in ("unsure", "not_answerable"):
        shown = (why.p, *why.limits[:2]) if why.cause == "unsure" else why.limits[2:]
        out().print(_SAY[why.cause][language].format(*shown))
    _ignored(why, language)


def _style(amount: float) -> str:
    return SIDE_STYLE["kol" if amount > 0 else "influencer"]


def _headline(why: Explanation) -> None:
    if why.promotes is None:
        out().print(f"[bold]{escape(harmless(why.label))}[/]  p = {why.p:.2f}")
    else:
        p = "" if why.p is None else f"  p_kol = {why.p:.2f}"
        marks = f"{p}  source = {why.source}  promotes = {'yes' if why.promotes else 'no'}"
        out().print(f"[bold {SIDE_STYLE[why.label]}]{why.label}[/]{marks}")
    out().print(escape(harmless(why.reason)), soft_wrap=not out().is_terminal)


def _texts(why: Explanation, language: str) -> None:
    """Show the texts, each word in the colour of the side that it speaks for."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for field, text in why.texts.items():
        if not text.strip():
            continue
        shown = Text(harmless(text))
        for word in why.words:
            if word.field == field and abs(word.amount) >= MARKED:
                weight = "bold " if abs(word.amount) >= STRONG else ""
                shown.stylize(weight + _style(word.amount), word.start, word.end)
        more = len(shown) - LONGEST
        if more > 0:
            shown = shown[:LONGEST] + Text(_SAY["cut"][language].format(more), style="dim")
        table.add_row(_SAY[field][language], shown)
    out().print("", table, sep="\n")
    if why.criteria is not None and out().color_system:
        sides = (f"[{SIDE_STYLE[side]}]{_SAY['towards'][language].format(side)}[/]" for side in ("kol", "influencer"))
        out().print(*sides, "", sep="  ")


def _criteria(why: Explanation, sums: Mapping[str, float], language: str, with_words: bool) -> None:
    """Show what each criterion adds, with a bar; model and rules side by side where they disagree."""
    if why.disagree and why.model and why.rules:
        out().print(_SAY["disagree"][language].format(why.model.p_kol, why.rules.p_kol))
        if why.source == "rules":
            out().print(_SAY["not_counted"][language])
    apart = [
        by_criterion(item for item in why.contributions if item.source == source)
        for source in ("model", "rule")
        if why.disagree and why.source == "model+rules"
    ]
    widest = max(map(abs, sums.values())) or 1.0
    table = plain_table(HEAD["criterion"][language], "", HEAD["amount"][language])
    for source in ("model", "rule")[: len(apart)]:
        table.add_column(_SAY[source][language])
    for column in table.columns[2:]:
        column.justify = "right"
    if with_words:
        table.add_column(HEAD["evidence"][language], overflow="fold")
    for criterion, amount in sums.items():
        items = [item for item in why.contributions if item.criterion == criterion and item.amount * amount > 0]
        if not items:
            continue
        bar = "█" * max(1, round(BAR * abs(amount) / widest))
        cells = [CRITERION_NAMES[criterion][language], f"[{_style(amount)}]{bar}[/]", _signed(amount)]
        cells += [_signed(of_source[criterion]) for of_source in apart]
        table.add_row(*cells, *(["; ".join(map(_quoted, items[:3]))] if with_words else []))
    if table.rows:
        out().print(table)


def _signed(amount: float) -> str:
    return f"[{_style(amount)}]{amount:+.2f}[/]"


def _quoted(item: Contribution) -> str:
    word = escape(harmless(item.word))
    return f"“{word}” ({escape(harmless(item.why))})" if item.why else f"“{word}”"


def _evidence(why: Explanation, language: str) -> None:
    """Show the strongest contributions of each criterion, and what the others add together."""
    table = _evidence_table(language)
    for criterion in CRITERION_NAMES:
        items = [item for item in why.contributions if item.criterion == criterion and item.side != "neither"]
        if items:
            table.add_row(f"[bold]{CRITERION_NAMES[criterion][language]}[/]")
            _add(table, items, language)
    against = [item for item in why.contributions if item.side == "neither"]
    if against:
        table.add_row(f"[bold {SIDE_STYLE['neither']}]{_SAY['neither'][language]}[/]")
        _add(table, against, language)
    if table.rows:
        out().print("", table, sep="\n")


def _evidence_table(language: str) -> Table:
    heads = (HEAD[key][language] for key in ("evidence", "amount", "field", "source"))
    table = plain_table(*heads, _SAY["meaning"][language])
    table.columns[1].justify = "right"
    for column in table.columns[1:4]:
        column.no_wrap = True
    return table


def _add(table: Table, items: Sequence[Contribution], language: str) -> None:
    """Add rows of contributions, the strongest first, and one for all that are left."""
    shown = [item for item in items[:MOST] if abs(item.amount) >= SMALLEST or item.side == "neither"]
    for item in shown:
        word = harmless(item.word)
        table.add_row(
            f"  {escape(word if len(word) <= WIDEST else word[: WIDEST - 1] + '…')}",
            "" if item.side == "neither" else _signed(item.amount),
            _SAY[item.field][language],
            _SAY[item.source][language],
            escape(harmless(item.why)),
        )
    if rest := items[len(shown) :]:
        more = _SAY["more" if shown else "small"][language].format(len(rest))
        table.add_row(f"  [dim]{more}[/]", _signed(sum(item.amount for item in rest)))


def _ignored(why: Explanation, language: str, most: int = 30) -> None:
    groups: dict[str, dict[str, None]] = {}
    for item in why.ignored:
        groups.setdefault(item.why, {})[item.word] = None
    for cause, words in groups.items():
        title = _SAY["name_unread" if cause == "name" else cause][language]
        shown = ", ".join(list(words)[:most]) + (", …" if len(words) > most else "")
        out().print(Text(f"{_SAY['ignored'][language]}: {harmless(shown)} ({title})", style="dim"))


def json_lines(predictor: Predictor, table: RowTable, columns: Columns) -> None:
    """Write the explanations of all accounts of a table to standard output, each with its row as one line of JSON."""
    numbers = count(1)
    with counting(table, "accounts") as progress:
        for chunk in chunks(table, CHUNK):
            for why, row in zip(predictor.explanations(accounts_in(cells_in(chunk, columns))), numbers):  # noqa: B905
                sys.stdout.write(as_json(why, row) + "\n")
            progress(row)
    if next(numbers) == 1:
        raise DataError(f"{table.path}: has a header but no rows; add accounts")


def as_json(why: Explanation, row: int | None = None, indent: int | None = None) -> str:
    """Return an explanation as JSON; what a terminal should not be sent as it is stands escaped."""
    found = as_dict(why) if row is None else {"row": row, **as_dict(why)}
    return json.dumps(found, ensure_ascii=False, indent=indent).translate(_ESCAPED)


def steps(texts: Mapping[str, str]) -> None:
    """Show what each text step made of each field."""
    for field, text in texts.items():
        if not text:
            continue
        table = plain_table(field, escape(repr(text)[1:-1]))
        for change in changes(text, is_name=field == "name"):
            table.add_row(change.step, escape(repr(change.text)[1:-1]))
        out().print(table)
