"""A Python function of a text as one that DuckDB's scan calls with many values at once.

Belongs here: asking it once for each distinct value of a batch, and remembering its answers while values
repeat. A column of few distinct values, which most are, so costs next to nothing; one in which every value is
another costs no more than calling it for each. Does not belong here: any such function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pipelines.duck import Function

T = TypeVar("T")

# Of one function so many answers are remembered between batches, each about a text of so many characters at most.
REMEMBERED, LONGEST = 10_000, 200


def arrow_functions(
    tests: Mapping[str, Callable[[str], bool]],
    texts: Mapping[str, Callable[[str], str]] = MappingProxyType({}),
) -> dict[str, Function]:
    """`tests` and `texts` by their names, as SQL calls them."""
    found: dict[str, Function] = {name: (by_distinct(test), "BOOLEAN") for name, test in tests.items()}
    return found | {name: (by_distinct(text, "string"), "VARCHAR") for name, text in texts.items()}


def by_distinct(test: Callable[[str], T], kind: str = "bool") -> Callable[[Any], Any]:
    """`test`, which must not raise, for an Arrow array of texts: an array of its answers, of this Arrow type."""
    known: dict[str, T] = {}

    def remembered(value: str) -> T:
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
        answers = pyarrow.array([asked(value) for value in distinct], pyarrow.type_for_alias(kind))
        return answers.take(encoded.indices)

    return judged
