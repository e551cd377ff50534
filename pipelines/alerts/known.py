"""What is known beside an alert when its message is written; whatever of it is missing, the message does without.

Belongs here: the one value that is handed to `message.compose`, and the two functions in it that others bring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipelines.alerts.items import Item
from pipelines.alerts.with_feedback import Heard
from pipelines.model import Alert, ContactPoint, Incident

# The address by which one answer to some incidents is given: (answer, incidents).
Link = Callable[[str, Sequence[str]], str]


@dataclass(frozen=True)
class Sheet:
    """Where the failing rows of one item are: `written` of `found` stand in the sheet `name`.

    Without a name there are none, and `missing` says why: `gone`, `unreadable` or `whole`.
    """

    name: str = ""
    written: int = 0
    found: int = 0
    missing: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that goes with a message, and the sheets of it by item: (dataset, condition)."""

    name: str
    content: bytes
    sheets: Mapping[tuple[str, str], Sheet] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """`incidents` by id, for causes and for how long things stand. `gains`: points by (dataset, subject) of a fix.

    `operator` is whoever runs the installation. `link` makes an address to answer by, which is valid until
    `links_until`; without it people are asked to write to the operator. `attach` makes the file of all items and
    failing rows; it gets everything in the message, the part that is cut from the mail too. `unvisited` says in the
    reader's language, by dataset, why it could not be visited: for the weekly summary. `watched` counts the datasets
    of each source, for a notice. `heard` are readers' reports by their ids.
    """

    incidents: Mapping[str, Incident] = field(default_factory=dict)
    gains: Mapping[tuple[str, str], float] = field(default_factory=dict)
    operator: ContactPoint | None = None
    link: Link | None = None
    links_until: date | None = None
    attach: Callable[[Alert, Sequence[Item], Mapping[str, str]], Attached | None] | None = None
    unvisited: Mapping[str, str] = field(default_factory=dict)
    watched: Mapping[str, int] = field(default_factory=dict)
    heard: Mapping[str, Heard] = field(default_factory=dict)

    def is_operator(self, recipient: ContactPoint) -> bool:
        """Whether a message goes to whoever runs the installation; nobody else sees what is private to it."""
        if self.operator is None:
            return False
        if self.operator.email is None:  # whose messages are files
            return recipient == self.operator
        return (recipient.email or "").casefold() == self.operator.email.casefold()


NOTHING = Known()
