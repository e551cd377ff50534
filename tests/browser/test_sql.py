"""The page of SQL in Chromium: what is asked there is answered as `veedor sql` answers it, and nothing else happens."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pipelines.history.asking import columns_and_rows
from pipelines.site import words
from pipelines.site.build import build
from pipelines.site.sheets.sql import questions
from tests.browser.conftest import AXE, ROOT
from tests.browser.ranges import Host, hosting, needs_engine
from tests.serving_process import Served, serving
from tests.unit.feedback.reports import SOURCES
from tests.unit.site.conftest import make_public

pytestmark = [pytest.mark.slow, needs_engine]

PLANTED = "<img src=x onerror=\"document.title='taken'\"><b>Contratos</b>"
FOREVER = "select count(*) from range(100000000) a, range(100000000) b where a.range + b.range = -1"
Visits = Callable[..., Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as a night leaves it, with a title that is none."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    build(make_public(folder / "data", titles={"federal/contratos": PLANTED}))
    return folder / "data"


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    with serving(data, data.parent / "sources.yaml") as it:
        yield it


@pytest.fixture
def asked(served: Served, visit: Visits) -> Any:
    """The English page of `veedor serve`, with the policy that it sends."""
    return visit(f"{served.url}/en/sql.html")


def ask(page: Any, sql: str, until: str = "#run:not([disabled])") -> None:
    page.fill("#sql", sql)
    page.press("#sql", "Control+Enter")
    page.wait_for_selector(until, timeout=60_000)


def cells(page: Any) -> list[list[str]]:
    return page.eval_on_selector_all(  # type: ignore[no-any-return]
        ".answered tr", "all => all.map(it => [...it.cells].map(one => one.textContent))"
    )


def alike(value: object, shown: str) -> bool:
    """Whether a value of Python is what the page shows."""
    if value is None:
        return shown == "NULL"
    if isinstance(value, bool):
        return shown == str(value).lower()
    if isinstance(value, int | float):
        return float(shown) == pytest.approx(float(value), rel=1e-12)
    return shown == str(value)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_question_is_answered_as_veedor_sql_answers_it(
    served: Served, data: Path, visit: Visits, language: str
) -> None:
    seen = visit(f"{served.url}/{language}/sql.html")
    shown = seen.page.eval_on_selector_all(".examples code", "all => all.map(it => it.textContent)")
    assert len(shown) == len(questions()) == 20
    for sql in shown:
        ask(seen.page, sql)
        columns, rows = columns_and_rows(sql, public=data / "public")
        heading, *lines = cells(seen.page) or [columns]
        assert heading == columns, (sql, seen.page.inner_text("#ask"))
        assert len(lines) == len(rows), sql
        for line, row in zip(lines, rows, strict=True):
            other = [pair for pair in zip(row, line, strict=True) if not alike(*pair)]
            assert other == [], (sql, row)
    assert seen.complaints == []


def test_values_are_written_as_duckdb_writes_them(asked: Any) -> None:
    sql = """select 1::decimal(10, 2) a, -1234567890123456789012::hugeint b, date '2026-02-01' c,
        timestamp '2026-02-01 10:00:00.5' d, timestamp '1969-12-31 23:59:59' e, time '10:00:01' f, [1, null] g,
        {'x': date '2026-02-01', 'y': 'z'} h, map {'k': 1} i, 0.1::float j,
        -0.05::decimal(4, 2) k, true l, '' m, null n"""
    ask(asked.page, sql)
    assert cells(asked.page)[1] == [
        *("1.00", "-1234567890123456789012", "2026-02-01", "2026-02-01 10:00:00.5", "1969-12-31 23:59:59"),
        *("10:00:01", "[1, NULL]", "{'x': 2026-02-01, 'y': z}", "{k=1}", "0.1", "-0.05", "true", "", "NULL"),
    ]


def test_a_planted_title_stays_text(asked: Any) -> None:
    ask(
        asked.page, "select title, count(*) as n from latest_dataset where title like '%<img%' group by title"
    )
    assert cells(asked.page)[1][0] == PLANTED
    ask(asked.page, "select title, 1 as n from latest_dataset union all select '<svg onload=alert(1)>', 2")
    assert asked.page.locator(".drawing rect").count() > 1
    assert asked.page.locator("#ask img, #ask b").count() == 0
    assert asked.page.title() != "taken"
    assert asked.complaints == []


def test_a_link_carries_the_question_and_runs_nothing(served: Served, visit: Visits) -> None:
    sql = "select 'ñ & #%', 100 * 2 as \"doble\""
    seen = visit(f"{served.url}/es/sql.html#sql={quote(sql)}")
    assert seen.page.input_value("#sql") == sql
    assert seen.page.inner_text("#said") == ""
    seen.page.click("#run")
    seen.page.wait_for_selector(".answered")
    assert cells(seen.page)[1] == ["ñ & #%", "200"]
    again = visit(seen.page.url)
    assert again.page.input_value("#sql") == sql
    assert visit(f"{served.url}/es/sql.html#sql=%E0%A4%A").complaints == []


def test_nothing_turns_the_direction_of_text_around(served: Served, visit: Visits) -> None:
    """Neither a value, nor the question in a stranger's link; a mark stands where it would have."""
    sql = "select 'a' || chr(8238) || 'b' as x, 1 as n union all select 'c' || chr(8294), 2 /* \u202eexe */"
    seen = visit(f"{served.url}/es/sql.html#sql={quote(sql)}")
    assert seen.page.input_value("#sql") == sql.replace("\u202e", "\ufffd")
    seen.page.click("#run")
    seen.page.wait_for_selector(".answered")
    assert {row[0] for row in cells(seen.page)[1:]} == {"a\ufffdb", "c\ufffd"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", seen.page.inner_text("#ask"))
    with seen.page.expect_download() as saving:
        seen.page.click("#csv")
    assert "a\u202eb" in saving.value.path().read_text(encoding="utf-8")
    ask(seen.page, "select \u202e")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", seen.page.inner_text("#ask"))


def test_the_csv_is_that_of_veedor_sql_and_nothing_in_it_is_computed(asked: Any, data: Path) -> None:
    sql = "select dataset, night, score from score_history order by all"
    ask(asked.page, sql)
    page = read_csv(asked.page)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "sql", sql, "--format", "csv"],
        cwd=ROOT,
        env={"PATH": "/usr/bin", "VEEDOR_DATA": str(data), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    command = list(csv.reader(io.StringIO(done.stdout)))
    assert len(command) > 3
    assert [row[:2] for row in page] == [row[:2] for row in command]
    assert [float(row[2] or "nan") for row in page[1:]] == pytest.approx(
        [float(row[2] or "nan") for row in command[1:]], nan_ok=True
    )
    ask(
        asked.page, "select '=1+1' as \"=a\", '+1' b, -5 c, '-x' d, '@x' e, 'a\"b,c' f, null g, '' h, '＝1' i"
    )
    assert read_csv(asked.page) == [
        ["'=a", *"bcdefghi"],
        ["'=1+1", "'+1", "-5", "'-x", "'@x", 'a"b,c', "", "", "'＝1"],
    ]


def read_csv(page: Any) -> list[list[str]]:
    with page.expect_download() as download:
        page.click("#csv")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_more_rows_than_are_shown_are_all_in_the_csv_and_too_many_are_said_to_be(asked: Any) -> None:
    ask(asked.page, "from range(2500)")
    assert len(cells(asked.page)) == 1_001
    assert "2,500 rows" in asked.page.inner_text("#said")
    assert len(read_csv(asked.page)) == 2_501
    ask(asked.page, "from range(100000000)")
    assert "only the first 100,000" in asked.page.inner_text("#said")


def test_a_running_question_can_be_stopped_and_the_next_is_answered(asked: Any) -> None:
    ask(asked.page, "select 1")
    ask(asked.page, FOREVER, "#stop:not([disabled])")
    asked.page.wait_for_timeout(1_500)
    assert asked.page.inner_text("#said") == "Asking…"
    asked.page.click("#stop")
    asked.page.wait_for_selector("#run:not([disabled])", timeout=2_000)
    assert asked.page.inner_text("#said") == "Stopped."
    ask(asked.page, "select 41 + 1 as n")
    assert cells(asked.page) == [["n"], ["42"]]


def test_stopped_while_it_loads_it_starts_once_more(asked: Any) -> None:
    ask(asked.page, "select 1", "#stop:not([disabled])")
    asked.page.click("#stop")
    asked.page.wait_for_selector("#run:not([disabled])", timeout=2_000)
    ask(asked.page, "select 2 as n")
    assert cells(asked.page) == [["n"], ["2"]]


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        ("selec 1", "not SQL"),
        ("select * from nothing_of_this_name", "no table"),
        ("select nothing from score_history", "is not known"),
        ("select 'x'::int", "not of the kind"),
        ("select * from read_csv('/etc/passwd')", "cannot be reached"),
        ("attach 'https://example.org/x.duckdb'", "cannot be reached"),
        ("drop view score_history", "Only reading"),
        ("load httpfs", "cannot be reached"),
        ("select 1; select 2", "one statement"),
    ],
)
def test_errors_are_told_in_plain_words_beside_duckdb_s_own(asked: Any, sql: str, plain: str) -> None:
    ask(asked.page, sql)
    assert plain in asked.page.inner_text("#said"), asked.page.inner_text("#ask")
    assert len(asked.page.inner_text(".complaint")) > 10
    assert asked.page.locator(".answered").count() == 0
    ask(asked.page, "select 1 as n")
    assert cells(asked.page) == [["n"], ["1"]]


@pytest.mark.parametrize("answers", ["head", "get"])
def test_a_small_question_loads_a_part_of_the_file(host: Host, visit: Visits, answers: str) -> None:
    host.ranges = answers
    seen = visit(f"{host.url}/en/sql.html")
    asked_for: list[str] = []
    seen.page.context.on("request", lambda it: asked_for.append(it.url))
    ask(seen.page, "select count(*) as n from latest_verdict")
    assert int(cells(seen.page)[1][0]) > 0, seen.page.inner_text("#ask")
    size = (host.public / "quality.duckdb").stat().st_size
    assert size > 20_000_000
    assert 0 < host.sent["/quality.duckdb"] < size / 3
    assert any("quality.duckdb" in it for it in asked_for)
    assert [it for it in asked_for if not it.startswith((f"{host.url}/", f"blob:{host.url}/"))] == []
    assert seen.complaints == []


def test_without_ranges_the_whole_file_is_loaded_only_when_the_reader_agrees(
    host: Host, visit: Visits
) -> None:
    host.ranges = "none"
    seen = visit(f"{host.url}/en/sql.html")
    ask(seen.page, "select count(*) as n from latest_verdict", "#said button")
    assert "cannot give parts" in seen.page.inner_text("#said")
    size = (host.public / "quality.duckdb").stat().st_size
    assert host.sent["/quality.duckdb"] < size
    seen.page.click("#said button")
    seen.page.wait_for_selector(".answered", timeout=60_000)
    assert int(cells(seen.page)[1][0]) > 0
    assert host.sent["/quality.duckdb"] >= size


def test_a_history_that_was_published_anew_is_opened_anew(
    host: Host, visit: Visits, published_again: Path
) -> None:
    seen = visit(f"{host.url}/en/sql.html")
    sql = "select count(*) as n from duckdb_tables() where table_name = 'of_tomorrow'"
    ask(seen.page, sql)
    assert cells(seen.page)[1] == ["0"]
    published_again.replace(host.public / "quality.duckdb")
    ask(seen.page, sql)
    assert cells(seen.page)[1] == ["1"]


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_an_answer_is_for_anybody(
    served: Served, visit: Visits, language: str, scheme: str, width: int
) -> None:
    seen = visit(f"{served.url}/{language}/sql.html", width, scheme)
    for sql in (
        "select dataset, max(score) as score from score_history group by all",
        "select night, max(score) as score, null as nothing from score_history group by night",
        "selec 1",
    ):
        ask(seen.page, sql)
        # The driver's own evaluation is above the page's policy, which lets no script in from elsewhere.
        seen.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [
            (it["id"], [node["html"][:200] for node in it["nodes"][:3]]) for it in result["violations"]
        ] == []
        room = seen.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert room[0] <= room[1]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public folder with its site, whose history is large enough for a part to be one."""
    import duckdb

    public = make_public(tmp_path_factory.mktemp("large"))
    build(public)
    with duckdb.connect(str(public / "quality.duckdb")) as connection:
        connection.execute("create table filling as select random() as a, random() as b from range(2000000)")
    return public


@pytest.fixture
def host(large: Path, tmp_path: Path) -> Iterator[Host]:
    public = Path(shutil.copytree(large, tmp_path / "public"))
    with hosting(public) as it:
        yield it


@pytest.fixture
def published_again(host: Host, tmp_path: Path) -> Path:
    """The history of the next night."""
    import duckdb

    path = Path(shutil.copy(host.public / "quality.duckdb", tmp_path / "next.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table of_tomorrow as select 1 as n")
    return path
