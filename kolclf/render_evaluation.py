"""What people see of an evaluation on screen: tables to standard output, what to mind to standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isnan

from rich.markup import escape
from rich.progress import BarColumn, Progress, TimeElapsedColumn
from rich.table import Table

from kolclf.evaluation import Agreement, Estimate, Evaluation, LearningCurve, Share
from kolclf.render import SIDE_STYLE, err, out, plain_table, say
from kolclf.wording import number, percent, wording

MOST_MISTAKES = 10
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
OF_WAYS = ("accuracy", "auc", "log_loss", "calibration_error", "coverage", "decided_accuracy", "held_back")
TEXT = {
    "range": {"id": "rentang 95%", "en": "95 % range"},
    "rows": {"id": "akun", "en": "accounts"},
    "data": {"id": "{n} akun: {labels}; dijawab oleh {by}", "en": "{n} accounts: {labels}; answered by {by}"},
    "default": {"id": "model bawaan paket", "en": "the model of the package"},
    "rules": {"id": "aturan saja", "en": "the rules alone"},
    "folds": {
        "id": "{folds} model, masing-masing dilatih tanpa bagian yang dijawabnya",
        "en": "{folds} models, each trained without the part that it answers",
    },
    "unlabelled": {"id": "{n} baris tanpa label, tidak dihitung", "en": "{n} rows without a label are left out"},
    "seen": {
        "id": "Perhatian: {n} dari akun-akun ini ikut dipakai melatih model, jadi angkanya terlalu bagus. Pakai --folds 5, atau "
        "pilih akun lain dengan --where.",
        "en": "Mind: {n} of these accounts were used to train the model, so the figures are too good. Use --folds 5, or choose "
        "other accounts with --where.",
    },
    "maybe_seen": {
        "id": "Tidak diketahui apakah model dilatih dengan akun-akun ini; jika ya, angkanya terlalu bagus: pakai --folds 5.",
        "en": "Whether the model was trained on these accounts is not known; if so, the figures are too good: use --folds 5.",
    },
    "next": {
        "id": "{n} label (dua kali lipat) diperkirakan menambah {value} poin dari 100 ({low} sampai {high}).",
        "en": "{n} labels (twice as many) are expected to bring {value} points of 100 ({low} to {high}).",
    },
    "forced": {"id": "tebakan pertama benar", "en": "first guess right"},
    "answered": {"id": "dijawab", "en": "answered"},
    "right": {"id": "benar", "en": "right"},
    "held back": {"id": "ditahan", "en": "held back"},
    "now": {"id": "sekarang", "en": "now"},
    "row": {"id": "baris", "en": "row"},
    "reason": {"id": "alasan", "en": "reason"},
}


@contextmanager
def training() -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows how many rows were trained on, of how many, where somebody looks."""
    console = err()
    shown = ("[progress.description]{task.description}", BarColumn(), TimeElapsedColumn())
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("training")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def notices(found: Evaluation, language: str) -> None:
    """Say what was evaluated, and what to mind about it."""

    def tell(key: str, **values: int | str) -> None:
        written = {name: number(of, 0, language) if isinstance(of, int) else of for name, of in values.items()}
        say(TEXT[key][language].format(**written))

    data = found.data
    counted = ", ".join(f"{number(n, 0, language)} {label}" for label, n in data.labels.items())
    name, folds = found.model.name, found.model.folds
    by = TEXT["folds"][language].format(folds=folds) if folds else TEXT[name][language] if name in TEXT else name
    tell("data", n=data.n, labels=counted, by=by)
    if data.unlabelled:
        tell("unlabelled", n=data.unlabelled)
    if data.trained_on is None:
        tell("maybe_seen")
    elif data.trained_on:
        tell("seen", n=data.trained_on)
    if data.few_groups:
        say(wording(language)["how"]["few_groups"].format(n=data.groups))


def evaluation(found: Evaluation, language: str) -> None:
    """Show how right a model is."""
    console = out()
    for part in _parts(found, language):
        console.print(part)
        console.print()


def _parts(found: Evaluation, language: str) -> Iterator[Table | str]:
    text = wording(language)
    yield _metrics(found, language)
    yield _classes(found, language)
    yield _confusion(found, language)
    if found.causes:
        causes = plain_table(text["causes"]["title"], TEXT["rows"][language])
        causes.columns[1].justify = "right"
        for cause, n in found.causes.items():
            causes.add_row(text["causes"][cause], number(n, 0, language))
        yield causes
    if len(found.ways) > 1:
        yield _ways(found, language)
    yield _coverage_error(found, language)
    if found.slices:
        yield _slices(found, language)
    if found.learning_curve:
        yield _learning_curve(found.learning_curve, language)
        yield _next_labels(found.learning_curve, language)
    if found.second_reading:
        yield _second_reading(found, language)
    if found.mistakes:
        some = {"shown": min(MOST_MISTAKES, len(found.mistakes)), "n": number(len(found.mistakes), 0, language)}
        yield text["mistakes"]["some"].format(**some)
        yield _mistakes(found, language)


def _range(low: float, high: float, digits: int, language: str) -> str:
    return f"{number(low, digits, language)}-{number(high, digits, language)}"


def _cell(found: Estimate | Share, language: str) -> str:
    """Write a value with its range."""
    low, high = found.interval if isinstance(found, Share) else (found.low, found.high)
    shown = number(found.value, 3, language)
    return shown if isnan(found.value) else f"{shown} ({_range(low, high, 2, language)})"


def _styled(label: str) -> str:
    return f"[{SIDE_STYLE.get(label, 'none')}]{escape(label)}[/]"


def _right(table: Table, first: int = 1) -> Table:
    """Set all columns but the first ones to the right."""
    for column in table.columns[first:]:
        column.justify = "right"
    return table


def _metrics(found: Evaluation, language: str) -> Table:
    text = wording(language)["metrics"]
    table = _right(plain_table(text["head"], text["answer"], TEXT["range"][language], TEXT["rows"][language]))
    for name, of in found.metrics.items():
        cells = (number(of.value, 3, language), _range(of.low, of.high, 3, language), number(of.n, 0, language))
        table.add_row(text["name"][name], *cells)
    return table


def _classes(found: Evaluation, language: str) -> Table:
    text = wording(language)["classes"]
    table = _right(plain_table(*(text[name] for name in ("label", "precision", "recall", "f1", "n"))))
    for of in found.classes:
        cells = [_cell(statistic, language) for statistic in (of.precision, of.recall, of.f1)]
        table.add_row(_styled(of.label), *cells, number(of.n, 0, language))
    return table


def _confusion(found: Evaluation, language: str) -> Table:
    labels, answers, counts = found.confusion
    table = _right(plain_table(wording(language)["confusion"]["label"], *map(_styled, answers)))
    for label, row in zip(labels, counts.tolist(), strict=True):
        table.add_row(_styled(label), *(number(n, 0, language) for n in row))
    return table


def _ways(found: Evaluation, language: str) -> Table:
    text = wording(language)["metrics"]
    table = _right(plain_table(text["head"], *(text[way] for way in found.ways)))
    for name in OF_WAYS:
        if name in found.metrics:
            table.add_row(
                text["name"][name], *(_cell(of[name], language) if name in of else "" for of in found.ways.values())
            )
    return table


def _coverage_error(found: Evaluation, language: str) -> Table:
    text, curve = wording(language)["coverage_error"], found.coverage_error
    n = len(curve.coverage)
    places = [max(round(n * share), 1) - 1 for share in COVERAGES]
    heads = [percent(share, 0, language) for share in COVERAGES]
    table = _right(
        plain_table(text["x"], *heads, f"{TEXT['now'][language]}: {percent(curve.at_coverage, 1, language)}")
    )
    errors = [*curve.error[places].tolist(), curve.at_error]
    table.add_row(text["y"], *(percent(error, 1, language) for error in errors))
    return table


def _slices(found: Evaluation, language: str) -> Table:
    text, heads = wording(language)["slices"], ("forced", "answered", "right", "held back")
    table = _right(plain_table(text["name"], *(TEXT[head][language] for head in heads)))
    for name, of in sorted(found.slices.items(), key=lambda item: (not item[1]["forced"].n, item[1]["forced"].value)):
        counts = [
            f"{of[share].hits}/{of[share].n}" if of[share].n else "" for share in ("coverage", "decided", "held back")
        ]
        table.add_row(escape(name or text["unnamed"]), _cell(of["forced"], language), *counts)
    return table


def _learning_curve(curve: LearningCurve, language: str) -> Table:
    text = wording(language)["learning_curve"]
    table = _right(plain_table(text["x"], text["y"]), first=0)
    for point in curve.points:
        table.add_row(number(point.n_labels, 0, language), _cell(point.accuracy, language))
    return table


def _next_labels(curve: LearningCurve, language: str) -> str:
    value, low, high = (number(100 * bound, 1, language) for bound in curve.gain[:3])
    said = TEXT["next"][language].format(n=number(curve.next_n_labels, 0, language), value=value, low=low, high=high)
    return said if curve.gain.low > 0 else f"{said} {wording(language)['learning_curve']['nothing']}"


def _second_reading(found: Evaluation, language: str) -> Table:
    text, second = wording(language)["second_reading"], found.second_reading
    table = _right(plain_table(text["head"], text["share"], text["kappa"], text["n"]))
    for name, of in second._asdict().items() if second else ():
        if isinstance(of, Agreement):
            table.add_row(
                text[name], _cell(of.share, language), _cell(of.kappa, language), number(of.share.n, 0, language)
            )
    return table


def _mistakes(found: Evaluation, language: str) -> Table:
    text = wording(language)["mistakes"]
    table = plain_table(TEXT["row"][language], text["label"], text["answer"], "p", TEXT["reason"][language])
    table.columns[0].justify = table.columns[3].justify = "right"
    for of in found.mistakes[:MOST_MISTAKES]:
        cells = (str(of.row), _styled(of.label), _styled(of.answer), number(of.p, 2, language), escape(of.reason))
        table.add_row(*cells)
    return table
