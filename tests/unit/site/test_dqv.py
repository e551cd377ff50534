"""Linked data: complete, the same in both formats, true to what is known, and nothing private in it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

from pipelines.errors import QueryError
from pipelines.history import asking
from pipelines.measurement.scale import load_scales
from pipelines.settings import packaged_expectations
from pipelines.site.dqv import files, mqa
from pipelines.site.dqv.names import Names
from tests import shacl
from tests.dqv_facts import FILE, KEY, document, facts, vocabulary_of
from tests.unit.history import run_folders

DQV, DCAT = Namespace("http://www.w3.org/ns/dqv#"), Namespace("http://www.w3.org/ns/dcat#")
DCT, OA = Namespace("http://purl.org/dc/terms/"), Namespace("http://www.w3.org/ns/oa#")
PV, SKOS = Namespace("https://piveau.eu/ns/voc#"), Namespace("http://www.w3.org/2004/02/skos/core#")
V = Namespace("urn:veedor:dqv/metrics.ttl#")
D = Namespace("urn:veedor:dqv/dataset/federal/contratos.ttl#")
KEYS = {f"{source}/{name}" for source, found in run_folders.DATASETS.items() for name, _, _ in found}


def graph_of(**changed: object) -> Graph:
    found = document(facts(**changed))  # type: ignore[arg-type]
    return shacl.same(found.turtle(), found.jsonld())


def value_of(graph: Graph, metric: URIRef, on: URIRef) -> Literal | None:
    """The value of the one measurement of a metric on something; None when there is none."""
    found = [it for it in graph.subjects(DQV.isMeasurementOf, metric) if (it, DQV.computedOn, on) in graph]
    assert len(found) <= 1
    value = graph.value(found[0], DQV.value) if found else None
    assert value is None or isinstance(value, Literal)
    return value


@pytest.fixture(scope="module")
def written(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The linked data of the generated nights."""
    folder = tmp_path_factory.mktemp("dqv")
    with asking.opened(published) as connection:
        assert files.write(connection, folder, Names()) == len(KEYS)
    return folder


def test_every_file_says_the_same_in_both_formats_and_keeps_the_shapes(written: Path) -> None:
    graphs = {
        path.relative_to(written).with_suffix("").as_posix(): shacl.same(
            path.read_text(encoding="utf-8"), path.with_suffix(".jsonld").read_text(encoding="utf-8")
        )
        for path in written.rglob("*.ttl")
    }
    assert set(graphs) == {"catalog", "metrics", *(f"dataset/{key}" for key in KEYS)}
    together = Graph()
    for graph in graphs.values():
        together += graph
    assert shacl.violations(together) == {}
    # Whatever is referred to in our vocabulary is defined in it.
    ours = {it for it in together.objects() if str(it).startswith(str(V))}
    assert ours - set(graphs["metrics"].subjects()) == set()
    assert not [path for path in written.rglob("*") if path.suffix not in (".ttl", ".jsonld", "")]


def test_nothing_private_is_in_it(written: Path) -> None:
    for path in written.rglob("*.*"):
        assert run_folders.ADDRESS not in path.read_text(encoding="utf-8")


def test_measurements_are_those_of_the_history(published: Path, written: Path) -> None:
    sql = """SELECT m.dataset, m.computed_on, m.metric || '.v' || m.metric_version, m.value
        FROM quality_measurement m JOIN latest_verdict v ON v.dataset = m.dataset AND v.night = m.night"""
    with asking.opened(published) as connection:
        _, rows = asking.ask(connection, sql)
    assert {value is None for *_, value in rows} == {True, False}
    ours = (f"{V}score.", f"{V}scale.", str(PV))
    for key in {str(row[0]) for row in rows}:
        graph = Graph().parse(written / f"dataset/{key}.ttl")
        told = {}
        for it in graph.subjects(RDF.type, DQV.QualityMeasurement):
            metric, on = graph.value(it, DQV.isMeasurementOf), graph.value(it, DQV.computedOn)
            if not str(metric).startswith(ours):
                told[str(on).rpartition("#")[2], str(metric).removeprefix(str(V))] = graph.value(
                    it, DQV.value
                )
        for it, metric in graph.subject_objects(V.unknownMetric):
            if not str(metric).startswith(ours):
                on = str(graph.value(it, OA.hasTarget)).rpartition("#")[2]
                told[on, str(metric).removeprefix(str(V))] = None
        expected = {
            ("dataset" if on == key else f"file.{str(on).rpartition('/')[2]}", metric): value
            for dataset, on, metric, value in rows
            if dataset == key
        }
        assert {it: None if value is None else value.toPython() for it, value in told.items()} == expected


def test_values_have_the_datatype_and_unit_of_their_metric() -> None:
    graph = graph_of()
    assert value_of(graph, V["availability.reachable.v2"], D["file.csv"]) == Literal(1.0)
    assert value_of(graph, V["structure.rows.v1"], D["file.csv"]) == Literal(508)
    assert value_of(graph, V["metadata.core.v1"], D["dataset"]) == Literal("0.625", datatype=XSD.double)
    assert value_of(graph, V["score.access.all"], D["dataset"]) == Literal(86.96)
    assert value_of(graph, V["scale.mqa.all.v1"], D["dataset"]) == Literal(225.0)


def test_what_is_unknown_is_an_annotation_with_its_reason_and_never_a_number() -> None:
    graph = graph_of()
    assert value_of(graph, V["metadata.contact.v1"], D["dataset"]) is None
    (annotation,) = graph.subjects(V.unknownMetric, V["metadata.contact.v1"])
    assert (annotation, OA.hasTarget, D["dataset"]) in graph
    assert {graph.value(body, RDF.value) for body in graph.objects(annotation, OA.hasBody)} == {
        Literal("sources.yaml says it in the catalog's stead.", lang="en"),
        Literal("Lo dice sources.yaml en lugar del catálogo.", lang="es"),
    }
    (score,) = graph.subjects(V.unknownMetric, V["score.validity"])
    texts = {str(graph.value(body, RDF.value)) for body in graph.objects(score, OA.hasBody)}
    assert texts == {"Nothing in it could be measured.", "No se pudo medir nada de ella."}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_unknown(value: float) -> None:
    row = {"metric": "metadata.core", "metric_version": "1", "computed_on": KEY, "value": value, "reason": ""}
    graph = graph_of(measurements=[row])
    assert value_of(graph, V["metadata.core.v1"], D["dataset"]) is None
    assert list(graph.subjects(V.unknownMetric, V["metadata.core.v1"]))


def test_a_sentence_is_in_each_language_in_which_it_is_known() -> None:
    graph = graph_of()
    (failed,) = graph.subjects(DCT.identifier, Literal("contracts_register.id.unique"))
    texts = {graph.value(body, RDF.value) for body in graph.objects(failed, OA.hasBody)}
    assert texts == {
        Literal("Contract identifier is not repeated: 4 of 1\u202f248 rows do not meet it.", lang="en"),
        Literal("El identificador del contrato no se repite: 4 de 1\u202f248 filas no cumplen.", lang="es"),
    }
    assert (failed, V.outcome, V["outcome.failed"]) in graph
    assert (failed, OA.hasTarget, D["file.csv"]) in graph


def test_what_the_mqa_asks_in_the_same_words_is_answered_as_its_own_metric() -> None:
    graph = graph_of()
    assert value_of(graph, PV.keywordAvailability, D["dataset"]) == Literal(True)
    assert value_of(graph, PV.formatAvailability, D["file.csv"]) == Literal(True)
    assert value_of(graph, PV.spatialAvailability, D["dataset"]) is None  # unknown
    assert value_of(graph, PV.scoring, D["dataset"]) is None  # ours differs, and is told as ours
    closest = shacl.same(vocabulary_of(facts()).turtle(), vocabulary_of(facts()).jsonld())
    assert closest.value(V["scale.mqa.all.v1"], SKOS.closeMatch) == PV.scoring
    assert closest.value(V["scale.mqa.findability"], SKOS.exactMatch) == PV.findability


def test_a_file_without_a_format_is_false_for_the_mqa_and_an_unknown_scale_says_nothing() -> None:
    assert value_of(graph_of(file={"format": None}), PV.formatAvailability, D["file.csv"]) == Literal(False)
    assert list(graph_of(scales=[]).subjects(DQV.isMeasurementOf, PV.formatAvailability)) == []


def test_every_item_of_the_mqa_scale_is_mapped_once() -> None:
    (scale,) = (it for it in load_scales(packaged_expectations()).scales if it.key == mqa.SCALE)
    items = [item.key for part in scale.parts for item in part.items]
    assert sorted([*mqa.SAME, *mqa.SAME_OF_FILES, *mqa.CLOSE]) == sorted(items)
    assert [part.key for part in scale.parts] == list(mqa.DIMENSIONS)
    theirs = [
        *mqa.SAME.values(),
        *(it for it, _ in mqa.SAME_OF_FILES.values()),
        *(it[0] for it in mqa.CLOSE.values()),
    ]
    assert len(set(theirs)) == len(theirs)
    assert set(mqa.MEASURED) == {*mqa.SAME.values(), *(it for it, _ in mqa.SAME_OF_FILES.values())}


def test_another_version_of_a_metric_is_another_metric_and_is_defined() -> None:
    row = {
        "metric": "timeliness.current",
        "metric_version": "1",
        "computed_on": FILE,
        "value": 0.5,
        "reason": "",
    }
    found = facts(measurements=[row])
    graph = shacl.same(vocabulary_of(found).turtle(), vocabulary_of(found).jsonld())
    assert value_of(graph_of(measurements=[row]), V["timeliness.current.v1"], D["file.csv"]) == Literal(0.5)
    assert (
        V["timeliness.current.v1"],
        URIRef("http://www.w3.org/2002/07/owl#deprecated"),
        Literal(True),
    ) in graph
    newest = V["timeliness.current.v3"]
    assert (newest, RDF.type, DQV.Metric) in graph
    assert graph.value(newest, SKOS.definition) != graph.value(V["timeliness.current.v1"], SKOS.definition)


def test_a_file_whose_address_is_none_is_measured_but_is_no_distribution() -> None:
    graph = graph_of(file={"download_url": "javascript:alert(1)"}, snapshot={"final_url": None})
    assert (D["file.csv"], RDF.type, DCAT.Distribution) not in graph
    assert list(graph.objects(None, DCAT.distribution)) == []
    assert graph.value(D["file.csv"], V.publishedAddress) == Literal("javascript:alert(1)")
    assert value_of(graph, V["structure.rows.v1"], D["file.csv"]) == Literal(508)


def test_an_address_that_led_somewhere_all_the_same_is_told_by_where_it_led() -> None:
    graph = graph_of(file={"download_url": "datos/contratos.csv"})
    assert graph.value(D["file.csv"], DCAT.accessURL) == URIRef("https://datos.example.org/contratos.csv")
    assert graph.value(D["file.csv"], V.publishedAddress) == Literal("datos/contratos.csv")


def test_what_nobody_knows_is_left_out() -> None:
    empty = dict.fromkeys(facts().described)
    graph = graph_of(described=empty, verdict={"publisher": None, "title": None, "guide_dataset": None})
    assert str(graph.value(D["dataset"], DCT.title)) == KEY
    for term in (DCT.publisher, DCT.issued, DCT.modified, DCT.accrualPeriodicity, DCAT.keyword, DCAT.theme):
        assert graph.value(D["dataset"], term) is None
    assert "None" not in document(facts(described=empty)).turtle()


@pytest.mark.parametrize(
    ("told", "literal"),
    [
        ("2026-03-01", Literal("2026-03-01", datatype=XSD.date)),
        ("2026-03-01T03:00:00-06:00", Literal("2026-03-01T09:00:00+00:00", datatype=XSD.dateTime)),
        ("2026-03-01T03:00:00", Literal("2026-03-01T03:00:00", datatype=XSD.dateTime)),
        ("1 de marzo", None),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_date_is_told_only_when_it_is_one(told: str, literal: Literal | None) -> None:
    assert graph_of(described={"modified": told}).value(D["dataset"], DCT.modified) == literal


def test_names_stand_below_the_address_and_lead_to_the_file(published: Path, tmp_path: Path) -> None:
    address = "https://datos.example.org/veedor/"
    with asking.opened(published) as connection:
        files.write(connection, tmp_path / "dqv", Names(address), "Secretaría de Prueba")
    catalog = Graph().parse(tmp_path / "dqv/catalog.ttl")
    listed = set(catalog.objects(None, DCAT.dataset))
    assert len(listed) == len(KEYS)
    for name in listed:
        path, _, fragment = str(name).removeprefix(address).partition("#")
        graph = Graph().parse(tmp_path / path)
        assert fragment == "dataset"
        assert (name, RDF.type, DCAT.Dataset) in graph
        for metric in set(graph.objects(None, DQV.isMeasurementOf)):
            assert str(metric).startswith((f"{address}dqv/metrics.ttl#", str(PV)))
    assert Literal("Secretaría de Prueba") in set(catalog.objects())


def test_a_past_night_is_told_as_it_was(published: Path, tmp_path: Path) -> None:
    night = run_folders.nights()[0]
    with asking.opened(published) as connection:
        files.write(connection, tmp_path, Names(), formats=("ttl",), night=night)
    assert not list(tmp_path.rglob("*.jsonld"))
    graph = Graph().parse(tmp_path / "dataset/federal/contratos.ttl")
    dates = {it.toPython() for it in graph.objects(None, DCT.date)}
    assert dates == {night}
    outcome = next(graph.objects(next(graph.subjects(V.outcome)), V.outcome))
    assert outcome == V["outcome.passed"]


def test_a_dataset_or_night_that_is_not_there_is_an_error_that_says_where_to_look(
    published: Path, tmp_path: Path
) -> None:
    with pytest.raises(QueryError, match="federal/nada"):
        files.one(published, "federal/nada", Names())
    with pytest.raises(QueryError, match="1999-01-01"):
        files.one(published, KEY, Names(), date(1999, 1, 1))
    with asking.opened(published) as connection, pytest.raises(QueryError, match="1999-01-01"):
        files.write(connection, tmp_path, Names(), night=date(1999, 1, 1))
    assert list(tmp_path.iterdir()) == []


def test_json_ld_asks_nobody_for_its_context() -> None:
    context = json.loads(document(facts()).jsonld())["@context"]
    assert isinstance(context, dict)
    assert context["computedOn"] == {"@id": "dqv:computedOn", "@type": "@id"}


def test_writing_needs_no_rdflib(published: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys; from pathlib import Path; from pipelines.site.dqv import files, names\n"
        f"text = files.one(Path({str(published)!r}), {KEY!r}, names.Names()).turtle()\n"
        "assert 'rdflib' not in sys.modules and len(text) > 1000"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_properties_of_ours_say_what_they_are(written: Path) -> None:
    metrics = Graph().parse(written / "metrics.ttl")
    for name in metrics.subjects(RDF.type, RDF.Property):
        assert {text.language for text in metrics.objects(name, RDFS.comment)} == {"en", "es"}  # type: ignore[union-attr]


def test_files_of_datasets_that_are_gone_are_removed(site: Path, tmp_path: Path) -> None:
    from pipelines.site.build import build

    public = Path(shutil.copytree(site, tmp_path / "public"))
    stale = public / "dqv/dataset/federal/antiguo.ttl"
    stale.write_text("", encoding="utf-8")
    build(public)
    assert not stale.exists()
    assert (public / "dqv/dataset/federal/contratos.ttl").exists()
