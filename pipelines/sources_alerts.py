"""The `alerts:` blocks of `sources.yaml`: what counts as a drop, and who hears of it how often.

Belongs here: the block as people write it, at the top of the file, in a source or in a dataset; the policy that one
dataset has once the blocks are merged, an inner one over an outer one, field by field. Does not belong here: what
detection makes of it (`alerts`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic.functional_validators import BeforeValidator

from pipelines.sources_values import Block, MailAddress

# Conditions of datasets, as transitions and incidents name them; those of KEYED go on with a key.
PLAIN = (
    *("unreachable", "blocked", "moved", "unusable", "overdue", "stale", "columns", "rows", "rows_removed"),
    *("withdrawn", "contact"),
)
KEYED = ("expectation", "score", "personal")

Summary = Literal["weekly", "never"]


@dataclass(frozen=True)
class AlertPolicy:
    """The alert policy of one dataset: defaults, and over them what the blocks say."""

    enabled: bool = True
    minimum_drop: float = 5.0
    minimum_percent: float = 1.0
    confirmations: int = 2
    recovery_nights: int = 1
    rows_change: float = 0.3
    grace: float = 1.5
    remind_after_days: int = 14
    reminders: int = 2
    escalate_after_days: int = 30
    settle_after_days: int = 90
    ignore: tuple[str, ...] = ()
    summary: Summary = "weekly"

    def ignores(self, condition: str) -> bool:
        """Whether `condition` is among those that are not followed."""
        return not self.enabled or any(fnmatchcase(condition, pattern) for pattern in self.ignore)


def _pattern(value: str) -> str:
    head, colon, key = value.partition(":")
    if head in KEYED and not key:
        raise ValueError(f"{value!r} goes on with a key; write '{head}:*' for all of them")
    # A pattern without a colon may reach over it: `*` is every condition.
    known = KEYED if colon else (*PLAIN, *(f"{name}:" for name in KEYED))
    if not any(fnmatchcase(name, head) for name in known):
        names = ", ".join((*PLAIN, *(f"{name}:*" for name in KEYED)))
        raise ValueError(f"{value!r} matches no condition; there are {names}")
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Pattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_listed)]
Subscribers = Annotated[tuple[MailAddress, ...], BeforeValidator(_listed)]
Days = Annotated[int, Field(ge=1, le=3650)]
Nights = Annotated[int, Field(ge=1, le=30)]


class Alerts(Block):
    """What counts as a drop, and who hears of it how often: at the top of the file, in a source or in a dataset.

    What an inner block leaves out is as the outer one says; what none says has the default given here. A list
    replaces that of the outer block.
    """

    enabled: bool | None = Field(
        default=None,
        description="Set to false to go on measuring without following any condition or telling anybody.",
    )
    minimum_drop: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = Field(
        default=None, description="Points (of 100) by which the score of a dimension must fall to be told."
    )
    minimum_percent: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Percentage points by which the share of failing values must grow for an expectation to be told.",
    )
    confirmations: Nights | None = Field(
        default=None,
        description="On how many nights a condition must be seen to be told. One is enough where one is proof, such as "
        "a verdict about the same bytes.",
    )
    recovery_nights: Nights | None = Field(
        default=None, description="On how many nights in a row it must be seen mended to be told as mended."
    )
    rows_change: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Share by which the number of rows must differ from what is usual to be told: 0.3 is 30 %.",
    )
    grace: Annotated[float, Field(ge=1, le=20, allow_inf_nan=False)] | None = Field(
        default=None, description="After how many promised periods without new data it is overdue."
    )
    remind_after_days: Days | None = Field(
        default=None,
        description="Days between what was told of a condition that still stands and the reminder.",
    )
    reminders: Annotated[int, Field(ge=0, le=50)] | None = Field(
        default=None, description="How often at most it is reminded of; 0 for never."
    )
    escalate_after_days: Days | None = Field(
        default=None,
        description="Days after which the owner's second contact is told, and the operator. Mexico's open data policy "
        "gives 30 days to mend.",
    )
    settle_after_days: Days | None = Field(
        default=None, description="Days after which what has not changed since is taken as the new normal."
    )
    ignore: Patterns | None = Field(
        default=None,
        description="Conditions that are not followed: names such as `stale`, or patterns such as `score:*` and "
        "`expectation:contracts_register.title.*`, in which `*` stands for any text.",
    )
    summary: Summary | None = Field(
        default=None, description="Whether it is in the weekly summary of the operator and of subscribers."
    )


def merged(*blocks: Alerts | None) -> AlertPolicy:
    """The policy that `blocks` make, from the outermost to the innermost; None stands for one that is not there."""
    policy = AlertPolicy()
    for block in blocks:
        if block is not None:
            policy = replace(policy, **block.model_dump(exclude_none=True))
    return policy


def contradiction(policy: AlertPolicy) -> tuple[tuple[str, str], str] | None:
    """Two fields of a merged policy of which one makes the other void, and why; None when none does."""
    settled = policy.settle_after_days
    if settled <= policy.escalate_after_days:
        return ("settle_after_days", "escalate_after_days"), (
            f"what settles after {settled} days is never escalated after {policy.escalate_after_days}"
        )
    if policy.reminders and settled <= policy.remind_after_days:
        return ("settle_after_days", "remind_after_days"), (
            f"what settles after {settled} days is never reminded of after {policy.remind_after_days}"
        )
    return None
