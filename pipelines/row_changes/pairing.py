"""Which column of the one version is which of the other, and by which columns rows can be told apart.

Belongs here: these two decisions, from roles, names and what is known of renamed columns. Does not belong here: finding
out that a column was renamed (`tables.column_changes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.model import ColumnChange, ColumnChangeKind
from pipelines.row_changes.fingerprint import Fingerprints

Pair = tuple[str, str]


@dataclass(frozen=True)
class Pairing:
    """`columns`: the columns that both versions have, by their names before and after, in the order of the newer.

    `keys` are those of them by which rows may be told apart, the likeliest first; `key_lost` when there was such a key
    and none of it can be followed from one version to the other.
    """

    columns: tuple[Pair, ...]
    keys: tuple[tuple[Pair, ...], ...]
    key_lost: bool = False


def paired(
    before: Fingerprints,
    after: Fingerprints,
    changed: Iterable[ColumnChange] = (),
    key: Sequence[str] | None = None,
) -> Pairing:
    """Pair the columns: by role where both are laid out, else by name, else as renamed.

    `changed` is what became of the columns of `before`. `key`: columns, by their names before or after, that are to
    tell rows apart, and no others; raises `KeyError` for one that is not in both versions.
    """
    pairs: dict[str, str] = {}  # name after -> name before
    wanted = [(before.roles[role], column) for role, column in after.roles.items() if role in before.roles]
    wanted += [(name, name) for name in after.columns if name in set(before.columns)]
    wanted += [
        (item.before, item.after)
        for item in changed
        if item.kind is ColumnChangeKind.RENAMED and item.before and item.after
    ]
    taken: set[str] = set()
    for old, new in wanted:
        if new not in pairs and old not in taken and new in after.columns and old in before.columns:
            pairs[new] = old
            taken.add(old)
    columns = tuple((pairs[name], name) for name in after.columns if name in pairs)
    if key is not None:
        return Pairing(columns, (tuple(_named(name, columns) for name in key),))
    by_before = dict(columns)
    known = [tuple((pairs[name], name) for name in one if name in pairs) for one in after.keys]
    known += [tuple((name, by_before[name]) for name in one if name in by_before) for one in before.keys]
    lengths = [len(one) for one in (*after.keys, *before.keys)]
    whole = [one for one, length in zip(known, lengths, strict=True) if len(one) == length]
    return Pairing(columns, tuple(dict.fromkeys(whole)), bool(lengths) and not whole)


def _named(name: str, columns: Sequence[Pair]) -> Pair:
    for pair in columns:
        if name in (pair[1], pair[0]):
            return pair
    raise KeyError(name)
