"""What a contender counted, in one form, and whether two of them agree.

Belongs here: the kinds of counts, and their comparison. A contender gives, for each expectation that it can express,
one or more of: `failing`, the rows that do not meet it; `conforming`, those with a value that do; `repeated`, for
uniqueness, the rows beyond the first with the same value. In the generated file no value is there three times, so that
`repeated` is also the number of values that are repeated. Whatever one of them gives has to equal ours.
"""

from __future__ import annotations

from collections.abc import Mapping

Counts = Mapping[str, Mapping[str, int]]


def of_one(kind: str, elements: int, missing: int, unexpected: int) -> dict[str, int]:
    """All kinds of counts of one expectation, from those of a GX result."""
    absent = 0 if kind.endswith("_not_be_null") else missing  # there, missing is what is unexpected
    counts = {"failing": unexpected, "conforming": elements - absent - unexpected}
    return counts | ({"repeated": unexpected // 2} if kind.endswith("_be_unique") else {})


def disagreements(name: str, found: Counts, ours: Counts) -> list[str]:
    """Where the contender `name` counts otherwise than we do, in words."""
    return [
        f"{name} counts {number} {kind} of expectation {key}, and we {ours[key][kind]}"
        for key, counts in found.items()
        for kind, number in counts.items()
        if number != ours[key][kind]
    ]
