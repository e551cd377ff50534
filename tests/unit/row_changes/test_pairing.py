"""Which column is which, and which key can be followed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.model import ColumnChange, ColumnChangeKind
from pipelines.row_changes.fingerprint import Fingerprints
from pipelines.row_changes.pairing import paired


def side(columns: Sequence[str], roles: dict[str, str] | None = None, *keys: tuple[str, ...]) -> Fingerprints:
    return Fingerprints(Path("unused"), tuple(columns), roles or {}, keys, frozenset())


def test_roles_come_before_names_and_names_before_renames() -> None:
    before = side(["id", "importe", "monto", "viejo"], {"value_amount": "importe"})
    after = side(["monto", "id", "nuevo"], {"value_amount": "monto"})
    renamed = ColumnChange(ColumnChangeKind.RENAMED, "viejo", "nuevo")
    assert paired(before, after, [renamed]).columns == (
        ("importe", "monto"),
        ("id", "id"),
        ("viejo", "nuevo"),
    )
    assert paired(before, after).columns == (("importe", "monto"), ("id", "id"))


def test_a_key_is_followed_through_a_rename_and_lost_with_any_part_of_it() -> None:
    before = side(["a", "b", "c"], {}, ("a", "b"))
    renamed = [ColumnChange(ColumnChangeKind.RENAMED, "a", "x")]
    assert paired(before, side(["x", "b"]), renamed).keys == ((("a", "x"), ("b", "b")),)
    lost = paired(before, side(["x", "b"]))
    assert (lost.keys, lost.key_lost) == ((), True)
    assert not paired(side(["a"]), side(["a"])).key_lost


def test_the_newer_versions_key_is_the_likelier_one_and_each_stands_once() -> None:
    before = side(["a", "b"], {}, ("b",), ("a",))
    after = side(["a", "b"], {}, ("a",))
    assert paired(before, after).keys == ((("a", "a"),), (("b", "b"),))


def test_a_key_that_is_asked_for_may_be_named_as_before_or_as_now() -> None:
    renamed = [ColumnChange(ColumnChangeKind.RENAMED, "a", "x")]
    for name in ("a", "x"):
        assert paired(side(["a"]), side(["x"]), renamed, [name]).keys == ((("a", "x"),),)
    with pytest.raises(KeyError):
        paired(side(["a"]), side(["b"]), (), ["a"])
