"""Nights on which the pages of datasets and the links in their files are visited, against real servers on loopback."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.history.asking import columns_and_rows
from pipelines.model import FaultKind, PagePurpose, PageVisit, QualityMeasurement
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.snapshots.page_visit import UNTOLD
from pipelines.sources import Sources, parse
from pipelines.tools import Step, opened_tools, silent
from tests.portal_server.faults import FIREWALLS
from tests.portal_server.server import PortalServer

pytestmark = pytest.mark.slow

FIRST = date(2026, 3, 1)
HEADER = "contract_id,supplier_name,value_amount,document_url"
CKAN = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: portal
    portal: ckan
    url: URL
    publisher: {name: P}
    owner: {name: O}
    datasets:
      - {id: contratos, guide_dataset: contracts_register}
"""
DIRECT = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: files
    portal: direct
    publisher: {name: P}
    owner: {name: O}
    datasets:
      - id: contratos
        guide_dataset: contracts_register
        license: "ELSEWHERE/licencia"
        distributions: [{id: csv, url: "URL/contratos.csv", format: csv}]
"""
PAGE = b"<!doctype html><title>P</title>"
# What each link of the file meets; the server's own words for it are in `tests.portal_server.faults`.
LINKS = ("answers", "gone", "head_refused", "firewall", "slow", "behind_login", "private", "error")
EXPECTED = {
    "answers": (True, None),
    "gone": (False, FaultKind.GONE),
    "head_refused": (True, None),
    "firewall": (None, FaultKind.BLOCKED),
    "slow": (None, FaultKind.TIMED_OUT),
    "behind_login": (False, FaultKind.HTML_INSTEAD),
    "private": (False, FaultKind.UNSUPPORTED_ADDRESS),
    "error": (False, FaultKind.HTTP_STATUS),
}


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    package = {
        "title": "Contratos",
        "license_url": "{portal}/licencia",
        "extras": [
            {"key": "contact_url", "value": "{portal}/contacto"},
            {"key": "data_dictionary", "value": "{portal}/diccionario.pdf"},
        ],
        "resources": [{"id": "csv", "name": "csv", "url": "{portal}/contratos.csv", "format": "CSV"}],
    }
    with PortalServer({"/login": PAGE}, {"contratos": package}) as running:
        links = [f"{running.url}/doc/{name}" for name in LINKS]
        rows = [f"C-{number},Proveedora {number},{number}.5,{link}" for number, link in enumerate(links)]
        running.files["/contratos.csv"] = "\n".join([HEADER, *rows, ""]).encode()
        for page in ("/licencia", "/contacto", "/doc/answers", "/doc/head_refused"):
            running.files[page] = PAGE
        status, headers, body = FIREWALLS["Akamai"]
        running.fault("/doc/head_refused", "answer", method="HEAD", status=405)
        running.fault("/doc/firewall", "answer", status=status, headers=headers, body=body)
        running.fault("/doc/slow", "hang")
        running.fault("/doc/behind_login", "redirect", to="/login?next=/doc")
        running.fault("/doc/private", "redirect", to="http://169.254.169.254/latest/meta-data/")
        running.fault("/doc/error", "answer", status=500)
        yield running


@pytest.fixture
def hasty(settings: Settings) -> Settings:
    return replace(settings, deadline_seconds=0.8, retries=0)


def run(settings: Settings, sources: Sources, number: int, step: object = silent) -> Path:
    """The `number`-th night; its run folder."""
    night = FIRST + timedelta(days=number - 1)
    clock = FixedClock(datetime(night.year, night.month, night.day, 9, tzinfo=UTC))
    with opened_tools(settings, sources, clock=clock, step=step) as tools:  # type: ignore[arg-type]
        assert run_night(sources, night, tools).failures == ()
    return artifacts.run_folder(settings.runs, night, sources.sources[0].id)


def pages(folder: Path) -> list[PageVisit]:
    return artifacts.read_values(folder / artifacts.PAGES, PageVisit)


def measured(folder: Path) -> dict[str, float | None]:
    found = artifacts.read_values(folder / artifacts.MEASUREMENTS, QualityMeasurement)
    return {it.metric: it.value for it in found}


def visits(portal: PortalServer) -> Counter[tuple[str, str]]:
    """How often each page was asked for, and how; not the files and the API."""
    others = ("/api/", "/contratos.csv")
    return Counter((it.method, it.path) for it in portal.requests if not it.path.startswith(others))


def named(visit: PageVisit) -> str:
    return (visit.address or "").rpartition("/")[2]


def test_a_night_tells_dead_from_unknown(hasty: Settings, portal: PortalServer) -> None:
    folder = run(hasty, parse(CKAN.replace("URL", portal.url)), 1)
    found = pages(folder)
    own = {it.purpose: (it.answers, it.fault.kind if it.fault else None) for it in found if it.role is None}
    assert own == {
        PagePurpose.LANDING_PAGE: (True, None),
        PagePurpose.CONTACT_PAGE: (True, None),
        PagePurpose.DATA_DICTIONARY: (False, FaultKind.GONE),
        PagePurpose.LICENSE: (True, None),
    }
    cells = {named(it): (it.answers, it.fault.kind if it.fault else None) for it in found if it.role}
    assert cells == EXPECTED
    assert {(it.role, it.table) for it in found if it.row == 2} == {("document_url", "table")}
    values = measured(folder)
    assert values["metadata.landing_page_answers"] == values["metadata.contact_page_answers"] == 1
    assert values["metadata.licence_answers"] == 1
    assert values["metadata.dictionary_answers"] == 0
    assert values["availability.links_answer"] == pytest.approx(2 / 6)
    assert values["metadata.contact"] == 1
    # HEAD is enough where it is answered, and a page that answered is asked once.
    assert visits(portal)[("GET", "/doc/answers")] == 0
    assert visits(portal)[("HEAD", "/doc/answers")] == 1
    assert visits(portal)[("GET", "/doc/head_refused")] == 1
    assert not (folder / artifacts.PAGES_UNDER_WAY).exists()


def test_it_is_published_and_shown_in_both_languages(hasty: Settings, portal: PortalServer) -> None:
    run(hasty, parse(CKAN.replace("URL", portal.url)), 1)
    _, rows = columns_and_rows(
        "SELECT purpose, role, answers, fault, http_status FROM visited_pages WHERE address LIKE '%/doc/gone'",
        public=hasty.public,
    )
    assert rows == [("cell", "document_url", False, "gone", 404)]
    page = "dataset/portal/contratos.html"
    for language, words in (
        ("en", ("Pages and links", "Page gone", "It leads to a login", "Refused")),
        (
            "es",
            (
                "Páginas y enlaces",
                "La página ya no existe",
                "Lleva a una página que pide contraseña",
                "rechazado",
            ),
        ),
    ):
        text = (hasty.public / language / page).read_text(encoding="utf-8")
        assert all(word in text for word in words), language
        assert f"{portal.url}/doc/gone" in text


def test_what_answered_is_asked_again_only_after_days(hasty: Settings, portal: PortalServer) -> None:
    portal.fault("/doc/slow", "answer", status=404)
    sources = parse(CKAN.replace("URL", portal.url))
    first = pages(run(hasty, sources, 1))
    portal.requests.clear()
    second = pages(run(hasty, sources, 2))
    again = {path for _, path in visits(portal)}
    assert {"/doc/gone", "/doc/error", "/diccionario.pdf"} <= again
    assert not again & {"/doc/answers", "/doc/head_refused", "/licencia", "/contacto", "/dataset/contratos"}
    kept = {named(it): it.asked_on for it in second}
    assert kept["answers"] == next(it.asked_on for it in first if named(it) == "answers")
    portal.requests.clear()
    run(hasty, sources, 8)
    assert {"/doc/answers", "/licencia", "/contacto"} <= {path for _, path in visits(portal)}


def test_a_night_that_is_killed_asks_nobody_twice(hasty: Settings, portal: PortalServer) -> None:
    class Killed(BaseException):
        pass

    sources = parse(CKAN.replace("URL", portal.url))

    def dies_at(visit: int) -> object:
        begun = itertools.count(1)

        def step(at: Step) -> None:
            if at.stage == "visit" and not at.done and next(begun) == visit:
                raise Killed

        return step

    for visit in (1, 3, 2, 4):  # of those that are left
        with pytest.raises(Killed):
            run(hasty, sources, 1, dies_at(visit))
    folder = run(hasty, sources, 1)
    assert len(visits(portal)) > len(LINKS)
    assert set(visits(portal).values()) == {1}
    assert {named(it): it.answers for it in pages(folder) if it.role} == {
        name: answers for name, (answers, _) in EXPECTED.items()
    }


def test_a_torn_note_of_a_visit_is_no_obstacle(hasty: Settings, portal: PortalServer) -> None:
    sources = parse(CKAN.replace("URL", portal.url))
    expected = pages(run(hasty, sources, 1))
    folder = artifacts.run_folder(hasty.runs, FIRST, "portal")
    shutil.rmtree(folder.parent)
    hasty.history.unlink()
    folder.mkdir(parents=True)
    whole = next(it for it in expected if named(it) == "answers")
    notes = folder / artifacts.PAGES_UNDER_WAY
    artifacts.append_value(notes, replace(whole, answers=None))
    with notes.open("ab") as handle:
        handle.write(b'{"dataset": "portal/contr')
    portal.requests.clear()
    assert pages(run(hasty, sources, 1)) == expected
    assert visits(portal)[("HEAD", "/doc/answers")] == 0


def test_the_limit_of_a_night_is_kept(hasty: Settings, portal: PortalServer) -> None:
    sources = parse(CKAN.replace("URL", portal.url))
    folder = run(replace(hasty, page_visits=5), sources, 1)
    asked = [it for it in pages(folder) if it.asked_on is not None]
    assert len(asked) == 5
    assert len(pages(folder)) == 12
    assert {it.purpose for it in asked} == set(PagePurpose)  # the dataset's own pages come first
    assert measured(folder)["availability.links_answer"] == 1
    none = run(replace(hasty, page_visits=0), sources, 2)
    assert pages(none) == []
    assert "availability.links_answer" not in measured(none)


def test_addresses_of_a_personal_column_are_visited_and_told_nowhere(
    hasty: Settings, portal: PortalServer, tmp_path: Path
) -> None:
    own = tmp_path / "expectations"
    shutil.copytree(Settings().expectations, own)
    (own / "layouts" / "personal.yaml").write_text(
        "layout: personal\nversion: '1'\ntitle: {en: P, es: P}\nguide_dataset: contracts_register\nbasis: ours\n"
        "personal: [document_url]\n"
        "columns: {contract_id: [contract_id], supplier_name: [supplier_name], value_amount: [value_amount],"
        " document_url: [document_url]}\n",
        encoding="utf-8",
    )
    private = replace(hasty, expectations=own)
    declared = CKAN.replace(
        "guide_dataset: contracts_register", "guide_dataset: contracts_register, layout: personal"
    )
    sources = parse(declared.replace("URL", portal.url))
    folder = run(private, sources, 1)
    cells = [it for it in pages(folder) if it.role]
    assert [it.address for it in cells] == [None] * len(LINKS)
    assert Counter(it.answers for it in cells) == Counter(answers for answers, _ in EXPECTED.values())
    for path in folder.iterdir():
        assert b"/doc/" not in path.read_bytes(), path.name
    _, told = columns_and_rows(
        "SELECT DISTINCT address, final_url, fault_message FROM visited_pages WHERE purpose = 'cell' ORDER BY ALL",
        public=private.public,
    )
    assert told == [(None, None, UNTOLD), (None, None, None)]
    assert "/doc/" not in (private.public / "en/dataset/portal/contratos.html").read_text(encoding="utf-8")
    portal.requests.clear()
    again = run(private, sources, 2)
    assert visits(portal)[("HEAD", "/doc/answers")] == 0  # it answered last night, and its place is known
    assert visits(portal)[("HEAD", "/doc/gone")] == 1
    assert [it.answers for it in pages(again) if it.role and it.row == 2] == [True]


def test_nights_without_a_network_are_unknown_and_never_dead(hasty: Settings) -> None:
    always = replace(hasty, page_days=0.0)
    table = f"{HEADER}\nC-1,Proveedora,1.5,\n".encode()
    with PortalServer({"/contratos.csv": table}) as portal, PortalServer({"/licencia": PAGE}) as elsewhere:
        sources = parse(DIRECT.replace("URL", portal.url).replace("ELSEWHERE", elsewhere.url))
        assert measured(run(always, sources, 1))["metadata.licence_answers"] == 1
    for number in (2, 3, 4):
        folder = run(always, sources, number)
        assert [(it.answers, it.silent_nights) for it in pages(folder)] == [(None, 0)]
        assert measured(folder)["metadata.licence_answers"] is None


def test_a_server_that_is_silent_while_others_answer_is_dead_on_the_second_night(hasty: Settings) -> None:
    always = replace(hasty, page_days=0.0)
    table = f"{HEADER}\nC-1,Proveedora,1.5,\n".encode()
    with PortalServer({"/contratos.csv": table}) as portal:
        with PortalServer({"/licencia": PAGE}) as elsewhere:
            sources = parse(DIRECT.replace("URL", portal.url).replace("ELSEWHERE", elsewhere.url))
            assert measured(run(always, sources, 1))["metadata.licence_answers"] == 1
        assert measured(run(always, sources, 2))["metadata.licence_answers"] is None
        assert measured(run(always, sources, 3))["metadata.licence_answers"] == 0


def test_a_portal_that_does_not_answer_leaves_nothing_dead(hasty: Settings, portal: PortalServer) -> None:
    sources = parse(CKAN.replace("URL", portal.url))
    run(hasty, sources, 1)
    portal.fault("/api/3/action/package_show", "hang")
    for number in (2, 3):
        values = measured(run(hasty, sources, number))
        assert not any(
            name.endswith(("_answers", "links_answer")) and value == 0 for name, value in values.items()
        )
