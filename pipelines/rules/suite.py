"""A dataset's rules as a Great Expectations suite: plain JSON that any GX user can open and run.

Belongs here: the suite, and where each of the guide's checks went. Does not belong here: kinds and words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.errors import SuiteError
from pipelines.rules import words
from pipelines.rules.kinds import KINDS
from pipelines.rules.schema import Rule, Rules, load
from pipelines.rules.shared import key_end, shared_rules

FILE, SUITE, SCHEMAS = "rules.yaml", "suite.json", "schemas"


def key_of(rules: Rules, rule: Rule) -> str:
    """`<guide_dataset>.<roles>.<what>`: what history and alerts know an expectation by."""
    return f"{rules.guide_dataset}.{key_end(rule)}"


def all_rules(rules: Rules) -> list[Rule]:
    """Every rule of the dataset, shared ones included, in the order of its roles."""
    order = {role: place for place, role in enumerate(rules.roles)}
    kinds = {kind: place for place, kind in enumerate(KINDS)}

    def place(rule: Rule) -> tuple[bool, int, int]:
        return len(rule.of) > 3, order[rule.of[0]] if rule.of else len(order), kinds[rule.kind]

    return sorted((*rules.rules, *shared_rules(rules)), key=place)


def suite(rules: Rules, wording: words.Wording) -> dict[str, Any]:
    """The suite as GX's JSON."""
    return {
        "name": rules.guide_dataset,
        "meta": {
            "guide_dataset": rules.guide_dataset,
            "version": rules.version,
            "title": rules.title.model_dump(),
            "key": list(rules.key),
            "minimum_roles": rules.minimum_roles,
            "roles": {
                name: {
                    "type": role.type,
                    "level": role.level,
                    "personal": role.personal,
                    "title": role.title.model_dump(),
                }
                for name, role in rules.roles.items()
            },
            "links": [link.model_dump(mode="json") for link in rules.links],
            "elsewhere": [it.model_dump(mode="json") for it in rules.elsewhere],
            "unchecked": [it.model_dump(mode="json") for it in rules.unchecked],
        },
        "notes": None,
        "expectations": [_expectation(rules, rule, wording) for rule in all_rules(rules)],
    }


def _expectation(rules: Rules, rule: Rule, wording: words.Wording) -> dict[str, Any]:
    kind = KINDS[rule.kind]
    kwargs = kind.arguments(rule.of, rule.args)
    if rule.mostly is not None:
        kwargs["mostly"] = rule.mostly
    if rule.when:
        kwargs |= {"row_condition": rule.when.condition, "condition_parser": "pandas"}
    return {
        "type": kind.type(rule.of),
        "severity": rule.severity.value,
        "kwargs": kwargs,
        "meta": {
            "key": key_of(rules, rule),
            "role": list(rule.of),
            "dimension": rule.dimension or kind.dimension,
            "principle": rule.principle or kind.principle,
            "since": rule.since,
            "guide_check": rule.check,
            "basis": rule.basis.model_dump(),
            "title": words.title(rules, rule, wording),
            "advice": words.advice(rules, rule, wording),
        },
    }


def _with_schemas(rules: Rules, folder: Path) -> Rules:
    """The rules with each JSON Schema in the place of its file's name: a suite is one file, which GX can open alone."""

    def inlined(rule: Rule) -> Rule:
        if "schema" not in rule.args:
            return rule
        schema = json.loads((folder / rule.args["schema"]).read_text(encoding="utf-8"))
        return rule.model_copy(update={"args": {**rule.args, "schema": schema}})

    return rules.model_copy(update={"rules": tuple(map(inlined, rules.rules))})


def built(folder: Path, wording: words.Wording) -> str:
    """The text of the `suite.json` that belongs to the `rules.yaml` of `folder`. Raises `SuiteError`."""
    rules = load(folder / FILE)
    try:
        made = suite(_with_schemas(rules, folder.parent / SCHEMAS), wording)
    except (OSError, KeyError, IndexError, ValueError, AttributeError) as error:
        raise SuiteError(f"a rule cannot be understood: {error!r}", file=str(folder / FILE)) from error
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def build(expectations: Path, names: Iterable[str] = ()) -> list[Path]:
    """Write the suites of `names`, or of every dataset with rules; those that changed. Raises `SuiteError`."""
    wording = words.load_wording(expectations)
    changed = []
    for path in sorted(expectations.glob(f"*/{FILE}")):
        if names and path.parent.name not in names:
            continue
        target, text = path.with_name(SUITE), built(path.parent, wording)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            changed.append(target)
    return changed
