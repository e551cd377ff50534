"""Property tests whose examples cost a good part of a second each: few in the quick run, many in the slow one.

`make test` tries a sixth of the examples, so that a mistake that most tables would show is seen at once; `make
test-slow` and `make test-all` set EXAMPLES=many and try all. Every run draws other examples.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

MANY = os.environ.get("EXAMPLES") == "many"
LEAST = 4


def often(max_examples: int, *, shrink: bool = True) -> Callable[[Any], Any]:
    """Mark a property test as one of these, with its examples in the slow run.

    Without `shrink` a failing example is told as it was drawn: making it smaller would take minutes.
    """
    phases = [it for it in Phase if it is not Phase.explain and (shrink or it is not Phase.shrink)]
    chosen = settings(
        max_examples=max_examples if MANY else max(LEAST, max_examples // 6),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
    return lambda test: pytest.mark.often(chosen(test))
