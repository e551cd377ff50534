"""Title and advice of a rule: what is wrong, why it matters, how to mend it, and an example of each, in two languages.

Belongs here: putting the sentences of `expectations/wording.yaml` together with the names of roles. Does not belong
here: the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.advice import EXAMPLES
from pipelines.rules.schema import Language, Role, Rule, Rules, Words, read_yaml

LANGUAGES: tuple[Language, ...] = ("en", "es")
RANGE: Mapping[Language, tuple[str, str, str]] = {
    "en": ("from {min} to {max}", "at least {min}", "at most {max}"),
    "es": ("de {min} a {max}", "al menos {min}", "a lo sumo {max}"),
}
TODAY: Mapping[Language, str] = {"en": "today", "es": "hoy"}
AND: Mapping[Language, str] = {"en": " and ", "es": " y "}
ARTICLE = re.compile(r"^(the|el|la|los|las) ", re.IGNORECASE)
# So many words of a list are told; whoever wants all of them looks into the suite.
LISTED = 12

Wording = Mapping[str, Mapping[str, Mapping[str, str]]]


def load_wording(expectations: Path) -> Wording:
    """The sentences of each kind of rule."""
    wording: Wording = read_yaml(expectations / "wording.yaml")
    return wording


def title(rules: Rules, rule: Rule, wording: Wording) -> dict[str, str]:
    """What is expected, as the heading of the rule."""
    return {it: _sentence(_said(rule, "title", it, wording), rules, rule, it) for it in LANGUAGES}


def advice(rules: Rules, rule: Rule, wording: Wording) -> dict[str, str]:
    """What is wrong, why it matters, how to mend it, with a good and a bad example."""
    return {it: _advice(rules, rule, wording, it) for it in LANGUAGES}


def _advice(rules: Rules, rule: Rule, wording: Wording, language: Language) -> str:
    if rule.advice:
        return str(getattr(rule.advice, language))
    wrong, mend = (
        _sentence(_said(rule, part, language, wording), rules, rule, language) for part in ("wrong", "mend")
    )
    why = _why(rules, rule, wording, language)
    good, bad = (_example(rules, rule, wording, part, language) for part in ("good", "bad"))
    first, second = EXAMPLES[language]
    return (
        f"{' '.join(part for part in (wrong, why, mend) if part)} {first}{_ended(good)} {second}{_ended(bad)}"
    )


def _why(rules: Rules, rule: Rule, wording: Wording, language: Language) -> str:
    """The rule's own reason, that of its kind, or what its first role is needed for."""
    of_kind = wording.get(rule.kind, {}).get("why")
    if rule.why is None and of_kind is not None:
        return of_kind[language]
    return str(getattr(rule.why or rules.roles[rule.of[0]].why, language))


def _said(rule: Rule, part: str, language: Language, wording: Wording) -> str:
    own = getattr(rule, part)
    return str(getattr(own, language) if own else wording[rule.kind][part][language])


def _example(rules: Rules, rule: Rule, wording: Wording, part: str, language: Language) -> str:
    """The rule's own example, that of its kind, or the cells that keep and break it, by the names of their columns."""
    own = rule.good if part == "good" else rule.bad_words
    if own is not None:
        return str(getattr(own, language)) if isinstance(own, Words) else own
    text = wording[rule.kind].get(part) if rule.kind in wording else None
    if text is not None:
        return _filled(text[language], rules, rule, language)
    if part == "good":
        return _cells(rules.roles, {role: rules.roles[role].good for role in rule.of}, language)
    bad = rule.bad[0] if isinstance(rule.bad, tuple) else rule.bad
    return _cells(
        rules.roles, {role: value for role, value in (bad or {}).items() if role in rule.of}, language
    )


def _cells(roles: Mapping[str, Role], values: Mapping[str, str | None], language: Language) -> str:
    if len(values) == 1:
        return str(next(iter(values.values())))
    return "; ".join(f"{getattr(roles[role].title, language)} {value}" for role, value in values.items())


def _sentence(text: str, rules: Rules, rule: Rule, language: Language) -> str:
    filled = _filled(text, rules, rule, language)
    return filled[:1].upper() + filled[1:]


def _filled(text: str, rules: Rules, rule: Rule, language: Language) -> str:
    """`text` with its placeholders filled in; Spanish joins "de el" and "a el"."""
    the = [str(getattr(rules.roles[role].the, language)) for role in rule.of]
    record = str(getattr(rules.record, language))
    several = len(rule.of) > 1
    names: dict[str, Any] = {
        "the": the[0] if the else record,
        **{f"the_{place}": name for place, name in enumerate(the, 1)},
        "all": AND[language].join(part for part in (", ".join(the[:-1]), *the[-1:]) if part),
        "occurs": "occur together" if several else "occurs",
        "repeats": "repiten juntos" if several else "repite",
        "record": record,
        "row": ARTICLE.sub("", record),
        "group": AND[language].join(ARTICLE.sub("", name) for name in the[1:]),
        "when": f" {getattr(rule.when, language)}" if rule.when else "",
        "good": rules.roles[rule.of[0]].good if rule.of else "",
        "values": _values(rule.args.get("values", ()), language),
        "range": _range(rule.args, language),
        **{name: value for name, value in rule.args.items() if name != "values"},
    }
    filled = text.format_map(names)
    if language == "es":
        filled = re.sub(r"\b(de|a) el\b", lambda found: {"de": "del", "a": "al"}[found[1]], filled)
    return filled


def _values(values: Any, language: Language) -> str:
    told = [str(value) for value in values][:LISTED]
    return ", ".join(told) + (" …" if len(values) > LISTED else "")


def _range(args: Mapping[str, Any], language: Language) -> str:
    bounds = {
        name: TODAY[language] if args[name] == "today" else args[name]
        for name in ("min", "max")
        if name in args
    }
    both, least, most = RANGE[language]
    text = both if len(bounds) == 2 else least if "min" in bounds else most if bounds else ""
    return text.format_map(bounds)


def _ended(text: str) -> str:
    return text if text.endswith((".", "…", "!", "?")) else f"{text}."
