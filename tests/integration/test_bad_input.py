"""Whatever a publisher does ends as a recorded outcome of its dataset, and the night goes on."""

from __future__ import annotations

import gzip
import io
import socket
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.errors import SourcesError
from pipelines.history.asking import columns_and_rows
from pipelines.model import ReadReport, RunIndex
from pipelines.night import NightReport, run_night
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tonight import night_of
from pipelines.tools import Step, opened_tools
from tests.portal_server.server import PortalServer

NIGHT = date(2026, 3, 2)
CSV = b"contract_id,supplier_name,value_amount\nC-1,Proveedora Ejemplo SA,10.5\n"


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("datos.csv", content)
    return buffer.getvalue()


# What is published, the verdict that it must come to, and words that its reason must hold.
PUBLISHED: dict[str, tuple[bytes, str, str]] = {
    "good.csv": (CSV, "not_applicable", "no expectation suite"),
    "page.csv": (b"<!DOCTYPE html><html><title>Mantenimiento</title></html>", "failed", "Mantenimiento"),
    "empty.csv": (b"", "failed", "no content"),
    "blank.csv": (b"\n\n  \n", "failed", ""),
    "cut.zip": (zipped(CSV * 200)[:-40], "failed", ""),
    "cut.csv.gz": (gzip.compress(CSV * 5000)[:-20], "failed", ""),
    "report.csv": (b"%PDF-1.7 not a table at all", "failed", ""),
    "binary.csv": (bytes(range(256)) * 40, "failed", ""),
    "sheet.csv": (zipped(CSV), "not_applicable", "no expectation suite"),
    "broken.json": (b'{"releases": [{"ocid": ', "failed", ""),
    "deep.json": (b"[" * 200_000, "failed", ""),
}


def declaration(url: str, **more: str) -> Sources:
    addresses = {name: f"{url}/{name}" for name in PUBLISHED} | more
    datasets = [
        {
            "id": name.replace(".", "-"),
            "title": name,
            "distributions": [{"id": "file", "url": address, "format": name.rsplit(".", 1)[-1]}],
        }
        for name, address in addresses.items()
    ]
    owner = {"name": "Oficina", "email": "oficina@dependencia.example"}
    source = {"portal": "direct", "publisher": {"name": "P"}, "owner": owner}
    return parse(
        yaml.safe_dump(
            {
                "version": 1,
                "time_zone": "America/Mexico_City",
                "sources": [{"id": "files", **source, "datasets": datasets}],
            }
        )
    )


def run(
    settings: Settings, sources: Sources, night: date = NIGHT, step: Callable[[Step], None] | None = None
) -> NightReport:
    clock = FixedClock(datetime(night.year, night.month, night.day, 9, tzinfo=UTC))
    with opened_tools(settings, sources, clock=clock, step=step or (lambda point: None)) as tools:
        return run_night(sources, night, tools)


def verdicts(settings: Settings) -> dict[str, tuple[str, str]]:
    _, rows = columns_and_rows("select dataset, outcome, reason from latest_verdict", public=settings.public)
    return {str(dataset).split("/")[1]: (str(outcome), str(reason)) for dataset, outcome, reason in rows}


def verdicts_of(settings: Settings) -> dict[object, object]:
    _, rows = columns_and_rows("select dataset, outcome from latest_verdict", public=settings.public)
    return {row[0]: row[1] for row in rows}


def test_the_part_of_a_file_that_is_asked_for_is_read_and_judged(settings: Settings) -> None:
    wanted = b'{"noise": [{"x": 1}, {"x": 2}], "data": {"rows": [{"contract_id": "C-1"}]}}'
    with PortalServer({"/found.json": wanted, "/missed.json": wanted}) as portal:
        sources = declaration(
            portal.url, found=f"{portal.url}/found.json", missed=f"{portal.url}/missed.json"
        )
        (source,) = sources.sources
        datasets = []
        for dataset, path in zip(source.datasets[-2:], ("data.rows", "data.items"), strict=True):
            file = dataset.distributions[0].model_copy(update={"record_path": path})
            datasets.append(dataset.model_copy(update={"distributions": (file,)}))
        source = source.model_copy(update={"datasets": tuple(datasets)})
        run(settings, sources.model_copy(update={"sources": (source,)}))
    reads = artifacts.read_values(settings.runs / NIGHT.isoformat() / "files" / artifacts.READS, ReadReport)
    assert [(it.table, it.rows, it.columns) for it in reads if not it.fault] == [
        ("data/rows", 1, ("contract_id",))
    ]
    _, stored = columns_and_rows(
        "select distinct part from distribution order by all", public=settings.public
    )
    assert stored == [('{"record_path": "data.items"}',), ('{"record_path": "data.rows"}',)]
    found = verdicts(settings)
    assert found["found"][0] == "not_applicable"
    assert found["missed"][0] == "failed"
    assert "There are: noise (2), data.rows (1)." in found["missed"][1]


def test_every_kind_of_bad_file_is_a_recorded_outcome_and_the_night_goes_on(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}/nobody.csv"
    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        report = run(settings, declaration(portal.url, unreachable=closed, missing=f"{portal.url}/404.csv"))
    assert report.failures == ()
    found = verdicts(settings)
    for name, (_, outcome, words) in PUBLISHED.items():
        assert found[name.replace(".", "-")][0] == outcome, (name, found[name.replace(".", "-")])
        assert words in found[name.replace(".", "-")][1]
        assert found[name.replace(".", "-")][1], name
    assert found["unreachable"][0] == "not_run"  # on one night it may as well be our own network
    assert found["missing"] == ("failed", found["missing"][1])
    assert len(found) == len(PUBLISHED) + 2
    assert (settings.public / "es" / "dataset" / "files" / "page-csv.html").is_file()


def test_a_portal_that_is_down_and_a_dataset_that_vanished_are_told_apart(settings: Settings) -> None:
    package = {"name": "contratos", "title": "Contratos", "resources": [
        {"id": "r", "name": "CSV", "format": "CSV", "url": "{portal}/good.csv"}]}  # fmt: skip
    text = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: up
    portal: ckan
    url: "URL"
    publisher: {name: P}
    owner: {name: O}
    datasets: [{id: contratos}, {id: vanished}]
  - id: down
    portal: ckan
    url: "http://127.0.0.1:1"
    publisher: {name: P}
    owner: {name: O}
    datasets: [{id: contratos}]
"""
    expected = {
        "up/contratos": "not_applicable",
        "up/vanished": "not_published",
        "down/contratos": "not_run",
    }
    with PortalServer({"/good.csv": CSV}, {"contratos": package}) as portal:
        sources = parse(text.replace("URL", portal.url))
        assert run(settings, sources).failures == ()
        assert verdicts_of(settings) == expected
        expected["down/contratos"] = "failed"  # a second night in a row
        run(settings, sources, NIGHT + timedelta(days=1))
        assert verdicts_of(settings) == expected


def test_an_unknown_guide_dataset_stops_before_any_work(settings: Settings) -> None:
    sources = declaration("http://127.0.0.1:1")
    wrong = sources.model_dump(mode="json")
    wrong["sources"][0]["datasets"][0]["guide_dataset"] = "contracts"
    with pytest.raises(SourcesError, match="no dataset 'contracts'"):
        run(settings, Sources.model_validate(wrong))
    assert not settings.data.exists()


def test_our_own_fault_ends_in_not_run_and_the_same_night_takes_it_up_again(settings: Settings) -> None:
    def bug(point: Step) -> None:
        if point.stage == "read":
            raise RuntimeError("a bug of ours")

    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        sources = declaration(portal.url)
        report = run(settings, sources, step=bug)
        assert [failure.source for failure in report.failures] == ["files"]
        assert {outcome for outcome, _ in verdicts(settings).values()} == {"not_run"}
        folder = artifacts.run_folder(settings.runs, NIGHT, "files")
        assert "a bug of ours" not in artifacts.read_value(folder / artifacts.INDEX, RunIndex).reason
        assert "a bug of ours" in (folder / "failure.log").read_text(encoding="utf-8")
        assert run(settings, sources).failures == ()
    assert verdicts(settings)["good-csv"][0] == "not_applicable"
    assert artifacts.read_value(folder / artifacts.INDEX, RunIndex).result == "partial"


@pytest.mark.parametrize(
    "artifact", [pytest.param(artifacts.SNAPSHOTS, marks=pytest.mark.slow), artifacts.INDEX]
)
def test_a_damaged_run_folder_stops_its_source_only_and_is_named(settings: Settings, artifact: str) -> None:
    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        sources = declaration(portal.url)
        other = sources.sources[0].model_copy(update={"id": "others"})
        sources = sources.model_copy(update={"sources": (*sources.sources, other)})
        run(settings, sources)
        path = artifacts.run_folder(settings.runs, NIGHT, "files") / artifact
        lines = len(path.read_bytes().splitlines())
        path.write_bytes(path.read_bytes()[:-20])
        report = run(settings, sources, NIGHT + timedelta(days=1))
    assert [failure.source for failure in report.failures] == ["files"]
    log = artifacts.run_folder(settings.runs, NIGHT + timedelta(days=1), "files") / "failure.log"
    place = f"{artifact}:{lines}" if artifact == artifacts.SNAPSHOTS else artifact
    assert f"{place}: this is not what Veedor wrote" in log.read_text(encoding="utf-8")


def test_an_edited_declaration_sets_the_old_run_aside(settings: Settings) -> None:
    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        run(settings, declaration(portal.url))
        run(settings, declaration(portal.url, added=f"{portal.url}/good.csv"))
    assert "added" in verdicts(settings)
    aside = artifacts.night_folder(settings.runs, NIGHT) / "superseded"
    assert [path.name for path in aside.iterdir()] == ["files-1"]


def test_a_full_disk_stops_the_night_and_nothing_is_lost(settings: Settings) -> None:
    def full(point: Step) -> None:
        if point.stage == "validate" or (point.stage == "measure" and not point.done):
            raise OSError(28, "No space left on device")

    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        sources = declaration(portal.url)
        with pytest.raises(OSError, match="No space left"):
            run(settings, sources, step=full)
        fetched = (artifacts.run_folder(settings.runs, NIGHT, "files") / artifacts.SNAPSHOTS).read_bytes()
        run(settings, sources)
    again = (artifacts.run_folder(settings.runs, NIGHT, "files") / artifacts.SNAPSHOTS).read_bytes()
    assert fetched == again
    assert verdicts(settings)["good-csv"][0] == "not_applicable"


def test_the_night_is_the_date_in_the_declared_time_zone() -> None:
    sources = declaration("http://127.0.0.1:1")
    assert night_of(datetime(2026, 3, 2, 5, 59, tzinfo=UTC), sources) == date(2026, 3, 1)
    assert night_of(datetime(2026, 3, 2, 6, 0, tzinfo=UTC), sources) == date(2026, 3, 2)


def test_a_night_waits_for_a_source_that_another_process_is_at_work_on(settings: Settings) -> None:
    import fcntl

    lock = settings.data / "locks" / "files.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as handle, PortalServer({}) as portal:
        fcntl.flock(handle, fcntl.LOCK_EX)
        declared = declaration(portal.url)
        with ThreadPoolExecutor(1) as other:
            night = other.submit(run, settings, declared)
            with pytest.raises(TimeoutError):
                night.result(timeout=2)
            assert not settings.history.exists()
            fcntl.flock(handle, fcntl.LOCK_UN)
            assert [index.source for index in night.result(timeout=60).runs] == ["files"]


@pytest.mark.parametrize(
    "artifact",
    [
        artifacts.SNAPSHOTS,
        *(pytest.param(it, marks=pytest.mark.slow) for it in (artifacts.VERDICTS, artifacts.INDEX)),
    ],
)
def test_a_run_folder_that_is_damaged_before_it_is_recorded_stops_its_source_only(
    settings: Settings, artifact: str
) -> None:
    def damage(point: Step) -> None:
        path = artifacts.run_folder(settings.runs, NIGHT, "files") / artifact
        if (point.stage, point.key, point.done) == ("record", "files", False):
            path.write_bytes(path.read_bytes()[:-20])

    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        sources = declaration(portal.url)
        other = sources.sources[0].model_copy(update={"id": "others"})
        sources = sources.model_copy(update={"sources": (*sources.sources, other)})
        report = run(settings, sources, step=damage)
        assert [it.source for it in report.failures] == ["files"]
        assert report.alerts is not None
        assert {outcome for outcome, _ in verdicts(settings).values()} != {"not_run"}
        log = artifacts.run_folder(settings.runs, NIGHT, "files") / "failure.log"
        assert f"{artifact}" in log.read_text(encoding="utf-8")
        kept = artifacts.night_folder(settings.runs, NIGHT) / "superseded" / "files-1"
        assert (kept / artifact).exists(), "for whoever looks why"
        assert run(settings, sources).failures == ()


def test_what_an_earlier_night_left_damaged_keeps_no_night_from_being_recorded(settings: Settings) -> None:
    with PortalServer({f"/{name}": content for name, (content, _, _) in PUBLISHED.items()}) as portal:
        sources = declaration(portal.url)
        run(settings, sources)
        at = datetime(NIGHT.year, NIGHT.month, NIGHT.day, 9, tzinfo=UTC)
        gone = artifacts.run_folder(settings.runs, NIGHT, "gone")  # a source that is declared no more
        artifacts.write_value(gone / artifacts.INDEX, RunIndex("gone", NIGHT, "v", at, at, "success"))
        (gone / artifacts.SNAPSHOTS).write_bytes(b'{"distribution": "go')
        assert run(settings, sources, NIGHT + timedelta(days=1)).failures == ()
