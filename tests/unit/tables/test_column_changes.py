"""A rename is told as a rename, a drop as a drop, and what was added, retyped or merely moved as what it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import ColumnChange, ColumnChangeKind
from pipelines.tables.column_changes import alike, changes, sample_of, told
from pipelines.tables.profile import kinds, profiles
from tests.tables_of import table_of

RENAMED, RETYPED = ColumnChangeKind.RENAMED, ColumnChangeKind.RETYPED
DROPPED, ADDED = ColumnChangeKind.DROPPED, ColumnChangeKind.ADDED
CONTRACTS = ("NUMERO_PROCEDIMIENTO", "CODIGO_CONTRATO", "IMPORTE_CONTRATO", "PROVEEDOR_CONTRATISTA")


def _values(prefix: str, count: int = 40) -> frozenset[str]:
    return frozenset(f"{prefix}-{number}" for number in range(count))


def test_the_same_columns_in_any_order_are_no_change() -> None:
    assert changes(CONTRACTS, CONTRACTS) == ()
    assert changes(CONTRACTS, tuple(reversed(CONTRACTS))) == ()
    assert changes((), ()) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("IMPORTE_CONTRATO", "Importe del contrato"),
        ("NUMERO_PROCEDIMIENTO", "Número de procedimiento"),
        ("CODIGO_CONTRATO", "codigo_contrato"),
    ],
)
def test_names_that_are_alike_are_one_column_renamed_without_any_values(old: str, new: str) -> None:
    after = tuple(new if name == old else name for name in CONTRACTS)
    assert changes(CONTRACTS, after) == (ColumnChange(RENAMED, old, new),)


def test_the_same_values_under_another_name_are_a_rename_wherever_the_column_stands() -> None:
    before, after = ("id", "proveedor", "monto"), ("id", "monto", "adjudicatario")
    kept = _values("Empresa")
    found = changes(before, after, values=({"proveedor": kept}, {"adjudicatario": kept}))
    assert found == (ColumnChange(RENAMED, "proveedor", "adjudicatario"),)


def test_other_values_under_another_name_are_a_drop_and_an_addition() -> None:
    before, after = ("id", "proveedor", "monto"), ("id", "observaciones", "monto")
    values = ({"proveedor": _values("Empresa")}, {"observaciones": _values("Nota")})
    assert changes(before, after, values=values) == (
        ColumnChange(DROPPED, "proveedor"),
        ColumnChange(ADDED, None, "observaciones"),
    )


def test_yes_and_no_in_common_prove_nothing() -> None:
    values = ({"plurianual": frozenset({"SI", "NO"})}, {"subcontrata": frozenset({"SI", "NO"})})
    kinds_found = {
        change.kind for change in changes(("id", "plurianual"), ("subcontrata", "id"), values=values)
    }
    assert kinds_found == {DROPPED, ADDED}


def test_a_number_does_not_become_a_date_by_another_name() -> None:
    found = changes(
        ("fecha_firma",), ("fecha_firma_2",), ({"fecha_firma": "date dmy"}, {"fecha_firma_2": "number ."})
    )
    assert [change.kind for change in found] == [DROPPED, ADDED]


@pytest.mark.parametrize(
    ("was", "now", "changed"),
    [
        ("number .", "number ,", True),
        ("number", "number ,", False),
        ("date dmy", "date mdy", True),
        ("number .", "text", True),
        ("date ymd", "", False),
        ("text", "text", False),
    ],
)
def test_a_column_of_another_type_is_told(was: str, now: str, changed: bool) -> None:
    found = changes(("monto",), ("monto",), ({"monto": was}, {"monto": now}))
    assert found == ((ColumnChange(RETYPED, "monto", "monto", was, now),) if changed else ())


def test_differences_are_told_in_both_languages_and_bounded() -> None:
    found = (
        ColumnChange(RENAMED, "A", "B"),
        ColumnChange(RETYPED, "C", "C", "number .", "text"),
        *(ColumnChange(DROPPED, f"D{number}") for number in range(20)),
    )
    english, spanish = told(found), told(found, "es")
    assert english.startswith("renamed: A to B; of another type: C (number . to text); dropped: D0, D1,")
    assert spanish.startswith("renombradas: A a B; de otro tipo: C (number . a text); suprimidas: D0, D1,")
    assert english.endswith(", ...")
    assert told(()) == ""
    assert len(told([ColumnChange(DROPPED, "x" * 10_000)])) < 200


def test_values_are_sampled_alike_in_whatever_order_the_rows_stand() -> None:
    rows = [[f"A-{number}", str(number % 3)] for number in range(1_000)]
    samples = []
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)  # noqa: S311
        with table_of(["id", "grupo"], rows) as table:
            samples.append(sample_of(table, ["id", "grupo"]))
            assert kinds(profiles(table)) == {"id": "text", "grupo": "number"}
    assert samples[0] == samples[1]
    assert len(samples[0]["id"]) == 200
    assert samples[0]["grupo"] == {"0", "1", "2"}


names = st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=8, unique=True)


@given(names, st.data())
def test_one_renamed_column_with_its_values_is_one_rename(columns: list[str], data: st.DataObject) -> None:
    old = data.draw(st.sampled_from(columns))
    new = data.draw(st.text(min_size=1, max_size=12).filter(lambda name: name not in columns))
    after = data.draw(st.permutations([new if name == old else name for name in columns]))
    kept = _values("value")
    found = changes(columns, after, values=({old: kept}, {new: kept}))
    assert found == (ColumnChange(RENAMED, old, new),)


@given(names, st.data())
def test_one_dropped_column_is_one_drop(columns: list[str], data: st.DataObject) -> None:
    old = data.draw(st.sampled_from(columns))
    after = [name for name in columns if name != old]
    assert changes(columns, after) == (ColumnChange(DROPPED, old),)
    assert changes(after, columns) == (ColumnChange(ADDED, None, old),)


@given(names, names)
def test_every_column_is_accounted_for_once(before: list[str], after: list[str]) -> None:
    found = [change for change in changes(before, after) if change.kind is not RETYPED]
    gone = [change.before for change in found if change.before is not None]
    come = [change.after for change in found if change.after is not None]
    assert sorted(gone) == sorted(set(before) - set(after))
    assert sorted(come) == sorted(set(after) - set(before))


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_a_share_and_the_same_both_ways_for_equal_names(one: str, other: str) -> None:
    assert 0 <= alike(one, other) <= 1
