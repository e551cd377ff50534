"""The registry of expectation types that the plan knows: `aggregate` and `rowwise` put a function into it.

Belongs here: the two decorators, and which types are *typed*: they compare order or magnitude, so they see a role's
numbers and dates; all others see its text. Does not belong here: any type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pipelines.validation.compiled import Compiled, Rows

AGGREGATES: dict[str, Callable[..., Compiled]] = {}
ROWWISE: dict[str, Callable[..., Rows]] = {}
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


def rowwise(kind: str, *, typed: bool = False) -> Callable[[R], R]:
    """Register a function that turns the type `kind` into a question to each row; `mostly` is seen to."""

    def register(function: R) -> R:
        ROWWISE[kind] = function
        if typed:
            TYPED.add(kind)
        return function

    return register
