"""The failing rows of a night that is over, from its stored bytes: all of them, or why there are none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines import artifacts, stages
from pipelines.alerts.attachments import attach
from pipelines.alerts.failing_rows import Found
from pipelines.alerts.known import Known
from pipelines.alerts.message import compose
from pipelines.clock import FixedClock
from pipelines.evidence_rows import EvidenceRows
from pipelines.model import (
    Catalog,
    ContactPoint,
    Dataset,
    Distribution,
    Publisher,
    Snapshot,
    ValidationResult,
)
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import Tools, opened_tools
from tests.alerts_of import alert, transition

NIGHT, NOW = date(2026, 3, 5), datetime(2026, 3, 5, 9, tzinfo=UTC)
SOURCES = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: s
    portal: direct
    publisher: {name: P}
    owner: {name: O}
    datasets:
      - id: d
        title: Contratos
        guide_dataset: contracts_register
        distributions: [{id: a, url: "https://x.example/a.csv"}, {id: b, url: "https://x.example/b.csv"}]
"""
HEADER = "contract_id,title,supplier_name,value_amount,currency,date_signed,buyer_name"
AMOUNT, UNIQUE = "contracts_register.value_amount.present", "contracts_register.contract_id.unique"
EMPTY = 2500


def content(empty: int, start: int) -> bytes:
    rows = [
        f"C-{start + at},Obra,Constructora Inventada,{'' if at < empty else 100 + at}.5,MXN,2026-01-05,Oficina"
        for at in range(empty + 100)
    ]
    rows = [row.replace(",.5,", ",,") for row in rows]
    return "\n".join((HEADER, *rows, rows[0])).encode() + b"\n"


@dataclass(frozen=True)
class Finished:
    """A night's tools, and what it found."""

    tools: Tools
    validations: list[ValidationResult]

    @property
    def rows(self) -> EvidenceRows:
        return EvidenceRows(self.tools, NIGHT)

    def each(
        self, *keys: str, rows: EvidenceRows | None = None
    ) -> tuple[dict[tuple[str, str], list[list[object]]], Mapping[str, str]]:
        """What is found by file and expectation."""
        seen: dict[tuple[str, str], list[list[object]]] = {}

        def take(found: Found) -> None:
            for batch in found.failing.batches:
                for row, place, value, record in zip(*batch.to_pydict().values(), strict=True):
                    key = found.failing.expectations[place].key
                    seen.setdefault((found.file, key), []).append([row, value, record])

        return seen, (rows or self.rows).each("s/d", frozenset(keys), "es", take)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    data = tmp_path_factory.mktemp("night")
    settings, sources = Settings(sources=data / "sources.yaml", data=data), parse(SOURCES)
    with opened_tools(settings, sources, clock=FixedClock(NOW)) as tools:
        run = stages.declare(sources.sources[0], NIGHT, tools)
        files = {"a": content(EMPTY, 0), "b": content(3, 10_000)}
        found = tuple(
            Distribution(f"s/d/{name}", f"{name}.csv", f"https://x.example/{name}.csv", "csv")
            for name in files
        )
        dataset = Dataset(
            "s/d", "Contratos", Publisher("P"), ContactPoint("O"), found, guide_dataset="contracts_register"
        )
        catalog = Catalog("s", "direct", "https://x.example", (dataset,), NOW)
        artifacts.write_value(run.folder / artifacts.CATALOG, catalog)
        snapshots = [stored(tools, f"s/d/{name}", text) for name, text in files.items()]
        artifacts.write_values(run.folder / artifacts.SNAPSHOTS, snapshots)
        reads = stages.read(run, catalog, snapshots, tools)
        yield Finished(tools, stages.validate(run, catalog, snapshots, reads, tools))


def stored(tools: Tools, distribution: str, text: bytes) -> Snapshot:
    sha256 = hashlib.sha256(text).hexdigest()
    path = tools.store.incoming()
    path.write_bytes(text)
    tools.store.adopt(path, sha256)
    return Snapshot(distribution, "https://x.example", NOW, sha256=sha256, bytes=len(text))


def test_failing_values_are_counted_over_all_files(finished: Finished) -> None:
    assert finished.rows.counts("s/d")[AMOUNT] == EMPTY + 1 + 3 + 1
    assert finished.rows.counts("s/unheard") == {}


def test_every_failing_row_of_every_file_is_given_with_its_record(finished: Finished) -> None:
    seen, missing = finished.each(AMOUNT, UNIQUE)
    assert missing == {}
    assert len(seen["a.csv", AMOUNT]) == EMPTY + 1
    assert seen["a.csv", AMOUNT][0] == [2, None, "C-0"]
    assert seen["b.csv", AMOUNT] == [
        [2, None, "C-10000"],
        [3, None, "C-10001"],
        [4, None, "C-10002"],
        [105, None, "C-10000"],
    ]
    assert seen["b.csv", UNIQUE] == [[2, "C-10000", "C-10000"], [105, "C-10000", "C-10000"]]


def test_what_is_judged_as_a_whole_has_no_rows(finished: Finished) -> None:
    whole = next(
        it.key
        for it in finished.validations[0].results
        if it.outcome == "failed" and it.unexpected_count is None
    )
    seen, missing = finished.each(whole)
    assert (seen, missing) == ({}, {whole: "whole"})


def test_bytes_that_are_gone_are_told_and_the_other_file_is_read(finished: Finished) -> None:
    sha256 = finished.validations[1].sha256
    kept = finished.tools.store.path(sha256)
    aside = kept.with_suffix(".aside")
    kept.rename(aside)
    try:
        seen, missing = finished.each(AMOUNT)
    finally:
        aside.rename(kept)
    assert missing == {AMOUNT: "gone"}
    assert set(seen) == {("a.csv", AMOUNT)}


def test_bytes_that_were_damaged_keep_nothing_back(finished: Finished) -> None:
    path = finished.tools.store.path(finished.validations[1].sha256)
    whole = path.read_bytes()
    path.write_bytes(b"\x00" * 100)
    try:
        seen, missing = finished.each(AMOUNT)
    finally:
        path.write_bytes(whole)
    assert missing == {AMOUNT: "unreadable"}
    assert set(seen) == {("a.csv", AMOUNT)}


def test_rules_that_have_changed_since_are_not_applied_to_old_results(finished: Finished) -> None:
    suites = dict(finished.tools.suites)
    suites["contracts_register"] = replace(suites["contracts_register"], version="99")
    newer = EvidenceRows(replace(finished.tools, suites=suites), NIGHT)
    assert finished.each(AMOUNT, rows=newer) == ({}, {AMOUNT: "rules"})
    unlaid = EvidenceRows(replace(finished.tools, suites={}), NIGHT)
    assert finished.each(AMOUNT, rows=unlaid) == ({}, {AMOUNT: "rules"})


def test_a_night_that_left_nothing_gives_nothing(finished: Finished) -> None:
    other = EvidenceRows(finished.tools, date(2020, 1, 1))
    assert other.counts("s/d") == {}
    assert finished.each(AMOUNT, rows=other) == ({}, {})


def test_a_message_about_that_night_carries_them(finished: Finished) -> None:
    told = alert(transition(f"expectation:{AMOUNT}"))
    known = Known(attach=attach(finished.rows))
    message = compose(told, {}, known)
    assert f"Las {EMPTY + 5:,} filas que fallan están en el archivo adjunto" in message.text.replace(
        "\n  ", " "
    )
    assert message == compose(told, {}, known)
    (file,) = message.attachments
    assert Path(file.name).suffix == ".xlsx"
