"""Rules that datasets have in common: what every role of a type, and every table, is asked.

Belongs here: which shared rule which role gets. They are the guide's general checks on a file's content (G14, G16 to
G19, G05) and the faults that any table may have. Does not belong here: what only one dataset is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.model import Severity
from pipelines.rules.schema import Role, Rule, Rules, Source

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO
# Kinds that already say what a cell may hold, stopgaps and blanks included
EXACT = {"in_list", "in_code_list", "well_formed", "valid_identifier"}

DATE = Source(source="ISO 8601; read here in the file's own order of day, month and year", rule="adapted")
NUMBER = Source(
    source="Pelican (Open Contracting Partnership) and other validators: amounts are numbers; read here under the "
    "file's own decimal and grouping marks",
    rule="adapted",
)
ADDRESS = Source(source="RFC 3986: an absolute address has a scheme and a host", rule="adapted")
STOPGAP = Source(source="Ours, after stopgaps found in published files (general check G17)", rule="ours")
BLANKS = Source(
    source="The validator of Mexico's federal open data team reports blanks before or after a value",
    rule="adapted",
)
MOJIBAKE = Source(
    source="Ours: the encodings' own tables tell letters that were decoded as others", rule="ours"
)
PERSONAL = Source(
    source="Open Data Charter: openness must not compromise privacy (general check G05); what is looked for is ours",
    rule="ours",
)
TWICE = Source(source="Ours (general check G18)", rule="ours")
TOTALS = Source(
    source="Open Data Charter, principle 2: data in their original form rather than aggregated (general check G14); "
    "how a total is told is ours",
    rule="ours",
)


def shared_rules(rules: Rules) -> Iterator[Rule]:
    """The shared rules of a dataset, role by role, but for those that it does without or has under the same key."""
    others = {*rules.without, *map(key_end, rules.rules)}
    for rule in (*_by_role(rules), *_of_the_table(rules)):
        if key_end(rule) not in others:
            yield rule


def key_end(rule: Rule) -> str:
    """The end of a rule's key: its roles and what is asked of them."""
    subject = "_and_".join(rule.of) if 1 <= len(rule.of) <= 3 else "records"
    return f"{subject}.{rule.name or rule.kind}"


def _by_role(rules: Rules) -> Iterator[Rule]:
    exact = {rule.of[0] for rule in rules.rules if rule.kind in EXACT}
    for name, role in rules.roles.items():
        needed = CRITICAL if role.level == "core" else WARNING
        if role.level == "core":
            severity = WARNING if role.basis.rule == "ours" else CRITICAL
            yield _rule(rules, "exists", name, severity, role.basis)
        if role.type == "date":
            yield _rule(rules, "is_date", name, needed, DATE, bad={name: "31/02/2026"})
        elif role.type == "number":
            yield _rule(rules, "is_number", name, needed, NUMBER, bad={name: "$1.2 million"})
        elif role.type == "url":
            yield _rule(rules, "is_url", name, WARNING, ADDRESS, bad={name: "see folder 12"})
        elif name not in exact:
            yield from _of_text(rules, name, role)


def _of_text(rules: Rules, name: str, role: Role) -> Iterator[Rule]:
    if role.type == "code":
        return
    kind = "identifier" if role.type == "identifier" else "text"
    bad = {name: "S/N"}
    yield _rule(rules, "no_placeholder", name, WARNING, STOPGAP, args={"kind": kind}, bad=bad)
    yield _rule(rules, "no_outer_blanks", name, INFO, BLANKS, bad={name: f" {role.good}"})
    if role.type == "text" and role.level != "optional":
        yield _rule(rules, "no_mojibake", name, WARNING, MOJIBAKE, bad={name: "AdquisiciÃ³n de equipo"})
    if role.free_text:
        bad = {name: "informes: maria.ejemplo@correo-personal.example"}
        yield _rule(rules, "not_personal", name, WARNING, PERSONAL, bad=bad)


def _of_the_table(rules: Rules) -> Iterator[Rule]:
    yield _rule(rules, "no_row_twice", (), WARNING, TWICE)
    needed = [name for name, role in rules.roles.items() if role.level == "core"]
    amounts = [name for name in needed if rules.roles[name].type == "number"]
    about = [name for name in needed if rules.roles[name].type in ("identifier", "text")]
    if amounts and about:
        yield _rule(rules, "no_totals", (*about, *amounts), WARNING, TOTALS)


def _rule(
    rules: Rules, kind: str, of: str | tuple[str, ...], severity: Severity, basis: Source, **more: Any
) -> Rule:
    roles = (of,) if isinstance(of, str) else of
    return Rule(kind=kind, of=roles, severity=severity, basis=basis, since=rules.shared_since, **more)
