"""Checks a labelled table before anything is learned from it: its labels, duplicates, languages and words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2_contingency

from kolclf.accounts import Accounts, read_accounts
from kolclf.data import Columns, as_text, plain_id
from kolclf.decide import LABELS
from kolclf.errors import DataError
from kolclf.findings import Finding, has_text, is_blank, row_findings
from kolclf.folds import account_groups, taught
from kolclf.labelled import Labelled, LabelledRow, each_row, position
from kolclf.languages import LANGUAGES, languages_of
from kolclf.merged_stems import merged_stems
from kolclf.placeholders import hide_personal
from kolclf.rows import Table
from kolclf.suspicious import MIN_ROWS, suspicious_labels
from kolclf.unknown_titles import unknown_titles

MOST_LABELS = 30  # a column of more values is none of labels, unless each is that of many rows
UNEVEN = 5.0  # times as many rows of one label as of another
ALIKE_LABELS = 0.75  # ratio of difflib
LANGUAGE_GAP, LANGUAGE_P = 0.2, 0.01


class Check(NamedTuple):
    """What was found in a table of ``rows`` rows; ``labels`` and ``languages`` count those that are not blank."""

    table: str
    rows: int
    labels: dict[str, int]
    languages: dict[str, int]
    findings: list[Finding]


def check_table(
    table: Table, columns: Columns, group_column: str | None = None, where: str | None = None, random_state: int = 0
) -> Check:
    """Check a labelled table; what is wrong with its rows is found, not raised.

    Parameters
    ----------
    table, columns
        The input and where its parts stand.
    group_column : str, optional
        Rows of one group, like those of one account, do not judge one another's labels.
    where : str, optional
        ``"column=value"``: only these rows are read.
    random_state : int
        Seeds the folds by which labels are judged.

    Raises
    ------
    DataError
        If the table cannot be read, or a column is missing.
    """
    at_group = position(table, group_column) if group_column is not None else -1
    shown = cache(hide_personal)  # a label may be a telephone number that slipped into the wrong column
    every = [row._replace(label=shown(row.label)) for row in each_row(table, columns, where)]
    rows = [row for row in every if not is_blank(row)]
    found = list(row_findings(every, table, columns))
    if table.encoding == "utf-8-sig":
        found.append(Finding("bom", (), {}))
    labels = Counter(row.label for row in rows if row.label)
    if len(labels) > MOST_LABELS and len(rows) < MIN_ROWS * len(labels):
        found.append(Finding("many_labels", (), {"column": table.columns[columns.label], "n": len(labels)}))
        labels, rows = Counter(), [row._replace(label="") for row in rows]
    groups = [as_text(row.cells[at_group]) for row in rows] if at_group >= 0 else None
    names, bios, captions = ([row.account[part] for row in rows] for part in ("name", "bio", "captions"))
    accounts = read_accounts(names, bios, captions)
    languages = languages_of(accounts)
    found += _uneven(rows, labels)
    found += _duplicates(_as_labelled(rows, None, table.path))
    found += _suspicious(rows, groups, table.path, random_state)
    found += _by_language([row.label for row in rows], languages)
    found += _merged(rows, accounts)
    found += _unknown_titles(rows)
    counted = Counter(languages)
    return Check(table.path, len(every), dict(labels.most_common()), {name: counted[name] for name in LANGUAGES}, found)


def _as_labelled(rows: Sequence[LabelledRow], groups: list[str] | None, path: str) -> Labelled:
    accounts, labels = [row.account for row in rows], [row.label for row in rows]
    return Labelled(accounts, labels, groups, 0, [row.number for row in rows], [row.id for row in rows], {}, 0, path)


def _uneven(rows: Sequence[LabelledRow], labels: Mapping[str, int]) -> Iterator[Finding]:
    """Yield labels of few rows, perhaps since they are misspelt, and labels of many fewer rows than others."""
    enough = {label: n for label, n in labels.items() if n >= MIN_ROWS}
    for label, n in labels.items():
        if n < MIN_ROWS:
            of_label = tuple(row.number for row in rows if row.label == label)
            meant = get_close_matches(label, enough, 1, ALIKE_LABELS)
            facts = {"label": label, "n": n, "suggested": "".join(meant), "least": MIN_ROWS}
            yield Finding("spelling" if meant else "few_rows", of_label, facts)
    answers = LABELS if set(LABELS) <= set(enough) else tuple(enough)
    many, few = (of(answers, key=enough.__getitem__, default="") for of in (max, min))
    if answers and enough[many] >= UNEVEN * enough[few]:
        yield Finding("uneven", (), {"label": few, "n": enough[few], "other": many, "of": enough[many]})


def _duplicates(rows: Labelled) -> Iterator[Finding]:
    """Yield the rows of each account that stands twice: by its id, by its text, or nearly so."""
    by_group: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(account_groups(rows).tolist()):
        by_group[group].append(row)
    for together in by_group.values():
        if len(together) > 1:
            labels = list(dict.fromkeys(rows.labels[row] for row in together if rows.labels[row]))
            alike = {tuple(rows.accounts[row].values()) for row in together}
            how = (
                "text"
                if len(alike) == 1
                else "id"
                if len({plain_id(rows.ids[row]) for row in together}) == 1
                else "near"
            )
            one, other = ("near_duplicate", "near_conflict") if how == "near" else ("repeated", "conflict")
            kind = one if len(labels) < 2 else other
            yield Finding(kind, tuple(rows.numbers[row] for row in together), {"labels": ", ".join(labels), "how": how})


def _suspicious(
    rows: Sequence[LabelledRow], groups: list[str] | None, path: str, random_state: int
) -> Iterator[Finding]:
    """Yield the rows whose label models that had not seen them speak against, or why that cannot be told."""
    chosen = [i for i, row in enumerate(rows) if row.label and has_text(row)]
    judged = _as_labelled([rows[i] for i in chosen], groups and [groups[i] for i in chosen], path)
    together = account_groups(judged)
    try:
        found = suspicious_labels(judged.accounts, judged.labels, together, random_state)
    except DataError:
        yield Finding("not_judged", (), {"least": MIN_ROWS})
        return
    for row, label, suggested, p_label, p_suggested, is_clear in found:
        facts = {"label": label, "suggested": suggested, "p_label": p_label, "p_suggested": p_suggested}
        yield Finding("wrong_label" if is_clear else "doubtful_label", (judged.numbers[row],), facts)


def _by_language(labels: Sequence[str], languages: Sequence[str]) -> Iterator[Finding]:
    """Yield that labels differ in how many of their accounts write English, which a model would learn instead of the labels."""
    told = [
        (label, language) for label, language in zip(labels, languages, strict=True) if label and language != "unknown"
    ]
    counts = Counter(label for label, _ in told)
    names = sorted(label for label, n in counts.items() if n >= MIN_ROWS)
    english = Counter(label for label, language in told if language == "en")
    if len(names) > 1 and 0 < sum(english[label] for label in names) < sum(counts[label] for label in names):
        shares = {label: english[label] / counts[label] for label in names}
        table = [[english[label], counts[label] - english[label]] for label in names]
        if max(shares.values()) - min(shares.values()) >= LANGUAGE_GAP and chi2_contingency(table).pvalue < LANGUAGE_P:
            yield Finding("language", (), {"shares": ", ".join(f"{label} {of:.0%}" for label, of in shares.items())})


def _merged(rows: Sequence[LabelledRow], accounts: Accounts) -> Iterator[Finding]:
    """Yield the stems that merge words of different labels."""
    labels = np.array([row.label for row in rows], dtype=str)
    counts = Counter(labels[taught(labels)].tolist())
    told = [label if counts[label] >= MIN_ROWS else "" for label in labels.tolist()]
    for merged in merged_stems(accounts, told):
        words = [
            f"{word} ({', '.join(f'{label} {n}' for label, n in of.items())})" for word, of in merged.counts.items()
        ]
        yield Finding("merged_stem", (), {"stem": merged.stem, "words": "; ".join(words)})


def _unknown_titles(rows: Sequence[LabelledRow]) -> Iterator[Finding]:
    for title, who in unknown_titles([list(row.account.values()) for row in rows]).items():
        yield Finding("unknown_title", tuple(rows[row].number for row in who), {"title": title, "n": len(who)})
