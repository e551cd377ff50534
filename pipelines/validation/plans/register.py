"""The registry of expectation types that the plan knows: `aggregate` and `rowwise` put a function into it.

Belongs here: the two decorators. Does not belong here: any type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pipelines.validation.compiled import Compiled, Rows

AGGREGATES: dict[str, Callable[..., Compiled]] = {}
ROWWISE: dict[str, Callable[..., Rows]] = {}

A = TypeVar("A", bound=Callable[..., Compiled])
R = TypeVar("R", bound=Callable[..., Rows])


def aggregate(kind: str) -> Callable[[A], A]:
    """Register a function that compiles the expectation type `kind` itself."""

    def register(function: A) -> A:
        AGGREGATES[kind] = function
        return function

    return register


def rowwise(kind: str) -> Callable[[R], R]:
    """Register a function that turns the type `kind` into a question to each row; `mostly` is seen to."""

    def register(function: R) -> R:
        ROWWISE[kind] = function
        return function

    return register
