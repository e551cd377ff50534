"""ArcGIS: what its answers mean, and that nothing in them is trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.model import FaultKind
from pipelines.portals import arcgis, arcgis_service
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import FAULTS
from tests.unit.portals.arcgis_hub import ID, ITEM, SERVICE, Hub, as_bytes, running

ENVELOPES: list[tuple[int, Any, FaultKind, bool]] = [
    (200, {"error": {"code": 400, "messageCode": "CONT_0001", "message": "x"}}, FaultKind.GONE, False),
    (200, {"error": {"code": 400, "message": "Invalid URL", "details": []}}, FaultKind.GONE, False),
    (200, {"error": {"code": 403, "messageCode": "GWM_0003"}}, FaultKind.GONE, False),
    (200, {"error": {"code": 404, "message": "Not Found"}}, FaultKind.GONE, False),
    (200, {"error": {"code": "498", "message": "Invalid token."}}, FaultKind.GONE, False),
    (200, {"error": {"code": 499, "message": "Token Required"}}, FaultKind.GONE, False),
    (403, {"error": {"code": 499, "message": "Token Required"}}, FaultKind.GONE, False),
    (404, {"message": "Cannot find item", "error": "Not Found", "statusCode": 404}, FaultKind.GONE, False),
    (410, {"message": "Gone", "statusCode": 410}, FaultKind.GONE, False),
    (404, {"message": "no Route matched"}, FaultKind.CATALOG_UNREADABLE, False),
    (400, {"message": "Bad Request", "statusCode": 400}, FaultKind.CATALOG_UNREADABLE, False),
    (403, {"message": "Forbidden"}, FaultKind.BLOCKED, False),
    (403, {"error": {"message": "Request blocked"}}, FaultKind.BLOCKED, False),
    (401, "no", FaultKind.BLOCKED, False),
    (200, {"error": {"code": 429, "message": "Too many requests"}}, FaultKind.THROTTLED, True),
    (429, {"message": "Too many requests"}, FaultKind.THROTTLED, True),
    (200, {"error": {"code": 500, "message": "Unable to perform"}}, FaultKind.HTTP_STATUS, True),
    (200, {"error": {"code": 400, "message": "Unable to complete"}}, FaultKind.CATALOG_UNREADABLE, False),
    (200, {"error": {"code": [1], "message": {"a": 1}}}, FaultKind.CATALOG_UNREADABLE, False),
    (200, {"error": {}}, FaultKind.CATALOG_UNREADABLE, False),
    (202, {"status": "Processing", "processingTime": "1 s"}, FaultKind.CATALOG_UNREADABLE, True),
    (200, {"status": "Failed"}, FaultKind.CATALOG_UNREADABLE, False),
    (200, {"properties": None}, FaultKind.CATALOG_UNREADABLE, False),
    (200, {"properties": []}, FaultKind.CATALOG_UNREADABLE, False),
    (200, {"properties": {"title": "Sin tipo"}}, FaultKind.CATALOG_UNREADABLE, False),
    (200, {}, FaultKind.CATALOG_UNREADABLE, False),
    (200, [1, 2], FaultKind.CATALOG_UNREADABLE, False),
    (200, "Bad request", FaultKind.CATALOG_UNREADABLE, False),
    (200, None, FaultKind.CATALOG_UNREADABLE, False),
]


@pytest.fixture
def hub(settings: Settings, clock: FixedClock) -> Iterator[Hub]:
    with running(settings, clock) as it:
        yield it


@pytest.mark.parametrize("path", [ITEM, f"{SERVICE}/layers"])
@pytest.mark.parametrize(("status", "body", "kind", "transient"), ENVELOPES)
def test_every_envelope(
    status: int, body: Any, kind: FaultKind, transient: bool, path: str, hub: Hub
) -> None:
    hub.portal.fault(path, "answer", status=status, body=as_bytes(body))
    dataset = hub.show()
    assert dataset.fault is not None
    assert (dataset.fault.kind, dataset.fault.transient) == (kind, transient)
    assert dataset.distributions == ()
    assert dataset.fault.advice


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, FaultKind.HTML_INSTEAD),
        (404, FaultKind.CATALOG_UNREADABLE),
        (403, FaultKind.BLOCKED),
        (503, FaultKind.HTTP_STATUS),
    ],
)
@pytest.mark.parametrize("path", [ITEM, f"{SERVICE}/layers"])
def test_a_page_in_place_of_the_api(status: int, kind: FaultKind, path: str, hub: Hub) -> None:
    hub.portal.fault(path, "page", status=status)
    fault = hub.show().fault
    assert fault is not None
    assert fault.kind is kind


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_nothing_that_a_service_does_escapes(fault: str, hub: Hub) -> None:
    hub.portal.fault(f"{SERVICE}/layers", fault)
    dataset = hub.show()
    assert dataset.fault is not None
    assert (dataset.key, dataset.distributions) == ("prueba/contratos", ())


@pytest.mark.parametrize(
    "layers",
    [
        [],
        ["0"],
        [{"id": 0}],
        [{"name": "a"}],
        *([{"id": id_, "name": "a"}] for id_ in (-1, True, 10**40, "../x")),
    ],
)
def test_a_service_without_a_layer_that_can_be_named(layers: list[Any], hub: Hub) -> None:
    fault = hub.show({}, layers).fault
    assert fault is not None
    assert fault.kind is FaultKind.CATALOG_UNREADABLE


def test_a_layer_that_vanished_is_gone(hub: Hub) -> None:
    body = {"error": {"code": 400, "message": "Invalid URL", "details": ["Invalid URL"]}}
    hub.portal.fault(f"{SERVICE}/3", "answer", body=as_bytes(body))
    fault = hub.show(name=f"{ID}_3").fault
    assert fault is not None
    assert fault.kind is FaultKind.GONE


def test_services_out_of_reach_do_not_silence_the_portal(hub: Hub) -> None:
    with PortalServer() as off:
        address = off.url + SERVICE
    others = [f"{number}" * 32 for number in (1, 2, 3)]
    for id_, url in zip(others, (address, "http://169.254.169.254/FeatureServer", address), strict=True):
        properties = {"title": "x", "type": "Feature Service", "url": url}
        hub.portal.files[f"{arcgis.SEARCH}/{id_}"] = as_bytes({"properties": properties})
    assert hub.show().fault is None
    names = [*others, ID]
    catalog = hub.ask(
        "".join(f"- {{id: d{number}, identifier: '{it}'}}\n" for number, it in enumerate(names))
    )
    assert catalog.fault is None
    assert [it.fault.kind if it.fault else None for it in catalog.datasets] == [
        *[FaultKind.CATALOG_UNREADABLE] * 3,
        None,
    ]
    assert [it.fault.transient for it in catalog.datasets if it.fault] == [True, False, True]


def test_identifiers_cannot_leave_their_place_in_the_address(hub: Hub) -> None:
    fault = hub.show(name="../../admin?x=1#y").fault
    assert fault is not None
    assert hub.portal.requests[-1].path == f"{arcgis.SEARCH}/../../admin?x=1#y"  # as one quoted segment
    assert hub.portal.requests[-1].query == {}


def test_nothing_that_a_portal_writes_is_trusted(hub: Hub) -> None:
    hostile = "A\u202e\x00\r\nB" + "<b " * 5 + "x" * 20_000
    names = ("title", "description", "snippet", "source", "license", "licenseInfo", "orgContactEmail")
    dataset = hub.show(
        {
            **dict.fromkeys(names, hostile),
            "tags": [hostile, None, [], 7] * 60,
            "created": 10**40,
            "modified": [],
        },
        [{"id": 0, "name": hostile, "type": "Table", "editingInfo": {"dataLastEditDate": hostile}}] * 3,
    )
    assert dataset.fault is None
    (csv,) = dataset.distributions  # one number, one distribution
    texts = [dataset.title, dataset.description, dataset.license or "", dataset.publisher.name, csv.title]
    assert all(text.startswith("A") and text.isprintable() and len(text) <= 5000 for text in texts)
    assert 0 < len(dataset.keywords) <= 50
    assert (dataset.contact_point.email, dataset.issued, dataset.modified) == (None, None, None)


@pytest.mark.parametrize("junk", [None, 7, 1.5, True, [], {}, "", "x"])
def test_every_field_may_be_of_another_type(junk: Any, hub: Hub) -> None:
    names = "title type url description snippet source license licenseInfo tags created modified name size"
    dataset = hub.show({**dict.fromkeys(names.split(), junk), "type": "CSV"})
    assert dataset.fault is None
    assert len(dataset.distributions) == 1
    assert dataset.title


def test_a_service_of_many_layers_is_cut(hub: Hub) -> None:
    layers = [{"id": number, "name": f"Capa {number}"} for number in range(500)]
    assert len(hub.show({}, layers).distributions) == arcgis_service.MAX_LAYERS


def test_recorded_answers_of_real_servers(corpus: Path, hub: Hub) -> None:
    """Each as the answer for a layer, for all layers and for an item: a dataset, or a fault that says why."""
    recorded = sorted((corpus / "api" / "arcgis").glob("*.json"))
    layers = [it for it in recorded if it.name.endswith("metadata.json")]
    assert (len(recorded), len(layers)) == (26, 6)
    for path, name, expected in (
        (f"{SERVICE}/3", f"{ID}_3", layers),
        (f"{SERVICE}/layers", ID, []),
        (ITEM, ID, []),
        (f"/sharing/rest/content/items/{ID}", ID, []),
    ):
        for file in recorded:
            hub.portal.heal()
            hub.portal.fault(path, "answer", body=file.read_bytes())
            dataset = hub.show(name=name, base="/sharing/rest" if path.startswith("/sharing") else "")
            if file in expected:
                (csv,) = dataset.distributions
                assert csv.title == json.loads(file.read_bytes())["name"]
            else:
                assert dataset.fault is not None
                assert dataset.fault.kind is FaultKind.CATALOG_UNREADABLE
                assert dataset.distributions == ()
