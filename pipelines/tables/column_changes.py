"""Columns that are no longer what they were: dropped, added, renamed, or of another type.

Belongs here: the comparison of two tables' columns, and telling a renamed column from one that was dropped while
another was added. A name alone may lie, so that three witnesses are heard: the values, which stay when only the name
changes; the names, which are often alike; and the place between the same neighbours. Does not belong here: reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from pipelines import duck
from pipelines.model import ColumnChange, ColumnChangeKind
from pipelines.tables.layouts import fold
from pipelines.tables.table import Table

# How far each witness is believed. Without values in common or apart, names have to be much alike.
WITH_VALUES = {"values": 0.5, "name": 0.3, "place": 0.2}
WITHOUT_VALUES = {"values": 0.0, "name": 0.75, "place": 0.25}
CERTAIN = 0.5
# Fewer different values than this may agree by chance, as yes and no do.
TELLING = 8
SAMPLE = 200
TOLD = 8  # of each kind of change
LONGEST = 100  # characters of a name
WORDS = {
    "en": {
        "renamed": "renamed",
        "retyped": "of another type",
        "dropped": "dropped",
        "added": "added",
        "to": "to",
    },
    "es": {
        "renamed": "renombradas",
        "retyped": "de otro tipo",
        "dropped": "suprimidas",
        "added": "agregadas",
        "to": "a",
    },
}
MOST = 40  # columns of which the values are looked at; more than that is another table

Values = Mapping[str, frozenset[str]]
_Places = dict[str, tuple[str, str]]


def changes(
    before: Sequence[str],
    after: Sequence[str],
    kinds: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    values: tuple[Values, Values] = ({}, {}),
) -> tuple[ColumnChange, ...]:
    """What became of the columns `before`: renamed and retyped ones, dropped ones, and added ones, in that order.

    `kinds` and `values` are those of the columns before and after, as far as they are known (`profile.kinds`,
    `sample_of`).
    """
    dropped, added = apart(before, after)
    pairs = _renamed(before, after, dropped, added, kinds, values)
    found = [ColumnChange(ColumnChangeKind.RENAMED, old, new) for old, new in pairs.items()]
    same = {name: name for name in before if name in set(after)}
    for old, new in {**same, **pairs}.items():
        was, now = kinds[0].get(old, ""), kinds[1].get(new, "")
        if was and now and _another(was, now):
            found.append(ColumnChange(ColumnChangeKind.RETYPED, old, new, was, now))
    gone = [ColumnChange(ColumnChangeKind.DROPPED, name) for name in dropped if name not in pairs]
    known = set(pairs.values())
    come = [ColumnChange(ColumnChangeKind.ADDED, None, name) for name in added if name not in known]
    return (*found, *gone, *come)


def told(found: Iterable[ColumnChange], language: str = "en") -> str:
    """The changes as one sentence without an end: "renamed: A to B; dropped: C"; "" for none."""
    words, said = WORDS[language], dict[str, list[str]]()
    for item in found:
        names = dict.fromkeys(name for name in (item.before, item.after) if name)
        text = f" {words['to']} ".join(name[:LONGEST] for name in names)
        if item.kind is ColumnChangeKind.RETYPED:
            text += f" ({item.type_before} {words['to']} {item.type_after})"
        said.setdefault(words[item.kind.value], []).append(text)
    return "; ".join(
        f"{kind}: {', '.join(names[:TOLD])}{', ...' if len(names) > TOLD else ''}"
        for kind, names in said.items()
    )


def apart(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that only `before` has, and those that only `after` has."""
    old, new = set(before), set(after)
    return [name for name in before if name not in new], [name for name in after if name not in old]


def sample_of(table: Table, columns: Iterable[str]) -> Values:
    """Some values of each column, the same ones in whatever order its rows stand. Raises DuckDB's exceptions."""
    sample = {}
    for name in list(columns)[:MOST]:
        cell = duck.quote(name)
        rows = table.connection.execute(
            f"SELECT DISTINCT trim({cell}) AS value FROM {duck.quote(table.relation)}"
            f" WHERE trim({cell}) <> '' ORDER BY md5(value) LIMIT {SAMPLE}"
        ).fetchall()
        sample[name] = frozenset(value for (value,) in rows)
    return sample


def _another(was: str, now: str) -> bool:
    """Whether a kind differs, or the decimal mark or order of dates where both are known."""
    (kind, _, detail), (kind_now, _, detail_now) = was.partition(" "), now.partition(" ")
    return kind != kind_now or bool(detail and detail_now and detail != detail_now)


def _renamed(
    before: Sequence[str],
    after: Sequence[str],
    dropped: Sequence[str],
    added: Sequence[str],
    kinds: tuple[Mapping[str, str], Mapping[str, str]],
    values: tuple[Values, Values],
) -> dict[str, str]:
    """Old names and what they became, the most certain pair first, each column once."""
    kept = set(before) & set(after)
    here, there = _neighbours(before, kept), _neighbours(after, kept)
    found = []
    for old in dropped[: 2 * MOST]:
        for new in added[: 2 * MOST]:
            if _of_other_kind(kinds[0].get(old, ""), kinds[1].get(new, "")):
                continue
            score = _score(old, new, here[old] == there[new], values[0].get(old), values[1].get(new))
            if score >= CERTAIN:
                found.append((-score, before.index(old), after.index(new), old, new))
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for *_, old, new in sorted(found):
        if old not in pairs and new not in taken:
            pairs[old] = new
            taken.add(new)
    return {old: pairs[old] for old in dropped if old in pairs}


def _of_other_kind(was: str, now: str) -> bool:
    return bool(was and now) and was.partition(" ")[0] != now.partition(" ")[0]


def _score(
    old: str, new: str, same_place: bool, was: frozenset[str] | None, now: frozenset[str] | None
) -> float:
    """How sure it is, in [0, 1], that `new` is `old` by another name."""
    name = alike(old, new)
    if name == 1:
        return 1.0
    common, telling = 0.0, 0.0
    if was and now:
        common = len(was & now) / min(len(was), len(now))
        telling = min(1.0, min(len(was), len(now)) / TELLING)
    heard = {key: telling * WITH_VALUES[key] + (1 - telling) * WITHOUT_VALUES[key] for key in WITH_VALUES}
    return heard["values"] * common + heard["name"] * name + heard["place"] * same_place


def alike(old: str, new: str) -> float:
    """How alike two names are, in [0, 1]; 1 when only case, accents and punctuation differ."""
    first, second = fold(old), fold(new)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    words, others = set(first.split()), set(second.split())
    shared = len(words & others) / len(words | others)
    return min(0.99, max(shared, SequenceMatcher(None, first[:200], second[:200]).ratio()))


def _neighbours(names: Sequence[str], kept: set[str]) -> _Places:
    """The columns that stay which stand before and after each column, and how far from the first of them."""
    places: _Places = {}
    left, distance = "", 0
    for name in names:
        if name in kept:
            left, distance = name, 0
        else:
            distance += 1
            places[name] = (left, str(distance))
    return places
