"""A Python predicate as a function that DuckDB's scan calls with many values at once.

Belongs here: asking a predicate once for each distinct value of a batch, and remembering its answers while values
repeat. A column of few distinct values, which most are, so costs next to nothing; one in which every value is
another costs no more than calling it for each. Does not belong here: any predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

# Of one predicate so many answers are remembered between batches, each about a text of so many characters at most.
REMEMBERED, LONGEST = 10_000, 200


@contextmanager
def registered(
    connection: duckdb.DuckDBPyConnection, tests: Mapping[str, Callable[[str], bool]]
) -> Iterator[None]:
    """Let SQL of `connection` call `tests` by their names while the context is open."""
    from duckdb.func import ARROW

    added = []
    try:
        for name, test in tests.items():
            connection.create_function(name, by_distinct(test), ["VARCHAR"], "BOOLEAN", type=ARROW)
            added.append(name)
        yield
    finally:
        for name in added:
            connection.remove_function(name)


def by_distinct(test: Callable[[str], bool]) -> Callable[[Any], Any]:
    """`test`, which must not raise, for an Arrow array of texts: an array of its answers."""
    known: dict[str, bool] = {}

    def remembered(value: str) -> bool:
        answer = known.get(value)
        if answer is None:
            answer = test(value)
            if len(known) < REMEMBERED and len(value) <= LONGEST:
                known[value] = answer
        return answer

    def judged(values: Any) -> Any:
        import pyarrow

        if isinstance(values, pyarrow.ChunkedArray):
            values = values.combine_chunks()
        encoded = values.dictionary_encode()
        distinct = encoded.dictionary.to_pylist()
        asked = remembered if 2 * len(distinct) <= len(values) else test
        answers = pyarrow.array([asked(value) for value in distinct], pyarrow.bool_())
        return answers.take(encoded.indices)

    return judged
