"""Coverage of the guide, scales and fixes, as the published views tell them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines import duck
from pipelines.history import publish
from pipelines.history.asking import columns_and_rows
from pipelines.history.migrate import available, migrate
from pipelines.settings import packaged_expectations

Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def public(recorded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public")
    publish.publish(recorded_once / "history.duckdb", folder)
    return folder


def ask(sql: str, public: Path) -> Rows:
    return columns_and_rows(sql, public=public)[1]


def test_the_guide_in_the_history_is_the_catalogue(public: Path) -> None:
    catalogue = json.loads((packaged_expectations() / "catalogue.json").read_text(encoding="utf-8"))
    told = [(it["number"], it["key"], it["name"]["en"], it["name"]["es"]) for it in catalogue["datasets"]]
    assert ask("FROM guide_dataset ORDER BY number", public) == told
    assert len(told) == 30


def test_a_country_has_a_row_for_each_of_the_30_and_nothing_published_is_a_state(public: Path) -> None:
    rows = ask("SELECT country, number, guide_dataset, state FROM coverage_of_guide ORDER BY number", public)
    assert [(row[0], row[1]) for row in rows] == [("MX", number) for number in range(1, 31)]
    states = {row[2]: row[3] for row in rows}
    assert states["contracts_register"] == "published"
    assert states["company_register"] == "unknown"  # refused on the newest night
    assert states["asset_declarations"] == "published"
    assert states["land_register"] == "not_watched"


def test_the_best_of_several_datasets_speaks_for_the_country(public: Path) -> None:
    (row,) = ask(
        "SELECT datasets, dataset, outcome, content FROM coverage_of_guide"
        " WHERE guide_dataset = 'contracts_register'",
        public,
    )
    assert row[:2] == (2, "federal/contratos")  # the other is no longer published
    assert row[3] is not None


def test_coverage_of_a_country_adds_up(public: Path) -> None:
    (row,) = ask("FROM coverage_by_country", public)
    assert row[0] == "MX"
    assert sum(row[1:6]) == 30  # type: ignore[arg-type]
    assert row[1] == 2
    assert row[6] == pytest.approx(2 / 30)


def test_the_newest_fixes_stand_in_order_and_unknown_points_are_none(public: Path) -> None:
    fixes = ask(
        "SELECT place, subject, night FROM latest_fix WHERE dataset = 'federal/contratos' ORDER BY 1", public
    )
    assert [row[:2] for row in fixes] == [
        (1, "contracts_register.amount.number"),
        (2, "structure.utf8"),
    ]
    assert len({row[2] for row in fixes}) == 1
    unknown = ask("SELECT DISTINCT points, known FROM latest_scale WHERE evidence = 'unknown'", public)
    assert unknown == [(None, 0.0)]


def test_scales_come_in_their_own_order(public: Path, recorded_once: Path) -> None:
    """A page shows them as they come, and must not be another one each time that it is built."""
    newest = max((recorded_once / "runs").glob("*/federal/scales.jsonl"))
    written = [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]
    told = [(it["scale"], it["part"], it["item"]) for it in written if it["dataset"] == "federal/contratos"]
    shown = ask("SELECT scale, part, item FROM latest_scale WHERE dataset = 'federal/contratos'", public)
    assert shown == told
    (plan,) = ask("EXPLAIN FROM latest_scale WHERE source = 'federal'", public)
    assert "ORDER" in str(plan).upper()


def test_a_history_of_the_migration_before_keeps_its_rows(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for version, _, path in available():
        if version < 6:
            shutil.copy(path, old)
    connection = duck.connect(None)
    try:
        assert migrate(connection, old) == [1, 2, 3, 4, 5]
        connection.execute(
            "INSERT INTO dataset (run_id, night, source, dataset, title) VALUES ('r', '2026-03-01', 's', 's/d', 'T')"
        )
        assert 6 in migrate(connection)
        assert connection.execute("SELECT dataset, themes, attested FROM dataset").fetchall() == [
            ("s/d", None, None)
        ]
        assert migrate(connection) == []
    finally:
        connection.close()
