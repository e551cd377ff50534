"""GeoJSON (RFC 7946): one row a feature, its properties as columns, its geometry as type and as JSON text.

Belongs here: feature collections, single features and lines of features, also those of ArcGIS's own JSON, whose
properties are called `attributes`. Does not belong here: geometry itself, or JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.json_records import finished
from pipelines.tables.json_source import Found
from pipelines.tables.json_values import dumped, flatten
from pipelines.tables.table import Table
from pipelines.tables.workspace import Records, Workspace

_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}


def unpacked(value: Any) -> list[Any] | None:
    """The features of a collection, or a single one; None for what holds no features.

    Raises `ReadFault` for a geometry without properties and for TopoJSON, which hold no table.
    """
    if not isinstance(value, Mapping):
        return None
    kind, features = str(value.get("type")), value.get("features")
    if isinstance(features, list) and (
        kind == "FeatureCollection" or _is_of_arcgis(next(iter(features), None))
    ):
        return features
    if recognises(value):
        return [value]
    if kind == "Topology" and "arcs" in value:
        raise ReadFault(
            FaultKind.NO_TABLE, "The file is TopoJSON: a drawing, not a table.", "Publish GeoJSON, or CSV."
        )
    if kind in _GEOMETRIES and ("coordinates" in value or "geometries" in value):
        raise ReadFault(
            FaultKind.NO_TABLE,
            f"The file is one bare geometry ({kind}) without properties.",
            "Publish a FeatureCollection whose features have properties, or CSV.",
        )
    return None


def recognises(value: Any) -> bool:
    """Whether an object is a feature."""
    named = isinstance(value, Mapping) and value.get("type") == "Feature"
    return (named and bool({"properties", "geometry"} & value.keys())) or _is_of_arcgis(value)


def _is_of_arcgis(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("attributes"), Mapping)
        and value.keys() <= {"attributes", "geometry"}
    )


def read(source: Found, space: Workspace) -> list[Table]:
    """Put features into one table. Raises `ReadFault` when there is none."""
    table = Records(space, space.relation())
    for number, item in source.items:
        if not recognises(item):
            source.lose(number)
            continue
        row: dict[str, str | None] = {}
        if "id" in item:
            row["id"] = dumped(item["id"]) if isinstance(item["id"], list | dict) else str(item["id"])
        properties = item.get("properties", item.get("attributes"))
        flat, arrays = flatten(properties if isinstance(properties, Mapping) else {})
        row.update(flat)
        row.update({name: dumped(array) if array else None for name, array in arrays})
        geometry = item.get("geometry")
        known = isinstance(geometry, Mapping)
        kind = geometry.get("type") if known else None  # ArcGIS tells it once, of the whole layer
        if "geometry" in item or "attributes" not in item:  # GeoJSON always has one, if only null
            row["geometry/type"] = None if kind is None else str(kind)
            row["geometry"] = dumped(geometry) if known else None
        table.add(number, row)
    if not table.rows:
        raise source.broken or ReadFault(
            FaultKind.NO_TABLE, "The GeoJSON holds no features.", "Publish features with properties."
        )
    return [finished(table, source, "features", "geojson")]
