"""What is said of each kind of condition: that it began, grew worse or ended, why it matters, and what to do.

Belongs here: choosing the words of a condition. Does not belong here: the words themselves (`words/<language>.json`),
or numbers, which `amounts` says.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.alerts.words import words
from pipelines.model import TransitionKind


@dataclass(frozen=True)
class KindWords:
    """`title` says what became of it; for an expectation, personal data and a score it holds the place `{title}`.

    `why` says what it means for those who use the data, `todo` how to mend it; both are "" for an expectation, which
    brings its own advice.
    """

    title: str
    why: str
    todo: str

    def titled(self, title: str) -> str:
        """The title about something that has a name of its own; unchanged where `title` is said so already."""
        before, place, after = self.title.partition("{title}")
        said = title.startswith(before) and title.endswith(after) and bool(before or after)
        return title if place and said else f"{before}{title}{after}" if place else self.title


def family(condition: str) -> str:
    """The kind that a condition belongs to: what stands before the colon."""
    return condition.split(":", 1)[0]


def words_of(
    condition: str,
    kind: TransitionKind,
    language: str,
    *,
    before: float | None = None,
    after: float | None = None,
) -> KindWords:
    """The words of `condition`. With the numbers before and now, lost rows and surplus ones are told apart.

    Raises `LookupError` for a condition of no kind.
    """
    kinds, name = words(language).kinds, family(condition)
    if name == "rows" and before is not None and after is not None and before != after:
        # What was lost has come back when there are more rows than before.
        fewer = (after < before) is (kind is not TransitionKind.RECOVERED)
        name = "rows_fewer" if fewer else "rows_more"
    found = kinds[name]
    return KindWords(found[str(kind)], found["why"], found["todo"])
