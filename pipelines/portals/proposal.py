"""A source proposed from what a probe found, ready to stand in sources.yaml.

Belongs here: names and ids for the entry, and joining a source that is declared already. Does not belong here:
finding anything out (`probe`), or writing it (`sources_entry`).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import SourcesError
from pipelines.portals.files import slug
from pipelines.portals.probe import Probe
from pipelines.sources import Source, Sources
from pipelines.sources_values import SLUG

MAX_ID = 63
# Identifiers that tell a person nothing: UUIDs, hashes, and the 4x4 of Socrata
NO_NAME = re.compile(r"[0-9a-f-]{20,}|[0-9a-z]{4}-[0-9a-z]{4}|[0-9]+")


def propose(
    found: Probe,
    known: Sources,
    *,
    dataset: str | None = None,
    guide_dataset: str | None = None,
    publisher: str | None = None,
    email: str | None = None,
) -> Source:
    """The entry for the dataset that was found; it bears the id of a declared source of the same portal and publisher.

    `dataset` is its id, else one is made of its name. `guide_dataset`, `publisher` and `email` of the owner are the
    operator's words. Raises `SourcesError` when the address is of no dataset, or one of these words is not valid.
    """
    if found.dataset is None:
        raise SourcesError(
            f"{found.url} is the address of a portal ({found.kind}), not of one of its datasets.",
            "Open the dataset's page at the portal and give its address.",
        )
    host = urlsplit(found.portal.url).netloc.rpartition("@")[2]
    name = publisher or found.dataset.publisher.name or found.portal.title or host
    url = None if found.kind == "direct" else found.portal.url
    ours = [it for it in known.sources if (it.portal, it.url, it.publisher.name) == (found.kind, url, name)]
    entry: dict[str, Any] = {
        "id": ours[0].id if ours else _new_id(slug(host, MAX_ID), {it.id for it in known.sources}),
        "portal": found.kind,
        **({"url": url} if url else {}),
        "publisher": {"name": name[:500]},
        "owner": {
            "name": (found.dataset.contact_point.name or name)[:500],
            **({"email": email} if email else {}),
        },
        "datasets": [_dataset(found, dataset, guide_dataset)],
    }
    return _checked(entry)


def _dataset(found: Probe, id_: str | None, guide_dataset: str | None) -> dict[str, Any]:
    told = found.dataset
    assert told is not None
    title = told.title.strip()
    name = found.identifier or ""
    telling = SLUG.match(name) and not NO_NAME.fullmatch(name)
    made = name if telling else slug(title.rpartition(".")[0] or title, 40)
    entry: dict[str, Any] = {"id": id_ or made or "dataset"}
    if found.kind == "direct":
        (file,) = told.distributions
        format_ = file.format or "file"
        entry |= {"title": title or entry["id"]}
        files = [{"id": slug(format_) or "file", "url": file.download_url}]
        if file.format:
            files[0]["format"] = file.format
        entry["distributions"] = files
    elif found.identifier != entry["id"]:
        entry["identifier"] = found.identifier
    if guide_dataset:
        entry["guide_dataset"] = guide_dataset
    return entry


def _new_id(wanted: str, taken: set[str]) -> str:
    wanted = wanted or "source"
    number = 1
    candidate = wanted
    while candidate in taken:
        number += 1
        ending = f"-{number}"
        candidate = wanted[: MAX_ID - len(ending)] + ending
    return candidate


def _checked(entry: dict[str, Any]) -> Source:
    from pydantic import ValidationError

    try:
        return Source.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SourcesError(
            f"the new entry would not be valid: {where}: {first['msg'].removeprefix('Value error, ')}.",
            "Give it in other words with the options of the command.",
        ) from error
