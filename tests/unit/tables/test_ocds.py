"""Open contracting releases and records as tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.errors import ReadFault
from pipelines.model import FaultKind

RELEASE: dict[str, Any] = {
    "ocid": "ocds-x-1",
    "id": "r1",
    "date": "2020-01-02T00:00:00Z",
    "tag": ["contract"],
    "initiationType": "tender",
    "buyer": {"id": "B1", "name": "Secretaría"},
    "parties": [{"id": "B1", "roles": ["buyer", "payer"]}],
    "tender": {"procurementMethod": "open", "items": [{"id": "i1", "quantity": 3}]},
    "awards": [
        {
            "id": "a1",
            "date": "2020-01-01",
            "suppliers": [{"id": "S1", "name": "Proveedora"}, {"id": "S2", "name": "Otra"}],
        }
    ],
    "contracts": [
        {"id": "c1", "awardID": "a1", "value": {"amount": 10.50}, "items": [{"id": "ci1"}]},
        {"id": "c2", "awardID": "missing"},
    ],
}
PACKAGE = {"uri": "https://example.org/p", "publisher": {"name": "X"}, "releases": [RELEASE]}


def by_name(opened: Any) -> dict[str, Any]:
    return {table.report.table: table for table in opened.tables}


def test_release_package(reading, rows):
    tables = by_name(reading(json.dumps(PACKAGE).encode(), "x.json"))
    assert next(iter(tables)) == "releases"
    main = tables["releases"]
    assert main.report.columns[:7] == (
        "ocid", "id", "date", "tag", "initiationType", "buyer/id", "buyer/name",
    )  # fmt: skip
    assert rows(main)[0][:8] == (
        1, "ocds-x-1", "r1", "2020-01-02T00:00:00Z", "contract", "tender", "B1", "Secretaría",
    )  # fmt: skip
    assert (main.report.format, main.report.rows, main.report.main) == ("ocds", 1, True)
    assert tables["parties"].report.columns == ("ocid", "release_id", "id", "roles")
    assert rows(tables["parties"]) == [(1, "ocds-x-1", "r1", "B1", "buyer;payer")]
    assert rows(tables["tender_items"]) == [(1, "ocds-x-1", "r1", "i1", "3")]
    assert tables["awards_suppliers"].report.columns == ("ocid", "release_id", "award_id", "id", "name")
    assert [row[3:] for row in rows(tables["awards_suppliers"])] == [
        ("a1", "S1", "Proveedora"),
        ("a1", "S2", "Otra"),
    ]
    assert rows(tables["contracts_items"]) == [(1, "ocds-x-1", "r1", "c1", "ci1")]


def test_contracts_know_their_buyer_and_award(reading):
    frame = by_name(reading(json.dumps(PACKAGE).encode()))["contracts"].frame()
    first, second = frame.to_dict("records")
    assert first["value/amount"] == "10.5"
    assert (first["buyer/id"], first["buyer/name"]) == ("B1", "Secretaría")
    assert first["tender/procurementMethod"] == "open"
    assert (first["award/date"], first["award/suppliers/0/id"]) == ("2020-01-01", "S1")
    assert first["award/suppliers/0/name"] == "Proveedora"
    assert second["award/date"] is None


def test_the_buyer_may_be_known_only_by_its_role(reading):
    release = {key: value for key, value in RELEASE.items() if key != "buyer"}
    contracts = by_name(reading(json.dumps(release).encode()))["contracts"]
    assert contracts.frame(["buyer/id"])["buyer/id"].tolist() == ["B1", "B1"]


def test_a_row_number_means_one_record_of_its_table(reading, rows):
    other = {**RELEASE, "id": "r2"}
    for value in ([RELEASE, other], [PACKAGE, {**PACKAGE, "releases": [other, other]}, other]):
        for name, table in by_name(reading(json.dumps(value).encode())).items():
            numbers = [row[0] for row in rows(table)]
            assert numbers == list(range(1, len(numbers) + 1)), name
            assert table.report.columns[:1] == ("ocid",)
            assert name == "releases" or table.report.columns[1] == "release_id"


def test_the_number_of_a_release_is_its_line(reading, rows):
    line = json.dumps(RELEASE)
    main, *children = reading(f'{line}\n{{"ocid": \n{line}\n'.encode()).tables
    assert [row[0] for row in rows(main)] == [1, 3]
    assert main.report.lost_rows == (2,)
    assert [row[0] for table in children if table.report.table == "parties" for row in rows(table)] == [1, 2]


def test_an_array_whose_name_is_no_valid_text(reading, tmp_path):
    release = {**RELEASE, "\ud800": [{"id": 1}], "x\ud800y": [{"\ud800": [{"z": "\udfff"}]}]}
    opened = reading(json.dumps(release).encode())
    assert {"array", "x y", "x y_"} <= set(by_name(opened))
    artifacts.write_values(tmp_path / "reads.jsonl", opened.reports)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (RELEASE, 1),
        ([RELEASE, RELEASE], 2),
        ({"records": [{"ocid": "o", "compiledRelease": RELEASE, "releases": [RELEASE, RELEASE]}]}, 1),
        ({"records": [{"ocid": "o", "releases": [RELEASE, RELEASE]}]}, 2),
        ({"records": [{"ocid": "o", "releases": [{"url": "https://x", "ocid": "o", "tag": ["tender"]}]}]}, 1),
        ({"publisher": {}, "compiledRelease": RELEASE, "releases": [RELEASE]}, 1),
        ([PACKAGE, PACKAGE], 2),
        ({"uri": "x", "publisher": {}, "releases": []}, 0),
        ({"uri": "x", "publisher": {}, "version": "1.1", "records": [{"releases": []}, {}]}, 2),
    ],
    ids=[
        "release",
        "list",
        "compiled",
        "embedded",
        "linked",
        "record alone",
        "packages",
        "empty package",
        "records without ocid",
    ],
)
def test_shapes(reading, value, count):
    main = reading(json.dumps(value).encode()).tables[0].report
    assert (main.table, main.format, main.rows) == ("releases", "ocds", count)


def test_lines_of_releases(reading):
    main = reading("\n".join([json.dumps(RELEASE)] * 3).encode()).tables[0].report
    assert (main.format, main.rows) == ("ocds", 3)


def test_a_child_that_is_called_like_its_parents(reading, rows):
    release = {**RELEASE, "releases": None, "linked": [{"ocid": "other", "id": 1}], "odd": [["x"], {"id": 2}]}
    tables = by_name(reading(json.dumps(release).encode()))
    assert rows(tables["linked"]) == [(1, "ocds-x-1", "r1", "other", "1")]
    assert tables["linked"].report.columns == ("ocid", "release_id", "ocid__2", "id")
    assert [row[3:] for row in rows(tables["odd"])] == [('["x"]', None), (None, "2")]


def test_arrays_in_arrays_without_end(reading):
    inner: dict[str, Any] = {"id": "leaf"}
    for _ in range(30):
        inner = {"id": "x", "in": [inner]}
    tables = by_name(reading(json.dumps({**RELEASE, "contracts": [inner]}).encode()))
    assert "contracts_in_in_in" in tables
    assert "contracts_in_in_in_in" not in tables
    assert tables["contracts_in_in_in"].report.columns[-1] == "in"


def test_more_arrays_than_tables(reading):
    opened = reading(json.dumps({**RELEASE, **{f"a{n}": [{"id": 1}] for n in range(200)}}).encode())
    assert len(opened.tables) == 100
    assert any("were not read" in note for note in opened.tables[0].report.notes)


def test_a_package_of_nothing(reading):
    with pytest.raises(ReadFault) as caught:
        reading(json.dumps([RELEASE["ocid"], None]).encode())
    assert caught.value.kind is FaultKind.NO_TABLE
