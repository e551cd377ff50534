"""SQL: the page on which a reader asks the published history, in the browser or otherwise.

Belongs here: the example questions, which docs/sql.md shows too, and fitting them to what a site holds and to its
readers' language. Does not belong here: answering them (`static/sql`), the engine's files (`engine`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines.site.sheet import Sheet
from pipelines.site.standing import Standing
from pipelines.site.words import TEXTS

PATH = "sql.html"
_DATASET, _COUNTRY = "'demo-compras/contratos'", "'MX'"
_QUESTION = re.compile(r"^-- en: (?P<en>.+)\n-- es: (?P<es>.+)\n(?P<sql>(?:.+\n)+)", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question by its titles, and the SQL that answers it."""

    titles: dict[str, str]
    sql: str

    def asked(self, language: str, dataset: str | None = None, country: str | None = None) -> str:
        """The SQL for a reader of `language` about a dataset and a country of the site."""
        sql = re.sub(r"_en\b", f"_{language}", self.sql)
        for stands, value in ((_DATASET, dataset), (_COUNTRY, country)):
            if value is not None:
                sql = sql.replace(stands, "'" + value.replace("'", "''") + "'")
        return sql


@cache
def questions() -> tuple[Question, ...]:
    """The example questions in their order."""
    text = (TEXTS / "questions.sql").read_text(encoding="utf-8")
    return tuple(
        Question({"en": it["en"], "es": it["es"]}, it["sql"].rstrip().removesuffix(";"))
        for it in _QUESTION.finditer(text)
    )


def sheet(standing: Standing, weight: int | None) -> Sheet:
    """The page; `weight` is how many bytes the engine has, None where the site has none."""
    dataset = standing.ordered[0].key if standing.ordered else None
    country = standing.countries[0]["country"] if standing.newest and standing.countries else None
    examples = [
        {"titles": it.titles, "sql": {one: it.asked(one, dataset, country) for one in it.titles}}
        for it in questions()
    ]
    facts: dict[str, Any] = {"examples": examples, "weight": weight}
    return Sheet(PATH, "sql", facts)
