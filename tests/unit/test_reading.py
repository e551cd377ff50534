"""A source's night asks the same tables wherever it asks for those of a snapshot, and nothing of them outlives it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import reading
from pipelines.errors import ReadFault
from pipelines.settings import Settings
from pipelines.snapshots.store import Store
from pipelines.tables.table import Hint, Opened, Unproven


@pytest.fixture
def tools(tmp_path: Path) -> Any:
    """Settings and a store, which is all that reading asks for."""
    settings = Settings(data=tmp_path)
    return SimpleNamespace(settings=settings, store=Store(settings.snapshots))


def kept(tools: Any, content: bytes) -> Hint:
    sha256 = hashlib.sha256(content).hexdigest()
    part = tools.store.incoming()
    part.write_bytes(content)
    tools.store.adopt(part, sha256)
    return Hint("s/d/f", sha256, "csv")


def relation(content: Opened) -> tuple[Any, int]:
    table = content.tables[0]
    ((rows,),) = table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()
    return table, rows


def test_a_snapshot_is_opened_once_within_a_night_and_closed_with_it(tools: Any) -> None:
    hint, other = kept(tools, b"a,b\n1,2\n3,4\n"), kept(tools, b"a,b\n1,2\n")
    with reading.sharing_tables():
        first, rows = reading.snapshot_worked(hint, tools, relation)
        assert rows == 2
        assert reading.snapshot_worked(other, tools, relation)[1] == 1
        assert reading.snapshot_worked(hint, tools, relation) == (first, 2)
        assert reading.snapshot_worked(hint, tools, relation)[0] is first
    outside, rows = reading.snapshot_worked(hint, tools, relation)
    assert rows == 2
    assert outside is not first


def test_what_went_wrong_is_opened_anew(tools: Any) -> None:
    hint = kept(tools, b"a,b\n1,2\n3,4\n")

    def fail(content: Opened) -> None:
        raise LookupError

    with reading.sharing_tables():
        first, _ = reading.snapshot_worked(hint, tools, relation)
        with pytest.raises(LookupError):
            reading.snapshot_worked(hint, tools, fail)
        second, rows = reading.snapshot_worked(hint, tools, relation)
        assert rows == 2
        assert second is not first
        with pytest.raises(ReadFault):
            reading.snapshot_worked(kept(tools, b""), tools, relation)
        with pytest.raises(FileNotFoundError):
            reading.snapshot_worked(Hint("s/d/f", "0" * 64), tools, relation)


def test_what_was_presumed_wrongly_is_worked_on_again(tools: Any) -> None:
    hint = kept(tools, b"a,b\n1,2\n3,4\n")
    asked = []

    def work(content: Opened) -> int:
        asked.append(content)
        if len(asked) == 1:
            raise Unproven
        return relation(content)[1]

    with reading.sharing_tables():
        assert reading.snapshot_worked(hint, tools, work) == 2
        assert len(asked) == 2


def test_large_tables_and_many_snapshots_do_not_stay_open(
    tools: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints = [kept(tools, b"a,b\n" + b"1,2\n" * number) for number in range(1, 12)]
    with reading.sharing_tables():
        tables = [reading.snapshot_worked(hint, tools, relation)[0] for hint in hints]
        assert reading.snapshot_worked(hints[-1], tools, relation)[0] is tables[-1]
        assert reading.snapshot_worked(hints[0], tools, relation)[0] is not tables[0]
        monkeypatch.setattr(reading, "MOST_CELLS", 3)
        large = reading.snapshot_worked(hints[-1], tools, relation)[0]
        assert reading.snapshot_worked(hints[-1], tools, relation)[0] is not large
