"""The README's three questions with the demonstration's own answers: `python -m docs.tools.answers`.

Belongs here: running the demonstration in a folder that is thrown away, and writing what it answered between
the two marks in README.md. It takes as long as `veedor demo`, so it is no part of `make docs`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from docs.tools.markdown import table

if TYPE_CHECKING:
    from pipelines.demo.report import Answer

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- answers: written by python -m docs.tools.answers -->\n", "<!-- end of answers -->"


def section() -> str:
    """The questions, their SQL, and what a demonstration run now answers."""
    from pipelines.demo.report import report
    from pipelines.demo.run import run_demo
    from pipelines.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        shown = report(run_demo(Path(folder) / "demo", Settings()))
    return "\n".join(_one(answer) for answer in shown.answers)


def _one(answer: Answer) -> str:
    rows = [[_value(value) for value in row] for row in answer.rows]
    return f"**{answer.question}**\n\n```sql\n{answer.sql.strip()}\n```\n\n{table(answer.columns, rows)}"


def _value(value: object) -> str:
    if value is None:
        return "—"
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def written(readme: str) -> str:
    """What stands between the marks."""
    return readme.split(BEGIN)[1].split(END)[0].strip()


def main() -> None:
    """Write the answers into README.md."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{section().strip()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
