"""How each check of the guide's list is answered: by an expectation, a link, a metric, or not at all.

Belongs here: the account of one suite, which `veedor guide` and the documentation show. Does not belong here: whether
it is complete (a test holds that), or any result.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import SuiteError
from pipelines.validation.suites import Suite

By = Literal["expectation", "link", "metric", "nothing"]


@dataclass(frozen=True)
class Check:
    """One check of the guide's list, as the list has it: its kind, roles, severity and what it rests on."""

    id: str
    kind: str
    roles: tuple[str, ...]
    severity: str
    source: str
    rule: str


@dataclass(frozen=True)
class Answer:
    """What answers a check: `keys` of expectations, roles that a link leads to, or a metric; or a `reason` why none."""

    by: By
    keys: tuple[str, ...] = ()
    reason: Mapping[str, str] | None = None


def load_checks(expectations: Path) -> dict[str, Check]:
    """Every check of the guide's list by id, in its order. Raises `SuiteError`."""
    path = expectations / "guide_checks.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: Check(
                key, it["kind"], tuple(it["role"]), it["severity"], it["basis"]["source"], it["basis"]["rule"]
            )
            for key, it in raw.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SuiteError(f"the guide's checks cannot be read: {error!r}", file=str(path)) from error


def answers(suite: Suite) -> dict[str, Answer]:
    """What answers each check that the suite speaks of."""
    found: dict[str, Answer] = {}
    for item in suite.expectations:
        check = item.raw["meta"].get("guide_check")
        if check is not None:
            earlier = found[check].keys if check in found else ()
            found[check] = Answer("expectation", (*earlier, item.key))
    found |= {it["check"]: Answer("link", tuple(it["to"])) for it in suite.links}
    found |= {it["check"]: Answer("metric", (it["metric"],)) for it in suite.elsewhere}
    found |= {it["check"]: Answer("nothing", reason=it["reason"]) for it in suite.unchecked}
    return found


def basis_shares(suite: Suite) -> dict[str, float]:
    """Which share of the expectations was `read`, `adapted` or is `ours`; 0 to 1."""
    counts = Counter(basis_of(item.raw) for item in suite.expectations)
    return {rule: counts[rule] / max(len(suite.expectations), 1) for rule in ("read", "adapted", "ours")}


def basis_of(expectation: Mapping[str, Any]) -> str:
    """`read`, `adapted` or `ours`, of an expectation as its suite has it."""
    return str(expectation["meta"]["basis"].get("rule", ""))
