"""The portal over real sockets: CKAN's envelopes and status codes, and what HTTP promises about files."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from pipelines.demo.packages import PACKAGES
from pipelines.demo.portal import DemoPortal

FIRST = datetime(2026, 3, 2, 7, 0, 0, 250_000, tzinfo=UTC)
EDITION = {package.file: package.name.encode() * 1000 for package in PACKAGES}


@dataclass
class Answer:
    """Status, headers and body of one response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(portal: DemoPortal, target: str, method: str = "GET", **headers: str) -> Answer:
    """One request on a connection of its own; `If_None_Match` stands for If-None-Match."""
    parts = urllib.parse.urlsplit(portal.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        target = target.removeprefix(portal.url)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers=named)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def act(portal: DemoPortal, action: str, **params: str) -> Answer:
    """One action of the API."""
    return ask(portal, f"/api/3/action/{action}?{urllib.parse.urlencode(params)}")


def address_of(portal: DemoPortal, name: str) -> str:
    """The download address that the API gives for a dataset's file."""
    return str(act(portal, "package_show", id=name).json["result"]["resources"][0]["url"])


@pytest.fixture
def portal() -> Iterator[DemoPortal]:
    """A running portal with a first edition."""
    with DemoPortal(EDITION, FIRST) as running:
        yield running


def test_package_show_describes_a_dataset_as_ckan_does(portal: DemoPortal) -> None:
    answer = act(portal, "package_show", id="contratos")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert set(answer.json) == {"help", "success", "result"}
    assert answer.json["success"] is True
    package = answer.json["result"]
    (resource,) = package["resources"]
    assert package["num_resources"] == 1
    assert package["organization"]["title"] == "Dirección de Contrataciones (demostración)"
    assert package["owner_org"] == package["organization"]["id"]
    assert package["maintainer_email"] == "contrataciones@dependencia.example"
    assert {"key": "frequency", "value": "R/P1D"} in package["extras"]
    assert package["license_id"] == "cc-by"
    assert resource["package_id"] == package["id"]
    assert resource["format"] == "CSV"
    assert resource["mimetype"] == "text/csv"
    assert resource["size"] == len(EDITION["contratos.csv"])
    assert resource["last_modified"] == "2026-03-02T07:00:00.250000"
    assert resource["hash"] == ""
    assert resource["datastore_active"] is False
    assert resource["url"] == (
        f"{portal.url}/dataset/{package['id']}/resource/{resource['id']}/download/contratos.csv"
    )
    assert act(portal, "package_show", id=package["id"]).json["result"] == package


def test_ids_are_the_same_on_every_start() -> None:
    seen = []
    for _ in range(2):
        with DemoPortal(EDITION, FIRST) as running:
            package = act(running, "package_show", id="empresas").json["result"]
            seen.append((package["id"], package["resources"][0]["id"]))
    assert seen[0] == seen[1]


def test_refusals_have_the_envelope_and_the_status_of_ckan(portal: DemoPortal) -> None:
    for action in ("package_show", "organization_show"):
        unknown = act(portal, action, id="no-such")
        assert (unknown.status, unknown.json["success"]) == (404, False)
        assert unknown.json["error"]["__type"] == "Not Found Error"
        missing = act(portal, action)
        assert missing.status == 409
        assert missing.json["error"] == {"id": ["Missing value"], "__type": "Validation Error"}
    for value in ("-1", "x", "²", "9" * 5000):
        assert act(portal, "package_search", rows=value).status == 409
    assert act(portal, "package_search", sort="nothing asc").json["error"]["__type"] == "Search Query Error"
    assert act(portal, "package_search", sort="nothing asc").status == 400


def test_an_unknown_action_gets_a_bare_string(portal: DemoPortal) -> None:
    answer = act(portal, "package_delete_all")
    assert answer.status == 400
    assert answer.json == "Bad request: Action name not known: package_delete_all"


def test_lists_and_searches(portal: DemoPortal) -> None:
    names = sorted(package.name for package in PACKAGES)
    assert act(portal, "package_list").json["result"] == names
    assert act(portal, "package_list", limit="2", offset="1").json["result"] == names[1:3]
    for query in ("", "*:*"):
        found = act(portal, "package_search", q=query, rows="4", start="4", sort="name asc").json["result"]
        assert found["count"] == 6
        assert [item["name"] for item in found["results"]] == names[4:]
    found = act(portal, "package_search", q="SERVIDORAS públicas").json["result"]
    assert [item["name"] for item in found["results"]] == ["servidores"]
    assert act(portal, "package_search", q="nada").json["result"]["count"] == 0
    assert act(portal, "package_search", rows="0").json["result"]["results"] == []


def test_the_portal_and_its_organizations_describe_themselves(portal: DemoPortal) -> None:
    assert act(portal, "status_show").json["result"]["site_url"] == portal.url
    organization = act(portal, "organization_show", id="contrataciones").json["result"]
    assert organization["package_count"] == 3
    assert organization["is_organization"] is True


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package.name))
def test_every_file_is_served_with_its_length_and_validators(portal: DemoPortal, package: Any) -> None:
    address = address_of(portal, package.name)
    answer = ask(portal, address)
    assert answer.status == 200
    assert answer.body == EDITION[package.file]
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Content-Type"] == package.media_type
    assert answer.headers["Last-Modified"] == "Mon, 02 Mar 2026 07:00:00 GMT"
    head = ask(portal, address, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert dict(head.headers.items()) == dict(answer.headers.items()) | {"Date": head.headers["Date"]}


def test_a_client_that_has_the_bytes_gets_304(portal: DemoPortal) -> None:
    address = address_of(portal, "contratos")
    tag = ask(portal, address).headers["ETag"]
    before = format_datetime(FIRST - timedelta(days=1), usegmt=True)
    for method in ("GET", "HEAD"):
        for value in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = ask(portal, address, method, If_None_Match=value)
            assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)
    assert ask(portal, address, If_Modified_Since="Mon, 02 Mar 2026 07:00:00 GMT").status == 304
    assert ask(portal, address, If_Modified_Since=before).status == 200
    # A validator that does not match decides, whatever the time says.
    later = format_datetime(FIRST + timedelta(days=1), usegmt=True)
    assert ask(portal, address, If_None_Match='"other"', If_Modified_Since=later).status == 200
    for nonsense in (
        "yesterday",
        "",
        "Mon, 99 Mar 2026 07:00:00 GMT",
        "Mon, 02 Mar 99999999999 07:00:00 GMT",
    ):
        assert ask(portal, address, If_Modified_Since=nonsense).status == 200


def test_a_publication_moves_only_the_files_whose_bytes_changed(portal: DemoPortal) -> None:
    tags = {p.name: ask(portal, address_of(portal, p.name)).headers["ETag"] for p in PACKAGES}
    next_night = datetime(2026, 3, 3, 1, 0, tzinfo=timezone(timedelta(hours=-6)))
    portal.publish({**EDITION, "contratos.csv": b"another"}, next_night)
    for package in PACKAGES:
        address = address_of(portal, package.name)
        answer = ask(portal, address, If_None_Match=tags[package.name])
        shown = act(portal, "package_show", id=package.name).json["result"]
        if package.name == "contratos":
            assert (answer.status, answer.body) == (200, b"another")
            assert answer.headers["Last-Modified"] == "Tue, 03 Mar 2026 07:00:00 GMT"
            assert shown["resources"][0]["last_modified"] == "2026-03-03T07:00:00.000000"
            assert shown["metadata_modified"] == "2026-03-03T07:00:00.000000"
            assert shown["metadata_created"] == "2026-03-02T07:00:00.250000"
        else:
            assert answer.status == 304
            assert shown["resources"][0]["last_modified"] == "2026-03-02T07:00:00.250000"
    newest = act(portal, "package_search", rows="1").json["result"]["results"][0]
    assert newest["name"] == "contratos"


def test_a_file_that_is_withdrawn_is_gone_and_its_dataset_stays(portal: DemoPortal) -> None:
    address = address_of(portal, "empresas")
    portal.publish({name: content for name, content in EDITION.items() if name != "empresas.xlsx"}, FIRST)
    assert ask(portal, address).status == 404
    package = act(portal, "package_show", id="empresas").json["result"]
    assert (package["num_resources"], package["resources"]) == (0, [])


def test_a_publication_that_cannot_be_is_refused_and_changes_nothing(portal: DemoPortal) -> None:
    with pytest.raises(ValueError, match=r"otro\.csv"):
        portal.publish({"otro.csv": b""}, FIRST)
    with pytest.raises(ValueError, match="aware"):
        portal.publish(EDITION, FIRST.replace(tzinfo=None))
    assert ask(portal, address_of(portal, "contratos")).body == EDITION["contratos.csv"]


def test_everything_else_is_a_page_that_says_404(portal: DemoPortal) -> None:
    odd = ("/", "/dataset/otro", "/api/3", "//[", "/api/3/action/package_show?" + "a=1&" * 200, "/%00")
    for target in (*odd, "/dataset/x/resource/y/download/contratos.csv", "/../../etc/passwd"):
        answer = ask(portal, target)
        assert answer.status == 404, target
        assert answer.headers["Content-Type"].startswith("text/html")
        assert b"404" in answer.body


def test_every_dataset_has_its_page(portal: DemoPortal) -> None:
    answer = ask(portal, "/dataset/contratos")
    assert answer.status == 200
    assert b"Registro de contratos" in answer.body


def test_it_answers_many_at_once_and_keeps_connections(portal: DemoPortal) -> None:
    address = address_of(portal, "contratos")
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: ask(portal, address).body, range(40)))
    assert set(bodies) == {EDITION["contratos.csv"]}
    parts = urllib.parse.urlsplit(portal.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    for target in ("/api/3/action/package_list", "/nowhere", "/api/3/action/status_show"):
        connection.request("GET", target)
        response = connection.getresponse()
        response.read()
        assert not response.will_close
    connection.close()


def test_it_survives_clients_that_misbehave_and_says_nothing(
    portal: DemoPortal, capfd: pytest.CaptureFixture[str]
) -> None:
    portal.publish({**EDITION, "contratos.csv": b"x" * 20_000_000}, FIRST)
    target = address_of(portal, "contratos").removeprefix(portal.url)
    parts = urllib.parse.urlsplit(portal.url)
    for sent in (b"\r\n\r\n", b"nonsense\r\n\r\n", f"GET {target} HTTP/1.1\r\n\r\n".encode()):
        with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as client:
            client.sendall(sent)
            client.recv(1)  # and hang up in the middle of the answer
    assert act(portal, "package_list").status == 200
    assert capfd.readouterr() == ("", "")


def test_when_it_ends_even_kept_connections_end() -> None:
    with DemoPortal(EDITION, FIRST) as running:
        parts = urllib.parse.urlsplit(running.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        connection.request("GET", "/api/3/action/package_list")
        connection.getresponse().read()
        kept = connection.sock
    assert kept.recv(1) == b""
    connection.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10)
    with pytest.raises(RuntimeError, match="not running"):
        _ = running.url
