"""`veedor sources add URL`: declare the dataset behind an address in sources.yaml.

Belongs here: the options, and what is said. Does not belong here: what the entry holds (`portals.proposal`), or
where it is written (`sources_entry`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.console import AsJson, cell, err, out, print_json
from pipelines.settings import Settings


def add(
    url: Annotated[str, typer.Argument(help="Address of the dataset's page at its portal, or of a file.")],
    guide: Annotated[
        str | None, typer.Option(help="Key of the guide's dataset that it should be; names the suite.")
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", help="Id of the dataset. Left out: made of its title.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(help="Name of the publishing body. Left out: as the portal tells it.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="Where alerts go. Left out: the contact point that the portal tells.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the entry without writing it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the portal about a dataset and declare it; everything else in sources.yaml stays as it is."""
    from pipelines.clock import SystemClock
    from pipelines.guide import load_guide
    from pipelines.http_client import HttpClient
    from pipelines.portals import socrata
    from pipelines.portals.probe import probe
    from pipelines.portals.proposal import propose
    from pipelines.sources import load, parse
    from pipelines.sources_entry import add as write
    from pipelines.sources_entry import added_lines, inserted
    from pipelines.tables.layouts import load_layouts
    from pipelines.tools import check

    settings = Settings.from_env()
    path = settings.sources
    known = load(path)
    clock = SystemClock()
    tokens = socrata.credentials(settings, known)
    with HttpClient(settings, clock, credentials=tokens) as http, err.status("Asking the portal..."):
        found = probe(url, http, clock)
    source = propose(found, known, dataset=id_, guide_dataset=guide, publisher=publisher, email=email)
    before = path.read_text(encoding="utf-8")
    after = inserted(before, source, str(path))
    declared = parse(after, str(path))
    check(declared, load_guide(settings.expectations), load_layouts(settings.expectations), str(path))
    if not dry_run:
        write(path, source)
    key = f"{source.id}/{source.datasets[0].id}"
    lines = added_lines(before, after)
    if as_json:
        print_json({"dataset": key, "written": not dry_run, "entry": lines})
        return
    out.print("\n".join(cell(line) for line in lines.splitlines()), soft_wrap=True)
    out.print(f"\n{cell(key)} {'would be' if dry_run else 'is'} declared in {cell(path)}.", soft_wrap=True)
    if guide is None:
        out.print("Without --guide there is no suite for it: only access and structure are measured.")
    told = found.dataset.contact_point.email if found.dataset else None
    if not (email or told):
        out.print(
            "The portal tells no mail address: alerts go to the operator until --email or `owner` has one."
        )
