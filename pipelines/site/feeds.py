"""Feeds: what began and what ended, as Atom (RFC 4287) and as JSON Feed 1.1, in each language.

Belongs here: the two documents. They are some thirty lines above the standard library, which is less than any library
for feeds asks of whoever installs it; tests read them back with a reader of feeds. Does not belong here: which
incidents there are (`standing`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree import ElementTree

from pipelines.site.standing import Standing
from pipelines.site.untrusted import harmless
from pipelines.site.words import Words

ATOM = "http://www.w3.org/2005/Atom"
NEWEST = 50


@dataclass(frozen=True)
class Item:
    """One thing that happened, in one language."""

    id: str
    night: date
    title: str
    text: str
    author: str
    path: str | None


def items(standing: Standing, words: Words) -> list[Item]:
    """What began or ended last, newest first."""
    found = []
    for row in standing.newest_incidents[:NEWEST]:
        entry = standing.entry_of.get(row["dataset"])
        ended = row["state"] == "resolved" and row["resolved_on"] is not None
        said = words.own(row, "summary")[0] or row["condition"]
        title = entry.title if entry else row["dataset"]
        what = (
            words.name("resolutions", row["resolution"])
            if ended
            else words.name("severities", row["severity"])
        )
        found.append(
            Item(
                id=f"urn:veedor:incident:{row['incident']}:{'ended' if ended else 'opened'}",
                night=row["resolved_on"] if ended else row["opened_on"] or row["night"],
                title=_plain(f"{what.capitalize()}: {title}"),
                text=_plain(said),
                author=_plain((entry.publisher if entry else "") or row["dataset"]),
                path=entry.path if entry else None,
            )
        )
    return found


def atom(found: Sequence[Item], words: Words, address: str | None, newest: date | None) -> str:
    """The feed as Atom; `address` is that of the public folder, without which its links are relative."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": words.language})
    if address:
        feed.set("{http://www.w3.org/XML/1998/namespace}base", f"{address}{words.language}/")
    _add(feed, "id", f"urn:veedor:incidents:{words.language}")
    _add(feed, "title", words.texts["feed_title"])
    _add(feed, "updated", _instant(max((it.night for it in found), default=newest or date(1970, 1, 1))))
    _add(feed, "generator", "Veedor")
    ElementTree.SubElement(feed, _name("author")).append(_text("name", "Veedor"))
    _link(feed, "self", "incidents.atom", "application/atom+xml")
    _link(feed, "alternate", "incidents.html", "text/html")
    for it in found:
        entry = ElementTree.SubElement(feed, _name("entry"))
        _add(entry, "id", it.id)
        _add(entry, "title", it.title)
        _add(entry, "updated", _instant(it.night))
        ElementTree.SubElement(entry, _name("author")).append(_text("name", it.author))
        _link(entry, "alternate", it.path or "incidents.html", "text/html")
        _add(entry, "summary", it.text)
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, encoding="unicode")}\n'


def json_feed(found: Sequence[Item], words: Words, address: str | None) -> str:
    """The feed as JSON Feed 1.1."""
    base = f"{address or ''}{f'{words.language}/' if address else ''}"
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": words.texts["feed_title"],
        "language": words.language,
        "home_page_url": f"{base}incidents.html",
        "feed_url": f"{base}incidents.feed.json",
        "items": [
            {
                "id": it.id,
                "url": f"{base}{it.path or 'incidents.html'}",
                "title": it.title,
                "content_text": it.text,
                "date_published": _instant(it.night),
                "authors": [{"name": it.author}],
            }
            for it in found
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _plain(text: str) -> str:
    """Of one line, without what XML cannot hold."""
    return " ".join(str(harmless(text)).encode("utf-8", "replace").decode().split()).translate(_NO_XML)


_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF), 0xFFFD)


def _instant(night: date) -> str:
    return f"{night.isoformat()}T00:00:00Z"


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _text(tag: str, text: str) -> ElementTree.Element:
    element = ElementTree.Element(_name(tag))
    element.text = text
    return element


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    parent.append(_text(tag, text))


def _link(parent: ElementTree.Element, rel: str, href: str, kind: str) -> None:
    ElementTree.SubElement(parent, _name("link"), {"rel": rel, "href": href, "type": kind})
