"""XML, by its root element: a standard with a reader of its own, records, or no table at all.

Belongs here: the choice. Does not belong here: reading any of them.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.record_path import steps
from pipelines.tables import iati, spreadsheetml, xml_records
from pipelines.tables.header import clean
from pipelines.tables.part import NotThere
from pipelines.tables.table import Table
from pipelines.tables.workspace import Workspace
from pipelines.tables.xml_outline import outline
from pipelines.tables.xml_source import local

_NOT_A_TABLE = {
    "RDF": "a graph (RDF)",
    "svg": "a picture (SVG)",
    "kml": "a map (KML)",
    "html": "a web page (XHTML)",
    "stylesheet": "a stylesheet (XSLT)",
    "schema": "a schema (XSD)",
    "package": "an Office document",
    "CoverageDescriptions": "the description of a map service",
}
_ERRORS = {"Error", "ExceptionReport", "ServiceExceptionReport", "fault", "Fault"}


def read(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    """Read the records of an XML file. Raises `ReadFault` when its root says that it is something else.

    Elements that are asked for by their path are the records, whatever the root says.
    """
    found = outline(path)
    name, root = next(iter(found.top.children.items()))
    plain = local(name)
    if plain in _ERRORS and root.count == 1 and not found.ended.fault:
        raise ReadFault(
            FaultKind.NOT_WHAT_WAS_PROMISED,
            f"The server sent an error message instead of data: <{clean(name)[:100]}>.",
            "Open the address in a browser; correct it, or publish the file again.",
        )
    if asked := space.hint.part.record_path:
        records = found.at(steps(asked), from_root=asked.startswith("/"))
        if not records:
            raise NotThere("The XML has no elements at", asked, "record_path", found.places())
        return xml_records.read(path, space, found, records, "xml", xml_records.Children())
    if plain in _NOT_A_TABLE or plain.endswith("_Capabilities"):
        what = _NOT_A_TABLE.get(plain, "the description of a map service")
        raise ReadFault(
            FaultKind.UNKNOWN_FORMAT,
            f"The XML is {what}, which is not read as a table.",
            "Publish the records as CSV, XLSX or JSON.",
        )
    if spreadsheetml.recognises(path, plain):
        return spreadsheetml.read(path, space)
    if iati.record_of(name):
        return iati.read(path, space, found)
    if not root.structured:
        raise found.ended.fault or ReadFault(
            FaultKind.NO_TABLE, "The XML holds no records.", "Publish records with fields."
        )
    return xml_records.read(path, space, found, found.records(), "xml", xml_records.Children())
