"""Opendatasoft: what its answers mean, and what becomes of a dataset, its exports and its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Dataset, FaultKind
from pipelines.portals import opendatasoft
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.portal_server import PortalServer

HEAD = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: prueba
    portal: opendatasoft
    url: {url}/
    publisher: {{name: "Ville d'essai", country: FR}}
    owner: {{name: "Bureau des données"}}
    datasets:
      - id: subventions
        identifier: subventions-versees@ville
"""
PATH = "/api/explore/v2.1/catalog/datasets/subventions-versees@ville"
Show = Callable[..., Dataset]


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def show(portal: PortalServer, settings: Settings, clock: FixedClock) -> Iterator[Show]:
    """The dataset that comes of its metadata; `more` is beside them, `declared` lines of sources.yaml."""
    with HttpClient(settings, clock, sleep=lambda _: None) as http:

        def discovered(
            default: Any = None,
            dcat: Any = None,
            declared: str = "",
            head: str = HEAD,
            **more: Any,
        ) -> Dataset:
            told = {"dataset_id": "x", "metas": {"default": default, "dcat": dcat}, **more}
            portal.files[PATH] = json.dumps(told).encode()
            lines = "".join(f"        {line}\n" for line in declared.splitlines())
            (source,) = parse(head.format(url=portal.url) + lines).sources
            (dataset,) = opendatasoft.catalog(source, http, clock).datasets
            return dataset

        yield discovered


def keys(dataset: Dataset) -> list[str]:
    return [it.key.rpartition("/")[2] for it in dataset.distributions]


def ends(dataset: Dataset) -> dict[str, str]:
    """The end of each distribution's address, by the end of its key."""
    name = PATH.rpartition("/")[2].replace("@", "%40")
    return {
        it.key.rpartition("/")[2]: it.download_url.rpartition(f"{name}/")[2] for it in dataset.distributions
    }


def test_an_answer_becomes_a_dataset(show: Show, portal: PortalServer) -> None:
    dataset = show(
        {
            "title": "Subventions versées",
            "description": "<p>Les subventions,<br>chaque <b>année</b>.</p><script>alert(1)</script>",
            "publisher": "Direction des finances",
            "license": "Licence Ouverte v2.0 (Etalab)",
            "license_url": "https://licences.example/lov2",
            "keyword": ["subventions", "associations", None],
            "modified": "2026-02-01T10:00:00+01:00",
            "modified_updates_on_data_change": True,
            "modified_updates_on_metadata_change": False,
            "data_processed": "2026-02-28T00:00:00+00:00",
            "metadata_processed": "2026-02-28T00:00:01+00:00",
            "records_count": 12,
        },
        {
            "contact_name": "Une Personne",
            "contact_email": "donnees@ville.example",
            "accrualperiodicity": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
            "created": "2019-01-01",
            "issued": "2020-05-04T00:00:00Z",
        },
        has_records=True,
        data_visible=True,
        fields=[{"name": "montant", "label": "Montant", "type": "double"}],
        attachments=[],
    )
    assert [it.path for it in portal.requests] == [PATH]
    assert dataset.fault is None
    assert (dataset.key, dataset.title) == ("prueba/subventions", "Subventions versées")
    assert dataset.description == "Les subventions, chaque année."
    assert (dataset.publisher.name, dataset.publisher.country) == ("Direction des finances", "FR")
    assert dataset.contact_point.name == "Bureau des données"
    assert dataset.contact_point.email == "donnees@ville.example"
    assert dataset.license == "https://licences.example/lov2"
    assert dataset.keywords == ("subventions", "associations")
    assert dataset.accrual_periodicity is not None
    assert dataset.accrual_periodicity.endswith("/frequency/ANNUAL")
    assert dataset.accrual_periodicity_days == 365.25
    assert (dataset.issued, dataset.modified) == ("2020-05-04T00:00:00+00:00", "2026-02-01T09:00:00+00:00")
    name = "subventions-versees%40ville"
    assert dataset.landing_page == f"{portal.url}/explore/dataset/{name}/"
    (csv,) = dataset.distributions
    assert (csv.key, csv.title) == ("prueba/subventions/csv-1", "Subventions versées")
    assert (csv.format, csv.media_type, csv.portal_id) == ("csv", "text/csv", "csv")
    assert csv.download_url == f"{portal.url}/api/explore/v2.1/catalog/datasets/{name}/exports/csv"
    assert (csv.issued, csv.modified) == (dataset.issued, dataset.modified)


def test_what_sources_yaml_says_wins_where_it_must_and_helps_out_elsewhere(show: Show) -> None:
    frequency = "http://publications.europa.eu/resource/authority/frequency/DAILY"
    dcat = {"accrualperiodicity": frequency, "contact_email": "portail@ville.example"}
    declared = 'title: "Titre"\ndescription: "Texte"\nlicense: MIT\naccrual_periodicity: quarterly'
    dataset = show({"title": "", "license": "License Not Specified"}, dcat, declared)
    assert (dataset.title, dataset.description, dataset.license) == ("Titre", "Texte", "MIT")
    assert dataset.accrual_periodicity == "quarterly"
    assert (dataset.publisher.name, dataset.contact_point.email) == ("Ville d'essai", "portail@ville.example")
    assert (dataset.issued, dataset.modified) == (None, None)
    owner = 'owner: {{name: "Bureau des données"'
    dataset = show({}, dcat, head=HEAD.replace(owner, f"{owner}, email: bureau@ville.example"))
    assert dataset.contact_point.email == "bureau@ville.example"
    assert show({}, {"contact_email": "no-reply@ville.example"}).contact_point.email is None


def test_what_is_told_in_other_words(show: Show) -> None:
    dataset = show({"keyword": "un seul", "license": "ODbL"}, {"created": "2019-01-01"})
    assert (dataset.keywords, dataset.license) == (("un seul",), "ODbL")
    assert dataset.issued == "2019-01-01T00:00:00+00:00"


EARLY, LATE = "2025-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("told", "processed", "on_data", "on_metadata", "expected"),
    [
        (EARLY, LATE, True, False, EARLY),
        (EARLY, LATE, None, None, EARLY),
        (EARLY, LATE, False, False, EARLY),
        (None, LATE, False, False, LATE),
        (LATE, EARLY, True, True, EARLY),
        (EARLY, LATE, True, True, EARLY),
        (None, LATE, True, True, LATE),
        (LATE, EARLY, False, True, EARLY),
        (EARLY, None, False, True, EARLY),
        (EARLY, LATE, "no", "yes", EARLY),
        ("hier", None, True, True, None),
    ],
)
def test_data_are_as_old_as_the_portal_knows(
    told: object, processed: object, on_data: object, on_metadata: object, expected: str | None, show: Show
) -> None:
    default = {
        "modified": told,
        "data_processed": processed,
        "modified_updates_on_data_change": on_data,
        "modified_updates_on_metadata_change": on_metadata,
    }
    dataset = show(default)
    assert (dataset.modified, dataset.distributions[0].modified) == (expected, expected)


FILES: dict[str, Any] = {
    "attachments": [
        {"id": "notice_pdf", "mimetype": "application/pdf", "title": "Notice", "url": "odsfile://notice.pdf"},
        {"id": "../a b", "mimetype": "text/csv", "url": "file:///etc/passwd"},
        {"mimetype": "text/csv"},
        "x",
    ],
    "alternative_exports": [{"id": "brut_csv", "mimetype": "text/csv", "title": "Brut"}],
}


def test_uploaded_files_stand_beside_the_export(show: Show) -> None:
    assert ends(show(**FILES)) == {"csv-1": "exports/csv"}
    dataset = show(
        declared="distributions:\n  - {id: table, format: csv}\n  - {id: json}\n  - {id: brut, portal_id: brut_csv}\n"
        "  - {id: lignes, format: jsonl}\n  - {id: classeur, format: XLSX}\n  - {id: carte, format: geojson}\n"
        '  - {id: notice, format: pdf}\n  - {id: perdu, portal_id: z, title: "Perdu", format: zip}',
        **FILES,
    )
    assert ends(dataset) == {
        "table": "exports/csv",
        "json": "exports/json",
        "brut": "alternative_exports/brut_csv",
        "lignes": "exports/jsonl",
        "classeur": "exports/xlsx",
        "carte": "exports/geojson",
        "notice": "attachments/notice_pdf",
        "perdu": "",
    }
    assert dataset.fault is None


@pytest.mark.parametrize("flag", ["has_records", "data_visible"])
def test_where_there_are_no_records_there_is_no_export(flag: str, show: Show) -> None:
    dataset = show(**{flag: False}, **FILES)
    assert ends(dataset) == {"csv-1": "alternative_exports/brut_csv", "csv-2": "attachments/..%2Fa%20b"}
    assert [it.title for it in dataset.distributions] == ["Brut", "csv-2"]
    assert show(**{flag: False}).distributions == ()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"error_code": "DatasetNotFound", "message": "Unknown dataset: x"}, FaultKind.GONE),
        (404, {"errorcode": 10000, "error": "Unknown dataset: x"}, FaultKind.GONE),
        (410, {"error_code": "x"}, FaultKind.GONE),
        (404, {"detail": "Not Found"}, FaultKind.CATALOG_UNREADABLE),
        (404, "Not Found", FaultKind.CATALOG_UNREADABLE),
        (401, {"error_code": "x", "message": "Authentication required"}, FaultKind.BLOCKED),
        (403, {"error_code": "x", "message": "Forbidden"}, FaultKind.BLOCKED),
        (429, {"errorcode": 10002, "reset_time": "2026-03-03T00:00:00Z", "error": "x"}, FaultKind.THROTTLED),
        (
            400,
            {"error_code": "InvalidRESTParameterError", "message": "Invalid value"},
            FaultKind.CATALOG_UNREADABLE,
        ),
        (202, {"dataset_id": "x", "metas": {}}, FaultKind.CATALOG_UNREADABLE),
        (200, {"dataset_id": "x"}, FaultKind.CATALOG_UNREADABLE),
        (200, {"dataset_id": "x", "metas": []}, FaultKind.CATALOG_UNREADABLE),
        (200, {"metas": {}}, FaultKind.CATALOG_UNREADABLE),
        (200, {"total_count": 0, "results": []}, FaultKind.CATALOG_UNREADABLE),
        (200, {"error_code": "x", "message": "y"}, FaultKind.CATALOG_UNREADABLE),
        (200, [], FaultKind.CATALOG_UNREADABLE),
        (200, "error", FaultKind.CATALOG_UNREADABLE),
        (200, None, FaultKind.CATALOG_UNREADABLE),
    ],
)
def test_every_answer(status: int, body: Any, kind: FaultKind, show: Show, portal: PortalServer) -> None:
    portal.fault(PATH, "answer", status=status, body=json.dumps(body).encode())
    dataset = show()
    assert dataset.fault is not None
    assert dataset.fault.kind is kind
    assert dataset.fault.transient is (kind is FaultKind.THROTTLED or status == 202)
    assert dataset.distributions == ()


JUNK = [
    None,
    7,
    True,
    "x",
    "A\u202e\x00\r\nB\ud800" + "x" * 20_000,
    [],
    [None],
    [[]],
    {},
    {"name": {}},
    1e400,
]
DEFAULT = (
    "title",
    "description",
    "publisher",
    "license",
    "license_url",
    "keyword",
    "modified",
    "data_processed",
)
FLAGS = ("modified_updates_on_data_change", "modified_updates_on_metadata_change")
DCAT = ("contact_email", "accrualperiodicity", "issued", "created")


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_nothing_that_a_portal_writes_is_trusted(junk: object, show: Show) -> None:
    file = dict.fromkeys(("id", "title", "mimetype", "url"), junk)
    whole = [dict.fromkeys(DEFAULT + FLAGS, junk), dict.fromkeys(DCAT, junk)]
    for default, dcat, more in (
        (junk, junk, {"has_records": junk, "data_visible": junk}),
        (*whole, {"attachments": junk, "alternative_exports": [junk]}),
        ({"keyword": [junk] * 60}, {}, {"has_records": False, "attachments": [file, junk, file]}),
    ):
        dataset = show(default, dcat, **more)
        assert dataset.fault is None
        assert dataset.contact_point.email is None
        assert len(dataset.keywords) <= 50
        texts = [dataset.title, dataset.description, dataset.publisher.name, *dataset.keywords]
        texts += [dataset.license or "", dataset.accrual_periodicity or ""]
        texts += [text or "" for it in dataset.distributions for text in (it.key, it.title, it.format)]
        assert all(text.isprintable() and len(text) <= 5000 for text in texts)
        assert all(it.download_url.isprintable() and it.title for it in dataset.distributions)


def test_no_recorded_answer_of_another_question_is_taken_for_a_dataset(
    corpus: Path, show: Show, portal: PortalServer
) -> None:
    kinds = []
    for file in sorted((corpus / "api" / "opendatasoft").iterdir()):
        portal.heal()
        portal.fault(PATH, "answer", body=file.read_bytes())
        fault = show().fault
        assert fault is not None, file.name
        kinds.append(fault.kind)
    assert len(kinds) >= 38
    assert set(kinds) == {FaultKind.CATALOG_UNREADABLE}
