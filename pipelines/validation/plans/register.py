"""The registry of expectation types that the plan knows: `aggregate` and `rowwise` put a function into it.

Belongs here: the two decorators, and which types are *typed*, *published* or *masked*. The first compare order or
magnitude, so they see a role's numbers and dates; all others see its text. The second judge how a value is written, so
they see it before anything of it is understood. What fails the third is personal whatever the column, so that no
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
TYPED: set[str] = set()

A = TypeVar("A", bound=Callable[..., Compiled])
R = TypeVar("R", bound=Callable[..., Rows])


def aggregate(kind: str, *, typed: bool = False) -> Callable[[A], A]:
    """Register a function that compiles the expectation type `kind` itself."""

    def register(function: A) -> A:
        AGGREGATES[kind] = function
        if typed:
            TYPED.add(kind)
        return function

    return register


def rowwise(
    kind: str, *, typed: bool = False, published: bool = False, masked: bool = False
) -> Callable[[R], R]:
    """Register a function that turns the type `kind` into a question to each row; `mostly` is seen to."""

    def register(function: R) -> R:
        ROWWISE[kind] = function
        for said, types in ((typed, TYPED), (published, PUBLISHED), (masked, MASKED)):
            if said:
                types.add(kind)
        return function

    return register
