"""guide/en and guide/es: a page for each of the guide's 30 datasets, with every check, its basis and its advice."""

from __future__ import annotations

import json
from collections.abc import Mapping

from docs.tools.markdown import cell, table
from pipelines.guide import GuideDataset, load_guide
from pipelines.settings import packaged_expectations
from pipelines.tables.layouts import load_layouts
from pipelines.validation.account import Answer, Check, answers, basis_of, basis_shares, load_checks
from pipelines.validation.suites import Expectation, Suite, load_suites

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "The guide's 30 datasets",
        "intro": "What is asked of each priority dataset of the Open Up Guide. A rule was *read* in its source, "
        "*adapted* from it, or is *ours*; none claims to be the guide's own text.",
        "no": "no.",
        "dataset": "dataset",
        "age": "largest age, days",
        "rules": "rules",
        "answered": "checks answered",
        "read": "read",
        "adapted": "adapted",
        "ours": "ours",
        "roles": "Columns",
        "role": "role",
        "type": "type",
        "level": "level",
        "personal": "personal",
        "name": "name",
        "yes": "yes",
        "checks": "The guide's checks",
        "check": "check",
        "kind": "kind",
        "severity": "severity",
        "basis": "basis",
        "by": "answered by",
        "layouts": "Layouts that are known",
        "none": "none yet",
        "expectations": "Rules",
        "expectation": "rule",
        "link": "link to",
        "metric": "metric",
        "nothing": "nothing: ",
        "core": "core",
        "recommended": "recommended",
        "optional": "optional",
        "text": "text",
        "identifier": "identifier",
        "number": "number",
        "date": "date",
        "code": "code",
        "url": "address",
        "critical": "critical",
        "warning": "warning",
        "info": "info",
        "error": "error",
        "pending": "no suite yet",
        "arguments": "Asked",
    },
    "es": {
        "title": "Los 30 conjuntos de datos de la guía",
        "intro": "Qué se pide de cada conjunto prioritario de la Guía de Apertura Anticorrupción. Una regla se *leyó* "
        "en su fuente, se *adaptó* de ella o es *nuestra*; ninguna pretende ser el texto de la guía.",
        "no": "núm.",
        "dataset": "conjunto de datos",
        "age": "antigüedad máxima, días",
        "rules": "reglas",
        "answered": "verificaciones atendidas",
        "read": "leída",
        "adapted": "adaptada",
        "ours": "nuestra",
        "roles": "Columnas",
        "role": "rol",
        "type": "tipo",
        "level": "nivel",
        "personal": "dato personal",
        "name": "nombre",
        "yes": "sí",
        "checks": "Verificaciones de la guía",
        "check": "verificación",
        "kind": "clase",
        "severity": "gravedad",
        "basis": "fundamento",
        "by": "la atiende",
        "layouts": "Disposiciones conocidas",
        "none": "ninguna todavía",
        "expectations": "Reglas",
        "expectation": "regla",
        "link": "vínculo con",
        "metric": "métrica",
        "nothing": "nadie: ",
        "core": "esencial",
        "recommended": "recomendada",
        "optional": "opcional",
        "text": "texto",
        "identifier": "identificador",
        "number": "número",
        "date": "fecha",
        "code": "código",
        "url": "dirección",
        "critical": "crítica",
        "warning": "advertencia",
        "info": "informativa",
        "error": "error",
        "pending": "sin reglas todavía",
        "arguments": "Se pide",
    },
}


def pages() -> dict[str, str]:
    """Every page by its path below docs/, without the notice."""
    expectations = packaged_expectations()
    suites, checks = load_suites(expectations), load_checks(expectations)
    layouts: dict[str, list[str]] = {}
    for layout in load_layouts(expectations):
        layouts.setdefault(layout.guide_dataset, []).append(layout.name)
    guide = load_guide(expectations)
    made = {}
    for language, words in WORDS.items():
        made[f"guide/{language}/index.md"] = _index(guide, suites, checks, language, words)
        for key, suite in suites.items():
            page = _Page(guide[key], suite, language, words)
            made[f"guide/{language}/{key}.md"] = page.text(checks, layouts.get(key, []))
    return made


def _index(
    guide: Mapping[str, GuideDataset],
    suites: Mapping[str, Suite],
    checks: Mapping[str, Check],
    language: str,
    words: Mapping[str, str],
) -> str:
    rows = []
    for key, entry in guide.items():
        suite, asked = suites.get(key), [check for check in checks.values() if _dataset(check) == key]
        if suite is None:
            rows.append(
                (
                    entry.number,
                    entry.name[language],
                    entry.max_age_days,
                    words["pending"],
                    f"0/{len(asked)}",
                    "",
                    "",
                    "",
                )
            )
            continue
        found = answers(suite)
        answered = sum(found.get(check.id, Answer("nothing")).by != "nothing" for check in asked)
        shares = (f"{share:.0%}" for share in basis_shares(suite).values())
        name = f"[{entry.name[language]}]({key}.md)"
        rows.append(
            (
                entry.number,
                name,
                entry.max_age_days,
                len(suite.expectations),
                f"{answered}/{len(asked)}",
                *shares,
            )
        )
    header = [
        words[name] for name in ("no", "dataset", "age", "rules", "answered", "read", "adapted", "ours")
    ]
    return f"# {words['title']}\n\n{words['intro']}\n\n{table(header, rows)}"


class _Page:
    def __init__(self, entry: GuideDataset, suite: Suite, language: str, words: Mapping[str, str]) -> None:
        self.entry, self.suite, self.language, self.words = entry, suite, language, words

    def text(self, checks: Mapping[str, Check], layouts: list[str]) -> str:
        names = ", ".join(f"`{name}`" for name in layouts) or self.words["none"]
        asked = [check for check in checks.values() if _dataset(check) == self.suite.guide_dataset]
        parts = [
            f"# {self.entry.number}. {self.entry.name[self.language]}\n",
            f"`{self.suite.guide_dataset}` {self.suite.version} · {self.words['layouts']}: {names}\n",
            f"## {self.words['roles']}\n",
            self._roles(),
            f"## {self.words['checks']}\n",
            self._checks(asked),
            f"## {self.words['expectations']}\n",
            *(self._expectation(item) for item in self.suite.expectations),
        ]
        return "\n".join(parts)

    def _roles(self) -> str:
        words = self.words
        rows = [
            (
                f"`{name}`",
                role.title.get(self.language, ""),
                words[role.type],
                words[role.level],
                words["yes"] * role.personal,
            )
            for name, role in self.suite.roles.items()
        ]
        return table([words[name] for name in ("role", "name", "type", "level", "personal")], rows)

    def _checks(self, asked: list[Check]) -> str:
        words, found = self.words, answers(self.suite)
        rows = [
            (
                f"`{check.id}`",
                " ".join((check.kind, *(f"`{role}`" for role in check.roles))),
                words[check.severity],
                f"{check.source} ({words[check.rule]})",
                self._answer(found.get(check.id, Answer("nothing"))),
            )
            for check in asked
        ]
        return table([words[name] for name in ("check", "kind", "severity", "basis", "by")], rows)

    def _answer(self, answer: Answer) -> str:
        if answer.by == "nothing":
            return self.words["nothing"] + (answer.reason or {}).get(self.language, "")
        prefix = f"{self.suite.guide_dataset}."
        return f"{self.words[answer.by]} {', '.join(f'`{key.removeprefix(prefix)}`' for key in answer.keys)}"

    def _expectation(self, item: Expectation) -> str:
        more = {name: value for name, value in item.kwargs.items() if not name.startswith("column")}
        arguments = f" `{_short(json.dumps(more, ensure_ascii=False))}`" if more else ""
        source = item.raw["meta"]["basis"].get("source", "")
        return (
            f"### `{item.key}`\n\n**{cell(item.title[self.language])}**  \n"
            f"{self.words[item.severity.value]} · `{item.type}`{arguments}  \n"
            f"{self.words['basis'].capitalize()}: {cell(source)} ({self.words[basis_of(item.raw)]})\n\n"
            f"{cell(item.advice[self.language])}\n"
        )


def _dataset(check: Check) -> str:
    return check.id.partition(".")[0]


def _short(text: str) -> str:
    """Long code lists stand in the suite; here their beginning will do."""
    return text if len(text) <= 300 else f"{text[:299]}…"
