"""The benchmark of a night: the world is as it says, the portal serves it, and the figures say what they claim.

Belongs here: the generated world, its portal, processes, arithmetic and drawing. What a night costs is measured by
`make bench-night`, never here.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection, IncompleteRead
from ipaddress import ip_address, ip_network
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import night_scale
from benchmarks.night_scale_plot import ceiling, plot
from benchmarks.nights import data, figures, process, processors
from benchmarks.nights.answers import LARGE
from benchmarks.nights.commands import environment
from benchmarks.nights.figures import BASE, MIXED
from benchmarks.nights.past import USED, Past
from benchmarks.nights.portal import Portal
from benchmarks.nights.stages import staged
from benchmarks.nights.tonight import Night, demand_all
from benchmarks.nights.world import FAULTS, Mix, Watched, World, address, mix_of
from pipelines.revisit import due
from pipelines.settings import packaged_expectations
from pipelines.sources import parse
from pipelines.tables.layouts import lay, load_layouts
from pipelines.tables.read import opened
from pipelines.tables.table import Hint

MIX = Mix(unchanged=8, small=4, faulty=len(FAULTS), large=2, nights=10)
MEASURED = MIX.nights + 1


def of(kind: str, **wanted: object) -> Watched:
    """A source of the small world."""
    return next(
        it
        for it in World(MIX).sources
        if it.kind == kind and all(getattr(it, name) == value for name, value in wanted.items())
    )


def test_the_mix_is_the_one_that_is_promised() -> None:
    assert mix_of(1000, 10) == Mix(unchanged=800, small=150, faulty=40, large=10, nights=10)
    assert mix_of(100, 3) == Mix(unchanged=80, small=15, faulty=4, large=1, nights=3)
    sources = World(mix_of(1000, 10)).sources
    kinds = Counter(it.kind for it in sources)
    assert kinds == {"unchanged": 800, "small": 150, "faulty": 40, "large": 10}
    portals = Counter(it.portal for it in sources)
    assert abs(portals["ckan"] - portals["direct"]) <= 10
    assert {it.fault for it in sources if it.kind == "faulty"} == set(FAULTS)
    # A server in trouble has one source, any other four
    hosts = Counter(it.host for it in sources)
    assert {hosts[it.host] for it in sources if it.kind == "faulty"} == {1}
    assert {hosts[it.host] for it in sources if it.kind != "faulty"} == {4}


def test_every_host_is_on_loopback_and_as_long_as_any_other() -> None:
    addresses = [address(number) for number in range(25_000)]
    assert len(set(addresses)) == 25_000
    assert {len(it) for it in addresses} == {len("127.101.101.101")}
    assert all(ip_address(it) in ip_network("127.0.0.0/8") for it in addresses[::97])


@pytest.mark.parametrize("nights", [1, 2, 3, 10])
def test_tonight_the_changed_change_and_nothing_else(nights: int) -> None:
    for it in World(Mix(20, 10, 9, 2, nights)).sources:
        before, after = it.version(nights, nights), it.version(nights + 1, nights)
        assert (after > before) is (it.kind in ("small", "large")), it
        assert it.declared_on <= nights
        assert (it.fails(nights + 1) is not None) is (it.kind == "faulty")
    assert all(it.fails(1) is None for it in World(MIX).sources)


def test_the_declaration_is_valid_and_grows(tmp_path: Path) -> None:
    world = World(MIX)
    declared = parse(world.sources_yaml(40_000, MEASURED))
    assert [it.id for it in declared.sources] == [it.id for it in world.sources]
    assert len(due(declared, date(2026, 3, 12), tmp_path)) == MIX.total
    assert 0 < len(parse(world.sources_yaml(40_000, 1)).sources) < MIX.total


def test_the_file_fits_its_layout_and_a_version_adds_rows(tmp_path: Path) -> None:
    path = tmp_path / "contratos.csv"
    path.write_bytes(data.small(7, "127.101.101.101:40000", version=3))
    with opened(path, Hint("bench/night/csv", "0" * 64, format="csv", file_name=path.name)) as content:
        (table,) = content.tables
        report = table.report
    assert report.rows == data.ROWS + 2 * data.A_VERSION
    assert len(report.columns) == 20
    (layout,) = (it for it in load_layouts(packaged_expectations()) if it.name == "mx_compranet_2018")
    fit = lay(layout, report.columns)
    assert (len(fit.roles), fit.missing) == (20, ())
    assert data.small(7, "h:1", 1) != data.small(8, "h:1", 1)
    assert b"@" not in path.read_bytes()


def test_a_large_file_is_a_head_and_a_body_that_is_shared(tmp_path: Path) -> None:
    path = tmp_path / LARGE
    data.write_large(path, 3_500, "127.101.101.101:40000")
    body = path.read_bytes()
    assert b"@" not in body
    ids = [line.split(b",")[5] for line in body.splitlines()]
    assert len(set(ids)) == len(ids) == 4_000  # whole blocks
    head = data.large_head(1, "h:1", 2)
    assert head.startswith(data.HEADER)
    assert head != data.large_head(2, "h:1", 2) != data.large_head(2, "h:1", 1)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("portal")
    with Portal(MIX, folder) as running:
        data.write_large(folder / LARGE, 2_000, f"{address(0)}:{running.port}")
        running.night(MEASURED, latency=0)
        yield running


def ask(
    portal: Portal, host: str, target: str, method: str = "GET", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection(host, portal.port, timeout=20)
    try:
        connection.request(
            method, target, headers={it.replace("_", "-"): text for it, text in headers.items()}
        )
        response = connection.getresponse()
        return response.status, response.read(), {name.lower(): text for name, text in response.getheaders()}
    finally:
        connection.close()


def file_of(portal: Portal, it: Watched, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    return ask(portal, it.host, f"/datos/{it.number:05}.csv", **headers)


def test_the_portal_knows_what_has_not_changed(portal: Portal) -> None:
    it = of("unchanged", validators=True)
    status, body, headers = file_of(portal, it)
    assert (status, body) == (200, data.small(it.number, f"{it.host}:{portal.port}", 1))
    assert file_of(portal, it, If_None_Match=headers["etag"])[:2] == (304, b"")
    small = of("small", validators=True)
    portal.night(MIX.nights, latency=0)
    tag = file_of(portal, small)[2]["etag"]
    portal.night(MEASURED, latency=0)
    assert file_of(portal, small, If_None_Match=tag)[0] == 200
    assert "etag" not in file_of(portal, of("unchanged", validators=False))[2]


def test_the_portal_streams_what_is_large(portal: Portal) -> None:
    it = of("large")
    status, body, headers = file_of(portal, it)
    assert (status, int(headers["content-length"])) == (200, len(body))
    assert body.count(b"\n") == 1 + data.A_VERSION + 2_000
    assert ask(portal, it.host, f"/datos/{it.number:05}.csv", "HEAD")[1] == b""


def test_the_portal_speaks_ckan_and_has_pages(portal: Portal) -> None:
    it = of("small", portal="ckan")
    status, body, _ = ask(portal, it.host, f"/api/3/action/package_show?id={it.dataset}")
    assert status == 200
    assert f"http://{it.host}:{portal.port}/datos/{it.number:05}.csv".encode() in body
    assert ask(portal, it.host, "/api/3/action/package_show?id=otra")[0] == 404
    assert ask(portal, it.host, "/robots.txt")[0] == 200
    assert ask(portal, it.host, f"/dataset/{it.dataset}", "HEAD")[:2] == (200, b"")
    for nothing in ("/datos/99999.csv", "/datos/-1.csv", "/datos/.csv", "/otra", "/datos/%C2%B2.csv"):
        assert ask(portal, it.host, nothing)[0] == 404, nothing


def test_the_portal_fails_in_every_way_that_is_promised(portal: Portal) -> None:
    statuses = {"not_found": 404, "server_error": 500, "html": 200, "empty": 200, "encoding": 200}
    for fault, expected in {**statuses, "throttled": 429, "blocked": 403}.items():
        status, body, headers = file_of(portal, of("faulty", fault=fault))
        assert status == expected, fault
        assert (fault == "empty") is (body == b"")
        assert headers.get("retry-after", "1") == "1"
    with pytest.raises(IncompleteRead):
        file_of(portal, of("faulty", fault="truncated"))
    with pytest.raises(ConnectionError):
        file_of(portal, of("faulty", fault="reset"))


def test_the_portal_counts_who_was_asked_for(portal: Portal) -> None:
    portal.night(MEASURED, latency=0.01)
    assert portal.asked()["sources"] == []
    it = of("small")
    file_of(portal, it)
    told = portal.asked()
    assert (told["sources"], told["requests"]) == ([it.number], 1)
    assert told["bytes"] > 100_000
    portal.night(MEASURED, latency=0)


def test_a_night_that_leaves_a_source_out_does_not_count(tmp_path: Path) -> None:
    past = Past(MIX, tmp_path, date(2026, 3, 12))
    with pytest.raises(SystemExit, match="22 sources were not asked tonight, the first is 1"):
        demand_all(past, tmp_path, [0])
    with pytest.raises(
        SystemExit, match="23 sources are not through with tonight, the first is fuente-00000"
    ):
        demand_all(past, tmp_path, range(MIX.total))


def test_a_copy_of_the_past_is_equal_and_leaves_it_alone(tmp_path: Path) -> None:
    past = Past(MIX, tmp_path, date(2026, 3, 12))
    for name in (
        "runs/2026-03-11/a/index.json",
        "history.duckdb",
        "hosts/x.json",
        "dagster/storage/index.db",
    ):
        (past.data / name).parent.mkdir(parents=True, exist_ok=True)
        (past.data / name).write_text(name, encoding="utf-8")
    with past.copied("plain") as copy:
        found = {str(it.relative_to(copy)) for it in copy.rglob("*") if it.is_file()}
        assert found == {"runs/2026-03-11/a/index.json", "history.duckdb", "dagster/storage/index.db"}
        (copy / "history.duckdb").write_text("tonight", encoding="utf-8")
        (copy / "dagster/storage/index.db").write_text("tonight", encoding="utf-8")
    assert not copy.exists()
    assert [it.name.partition("-")[0] for it in (tmp_path / USED).iterdir()] == ["plain"]
    past.clear()
    assert not (tmp_path / USED).exists()
    assert (past.data / "history.duckdb").read_text(encoding="utf-8") == "history.duckdb"
    assert (past.data / "dagster/storage/index.db").read_text(encoding="utf-8") == "dagster/storage/index.db"


def test_the_whole_process_tree_is_counted(tmp_path: Path) -> None:
    work = "x = bytearray(60_000_000); n = sum(i * i for i in range(2_000_000)); import time; time.sleep(1)"
    child = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}], check=True); print('done')"
    )
    told = environment(tmp_path, tmp_path / "sources.yaml")
    used = process.run([sys.executable, "-c", child], told)
    assert used.out == "done\n"
    assert used.peak_mb > 60
    assert used.wall_s > 1
    assert used.cpu_s > process.run([sys.executable, "-c", "pass"], told, memory=False).cpu_s


def test_a_process_that_fails_stops_the_benchmark(tmp_path: Path) -> None:
    told = environment(tmp_path, tmp_path / "sources.yaml")
    with pytest.raises(SystemExit, match="ended with 3:\nsaid why"):
        process.run([sys.executable, "-c", "import sys; print('said why'); sys.exit(3)"], told, memory=False)


def a_night(cpu: float, *, events: int = 0) -> Night:
    return Night(
        wall_s=cpu * 2, cpu_s=cpu, peak_mb=cpu * 10, portal={"cpu_s": 0.1, "requests": 9}, event_bytes=events
    )


def test_figures_are_slopes_and_shares_of_the_least_that_each_night_took() -> None:
    mix = Mix(unchanged=80, small=15, faulty=4, large=1, nights=10)
    sizes = {"unchanged": 100, "small": 10, "faulty": 9, "large": 1}
    plain = {
        BASE: [4, 5, 4],
        "unchanged": [6, 7, 9],
        "small": [5, 6, 5],
        "faulty": [4, 5, 4],
        "large": [9, 10, 9],
    }
    taken = {
        name: {
            "plain": [a_night(cpu) for cpu in values],
            "dagster": [a_night(cpu + 2 + (name == "small")) for cpu in values],
        }
        for name, values in plain.items()
    }
    taken[MIXED] = {"plain": [a_night(12)] * 3, "dagster": [a_night(16, events=50_000)] * 3}
    found = figures.summary(mix, taken, sizes)
    assert found["sources"] == 100
    assert found["plain"]["cpu_ms"] == {"unchanged": 20, "small": 100, "faulty": 0, "large": 5000}
    assert found["cpu_ms"] == {"unchanged": 20, "small": 200, "faulty": 0, "large": 5000}
    assert found["dagster_share"] == 0.25
    assert found["dagster_ms"] == {"changed": 100, "unchanged": 0}
    assert found["event_bytes_per_source"] == 500
    assert (found["wall_s"], found["peak_mb"], found["plain"]["peak_mb"]) == (32, 160, 120)
    # 4 s for the night itself, 1.6 for 80 unchanged, 1.5 for 15 small, 5 for the large one
    assert found["sum_of_classes_over_mix"]["plain"] == round(12.1 / 12, 2)


def test_classes_have_nights_of_their_own_that_are_large_enough() -> None:
    assert figures.class_sizes(1000) == {"unchanged": 400, "small": 100, "faulty": 36, "large": 3}
    assert min(figures.class_sizes(1).values()) == 1
    assert figures.only("small", 7, 2) == Mix(unchanged=1, small=8, faulty=1, large=0, nights=2)


def test_the_scale_and_its_plot_show_what_was_measured() -> None:
    assert night_scale.sizes(3_000) == [100, 300, 1_000, 3_000]
    assert night_scale.sizes(999) == [100, 300]
    assert night_scale.world(1_000) == Mix(unchanged=810, small=150, faulty=40, large=0, nights=3)
    taken = {
        BASE: {"plain": [a_night(4)], "dagster": [a_night(6)]},
        "100": {"plain": [a_night(4 + 97 * 0.04)], "dagster": [a_night(6 + 97 * 0.05)]},
        "3000": {"plain": [a_night(4 + 2997 * 0.042)], "dagster": [a_night(6 + 2997 * 0.075)]},
    }
    found = {**night_scale.summary(taken), "machine": "2 cores, 24 GB of memory"}
    assert found["sources"]["3000"]["plain"]["ms_per_source"] == 42
    assert found["growth"] == {"plain": 1.05, "dagster": 1.5}
    drawn = plot(found)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    circles = root.findall("{*}circle")
    assert len(circles) == 4
    # What costs more stands higher up, whatever the number of sources
    heights = {one.attrib["cy"]: value for one, value in zip(circles, (40, 42, 50, 75), strict=True)}
    assert sorted(heights, key=float, reverse=True) == list(heights)
    for text in ("42 ms", "3,000", "costs 1.5 times", "veedor run, 1.05 times", "2 cores, 24 GB"):
        assert text in drawn
    assert [ceiling(it) for it in (0.3, 8, 41, 100)] == [0.5, 10, 100, 200]


def test_what_a_busy_machine_adds_is_told_beside_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(processors, "_taken", lambda at_once: {1: [0.5], 2: [0.6, 0.8]}[at_once])
    assert processors.busy_over_alone() == 1.4
    monkeypatch.undo()
    monkeypatch.setattr(processors, "STEPS", 2_000)
    assert 0 < processors.work() < 10


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_small_night_is_measured_through_both_shells(tmp_path: Path) -> None:
    """Everything together, with a past of one night; a past that is kept is taken up again."""
    (both,) = figures.measured({BASE: figures.base(nights=1)}, runs=1, rows=0, keep=tmp_path).values()
    for shell in figures.SHELLS:
        (night,) = both[shell]
        assert night.portal["requests"] > 3
        assert night.cpu_s > 0
        assert night.peak_mb > 50
    assert both["dagster"][0].event_bytes > 0 == both["plain"][0].event_bytes
    (kept,) = tmp_path.iterdir()
    with staged(figures.base(nights=1), rows=0, pause=0, keep=tmp_path) as stage:
        assert stage.past.data.is_relative_to(kept)
        assert stage.portal.port == json.loads((kept / "made.json").read_text(encoding="utf-8"))["port"]
    assert list(tmp_path.iterdir()) == [kept]
