"""Authority tables of the EU that DCAT-AP 3 asks for: our facts in their terms, where one means the same.

Belongs here: frequency, language, file type and media type. Does not belong here: reading what publishers wrote, which
`portals` has done; what no term fits is left out or told in words. The tables are the Publications Office's
(publications.europa.eu/resource/authority).
"""

from __future__ import annotations

import re

from pipelines.site.untrusted import http_iri

AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types"
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]{0,120}")

# Days from and to: a month may have been taken to be of 28 to 31 days.
_FREQUENCIES = (
    *((0.9, 1.1, "DAILY"), (3.4, 3.6, "WEEKLY_2"), (6.9, 7.1, "WEEKLY"), (13.9, 14.1, "BIWEEKLY")),
    *((15, 15.5, "MONTHLY_2"), (28, 31, "MONTHLY"), (59, 62, "BIMONTHLY"), (89, 92, "QUARTERLY")),
    *((120, 123, "ANNUAL_3"), (180, 184, "ANNUAL_2"), (360, 367, "ANNUAL"), (729, 732, "BIENNIAL")),
    (1094, 1097, "TRIENNIAL"),
)
_LANGUAGES = {
    **{"es": "SPA", "en": "ENG", "fr": "FRA", "pt": "POR", "de": "DEU", "it": "ITA"},
    **{"ca": "CAT", "nl": "NLD", "uk": "UKR", "ru": "RUS", "pl": "POL", "ro": "RON"},
}
# Formats whose name in the table is not their own in capitals.
_FILE_TYPES = {
    **{name: name.upper() for name in ("csv", "json", "xml", "xls", "xlsx", "ods", "zip", "pdf", "html")},
    **{
        name: name.upper()
        for name in ("geojson", "tsv", "txt", "shp", "kml", "docx", "doc", "odt", "parquet")
    },
    **{"htm": "HTML", "ttl": "RDF_TURTLE", "rdf": "RDF_XML", "jsonld": "JSON_LD", "json-ld": "JSON_LD"},
}


def frequency(days: float | None, declared: str | None) -> str | None:
    """The term for how often data change; None when there is none, or nobody said."""
    if (declared or "").startswith(f"{AUTHORITY}/frequency/"):
        return http_iri(declared)
    for least, most, code in _FREQUENCIES:
        if days is not None and least <= days <= most:
            return f"{AUTHORITY}/frequency/{code}"
    return None


def language(code: str | None) -> str | None:
    """The term for a language by its ISO 639-1 code."""
    found = _LANGUAGES.get((code or "").strip().casefold()[:2])
    return f"{AUTHORITY}/language/{found}" if found else None


def file_type(declared: str | None) -> str | None:
    """The term for a format as portals name it: "csv", ".CSV"."""
    found = _FILE_TYPES.get((declared or "").strip().strip(".").casefold())
    return f"{AUTHORITY}/file-type/{found}" if found else None


def media_type(declared: str | None) -> str | None:
    """IANA's address of a media type, without its parameters; None for what is none."""
    name = (declared or "").partition(";")[0].strip().casefold()
    if not _MEDIA_TYPE.fullmatch(name) or "^" in name:
        return None
    return f"{MEDIA_TYPES}/{name.replace('#', '%23')}"
