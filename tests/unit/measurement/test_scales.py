"""Scales of others: points for what is known, none for what nobody knows, and the formulas of their makers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import SuiteError
from pipelines.measurement.evidence import Evidence
from pipelines.measurement.measure import measure
from pipelines.measurement.scale import load_scales
from pipelines.measurement.scale_score import scale_scores
from pipelines.measurement.score import load_weights
from pipelines.model import ContactPoint, EvidenceKind, Outcome, ScaleScore, Severity
from pipelines.settings import packaged_expectations
from pipelines.sources import Attested
from tests.unit.measurement.evidence_of import FILE, dataset, evidence, fault, result, snapshot, validation

SCALES = load_scales(packaged_expectations())
WEIGHTS = load_weights(packaged_expectations())

FULL: dict[str, Any] = {
    "description": "What it holds",
    "contact_point": ContactPoint("O", "datos@ejemplo.gob.mx"),
    "license": "CC-BY-4.0",
    "license_id": "CC-BY-4.0",
    "license_open": True,
    "issued": "2025-01-01",
    "modified": "2026-03-01",
    "keywords": ("a",),
    "themes": ("a",),
    "spatial": "MX",
    "temporal": "2025",
    "access_rights": "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
    "rights": "©",
    "distributions": (replace(FILE, media_type="text/csv", byte_size=10),),
}


def on(of: Evidence) -> dict[tuple[str, str, str], ScaleScore]:
    rows = scale_scores(
        of, measure(of, WEIGHTS.severities), SCALES, WEIGHTS.severities, "contracts_register 1.0.0"
    )
    found = {(it.scale, it.part, it.item): it for it in rows}
    assert len(found) == len(rows)
    return found


def healthy(**changes: Any) -> Evidence:
    return evidence(dataset=dataset(**{**FULL, **changes}), portal="dcat")


def test_a_full_entry_gets_every_point_of_the_european_scale_that_can_be_known() -> None:
    total = on(healthy())[("mqa", "", "")]
    assert (total.points, total.known, total.most) == (375, 375, 405)  # SHACL is not computed
    assert total.title["es"].endswith(": Excelente")


def test_the_european_points_are_those_of_its_makers() -> None:
    (scale,) = (it for it in SCALES.scales if it.key == "mqa")
    assert {part.key: part.most for part in scale.parts} == {
        "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20,
    }  # fmt: skip
    assert all(sum(item.points for item in part.items) == part.most for part in scale.parts)


def test_each_missing_property_costs_its_points() -> None:
    rows = on(healthy(keywords=(), contact_point=ContactPoint("O"), access_rights="ask us"))
    assert rows[("mqa", "findability", "keyword")].points == 0
    assert rows[("mqa", "reusability", "contact_point")].points == 0
    assert rows[("mqa", "reusability", "access_rights")].points == 10
    assert rows[("mqa", "reusability", "access_rights_known")].points == 0
    assert rows[("mqa", "", "")].points == 375 - 30 - 20 - 5


def test_without_a_catalog_metadata_are_unknown_and_get_no_points() -> None:
    rows = on(evidence(dataset=dataset(**FULL), portal="direct"))
    findability = rows[("mqa", "findability", "")]
    assert (findability.points, findability.known, findability.evidence) == (None, 0, EvidenceKind.UNKNOWN)


def test_the_five_rubrics_are_means_of_their_items_and_add_up_to_five() -> None:
    rows = on(
        healthy(
            data_dictionary="https://datos.example/dd",
            attested={"secure_site": True, "change_control": False, "authoritative": True},
        )
    )
    assert rows[("mexico_2019", "availability", "")].points == 1
    assert rows[("mexico_2019", "integrity", "")].points == 0.5
    assert rows[("mexico_2019", "integrity", "")].evidence is EvidenceKind.ATTESTED
    assert rows[("mexico_2019", "processability", "")].points == 1
    assert rows[("mexico_2019", "relevance", "dictionary")].points == pytest.approx(1 / 12, abs=1e-4)
    total = rows[("mexico_2019", "", "")]
    assert total.most == 5
    assert total.points is not None
    assert total.points <= total.known < 5
    assert total.evidence is EvidenceKind.MIXED


def test_nothing_attested_is_unknown_and_a_no_is_a_no() -> None:
    assert on(healthy())[("mexico_2019", "integrity", "")].points is None
    said = on(healthy(attested=dict.fromkeys(("secure_site", "change_control"), False)))
    assert (
        said[("mexico_2019", "integrity", "")].points,
        said[("mexico_2019", "integrity", "")].known,
    ) == (0, 1)


def test_rules_count_for_the_principle_that_they_serve() -> None:
    results = (
        result(Outcome.FAILED, 50.0, key="a", principle="P4", dimension="validity"),
        result(Outcome.PASSED, 0.0, key="b", principle="P2", severity=Severity.INFO),
    )
    rows = on(replace(healthy(), validations=(validation(*results),)))
    whole = sum(item.points for it in SCALES.scales for p in it.parts if p.key == "P4" for item in p.items)
    assert rows[("charter", "P4", "expectations")].points == pytest.approx(50 * 4 / whole, abs=1e-3)
    assert rows[("charter", "P2", "expectations")].points == rows[("charter", "P2", "expectations")].most
    assert rows[("charter", "P1", "expectations")].points is None
    assert ("charter", "", "") not in rows  # never one average


@pytest.mark.parametrize(
    "of",
    [
        healthy(),
        evidence(),
        evidence(portal="direct", reads=(), snapshots=(), validations=()),
        evidence(dataset=dataset(fault=fault()), snapshots=(), reads=(), validations=()),
        evidence(snapshots=(snapshot(sha256=None, fault=fault()),), reads=(), validations=()),
    ],
)
def test_sums_are_sums_and_nothing_unknown_has_points(of: Evidence) -> None:
    rows = on(of)
    parts: dict[tuple[str, str], list[ScaleScore]] = defaultdict(list)
    for (scale, part, item), row in rows.items():
        assert row.points is None or 0 <= row.points <= row.known + 1e-9 <= row.most + 2e-9
        assert (row.points is None) == (row.evidence is EvidenceKind.UNKNOWN) == (row.known == 0)
        assert set(row.title) == {"en", "es"}
        if item:
            parts[(scale, part)].append(row)
    for (scale, part), items in parts.items():
        whole = rows[(scale, part, "")]
        assert whole.most == pytest.approx(sum(it.most for it in items), abs=1e-3)
        assert whole.known == pytest.approx(sum(it.known for it in items), abs=1e-3)
        assert (whole.points or 0) == pytest.approx(sum(it.points or 0 for it in items), abs=1e-3)


def test_a_night_without_an_answer_leaves_availability_unknown() -> None:
    rows = on(evidence(snapshots=(snapshot(sha256=None, fault=fault()),), reads=(), validations=()))
    assert rows[("mqa", "accessibility", "access_url")].points is None


def test_everything_that_can_be_attested_is_asked_for_by_a_scale() -> None:
    asked = {item.attested for it in SCALES.scales for part in it.parts for item in part.items}
    assert asked - {None} == set(Attested.model_fields)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: item.update(metric="no.such_metric"),
        lambda item: item.update(metric="structure.rows"),
        lambda item: item.update(attested="authoritative"),
        lambda item: item.pop("metric"),
        lambda item: item.update(points=0),
        lambda item: item.update(unheard="of"),
    ],
)
def test_scales_that_cannot_be_computed_are_refused(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], object]
) -> None:
    raw = json.loads((packaged_expectations() / "scales.json").read_text(encoding="utf-8"))
    spoil(raw["scales"][0]["parts"][0]["items"][0])
    (tmp_path / "scales.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(SuiteError):
        load_scales(tmp_path)


def test_missing_scales_are_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="scales"):
        load_scales(tmp_path)
