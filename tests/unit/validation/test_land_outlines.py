"""What the land register's rules say of outlines: any form that publishers write, and forms that nobody should.

Belongs here: the SQL of `expectations/land_register/rules.yaml` on outlines of known size. That each rule fails alone
is `test_rules`' matter.
"""

from __future__ import annotations

from pipelines.settings import packaged_expectations
from pipelines.validation.suites import load_suite
from tests.suite_samples import validated

CLOSED, AREA, FORM = (
    "land_register.geometry.closed",
    "land_register.geometry_and_area_and_unit.area_as_drawn",
    "land_register.geometry.a_polygon",
)
# A hundredth of a degree at the equator on either side is 1.2364 square kilometres; 100 metres by 200 are 2 hectares.
DEGREES = "POLYGON ((0 0, 0.01 0, 0.01 0.01, 0 0.01, 0 0))"
METRES = "POLYGON((500000 1880000, 500100 1880000, 500100 1880200, 500000 1880200, 500000 1880000))"
GEOJSON = '{"type": "Polygon", "coordinates": [[[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0.0]]]}'
RAISED = '{"type": "Polygon", "coordinates": [[[0,0,7],[0.01,0,7],[0.01,0.01,7],[0,0.01,7],[0,0,7]]]}'
TINY = '{"type": "Polygon", "coordinates": [[[0, 0], [1e-05, 0], [1e-05, 1e-05], [0, 1e-05], [0, 0]]]}'
SEVERAL = (
    '{"type": "MultiPolygon", "coordinates": [[[[0,0],[1,0],[1,1],[0,0]]], [[[5,5],[6,5],[6,6],[5,5]]]]}'
)
HOLE = "POLYGON ((0 0, 0.01 0, 0.01 0.01, 0 0.01, 0 0), (0.001 0.001, 0.002 0.001, 0.002 0.002, 0.001 0.001))"
SOUND = [
    (DEGREES, "1236400", "m2"),
    (DEGREES, "123.64", "ha"),
    (DEGREES, "1.2364", "km2"),
    (DEGREES, "305.5", "acre"),
    (DEGREES, "1150000", "m2"),
    (f"SRID=4326;{DEGREES}", "1236400", "m2"),
    (METRES, "2", "ha"),
    (GEOJSON, "1236400", "m2"),
    (RAISED, "1236400", "m2"),
    (TINY, "1.2364", "m2"),
    # Several rings are not measured, and neither is what has no area.
    (SEVERAL, "1", "m2"),
    (HOLE, "1", "m2"),
    (DEGREES, "", "m2"),
]
UNSOUND = [
    (DEGREES, "1236400", "ha", {AREA}),
    (GEOJSON, "1000000", "m2", {AREA}),
    (METRES, "208941167", "m2", {AREA}),
    ("POLYGON ((1 0, 0.01 0, 0.01 0.01, 0 0.01, 0 0))", "1236400", "m2", {CLOSED}),
    ("POLYGON ((0 0, 0.01 0, 0 0))", "1", "m2", {CLOSED}),
    ("POLYGON (())", "1", "m2", {CLOSED}),
    ("POLYGON EMPTY", "1", "m2", {CLOSED, FORM}),
    (GEOJSON[:60], "1236400", "m2", {CLOSED, FORM}),
    ("POINT (0 0)", "1", "m2", {FORM}),
    ("polygon ((" + "9" * 400 + " 1e999, - -, NaN inf))", "1", "m2", {CLOSED, FORM}),
]


def _failed(cases: list[tuple[str, str, str]]) -> list[set[str]]:
    """The rules on outlines that each case breaks, all of them in one table."""
    suite = load_suite(packaged_expectations() / "land_register" / "suite.json")
    rows = [
        {"parcel_id": f"P-{number}", "geometry": geometry, "area": area, "unit": unit}
        for number, (geometry, area, unit) in enumerate(cases)
    ]
    results = [it for it in validated(suite, rows).results if it.key in (CLOSED, AREA, FORM)]
    assert {str(it.outcome) for it in results} <= {"passed", "failed"}
    told = {(example.row, it.key) for it in results for example in it.examples}
    return [{key for row, key in told if row == number} for number in range(2, len(rows) + 2)]


def test_an_outline_of_that_area_passes() -> None:
    assert dict(zip(SOUND, _failed(SOUND), strict=True)) == {case: set() for case in SOUND}


def test_another_one_fails() -> None:
    cases = [case[:3] for case in UNSOUND]
    assert dict(zip(cases, _failed(cases), strict=True)) == {case[:3]: case[3] for case in UNSOUND}
