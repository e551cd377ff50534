"""Description: a dataset and its files as DCAT has them, as far as the facts are known.

Belongs here: what of the history's `dataset`, `distribution` and `snapshot` is told in which property. Does not belong
here: quality (`measurements`). DCAT-AP 3 makes title and description of a dataset mandatory, and an access URL of a
distribution: a file whose address is no address is not called a distribution. What nobody knows is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from re import fullmatch
from typing import Any

from pipelines.site.dqv import authority, names
from pipelines.site.untrusted import http_iri

Row = Mapping[str, Any]


def dataset(described: Row, verdict: Row, files: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """dcat:Dataset. `described` is the newest description up to the night, empty when there never was one."""
    themes = [iri for theme in described.get("themes") or [] if (iri := http_iri(theme))]
    return {
        "@id": name,
        "@type": "dcat:Dataset",
        "title": title(verdict),
        "description": description(verdict),
        "identifier": described.get("identifier") or verdict["dataset"],
        "publisher": agent(verdict["publisher"]),
        "contactPoint": _contact(described.get("contact_name")),
        "keyword": [it for it in dict.fromkeys(described.get("keywords") or []) if it.strip()],
        "theme": list(dict.fromkeys(themes)),
        "subject": guide(verdict["guide_dataset"]),
        "language": authority.language(described.get("language")),
        "landingPage": http_iri(described.get("landing_page")),
        "page": http_iri(described.get("data_dictionary")),
        "accrualPeriodicity": authority.frequency(
            described.get("accrual_periodicity_days"), described.get("accrual_periodicity")
        ),
        "spatial": thing(described.get("spatial"), "dct:Location"),
        "temporal": thing(described.get("temporal"), "dct:PeriodOfTime"),
        "accessRights": thing(described.get("access_rights"), "dct:RightsStatement"),
        **dated("issued", described.get("issued")),
        **dated("modified", described.get("modified")),
        "distribution": [it["@id"] for it in files if it["@type"] == "dcat:Distribution"],
    }


def title(verdict: Row) -> str:
    """As published, else our key: a dataset that was never described has a name, too."""
    return str(verdict["title"] or "").strip() or str(verdict["dataset"])


def description(verdict: Row) -> dict[str, str]:
    """In our words: the history does not keep the publisher's."""
    publisher = str(verdict["publisher"] or "").strip()
    by = {"en": f", published by {publisher}", "es": f", publicado por {publisher}"} if publisher else {}
    stands = {
        "en": "It stands for “{}” of the 30 datasets of the Open Up Guide. ",
        "es": "Corresponde a «{}» de los 30 conjuntos de la Guía de Apertura Anticorrupción. ",
    }
    ends = {
        "en": "Described by Veedor, which measures its quality.",
        "es": "Descripción de Veedor, que mide su calidad.",
    }
    quoted = {"en": f"“{title(verdict)}”", "es": f"«{title(verdict)}»"}
    found = {}
    for language in ("en", "es"):
        of_guide = verdict[f"guide_title_{language}"]
        sentence = stands[language].format(of_guide) if of_guide else ""
        found[language] = f"{quoted[language]}{by.get(language, '')}. {sentence}{ends[language]}"
    return found


def guide(key: str | None) -> str | None:
    """The concept of the guide's dataset in our vocabulary."""
    return f"v:{names.local('guide', key)}" if key else None


def file(described: Row, snapshot: Row, dataset: Row) -> dict[str, Any]:
    """dcat:Distribution of one file; `described` or `snapshot` may be empty. The licence is the dataset's."""
    published = described.get("download_url") or snapshot.get("url")
    # An address that redirects stays the published one; one that is no IRI may have led to one all the same.
    address = http_iri(published) or http_iri(snapshot.get("final_url"))
    size = described.get("byte_size") if described.get("byte_size") is not None else snapshot.get("bytes")
    format_ = described.get("format")
    return {
        "@id": names.distribution(described.get("distribution") or snapshot["distribution"]),
        "@type": "dcat:Distribution" if address else "prov:Entity",
        "title": described.get("title"),
        "accessURL": address,
        "downloadURL": address,
        "publishedAddress": None if http_iri(published) else published,
        "format": authority.file_type(format_) or _labelled(format_, "dct:MediaTypeOrExtent"),
        "mediaType": authority.media_type(described.get("media_type")),
        "byteSize": size if size is not None and size >= 0 else None,
        "checksum": _checksum(snapshot.get("sha256")),
        "license": thing(dataset.get("license"), "dct:LicenseDocument"),
        "rights": thing(dataset.get("rights"), "dct:RightsStatement"),
        **dated("issued", described.get("issued")),
        **dated("modified", described.get("modified")),
    }


def agent(name: str | None) -> dict[str, Any] | None:
    """foaf:Agent, which has a name."""
    return {"@type": "foaf:Agent", "name": name} if (name or "").strip() else None


def thing(told: str | None, kind: str) -> str | dict[str, Any] | None:
    """Something that was published by its address, or in words: then it has no name of its own."""
    return http_iri(told) or _labelled(told, kind)


def dated(term: str, told: str | None) -> dict[str, str]:
    """A published date under the term of its kind; what is no date of ISO 8601 is left out."""
    text = (told or "").strip()
    try:
        if fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return {f"{term}Day": date.fromisoformat(text).isoformat()}
        instant = datetime.fromisoformat(text)
        return {
            f"{term}Instant": (instant if instant.tzinfo is None else instant.astimezone(UTC)).isoformat()
        }
    except (ValueError, OverflowError):
        return {}


def _contact(name: str | None) -> dict[str, Any] | None:
    return {"@type": "vcard:Kind", "contactName": name} if (name or "").strip() else None


def _labelled(text: str | None, kind: str) -> dict[str, Any] | None:
    return {"@type": kind, "label": text} if (text or "").strip() else None


def _checksum(sha256: str | None) -> dict[str, Any] | None:
    if not fullmatch(r"[0-9a-f]{64}", sha256 or ""):
        return None
    return {
        "@type": "spdx:Checksum",
        "algorithm": "spdx:checksumAlgorithm_sha256",
        "checksumValue": sha256,
    }
