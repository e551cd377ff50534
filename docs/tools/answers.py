"""The questions of README.md and docs/sql.md with the demonstration's own answers: `python -m docs.tools.answers`.

Belongs here: running the demonstration in a folder that is thrown away, and writing under each statement between
the marks of a page what it answered. The questions of docs/sql.md are those of the site's page of SQL
(`pipelines/site/text/questions.sql`), which are written there too; those of the README are its own. It takes as long as
`veedor demo`, so it is no part of `make docs`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from docs.tools.markdown import table
from pipelines.site.sheets.sql import questions

ROOT = Path(__file__).resolve().parents[2]
SQL_PAGE = ROOT / "docs/sql.md"
PAGES = (ROOT / "README.md", SQL_PAGE)
BEGIN, END = "<!-- answers: written by python -m docs.tools.answers -->\n", "<!-- end of answers -->"
NO_ROWS = "*No rows.*\n"

Ask = Callable[[str], tuple[list[str], list[tuple[object, ...]]]]

# A statement, and the answer that stands under it if there is one already
_STATEMENT = re.compile(
    rf"^```sql\n(?P<sql>.*?)^```\n(?:\n(?P<answer>(?:\|[^\n]*\n)+|{re.escape(NO_ROWS)}))?",
    re.MULTILINE | re.DOTALL,
)


def statements(page: str) -> list[tuple[str, str | None]]:
    """The statements between the marks of a page, each with the answer that stands under it."""
    return [(match["sql"], match["answer"]) for match in _STATEMENT.finditer(_parts(page)[1])]


def answered(page: str, ask: Ask) -> str:
    """The page with what `ask` answers under every statement between its marks."""
    before, questions, after = _parts(page)
    return before + _STATEMENT.sub(lambda match: _one(match["sql"], ask), questions) + after


def asked(page: str) -> str:
    """The page with the questions of the site between its marks, numbered, without answers."""
    before, _, after = _parts(page)
    sections = (
        f"### {number}. {it.titles['en']}\n\n```sql\n{it.asked('en')}\n```\n"
        for number, it in enumerate(questions(), start=1)
    )
    return f"{before}\n{chr(10).join(sections)}\n{after}"


@contextmanager
def demonstrated() -> Iterator[Ask]:
    """Run the demonstration, and give what asks its published history."""
    from pipelines.demo.run import run_demo
    from pipelines.history.asking import columns_and_rows
    from pipelines.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        public = run_demo(Path(folder) / "demo", Settings()).settings.public
        yield lambda sql: columns_and_rows(sql, public=public)


def _parts(page: str) -> tuple[str, str, str]:
    before, begin, rest = page.partition(BEGIN)
    questions, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no questions between {BEGIN.strip()} and {END}")
    return before + begin, questions, end + after


def _one(sql: str, ask: Ask) -> str:
    columns, rows = ask(sql)
    answer = table(columns, [[_value(value) for value in row] for row in rows]) if rows else NO_ROWS
    return f"```sql\n{sql}```\n\n{answer}"


def _value(value: object) -> str:
    if value is None:
        return "—"
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def main() -> None:
    """Write the answers into the pages."""
    with demonstrated() as ask:
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            page.write_text(answered(asked(text) if page == SQL_PAGE else text, ask), encoding="utf-8")


if __name__ == "__main__":
    main()
