"""What a dataset's check shows: nothing unknown looks like a pass, and only our own faults are errors."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines import artifacts
from pipelines.defs import source_events
from pipelines.defs.source_events import has_changed, materializations, materialized, verdict
from pipelines.model import (
    Catalog,
    ContactPoint,
    Dataset,
    Outcome,
    Publisher,
    RunIndex,
    Score,
    Verdict,
)
from pipelines.sources import Source, parse

NIGHT = date(2026, 3, 2)
INSTANT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "compras/contratos"
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


@pytest.fixture
def source() -> Source:
    return parse(
        "version: 1\ntime_zone: UTC\nsources:\n"
        "  - {id: compras, portal: ckan, url: 'http://127.0.0.1:9', publisher: {name: P}, owner: {name: O},"
        " datasets: [{id: contratos}]}\n"
    ).sources[0]


def fill(
    folder: Path, verdict: Verdict | None, result: str = "success", page: str | None = None, reason: str = ""
) -> None:
    dataset = Dataset(KEY, "Contratos", Publisher("P"), ContactPoint("O"), landing_page=page)
    catalog = Catalog("compras", "ckan", "http://127.0.0.1:9", (dataset,), INSTANT)
    scores = [
        Score(KEY, "access", "availability", 50.0, "r"),
        Score(KEY, "access", "access", 75.04, "r"),
        Score(KEY, "content", "content", None, "r"),
    ]
    artifacts.write_value(folder / artifacts.CATALOG, catalog)
    artifacts.write_values(folder / artifacts.SCORES, scores)
    artifacts.write_values(folder / artifacts.VERDICTS, [verdict] if verdict else [])
    index = RunIndex("compras", NIGHT, "veedor", INSTANT, INSTANT, result, reason=reason)
    artifacts.write_value(folder / artifacts.INDEX, index)


def result_of(source: Source, folder: Path) -> dg.AssetCheckEvaluation:
    found = verdict(source, NIGHT, folder, Path("/srv/public"))
    assert found.partition == source.id
    return found


def values(result: dg.AssetCheckEvaluation) -> dict[str, object]:
    """What is told of the one dataset of the source."""
    table = result.metadata["datasets"]
    assert isinstance(table, dg.TableMetadataValue)
    return dict(table.records[0].data)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_passed_passes_and_only_an_error_of_ours_is_an_error(
    outcome: Outcome, source: Source, tmp_path: Path
) -> None:
    fill(tmp_path, Verdict(KEY, outcome, "because", 2, 3))
    result = result_of(source, tmp_path)
    assert result.passed is (outcome is Outcome.PASSED)
    assert result.severity is (ERROR if outcome is Outcome.ERROR else WARN)
    assert result.description == f"1 {outcome.value} · {KEY}: because"
    assert result.metadata[outcome.value].value == 1
    assert result.metadata["night"].value == "2026-03-02"
    assert values(result) == {
        "dataset": KEY,
        "published_at": "",
        "outcome": outcome.value,
        "reason": "because",
        "critical_failed": 2,
        "warning_failed": 3,
        "access": 75.0,
        "content": "not measured",
        "page": "/srv/public/es/dataset/compras/contratos.html",
    }


def test_a_source_that_our_fault_stopped_is_an_error_with_its_reason(source: Source, tmp_path: Path) -> None:
    fill(tmp_path, Verdict(KEY, Outcome.NOT_RUN, "our own fault"), "failure", reason="KeyError: 'x'")
    result = result_of(source, tmp_path)
    assert (result.passed, result.severity) == (False, ERROR)
    assert values(result)["reason"] == "our own fault: KeyError: 'x'"


@pytest.mark.parametrize("filled", [True, False])
def test_a_night_without_a_verdict_does_not_leave_yesterdays_pass_standing(
    filled: bool, source: Source, tmp_path: Path
) -> None:
    if filled:
        fill(tmp_path, None)
    result = result_of(source, tmp_path / "never-made" if not filled else tmp_path)
    assert (result.passed, result.severity) == (False, ERROR)
    assert values(result)["outcome"] == "not_run"
    assert values(result)["reason"] == "there is no verdict of this night"


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("https://datos.example/contratos", "https://datos.example/contratos"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[", None),
    ],
)
def test_a_published_address_is_a_link_only_when_it_is_harmless(
    page: str, shown: str | None, source: Source, tmp_path: Path
) -> None:
    fill(tmp_path, Verdict(KEY, Outcome.PASSED, ""), page=page)
    assert values(result_of(source, tmp_path))["published_at"] == (shown or "")


def test_a_published_text_cannot_turn_the_line_around(source: Source, tmp_path: Path) -> None:
    fill(tmp_path, Verdict(KEY, Outcome.FAILED, "a\u202eb\nc" + "x" * 5000))
    result = result_of(source, tmp_path)
    assert result.description is not None
    assert result.description.startswith(f"1 failed · {KEY}: ab cx")
    assert len(result.description) <= 300


def test_what_is_told_of_a_source_is_counted_from_its_run_folder(source: Source, tmp_path: Path) -> None:
    fill(tmp_path, Verdict(KEY, Outcome.FAILED, "because"))
    told = {it.asset_key.to_user_string(): it for it in materializations(source, NIGHT, tmp_path)}
    assert list(told) == ["catalog", "snapshots", "validation_results", "quality_history"]
    assert {it.partition for it in told.values()} == {"compras"}
    assert told["catalog"].metadata["datasets"].value == 1
    assert told["quality_history"].metadata["not_passed"].value == 1
    assert told["quality_history"].metadata["verdicts"].value == {KEY: "failed"}
    empty = list(materializations(source, NIGHT, tmp_path / "never-made"))
    assert [it.metadata["night"].value for it in empty] == ["2026-03-02"] * 4


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (("a", "r"), ("a", "r"), False),
        (("a", "r"), ("b", "r"), True),
        (("a", "r"), ("a", "s"), True),
        (("", "r"), ("", "r"), True),
        (None, ("a", "r"), True),
    ],
)
def test_only_a_source_of_which_something_changed_is_worth_an_event(
    before: tuple[str, str] | None, now: tuple[str, str], changed: bool, tmp_path: Path
) -> None:
    def index(night: date, state: str, rules: str) -> RunIndex:
        return RunIndex("compras", night, "veedor", INSTANT, INSTANT, "success", rules=rules, state=state)

    if before:
        earlier = date(2026, 2, 20)
        folder = artifacts.run_folder(tmp_path, earlier, "compras")
        artifacts.write_value(folder / artifacts.INDEX, index(earlier, *before))
    artifacts.write_value(
        artifacts.run_folder(tmp_path, NIGHT, "compras") / artifacts.INDEX, index(NIGHT, *now)
    )
    assert has_changed(index(NIGHT, *now), tmp_path) is changed


def test_a_source_whose_past_is_damaged_is_told_and_stops_no_other(tmp_path: Path) -> None:
    before = artifacts.run_folder(tmp_path, NIGHT - timedelta(days=1), "compras") / artifacts.INDEX
    artifacts.write_text(before, '{"source": "comp')
    tonight = RunIndex("compras", NIGHT, "veedor", INSTANT, INSTANT, "failure", rules="r", state="a")
    assert has_changed(tonight, tmp_path)


def test_the_newest_materialisation_of_each_source_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_events, "AT_ONCE", 2)

    @dg.op
    def tell(context) -> None:  # type: ignore[no-untyped-def]
        for name in ("a", "b", "c", "c", "c", "b", "d"):
            context.log_event(dg.AssetMaterialization(source_events.QUALITY_HISTORY, partition=name))

    @dg.job
    def telling() -> None:
        tell()

    with dg.DagsterInstance.ephemeral() as instance:
        assert telling.execute_in_process(instance=instance).success
        events = instance.fetch_materializations(
            dg.AssetKey(source_events.QUALITY_HISTORY), limit=100
        ).records
        newest: dict[str | None, int] = {}
        for it in events:
            newest[it.partition_key] = max(it.storage_id, newest.get(it.partition_key, 0))
        found = materialized(instance, ["a", "b", "c", "d", "never"])
    assert {name: it.storage_id for name, it in found.items()} == newest
    assert set(found) == set("abcd")
