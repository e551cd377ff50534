"""What the cells of a column say about the role that it may hold.

Belongs here: schemes of identifiers, currencies, addresses and kinds of cells against the type of a role, tokens for
nothing, and cells that look like a person's. Does not belong here: names of columns (`names`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.identifiers import SCHEMES
from pipelines.tables.layouts import fold
from pipelines.tables.profile import DATE, MAIL, NUMBER, TEXT, UNKNOWN, URL, Profile
from pipelines.tables.proposing.words import RoleWords

# Of a scheme with a check digit one number in ten is right by chance, so that most have to be.
OF_SCHEME = 0.8
FEW = 5  # different values that it takes to tell a scheme
MANY = 50  # of them are looked at
CODES = 40  # a column of codes has no more different values
LONG_TEXT = 60  # characters; identifiers and codes are shorter

# How far a kind of cells speaks for (above 1) or against a role of a type. What is not here says nothing.
FOR = {
    "date": {DATE: 1.1, NUMBER: 0.2, URL: 0.05, MAIL: 0.05, TEXT: 0.25},
    "number": {NUMBER: 1.1, DATE: 0.05, URL: 0.05, MAIL: 0.05, TEXT: 0.25},
    "url": {URL: 1.2, NUMBER: 0.05, DATE: 0.05, MAIL: 0.1, TEXT: 0.4},
    "identifier": {DATE: 0.1, URL: 0.2, MAIL: 0.1},
    "code": {DATE: 0.1, URL: 0.1, MAIL: 0.1},
    "text": {DATE: 0.15, URL: 0.15, NUMBER: 0.45},
}
SCHEMES_TOLD = tuple(
    scheme for scheme in SCHEMES.values() if scheme.check is not None or scheme.code == "OCID"
)


@dataclass(frozen=True)
class Content:
    """What is known of a column's cells beside its profile.

    `scheme` is the code of a scheme of identifiers, or "". `personal` says why it may hold personal data, or "".
    `codes`: few different values; `length`: of a value, in characters; `counter`: the rows are only numbered.
    """

    profile: Profile
    scheme: str = ""
    currency: bool = False
    personal: str = ""
    codes: bool = False
    length: float = 0.0
    counter: bool = False


def content_of(profile: Profile, meant: frozenset[str], words: RoleWords) -> Content:
    """What the cells say; `meant` are the meanings of the column's name, which help to tell a person's column."""
    values = profile.values
    scheme = _scheme(list(values)[:MANY])
    currency = bool(values) and all(fold(value) in words.currencies for value in values)
    shown = sum(values.values())
    length = sum(len(value) * count for value, count in values.items()) / shown if shown else 0.0
    codes = 0 < profile.distinct <= CODES and (profile.distinct <= profile.filled / 2 or profile.filled < 20)
    return Content(
        profile, scheme, currency, _personal(profile, scheme, meant), codes, length, _counts(profile)
    )


def speaks_for(content: Content, role: str, type: str) -> float:
    """How far the cells speak for a role of that type: 1 for nothing said, less against it, a little more for it."""
    kind = content.profile.kind
    factor = FOR[type].get(kind, 1.0)
    if kind == UNKNOWN and content.profile.filled:
        factor = 0.9
    if type in ("identifier", "code") and content.length > LONG_TEXT:
        factor *= 0.4
    if content.counter:
        factor *= 0.3
    if type == "code" and not content.codes and content.profile.filled:
        factor *= 0.75
    if role == "currency":
        factor *= 1.2 if content.currency else 0.3 if content.profile.filled else 1.0
    elif content.currency:
        factor *= 0.1
    if role == "ocid":
        factor *= 1.2 if content.scheme == "OCID" else 0.5
    elif content.scheme:
        factor *= 1.1 if type == "identifier" else 0.5 if content.scheme != "OCID" or type != "text" else 1.0
    return factor


def alone(content: Content, role: str, type: str) -> tuple[float, str]:
    """How sure the cells alone make a role, whatever the column is called, and why."""
    if role == "currency" and content.currency and content.profile.filled >= FEW:
        return 0.75, "currencies"
    if role == "ocid" and content.scheme == "OCID":
        return 0.9, "OCIDs"
    if type == "url" and content.profile.kind == URL:
        return 0.45, "addresses"
    return 0.0, ""


def told(content: Content) -> str:
    """The cells in a few words, none of them a value."""
    profile = content.profile
    said = [
        content.scheme and f"numbers of {content.scheme}",
        content.currency and "currencies",
        profile.told(),
    ]
    return ", ".join(part for part in said if part) or ("no value" if not profile.filled else "few or mixed")


def _counts(profile: Profile) -> bool:
    """Whether the values are nothing but a running number."""
    if (
        profile.kind != NUMBER
        or profile.distinct != profile.filled
        or not all(map(str.isdigit, profile.values))
    ):
        return False
    numbers = sorted(int(value) for value in list(profile.values) if len(value) < 10)
    return (
        len(numbers) >= FEW
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] <= 1
    )


def _scheme(values: list[str]) -> str:
    if len(values) < FEW:
        return ""
    best = (OF_SCHEME, "")
    for scheme in SCHEMES_TOLD:
        right = sum(scheme.valid(value) for value in values) / len(values)
        if right >= best[0] and (right, scheme.code) > best:
            best = (right, scheme.code)
    return best[1]


def _personal(profile: Profile, scheme: str, meant: frozenset[str]) -> str:
    """Why a column may hold personal data, or ""."""
    if scheme and SCHEMES[scheme].of_people:
        return f"numbers of {scheme}, which natural persons have, too"
    if profile.kind == MAIL:
        return "mail addresses"
    named = meant & {"first_surname", "second_surname", "birth", "population_number", "contact"}
    if named:
        return f"the name speaks of {', '.join(sorted(named)).replace('_', ' ')}"
    if {"name", "person"} <= meant or {"name", "official"} <= meant:
        return "the name speaks of a person's name"
    return ""


def locale_of(found: Mapping[str, Profile]) -> tuple[str, str, list[str]]:
    """The decimal mark and the order of dates that the columns vote for, and what speaks for and against them."""
    marks: dict[str, list[str]] = {}
    orders: dict[str, list[str]] = {}
    for name, profile in found.items():
        if profile.detail:
            (marks if profile.kind == NUMBER else orders).setdefault(profile.detail, []).append(name)
    mark = max(marks, key=lambda item: len(marks[item]), default=".")
    order = max(orders, key=lambda item: len(orders[item]), default="ymd")
    said = []
    for what, votes, chosen in (("decimal mark", marks, mark), ("order of dates", orders, order)):
        if not votes:
            said.append(f"{what}: no column tells, so that {chosen} is a guess")
        for other, columns in sorted(votes.items()):
            against = "" if other == chosen else "AGAINST IT, "
            said.append(f"{what}: {against}{other} in {', '.join(columns[:5])}")
    return mark, order, said
