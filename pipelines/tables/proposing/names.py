"""How well a column's name names a role.

Belongs here: the comparison of meanings. What a role is called comes from its own name, its titles, the reviewed table
of words, and the columns of layouts that are known. Does not belong here: what the cells say (`content`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.tables.layouts import Layout, fold
from pipelines.tables.proposing.words import RoleWords, words_of

# What is missing of a role's name, or stands in a column's name beside it, in units of one common meaning.
MISSING, EXTRA, UNKNOWN, UNKNOWN_MISSING = 1.0, 0.6, 0.4, 0.5
# What the dataset itself is about goes without saying: in a register of contracts an amount is that of the contract.
SUBJECT_MISSING, SUBJECT_EXTRA = 0.4, 0.1
# What the cells show need not be said by the name: that it is a date, a name, an amount.
SHOWN = {"date": 0.3, "name": 0.25, "url": 0.5, "type": 0.4, "amount": 0.8}
# The very words decide between names of one meaning.
LITERAL = 0.08
KNOWN_ELSEWHERE = 0.95  # the column of that name holds a role of that name, in another dataset


@dataclass(frozen=True)
class Names:
    """What the roles of one dataset are called. `known` are folded names of columns that are known to hold a role.

    `meanings` are all that a role's phrases have, `subject` those that the dataset itself is about.
    """

    phrases: Mapping[str, tuple[tuple[frozenset[str], str], ...]]
    known: Mapping[tuple[str, str], float]
    meanings: Mapping[str, frozenset[str]]
    subject: frozenset[str]
    words: RoleWords


def names_of(
    guide_dataset: str,
    titles: Mapping[str, Iterable[str]],
    words: RoleWords,
    layouts: Iterable[Layout],
) -> Names:
    """What the roles of `guide_dataset` are called; `titles` are their titles by role."""
    phrases: dict[str, dict[frozenset[str], str]] = {}
    known: dict[tuple[str, str], float] = {}
    for role, given in titles.items():
        own = phrases.setdefault(role, {})
        for phrase in (role, *given, *words.roles.get(role, ())):
            own.setdefault(words.meant(phrase), phrase)
    for layout in layouts:
        here = layout.guide_dataset == guide_dataset
        for role, columns in layout.columns.items():
            for column in columns if role in phrases else ():
                sure = 1.0 if here else KNOWN_ELSEWHERE
                known[role, fold(column)] = max(sure, known.get((role, fold(column)), 0.0))
                if here:
                    phrases[role].setdefault(words.meant(column), column)
    subject = words.meant(guide_dataset) - {"identifier", "name", "date", "type", "amount"}
    return Names(
        {
            role: tuple((meant, phrase) for meant, phrase in found.items() if meant)
            for role, found in phrases.items()
        },
        known,
        {role: frozenset().union(*found) for role, found in phrases.items()},
        subject,
        words,
    )


def likeness(column: str, role: str, names: Names, *, single: bool = False) -> tuple[float, str]:
    """How well the name `column` names `role`, in [0, 1], and the phrase that it is most like.

    `single`: the role is the only one of its type, so that the name has to tell it from no other.
    """
    sure = names.known.get((role, fold(column)))
    if sure is not None:
        return sure, column
    meant = names.words.meant(column)
    if meant.isdisjoint(names.meanings.get(role, ())):
        return 0.0, ""
    literal = set(words_of(column)) - names.words.between
    best = (0.0, "")
    for phrase, said in names.phrases.get(role, ()):
        alike = _alike(meant, phrase, names.subject, SUBJECT_MISSING if single else MISSING)
        if alike:
            others = set(words_of(said)) - names.words.between
            common = len(literal & others) / max(len(literal | others), 1)
            best = max(best, ((1 - LITERAL) * alike + LITERAL * common, said))
    return best


def _alike(
    column: frozenset[str], phrase: frozenset[str], subject: frozenset[str], lacking: float = MISSING
) -> float:
    common = float(len(column & phrase))
    if not common:
        return 0.0
    missing = sum(
        SUBJECT_MISSING
        if item in subject
        else SHOWN.get(item, UNKNOWN_MISSING if item.startswith("?") else lacking)
        for item in phrase - column
    )
    extra = sum(
        SUBJECT_EXTRA if item in subject else UNKNOWN if item.startswith("?") else EXTRA
        for item in column - phrase
    )
    return common / (common + missing + extra)
