"""Openness, metadata, what was kept, and dates inside the file; what nobody knows is never full marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.measurement import dates, kept, metadata, openness, timeliness
from pipelines.measurement.evidence import Evidence, NightBefore
from pipelines.measurement.published import told, told_of_files
from pipelines.model import ContactPoint, FaultKind, Publisher, QualityMeasurement, RowChange, RowsCompared
from tests.unit.measurement.evidence_of import (
    FILE,
    NOW,
    dataset,
    evidence,
    fault,
    read,
    result,
    snapshot,
    validation,
)


def of(family: Any, **changes: Any) -> dict[str, QualityMeasurement]:
    return {it.metric: it for it in family.measure(evidence(**changes))}


def value(family: Any, metric: str, **changes: Any) -> float | None:
    return of(family, **changes)[metric].value


# --- openness ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"license": "CC-BY-4.0", "license_open": True}, 1),
        ({"license": "CC-BY-NC-4.0", "license_open": False}, 0),
        ({"license": "as the law has it"}, None),
        ({}, 0),
        ({"license": "CC-BY-4.0", "license_open": True, "declared": ("license",)}, None),
        ({"fault": fault(FaultKind.GONE)}, None),
    ],
)
def test_a_licence_is_open_only_when_the_catalog_says_so(
    changes: dict[str, Any], expected: float | None
) -> None:
    assert value(openness, "openness.licence_open", dataset=dataset(**changes), portal="ckan") == expected


def test_without_a_catalog_no_licence_is_known() -> None:
    licensed = dataset(license="CC-BY-4.0", license_open=True)
    assert value(openness, "openness.licence_open", dataset=licensed, portal="direct") is None


@pytest.mark.parametrize(
    ("declared", "report", "machine", "open_"),
    [
        ("csv", read(), 1, 1),
        ("xlsx", read(format="xlsx"), 1, 0),
        ("json", read(format="ocds/release package"), 1, 1),
        ("pdf", read(format="pdf", fault=fault(FaultKind.UNKNOWN_FORMAT)), 0, 0),
        ("csv", read(fault=fault(FaultKind.BROKEN_FILE)), 1, 1),
        ("weird", read(fault=fault(FaultKind.BROKEN_FILE)), None, None),
    ],
)
def test_formats(declared: str, report: Any, machine: float | None, open_: float | None) -> None:
    found = of(openness, dataset=dataset(distributions=(replace(FILE, format=declared),)), reads=(report,))
    assert (found["openness.machine_readable"].value if machine is not None else None) == machine
    assert machine is not None or "openness.machine_readable" not in found
    assert found["openness.non_proprietary"].value == open_


def test_one_open_format_is_enough() -> None:
    both = (read(format="xlsx"), read(distribution="s/d/b", format="csv"))
    assert value(openness, "openness.non_proprietary", reads=both) == 1


def test_pages_of_an_api_are_no_bulk_download_and_nothing_is_unknown() -> None:
    paged = dataset(distributions=(replace(FILE, paging="ocds"),))
    assert value(openness, "openness.bulk") == 1
    assert value(openness, "openness.bulk", dataset=paged) == 0
    assert value(openness, "openness.bulk", snapshots=(snapshot(sha256=None, fault=fault()),)) is None


# --- metadata ---------------------------------------------------------------------------------------------

FULL: dict[str, Any] = {
    "description": "What it holds",
    "contact_point": ContactPoint("O", "datos@ejemplo.gob.mx"),
    "license": "CC-BY-4.0",
    "issued": "2025-01-01",
    "modified": "2026-03-01",
    "landing_page": "https://datos.example/d",
    "keywords": ("a",),
    "data_dictionary": "https://datos.example/dd",
    "identifier": "d",
    "themes": ("a",),
    "spatial": "MX",
    "temporal": "2025",
    "distributions": (replace(FILE, media_type="text/csv", portal_id="1"),),
}
METADATA = ("metadata.core", "metadata.dcat_ap", "metadata.dcat_us", "metadata.dcat_mx")


def test_a_full_entry_has_full_marks() -> None:
    found = of(metadata, dataset=dataset(**FULL), portal="ckan")
    assert {it.value for it in found.values()} == {1}


def test_what_is_missing_is_named_and_costs_its_share() -> None:
    poorer = dataset(**{**FULL, "description": "", "contact_point": ContactPoint("O")})
    found = of(metadata, dataset=poorer, portal="ckan")
    assert found["metadata.dcat_us"].value == 0.5
    assert found["metadata.dcat_us"].reason == "not told: description, contact_point"
    assert found["metadata.contact"].value == 0


def test_what_sources_yaml_says_is_not_what_the_catalog_says() -> None:
    own = dataset(**FULL, declared=("contact_point", "description"))
    found = of(metadata, dataset=own, portal="ckan")
    assert found["metadata.dcat_us"].value == 1  # of the two that are known
    assert found["metadata.contact"].value is None
    assert found["metadata.contact"].reason


def test_a_portal_that_is_not_read_for_coverage_is_not_blamed_for_it() -> None:
    bare = dataset(**{**FULL, "themes": (), "spatial": None, "temporal": None})
    assert value(metadata, "metadata.core", dataset=bare, portal="socrata") == 1
    assert value(metadata, "metadata.core", dataset=bare, portal="dcat") == pytest.approx(8 / 11, abs=1e-6)


@pytest.mark.parametrize("portal", ["direct", "ocds_api"])
def test_without_a_catalog_all_metadata_are_unknown(portal: str) -> None:
    found = of(metadata, dataset=dataset(**FULL), portal=portal)
    assert {it.value for it in found.values()} == {None}
    assert all(it.reason for it in found.values())


def test_a_dataset_that_was_not_had_has_unknown_metadata() -> None:
    lost = evidence(dataset=dataset(**FULL, fault=fault(FaultKind.GONE)), portal="ckan")
    assert told("title", lost) is None
    assert told_of_files("format", lost) is None


def test_a_publisher_without_a_name_is_not_told() -> None:
    assert told("publisher", evidence(dataset=dataset(publisher=Publisher("")), portal="ckan")) is False


# --- kept -------------------------------------------------------------------------------------------------


def before(files: tuple[str, ...] = ("s/d/csv",), modified: str | None = None) -> NightBefore:
    return NightBefore(NOW - timedelta(days=1), frozenset(files), {"s/d/csv": modified})


def test_a_first_night_says_nothing_of_what_was_kept() -> None:
    assert of(kept) == {}


def test_files_rows_and_columns_that_are_gone_are_counted() -> None:
    found = of(
        kept,
        before=before(("s/d/csv", "s/d/2024")),
        reads_before={"s/d/csv": read(rows=40, columns=("a", "b", "c", "d"))},
    )
    assert found["availability.files_kept"].value == 0.5
    assert found["availability.files_kept"].reason == "no longer listed: s/d/2024"
    assert found["structure.rows_kept"].value == 0.25
    assert found["structure.columns_kept"].value == 0.5


def test_growth_is_no_loss_and_another_table_is_not_compared() -> None:
    assert value(kept, "structure.rows_kept", reads_before={"s/d/csv": read(rows=3)}) == 1
    assert of(kept, reads_before={"s/d/csv": read(table="another", rows=900)}) == {}
    assert "structure.rows_kept" not in of(kept, reads_before={"s/d/csv": read(rows=0)})


def changed(compared: RowsCompared, **counts: int) -> RowChange:
    return RowChange(**{"distribution": "s/d/csv", "table": "t", "sha256": None, "sha256_before": None,
        "compared": compared, "rows_before": 10, **counts})  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # As many rows as before, and four others: the number alone would not tell.
        (changed(RowsCompared.BY_KEY, removed=4, added=4), 0.6),
        (changed(RowsCompared.BY_KEY, removed=4, repeated_removed=2, keyless_removed=1), 0.9),
        (changed(RowsCompared.BY_KEY, removed=0, amended=10), 1),
        (changed(RowsCompared.SAME, removed=0), 1),
        # Whole rows that are gone may have been amended, and what was not compared is not gone: the number counts.
        (changed(RowsCompared.BY_ROW, removed=9, added=9), 1),
        (changed(RowsCompared.NOT_COMPARED), 1),
    ],
)
def test_records_are_kept_by_their_key_where_it_is_known(change: RowChange, expected: float) -> None:
    rows = {"reads_before": {"s/d/csv": read(rows=10)}, "reads": (read(rows=10),)}
    found = of(kept, row_changes={"s/d/csv": replace(change, table=read().table)}, **rows)[
        "structure.rows_kept"
    ]
    assert found.value == expected
    assert found.metric_version == "2"
    assert ("by their key" in found.reason) == (expected < 1)


def test_a_dataset_that_was_not_had_has_lost_no_file() -> None:
    assert of(kept, dataset=dataset(distributions=(), fault=fault()), reads=(), before=before()) == {}


# --- dates ------------------------------------------------------------------------------------------------


def dated(day: date, **changes: Any) -> Evidence:
    own = replace(validation(result()), newest={"signed_on": day, "ends_on": day - timedelta(days=9)})
    return evidence(validations=(own,), **changes)


def test_the_newest_date_inside_the_file_comes_before_that_of_its_bytes() -> None:
    of_file = dated(date(2026, 3, 1), last_change={"s/d/csv": NOW})
    found = {it.metric: it.value for it in (*timeliness.measure(of_file), *dates.measure(of_file))}
    assert found["timeliness.as_of_age"] == 9
    assert found["timeliness.age"] == 0
    assert found["timeliness.current"] == 0
    assert found["timeliness.publication_lag"] == pytest.approx(9.375)


def test_records_of_yesterday_are_fresh_for_a_day_and_a_half() -> None:
    found = {it.metric: it.value for it in timeliness.measure(dated(date(2026, 3, 9)))}
    assert found["timeliness.current"] == 1


def test_a_date_after_tonight_is_no_evidence() -> None:
    assert dates.as_of("s/d/csv", dated(date(2026, 3, 11))) == date(2026, 3, 2)


def test_a_date_of_change_that_moved_without_the_data_is_false() -> None:
    said = dataset(distributions=(replace(FILE, modified="2026-03-10"),))
    night = before(modified="2026-03-01")
    old = of(dates, dataset=said, before=night, same_since={"s/d/csv": NOW - timedelta(days=5)})
    assert old["timeliness.modified_honest"].value == 0
    assert "2026-03-05" in old["timeliness.modified_honest"].reason
    new = of(dates, dataset=said, before=night, same_since={"s/d/csv": NOW})
    assert new["timeliness.modified_honest"].value == 1
    seen_before_it_was_told = {"s/d/csv": night.on + timedelta(minutes=5)}
    late = of(dates, dataset=said, before=night, same_since=seen_before_it_was_told)
    assert late["timeliness.modified_honest"].value == 1
    for changes in (
        {"before": before(modified="2026-03-10"), "same_since": {"s/d/csv": NOW}},
        {"before": before(), "same_since": {"s/d/csv": NOW}},
        {"before": night},
        {"same_since": {"s/d/csv": NOW}},
    ):
        assert "timeliness.modified_honest" not in of(dates, dataset=said, **changes)


def test_a_corrected_title_is_no_claim_about_the_data() -> None:
    entry = dataset(modified="2026-03-10")
    assert dates.said_of(FILE, entry, "ckan") is None
    assert dates.said_of(FILE, entry, "dcat") == "2026-03-10"
