"""What is asked of one table after the other in the same words is planned once, and answered of each as it is."""

from __future__ import annotations

import multiprocessing
import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import duck, kept_plans
from pipelines.kept_plans import Plans, lent

TOTAL = 'SELECT count(*), count("a"), coalesce(sum(length("a")), 0), max("n") FROM "veedor:cells"'
CELLS = "veedor:cells"


def table(cells: list[str | None], first: int = 2) -> pyarrow.Table:
    numbers = pyarrow.array(range(first, first + len(cells)), pyarrow.int64())
    return pyarrow.table({"n": numbers, "a": pyarrow.array(cells, pyarrow.string())})


def planned(plans: Plans) -> int:
    (found,) = plans.connection.execute("SELECT count(*) FROM duckdb_prepared_statements()").fetchall()
    return int(found[0])


@pytest.fixture
def plans() -> Iterator[Plans]:
    plans = Plans(duck.connect(threads=1))
    yield plans
    plans.connection.close()


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=5), max_size=6))
def test_each_table_is_answered_as_it_is(several: list[list[str | None]]) -> None:
    plans = Plans(duck.connect(threads=1))
    try:
        for cells in several:
            told = [len(cell) for cell in cells if cell is not None]
            last = len(cells) + 1 if cells else None
            assert plans.rows(TOTAL, {CELLS: table(cells)}) == [(len(cells), len(told), sum(told), last)]
        assert planned(plans) == min(1, len(several))
    finally:
        plans.connection.close()


def test_a_plan_is_of_the_words_and_of_the_columns(plans: Plans) -> None:
    other = pyarrow.table({"a": ["x"], "n": pyarrow.array([7], pyarrow.int32())})
    for _ in range(2):
        assert plans.rows(TOTAL, {CELLS: table(["ab", None])}) == [(2, 1, 2, 3)]
        assert plans.rows(TOTAL, {CELLS: other}) == [(1, 1, 1, 7)]
        assert plans.rows(f"{TOTAL} WHERE n > 2", {CELLS: table(["ab", "c"])}) == [(1, 1, 1, 3)]
    assert planned(plans) == 3


def test_duckdb_does_not_plan_it_anew(plans: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would ask which columns there are."""
    asked: list[kept_plans.Stream] = []
    schema = kept_plans.Stream.__arrow_c_schema__
    monkeypatch.setattr(
        kept_plans.Stream, "__arrow_c_schema__", lambda stream: asked.append(stream) or schema(stream)
    )
    plans.rows(TOTAL, {CELLS: table(["a"])})
    assert asked
    asked.clear()
    for cells in (["b"], ["c", None]):
        plans.connection.execute(f"CREATE TABLE other{len(cells)} (a INTEGER)")
        assert plans.rows(TOTAL, {CELLS: table([*cells])})[0][0] == len(cells)
    assert not asked


def test_what_a_query_gives_may_be_asked_again(plans: Plans) -> None:
    for cells in (["b", "a", "b"], ["c"], []):
        kept = plans.table('SELECT "a", hash("a") AS h FROM "veedor:cells"', {CELLS: table([*cells])})
        asked = 'SELECT count(*), count(DISTINCT "h") FROM "veedor:kept" JOIN "veedor:cells" USING ("a")'
        found = plans.rows(asked, {CELLS: table(sorted(set(cells))), "veedor:kept": kept})
        assert found == [(len(cells), len(set(cells)))]
        assert plans.columns('SELECT "h" FROM "veedor:kept"', {"veedor:kept": kept})["h"].dtype == "uint64"
    assert planned(plans) == 3


def test_a_table_is_let_go_when_it_has_been_asked(plans: Plans) -> None:
    plans.rows(TOTAL, {CELLS: table(["held"])})
    before = pyarrow.total_allocated_bytes()
    for _ in range(5):
        plans.rows(TOTAL, {CELLS: table(["x" * 1_000_000])})
    assert pyarrow.total_allocated_bytes() - before < 1_000_000


def test_the_function_of_today_is_called(plans: Plans) -> None:
    query = 'SELECT list(test("a") ORDER BY "n") FROM "veedor:cells"'
    for wanted in ("x", "y"):

        def same(values: Any, wanted: str = wanted) -> Any:
            return pyarrow.array([value == wanted for value in values.to_pylist()])

        with plans.calling({"test": (same, "BOOLEAN")}):
            assert plans.rows(query, {CELLS: table(["x", "y", None])}) == [
                ([wanted == "x", wanted == "y", None],)
            ]
    assert planned(plans) == 1
    with pytest.raises(duckdb.Error):
        plans.rows(query, {CELLS: table(["x"])})
    assert not plans.whole


def test_a_plan_that_reads_a_file_besides_sees_it_as_it_is(plans: Plans, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    query = f'SELECT count(*) FROM "veedor:cells" WHERE "a" IN (SELECT k FROM read_csv({duck.literal(str(path))}))'
    for keys, expected in ((["x"], 1), (["x", "y", "z"], 2)):
        path.write_text("\n".join(["k", *keys, ""]), encoding="utf-8")
        assert plans.rows(query, {CELLS: table(["x", "y"])}) == [(expected,)]
        assert plans.rows(query, {CELLS: table(["q"])}) == [(0,)]


def test_a_text_that_says_the_name_stays_as_it_is(plans: Plans) -> None:
    query = """SELECT '"veedor:cells"', '''"veedor:cells"' FROM "veedor:cells" """
    assert plans.rows(query, {CELLS: table(["a"])}) == [('"veedor:cells"', '\'"veedor:cells"')]


def test_so_many_plans_are_kept_and_no_more(plans: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        kept_plans, "MOST", 3 * (len(f"{TOTAL} WHERE n > 0") + kept_plans.EACH + 2 * kept_plans.COLUMN)
    )
    for least in (0, 1, 2, 3, 4, 0, 1):
        found = plans.rows(f"{TOTAL} WHERE n > {least}", {CELLS: table(["a", "b", "c"])})
        assert found[0][0] == sum(number > least for number in (2, 3, 4))
    assert planned(plans) == 3
    (views,) = plans.connection.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall()
    assert views == (3,)
    monkeypatch.setattr(kept_plans, "MOST", 10)
    assert plans.rows(TOTAL, {CELLS: table(["a"])}) == [(1, 1, 1, 2)]
    assert planned(plans) == 0


def _grown_by(shapes: list[tuple[int, int]], answers: Any) -> None:
    """By how many MB this process grows while tables of so many columns are asked, each of a layout of its own."""
    begun, peak = 0.0, 0.0
    with lent() as plans:
        for number, (times, width) in enumerate(shapes):
            for time in range(times):
                names = [f"n{number}_{time}_{column}" for column in range(width)]
                asked = pyarrow.table({name: ["x"] for name in names})
                count = ", ".join(f'length("{name}")' for name in names)
                assert plans.rows(f'SELECT list_sum([{count}]) FROM "veedor:cells"', {CELLS: asked}) == [
                    (width,)
                ]
                peak = max(peak, resident())
                begun = begun or peak
    answers.put(peak - begun)


def resident() -> float:
    """The memory of this process in MB."""
    pages = Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * resource.getpagesize() / 1e6


@pytest.mark.slow
def test_plans_of_many_layouts_take_no_more_memory_than_is_said() -> None:
    process = multiprocessing.get_context("spawn")
    answers = process.Queue()
    child = process.Process(target=_grown_by, args=([(2_000, 3), (30, 1_000)], answers))
    child.start()
    grown = answers.get(timeout=200)
    child.join(30)
    assert grown < 200  # 70 MB of plans, and what it takes to make one


def test_one_on_which_a_query_failed_serves_nobody_else() -> None:
    with lent() as plans:
        assert plans.rows(TOTAL, {CELLS: table(["a"])}) == [(1, 1, 1, 2)]
    with lent() as again:
        assert again is plans
        with pytest.raises(duckdb.ConversionException):
            again.rows('SELECT CAST("a" AS INTEGER) FROM "veedor:cells"', {CELLS: table(["a"])})
        assert again.rows(TOTAL, {CELLS: table(["a"])}) == [(1, 1, 1, 2)]
    with pytest.raises(duckdb.ConnectionException):
        again.connection.execute("SELECT 1")
    with lent() as other:
        assert other is not again


def test_no_more_are_lent_at_a_time_than_there_are() -> None:
    lent_now, most, wrong = 0, 0, []
    lock = threading.Lock()

    def work(number: int) -> None:
        nonlocal lent_now, most
        with lent() as plans:
            with lock:
                lent_now += 1
                most = max(most, lent_now)
            for size in range(1, 9):
                found = plans.rows(TOTAL, {CELLS: table(["x" * number] * size)})
                if found != [(size, size, size * number, size + 1)]:
                    wrong.append(found)
            with lock:
                lent_now -= 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert 1 <= most <= kept_plans.CONNECTIONS


def test_whoever_has_one_does_not_wait_for_itself() -> None:
    with lent(), pytest.raises(RuntimeError), lent():
        pass
    with lent() as plans:
        assert plans.rows("SELECT 1", {}) == [(1,)]


def _asked_in_a_child(answers: Any) -> None:
    with lent() as plans:
        answers.put(plans.rows(TOTAL, {CELLS: table(["a", "b"])}))


def test_a_forked_process_has_its_own() -> None:
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    with lent():
        child = fork.Process(target=_asked_in_a_child, args=(answers,))
        child.start()
        assert answers.get(timeout=30) == [(2, 2, 2, 3)]
        child.join(30)
    assert child.exitcode == 0
