"""The JSON API by real HTTP: what it answers, what it refuses, and that it says of itself what is so."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pipelines import duck
from pipelines.history import publish
from tests.serving_process import Served, serving


def told(served: Served, path: str, **headers: str) -> Any:
    answer = served.get(f"/api/v1/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def asked(data: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = duck.connect(data / "public" / publish.QUALITY, read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_every_documented_view_is_there_and_no_table(served: Served, data: Path) -> None:
    names = {it["name"] for it in told(served, "")["views"]}
    views = asked(data, "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NOT NULL")
    assert names == {name for (name,) in views}
    assert {"latest_score", "feedback_open", "score_history"} <= names
    for name in sorted(names):
        assert told(served, f"{name}?limit=3")["view"] == name
    for name in (
        "run",
        "measurement",
        "alert_recipient",
        "contact_point",
        "duckdb_settings",
        "x;select 1",
        "..%2f",
    ):
        assert served.get(f"/api/v1/{name}").status_code == 404


def test_pages_give_every_row_once(served: Served, data: Path) -> None:
    ((count,),) = asked(data, "SELECT count(*) FROM score_history")
    found, cursor = [], ""
    while cursor is not None:
        page = told(served, f"score_history?limit=37&cursor={cursor}")
        assert len(page["rows"]) <= 37
        found += [json.dumps(row) for row in page["rows"]]
        cursor = page["next"]
    assert len(found) == count
    assert len(set(found)) == len({str(row) for row in asked(data, "FROM score_history")})


def test_filters(served: Served, data: Path) -> None:
    page = told(
        served, "score_history?dataset=federal/contratos&dimension=content&night.min=2026-02-28&limit=1000"
    )
    assert {row["dataset"] for row in page["rows"]} == {"federal/contratos"}
    assert min(row["night"] for row in page["rows"]) >= "2026-02-28"
    ((count,),) = asked(data, "SELECT count(*) FROM score_history WHERE dataset = 'federal/contratos'"
                        " AND dimension = 'content' AND night >= '2026-02-28'")  # fmt: skip
    assert len(page["rows"]) == count
    either = told(served, "latest_verdict?dataset=federal/contratos&dataset=estatal/obra")["rows"]
    assert {row["dataset"] for row in either} == {"federal/contratos", "estatal/obra"}
    keyword = next(row["keywords"][0] for row in told(served, "latest_dataset")["rows"] if row["keywords"])
    assert told(served, f"latest_dataset?keywords={keyword}")["rows"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 400),
        ("limit=1001", 400),
        ("limit=x", 400),
        ("limit=%C2%B2", 400),
        ("cursor=x", 400),
        ("cursor=MTAwMDAwMDAwMC54", 400),
        ("cursor=MTAuYWJj", 410),
        ("nonsense=1", 400),
        ("dataset.like=x", 400),
        ("night=yesterday", 400),
        ("score=1e999999", 200),
        ("score=';drop table score;--", 400),
        ("keywords.min=a", 400),
        ("dataset=%00", 400),
        ("dataset=" + "x" * 600, 400),
        ("&".join(["dataset=x"] * 60), 400),
        ("dataset=' OR 1=1 --", 200),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(served: Served, query: str, status: int) -> None:
    view = "latest_dataset" if query.startswith("keywords") else "score_history"
    answer = served.get(f"/api/v1/{view}?{query}")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["rows"] == []
    else:
        assert "error" in answer.json()
        assert "Traceback" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_what_still_stands_is_not_sent_again(served: Served) -> None:
    first = served.get("/api/v1/latest_score?limit=5")
    tag = first.headers["etag"]
    assert served.get("/api/v1/latest_score?limit=5", headers={"if-none-match": tag}).status_code == 304
    assert served.get("/api/v1/latest_score?limit=6", headers={"if-none-match": tag}).status_code == 200
    preflight = requests.options(f"{served.url}/api/v1/latest_score", timeout=20)
    assert preflight.status_code == 204
    assert "If-None-Match" in preflight.headers["access-control-allow-headers"]


def test_a_new_copy_is_another_and_cursors_of_the_old_one_end(data: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(data, tmp_path / "data"))
    with serving(copied, data.parent / "sources.yaml") as it:
        first = it.get("/api/v1/score_history?limit=5")
        fresh = copied / "public" / "fresh"
        shutil.copyfile(copied / "public" / publish.QUALITY, fresh)
        fresh.replace(copied / "public" / publish.QUALITY)
        again = it.get("/api/v1/score_history?limit=5", headers={"if-none-match": first.headers["etag"]})
        assert again.status_code == 200
        assert it.get(f"/api/v1/score_history?limit=5&cursor={first.json()['next']}").status_code == 410
        (copied / "public" / publish.QUALITY).write_bytes(b"no database")
        assert it.get("/api/v1/score_history").status_code in (404, 503)
        (copied / "public" / publish.QUALITY).unlink()
        assert it.get("/api/v1/score_history").status_code == 404


def test_many_at_once_are_answered_or_asked_to_wait(served: Served) -> None:
    with ThreadPoolExecutor(30) as pool:
        codes = list(pool.map(lambda _: served.get("/api/v1/score_change?limit=1000").status_code, range(60)))
    assert set(codes) <= {200, 503}
    assert codes.count(200) >= 30


def test_the_document_says_what_is_so(served: Served) -> None:
    document = told(served, "openapi.json")
    assert document["openapi"] == "3.1.0"
    path = document["paths"]["/api/v1/latest_score"]["get"]
    names = {it["name"] for it in path["parameters"]}
    assert {"limit", "cursor", "dataset", "score.min", "night.max"} <= names
    assert all(it["description"] for it in path["parameters"])


@pytest.mark.slow
def test_schemathesis_finds_nothing(served: Served) -> None:
    """Every operation, asked what its document allows and what it does not. A cursor is any text to a schema: that one
    which was not given is refused is no fault, so that check alone is left out."""
    schema = schemathesis.openapi.from_url(f"{served.url}/api/v1/openapi.json", wait_for_schema=10)
    faults = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: Any) -> None:
            case.call_and_validate(timeout=30, excluded_checks=[positive_data_acceptance])

        try:
            ask()
        except FailureGroup as found:
            faults.append((operation.label, [str(it)[:300] for it in found.exceptions]))
    assert faults == []
