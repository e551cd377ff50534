"""`veedor site`: build the public pages again from the published history."""

from __future__ import annotations

from pipelines.cli.console import AsJson, out, print_json
from pipelines.errors import HistoryMissing
from pipelines.settings import Settings


def site(as_json: AsJson = False) -> None:
    """Build the site and the linked data (dqv/) from public/quality.duckdb and say where they lie."""
    from pipelines.locks import PUBLIC, alone
    from pipelines.site.build import build
    from pipelines.site.feedback import where

    settings = Settings.from_env()
    if not (settings.public / "quality.duckdb").exists():
        raise HistoryMissing(f"there is no {settings.public / 'quality.duckdb'}")
    with alone(settings, PUBLIC, wait=True):
        page = build(
            settings.public, settings.public_url, settings.publisher, settings.expectations, where(settings)
        )
    if as_json:
        print_json({"index": page})
    else:
        out.print(f"The site: {page}")
