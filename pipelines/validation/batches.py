"""A Python function of a text as one that DuckDB's scan calls with many values at once.

Belongs here: asking it once for each distinct value of a batch, and remembering its answers while values
repeat. A column of few distinct values, which most are, so costs next to nothing; one in which every value is
another costs no more than calling it for each. Does not belong here: any such function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

# Of one function so many answers are remembered between batches, each about a text of so many characters at most.
REMEMBERED, LONGEST = 10_000, 200


def by_distinct(
    test: Callable[[str], T], kind: str = "bool", surely: str | None = None
) -> Callable[[Any], Any]:
    """`test`, which must not raise, for an Arrow array of texts: an array of its answers, of this Arrow type.

    `surely`: a pattern of RE2; what it matches is true, and is not asked.
    """
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
        import pyarrow.compute

        if isinstance(values, pyarrow.ChunkedArray):
            values = values.combine_chunks()
        if surely is None:
            return each(values, pyarrow.type_for_alias(kind))
        sure = pyarrow.compute.match_substring_regex(values, surely)
        rest = pyarrow.compute.invert(sure)
        told = each(values.filter(rest), pyarrow.bool_())
        return pyarrow.compute.replace_with_mask(sure, rest, told) if len(told) else sure

    def each(values: Any, kind: Any) -> Any:
        import pyarrow

        encoded = values.dictionary_encode()
        distinct = encoded.dictionary.to_pylist()
        asked = remembered if 2 * len(distinct) <= len(values) else test
        return pyarrow.array(map(asked, distinct), kind).take(encoded.indices)

    return judged
