"""`veedor probe URL`: what kind of portal answers behind an address, and what it tells of a dataset.

Belongs here: what is shown. Does not belong here: recognising anything (`portals.probe`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json, table
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.model import Dataset
    from pipelines.portals.probe import Probe
    from pipelines.portals.walk import Walk

Address = Annotated[str, typer.Argument(help="Any address at the portal: front page, dataset, file.")]


def probe(
    url: Address,
    whole: Annotated[
        bool, typer.Option("--walk", help="Read the whole catalog, and say whether that was proven.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recognise the portal behind an address and print what it tells; nothing is recorded or declared."""
    from pipelines.clock import SystemClock
    from pipelines.http_client import HttpClient
    from pipelines.portals.discover import PORTALS
    from pipelines.portals.probe import probe as ask

    clock = SystemClock()
    with HttpClient(Settings.from_env(), clock) as http, err.status("Asking..."):
        found = ask(url, http, clock)
        walked = PORTALS[found.kind].walk(found.portal.url, http, clock) if whole else None
    if as_json:
        print_json({"probe": found, "walk": walked} if whole else found)
        return
    out.print(table(("", ""), _portal(found)))
    if found.dataset is not None:
        _show(found.dataset)
    if walked is not None:
        out.print()
        out.print(table(("", ""), _walked(walked)))
    if found.dataset is not None:
        out.print(f"\nTo watch it: veedor sources add {cell(url)}", soft_wrap=True)
    elif walked is None:
        out.print(
            "\nThe address of a dataset's page shows what is told of it; --walk reads the whole catalog."
        )


def _portal(found: Probe) -> list[tuple[str, object]]:
    size = found.portal.datasets
    facts: list[tuple[str, object]] = [
        ("portal", found.kind),
        ("url", found.portal.url),
        ("title", found.portal.title or None),
    ]
    if found.kind != "direct":
        facts += [
            ("datasets", f"{size:,}" if size is not None else "not told"),
            ("identifier", found.identifier),
        ]
    return [fact for fact in facts if fact[1] is not None]


def _show(dataset: Dataset) -> None:
    contact = dataset.contact_point
    days = dataset.accrual_periodicity_days
    facts = {
        "dataset": dataset.title,
        "publisher": dataset.publisher.name,
        "contact point": " ".join(
            it for it in (contact.name, f"<{contact.email}>" if contact.email else "") if it
        ),
        "accrual periodicity": f"{dataset.accrual_periodicity} (every {days:g} days)"
        if days
        else dataset.accrual_periodicity,
        "licence": _licence(dataset),
        "issued": dataset.issued,
        "modified": dataset.modified,
        "landing page": dataset.landing_page,
        "keywords": ", ".join(dataset.keywords[:10]),
    }
    # What is not told is shown as such: each line missing is something that an owner could mend.
    out.print(table(("", ""), [(name, value or None) for name, value in facts.items()]))
    rows = [
        (it.portal_id or it.key.rpartition("/")[2], it.format, it.byte_size, it.modified, it.download_url)
        for it in dataset.distributions
    ]
    if rows:
        out.print()
        out.print(table(("distribution", "format", "bytes", "modified", "address"), rows))
    else:
        out.print("\nIt has no distribution that could be downloaded.")


def _licence(dataset: Dataset) -> str | None:
    if dataset.license is None or dataset.license_open is None:
        return dataset.license
    return f"{dataset.license} ({dataset.license_id}, {'open' if dataset.license_open else 'not open'})"


def _walked(walk: Walk) -> list[tuple[str, Any]]:
    datasets = walk.catalog.datasets
    formats = Counter(file.format or "none told" for it in datasets for file in it.distributions)
    having = {
        "with a contact address": sum(it.contact_point.email is not None for it in datasets),
        "with an accrual periodicity": sum(it.accrual_periodicity is not None for it in datasets),
        "with a licence": sum(it.license is not None for it in datasets),
        "without any distribution": sum(not it.distributions for it in datasets),
    }
    return [
        ("whole catalog", "read whole" if walk.complete else "NOT proven whole"),
        ("because", walk.reason),
        ("pages", walk.pages),
        *((name, f"{count:,} of {len(datasets):,}") for name, count in having.items()),
        ("formats", ", ".join(f"{name} {count:,}" for name, count in formats.most_common(12)) or None),
    ]
