"""The pages about more than one dataset: what stands on them, how long lists are cut, and what is written anew."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.history import publish, record
from pipelines.model import Catalog, Outcome, ReadReport, UnexpectedExample, ValidationResult
from pipelines.site import trend
from pipelines.site.build import build
from pipelines.site.feedback import Where
from pipelines.site.page import CategoryScore, Entry
from pipelines.site.press import Press
from pipelines.site.sheet import cut, publisher_name, publisher_path
from pipelines.site.sheets.home import all_changes, counts
from pipelines.site.stretches import Stretch, stretches
from tests.unit.history import run_folders
from tests.unit.site.conftest import make_public

Reader = Callable[[Path], Any]
DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(10)]
MOST = 150_000


def entry(key: str, outcome: str = "passed", before: str | None = "passed", **more: Any) -> Entry:
    score = CategoryScore(90.0, more.pop("change", 0.0), "r", False)
    return Entry(
        key=key,
        title=key,
        path=f"dataset/{key}.html",
        publisher="P",
        country="MX",
        guide="budgets",
        guide_titles={"en": "Budgets", "es": "Presupuestos"},
        outcome=outcome,
        outcome_before=before,
        reason="",
        night=DAYS[-1],
        since=DAYS[0],
        stale=bool(more.pop("stale", False)),
        scores={"access": score, "content": score},
    )


def row(
    first: int, last: int, outcome: str = "passed", content: float | None = 90.0, rules: str = "r1"
) -> Any:
    return {
        **{"first": DAYS[first], "last": DAYS[last], "nights": last - first + 1, "outcome": outcome},
        **{"content": content, "content_rules": None if content is None else rules},
        **{"access": None, "access_rules": None},
    }


def test_nights_that_differ_in_nothing_shown_are_one_stretch() -> None:
    found = stretches([row(0, 2), row(3, 3), row(4, 4, "failed"), row(5, 7, content=None), row(8, 9)])
    assert [(it.first, it.last, it.nights) for it in found] == [
        *((DAYS[0], DAYS[3], 4), (DAYS[4], DAYS[4], 1), (DAYS[5], DAYS[7], 3), (DAYS[8], DAYS[9], 2))
    ]
    assert stretches([]) == []


def test_a_change_of_rules_begins_a_stretch_even_after_an_unknown_night() -> None:
    found = stretches([row(0, 1), row(2, 2, content=None), row(3, 3, rules="r2"), row(4, 4, rules="r2")])
    assert [it.rules_changed for it in found] == [(), (), ("content",)]
    assert found[-1].nights == 2


def test_a_trend_counts_every_dataset_as_it_last_stood() -> None:
    found = trend.Trend(DAYS[-1], 10)
    found.add(stretches([row(0, 4), row(5, 9, "failed")]))
    found.add(stretches([row(2, 3, "blocked")]))  # and not visited since
    found.add([Stretch(DAYS[0] - timedelta(days=40), DAYS[9], 50, "passed", {}, {})])
    points = found.points()
    assert [(it.first, it.counts["passed"], it.counts["faulty"], it.counts["unknown"]) for it in points] == [
        *((DAYS[0], 2, 0, 0), (DAYS[2], 2, 0, 1), (DAYS[5], 1, 1, 1))
    ]
    assert points[-1].last == DAYS[-1]
    drawing = trend.drawn(points)
    assert drawing.most == 3
    assert drawing.areas["passed"].startswith("M0 100V33.3H200V100z")
    assert trend.drawn([]).areas == {}


def test_a_trend_marks_the_nights_on_which_rules_changed() -> None:
    found = trend.Trend(DAYS[-1], 10)
    found.add(stretches([row(0, 4), row(5, 9, rules="r2")]))
    assert [(it.first, it.rules) for it in found.points()] == [(DAYS[0], 0), (DAYS[5], 1)]
    assert trend.drawn(found.points()).breaks == (500.0,)


def test_what_changed_last_night_is_told_once_and_only_of_what_was_visited() -> None:
    entries = [
        entry("worse", "failed"),
        entry("better", "passed", "failed"),
        entry("same"),
        entry("new", before=None),
        entry("lost", change=-3.0),
        entry("gained", change=2.0),
        entry("little", change=-0.4),
        entry("rules", change=None),
        entry("away", "failed", stale=True),
    ]
    found = {kind: [it.key for it in kept] for kind, kept in all_changes(entries).items()}
    assert found == {
        "worse": ["worse"],
        "better": ["better"],
        "lost": ["lost"],
        "gained": ["gained"],
        "new": ["new"],
    }
    assert counts(entries) == [("failed", 2), ("passed", 7)]


@pytest.mark.parametrize(("items", "pages"), [(0, 1), (1, 1), (60, 1), (61, 2), (3000, 50)])
def test_a_long_list_is_cut_into_pages_and_loses_nothing(items: int, pages: int) -> None:
    found = list(cut("guide/budgets.html", range(items)))
    assert len(found) == pages
    assert [number for _, numbers in found for number in numbers] == list(range(items))
    assert found[0][0].path == "guide/budgets.html"
    assert pages == 1 or found[1][0].path == "guide/budgets-2.html"
    assert len({it.path for it, _ in found}) == pages


def test_a_publisher_has_an_address_of_its_own_whatever_it_is_called() -> None:
    names = [
        "Secretaría de Obra",
        "Secretaria de Obra",
        "../../etc/passwd",
        "教育部",
        "",
        "A" * 500,
        "\u202eabc",
    ]
    found = [publisher_name("MX", name) for name in names] + [
        publisher_name("<b>", "x"),
        publisher_name("", "x"),
    ]
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z]{2}-[a-z0-9-]{1,60}-[0-9a-f]{8}", it) for it in found)
    assert found[0].startswith("mx-secretaria-de-obra-")


def test_the_home_page_has_the_guide_by_country_and_by_publisher(site: Path, page: Reader) -> None:
    found = page(site / "es" / "index.html")
    text = " ".join(found.text.split())
    for words in (
        "Declaraciones patrimoniales",
        "México",
        "de 30 publicados",
        "Qué cambió anoche",
        "Tendencia",
    ):
        assert words in text
    links = {link for link in found.links() if link.startswith("../es/guide/")}
    assert len(links) == 30
    data = json.loads((site / "json" / "index.json").read_text(encoding="utf-8"))
    assert data["night"] == "2026-03-02"
    assert len(data["coverage"]) == 30 * len(data["countries"])
    assert sum(data["outcomes"].values()) == 6


def test_a_page_of_the_guide_lists_its_datasets_and_its_rules(site: Path, page: Reader) -> None:
    text = page(site / "en" / "guide" / "asset_declarations.html").text
    assert "Number 30 of the 30 datasets" in text
    assert "Declaraciones patrimoniales y de intereses" in text
    nothing = page(site / "en" / "guide" / "voting_records.html").text
    assert "No dataset that stands for it is watched." in nothing
    data = json.loads((site / "json" / "guide" / "asset_declarations.json").read_text(encoding="utf-8"))
    assert [it["dataset"] for it in data["datasets"]] == ["federal/declaraciones"]


def test_a_publisher_s_page_tells_place_faults_repair_and_datasets(site: Path, page: Reader) -> None:
    (path,) = (site / "es" / "publisher").glob("mx-*federal*.html")
    text = " ".join(page(path).text.split())
    for words in (
        "Lugar en México",
        "Fallas abiertas",
        "Tiempo de corrección",
        "Sus conjuntos",
        "Contratos celebrados",
    ):
        assert words in text
    data = json.loads((site / "json" / "publisher" / f"{path.stem}.json").read_text(encoding="utf-8"))
    assert len(data["datasets"]) == 3
    assert path.with_name(path.name) == site / "es" / publisher_path("MX", data["publisher"])


def test_the_method_names_every_metric_with_its_version_and_weight(site: Path, page: Reader) -> None:
    from pipelines.measurement.metrics import METRICS
    from pipelines.measurement.score import load_weights
    from pipelines.settings import packaged_expectations

    found = page(site / "en" / "method.html")
    ids = {attrs["id"] for _, attrs in found.tags if attrs.get("id")}
    assert set(METRICS) <= ids
    data = json.loads((site / "json" / "method.json").read_text(encoding="utf-8"))
    for it in data["dimensions"]:
        assert sum(metric["share"] for metric in it["metrics"]) == pytest.approx(1)
        assert all(metric["version"] == METRICS[metric["metric"]].version for metric in it["metrics"])
    weighted = {metric["metric"] for it in data["dimensions"] for metric in it["metrics"]}
    assert weighted == set(load_weights(packaged_expectations()).metrics)


def test_incidents_tell_what_is_open_and_what_ended(site: Path, page: Reader) -> None:
    text = page(site / "en" / "incidents.html").text
    data = json.loads((site / "json" / "incidents.json").read_text(encoding="utf-8"))
    assert data["open"] or data["ended"]
    for row_ in (*data["open"], *data["ended"]):
        assert row_["title"] in text
    assert all("@" not in json.dumps(row_) for row_ in data["open"])


def test_no_page_is_too_large(site: Path, hostile_site: Path) -> None:
    for public in (site, hostile_site):
        for path in public.rglob("*.html"):
            assert path.stat().st_size < MOST, path


def broken(run: Path) -> None:
    """Every rule broken a hundred times over, with the worst that may stand in a cell."""
    worst = "<&\u202e" * 66

    def spoilt(validation: ValidationResult) -> ValidationResult:
        examples = tuple(UnexpectedExample(10**9, worst, worst) for _ in range(10))
        results = tuple(
            replace(it, key=f"{it.key}.{at}", outcome=Outcome.FAILED, column=worst, examples=examples)
            for it in validation.results
            for at in range(20)
        )
        return replace(validation, results=results)

    path = run / artifacts.VALIDATION_RESULTS
    found = [spoilt(it) for it in artifacts.read_values(path, ValidationResult)]
    path.unlink()
    artifacts.write_values(path, found)
    reads = [
        replace(it, columns=tuple(f"{'ñ' * 30} {at}" for at in range(300)))
        for it in artifacts.read_values(run / artifacts.READS, ReadReport)
    ]
    (run / artifacts.READS).unlink()
    artifacts.write_values(run / artifacts.READS, reads)


def test_a_page_is_borne_even_when_everything_is_broken(tmp_path: Path, page: Reader) -> None:
    public = make_public(tmp_path, change=broken)
    build(public, where=Where(serve_url="https://datos.example.org/veedor/"))
    sizes = {path: path.stat().st_size for path in public.rglob("*.html")}
    assert max(sizes.values()) < MOST, max(sizes, key=lambda path: sizes[path])
    found = page(public / "es/dataset/federal/contratos.html")
    assert found.faults == []
    assert "latest_expectation" in found.text


def test_a_page_is_written_anew_only_when_it_says_something_else(published: Path, tmp_path: Path) -> None:
    public = Path(shutil.copytree(published, tmp_path / "public"))
    build(public, "https://calidad.example.org/")
    before = {path: path.stat().st_ino for path in public.rglob("*") if path.is_file()}
    build(public, "https://calidad.example.org/")
    assert {path: path.stat().st_ino for path in public.rglob("*") if path.is_file()} == before
    lost = [public / "json/dataset/federal/contratos.json", public / "es/badge/estatal/obra.svg"]
    said = {path: path.read_bytes() for path in lost}
    for path in lost:
        path.unlink()
    build(public, "https://calidad.example.org/")
    assert {path: path.read_bytes() for path in lost} == said


def test_a_night_on_which_nothing_changed_leaves_the_pages_of_datasets_as_they_are(tmp_path: Path) -> None:
    from benchmarks.site import one_more_night

    public = make_public(tmp_path)
    written = []
    for _ in range(3):
        one_more_night(tmp_path / "history.duckdb")
        publish.publish(tmp_path / "history.duckdb", public)
        build(public)
        pages = [
            *public.glob("*/dataset/*/*.html"),
            *public.glob("*/publisher/*.html"),
            *public.glob("*/guide/*.html"),
        ]
        written.append({path: path.stat().st_ino for path in pages})
        home = (public / "es" / "index.html").read_text(encoding="utf-8")
    assert written[1] == written[2]
    assert "Noche del <time" in home
    assert "5 mar 2026" in home


def test_what_a_page_is_made_of_is_the_same_in_every_process(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place of a thing in memory would make its page anew every night."""
    stamped: list[str] = []
    stamp = Press._stamp

    def noted(press: Press, *facts: object) -> str:
        stamped.append(repr(facts))
        return stamp(press, *facts)

    monkeypatch.setattr(Press, "_stamp", noted)
    build(Path(shutil.copytree(published, tmp_path / "public")))
    assert len(stamped) > 20
    assert [it[:300] for it in stamped if re.search(r" at 0x[0-9a-f]+>", it)] == []


@pytest.mark.slow
def test_linked_data_of_what_does_not_change_is_a_week_old_at_most(tmp_path: Path) -> None:
    from benchmarks.site import one_more_night

    public = make_public(tmp_path)
    ages: set[int] = set()
    for number in range(9):
        one_more_night(tmp_path / "history.duckdb")
        publish.publish(tmp_path / "history.duckdb", public)
        build(public)
        (newest,) = re.findall(
            r'"(2026-\d\d-\d\d)"\^\^xsd:date', (public / "dqv/catalog.ttl").read_text(encoding="utf-8")
        )
        for path in public.glob("dqv/dataset/federal/*.ttl"):
            told = re.search(r'dct:date "(2026-\d\d-\d\d)"', path.read_text(encoding="utf-8"))
            assert told, path
            age = (date.fromisoformat(newest) - date.fromisoformat(told[1])).days
            assert 0 <= age < 7, (path, number, age)
            ages.add(age)
    assert len(ages) > 3
    some = next(public.glob("dqv/dataset/federal/*.jsonld"))
    some.unlink()
    build(public)
    assert some.is_file()


def test_a_publisher_that_changed_its_name_keeps_its_address(tmp_path: Path, page: Reader) -> None:
    history, public = tmp_path / "history.duckdb", tmp_path / "public"
    folders = run_folders.write(tmp_path / "runs")
    nights = sorted({folder.parent.name for folder in folders})
    before: set[str] = set()
    for folder in folders:
        if folder.name == artifacts.NIGHT_FOLDER:
            continue
        if folder.parent.name == nights[-1] and folder.name == "federal":
            rewrite_publisher(folder / artifacts.CATALOG)
        record.record_run(history, folder)
        if folder.parent.name == nights[-2]:
            publish.publish(history, public)
            build(public)
            before = {path.relative_to(public).as_posix() for path in public.rglob("*.html")}
    publish.publish(history, public)
    build(public)
    after = {path.relative_to(public).as_posix() for path in public.rglob("*.html")}
    assert before <= after
    assert any("/brief/publisher/mx-" in path and "federal" in path for path in before)
    (path,) = (public / "es" / "publisher").glob("mx-*federal*.html")
    text = page(path).text
    assert "Ya no se publica nada con este nombre" in text
    assert "Secretaría Nueva" in text


def rewrite_publisher(path: Path) -> None:
    catalog = artifacts.read_value(path, Catalog)
    datasets = tuple(
        replace(it, publisher=replace(it.publisher, name="Secretaría Nueva")) for it in catalog.datasets
    )
    path.unlink()
    artifacts.write_value(path, replace(catalog, datasets=datasets))
