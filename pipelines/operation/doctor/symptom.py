"""A symptom: what was seen, why it matters, and what to do about it.

Belongs here: the value. An operator acts on `todo`, so it names a command, a variable or a file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Symptom:
    """Something that is not as it should be. `key` stays the same from version to version.

    `urgent`: it needs the operator; the others are worth knowing, and alone leave the exit code at 0.
    """

    key: str
    what: str
    why: str
    todo: str
    urgent: bool = True
