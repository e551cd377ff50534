"""What an expectation is compiled into, and what it may ask of the table while it is compiled.

Belongs here: the values that pass between the plan and the families of expectation types in `plans/`. Does
not belong here: any expectation type, or running anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipelines import duck
from pipelines.duck import Function
from pipelines.validation import conditions
from pipelines.validation.batches import by_distinct
from pipelines.validation.columns import Columns, plain_name, published_name, typed_name
from pipelines.validation.sql import NotPlanned, both

EXAMPLES = 10
# The place in a FROM clause where the table stands, as the plan has prepared it.
SEEN = "seen"
# The same for the table as it is published, with all of its columns.
PUBLISHED = '"veedor:published"'
COUNT = "count(*)"
FIRST = f'min("_row", {EXAMPLES})'

Raw = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """One aggregate over the rows `where` a condition holds (None: all), and what it is selected from.

    All three are SQL. Equal values are computed once.
    """

    aggregate: str
    where: str | None = None
    source: str = SEEN

    def sql(self, flag: str | None) -> str:
        """The select list's entry, `flag` being SQL that holds `where`."""
        return self.aggregate if flag is None else f"{self.aggregate} FILTER (WHERE {flag})"


def hashes(column: str) -> tuple[str, str]:
    """SQL: two hashes of 64 bits, so that values of a column which agree in both are the same value.

    Among a thousand million values, two others agree in both with a probability of 1 in 10**20.
    """
    return f"hash({column})", f"hash('.' || {column})"


def repeated(key: str, source: str) -> str:
    """A query for the values of the SQL `key` that stand more than once in `source`, a FROM clause."""
    return f"SELECT {key} AS twice FROM {source} GROUP BY twice HAVING count(*) > 1"


@dataclass(frozen=True)
class Compiled:
    """An expectation as `values` to compute, and `finish`: from their results to GX's result JSON.

    `failing` counts the rows that fail; where it looks is where they are found. None: no single row fails.
    """

    values: tuple[Value, ...]
    finish: Callable[..., Raw]
    failing: Value | None = None


@dataclass(frozen=True)
class Rows:
    """A question to each row: `over` selects the rows that are asked, `unexpected` those that fail; both SQL.

    Neither may be NULL on a row that is asked. `over` None: every row. `source`, when the question needs
    more than its own row: the FROM clause of the failing rows' `_row`, over the rows that meet `over`.
    """

    unexpected: str
    over: str | None = None
    missing: bool = True
    source: str | None = None


Test = Callable[[str], object]


@dataclass
class Predicates:
    """Python functions that the scan calls for values that SQL cannot judge; what they raised is kept.

    `texts` make another text of a value, and raise nothing. `surely`: a function need not be called for what matches
    this pattern of RE2, of which it is true.
    """

    functions: dict[str, Callable[[str], bool]] = field(default_factory=dict)
    texts: dict[str, Callable[[str], str]] = field(default_factory=dict)
    raised: dict[str, Exception] = field(default_factory=dict)
    surely: dict[str, str] = field(default_factory=dict)
    _names: dict[Test, str] = field(default_factory=dict)

    def add(self, test: Test, surely: str | None = None) -> str:
        """Name `test` for SQL. It is called with text, never with NULL."""
        if test in self._names:
            return self._names[test]
        name = self._names[test] = f"veedor_test_{len(self.functions)}"

        def guarded(value: str) -> bool:
            try:
                return bool(test(value))
            except Exception as error:
                self.raised.setdefault(name, error)
                return False

        self.functions[name] = guarded
        if surely is not None:
            self.surely[name] = surely
        return name

    def arrow(self) -> dict[str, Function]:
        """All of them by their names, as SQL calls them."""
        tests: dict[str, Function] = {
            name: (by_distinct(test, surely=self.surely.get(name)), "BOOLEAN")
            for name, test in self.functions.items()
        }
        return tests | {name: (by_distinct(text, "string"), "VARCHAR") for name, text in self.texts.items()}

    def add_text(self, function: Callable[[str], str]) -> str:
        """Name `function` for SQL, in the same way."""
        name = f"veedor_text_{function.__name__}"
        self.texts[name] = function
        return name


@dataclass
class View:
    """The table as one expectation sees it: its roles as text, or as numbers and dates when it compares them.

    Or as `published`, when it judges how they are written. `condition` is SQL for GX's `row_condition`, None
    without one. `texts`, `typed_roles` and `published_roles` collect the columns that were asked for.
    """

    columns: Columns
    typed: bool
    predicates: Predicates
    mostly: float = 1.0
    condition: str | None = None
    texts: set[str] = field(default_factory=set)
    typed_roles: set[str] = field(default_factory=set)
    tests: list[str] = field(default_factory=list)
    published: bool = False
    published_roles: set[str] = field(default_factory=set)

    def kind(self, role: str) -> str:
        """`text`, `number` or `date`: what `column(role)` holds."""
        if role not in self.columns.kinds:
            raise NotPlanned(role)
        return self.columns.kinds[role] if self.typed else "text"

    def column(self, role: str) -> str:
        """SQL for a role's value. Raises `NotPlanned` for a column that is no role of the table."""
        kind = self.kind(role)
        if self.published:
            self.published_roles.add(role)
            return duck.quote(published_name(role))
        if kind == "text":
            self.texts.add(role)
            return duck.quote(role)
        self.typed_roles.add(role)
        return duck.quote(typed_name(role))

    def understood(self, role: str) -> str | None:
        """SQL: the role's text is a number or a real date as we write it; None for other roles. Never NULL for a value.

        Some numbers are understood that we would write otherwise, such as 1e5, and count as not.
        """
        if self.typed or self.published or self.columns.kinds.get(role) not in ("number", "date"):
            return None
        self.texts.add(role)
        if self.columns.kinds[role] == "number":
            return duck.quote(plain_name(role))
        self.typed_roles.add(role)
        return f"{duck.quote(typed_name(role))} IS NOT NULL"

    def narrow(self, row_condition: object, parser: object) -> None:
        """Look only at the rows that meet GX's `row_condition`. Raises `NotPlanned`."""
        self.condition = conditions.sql(row_condition, parser, self.kind, self.column)

    def test(self, function: Test, column: str, surely: str | None = None) -> str:
        """SQL that calls `function` with each text of `column`; see `Predicates.surely`."""
        name = self.predicates.add(function, surely)
        self.tests.append(name)
        return f"{name}({column})"

    def value(self, aggregate: str, *others: str | None) -> Value:
        """`aggregate` over the rows that meet the row condition and all of `others`."""
        return Value(aggregate, both(self.condition, *others))
