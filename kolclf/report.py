"""One page on how right a model is, for people who were not there: plain data in, HTML out.

The page needs nothing from outside, and runs nothing. What stands in a table or a model file was written by anybody: every such
text is cut, its invisible characters are made visible, it is escaped, and it stands in an element of its own.
"""

import base64
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePath
from typing import Any, NamedTuple

from kolclf.decide import LABELS
from kolclf.errors import KolclfError
from kolclf.evaluation import Agreement, Evaluation, Mistake
from kolclf.explain import CRITERION_NAMES
from kolclf.meanings import concept_name, concepts
from kolclf.scorer import Scorer
from kolclf.untrusted import pieces, shortened, visible
from kolclf.weights import Weight, weight_rows
from kolclf.wording import number, of_100, percent, wording

try:
    import jinja2
    from markupsafe import Markup, escape

    from kolclf import figures
except ImportError:
    raise KolclfError(
        "a report needs Jinja2 and matplotlib; install them, or kolclf with its extra 'report' (pip install '.[report]')"
    ) from None

SHARES = frozenset({"accuracy", "coverage", "decided_accuracy", "held_back", "promotes"})
MOST_MISTAKES = 10  # of a kind
MOST_FEATURES = 5  # of a field, label and criterion
MOST_BIO, MOST_CAPTIONS = 400, 800  # characters


def _filled(text: str, **values: Any) -> Markup:
    return escape(text).format(**{name: v if isinstance(v, Markup) else visible(str(v)) for name, v in values.items()})


@cache
def _template(language: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kolclf", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= {
        "fill": _filled,
        "number": lambda value, digits=0: number(value, digits, language),
        "of_100": lambda share: of_100(share, language),
        "percent": lambda share, digits=0: percent(share, digits, language),
        "pieces": pieces,
        "shortened": shortened,
        "side": lambda label: label if label in LABELS else "other",
    }
    environment.globals |= {"t": wording(language), "language": language, "shares": SHARES}
    return environment.get_template("report.html")


def render_report(evaluation: Evaluation, scorer: Scorer | None = None, language: str = "id") -> str:
    """Return the report of an evaluation as one HTML page.

    Parameters
    ----------
    evaluation : Evaluation
    scorer : Scorer, optional
        The model whose weights are shown.
    language : {"id", "en"}
    """
    data, model = evaluation.data, evaluation.model
    mistakes = _mistakes(evaluation)
    second = evaluation.second_reading._asdict() if evaluation.second_reading else {}
    slice_columns = ("forced", "coverage", "decided", "held back")
    kept = {"second_reading": evaluation.second_reading, "slices": evaluation.slices, "weights": scorer}
    sections = ("summary", "figures", "metrics", "second_reading", "slices", "weights", "mistakes", "data", "limits")
    return _template(language).render(
        e=evaluation,
        table=PurePath(data.table).name or data.table,
        model_name=PurePath(model.name).name,
        is_kol=set(model.classes) == set(LABELS),
        sections=[section for section in sections if kept.get(section, True)],
        confusion=_confusion(evaluation),
        pictures=_pictures(evaluation, language),
        ways=evaluation.ways | {next(iter(evaluation.ways)): evaluation.metrics},
        agreements={name: of for name, of in second.items() if isinstance(of, Agreement)},
        slice_columns=[name for name in slice_columns if any(of[name].n for of in evaluation.slices.values())],
        criteria_names=CRITERION_NAMES,
        weights=_weights(scorer, language) if scorer else {},
        mistakes=mistakes,
        shown=sum(map(len, mistakes.values())),
        most_bio=MOST_BIO,
        most_captions=MOST_CAPTIONS,
        facts=list(_facts(evaluation, language)),
    )


class Cell(NamedTuple):
    """A cell of the confusion table: its count, its share of the row, and whether the answer is right."""

    n: int
    share: float
    right: bool


def _confusion(evaluation: Evaluation) -> Iterator[tuple[str, list[Cell]]]:
    labels, answers, counts = evaluation.confusion
    for label, row in zip(labels, counts.tolist(), strict=True):
        right = label if label in evaluation.model.classes else "review"
        yield label, [Cell(n, round(n / max(sum(row), 1), 3), a == right) for a, n in zip(answers, row, strict=True)]


def _pictures(evaluation: Evaluation, language: str) -> dict[str, str]:
    """Return the figures that there is anything to draw for, each as the address of an image that is its own file."""
    texts, curve = wording(language), evaluation.learning_curve
    drawn = {
        "reliability": evaluation.reliability and figures.reliability(evaluation.reliability, texts["reliability"]),
        "coverage_error": figures.coverage_error(evaluation.coverage_error, texts["coverage_error"]),
        "learning_curve": curve and figures.learning_curve(curve, texts["learning_curve"]),
    }
    return {
        name: f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
        for name, svg in drawn.items()
        if svg
    }


class Feature(NamedTuple):
    """A feature as it is shown: a word or a concept and some of its words, and how many accounts of its label have it."""

    name: str
    examples: str
    weight: float
    share: float  # of the largest weight of the field
    n: int | None


def _weights(scorer: Scorer, language: str) -> dict[str, dict[str, dict[str, list[Feature]]]]:
    """Return the heaviest features by field, label and criterion."""
    found: dict[str, dict[str, dict[str, list[Feature]]]] = {}
    order = LABELS if scorer.is_kol_model else scorer.classes
    largest: dict[str, float] = {}
    for row in weight_rows(scorer):
        share = row.weight / largest.setdefault(row.field, row.weight or 1.0)
        labels = found.setdefault(row.field, {label: {name: [] for name in CRITERION_NAMES} for label in order})
        features = labels[row.label][row.criterion]
        if len(features) < MOST_FEATURES:
            features.append(Feature(*_named(row, language), row.weight, round(share, 3), row.documents.get(row.label)))
    return found


def _named(row: Weight, language: str) -> tuple[str, str]:
    """Return a feature as a person would write it, and for a concept some of its words."""
    placeholders = wording(language)["placeholders"]

    def written(words: str) -> str:
        return " ".join(f"‹{placeholders[word]}›" if word in placeholders else word for word in words.split())

    if row.feature in concepts():
        return concept_name(row.feature, language), ", ".join(map(written, row.forms[:3]))
    is_word = placeholders.keys().isdisjoint(row.feature.split())
    return written(row.forms[0] if row.forms and is_word else row.feature), ""


def _mistakes(evaluation: Evaluation) -> dict[str, list[Mistake]]:
    """Return the first mistakes of each kind."""
    found: dict[str, list[Mistake]] = {}
    for mistake in evaluation.mistakes:
        can_be_right = mistake.label in evaluation.model.classes
        kind = "held" if mistake.cause else "wrong" if can_be_right else "not_held"
        found.setdefault(kind, []).append(mistake)
    return {kind: found[kind][:MOST_MISTAKES] for kind in ("wrong", "not_held", "held") if kind in found}


def _facts(evaluation: Evaluation, language: str) -> Iterator[tuple[str, str]]:
    """Yield names and values of what was evaluated on what."""
    texts, data, model = wording(language)["data"], evaluation.data, evaluation.model

    def written(value: object) -> str:
        if isinstance(value, Mapping):
            return ", ".join(f"{written(of)} {name}" for name, of in value.items())
        return number(value, 0, language) if isinstance(value, int) else str(value)

    yield texts["table"], data.table
    for name in ("n", "labels", "repeated", "unlabelled", "groups"):
        yield texts[name], written(getattr(data, name))
    yield texts["trained_on"], texts["unknown"] if data.trained_on is None else written(data.trained_on)
    if model.name:
        yield texts["model"], model.name
    if model.folds:
        yield texts["folds"], written(model.folds)
    yield texts["max_error"], percent(model.max_error, 1, language)
    for name, value in model.info.items():
        yield texts["info"].format(name=name), written(value)
    for name, version in model.versions.items():
        yield texts["version"].format(name=name), version
