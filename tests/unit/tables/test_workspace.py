"""What waits to be stored while tables grow: bounded, however many tables there are."""

from __future__ import annotations

import pytest

from pipelines import duck
from pipelines.tables import xml_standards
from pipelines.tables.table import Hint
from pipelines.tables.workspace import CHARACTERS_PER_BATCH, Records, Workspace


@pytest.fixture
def space(tmp_path):
    with duck.connect() as connection:
        yield Workspace(Hint("a/b/c", "0" * 64), connection, tmp_path)


def test_growing_tables_share_one_bound(space):
    tables = [Records(space, space.relation()) for _ in range(5)]
    text = "x" * (CHARACTERS_PER_BATCH // 8)
    for number in range(1, 5):
        for table in tables:
            table.add(number, {"texto": text})
            assert space.waiting.size <= CHARACTERS_PER_BATCH
    read = [table.finish(space.report("table", "json")) for table in tables]
    counts = [space.connection.execute(f"SELECT count(*) FROM {each.relation}").fetchall() for each in read]
    assert counts == [[(4,)]] * 5
    assert (space.waiting.size, space.waiting.tables) == (0, {})


def test_the_children_of_many_records_are_one_table(space, tmp_path):
    activity = "<iati-activity><iati-identifier>M</iati-identifier><sector code='1'/><sector code='2'/></iati-activity>"
    path = tmp_path / "actividades.xml"
    path.write_text(f"<iati-activities>{activity * 50}</iati-activities>")
    tables = xml_standards.read(path, space, "iati")
    assert [table.report.rows for table in tables] == [50, 100]
    assert next(space.numbers) == 2
    assert (space.waiting.size, space.waiting.tables) == (0, {})
