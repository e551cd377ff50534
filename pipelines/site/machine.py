"""For programs: what a page says as JSON, as schema.org has it, and the lists by which others find the pages.

Belongs here: the forms. Does not belong here: linked data (`dqv`), feeds, what a page says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from pipelines.site.badge import path_of as badge_path
from pipelines.site.dqv import describe, names
from pipelines.site.page import DatasetPage
from pipelines.site.stretches import Stretch
from pipelines.site.untrusted import harmless, http_iri
from pipelines.site.words import LANGUAGES

# Of a sitemap: https://www.sitemaps.org/protocol.html
MOST_ADDRESSES = 50_000


def as_json(data: Mapping[str, Any]) -> str:
    """`data` for programs, on one line: dates as ISO 8601, no character that acts on the text around it."""
    return json.dumps(_plain(data), ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if type(value) is str:
        return value if value.isprintable() else harmless(value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(it) for key, it in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(it) for it in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    return value


def dataset(page: DatasetPage) -> dict[str, Any]:
    """One dataset's page. Its measurements, expectations and files in full are in its linked data, which it names."""
    entry, described = page.entry, page.described
    return {
        "dataset": entry.key,
        "title": entry.title,
        "publisher": entry.publisher,
        "country": entry.country,
        "guide_dataset": entry.guide,
        "license": described.get("license"),
        "landing_page": described.get("landing_page"),
        "since": entry.since,
        "last_night": entry.night if entry.stale else None,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "critical_failed": page.verdict["critical_failed"],
        "warning_failed": page.verdict["warning_failed"],
        "scores": [
            {
                name: row[name]
                for name in ("category", "dimension", "score", "rules", "explanation_en", "explanation_es")
            }
            for rows in page.dimensions.values()
            for row in rows
        ],
        "categories": entry.scores,
        "history": [_stretch(it, now=it is page.history[-1] and not entry.stale) for it in page.history],
        "files": [
            {name: row[name] for name in ("distribution", "url", "sha256", "bytes", "fault_kind")}
            for row in page.files
        ],
        "incidents": [
            {
                name: row[name]
                for name in ("incident", "condition", "state", "severity", "opened_on", "resolved_on")
            }
            for row in page.incidents
        ],
        "pages": {language: f"{language}/{entry.path}" for language in LANGUAGES},
        "badges": {language: f"{language}/{badge_path(entry)}" for language in LANGUAGES},
        "linked_data": f"{names.FOLDER}/{names.path_of(entry.key)}.jsonld",
    }


def _stretch(it: Stretch, now: bool) -> dict[str, Any]:
    """Nights alike; the last of them is left open while it is the newest, which the JSON of the home page names."""
    return {
        "first": it.first,
        "last": None if now else it.last,
        "outcome": it.outcome,
        "scores": it.scores,
        "rules": it.rules,
    }


def schema_org(page: DatasetPage, language: str, address: str | None) -> str:
    """The dataset as https://schema.org/Dataset, for search engines; fit to stand inside a script element."""
    described, entry = page.described, page.entry
    license = described.get("license")
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": entry.title,
        "description": describe.description(page.verdict)[language],
        "identifier": described.get("identifier") or entry.key,
        "url": f"{address}{language}/{quote(entry.path)}" if address else None,
        "sameAs": http_iri(described.get("landing_page")),
        "creator": {"@type": "Organization", "name": entry.publisher} if entry.publisher else None,
        "license": http_iri(license) or ({"@type": "CreativeWork", "name": license} if license else None),
        "keywords": [it for it in described.get("keywords") or [] if it.strip()],
        "spatialCoverage": described.get("spatial"),
        "temporalCoverage": described.get("temporal"),
        "dateModified": described.get("modified"),
        "datePublished": described.get("issued"),
        "inLanguage": described.get("language"),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": row["title"] or row["distribution"],
                "contentUrl": url,
                "encodingFormat": row["format"],
                "sha256": row["sha256"],
            }
            for row in page.files
            if (url := http_iri(row["url"]))
        ],
    }
    said = json.dumps(_known(_plain(found)), ensure_ascii=False)
    return said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _known(value: Any) -> Any:
    """Without what is not known."""
    if isinstance(value, dict):
        return {key: _known(it) for key, it in value.items() if it not in (None, "", [])}
    return [_known(it) for it in value] if isinstance(value, list) else value


def sitemaps(paths: Iterable[str], address: str) -> dict[str, str]:
    """Every page with its other languages: `sitemap.xml`, and when that is not enough the maps that it names."""
    pages = sorted({path.partition("/")[2] for path in paths})
    entries = [_entry(path, language, address) for path in pages for language in LANGUAGES]
    maps = [entries[at : at + MOST_ADDRESSES] for at in range(0, len(entries), MOST_ADDRESSES)]
    if len(maps) == 1:
        return {"sitemap.xml": _map(maps[0])}
    named = {f"sitemap-{number}.xml": _map(found) for number, found in enumerate(maps, 1)}
    index = "".join(f"<sitemap><loc>{escape(address)}{name}</loc></sitemap>\n" for name in named)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return {**named, "sitemap.xml": f"{head}\n{index}</sitemapindex>\n"}


def _entry(path: str, language: str, address: str) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{it}" href="{escape(f"{address}{it}/{quote(path)}")}"/>'
        for it in LANGUAGES
    )
    return f"<url><loc>{escape(f'{address}{language}/{quote(path)}')}</loc>{others}</url>\n"


def _map(entries: Iterable[str]) -> str:
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    )
    return f"{head}{''.join(entries)}</urlset>\n"


def robots(address: str | None) -> str:
    """Everybody may read everything; it counts at the root of a host."""
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {address}sitemap.xml\n" if address else "")
