"""What people see of the findings about a labelled table, by the words of ``check.toml``."""

import json
import sys
import tomllib
from functools import cache
from importlib.resources import files
from shlex import quote
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from kolclf.check import Check
from kolclf.decide import LABELS
from kolclf.findings import Finding
from kolclf.render import out
from kolclf.wording import percent
from kolclf.writers import print_csv

STYLE = {1: "bold red", 2: "bold yellow", 3: "bold"}
MOST_ROWS = 8  # numbers of rows that a line names


@cache
def words() -> dict[str, Any]:
    """Return the tables of ``check.toml``."""
    return tomllib.loads(files("kolclf").joinpath("check.toml").read_text(encoding="utf-8"))


def said(found: Check, finding: Finding, language: str) -> dict[str, Any]:
    """Return a finding in words: ``severity``, ``title``, ``rows``, ``seen``, ``label``, ``suggested`` and ``todo``."""
    table, kind = words(), words()["kinds"][finding.kind]
    facts = {"file": quote(found.table), "row": finding.rows[0] if finding.rows else "", **finding.facts}
    todo = kind["todo"][language]
    if facts.get("suggested") in LABELS and "evidence" in kind:
        todo += kind["evidence"][language]
    facts |= {name: percent(facts[name], 0, language) for name in ("p_label", "p_suggested") if name in facts}
    facts |= {name: table[name][facts[name]][language] for name in ("what", "how") if name in facts}
    return {
        "severity": table["severity"][str(kind["severity"])][language],
        "title": kind["title"][language],
        "rows": ", ".join(map(str, finding.rows)),
        "seen": kind["seen"][language].format(**facts),
        "label": facts.get("label", ""),
        "suggested": facts.get("suggested", ""),
        "todo": todo.format(**facts),
    }


def by_kind(found: Check) -> dict[str, list[Finding]]:
    """Return the findings of each kind, the gravest first."""
    return {
        kind: of_kind
        for kind in words()["kinds"]
        if (of_kind := [finding for finding in found.findings if finding.kind == kind])
    }


def check_csv(found: Check, language: str, excel_safe: bool) -> None:
    """Write one row a finding to standard output."""
    names = {column: name[language] for column, name in words()["columns"].items()}
    rows = [said(found, finding, language) for of_kind in by_kind(found).values() for finding in of_kind]
    print_csv([{names[column]: cell for column, cell in row.items()} for row in rows], list(names.values()), excel_safe)


def check_json(found: Check, language: str) -> None:
    """Write all that was found as one JSON object to standard output."""
    findings = [
        {"kind": kind, **said(found, finding, language), "rows": finding.rows, "facts": finding.facts}
        for kind, of_kind in by_kind(found).items()
        for finding in of_kind
    ]
    json.dump({**found._asdict(), "findings": findings}, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def check(found: Check, top: int, language: str) -> None:
    """Show the findings by kind, the first of each."""
    head, console = {key: text[language] for key, text in words()["head"].items()}, out()
    labels = ", ".join(f"{label} {n}" for label, n in found.labels.items())
    languages = ", ".join(f"{words()['languages'][name][language]} {n}" for name, n in found.languages.items() if n)
    _line(console, head["rows"].format(rows=found.rows, labels=labels or "?"))
    _line(console, head["languages"].format(languages=languages))
    for kind, of_kind in by_kind(found).items():
        _kind(console, found, kind, of_kind, top, language)
    console.print()
    n = len(found.findings)
    _line(console, head["all"].format(n=n, file=quote(found.table)) if n else head["none"])


def _kind(console: Console, found: Check, kind: str, findings: list[Finding], top: int, language: str) -> None:
    head, severity = words()["head"], words()["kinds"][kind]["severity"]
    shown = [said(found, finding, language) for finding in findings[:top]]
    console.print()
    console.print(f"[{STYLE[severity]}]{escape(shown[0]['title'])}[/] ({len(findings)})")
    _line(console, shown[0]["todo"], indent=2)
    for finding, said_of in zip(findings, shown, strict=False):
        numbers = ", ".join(map(str, finding.rows[:MOST_ROWS])) + (", ..." if len(finding.rows) > MOST_ROWS else "")
        where = f"{head['row'][language].format(rows=numbers)}: " if finding.rows else ""
        _line(console, f"{where}{said_of['seen']}", indent=4)
    if len(findings) > top:
        _line(console, head["more"][language].format(n=len(findings) - top), indent=4)


def _line(console: Console, text: str, indent: int = 0) -> None:
    """Print a line, folded within its indent."""
    console.print(Padding(escape(text), (0, 0, 0, indent), expand=False))
