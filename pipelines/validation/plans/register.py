"""The registry of expectation types that the plan knows: `aggregate` and `rowwise` put a function into it.

Belongs here: the two decorators, and which types are *published* or *masked*. The first judge how a value is written,
so they see it before anything of it is understood. What fails the others is personal whatever the column, so that no
result of theirs may show a value. Does not belong here: any type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pipelines.validation.compiled import Compiled, Rows

AGGREGATES: dict[str, Callable[..., Compiled]] = {}
ROWWISE: dict[str, Callable[..., Rows]] = {}
PUBLISHED: set[str] = set()
MASKED: set[str] = set()

A = TypeVar("A", bound=Callable[..., Compiled])
R = TypeVar("R", bound=Callable[..., Rows])


def aggregate(kind: str) -> Callable[[A], A]:
    """Register a function that compiles the expectation type `kind` itself."""

    def register(function: A) -> A:
        AGGREGATES[kind] = function
        return function

    return register


def rowwise(kind: str, *, published: bool = False, masked: bool = False) -> Callable[[R], R]:
    """Register a function that turns the type `kind` into a question to each row; `mostly` is seen to."""

    def register(function: R) -> R:
        ROWWISE[kind] = function
        for said, types in ((published, PUBLISHED), (masked, MASKED)):
            if said:
                types.add(kind)
        return function

    return register
